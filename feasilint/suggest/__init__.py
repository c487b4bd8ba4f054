"""What to use instead: rewrites of the code at hand, shown beside a finding."""

from feasilint.suggest.bounded import Bound, Rewrite, approximate, bounded

__all__ = ["Bound", "Rewrite", "approximate", "bounded"]

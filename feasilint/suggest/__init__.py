"""What to use instead: rewrites of the code at hand, shown beside a finding."""

from feasilint.suggest.bounded import Bound, Rewrite, bounded

__all__ = ["Bound", "Rewrite", "bounded"]

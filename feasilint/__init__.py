"""feasilint: can this feature be served, in time, at a sane cost, and if not, what should be used instead?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feasilint.api import inspect_source, scan

__version__ = "0.1.0"
__all__ = ["__version__", "inspect_source", "scan"]


def __getattr__(name: str) -> Any:
    """Load the API on first use: `import feasilint` alone stays cheap."""
    if name in ("scan", "inspect_source"):
        from feasilint import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

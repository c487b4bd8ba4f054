"""Errors that end a run. Problems of scanned files are diagnostics, not errors.

FeasilintError
 ├─ UsageError     paths or options that cannot work (exit 2)
 ├─ CatalogError   a catalog that cannot be read; carries every problem with file:line:column (exit 2)
 └─ RuleError      a rule package that cannot be loaded or that crashed (exit 2)
"""

from __future__ import annotations


class FeasilintError(Exception):
    """Base of every error that feasilint raises on purpose."""


class UsageError(FeasilintError):
    """Paths or options that cannot work."""


class CatalogError(FeasilintError):
    """A catalog that cannot be read. `problems` are complete lines, each starting with file:line:column."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RuleError(FeasilintError):
    """A rule that cannot be loaded, or that failed on a subject."""

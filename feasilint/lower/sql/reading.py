"""A text as it is parsed: its dialect, its placeholders and its statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.adapter import canonical_dialect
from feasilint.lower.sql.guess import guess_dialect
from feasilint.lower.sql.parse import Statement, statements
from feasilint.lower.sql.template import Branch, mask

if TYPE_CHECKING:
    from feasilint.lower.sql.marks import Marks


class Read(Struct, frozen=True):
    """`text` is the masked one, as long as the original."""

    dialect: str
    text: str
    marks: Marks
    statements: tuple[Statement, ...]


def read(text: str, dialect: str | None) -> Read:
    """Parse a text: with all branches of its template's conditionals if that can be read, else with only one of each."""
    named = canonical_dialect(dialect)
    spoken = named if named is not None else guess_dialect(text)
    best = _read(text, spoken, "all")
    if "{%" in text and _failures(best):
        branches: tuple[Branch, ...] = ("first", "last")
        best = min((best, *(_read(text, spoken, branch) for branch in branches)), key=_failures)
    return best


def _read(text: str, dialect: str, branch: Branch) -> Read:
    masked, marks = mask(text, dialect, branch)
    return Read(dialect, masked, marks, tuple(statements(masked, dialect)))


def _failures(read: Read) -> int:
    return sum(statement.tree is None for statement in read.statements)

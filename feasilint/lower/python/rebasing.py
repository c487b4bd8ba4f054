"""A set of columns over one version of a frame as the same set over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Both, Matching, Minus, Names, OfType
from feasilint.ir.traversal import inputs

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Relation


def rebased(columns: ColumnSet, old: Relation, new: Relation) -> ColumnSet:
    """A set over one version of a frame as the same set over another."""
    match columns:
        case AllOf(relation=relation):
            return AllOf(new) if relation is old and _same_width(old, new) else columns
        case Names(names=names):
            return Names(new, names)
        case Minus(base=base, names=names):
            return Minus(rebased(base, old, new), names)
        case Matching(base=base, pattern=pattern, negate=negate):
            return Matching(rebased(base, old, new), pattern, negate)
        case OfType(base=base, kinds=kinds, negate=negate):
            return OfType(rebased(base, old, new), kinds, negate)
        case Both(parts=parts):
            return Both(tuple(rebased(part, old, new) for part in parts))
        case _:
            return columns


def _same_width(old: Relation, new: Relation) -> bool:
    """Whether a later version has the columns of an earlier one and no others: only then all stays all."""
    here: Relation | None = new
    for _ in range(50):
        if here is old:
            return True
        below = inputs(here) if here is not None else ()
        passing = type(here).__name__ in ("Filter", "Sort", "Limit", "Split", "Distinct")
        if not passing or len(below) != 1:
            return False
        here = below[0]
    return False

"""Whether a column can be there: where code is about to use one that it did not use before."""

from __future__ import annotations

from feasilint.ir import (
    Aggregate,
    AllOf,
    ColumnSet,
    Derive,
    Distinct,
    Filter,
    Join,
    Limit,
    Minus,
    Names,
    Output,
    Relation,
    Scan,
    Sort,
    Star,
    Window,
)
from feasilint.ir.expressions import fold


def may_have(relation: Relation, name: str) -> bool:
    """False only where the relation is known not to have a column of this name."""
    wanted = fold(name)
    match relation:
        case Scan(columns=columns):
            return columns is None or any(fold(column) == wanted for column in columns)
        case Derive(items=items):
            return any(_item(item, wanted) for item in items)
        case Aggregate(keys=keys, measures=measures):
            return any(fold(output.name) == wanted for output in (*keys, *measures))
        case Filter(input=below) | Sort(input=below) | Limit(input=below) | Distinct(input=below) | Window(input=below):
            return may_have(below, name)
        case Join(left=left, right=right):
            return may_have(left, name) or may_have(right, name)
        case _:
            return True


def _item(item: Output | Star, wanted: str) -> bool:
    return fold(item.name) == wanted if isinstance(item, Output) else _in_set(item.columns, wanted)


def _in_set(columns: ColumnSet, wanted: str) -> bool:
    match columns:
        case AllOf(relation=relation):
            return may_have(relation, wanted)
        case Names(names=names):
            return any(fold(name) == wanted for name in names)
        case Minus(base=base, names=names):
            return all(fold(name) != wanted for name in names) and _in_set(base, wanted)
        case _:
            return True

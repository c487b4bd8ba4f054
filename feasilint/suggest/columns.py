"""Whether a column can be there: where code is about to use one that it did not use before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

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
    Union,
    Window,
)
from feasilint.ir.expressions import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from feasilint.ir import Name, Source


def may_have(relation: Relation, name: str) -> bool:
    """False only where the relation is known not to have a column of this name."""
    return _Search(fold(name), lambda _: True, True).relation(relation)


def must_have(relation: Relation, name: str, scanned: Callable[[Source], bool]) -> bool:
    """True only where the relation is known to have a column of this name; `scanned` says it of a source."""
    return _Search(fold(name), scanned, False).relation(relation)


class _Search(Struct, frozen=True):
    """`unknown` is the answer where a relation or a set of columns could not be read."""

    wanted: str
    scanned: Callable[[Source], bool]
    unknown: bool

    def relation(self, relation: Relation) -> bool:
        match relation:
            case Scan(columns=columns):
                return self.scanned(relation.source) if columns is None else self._among(columns)
            case Derive(items=items):
                return any(self._item(item) for item in items)
            case Aggregate(keys=keys, measures=measures):
                return self._among(output.name for output in (*keys, *measures))
            case Filter(input=below) | Sort(input=below) | Limit(input=below) | Distinct(input=below):
                return self.relation(below)
            case Window(input=below):
                return self.relation(below)
            case Join(left=left, right=right):
                return self.relation(left) or self.relation(right)
            case Union(inputs=inputs) if not self.unknown:
                return all(self.relation(below) for below in inputs)
            case _:
                return self.unknown

    def _item(self, item: Output | Star) -> bool:
        return fold(item.name) == self.wanted if isinstance(item, Output) else self._set(item.columns)

    def _set(self, columns: ColumnSet) -> bool:
        match columns:
            case AllOf(relation=relation):
                return self.relation(relation)
            case Names(names=names):
                return self._among(names)
            case Minus(base=base, names=names):
                return not self._among(names) and self._set(base)
            case _:
                return self.unknown

    def _among(self, names: Iterable[Name]) -> bool:
        return any(fold(name) == self.wanted for name in names)

"""Whether a column can be there: where code is about to use one that it did not use before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import (
    Aggregate,
    AllOf,
    Call,
    Column,
    ColumnSet,
    Derive,
    Distinct,
    Filter,
    Join,
    Limit,
    Minus,
    Names,
    Output,
    Pivot,
    Relation,
    Scan,
    Sort,
    Star,
    Union,
    Unpivot,
    Window,
)
from feasilint.ir.expressions import fold, walk
from feasilint.ir.kinds import READING, kind_of_column
from feasilint.ir.traversal import expressions, inputs, scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from feasilint.ir import Name, Source


_STEPS = 256


def may_have(relation: Relation, name: str) -> bool:
    """False only where the relation is known not to have a column of this name."""
    return _Search(fold(name), lambda _: True, True).relation(relation)


def must_have(relation: Relation, name: str, scanned: Callable[[Source], bool]) -> bool:
    """True only where the relation is known to have a column of this name; `scanned` says it of a source."""
    return _Search(fold(name), scanned, False).relation(relation)


def is_number(relation: Relation, name: str, relations: Iterable[Relation]) -> bool:
    """Whether a time is a number where it is used: other code reads it as a time first."""
    if kind_of_column(relation, name) == "time":
        return False
    calls = (node for other in relations for one in expressions(other) for node in walk(one) if isinstance(node, Call))
    read = (call.args[0] for call in calls if call.function in READING and call.args)
    return any(isinstance(column, Column) and fold(column.name) == fold(name) for column in read)


def names_one(relation: Relation, name: str, source: str = "") -> bool:
    """Whether a name can be used for one column of a relation, which is of `source` where that is read below it.

    Where frames are joined that may both have such a column, one of the two goes on under another name, and which of them the
    name means is the library's choice."""
    if not may_have(relation, name):
        return False
    wanted, pending, passed = fold(name), [relation], set[Relation]()
    made = False
    while pending:
        at = pending.pop()
        if at in passed:
            continue
        passed.add(at)
        below = _passing(at, wanted)
        made = made or below is None
        if isinstance(at, Join) and below and len(below) > 1 and wanted not in map(fold, at.using):
            return False
        pending += below or ()
    return made or _reads(passed, source) or not _reads(scans([relation]), source)


def _reads(relations: Iterable[Relation], source: str) -> bool:
    return any(isinstance(one, Scan) and one.source.name == source for one in relations)


def _passing(relation: Relation, wanted: str) -> list[Relation] | None:
    """The relations below from which a column comes as it is; None where it is computed here."""
    match relation:
        case Aggregate() | Pivot() | Unpivot():
            return None
        case Join(left=left, kind=kind) if kind in ("semi", "anti"):
            return [left]
        case Join(left=left, right=right):
            return [side for side in (left, right) if may_have(side, wanted)]
        case Derive(items=items):
            own = [item for item in items if isinstance(item, Output) and fold(item.name) == wanted]
            if not own:
                return list(inputs(relation))
            of = own[-1].expression
            return [of.relation] if isinstance(of, Column) and fold(of.name) == wanted else None
        case _:
            return list(inputs(relation))


def order_of(relation: Relation) -> Sort | None:
    """The step that has put the rows in their order; None where none is seen."""
    at: Relation | None = relation
    for _ in range(_STEPS):
        if isinstance(at, Sort):
            return at
        below = inputs(at) if at is not None else ()
        at = below[0] if len(below) == 1 else None
    return None


def in_other_order(relation: Relation, time: str) -> bool:
    """Whether rows are put in another order than that of time before they come here."""
    order = order_of(relation)
    last = order.keys[-1] if order is not None and order.keys else None
    by_time = isinstance(last, Column) and fold(last.name) == fold(time)
    return order is not None and (any(order.descending) or not by_time)


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

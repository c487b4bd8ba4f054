"""Rows of a history that are held against the time of another row: where the code says so, and which of the two comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.columns import Columns
from feasilint.ir import Call, Column, Filter, Join, Scan
from feasilint.ir.expressions import conjuncts, fold, spelled
from feasilint.ir.names import timelike
from feasilint.ir.traversal import inputs
from feasilint.measure.grain import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Aggregate, Expression, Measure, Origin, Relation, Window

_EARLIER = {"lt": 0, "le": 0, "gt": 1, "ge": 1}
"""Which argument of a comparison comes first in time."""


class Pair(Struct, frozen=True):
    """A comparison of the time of a history's rows with a later time. `first`: the history's stands on its left."""

    origin: Origin
    first: bool


def pairs(relation: Relation, time: str, source: str) -> list[Pair]:
    """The comparisons below a relation that let only earlier rows of a source through, by its event time."""
    columns = Columns()
    found: list[Pair] = []
    for comparison in _comparisons(relation):
        at = _EARLIER[comparison.function]
        one, other = comparison.args[at], comparison.args[1 - at]
        if comparison.origin is not None and _is_time(one, time, source, columns) and _is_moment(other):
            found.append(Pair(comparison.origin, at == 0))
    return found


def of_another_side(found: tuple[Aggregate | Window, Measure], time: str, source: str) -> bool:
    """Whether a time and what is measured come from two reads of one source: the time is that of the other rows."""
    columns = Columns()
    relation, measure = found
    timed = {place for place, _ in leaves(Column(relation.input, time), columns)}
    measured = {place for arg in measure.args for place, _ in leaves(arg, columns)}
    same = {place for place in measured if isinstance(place, Scan) and place.source.name == source}
    return bool(timed and same) and not timed & same


def _comparisons(relation: Relation) -> Iterator[Call]:
    """The comparisons that rows below a relation, or pairs of them, must pass; only of what is joined."""
    pending: list[Relation] = [relation]
    seen: set[Relation] = set()
    joined = False
    calls: list[Call] = []
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        joined = joined or isinstance(at, Join)
        predicate = at.predicate if isinstance(at, Filter) else at.on if isinstance(at, Join) else None
        calls += [part for part in conjuncts(predicate) if _orders(part)] if predicate is not None else []  # type: ignore[misc]
        pending += inputs(at)
    yield from calls if joined else ()


def _orders(part: Expression) -> bool:
    return isinstance(part, Call) and part.function in _EARLIER and all(isinstance(arg, Column) for arg in part.args)


def _is_time(column: Expression, time: str, source: str, columns: Columns) -> bool:
    if isinstance(column, Column) and fold(spelled(column.name)).endswith(
        f".{fold(time)}"
    ):  # under the alias of a frame
        return True
    bottom = list(leaves(column, columns))
    return bool(bottom) and all(
        isinstance(place, Scan) and place.source.name == source and name == fold(time) for place, name in bottom
    )


def _is_moment(column: Expression) -> bool:
    return isinstance(column, Column) and timelike(spelled(column.name).rpartition(".")[2])

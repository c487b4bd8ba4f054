"""Whether a measure sums up pairs of rows: each row is held against all earlier ones of the same table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from feasilint.ir import Aggregate, Call, Column, Join, Scan, Window
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, spelled
from feasilint.ir.names import timelike
from feasilint.measure.grain import leaves, single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Output, Relation
    from feasilint.measure.reach import Reach, Reaching
    from feasilint.measure.windows import Windows

Pairing: TypeAlias = Literal["self-join", "correlated", "cross join"]
_ORDERING = {"lt": True, "le": True, "gt": False, "ge": False}
_SEQUENCE = re.compile(
    r"(^|_)(id|key|seq|sequence|nr|no|num|number|nth|n|rn|rank|row|idx|index|step|order|version|year|month|week|day|hour|hr)$"
    r"|[a-z](Id|No|Seq|Number)$",
    re.IGNORECASE,
)
_STEPS = 64


def pairing(relation: Aggregate | Window, output: Output, windows: Windows) -> Pairing | None:
    """How the rows of an aggregate are held against all earlier ones; None where they are not, or not against all."""
    if isinstance(relation, Window) or windows.extent(relation, output).window not in ("unbounded", "global"):
        return None
    reach, reaching, columns = windows.below(relation, output), windows.reaching, windows.columns
    compared = list(_compared(reach))
    if not compared:
        return None
    if not relation.keys and windows.keys(relation, output):  # a subquery that is tied to the row around it
        inside = reaching.relations(relation.input)
        tied = any((one.relation in inside) != (other.relation in inside) for one, other in compared)
        return "correlated" if tied else None
    sides = _Sides(columns, reaching)
    measured = {scan.source for scan in windows.measured(relation, output)}
    for join in reach.joins:
        if single(join.left, columns) or single(join.right, columns):
            continue
        across = [pair for pair in compared if sides.across(pair.earlier, pair.later, join)]
        if any(sides.turned(pair, join) for pair in across) and not all(sides.turned(pair, join) for pair in across):
            continue  # later than one time of the other side and earlier than another: an interval
        for pair in filter(_ordered, across):
            if measured & _sources(pair.earlier, columns) & _sources(pair.later, columns):
                return "self-join"
            times = timelike(spelled(pair.earlier.name)) and timelike(spelled(pair.later.name))
            if (
                times
                and join.kind == "cross"
                and not any(sides.across(*equal, join) for equal in _compared(reach, ("eq",)))
            ):
                return "cross join"
    return None


def _ordered(pair: _Pair) -> bool:
    """Whether a comparison says which row comes before which: not of two amounts."""
    return all(timelike(name) or _SEQUENCE.search(name) for name in map(spelled, (pair.earlier.name, pair.later.name)))


def _compared(reach: Reach, functions: tuple[str, ...] = tuple(_ORDERING)) -> Iterator[_Pair]:
    """The pairs of columns that predicates compare, one on each side; of two that are ordered the smaller one first."""
    for predicate in reach.every():
        for part in conjuncts(predicate):
            if isinstance(part, Call) and part.function in functions and len(part.args) == 2:
                found = [list(referenced(arg)) for arg in part.args]
                if all(len(names) == 1 for names in found):
                    one, other = found[0][0], found[1][0]
                    yield _Pair(one, other) if _ORDERING.get(part.function, True) else _Pair(other, one)


def _sources(column: Column, columns: Columns) -> frozenset[object]:
    return frozenset(place.source for place, _ in leaves(column, columns) if isinstance(place, Scan))


class _Pair(NamedTuple):
    """Two columns that are compared."""

    earlier: Column
    later: Column


class _Sides:
    """Which side of a join a column comes from."""

    def __init__(self, columns: Columns, reaching: Reaching) -> None:
        self._columns = columns
        self._reaching = reaching
        self._below: dict[Relation, set[Relation]] = {}

    def across(self, one: Column, other: Column, join: Join) -> bool:
        """Whether two columns come from different sides; of a table that is joined to itself as it is, from any two."""
        found = {self._of(one, join), self._of(other, join)}
        return found == {"left", "right"} or (found == {"both"} and join.left is join.right and one.name != other.name)

    def turned(self, pair: _Pair, join: Join) -> bool:
        """Whether it is the right side that is earlier."""
        return self._of(pair.earlier, join) == "right"

    def _of(self, column: Column, join: Join) -> str | None:
        left, right = self._relations(join.left), self._relations(join.right)
        for _ in range(_STEPS):
            here = column.relation
            if here in left or here in right:
                return "both" if here in left and here in right else "left" if here in left else "right"
            below = self._columns.step(here, column.name)
            if len(below) != 1 or not isinstance(below[0], Column):
                return None
            column = below[0]
        return None

    def _relations(self, relation: Relation) -> set[Relation]:
        found = self._below.get(relation)
        if found is None:
            found = self._below[relation] = self._reaching.relations(relation)
        return found

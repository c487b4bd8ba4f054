"""What lies below a measure and limits its rows: predicates, joins and scans, along the branches that its values come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.ir import (
    Aggregate,
    Call,
    Choice,
    Derive,
    Distinct,
    Expression,
    Filter,
    Inline,
    Join,
    Limit,
    Name,
    Opaque,
    Relation,
    Scan,
    Sort,
    Subquery,
    Union,
    Upsert,
)
from feasilint.ir.expressions import Column, conjuncts, spelled
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.names import timelike
from feasilint.ir.traversal import inputs
from feasilint.ir.unmatched import of_joined

if TYPE_CHECKING:
    from feasilint.columns import Columns

Names: TypeAlias = "frozenset[Name]"
_DROPS_OTHER = {("left", "left"), ("right", "right"), ("full", "left"), ("full", "right")}
_MOST = 64  # names followed at once


class Reach(Struct, frozen=True, eq=False):
    """What limits the rows of a measure. `branches`: unions and choices, whose rows come from one of several reaches. `days`:
    what limits the days or months that rows are joined to. `opaque`: a step on the way could not be read."""

    predicates: tuple[Expression, ...] = ()
    branches: tuple[tuple[Reach, ...], ...] = ()
    joins: tuple[Join, ...] = ()
    scans: tuple[Scan, ...] = ()
    days: tuple[Expression, ...] = ()
    opaque: bool = False

    def every(self) -> tuple[Expression, ...]:
        """All predicates, also those of single branches."""
        found: dict[Expression, None] = {}
        pending, seen = [self], set[int]()
        while pending:
            here = pending.pop()
            if id(here) not in seen:
                seen.add(id(here))
                found |= dict.fromkeys(here.predicates)
                pending.extend(part for parts in here.branches for part in parts)
        return tuple(found)


class _Found(Struct, eq=False):
    """Ordered sets: the same step is often reached on several ways."""

    predicates: dict[Expression, None] = field(default_factory=dict)
    branches: list[tuple[Reach, ...]] = field(default_factory=list)
    joins: dict[Join, None] = field(default_factory=dict)
    scans: dict[Scan, None] = field(default_factory=dict)
    days: dict[Expression, None] = field(default_factory=dict)
    opaque: bool = False
    seen: set[tuple[Relation, Names]] = field(default_factory=set)

    def add(self, other: Reach) -> None:
        self.joins |= dict.fromkeys(other.joins)
        self.scans |= dict.fromkeys(other.scans)
        self.opaque |= other.opaque


class Reaching:
    """Collects reaches, with memory; one per linked set of programs."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._reached: dict[tuple[Relation, Names], Reach] = {}
        self._scanned: dict[Relation, frozenset[Relation]] = {}
        self._conditions: dict[Filter, Expression] = {}

    def below(self, relation: Relation, names: Names) -> Reach:
        """What limits the rows of a relation as far as these columns of it are concerned; no names: rows as such."""
        key = (relation, names)
        found = self._reached.get(key)
        if found is None:
            gathered = _Found()
            self._gather(relation, names, gathered)
            found = self._reached[key] = Reach(
                tuple(gathered.predicates),
                tuple(gathered.branches),
                tuple(gathered.joins),
                tuple(gathered.scans),
                tuple(gathered.days),
                gathered.opaque,
            )
        return found

    def scans(self, relation: Relation) -> frozenset[Relation]:
        """Every scan below a relation, through written tables."""
        found = self._scanned.get(relation)
        if found is None:
            below = self.relations(relation)
            found = self._scanned[relation] = frozenset(one for one in below if isinstance(one, Scan))
        return found

    def relations(self, relation: Relation) -> set[Relation]:
        """A relation and all that its rows are made of, through written tables."""
        pending, seen = [relation], set[Relation]()
        while pending:
            here = pending.pop()
            if here not in seen:
                seen.add(here)
                pending.extend(self.columns.below(here))
        return seen

    def within(self, reach: Reach) -> frozenset[Relation]:
        """The scans of a reach and everything else that its joins put together."""
        joined = (self.scans(join) for join in reach.joins)
        return frozenset[Relation](reach.scans).union(*joined)

    def _gather(self, relation: Relation, names: Names, found: _Found) -> None:
        while (relation, names) not in found.seen:
            found.seen.add((relation, names))
            match relation:
                case Scan():
                    found.scans[relation] = None
                    self._either(self.columns.below(relation), names, found)
                    return
                case Join():
                    self._joined(relation, names, found)
                    return
                case Union(inputs=many) | Choice(inputs=many):
                    self._either(many, names, found)
                    return
                case Opaque() | Upsert() | Inline():
                    found.opaque |= isinstance(relation, Opaque)
                    for below in inputs(relation):
                        self._gather(below, frozenset(), found)
                    return
                case Filter():
                    predicate = self._condition(relation)
                    found.predicates[predicate] = None
                    self._listed(predicate, found)
            names, relation = self._lower(relation, names), relation.input

    def _condition(self, chosen: Filter) -> Expression:
        known = self._conditions.get(chosen)
        if known is None:
            known = self._conditions[chosen] = of_joined(chosen.predicate, chosen.input)
        return known

    def _listed(self, predicate: Expression, found: _Found) -> None:
        """`ts IN (SELECT day FROM …)`: what limits the days limits the rows."""
        for part in conjuncts(predicate):
            if isinstance(part, Subquery) and part.function == "in" and any(map(_speaks_of_time, part.args)):
                self._gather(part.relation, frozenset(self.columns.header(part.relation).names[:1]), found)

    def _lower(self, relation: Relation, names: Names) -> Names:
        """The columns of the input that columns of a relation are made of."""
        if isinstance(relation, Filter | Sort | Limit | Distinct):
            return names
        steps = (expression for name in list(names)[:_MOST] for expression in self.columns.step(relation, name))
        return frozenset(column.name for expression in steps for column in referenced(expression))

    def _either(self, many: tuple[Relation, ...], names: Names, found: _Found) -> None:
        """One or the other."""
        if len(many) == 1:
            self._gather(many[0], names, found)
            return
        parts = tuple(self.below(relation, names) for relation in many)
        if any(part.predicates or part.branches for part in parts):
            found.branches.append(parts)
        for part in parts:
            found.add(part)

    def _joined(self, join: Join, names: Names, found: _Found) -> None:
        """The sides that the columns come from; the other side too, where it takes rows away from them."""
        found.joins[join] = None
        steps = [e for name in names for e in self.columns.step(join, name) if isinstance(e, Column)]
        sides = {side: frozenset(c.name for c in steps if c.relation is relation) for side, relation in _sides(join)}
        measured = {side for side, here in sides.items() if here} or set(sides)
        limits = not all((join.kind, side) in _DROPS_OTHER for side in measured)
        if join.on is not None and join.kind not in ("semi", "anti") and (limits or not names):
            found.predicates[join.on] = None
        for side, relation in _sides(join):
            if side in measured and (names or side == "left" or not _grouped(relation)):
                self._gather(relation, sides[side], found)
            elif limits and join.kind not in ("semi", "anti"):
                if not _grouped(relation):
                    self._gather(relation, frozenset(), found)
                elif days := _days(join, relation):
                    found.days |= dict.fromkeys(self.below(relation, days).predicates)


def _sides(join: Join) -> tuple[tuple[str, Relation], ...]:
    left = ("left", join.left)
    return (left,) if join.kind in ("semi", "anti") else (left, ("right", join.right))


def _days(join: Join, side: Relation) -> Names:
    """The columns of a side by which rows are joined to its times: what limits the months limits the rows."""
    parts = conjuncts(join.on) if join.on is not None else ()
    equal = [part.args for part in parts if isinstance(part, Call) and part.function == "eq"]
    joined = (column for args in equal if all(map(_speaks_of_time, args)) for arg in args for column in referenced(arg))
    shared = (name for name in join.using if timelike(spelled(name)))
    return frozenset((*(column.name for column in joined if column.relation is side), *shared))


def _speaks_of_time(expression: Expression) -> bool:
    return any(timelike(spelled(column.name)) for column in referenced(expression))


def _grouped(relation: Relation) -> bool:
    """Whether the rows of a relation are groups: what limits their members limits nobody who joins them."""
    while isinstance(relation, Derive | Filter | Sort | Limit):
        relation = relation.input
    return isinstance(relation, Aggregate | Distinct)

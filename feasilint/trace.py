"""Column lineage: from any column of any relation down to physical columns, through every document of the scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from feasilint.columns import Columns, Holds
from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Distinct,
    Expression,
    Filter,
    Hole,
    Join,
    Measure,
    Name,
    Opaque,
    Output,
    Relation,
    Scan,
    Sort,
    Subquery,
    Upsert,
    Window,
)
from feasilint.ir.expressions import children, fold, spelled
from feasilint.ir.fields import at_path
from feasilint.ir.functions import traits
from feasilint.ir.unmatched import of_joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Leaf(NamedTuple):
    """A physical column: `*` where any column of the source may be meant. `path`: the field of a struct, dotted."""

    scan: Scan
    column: str
    path: str = ""


class Use(NamedTuple):
    """A measure that a column passes through, and how: `value`, or the role of an indirect edge."""

    relation: Aggregate | Window
    output: Output
    role: str


T = TypeVar("T")
Edge: TypeAlias = tuple[Leaf, str]
Key: TypeAlias = "tuple[Relation, Name, tuple[str, ...]]"
"""A column of a relation, or a field of it."""


class Trace(Struct, frozen=True, gc=False):
    """Where a column comes from.

    `value`: the leaves whose values flow into it. `own`: leaves that its own computation filters, joins, groups or orders
    by (below an aggregate), with the role. `hops`: columns of written tables that it passes on the way. `maybe`: the part
    of `value` that is only one of several possibilities (a bare name in a join of tables nobody knows the columns of).
    """

    value: frozenset[Leaf] = frozenset()
    own: frozenset[Edge] = frozenset()
    uses: frozenset[Use] = frozenset()
    hops: frozenset[Leaf] = frozenset()
    approximate: bool = False
    maybe: frozenset[Leaf] = frozenset()

    @property
    def sure(self) -> frozenset[Leaf]:
        """The leaves that it certainly comes from."""
        return self.value - self.maybe

    def doubted(self) -> Trace:
        """The same as one of several possibilities."""
        return replace(self, maybe=self.value, approximate=True)

    def as_role(self, role: str) -> Trace:
        """The same dependencies as an indirect edge."""
        edges = frozenset((leaf, role) for leaf in self.value)
        return Trace(
            frozenset(),
            self.own | edges,
            frozenset(use if use.role != "value" else Use(use.relation, use.output, role) for use in self.uses),
            self.hops,
            self.approximate,
        )


EMPTY = Trace()
LOOKUP = "lookup"
"""The role of what a join goes by that takes no rows away: a row finds its match or none. Reports call it a join."""
_TAKING_NONE = ("left", "right", "asof")
_WIDEST = 200  # columns of a step that could not be read
_LARGE = 50  # leaves; to put more together takes as long as another step


def merge(traces: Iterable[Trace]) -> Trace:
    """All dependencies together."""
    parts = [trace for trace in traces if trace is not EMPTY]
    if len(parts) < 2:
        return parts[0] if parts else EMPTY
    value = _united([part.value for part in parts])
    doubtful = any(part.maybe for part in parts)
    return Trace(
        value,
        _united([part.own for part in parts]),
        _united([part.uses for part in parts]),
        _united([part.hops for part in parts]),
        any(part.approximate for part in parts),
        value.difference(*[part.sure for part in parts]) if doubtful else frozenset(),
    )


def _united(sets: list[frozenset[T]]) -> frozenset[T]:
    """The union; most sets are empty, and the one that is not is taken as it is."""
    filled = [one for one in sets if one]
    return frozenset[T]().union(*filled) if len(filled) > 1 else filled[0] if filled else frozenset()


class Tracer:
    """Traces columns with memory; one per linked set of programs."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._traced: dict[Key, Trace] = {}
        self._rows: dict[Relation, Trace] = {}
        self._whole: dict[Relation, Trace] = {}

    def column(self, relation: Relation, name: Name, path: tuple[str, ...] = ()) -> Trace:
        """The lineage of one column, or of a field of it; empty where the relation has none of that name."""
        key = (self.columns.settle(relation, name), name, path)
        found = self._traced.get(key)
        if found is None and self._physical(key[0]):
            found = self._traced[key] = Trace(frozenset([Leaf(key[0], spelled(name), ".".join(path))]))
        elif found is None:
            self._prepare(key)
            found = self._traced[key]
        return found

    def _physical(self, relation: Relation) -> TypeGuard[Scan]:
        """Whether the columns of a relation are made of nothing: it reads what no document writes."""
        return isinstance(relation, Scan) and relation not in self.columns.bound

    def _prepare(self, key: Key) -> None:
        """Trace a column, what it is made of first: chains of thousands of steps are usual and must not recurse."""
        pending, opened = [key], set[Key]()
        while pending:
            top = pending[-1]
            missing = [] if top in opened or top in self._traced else list(self._made_of(top))
            opened.add(top)
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            if top not in self._traced:
                self._traced[top] = EMPTY  # a cycle that linking did not cut ends here
                self._traced[top] = made = self._trace(*top)
                self.columns.steps += 1 + (len(made.value) + len(made.own) + len(made.hops)) // _LARGE

    def _made_of(self, key: Key) -> Iterator[Key]:
        """The columns that one is made of and that are not traced yet."""
        for expression in self.step(*key):
            for column in referenced(expression):
                below = (self.columns.settle(column.relation, column.name), column.name, column.path)
                if below not in self._traced and not self._physical(below[0]):
                    yield below

    def step(self, relation: Relation, name: Name, path: tuple[str, ...]) -> tuple[Expression, ...]:
        """The expressions that give a column, or a field of it, one step down."""
        below = self.columns.step(relation, name)
        return tuple(at_path(e, path) for e in below) if path else below

    def expression(self, expression: Expression) -> Trace:
        """The lineage of an expression's value."""
        match expression:
            case Column(relation=relation, name=name, path=path):
                return self.column(relation, name, path)
            case Subquery():
                return self._subquery(expression)
            case Measure(args=args, where=where, order=order):
                parts = [self.expression(arg) for arg in args]
                parts += [self.expression(by).as_role("order_by") for by in order]
                return merge([*parts, *([self.expression(where).as_role("where")] if where is not None else [])])
            case Hole():
                found = merge(self.expression(part) for part in children(expression))
                return replace(found, approximate=True) if found is not EMPTY else EMPTY
            case _:
                return merge(self.expression(part) for part in _operands(expression))

    def rows(self, relation: Relation) -> Trace:
        """What decides which rows a relation has: its filters, join conditions and grouping keys, as indirect edges."""
        pending = [relation]
        while pending:  # inputs first, without recursion: chains of thousands of steps are usual in notebooks
            top = pending[-1]
            missing = [below for below in self.columns.below(top) if below not in self._rows]
            if missing and len(pending) < 100_000:
                self._rows.setdefault(top, EMPTY)
                pending.extend(missing)
                continue
            self._rows[top] = merge(
                [*(self._rows.get(b, EMPTY) for b in self.columns.below(top)), *self._row_edges(top)]
            )
            pending.pop()
        return self._rows[relation]

    # --- one relation ---

    def _trace(self, relation: Relation, name: Name, path: tuple[str, ...]) -> Trace:
        made = self.columns.table(relation).find(name)
        match relation:
            case Scan():
                return self._scanned(relation, name, path)
            case Aggregate() if made is not None and isinstance(made.expression, Measure):
                return self._measured(relation, made, path)
            case Window() if made is not None and isinstance(made.expression, Measure):
                return self._windowed(relation, made, path)
            case Opaque():
                return self._opaque(relation, name, path)
            case Join(using=using):
                below = self.step(relation, name, path)
                sides = merge(self.expression(e) for e in below)
                return sides.doubted() if len(below) > 1 and fold(name) not in map(fold, using) else sides
            case _:
                return merge(self.expression(e) for e in self.step(relation, name, path))

    def _scanned(self, scan: Scan, name: Name, path: tuple[str, ...]) -> Trace:
        below = self.step(scan, name, path)
        if not below and self.columns.grown(scan):  # a column that was there before
            return Trace(value=frozenset([Leaf(scan, spelled(name), ".".join(path))]))
        return merge([*map(self.expression, below), Trace(hops=frozenset([Leaf(scan, spelled(name))]))])

    def _measured(self, relation: Aggregate, made: Output, path: tuple[str, ...]) -> Trace:
        keys = [self.expression(key.expression).as_role("group_by") for key in relation.keys]
        return self._use(relation, made, path, [*keys, self.rows(relation.input)])

    def _windowed(self, relation: Window, made: Output, path: tuple[str, ...]) -> Trace:
        frame = [self.expression(e).as_role("window") for e in (*relation.partition, *relation.order)]
        return self._use(relation, made, path, [*frame, self.rows(relation.input)])

    def _use(self, relation: Aggregate | Window, made: Output, path: tuple[str, ...], indirect: list[Trace]) -> Trace:
        value = merge([self.expression(at_path(made.expression, path)), self._implied(relation, made.expression)])
        around = merge(indirect)
        own = Trace(frozenset(), around.own, frozenset(), around.hops, around.approximate)
        return merge([value, own, Trace(uses=frozenset([Use(relation, made, "value")]) | around.uses)])

    def _implied(self, relation: Aggregate | Window, measure: Expression) -> Trace:
        """What a measure without arguments is made of: a rank of what it ranks by, a count of the rows."""
        if not isinstance(measure, Measure) or measure.args:
            return EMPTY
        if isinstance(relation, Window) and relation.order and traits(measure.function).ordinal:
            return merge(self.expression(e) for e in (*relation.partition, *relation.order))
        return self._counted(relation.input)

    def _counted(self, relation: Relation) -> Trace:
        """What count(*) counts: rows as a whole of every source below."""
        leaves, hops = set[Leaf](), set[Leaf]()
        pending, seen = [relation], set[Relation]()
        while pending:
            here = pending.pop()
            if here in seen:
                continue
            seen.add(here)
            if isinstance(here, Scan):
                (hops if self.columns.bound.get(here) else leaves).add(Leaf(here, "*"))
            left_only = isinstance(here, Join) and here.kind in ("semi", "anti")
            pending.extend(self.columns.below(here)[: 1 if left_only else None])
        return Trace(value=frozenset(leaves), hops=frozenset(hops))

    def _opaque(self, relation: Opaque, name: Name, path: tuple[str, ...]) -> Trace:
        found = [self._possible(below, name, path) for below in relation.inputs]
        found += [self.expression(value) for value in relation.values]
        whole = merge(found)
        return replace(whole, approximate=True)

    def _possible(self, relation: Relation, name: Name, path: tuple[str, ...]) -> Trace:
        """A column of that name where there may be one, else all that the relation has."""
        if self.columns.holds(relation, name) >= Holds.POSSIBLE:
            return self.column(relation, name, path)
        return self.anything(relation)

    def anything(self, relation: Relation) -> Trace:
        """All columns of a relation together, known or not."""
        found = self._whole.get(relation)
        if found is None:
            self._whole[relation] = EMPTY  # ends cycles
            found = self._whole[relation] = self._anything(relation)
        return found

    def _anything(self, relation: Relation) -> Trace:
        header = self.columns.header(relation)
        parts = [self.column(relation, column) for column in header.names[:_WIDEST]]
        parts += [
            Trace(value=frozenset([Leaf(scan, "*")]), approximate=True)
            for scan in header.open
            if isinstance(scan, Scan)
        ]
        parts += [self.anything(below) for one in header.open if isinstance(one, Opaque) for below in one.inputs]
        return merge(parts)

    def _subquery(self, query: Subquery) -> Trace:
        args = merge(self.expression(arg) for arg in query.args)
        header = self.columns.header(query.relation)
        inner = merge(self.column(query.relation, name, query.path) for name in header.names[:1])
        rows = self.rows(query.relation)
        own = Trace(frozenset(), rows.own, rows.uses, rows.hops, rows.approximate)
        return merge([args, inner if query.function == "scalar" else inner.as_role("exists"), own])

    # --- rows ---

    def _row_edges(self, relation: Relation) -> list[Trace]:
        match relation:
            case Filter(input=rows, predicate=predicate, role=role):
                return [self.expression(of_joined(predicate, rows)).as_role(role)]
            case Join():
                return self._join_edges(relation)
            case Aggregate(keys=keys):
                return [self.expression(key.expression).as_role("group_by") for key in keys]
            case Sort(keys=by):
                return [self.expression(e).as_role("order_by") for e in by]
            case Distinct(keys=by, order=order):
                return [self.expression(e).as_role("distinct") for e in (*(by or ()), *order)]
            case Upsert(on=on, conditions=conditions):
                matched = [self.expression(on).as_role("merge_join")] if on is not None else []
                return matched + [self.expression(e).as_role("merge_cond") for e in conditions]
            case _:
                return []

    def _join_edges(self, join: Join) -> list[Trace]:
        role = LOOKUP if join.kind in _TAKING_NONE else "join"
        keys = [self.column(side, name).as_role(role) for name in join.using for side in (join.left, join.right)]
        conditions = [join.on] if join.on is not None else []
        if join.asof is not None:
            conditions += [join.asof.left, join.asof.right]
        edges = keys + [self.expression(e).as_role(role) for e in conditions]
        return edges + [self._within(side, role) for side in (join.left, join.right)] if edges else []

    def _within(self, side: Relation, role: str) -> Trace:
        """What decides about the rows of a side acts through the step that takes it in, too."""
        return Trace(own=frozenset((leaf, role) for leaf, _ in self._rows.get(side, EMPTY).own))


def _operands(expression: Expression) -> Iterator[Expression]:
    """What an expression and the calls in it are applied to: sums of thousands must not recurse."""
    pending = [*reversed(children(expression))]
    seen: set[Expression] = set()
    while pending:
        node = pending.pop()
        if not isinstance(node, Call):
            yield node
        elif node not in seen:
            seen.add(node)
            pending.extend(reversed(node.args))


def referenced(expression: Expression) -> list[Column]:
    """The columns that an expression names, each once."""
    if isinstance(expression, Column):
        return [expression]
    nodes: list[Expression] = [expression]
    seen: set[Expression] = set()
    for node in nodes:
        if node not in seen:
            seen.add(node)
            nodes.extend(children(node))
    return [node for node in dict.fromkeys(nodes) if isinstance(node, Column)]

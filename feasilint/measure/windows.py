"""Window analysis: how far back the input of each measure reaches, relative to the prediction time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Expression,
    Filter,
    Interval,
    Join,
    Literal,
    Measure,
    Name,
    Opaque,
    Output,
    Relation,
    Scan,
    Window,
    Write,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold, spelled, walk
from feasilint.ir.relations import expressions, inputs
from feasilint.measure.bounds import Bound, bounds, mentions_hole
from feasilint.measure.combine import combine
from feasilint.measure.grain import buckets, defined, event_time, leaves, occurrence, unique_key
from feasilint.measure.model import Extent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.findings import Confidence
    from feasilint.measure.model import WindowClass
    from feasilint.trace import Tracer


class _Reach(Struct, frozen=True):
    """What lies below a measure: its predicates, joins and scans."""

    predicates: tuple[Expression, ...]
    joins: tuple[Join, ...]
    scans: tuple[Scan, ...]
    opaque: bool


class Windows:
    """Classifies measures; one per linked set of programs, whose `relations` tell which columns the code names. `entry` finds
    what the catalog knows of a scan."""

    def __init__(
        self,
        tracer: Tracer,
        relations: Iterable[Relation] = (),
        entry: Callable[[Scan], SourceEntry | None] | None = None,
    ) -> None:
        self.tracer = tracer
        self.columns = tracer.columns
        self._entry = entry or (lambda _: None)
        self._relations = relations
        self._names: defaultdict[Scan, set[str]] | None = None
        self._reached: dict[Relation, _Reach] = {}
        self._extents: dict[Output, Extent] = {}

    def extent(self, relation: Aggregate | Window, output: Output) -> Extent:
        """The window of one measure of a relation."""
        found = self._extents.get(output)
        if found is None:
            self._extents[output] = Extent("unknown")  # ends cycles
            found = self._extents[output] = self._extent(relation, output)
        return found

    def measured(self, relation: Aggregate | Window, output: Output) -> frozenset[Scan]:
        """The scans whose rows a measure sums up: those of its argument; for count(*) those whose time is bounded, else all
        below it."""
        measure = output.expression
        assert isinstance(measure, Measure)
        if found := self._arguments(measure):
            return found
        reach = self._reach(relation.input)
        timed = {leaf.scan for bound in self._said(measure, reach) if bound.lower is not None
                 for leaf in self.tracer.expression(bound.event).value}  # fmt: skip
        unbound = frozenset(scan for scan in reach.scans if scan not in self.columns.bound)
        return frozenset(timed & unbound) or unbound

    def _arguments(self, measure: Measure) -> frozenset[Scan]:
        return frozenset(leaf.scan for arg in measure.args for leaf in self.tracer.expression(arg).value)

    def _said(self, measure: Measure, reach: _Reach) -> list[Bound]:
        """Every time bound below and inside a measure. Where two time columns are compared, the later one is the event: its
        lower bound counts, not the other's upper."""
        return [b for p in (*reach.predicates, *_conditions(measure)) for b in bounds(p, self.columns)]

    def _extent(self, relation: Aggregate | Window, output: Output) -> Extent:
        assert isinstance(output.expression, Measure)
        reach = self._reach(relation.input)
        confidence: Confidence = "approximate" if reach.opaque else "exact"
        if isinstance(relation, Window) and (framed := _framed(relation, output.expression)) is not None:
            return Extent(framed[0], framed[1], _order_name(relation), confidence)
        keys = relation.partition if isinstance(relation, Window) else tuple(k.expression for k in relation.keys)
        keys = tuple(key for key in keys if not self._constant(key))
        found = self._bounded(output.expression, keys, reach)
        if found is None:
            found = self._unbounded(relation, output.expression, keys, reach)
        time = found.time_column or (_order_name(relation) if isinstance(relation, Window) else None)
        return Extent(found.window, found.intervals, time or self._time_column(reach), confidence)

    def _constant(self, key: Expression) -> bool:
        """Whether a key is the same in every row, and so groups nothing."""
        bottom = defined(key, self.columns)
        if isinstance(bottom, Column):
            made = self.columns.table(bottom.relation).find(bottom.name)
            bottom = made.expression if made is not None else bottom
        while isinstance(bottom, Call) and bottom.function == "cast":
            bottom = bottom.args[0]
        return isinstance(bottom, Literal)

    # --- bounds ---

    def _bounded(self, measure: Measure, keys: tuple[Expression, ...], reach: _Reach) -> Extent | None:
        """bounded, anchored or bucketed where time predicates or keys say so."""
        about = [bound for bound in self._said(measure, reach) if self._speaks_of(bound.event, measure, keys, reach)]
        verdict = combine(about)
        if verdict is not None and verdict.window == "bounded":
            return verdict
        ends = [end for bound in about if bound.width is None for end in (bound.lower, bound.upper) if end is not None]
        anchors = [column for end in ends for column in end.columns]
        against = {leaf for column in anchors for leaf in leaves(column, self.columns)}
        for key in keys:
            if buckets(key, self.columns) and not against.intersection(leaves(key, self.columns)):
                return Extent("bucketed", (), _name_of(key))
        return verdict

    def _speaks_of(self, event: Column, measure: Measure, keys: tuple[Expression, ...], reach: _Reach) -> bool:
        """Whether a bound on this column bounds the measured rows: not where it belongs to the spine or a dimension that
        is joined by the very keys that are grouped by."""
        place = {relation for relation, _ in leaves(event, self.columns)}
        measured: set[Relation] = set(self._arguments(measure))
        if not measured or not place or place & measured:
            return True
        grouped = {name for key in keys for _, name in leaves(key, self.columns)}
        apart = [j for j in reach.joins if self._between(j, place, measured)]
        return not any(names and names <= grouped for names in (self._key_names(join) for join in apart))

    def _between(self, join: Join, one: set[Relation], other: set[Relation]) -> bool:
        left, right = set(self._reach(join.left).scans), set(self._reach(join.right).scans)
        return bool((left & one and right & other) or (left & other and right & one))

    def _key_names(self, join: Join) -> set[str]:
        names = {fold(name) for name in join.using}
        for part in conjuncts(join.on) if join.on is not None else ():
            if isinstance(part, Call) and part.function == "eq":
                names |= {name for column in referenced(part) for _, name in leaves(column, self.columns)}
        return names

    # --- without bounds ---

    def _unbounded(
        self, relation: Aggregate | Window, measure: Measure, keys: tuple[Expression, ...], reach: _Reach
    ) -> Extent:
        if any(mentions_hole(predicate) for predicate in reach.predicates):
            return Extent("unknown")
        inner = self._inner(measure)
        if inner is not None:
            return inner
        if keys and self._one_entity(relation, keys):
            return Extent("entity")
        running = isinstance(relation, Window) and relation.order
        return Extent("unbounded" if keys or running else "global")

    def _inner(self, measure: Measure) -> Extent | None:
        """A measure of bounded measures is bounded like the longest of them."""
        uses = {use for arg in measure.args for use in self.tracer.expression(arg).uses if use.role == "value"}
        extents = [self.extent(use.relation, use.output) for use in sorted(uses, key=lambda u: spelled(u.output.name))]
        if not extents or any(extent.window != "bounded" for extent in extents):
            return None
        lengths = sorted({length for extent in extents for length in extent.intervals})
        return Extent("bounded", tuple(lengths), extents[0].time_column)

    def _one_entity(self, relation: Aggregate | Window, keys: tuple[Expression, ...]) -> bool:
        grouped = [(place, name) for key in keys for place, name in leaves(key, self.columns)]
        known = unique_key(relation.input, self.columns)
        if known is not None and known[1] and known[1] <= {fold(c.name) for key in keys for c in referenced(key)}:
            return True
        for place, name in grouped:
            entry = self._entry(place) if isinstance(place, Scan) else None
            if entry is not None and (name in map(fold, entry.bounded_keys) or _is_grain(entry, place, grouped)):
                return True
            if entry is None and occurrence(name):
                return True
        return False

    # --- below ---

    def _reach(self, relation: Relation) -> _Reach:
        found = self._reached.get(relation)
        if found is None:
            found = self._reached[relation] = self._collect(relation)
        return found

    def _collect(self, relation: Relation) -> _Reach:
        predicates: list[Expression] = []
        joins: list[Join] = []
        scans: list[Scan] = []
        opaque = False
        for node in self._all_below(relation):
            match node:
                case Filter(predicate=predicate):
                    predicates.append(predicate)
                case Join(on=on):
                    joins.append(node)
                    predicates += [on] if on is not None else []
                case Scan():
                    scans.append(node)
                case Opaque():
                    opaque = True
        return _Reach(tuple(predicates), tuple(joins), tuple(scans), opaque)

    def _all_below(self, relation: Relation) -> Iterator[Relation]:
        pending, seen = [relation], set[Relation]()
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            yield node
            written: tuple[Write, ...] = self.columns.bound.get(node, ()) if isinstance(node, Scan) else ()
            pending.extend(write.relation for write in written)
            pending.extend(reversed(inputs(node)))

    def _time_column(self, reach: _Reach) -> Name | None:
        """What could bound a measure: the event time that the catalog declares for a source of it, else a column of a source
        that the code uses and whose name speaks of time."""
        entries = [self._entry(scan) for scan in reach.scans]
        declared = next((entry.event_time for entry in entries if entry is not None and entry.event_time), None)
        return declared or next((name for scan in reach.scans for name in self._used(scan) if event_time(name)), None)

    def _used(self, scan: Scan) -> tuple[str, ...]:
        """The columns of a scan that are named anywhere in the code, sorted."""
        if self._names is None:
            self._names = defaultdict(set)
            for relation in self._relations:
                for expression in expressions(relation):
                    for column in referenced(expression):
                        bottom = self.columns.settle(column.relation, column.name)
                        if isinstance(bottom, Scan):
                            self._names[bottom].add(spelled(column.name))
        return tuple(sorted({*self._names[scan], *map(spelled, scan.columns or ())}))


def _is_grain(entry: SourceEntry, place: Relation, grouped: list[tuple[Relation, str]]) -> bool:
    return bool(entry.grain) and {fold(name) for name in entry.grain} <= {
        name for scan, name in grouped if scan is place
    }


def _framed(window: Window, measure: Measure) -> tuple[WindowClass, tuple[Interval, ...]] | None:
    """The window that an explicit, finite frame gives."""
    if measure.function in ("lag", "lead"):
        return "rows", ()
    frame = window.frame
    if frame is None or frame.start is None:
        return None
    if frame.unit != "range":
        return "rows", ()
    if not isinstance(frame.start, Interval):
        return "bounded", ()
    end = frame.end if isinstance(frame.end, Interval) else Interval()
    return "bounded", (end - frame.start,)


def _conditions(measure: Measure) -> Iterator[Expression]:
    """Predicates inside the measure: FILTER, and CASE WHEN … THEN x END whose other branch adds nothing."""
    if measure.where is not None:
        yield measure.where
    for arg in measure.args:
        for node in walk(arg):
            if isinstance(node, Call) and node.function == "case" and len(node.args) in (2, 3):
                yield node.args[0]


def _order_name(window: Window) -> Name | None:
    """The time that a window is ordered by: not a key of its partition, the one that speaks of time first."""
    keys = {fold(column.name) for key in window.partition for column in referenced(key)}
    names = [column.name for by in window.order for column in referenced(by) if fold(column.name) not in keys]
    return next((name for name in names if event_time(spelled(name))), next(iter(names), None))


def _name_of(expression: Expression) -> Name | None:
    return next((column.name for column in referenced(expression)), None)

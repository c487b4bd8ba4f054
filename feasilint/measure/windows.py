"""Window analysis: how far back the input of each measure reaches, relative to the prediction time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Expression,
    Hole,
    Join,
    Literal,
    Measure,
    Name,
    Output,
    Relation,
    Scan,
    Window,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold, spelled
from feasilint.ir.traversal import expressions
from feasilint.measure.bounds import Bounds, unreadable
from feasilint.measure.buckets import buckets, recurring, unread_time
from feasilint.measure.combine import combine, narrowest, widest
from feasilint.measure.entities import Entities
from feasilint.measure.frames import framed, order_name
from feasilint.measure.grain import defined, elements, leaves, session
from feasilint.measure.model import Extent
from feasilint.measure.moments import TRANSPARENT
from feasilint.measure.names import event_time
from feasilint.measure.picks import picked
from feasilint.measure.reach import Reach, Reaching
from feasilint.measure.relevance import conditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.findings import Confidence
    from feasilint.measure.comparisons import Bound
    from feasilint.trace import Tracer


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
        self._times: dict[Scan, Name | None] = {}
        self.reaching = Reaching(self.columns)
        self._entities = Entities(tracer, self.reaching, self._entry)
        self._bounds = Bounds(self.columns)
        self._conditions: dict[Measure, tuple[Expression, ...]] = {}
        self._extents: dict[Output, Extent] = {}
        self._abouts: dict[Output, list[Bound]] = {}
        self._places: dict[Column, frozenset[Relation]] = {}
        self._measured: dict[Measure, frozenset[Scan]] = {}

    def extent(self, relation: Aggregate | Window, output: Output) -> Extent:
        """The window of one measure of a relation."""
        found = self._extents.get(output)
        if found is None:
            self._extents[output] = Extent("unknown")  # ends cycles
            found = self._extents[output] = self._extent(relation, output)
        return found

    def bounds(self, predicate: Expression) -> tuple[Bound, ...]:
        """The time bounds that hold wherever a predicate does."""
        return self._bounds.of(predicate)

    def bounding(self, relation: Aggregate | Window, output: Output) -> list[Bound]:
        """The time bounds that hold for every row that a measure sums up."""
        measure = output.expression
        assert isinstance(measure, Measure)
        reach = self._reach(relation.input, measure)
        about = self.about(relation, output)
        certain = {b for p in (*reach.predicates, *self.inside(measure)) for b in self._bounds.of(p)}
        return [bound for bound in about if bound in certain]

    def about(self, relation: Aggregate | Window, output: Output) -> list[Bound]:
        """The time bounds on rows that a measure sums up, those of single branches too."""
        found = self._abouts.get(output)
        if found is None:
            assert isinstance(output.expression, Measure)
            reach = self._reach(relation.input, output.expression)
            found = self._abouts[output] = self._about(output.expression, self.keys(relation, output), reach)
        return found

    def below(self, relation: Aggregate | Window, output: Output) -> Reach:
        """What limits the rows of a measure."""
        assert isinstance(output.expression, Measure)
        return self._reach(relation.input, output.expression)

    def measured(self, relation: Aggregate | Window, output: Output) -> frozenset[Scan]:
        """The scans whose rows a measure sums up: those of its argument; for count(*) those whose time is bounded, else all
        below it."""
        measure = output.expression
        assert isinstance(measure, Measure)
        if found := self._arguments(measure):
            return found
        reach = self._reach(relation.input, measure)
        timed = {leaf.scan for bound in self._said(measure, reach) if bound.lower is not None
                 for leaf in self.tracer.expression(bound.event).value}  # fmt: skip
        unbound = frozenset(scan for scan in reach.scans if scan not in self.columns.bound)
        return frozenset(timed & unbound) or unbound

    def through(self, relation: Aggregate | Window, output: Output) -> tuple[Scan, ...]:
        """The readings of written tables through which a measure sees its rows."""
        assert isinstance(output.expression, Measure)
        scans = self._reach(relation.input, output.expression).scans
        return tuple(scan for scan in scans if scan in self.columns.bound)

    def _arguments(self, measure: Measure) -> frozenset[Scan]:
        found = self._measured.get(measure)
        if found is None:
            leaves_of = (self.tracer.expression(arg).value for arg in measure.args)
            found = self._measured[measure] = frozenset(leaf.scan for traced in leaves_of for leaf in traced)
        return found

    def _said(self, measure: Measure, reach: Reach) -> list[Bound]:
        """Every time bound below and inside a measure, those of single branches too."""
        return [b for p in (*reach.every(), *self.inside(measure)) for b in self._bounds.of(p)]

    def inside(self, measure: Measure) -> tuple[Expression, ...]:
        """The predicates inside a measure."""
        found = self._conditions.get(measure)
        if found is None:
            found = self._conditions[measure] = tuple(conditions(measure, self.columns))
        return found

    def _extent(self, relation: Aggregate | Window, output: Output) -> Extent:
        assert isinstance(output.expression, Measure)
        reach = self._reach(relation.input, output.expression)
        if output.expression.function == "unread":  # which of its rows it takes only its code knows
            return Extent("unknown", time_column=self._time_column(reach), confidence="approximate")
        confidence: Confidence = "approximate" if reach.opaque else "exact"
        if isinstance(relation, Window) and (frame := framed(relation, output.expression)) is not None:
            return Extent(frame[0], frame[1], order_name(relation), confidence)
        keys = self.keys(relation, output)
        found = self._bounded(output.expression, keys, reach)
        if (
            found is not None
            and found.window == "anchored"
            and self._entities.one(relation.input, keys, self._arguments(output.expression), reach)
        ):
            found = Extent("entity")
        elif found is not None:
            found = self._longest(found, output.expression)
        else:
            found = self._unbounded(relation, output.expression, keys, reach)
        time = found.time_column or (order_name(relation) if isinstance(relation, Window) else None)
        return replace(found, time_column=time or self._time_column(reach), confidence=confidence)

    def keys(self, relation: Aggregate | Window, output: Output) -> tuple[Expression, ...]:
        """What a measure is grouped by: its keys, without constants; in a correlated subquery the columns that are tied to
        the row around it."""
        keys = relation.partition if isinstance(relation, Window) else tuple(key.expression for key in relation.keys)
        grouping = tuple(key for key in keys if not self._constant(key))
        assert isinstance(output.expression, Measure)
        if grouping or isinstance(relation, Window):
            return grouping
        reach = self._reach(relation.input, output.expression)
        return tuple(self._correlated(reach, relation.input)) if reach.scans else ()

    def _correlated(self, reach: Reach, rows: Relation) -> Iterator[Column]:
        """The columns of the rows that are equal to one of the row around them."""
        for predicate in reach.every():
            for part in conjuncts(predicate):
                sides = list(referenced(part)) if isinstance(part, Call) and part.function == "eq" else []
                if len(sides) == 2 and all(map(self._is_read, sides)):
                    inside = self.reaching.relations(rows)
                    within = [side.relation in inside for side in sides]
                    if within[0] != within[1]:
                        yield sides[0] if within[0] else sides[1]

    def _is_read(self, column: Column) -> bool:
        """Whether a column is that of a source, passed on or computed row by row."""
        return any(isinstance(place, Scan) for place, _ in leaves(column, self.columns))

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

    def _bounded(self, measure: Measure, keys: tuple[Expression, ...], reach: Reach) -> Extent | None:
        """bounded, anchored or bucketed where time predicates or keys say so."""
        about = self._about(measure, keys, reach)
        verdict = self._verdict(reach, self.inside(measure), frozenset(about), {})
        if verdict is not None and verdict.window == "bounded":
            return verdict
        measured = self._arguments(measure)
        own = [
            bound for bound in about if bound.width is None and (not measured or self._place(bound.event) & measured)
        ]
        ends = [end for bound in own for end in (bound.lower, bound.upper) if end is not None]
        anchors = [column for end in ends for column in end.columns]
        against = {leaf for column in anchors for leaf in leaves(column, self.columns)}
        for key in keys:
            bucket = buckets(key, self.columns) or self._is_time(key, about)
            if bucket and not against.intersection(leaves(key, self.columns)):
                return Extent("bucketed", (), _name_of(key))
        if keys and {"month", "day"} <= {recurring(key, self.columns) for key in keys}:
            return Extent("bucketed")  # the days of a year
        return verdict

    def _is_time(self, key: Expression, about: list[Bound]) -> bool:
        """Whether a key is the very time that a date bounds, or that the catalog declares: its groups are moments, whatever it is
        called."""
        made = defined(key, self.columns)
        if not (isinstance(made, Column) or (isinstance(made, Call) and made.function in TRANSPARENT)):
            return False
        own = {leaf[:2] for leaf in self.tracer.expression(key).value}
        if any(self._declared_time(scan) == fold(name) for scan, name in own):
            return True
        dates = [b.event for b in about if b.lower is not None and b.lower.base == "constant" and not b.recurs]
        return any(leaf[:2] in own for event in dates for leaf in self.tracer.expression(event).value)

    def _declared_time(self, scan: Scan) -> str | None:
        entry = self._entry(scan)
        return fold(entry.event_time) if entry is not None and entry.event_time else None

    def _place(self, event: Column) -> frozenset[Relation]:
        """The relations that a column is read from, at the bottom of its way."""
        found = self._places.get(event)
        if found is None:
            ends = [relation for relation, _ in leaves(event, self.columns)]
            several = any(end in self.columns.bound for end in ends)  # a table that more than one statement writes
            below = {leaf.scan for leaf in self.tracer.expression(event).value} if several else frozenset[Relation]()
            found = self._places[event] = frozenset(scan for end in ends for scan in self._ends(end)) | below
        return found

    def _ends(self, relation: Relation) -> frozenset[Relation]:
        """Where a column is read from that is found in a relation; of a join either side, where nobody knows which."""
        return self.reaching.scans(relation) if isinstance(relation, Join) else frozenset((relation,))

    def _verdict(
        self, reach: Reach, inside: tuple[Expression, ...], about: frozenset[Bound], known: dict[int, Extent | None]
    ) -> Extent | None:
        """What predicates say together; of branches the one that reaches back most."""
        if id(reach) not in known:
            said = [b for p in (*reach.predicates, *inside) for b in self._bounds.of(p) if b in about]
            said += [b.vague() for p in reach.days for b in self._bounds.of(p)]
            found = [combine(said)]
            found += [widest(self._verdict(part, (), about, known) for part in parts) for parts in reach.branches]
            known[id(reach)] = narrowest(extent for extent in found if extent is not None)
        return known[id(reach)]

    def _about(self, measure: Measure, keys: tuple[Expression, ...], reach: Reach) -> list[Bound]:
        """The bounds on the measured rows: not on the row around a correlated subquery, nor on the spine or a dimension that is
        joined by the very keys that are grouped by."""
        said = self._said(measure, reach)
        measured: frozenset[Relation] = frozenset(self._arguments(measure)) if said else frozenset()
        within = self.reaching.within(reach) if said else frozenset()
        grouped = {name for key in keys for _, name in leaves(key, self.columns)} if said else set()
        apart: dict[frozenset[Relation], bool] = {}
        way: frozenset[Relation | None] = self.way(measure) if said else frozenset()

        def speaks(bound: Bound) -> bool:
            place = self._place(bound.event)
            if place and not place & within:
                return False
            if not measured or not place or (place & measured and bound.role in way):
                return True
            if not place & measured and self._ends_on(
                bound, measured
            ):  # says of the spine what is said of the rows, too
                return False
            if place not in apart:
                joins = (join for join in reach.joins if self._between(join, place, measured))
                apart[place] = any(names and names <= grouped for names in map(self._key_names, joins))
            return not apart[place]

        return [bound for bound in said if speaks(bound)]

    def _ends_on(self, bound: Bound, rows: frozenset[Relation]) -> bool:
        """Whether a bound holds a time against one of these rows."""
        ends = (end.column for end in (bound.lower, bound.upper) if end is not None)
        return any(column is not None and bool(self._place(column) & rows) for column in ends)

    def way(self, measure: Measure) -> frozenset[Relation | None]:
        """The relations that the values of a measure pass: a table that is joined twice is on it in one of its roles only."""
        pending = [column for arg in measure.args for column in referenced(arg)]
        seen: set[tuple[Relation, Name]] = set()
        while pending:
            column = pending.pop()
            if (column.relation, column.name) not in seen:
                seen.add((column.relation, column.name))
                steps = self.columns.step(column.relation, column.name)
                pending.extend(below for expression in steps for below in referenced(expression))
        return frozenset(relation for relation, _ in seen) | {None}

    def _between(self, join: Join, one: frozenset[Relation], other: frozenset[Relation]) -> bool:
        left, right = self.reaching.scans(join.left), self.reaching.scans(join.right)
        return bool((left & one and right & other) or (left & other and right & one))

    def _key_names(self, join: Join) -> set[str]:
        names = {fold(name) for name in join.using}
        for part in conjuncts(join.on) if join.on is not None else ():
            if isinstance(part, Call) and part.function == "eq":
                names |= {name for column in referenced(part) for _, name in leaves(column, self.columns)}
        return names

    # --- without bounds ---

    def _unbounded(
        self, relation: Aggregate | Window, measure: Measure, keys: tuple[Expression, ...], reach: Reach
    ) -> Extent:
        hidden = any(isinstance(key, Hole) or unread_time(key, self.columns) for key in keys)
        if hidden or any(unreadable(predicate) for predicate in reach.every()):
            return Extent("unknown")
        if (picks := picked((*reach.predicates, *self.inside(measure)), keys, self.columns)) is not None:
            return Extent(picks)
        inner = self._inner(measure)
        if inner is not None:
            return inner
        if (
            elements(relation.input)
            or any(session(key, self.columns) for key in keys)
            or (keys and self._entities.one(relation.input, keys, self._arguments(measure), reach))
        ):
            return Extent("entity")
        running = isinstance(relation, Window) and relation.order
        return Extent("unbounded" if keys or running else "global")

    def _longest(self, found: Extent, measure: Measure) -> Extent:
        """The sum of a week's and a month's total reaches back a month, although the week is a bound below it, too."""
        inner = self._inner(measure) if found.window == "bounded" and found.intervals else None
        return inner if inner is not None and set(found.intervals) < set(inner.intervals) else found

    def _inner(self, measure: Measure) -> Extent | None:
        """A measure of bounded measures is bounded like the longest of them."""
        uses = {use for arg in measure.args for use in self.tracer.expression(arg).uses if use.role == "value"}
        extents = [self.extent(use.relation, use.output) for use in sorted(uses, key=lambda u: spelled(u.output.name))]
        if not extents or any(extent.window != "bounded" for extent in extents):
            return None
        lengths = sorted({length for extent in extents for length in extent.intervals})
        return Extent("bounded", tuple(lengths), extents[0].time_column)

    # --- below ---

    def _reach(self, relation: Relation, measure: Measure) -> Reach:
        names = frozenset(column.name for arg in measure.args for column in referenced(arg))
        return self.reaching.below(relation, names)

    def _time_column(self, reach: Reach) -> Name | None:
        """What could bound a measure: the event time that the catalog declares for a source of it, else a column of a source
        that the code uses and whose name speaks of time."""
        entries = [self._entry(scan) for scan in reach.scans]
        declared = next((entry.event_time for entry in entries if entry is not None and entry.event_time), None)
        return declared or next((name for scan in reach.scans if (name := self._timed(scan)) is not None), None)

    def _timed(self, scan: Scan) -> Name | None:
        if scan not in self._times:
            self._times[scan] = next((name for name in self._used(scan) if event_time(name)), None)
        return self._times[scan]

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


def _name_of(expression: Expression) -> Name | None:
    return next((column.name for column in referenced(expression)), None)

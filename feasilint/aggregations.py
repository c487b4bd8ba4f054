"""The aggregations of the code, one per call, with window, sources and what they flow into."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Expression,
    Filter,
    Hole,
    Limit,
    Measure,
    Output,
    Relation,
    Split,
    Window,
)
from feasilint.ir.expressions import columns, spelled
from feasilint.ir.names import timelike
from feasilint.measure.applied import of_its_own_rows
from feasilint.measure.edges import ends_before, includes_itself, upper
from feasilint.measure.gathered import gathered
from feasilint.measure.grain import leaves
from feasilint.measure.model import GROWING, Aggregation, Until
from feasilint.measure.pairs import pairing
from feasilint.measure.pruning import unpruned
from feasilint.measure.spans import spans
from feasilint.measure.usage import combined, counted, is_measure, kept, outermost, undivided
from feasilint.measure.zones import zones
from feasilint.trace import Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.analysis import Analysis, Arrival, Member
    from feasilint.findings import Place
    from feasilint.ir import Program, Source
    from feasilint.measure.model import Extent, Reach

_DEEPEST = 256
_PICKING = ("last", "first", "any", "arg_max", "arg_min", "row_number")  # of values that are there, one is taken
_STRENGTH: dict[Reach, int] = {"model": 0, "table": 1, "eda": 2, "unknown": 3}


def of_program(program: Program, analysis: Analysis) -> tuple[Aggregation, ...]:
    """Every aggregation of a document; the calls of an unrolled loop or of a function that is called again are one."""
    found: dict[tuple[object, ...], Aggregation] = {}
    for use in uses(program):
        made = of_use(use, analysis)
        if made is not None:
            key = (made.place, made.function, made.keys, made.extent.window)
            found[key] = _together(found[key], made) if key in found else made
    return tuple(found.values())


def uses(program: Program) -> Iterator[Use]:
    """The measures of a document in document order."""
    for relation in program.relations:
        if isinstance(relation, Aggregate | Window):
            yield from (
                Use(relation, output, "value") for output in relation.measures if isinstance(output.expression, Measure)
            )


def of_member(member: Member, analysis: Analysis) -> Iterator[Aggregation]:
    """The measures that a column's value passes through, but for numbers of rows that only pick what it is made of."""
    uses = sorted(
        (use for use in member.trace.uses if use.role == "value"),
        key=lambda use: (spelled(use.output.name), analysis.position(use.relation)),
    )
    if member.column is not None and any(map(_numbers_rows, uses)):
        values = counted(member.column, analysis.columns)
        uses = [use for use in uses if not _numbers_rows(use) or use.output in values]
    made = [(use, of_use(use, analysis)) for use in uses]
    if member.column is None:
        yield from (aggregation for _, aggregation in made if aggregation is not None)
        return
    combining = any(a is not None and a.extent.window == "global" for _, a in made)
    used = combined(member.column, analysis.columns) if combining else frozenset()
    own = kept(member.column, analysis.columns) if made else frozenset()
    inner = _gathered(uses, analysis)
    nested = _nested(member.column, made, analysis) if len(made) > 1 else ()
    whole = undivided(member.column, analysis.columns) if len(made) > 1 else own
    for use, aggregation in made:
        if aggregation is not None:
            told = _Told(
                fills=use.output not in (used if aggregation.extent.window == "global" else own),
                alone=aggregation.includes_current and is_measure(member.column, analysis.columns),
                gathered=use in inner,
                nested=use.output in nested,
                divided=len(made) > 1 and use.output not in whole,
            )
            yield replace(aggregation, **told._asdict()) if any(told) else aggregation


class _Told(NamedTuple):
    """What is told of an aggregation with regard to one feature."""

    fills: bool
    alone: bool
    gathered: bool
    nested: bool
    divided: bool


def _nested(column: Column, made: Iterable[tuple[Use, Aggregation | None]], analysis: Analysis) -> set[Output]:
    """The measures whose window is not that of a feature: those that another one takes together over other rows, and that
    one, where it has no window but theirs."""
    extents = {use.output: aggregation.extent for use, aggregation in made if aggregation is not None}
    uses = [use for use, aggregation in made if aggregation is not None and aggregation.function not in _PICKING]
    taking = [(use, borrowed) for use in uses if (borrowed := _takes(use, extents, analysis)) is not None]
    if not taking:
        return set()
    own = outermost(column, analysis.columns, {use.output.expression for use, _ in taking})
    return (extents.keys() - own) | {use.output for use, borrowed in taking if borrowed}


def _takes(use: Use, extents: Mapping[Output, Extent], analysis: Analysis) -> bool | None:
    """Whether a measure that takes values of others together over more rows has a window only by theirs; None where it takes
    none, or over the same rows."""
    own, windows, measure = extents[use.output], analysis.windows, use.output.expression
    if own.window in ("entity", "global") or not isinstance(measure, Measure):
        return None
    below = (one for arg in measure.args for one in analysis.tracer.expression(arg).uses)
    inner = [one for one in below if one.output is not use.output and one.output in extents]
    lengths = {extents[one.output].intervals for one in inner} - {()}
    if not lengths:
        return None
    if own.window != "bounded":
        return False
    relative = any(b.lower is not None and b.lower.base == "column" for b in windows.bounding(use.relation, use.output))
    if own.intervals not in lengths:  # an hour's values that each look back a day reach back a day
        valued = frozenset[Output]().union(*(counted(arg, analysis.columns) for arg in measure.args))
        farthest = max((extents[one.output].intervals[-1:] for one in inner if one.output in valued), default=())
        return relative and farthest > own.intervals[-1:]
    return True if relative and any(not _as_fine(use, one, analysis) for one in inner) else None


def _as_fine(use: Use, other: Use, analysis: Analysis) -> bool:
    """Whether each group of one measure lies within one of another."""
    own, theirs = (
        {leaf for key in analysis.windows.keys(one.relation, one.output) for leaf in leaves(key, analysis.columns)}
        for one in (use, other)
    )
    return theirs <= own


def _gathered(uses: list[Use], analysis: Analysis) -> frozenset[Use]:
    """The measures whose values another one of the feature takes together: a feature of a product is no running count of a user's
    orders of it, and one of a list of people no count for each mail that they got."""
    if len(uses) < 2:
        return frozenset()
    outer = [use.output.expression for use in uses if isinstance(use.relation, Aggregate)]
    args = (arg for measure in outer if isinstance(measure, Measure) for arg in measure.args)
    return frozenset(use for arg in args for use in analysis.tracer.expression(arg).uses)


def _numbers_rows(use: Use) -> bool:
    """Row numbers and running counts, which say the same."""
    measure = use.output.expression
    if not isinstance(measure, Measure):
        return False
    return measure.function == "row_number" or (measure.function == "count" and isinstance(use.relation, Window))


def of_use(use: Use, analysis: Analysis) -> Aggregation | None:
    """One measure as an aggregation; None where it stands nowhere in the code."""
    known = analysis.aggregations
    if use not in known:
        known[use] = _of_use(use, analysis)
    return known[use]


def _of_use(use: Use, analysis: Analysis) -> Aggregation | None:
    relation, output, _ = use
    measure = output.expression
    assert isinstance(measure, Measure)
    origin = measure.origin or output.origin or relation.origin
    place = analysis.place(relation, origin)
    if origin is None or place is None:
        return None
    arrivals = analysis.arrivals(use)
    extent = analysis.windows.extent(relation, output)
    frame = relation.frame if isinstance(relation, Window) else None
    return Aggregation(
        function=measure.function,
        keys=keys(relation, output, analysis),
        extent=extent,
        place=place,
        text=spelled(output.name),
        arguments=_named(measure.args),
        values=_values(measure.args, analysis),
        order=_named(relation.order) if isinstance(relation, Window) else (),
        outputs=_outputs(arrivals) or (spelled(output.name),),
        reaches=min((arrival.reach for arrival in arrivals), key=_STRENGTH.__getitem__, default="unknown"),
        roles=tuple(sorted({arrival.role for arrival in arrivals if arrival.reach != "eda"})),
        sources=_sources(use, analysis),
        spans=spans(relation, output, analysis.windows),
        gathers=_gathers(use, analysis) if extent.window in GROWING else frozenset(),
        through=_through(use, analysis),
        running=frame is not None and frame.start is None,
        backwards=isinstance(relation, Window) and _backwards(relation),
        default_frame=frame is not None and frame.default,
        includes_current=includes_itself(relation, output, analysis.windows),
        ends_before=ends_before(relation, output, analysis.windows),
        part=_part(relation, analysis),
        elsewhere=_elsewhere(relation, analysis),
        chosen=_chosen(relation, analysis),
        pairing=pairing(relation, output, analysis.windows),
        zones=zones(relation, output, analysis.windows),
        until=tuple(_until(relation, output, place, analysis)) if extent.window in GROWING else (),
        unpruned=unpruned(relation, output, analysis.windows, analysis.entry),
        confidence=extent.confidence,
        fragment=origin.fragment,
        node=origin.node,
    )


def _until(relation: Aggregate | Window, output: Output, place: Place, analysis: Analysis) -> Iterator[Until]:
    """The times that limit the rows of a measure from above, in its own document."""
    for bound in upper(relation, output, analysis.windows):
        assert bound.upper is not None
        at = analysis.place(bound.role, bound.origin) if bound.role is not None else None
        if bound.origin is None or (at is not None and at.path == place.path):
            yield Until(spelled(bound.event.name), bound.origin, bound.upper.base == "constant", bound.upper.quoted)


def _backwards(window: Window) -> bool:
    """Whether later rows come first: in falling order of time, or turned round."""
    if not window.order or not any(window.descending[:1]):
        return False
    by = window.order[0]
    return isinstance(by, Hole) or any(timelike(spelled(column.name)) for column in columns(by))


def _part(relation: Relation, analysis: Analysis) -> str | None:
    """The part of a split that rows come from, through steps with one input."""
    for _ in range(_DEEPEST):
        if isinstance(relation, Split):
            return relation.part
        if isinstance(relation, Limit) and relation.n is None and not relation.sample:
            return "slice"
        below = analysis.columns.below(relation)
        if len(below) != 1:
            return None
        relation = below[0]
    return None


def _elsewhere(relation: Aggregate | Window, analysis: Analysis) -> bool:
    """Whether a statistic of a whole table is computed with other rows than its own, or nowhere that can be seen."""
    if isinstance(relation, Window) or relation.keys:
        return False
    return not of_its_own_rows(relation, analysis.applied)


def _chosen(relation: Relation, analysis: Analysis) -> bool:
    """Whether some rows were left out on the way to a measure, as far as a look at the nearest steps tells."""
    pending, seen = [relation], set[Relation]()
    while pending and len(seen) < _DEEPEST:
        relation = pending.pop()
        if isinstance(relation, Filter | Limit | Split):
            return True
        if relation not in seen:
            seen.add(relation)
            pending.extend(analysis.columns.below(relation))
    return False


def keys(relation: Aggregate | Window, output: Output, analysis: Analysis) -> tuple[str, ...]:
    """The names of the grouping keys; of a correlated subquery those of the columns that tie it to the row around it."""
    if isinstance(relation, Aggregate) and relation.keys:
        return tuple(spelled(key.name) for key in relation.keys)
    return tuple(dict.fromkeys(_spelled(key) for key in analysis.windows.keys(relation, output)))


def _spelled(expression: Expression) -> str:
    match expression:
        case Column(name=name):
            return spelled(name)
        case Call(function=function, args=args):
            return f"{function}({', '.join(_spelled(arg) for arg in args)})"
        case _:
            return str(getattr(expression, "value", "?"))


def _named(expressions: Iterable[Expression]) -> tuple[str, ...]:
    """The names of the columns in expressions."""
    return tuple(dict.fromkeys(spelled(column.name) for expression in expressions for column in columns(expression)))


def _values(expressions: Iterable[Expression], analysis: Analysis) -> frozenset[tuple[Source, str]]:
    """The physical columns that expressions are made of."""
    traces = (analysis.windows.tracer.expression(expression) for expression in expressions)
    return frozenset((leaf.scan.source, leaf.column) for trace in traces for leaf in trace.value)


def _outputs(arrivals: Iterable[Arrival]) -> tuple[str, ...]:
    best = min((_STRENGTH[arrival.reach] for arrival in arrivals), default=3)
    names = (a.output for a in arrivals if a.output and a.role == "feature" and _STRENGTH[a.reach] == best)
    return tuple(dict.fromkeys(names))


def _sources(use: Use, analysis: Analysis) -> tuple[Source, ...]:
    found = {scan.source for scan in analysis.windows.measured(use.relation, use.output)}
    return tuple(sorted(found, key=lambda source: (source.name, source.kind)))


def _gathers(use: Use, analysis: Analysis) -> frozenset[Source]:
    return frozenset(scan.source for scan in gathered(use.relation, use.output, analysis.windows))


def _through(use: Use, analysis: Analysis) -> tuple[Source, ...]:
    scans = analysis.windows.through(use.relation, use.output)
    return tuple(dict.fromkeys(scan.source for scan in scans if analysis.ages.hop(scan) is not None))


def _together(a: Aggregation, b: Aggregation) -> Aggregation:
    intervals = tuple(sorted({*a.extent.intervals, *b.extent.intervals}))
    return replace(
        a,
        extent=replace(a.extent, intervals=intervals),
        outputs=tuple(dict.fromkeys(a.outputs + b.outputs)),
        reaches=min(a.reaches, b.reaches, key=_STRENGTH.__getitem__),
        roles=tuple(sorted({*a.roles, *b.roles})),
        sources=tuple(sorted({*a.sources, *b.sources}, key=lambda source: (source.name, source.kind))),
    )

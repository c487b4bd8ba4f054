"""Where features come from: for each a tree of what is computed and read on the way down to its sources, and how old it gets."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from feasilint.aggregations import of_use
from feasilint.errors import UsageError
from feasilint.findings import Place
from feasilint.ir import Aggregate, Column, Fit, Measure, Scan, Source, Window, Write
from feasilint.ir.expressions import fold
from feasilint.measure.ages import aged
from feasilint.rule import Unread
from feasilint.subjects import in_order, is_key, judged_sinks
from feasilint.trace import Use
from feasilint.unread import gaps
from feasilint.ways import oldest_way, timed, way

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from feasilint.analysis import Analysis, Member
    from feasilint.catalog.model import ModelEntry, PredictionPoint, SourceEntry, Staleness
    from feasilint.findings import Confidence
    from feasilint.ir import Program, Refresh, Relation, Sink
    from feasilint.measure.model import Age, Aggregation
    from feasilint.measure.model import Hop as TableHop
    from feasilint.paths import Step
    from feasilint.trace import Leaf

HopKind: TypeAlias = Literal["step", "aggregation", "table", "source"]
_NEAREST = 3
_MADE_UP = re.compile(r"_m\d+")  # names that measures inside an expression are given


class Written(Struct, frozen=True, gc=False):
    """A statement that writes a table, and how the table is kept up to date as far as that is stated."""

    place: Place | None
    mode: str
    refresh: Refresh | None


class Hop(Struct, frozen=True, gc=False):
    """One station on the way from a feature to its sources.

    `step` and `aggregation` compute the column `name`, `table` reads it from what the project writes, `source` from outside.
    `columns`: what is read there. `age`: of what arrives here, over all tables below; `adds`: what the table here adds to that.
    `deciding`: the oldest way passes here.
    """

    kind: HopKind
    name: str
    place: Place | None
    age: Staleness | None
    deciding: bool
    source: Source | None = None
    columns: tuple[str, ...] = ()
    entry: SourceEntry | None = None
    adds: Staleness | None = None
    written: tuple[Written, ...] = ()
    aggregation: Aggregation | None = None
    below: tuple[Hop, ...] = ()


class Influence(Struct, frozen=True, gc=False):
    """A source that decides about the rows or groups behind a feature, by its role: where, join, group_by, …"""

    role: str
    source: Source
    columns: tuple[str, ...]
    entry: SourceEntry | None
    age: Staleness | None
    place: Place | None


class Target(Struct, frozen=True, gc=False):
    """The model or table that a feature is a column of, or what is looked at last; a table that is stored adds to the age."""

    kind: Literal["model", "table", "result"]
    name: str
    place: Place
    entry: ModelEntry | None
    point: PredictionPoint | None
    adds: Staleness | None


class Ancestry(Struct, frozen=True, gc=False):
    """One feature with all ways down to what its values come from (`below`), and what decides about its rows (`indirect`).

    `age` is that of the oldest way, as far as ages are known."""

    name: str
    targets: tuple[Target, ...]
    age: Staleness | None
    confidence: Confidence
    below: tuple[Hop, ...]
    indirect: tuple[Influence, ...]
    unread: tuple[Unread, ...]


def ancestries(analysis: Analysis, reported: Collection[str], feature: str | None = None) -> list[Ancestry]:
    """Where the features of these documents come from; with a name that one alone, wherever a table has such a column.

    Raises UsageError for a name that there is not.
    """
    judged = [end for end in judged_sinks(analysis) if end[0].path in reported]
    programs = [program for program in analysis.programs if program.path in reported]
    ends = [end for program in programs for end in _ends(program, analysis)]
    if feature is None:
        found = _told(judged, analysis, lambda member, sink: not _says_whom(member, sink, analysis))
        return found or _told(ends, analysis, lambda *_: True)
    writes = [(program, sink) for program in programs for sink in program.sinks if isinstance(sink, Write)]
    for sinks in (judged, ends, writes):
        if found := _told(sinks, analysis, lambda member, _: fold(member.name) == fold(feature)):
            return found
    raise UsageError(_unknown(feature, judged + ends, analysis))


def _ends(program: Program, analysis: Analysis) -> Iterator[tuple[Program, Sink]]:
    """The models of a document; without any the tables that it ends in, else what is looked at last."""
    fits = [sink for sink in program.sinks if isinstance(sink, Fit)]
    sight = analysis.final_sight(program)
    ends: list[Sink] = [*(fits or analysis.final_tables(program))]
    yield from ((program, sink) for sink in ends or ([sight] if sight is not None else []))


def _says_whom(member: Member, sink: Sink, analysis: Analysis) -> bool:
    """Whether a column of a table is a key of it, and no feature."""
    target = _target(sink, analysis)
    entity = frozenset(map(fold, target.point.entity)) if target.point is not None else frozenset[str]()
    return isinstance(sink, Write) and is_key(member, entity, analysis)


def _told(
    ends: Iterable[tuple[Program, Sink]], analysis: Analysis, wanted: Callable[[Member, Sink], bool]
) -> list[Ancestry]:
    """The wanted columns of these sinks; what several models are fitted on is told once."""
    found: dict[tuple[object, ...], tuple[Member, list[Sink]]] = {}
    for _, sink in ends:
        for member in analysis.members(sink):
            if member.name != "*" and wanted(member, sink):
                found.setdefault(_identity(member, analysis), (member, []))[1].append(sink)
    by_end: dict[Sink, list[tuple[Member, list[Sink]]]] = defaultdict(list)
    for member, sinks in found.values():
        by_end[sinks[0]].append((member, sinks))
    return [
        ancestry
        for end, features in by_end.items()
        for ancestry in analysis.budget.within(end, (_ancestry(member, sinks, analysis) for member, sinks in features))
    ]


def _identity(member: Member, analysis: Analysis) -> tuple[object, ...]:
    column = member.column
    settled = analysis.columns.settle(column.relation, column.name) if column is not None else None
    return member.name, settled, column.name if column is not None else None, member.trace


def _unknown(feature: str, ends: Iterable[tuple[Program, Sink]], analysis: Analysis) -> str:
    from feasilint.catalog.similar import SimilarNames

    names = {member.name for _, sink in ends for member in analysis.members(sink)} - {"*"}
    near = SimilarNames(sorted(names)).nearest(feature, _NEAREST)
    meant = f": did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else f" among {len(names)} columns"
    return f"no feature is called `{feature}`{meant}"


# --- one feature ---


def _ancestry(member: Member, sinks: Sequence[Sink], analysis: Analysis) -> Ancestry:
    late = timed(in_order(member.trace.hops, analysis), analysis)
    ways = [oldest_way(leaf, late, member, analysis) for leaf in in_order(member.trace.value, analysis)]
    ages = [analysis.ages.along(steps) for steps in ways]
    oldest = _oldest(age.total for age in ages)
    deciding = {steps[-1].relation for steps, age in zip(ways, ages, strict=True) if oldest and age.total == oldest}
    stored = [analysis.ages.stored(sink) for sink in sinks if isinstance(sink, Write)]
    return Ancestry(
        name=member.name,
        targets=tuple(_target(sink, analysis) for sink in sinks),
        age=_oldest(
            _read_from(hop, age, steps, analysis).total
            for hop in stored or [None]
            for steps, age in zip(ways, ages, strict=True)
        ),
        confidence="approximate" if member.trace.approximate else "exact",
        below=_Tree(analysis, deciding).of(ways),
        indirect=tuple(_influences(member, analysis)),
        unread=tuple(_unread(member, analysis)),
    )


def _read_from(stored: TableHop | None, age: Age, steps: Sequence[Step], analysis: Analysis) -> Age:
    """The age for those who read a feature out of the table that it is stored in."""
    bottom = steps[-1].relation if steps else None
    entry = analysis.entry(bottom) if isinstance(bottom, Scan) else None
    return age if stored is None else aged(age.source, entry, (stored, *age.hops))


def _oldest(ages: Iterable[Staleness | None]) -> Staleness | None:
    return max((age for age in ages if age is not None), key=lambda age: (age.worst, age.mean, age.least), default=None)


def _target(sink: Sink, analysis: Analysis) -> Target:
    path = analysis.home(sink)
    place = Place(path, sink.origin.span if sink.origin is not None else None)
    entry = analysis.belonging.model(path)
    point = analysis.belonging.point(path)
    stored = analysis.ages.stored(sink) if isinstance(sink, Write) else None
    adds = stored.staleness if stored is not None else None
    match sink:
        case Fit(estimator=estimator):
            return Target("model", estimator, place, entry, point, adds)
        case Write(target=Source(name=name)):
            return Target("table", name, place, entry, point, adds)
        case _:
            return Target("result", path, place, entry, point, adds)


def _unread(member: Member, analysis: Analysis) -> Iterator[Unread]:
    if member.column is not None and member.trace.approximate:
        for gap in gaps(member.column, analysis.columns):
            yield Unread(analysis.place(gap.relation, gap.origin), gap.text, gap.library)


# --- the way down ---


class _Tree:
    """Puts ways together that begin with the same steps. `deciding`: the sources at the end of the oldest."""

    def __init__(self, analysis: Analysis, deciding: Collection[Relation]) -> None:
        self._analysis = analysis
        self._deciding = deciding

    def of(self, ways: Sequence[Sequence[Step]]) -> tuple[Hop, ...]:
        groups: dict[tuple[Relation, str], list[Sequence[Step]]] = defaultdict(list)
        for steps in (self._telling(steps) for steps in ways):
            name = (
                "" if len(steps) == 1 else fold(steps[0].name)
            )  # the columns that are read of a source stand together
            groups[steps[0].relation, name].append(steps)
        return tuple(self._hop(group) for group in groups.values())

    def _telling(self, steps: Sequence[Step]) -> Sequence[Step]:
        """From the next step on that does more than to pass a column on under its name."""
        at = next((at for at, step in enumerate(steps[:-1]) if not self._passes_on(step)), len(steps) - 1)
        return steps[at:]

    def _passes_on(self, step: Step) -> bool:
        if isinstance(step.relation, Scan):
            return False
        made = self._analysis.columns.table(step.relation).find(step.name)
        expression = made.expression if made is not None else None
        return isinstance(expression, Column) and fold(expression.name) == fold(step.name)

    def _hop(self, ways: Sequence[Sequence[Step]]) -> Hop:
        analysis, step = self._analysis, ways[0][0]
        ends = len(ways[0]) == 1
        hop = Hop(
            kind="step",
            name=step.name,
            place=analysis.place(step.relation, step.origin or step.relation.origin),
            age=_oldest(analysis.ages.along(steps).total for steps in ways),
            deciding=any(steps[-1].relation in self._deciding for steps in ways),
            below=() if ends else self.of([steps[1:] for steps in ways]),
        )
        if isinstance(step.relation, Scan):
            return self._read(hop, step.relation, tuple(dict.fromkeys(steps[0].name for steps in ways)))
        return self._computed(hop, step)

    def _read(self, hop: Hop, scan: Scan, columns: tuple[str, ...]) -> Hop:
        analysis = self._analysis
        writes = analysis.linkage.bound.get(scan, ())
        table = analysis.ages.hop(scan) if writes else None
        return replace(
            hop,
            kind="table" if writes else "source",
            name=scan.source.name,
            source=scan.source,
            columns=columns,
            entry=analysis.entry(scan),
            adds=table.staleness if table is not None else None,
            written=tuple(Written(_write_place(write, analysis), write.mode, write.refresh) for write in writes),
        )

    def _computed(self, hop: Hop, step: Step) -> Hop:
        relation = step.relation
        made = self._analysis.columns.table(relation).find(step.name)
        if isinstance(relation, Aggregate | Window) and made is not None and isinstance(made.expression, Measure):
            found = of_use(Use(relation, made, "value"), self._analysis)
            if found is not None:
                name = found.function if _MADE_UP.fullmatch(step.name) else step.name
                return replace(hop, kind="aggregation", name=name, place=found.place, aggregation=found)
        return hop


def _write_place(write: Write, analysis: Analysis) -> Place | None:
    return Place(analysis.home(write), write.origin.span if write.origin is not None else None)


# --- what decides about its rows ---


def _influences(member: Member, analysis: Analysis) -> Iterator[Influence]:
    """By role and source, what the feature's own computation filters, joins, groups or orders by."""
    groups: dict[tuple[str, str, str], list[Leaf]] = defaultdict(list)
    for role in sorted({role for _, role in member.trace.own}):
        for leaf in in_order((leaf for leaf, its in member.trace.own if its == role), analysis):
            groups[role, fold(leaf.scan.source.name), leaf.scan.source.kind].append(leaf)
    for (role, *_), leaves in groups.items():
        scan = leaves[0].scan
        yield Influence(
            role=role,
            source=scan.source,
            columns=tuple(dict.fromkeys(leaf.column for leaf in leaves)),
            entry=analysis.entry(scan),
            age=analysis.ages.along(way(leaves[0], member, analysis)).total,
            place=analysis.place(scan, scan.origin),
        )

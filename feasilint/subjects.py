"""What rules judge: features with their inputs and measures, sources, documents."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.aggregations import of_member
from feasilint.copies import copies_labels
from feasilint.findings import Place
from feasilint.ir import Aggregate, Call, Column, Diagnostic, Fit, Literal, Scan, Upsert, Window, Write
from feasilint.ir.expressions import columns, fold
from feasilint.lateness import least_age
from feasilint.link import is_test
from feasilint.measure.ages import aged
from feasilint.measure.grain import carried, leaves
from feasilint.measure.model import Input
from feasilint.models import models, target
from feasilint.operations import Learned, operations
from feasilint.paths import Step
from feasilint.readings import sources
from feasilint.rowcode import row_code
from feasilint.rows import Rows
from feasilint.rule import DocumentSubject, Feature, ScanSubject, Unread
from feasilint.stations import names, places
from feasilint.unread import gaps
from feasilint.ways import oldest_way, timed, way

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from feasilint.analysis import Analysis, Member
    from feasilint.catalog.model import ModelEntry
    from feasilint.ir import Expression, Program
    from feasilint.lineage import LineageGraph
    from feasilint.measure.model import Aggregation, Hop, Operation
    from feasilint.rule import Subject
    from feasilint.trace import Leaf

_FEATURES = re.compile(
    r"(?<!and_)feature(?!_(?:usage|flag|adoption|request|toggle|daily|weekly|monthly|event|rollout|gate))|(^|[/._-])feat(s|[/._-]|$)|(^|[/._-])ml(?![_-]?ops)([/._-]|$)|train(ing)?_?(set|data|table)|model_?input",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"(^|[/._-])(summary|reports?|metrics?|eval(uation)?|results?|submissions?|predictions?|importances?)([/._-]|$)",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"(^|[/._-])(submissions?|predictions?)([/._-]|$)", re.IGNORECASE)
_CHORES = re.compile(  # what a pipeline keeps of its own work
    r"(^|_)(generation|generator|load(er|ing)?|etl|elt|sync|ingest(ion)?|pipeline|job|batch|deploy(ment)?|migration|backfill|refresh|scheduler)"
    r"_(state|status|log|config|control|metadata|progress)s?$|(^|_)(watermark|checkpoint)s?$",
    re.IGNORECASE,
)
_BUCKET = re.compile(r"^\w+://[^/]*")  # where something is kept says nothing about what it is
_FOLDERS = 3  # of a path, with the document
_WIDEST = 2000  # features of one sink


def subjects(analysis: Analysis, reported: Collection[str]) -> Iterator[Subject]:
    """Everything to judge in the reported documents. Other documents of the analysis only lend their lineage.

    A feature counts as reported where its model or table is, or a document that it passes through.
    """
    judged = list(judged_sinks(analysis))
    lineages = _Lineages(analysis)
    found = [feature for program, sink in judged for feature in _of_sink(sink, program, lineages, reported)]
    yield from found
    yield ScanSubject(tuple(found))
    yield from models(analysis, [(program, sink) for program, sink in judged if program.path in reported])
    yield from sources(analysis, reported, found)
    limits: dict[str, list[Diagnostic]] = defaultdict(list)
    for program, sink in judged:
        limits[program.path] += _limits(sink, analysis)
    for program in analysis.programs:
        if program.path in reported:
            yield DocumentSubject(program, limits=(*limits[program.path], *analysis.budget.limits(program)))


def judged_sinks(analysis: Analysis) -> Iterator[tuple[Program, Fit | Write]]:
    """The sinks whose columns are features: every model, and every feature table that no model is made of."""
    graph = _graph(analysis) if len(analysis.programs) > 1 else None
    for program, sink in analysis.sinks(Fit):
        assert isinstance(sink, Fit)
        yield program, sink
    for program in analysis.programs:
        if is_test(program.path) or any(isinstance(sink, Fit) for sink in program.sinks):
            continue
        for write in analysis.final_tables(program):
            if _holds_features(write, program, analysis) and (graph is None or not graph.fits(write)):
                yield program, write


def _limits(sink: Fit | Write, analysis: Analysis) -> Iterator[Diagnostic]:
    """What of a sink is too much to be judged."""
    if (columns := len(analysis.members(sink))) > _WIDEST:
        said = f"only the first {_WIDEST:,} of {columns:,} columns are judged"
        yield Diagnostic("budget", said, sink.origin.span if sink.origin is not None else None)


def tables_passed_over(analysis: Analysis, reported: Collection[str]) -> int:
    """How many tables the reported documents end in that nothing says to hold features."""
    programs = [p for p in analysis.programs if p.path in reported and not any(isinstance(s, Fit) for s in p.sinks)]
    ends = [(write, program) for program in programs for write in analysis.final_tables(program)]
    tables = [end for end in ends if end[0].target is not None and end[0].target.kind == "table"]
    return sum(not _holds_features(write, program, analysis) for write, program in tables)


def _holds_features(write: Write, program: Program, analysis: Analysis) -> bool:
    """Whether a table is one of features: a feature group, a file that the catalog counts to a model, or a name that says so:
    its own, or that of its document where its own does not say that it is a report.

    Most tables and files that are written are reports, extracts and steps on the way: to judge them all would drown what matters.
    """
    if write.target is not None and not write.feature_group and _CHORES.search(write.target.name.rsplit(".", 1)[-1]):
        return False
    if _is_fetched(write):
        return False
    if copies_labels(write, analysis):
        return False
    if _is_stated(write, program.path, analysis):
        return True
    target = _BUCKET.sub("", write.target.name) if write.target is not None else ""
    return _FEATURES.search(_near(program.path)) is not None and not _is_report(target)


def _is_fetched(write: Write) -> bool:
    """Whether a file is one from elsewhere as it is, which one call fetches: `curl -O https://…`."""
    made = write.relation
    return (
        write.target is not None and write.target.kind == "file" and type(made) is Scan and made.origin is write.origin
    )


def _near(path: str) -> str:
    """The end of a path: a folder far above a document says nothing about what it makes."""
    return "/".join(path.split("/")[-_FOLDERS:])


def _is_stated(sink: Fit | Write, path: str, analysis: Analysis) -> bool:
    """Whether more than the name of its document says that a sink holds features."""
    if isinstance(sink, Fit) or sink.feature_group:
        return True
    target = _BUCKET.sub("", sink.target.name) if sink.target is not None else ""
    if analysis.belonging.claimed(path):
        return sink.target is None or sink.target.kind != "file" or _ANSWERS.search(target.rsplit("/", 1)[-1]) is None
    if sink.target is None:
        return False
    return _FEATURES.search(target) is not None and not (sink.target.kind == "file" and _is_report(target))


def _is_report(target: str) -> bool:
    """Whether a table or file says itself that it is a report."""
    return _REPORTS.search(target.rsplit("/", 1)[-1]) is not None


def _graph(analysis: Analysis) -> LineageGraph:
    from feasilint.lineage import LineageGraph  # loads networkx, which one document alone does not need

    return LineageGraph(analysis.linkage)


def _of_sink(sink: Fit | Write, program: Program, lineages: _Lineages, reported: Collection[str]) -> Iterator[Feature]:
    analysis = lineages.analysis
    origin = sink.origin
    place = Place(program.path, origin.span if origin is not None else None)
    point = analysis.belonging.point(program.path)
    entity = frozenset(map(fold, point.entity)) if point is not None else frozenset()
    end = _End(sink, place, analysis.belonging.model(program.path), Learned(sink, analysis), Rows(sink, analysis))
    features = (
        _feature(member, end, lineages)
        for member in analysis.members(sink)[:_WIDEST]
        if not (isinstance(sink, Write) and is_key(member, entity, analysis))
    )
    for feature in analysis.budget.within(sink, features):
        if program.path in reported or any(path in reported for path in _touched(feature)):
            yield feature


def _touched(feature: Feature) -> set[str]:
    places = [place for read in feature.inputs for place, _ in read.places]
    return {place.path for place in [*places, feature.place]}


def is_key(member: Member, entity: Collection[str], analysis: Analysis) -> bool:
    """Whether a column of a table says whom or when a row is about, and is no feature: what it is grouped by, the entity of its
    prediction point, or a source's own key passed on as it is."""
    if member.column is None:
        return False
    if fold(member.name) in entity or _is_grouped(member.column, analysis):
        return True
    relation, _ = analysis.columns.definition(member.column.relation, member.column.name)
    if isinstance(relation, Scan) and set(leaves(member.column, analysis.columns)) <= analysis.key_columns:
        return True
    entry = analysis.entry(relation) if isinstance(relation, Scan) else None
    return entry is not None and fold(member.name) in map(fold, entry.grain)


def _is_grouped(column: Column, analysis: Analysis) -> bool:
    relation = analysis.columns.settle(column.relation, column.name)
    for _ in range(64):
        made = analysis.columns.table(relation).find(column.name)
        if isinstance(relation, Aggregate) and made is not None and made in relation.keys:
            return True
        below = analysis.columns.step(relation, column.name)[: 1 if isinstance(relation, Upsert) else None]
        if isinstance(relation, Aggregate | Window | Scan) or len(below) != 1 or not isinstance(below[0], Column):
            return False
        column = below[0]
        relation = analysis.columns.settle(column.relation, column.name)
    return False


class _Lineage(Struct, frozen=True, gc=False):
    """What is said of a column whatever it flows into."""

    place: Place | None
    carried: bool
    either: bool
    inputs: tuple[Input, ...]
    aggregations: tuple[Aggregation, ...]
    unread: tuple[Unread, ...]
    operations: tuple[Operation, ...]


class _Lineages:
    """The lineage of members, once for each column: of a notebook that fits twenty models most features are the same."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._known: dict[tuple[object, ...], _Lineage] = {}

    def of(self, member: Member) -> _Lineage:
        column = member.column
        settled = self.analysis.columns.settle(column.relation, column.name) if column is not None else None
        key = (member.name, settled, column.name if column is not None else None, member.trace)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _lineage(member, self.analysis)
        return found


def _lineage(member: Member, analysis: Analysis) -> _Lineage:
    return _Lineage(
        *_built(member, analysis),
        tuple(_inputs(member, analysis)),
        tuple(_by_place(of_member(member, analysis))),
        tuple(_unread(member, analysis)),
        operations(member, analysis),
    )


class _End(Struct, frozen=True, gc=False):
    """A sink with what is the same for all its features."""

    sink: Fit | Write
    place: Place
    entry: ModelEntry | None
    learned: Learned
    rows: Rows


def _feature(member: Member, end: _End, lineages: _Lineages) -> Feature:
    sink, place, analysis = end.sink, end.place, lineages.analysis
    lineage = lineages.of(member)
    stored = analysis.ages.stored(sink) if isinstance(sink, Write) else None
    point = analysis.belonging.point(place.path)
    waited_for = point is not None and point.latency_budget is not None
    return Feature(
        name=member.name,
        place=lineage.place or place,
        target=target(sink, place.path),
        kind="model" if isinstance(sink, Fit) else "table",
        sink=place,
        inputs=lineage.inputs if stored is None else tuple(_stored(read, stored) for read in lineage.inputs),
        aggregations=lineage.aggregations,
        entry=end.entry,
        point=point,
        confidence="approximate" if member.trace.approximate else "exact",
        carried=lineage.carried,
        either=lineage.either,
        stated=_is_stated(sink, place.path, analysis),
        unread=lineage.unread,
        row_code=row_code(member, analysis) if waited_for else (),
        operations=(*lineage.operations, *end.learned.of(member)),
        rows=end.rows.around(lineage.inputs),
        label=end.rows.label,
        labelled=not isinstance(sink, Fit) or sink.label is not None,
        as_of=end.rows.as_of(lineage.inputs, member.column),
    )


def _stored(read: Input, hop: Hop) -> Input:
    """An input of a feature that is read from the table that it is stored in."""
    age = aged(read.entry.staleness if read.entry is not None else None, read.entry, (hop, *read.hops))
    return replace(read, staleness=age.total, hops=age.hops)


def _unread(member: Member, analysis: Analysis) -> Iterator[Unread]:
    """The steps of a feature's lineage that could not be read; without any its lineage is exact."""
    if member.column is not None and member.trace.approximate:
        for gap in gaps(member.column, analysis.columns):
            yield Unread(analysis.place(gap.relation, gap.origin), gap.text, gap.library, gap.hides)


def _by_place(found: Iterator[Aggregation]) -> list[Aggregation]:
    return sorted(found, key=lambda a: (a.place.path, a.place.span, a.function) if a.place.span else (a.place.path,))


def _built(member: Member, analysis: Analysis) -> tuple[Place | None, bool, bool]:
    """Where a feature is computed, at the first step that computes anything, else read; whether it is carried along as it is,
    and whether it is either of two."""
    if member.column is None:
        return None, False, False
    relation, made = analysis.columns.definition(member.column.relation, member.column.name)
    place = analysis.place(relation, (made.origin or relation.origin) if made is not None else relation.origin)
    return place, carried(member.column, analysis.columns), made is not None and _is_choice(made.expression)


def _is_choice(expression: Expression) -> bool:
    """Whether a value is one of several, taken as it is: COALESCE, or a CASE of columns whose conditions compare none."""
    if not isinstance(expression, Call) or expression.function != "case":
        return isinstance(expression, Call) and expression.function == "coalesce"
    *pairs, last = expression.args
    tail = (last,) if len(pairs) % 2 == 0 else ()
    branches = expression.args[: len(expression.args) - len(tail)]
    conditions, values = branches[::2], (*branches[1::2], *tail)
    taken = {value for value in values if isinstance(value, Column)}
    plain = all(isinstance(value, Column | Literal) for value in values)
    return plain and len(taken) > 1 and all(len(set(columns(condition))) < 2 for condition in conditions)


# --- inputs ---


def _inputs(member: Member, analysis: Analysis) -> Iterator[Input]:
    """The physical columns a feature depends on, and the written tables on the way that the catalog knows.

    What its own computation filters, joins and groups by on one source goes the same way: one path is looked for.
    """
    trace = member.trace
    hops = [hop for hop in trace.hops if analysis.entry(hop.scan)]
    late = timed(in_order(trace.hops, analysis), analysis)
    for leaf in (*in_order(trace.value, analysis), *in_order(hops, analysis)):
        yield _input(leaf, "value", member, analysis, oldest_way(leaf, late, member, analysis))
    ways: dict[Scan, tuple[Step, ...]] = {}
    values = {leaf[:2] for leaf in trace.value}
    roles: dict[tuple[Scan, str], set[str]] = defaultdict(set)
    for leaf, role in trace.own:
        roles[leaf[:2]].add(role)
    for leaf in in_order((leaf for leaf, _ in trace.own if leaf[:2] not in values), analysis):
        for role in sorted(roles[leaf[:2]]):
            if leaf.scan not in ways:
                ways[leaf.scan] = way(leaf, member, analysis)
            here = Step(leaf.column, leaf.scan, leaf.scan.origin)
            yield _input(leaf, role, member, analysis, (*ways[leaf.scan][:-1], here))


def in_order(leaves: Iterable[Leaf], analysis: Analysis) -> list[Leaf]:
    """By name, then as the documents read them; one for all fields of a struct."""
    ordered = sorted(
        leaves, key=lambda leaf: (leaf.scan.source.name, leaf.column, analysis.position(leaf.scan), leaf.path)
    )
    return list({leaf[:2]: leaf for leaf in reversed(ordered)}.values())[::-1]


def _input(leaf: Leaf, role: str, member: Member, analysis: Analysis, steps: tuple[Step, ...]) -> Input:
    age = analysis.ages.along(steps)
    return Input(
        source=leaf.scan.source,
        column=leaf.column,
        role=role,
        read=analysis.place(leaf.scan, leaf.scan.origin),
        entry=analysis.entry(leaf.scan),
        staleness=age.total,
        hops=age.hops,
        path=names(member, steps),
        places=tuple(places(member, steps, analysis)),
        least_age=least_age(leaf, member, analysis, age.total),
        confidence="approximate" if member.trace.approximate else "exact",
        written=leaf.scan in analysis.linkage.bound,
        through=age.through,
    )

"""Everything that was found out about one set of linked programs: lineage, windows, ages."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.belonging import Belonging
from feasilint.budget import Budget
from feasilint.catalog.names import folded, means_one
from feasilint.columns import Columns
from feasilint.findings import Place
from feasilint.ir import (
    Aggregate,
    AllOf,
    Call,
    Column,
    Expression,
    Fit,
    Join,
    Opaque,
    Program,
    Relation,
    Scan,
    Show,
    Window,
    Write,
)
from feasilint.ir.expressions import conjuncts, fold, spelled
from feasilint.ir.traversal import members, scans
from feasilint.link import Linkage, known_as, link
from feasilint.measure.ages import Ages
from feasilint.measure.applied import applications
from feasilint.measure.asof import AsOfs
from feasilint.measure.grain import leaves
from feasilint.measure.maturity import Maturity
from feasilint.measure.operations import Operations
from feasilint.measure.windows import Windows
from feasilint.mentions import Evidence, Mentions
from feasilint.paths import Paths
from feasilint.trace import Leaf, Trace, Tracer, Use, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import ColumnSet, Name, Origin, Sink, Source
    from feasilint.measure.model import Aggregation, Reach, Role


class Member(Struct, frozen=True, gc=False):
    """A column of a sink: its name there, the column that it is, and where it comes from. `by_use`: nothing lists it, but the
    document reads it."""

    name: str
    column: Column | None
    trace: Trace
    by_use: bool = False


class Arrival(Struct, frozen=True, gc=False):
    """That a measure flows into a column of a sink, and as what."""

    reach: Reach
    role: Role
    output: str


class Analysis:
    """The analysed programs. Everything is computed on demand and remembered."""

    def __init__(self, programs: Iterable[Program], matcher: Matcher) -> None:
        self.matcher = matcher
        self.linkage: Linkage = link(programs, matcher.find)
        self.belonging = Belonging(matcher, self.linkage.programs)
        self._home = {relation: program.path for program in self.linkage.programs for relation in program.relations}
        self._ends = {sink: program.path for program in self.linkage.programs for sink in program.sinks}
        self._order = {relation: at for at, relation in enumerate(self._home)}
        self._entries: dict[Scan, SourceEntry | None] = {}
        self.columns = Columns(self.linkage.bound, self._declared, self._is_read)
        self.tracer = Tracer(self.columns)
        self.paths = Paths(self.tracer)
        self.budget = Budget(self.linkage.programs, self.columns)
        self.windows = Windows(self.tracer, self._home, self.entry)
        self.maturity = Maturity(self.windows)
        self.operations = Operations(self.columns, self._home)
        self.as_ofs = AsOfs(self.tracer)
        self.ages = Ages(self.linkage, self.entry, self.matcher.find)
        self._mentioned: dict[str, Mentions] = {}
        self._members: dict[Sink, tuple[Member, ...]] = {}
        self._arrivals: dict[Use, list[Arrival]] | None = None
        self.aggregations: dict[Use, Aggregation | None] = {}  # what has been made of measures
        self.said_of_reads: dict[Scan, str] = {}
        self.shortest: dict[frozenset[Use], float] = {}  # windows of measures, in seconds

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.linkage.programs

    # --- catalog ---

    def entry(self, scan: Scan) -> SourceEntry | None:
        """What the catalog knows of the source of a scan."""
        if scan not in self._entries:
            names = (self.matcher.find(source, self._home.get(scan)) for source in known_as(scan))
            self._entries[scan] = next(filter(None, names), None)
        return self._entries[scan]

    def _declared(self, source: Source) -> tuple[str, ...]:
        """The columns of a source. What is said of all that a pattern fits lists those of none: it may have a few of them."""
        entry = self.matcher.find(source)
        if entry is None or not entry.columns:
            return ()
        names = [folded(name) for name in (entry.name, *entry.aliases)]
        return tuple(entry.columns) if means_one(names, folded(source.name)) else ()

    def _is_read(self, scan: Scan, name: Name) -> bool:
        """Whether a column of a source that lists none is told of, by the code or by its entry."""
        entry = self.matcher.find(scan.source)
        told = entry is not None and fold(name) in map(fold, entry.columns)
        return told or self._evidence.holds(scan, name)

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self.programs, self.columns)

    # --- places ---

    def place(self, relation: Relation, origin: Origin | None) -> Place | None:
        """The place of an origin that belongs to a relation."""
        path = self._home.get(relation)
        return None if path is None or origin is None else Place(path, origin.span, origin.written)

    def home(self, sink: Sink) -> str:
        """The document of a sink."""
        return self._ends[sink]

    def position(self, relation: Relation) -> int:
        """A number that orders relations as their documents make them."""
        return self._order.get(relation, -1)

    @cached_property
    def applied(self) -> dict[Relation, tuple[Relation, ...]]:
        """Of each aggregation without keys the rows that it is computed with."""
        return applications(self._home)

    @cached_property
    def key_columns(self) -> frozenset[tuple[Relation, str]]:
        """The columns that anything is grouped, partitioned or joined by: who a row is about."""
        found: set[tuple[Relation, str]] = set()
        for relation in self._home:
            for expression in _keys(relation):
                found.update(leaves(expression, self.columns))
        return frozenset(found)

    # --- sinks ---

    def sinks(self, kind: type[Fit] | type[Write] | type[Show]) -> Iterator[tuple[Program, Sink]]:
        """All sinks of one kind with their programs, in document order."""
        for program in self.programs:
            for sink in program.sinks:
                if isinstance(sink, kind):
                    yield program, sink

    def final_tables(self, program: Program) -> list[Write]:
        """The tables that a document ends in: written by it, and nothing else that it makes is made of them. Of bare SELECTs
        only the last."""
        writes = [sink for sink in program.sinks if isinstance(sink, Write)]
        tables = [write for write in writes if write.target is not None and write.target.kind != "feature_view"]
        written = [write for write in tables if not write.temporary]
        if not written:
            return [write for write in writes if write.target is None][-1:]
        used = {made for write in written for made in self._made_of(write) if made is not write}
        return [write for write in written if write not in used]

    def final_sight(self, program: Program) -> Show | None:
        """What a document ends in that neither fits nor writes anything: the last table that it looks at as a whole."""
        shown = [sink for sink in program.sinks if isinstance(sink, Show)]
        tables = (show for show in reversed(shown) if len(self.columns.header(show.relation).names) > 1)
        return next(tables, None)

    def _made_of(self, write: Write) -> Iterator[Write]:
        return (made for scan in scans([write.relation]) for made in self.linkage.bound.get(scan, ()))

    def members(self, sink: Sink) -> tuple[Member, ...]:
        """The columns of a sink (of a fit: the features, without the label) with their lineage."""
        found = self._members.get(sink)
        if found is None:
            found = self._members[sink] = tuple(self.budget.within(sink, self._found(sink)))
        return found

    def _found(self, sink: Sink) -> Iterator[Member]:
        match sink:
            case Fit():
                return self._fitted(sink)
            case Write():
                return self._written(sink)
            case Show(relation=relation):
                return self._of_set(AllOf(relation))

    def _fitted(self, fit: Fit) -> Iterator[Member]:
        labels = {fold(name) for name in self.columns.members(fit.label).names} if fit.label is not None else set()
        return (member for member in self._of_set(fit.features) if fold(member.name) not in labels)

    def _written(self, write: Write) -> Iterator[Member]:
        header = self.columns.header(write.relation)
        names = self.columns.target_names(write) or header.names
        for name, source in zip(names, header.names, strict=False):
            yield self._member(spelled(name), Column(write.relation, source))
        for name in names[len(header.names) :]:  # positions of a `*` that nobody can count
            yield Member(spelled(name), None, replace(self.tracer.anything(write.relation), approximate=True))
        yield from self._unknown(AllOf(write.relation), {fold(name) for name in (*names, *header.names)})

    def label(self, fit: Fit) -> tuple[Member, ...]:
        """The label columns of a fit."""
        return tuple(self._of_set(fit.label)) if fit.label is not None else ()

    def _of_set(self, columns: ColumnSet) -> Iterator[Member]:
        header = self.columns.members(columns)
        for name in header.names:
            parts = self.columns.of_set(columns, name)
            column = next((part for part in parts if isinstance(part, Column)), None)
            yield Member(spelled(name), column, merge(self.tracer.expression(part) for part in parts))
        yield from self._unknown(columns, {fold(name) for name in header.names})

    def _unknown(self, columns: ColumnSet, known: set[str]) -> Iterator[Member]:
        """The columns of open relations: those that are read by name, and `*` for a source as it is."""
        sources = self.columns.members(columns).open
        yield from self._used(columns, sources, known)
        whole = [part for part in self.columns.of_set(columns, "*") if isinstance(part, Column)]
        for scan in sources:
            if isinstance(scan, Scan):
                column = whole[0] if len(whole) == len(sources) == 1 else Column(scan, "*")
                yield Member("*", column, Trace(value=frozenset([Leaf(scan, "*")]), approximate=True))
        yield from self._guessed(sources, known)

    def _used(self, columns: ColumnSet, sources: tuple[Relation, ...], known: set[str]) -> Iterator[Member]:
        """The columns that are not listed anywhere, but read."""
        homes = dict.fromkeys(self._home[source] for source in sources if source in self._home)
        for mentions in map(self._mentions, homes):
            for name in mentions.of(sources):
                parts = self.columns.of_set(columns, name) if fold(name) not in known else ()
                if parts and not mentions.lies_elsewhere(name, sources, parts):
                    known.add(fold(name))
                    column = next((part for part in parts if isinstance(part, Column)), None)
                    yield Member(spelled(name), column, merge(map(self.tracer.expression, parts)), by_use=True)

    def _mentions(self, path: str) -> Mentions:
        found = self._mentioned.get(path)
        if found is None:
            program = next(program for program in self.programs if program.path == path)
            found = self._mentioned[path] = Mentions(program, self.columns)
        return found

    def _guessed(self, sources: Iterable[Relation], known: set[str]) -> Iterator[Member]:
        """The columns that most likely come out of steps that could not be read: those that go in."""
        pending, seen = list(sources), set[Relation]()
        while pending:
            relation = pending.pop(0)
            if not isinstance(relation, Opaque) or relation in seen:
                continue
            seen.add(relation)
            for below in relation.inputs:
                header = self.columns.header(below)
                for name in header.names:
                    if fold(name) not in known:
                        known.add(fold(name))
                        yield self._member(spelled(name), Column(relation, name))
                pending.extend(header.open)

    def _member(self, name: str, column: Column) -> Member:
        return Member(name, column, self.tracer.expression(column))

    def rows(self, sink: Sink) -> Trace:
        """What decides which rows reach a sink."""
        drawn = members(sink.features) if isinstance(sink, Fit) else (sink.relation,)
        return merge(self.tracer.rows(relation) for relation in drawn)

    # --- what measures flow into ---

    def arrivals(self, use: Use) -> list[Arrival]:
        """Where a measure ends up, whatever its role on the way."""
        if self._arrivals is None:
            self._arrivals = self._all_arrivals()
        return self._arrivals.get(use._replace(role="value"), [])

    def _all_arrivals(self) -> dict[Use, list[Arrival]]:
        found: dict[Use, list[Arrival]] = defaultdict(list)
        for _, sink in self.sinks(Fit):
            assert isinstance(sink, Fit)
            self._arrive(found, self.members(sink), "model", "feature")
            self._arrive(found, self.label(sink), "model", "label")
            self._arrive(found, [Member("", None, self.rows(sink))], "model", "filter")
        for _, sink in self.sinks(Write):
            assert isinstance(sink, Write)
            if not sink.temporary:
                self._arrive(found, self.members(sink), "table", "feature")
                self._arrive(found, [Member("", None, self.rows(sink))], "table", "filter")
        for _, sink in self.sinks(Show):
            assert isinstance(sink, Show)
            names = self.columns.header(sink.relation).names
            shown = [self._member(spelled(name), Column(sink.relation, name)) for name in names]
            self._arrive(found, [*shown, Member("", None, self.tracer.rows(sink.relation))], "eda", "feature")
        return found

    def _arrive(self, found: dict[Use, list[Arrival]], arriving: Iterable[Member], reach: Reach, role: Role) -> None:
        for member in arriving:
            for use in member.trace.uses:
                found[Use(use.relation, use.output, "value")].append(Arrival(reach, _role(use, role), member.name))


def _role(use: Use, role: Role) -> Role:
    if use.role == "value" or role == "label":
        return role
    return "key" if use.role == "group_by" else "filter"


def _keys(relation: Relation) -> Iterator[Expression]:
    match relation:
        case Aggregate(keys=keys):
            yield from (key.expression for key in keys)
        case Window(partition=partition):
            yield from partition
        case Join(left=left, right=right, using=using, on=on):
            yield from (Column(side, name) for name in using for side in (left, right))
            parts = conjuncts(on) if on is not None else ()
            yield from (arg for part in parts if isinstance(part, Call) and part.function == "eq" for arg in part.args)
        case _:
            return

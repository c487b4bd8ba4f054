"""What a feature is, apart from any platform: aggregates over the rows of one source, per key and window of its event time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Aggregate, Call, Column, Fit, Literal, Output, Scan, Source, Subquery, Window, Write
from feasilint.ir import Measure as Aggregated
from feasilint.ir.expressions import fold, spelled
from feasilint.models import target
from feasilint.suggest.kinds import kind_of
from feasilint.suggest.measured import Measured, measured
from feasilint.suggest.origin import Ground, Rows
from feasilint.suggest.spoken import Foreign, Speaker, Unsaid, bare, constant, wrapped
from feasilint.suggest.window import window_days

if TYPE_CHECKING:
    from feasilint.analysis import Analysis, Member
    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Expression
    from feasilint.measure.model import Input
    from feasilint.rule import Feature

__all__ = ["Definition", "Key", "Measured", "Undefined", "define"]

_STEPS = 256


class Undefined(Struct, frozen=True):
    """That a feature cannot be stated in this way: `reason` is a clause, as in "cannot be stated: …". `declare`: what of the
    catalog would help."""

    reason: str
    declare: str = ""


class Key(Struct, frozen=True):
    """What a feature is about: the name of the column, and its SQL over the rows of the source."""

    name: str
    expression: str


class Definition(Struct, frozen=True):
    """One feature. All SQL is DuckDB's, over the columns of `source`.

    `value`: SQL over the aggregates, which it names m1, m2, … in the order of `measures`. `condition`: what all rows meet,
    without bounds on the time. `days`: the window that is suggested for aggregates that have none. `default`: SQL of what the
    feature is for a key without rows, None where the code says nothing. `entry`: what the catalog knows of the source.
    """

    name: str
    measures: tuple[Measured, ...]
    keys: tuple[Key, ...]
    source: Source
    event_time: str
    days: int
    condition: str | None = None
    value: str = "m1"
    default: str | None = None
    entry: SourceEntry | None = None

    @property
    def function(self) -> str:
        """The canonical function of the first aggregate."""
        return self.measures[0].function

    @property
    def argument(self) -> str | None:
        """What the first aggregate is of; None for rows."""
        return self.measures[0].argument

    @property
    def filter(self) -> str | None:
        """The condition of the first aggregate alone."""
        return self.measures[0].filter

    @property
    def window(self) -> float | None:
        """The longest present window in seconds; None where one of the aggregates looks at all history."""
        lengths = [measure.window for measure in self.measures]
        return None if None in lengths else max(length for length in lengths if length is not None)

    @property
    def plain(self) -> bool:
        """Whether the feature is one aggregate as it is."""
        return self.value == "m1"


def define(feature: Feature, analysis: Analysis, days: int | None = None) -> Definition | Undefined:
    """One feature as a definition, or the reason why there is none. `days`: the window to suggest instead of the usual one."""
    member = _member(feature, analysis)
    if member is None or member.column is None:
        return Undefined("its column could not be followed")
    try:
        return _Defining(feature, analysis, days).definition(member.column)
    except Undeclared as why:
        return Undefined(str(why), why.declare)
    except Unsaid as why:
        return Undefined(str(why))


class Undeclared(Unsaid):
    """That the catalog does not say enough."""

    def __init__(self, reason: str, declare: str) -> None:
        super().__init__(reason)
        self.declare = declare


def _member(feature: Feature, analysis: Analysis) -> Member | None:
    """The column of the model or table that a feature is."""
    for kind in (Fit, Write):
        for program, sink in analysis.sinks(kind):
            assert isinstance(sink, Fit | Write)
            here = program.path == feature.sink.path and target(sink, program.path) == feature.target
            if here and (sink.origin.span if sink.origin is not None else None) == feature.sink.span:
                return next((m for m in analysis.members(sink) if m.name == feature.name), None)
    return None


class _Aggregate(Struct):
    """One measure of the value with the rows that it is made of."""

    measure: Measured
    keys: tuple[Key, ...]
    conditions: tuple[str, ...]
    base: Scan
    default: str | None


class _Defining:
    """Makes the definition of one feature."""

    def __init__(self, feature: Feature, analysis: Analysis, days: int | None) -> None:
        self.feature = feature
        self.analysis = analysis
        self.days = days
        self.ground = Ground(analysis)
        self.found: dict[Output, _Aggregate] = {}

    def definition(self, column: Column) -> Definition:
        expression, default = self._filled(column)
        value = self._said(expression)
        parts = list(self.found.values())
        if not parts:
            raise Unsaid("it is no aggregate")
        first = parts[0]
        if any(part.base.source != first.base.source for part in parts):
            raise Unsaid("it is made of several sources")
        if any(part.keys != first.keys for part in parts):
            raise Unsaid("its aggregates are of different keys")
        shared = [said for said in first.conditions if all(said in part.conditions for part in parts)]
        measures = tuple(_filtered(part, shared) for part in parts)
        stated = bare(value)
        return Definition(
            self.feature.name,
            measures,
            first.keys,
            first.base.source,
            self._event_time(first.base),
            self._days(first.base),
            _all(shared),
            stated,
            default if default is not None else first.default if stated == "m1" else None,
            self.analysis.entry(first.base),
        )

    # --- the value ---

    def _filled(self, column: Column) -> tuple[Expression, str | None]:
        """What a column is without the constant that stands for a missing value, and that constant."""
        expression: Expression = column
        default: str | None = None
        for _ in range(_STEPS):
            below = self._below(expression)
            if isinstance(below, Call) and below.function in ("coalesce", "fillna", "fill_null"):
                rest = below.args[1:]
                if len(rest) > 1 or not all(isinstance(one, Literal) for one in rest):
                    return expression, default
                if rest and isinstance(rest[0], Literal):
                    default = default or constant(rest[0].value)
                expression = below.args[0]
            elif isinstance(below, Column):
                expression = below
            elif isinstance(below, Subquery) and below.function == "scalar":
                expression = self._scalar(below)
            else:
                return expression, default
        return expression, default

    def _below(self, expression: Expression) -> Expression | None:
        """The expression that a column is made with, where it is one and no aggregate."""
        if not isinstance(expression, Column):
            return expression
        columns = self.analysis.columns
        relation = columns.settle(expression.relation, expression.name)
        made = columns.table(relation).find(expression.name)
        below = (made.expression,) if made is not None else columns.step(relation, expression.name)
        return below[0] if len(below) == 1 and not isinstance(below[0], Aggregated) else None

    def _said(self, expression: Expression) -> str:
        speaker = Speaker(self._column)
        return speaker.say(self._scalar(expression) if isinstance(expression, Subquery) else expression)

    def _scalar(self, query: Subquery) -> Expression:
        names = self.analysis.columns.header(query.relation).names
        if query.function != "scalar" or len(names) != 1 or query.path:
            raise Unsaid("it depends on another query")
        return Column(query.relation, names[0])

    def _column(self, column: Column) -> str:
        """What a column of the value is: an aggregate, or an expression over some."""
        columns = self.analysis.columns
        relation = columns.settle(column.relation, column.name)
        made = columns.table(relation).find(column.name)
        if made is not None and isinstance(made.expression, Aggregated):
            assert isinstance(relation, Aggregate | Window)
            if made not in self.found:
                self.found[made] = self._aggregate(relation, made)
            return f"m{list(self.found).index(made) + 1}"
        below = (made.expression,) if made is not None else columns.step(relation, column.name)
        if not below and isinstance(relation, Scan):
            raise Unsaid(f"it takes `{relation.source.name}.{spelled(column.name)}` as it is")
        if len(below) != 1 or column.path:
            raise Unsaid("it comes from more than one place, or from a step that could not be read")
        manner = self.ground.manners.of(relation, made.origin if made is not None else None)
        speaker = Speaker(self._column, manner, True)
        return wrapped(speaker.say(self._scalar(below[0]) if isinstance(below[0], Subquery) else below[0]))

    # --- one aggregate ---

    def _aggregate(self, relation: Aggregate | Window, output: Output) -> _Aggregate:
        ground, rows = self.ground, self.ground.rows(relation, output)
        if rows.base.source.dynamic:
            raise Unsaid(f"the name of its source is only partly known: `{rows.base.source.name}`")
        if rows.base.source.kind not in ("table", "file"):
            raise Unsaid(f"`{rows.base.source.name}` is neither a table nor a file")
        manner = ground.manners.of(relation, output.origin)
        speaker = ground.speaker(rows.base, manner)
        times = self._times(rows.base)
        assert isinstance(output.expression, Aggregated)
        made, default = measured(relation, output, self.analysis, speaker, ground, rows, times)
        keys, conditions = self._picked(relation, rows, times)
        if not keys:
            raise Unsaid("it is one value of all rows, of no key")
        return _Aggregate(made, tuple(keys.values()), tuple(conditions), rows.base, default)

    def _picked(
        self, relation: Aggregate | Window, rows: Rows, times: frozenset[str]
    ) -> tuple[dict[str, Key], dict[str, None]]:
        """The keys, and the conditions without those on time and those that tie the rows to something else."""
        keys: dict[str, Key] = {}
        conditions: dict[str, None] = {}
        tied = False
        for part, manner in rows.conditions:
            if self.ground.is_time(part, rows.base, times):
                tied = tied or self._speaks_of_others(part, rows.base)
            elif (key := self.ground.key(part, manner, rows.base)) is not None:
                keys.setdefault(fold(key[1]), Key(*key))
            else:
                conditions[self.ground.speaker(rows.base, manner).say(part)] = None
        if (keys or rows.joined) and not tied:
            raise Unsaid("its source is joined to other data before it is aggregated")
        grouping = relation.partition if isinstance(relation, Window) else tuple(k.expression for k in relation.keys)
        names = [spelled(key.name) for key in relation.keys] if isinstance(relation, Aggregate) else []
        for at, by in enumerate(grouping):
            made = self._grouped(relation, by, names[at] if at < len(names) else None, rows)
            if made is not None:
                keys.setdefault(fold(made.expression), made)
        return keys, conditions

    def _grouped(self, relation: Aggregate | Window, key: Expression, called: str | None, rows: Rows) -> Key | None:
        """A grouping key as one of the source; None for one of the rows that the source is looked up for."""
        manner = self.ground.manners.of(relation, None)
        try:
            said = self.ground.speaker(rows.base, manner).say(key)
        except Foreign:
            if rows.joined:
                return None
            raise
        return Key(called or (spelled(key.name) if isinstance(key, Column) else said), said)

    def _speaks_of_others(self, part: Expression, base: Scan) -> bool:
        from feasilint.ir.expressions import columns as referenced
        from feasilint.measure.grain import leaves

        return any(
            place is not base for column in referenced(part) for place, _ in leaves(column, self.analysis.columns)
        )

    # --- the source ---

    def _event_time(self, base: Scan) -> str:
        entry = self.analysis.entry(base)
        if entry is not None and entry.event_time:
            return entry.event_time
        what = base.source.name
        known = "states no event time of" if entry is not None else "does not know"
        raise Undeclared(f"the catalog {known} `{what}`", f"`event_time` of the source `{what}`")

    def _times(self, base: Scan) -> frozenset[str]:
        entry = self.analysis.entry(base)
        stated = (self._event_time(base), entry.partition if entry is not None else None)
        return frozenset(fold(one) for one in stated if one)

    def _days(self, base: Scan) -> int:
        if self.days is not None:
            return self.days
        stated = self.analysis.matcher.catalog.windows
        kinds = [kind_of(one) for one in self.feature.aggregations] or [None]
        lengths = (window_days(read, kind, stated) for read in self._reads(base.source) for kind in kinds)
        days = max((length for length in lengths if length is not None), default=None)
        if days is None:
            raise Unsaid(f"`{base.source.name}` is not kept for a day")
        return days

    def _reads(self, source: Source) -> list[Input]:
        return [read for read in self.feature.inputs if read.source == source]


def _filtered(part: _Aggregate, shared: list[str]) -> Measured:
    """The measure with those conditions that not all share."""
    own = [said for said in part.conditions if said not in shared]
    if part.measure.filter is not None:
        own.append(part.measure.filter)
    return replace(part.measure, filter=_all(own))


def _all(conditions: list[str]) -> str | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return " AND ".join(map(wrapped, conditions))

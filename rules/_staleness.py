"""How old the rows are that a windowed measure reads, against the length of its window."""

from __future__ import annotations

from math import ceil, isfinite
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.model import SourceEntry, Staleness
from feasilint.ir.expressions import fold
from feasilint.ir.functions import traits
from feasilint.measure import histories
from feasilint.measure.names import calendar, constant, dated, descriptive, identifier
from feasilint.rule import Suggestion

from ._evidence import aggregated, column_entry, declared, details
from ._words import VERBS, bounded_title, days, duration, listed, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.model import PredictionPoint
    from feasilint.ir import Source
    from feasilint.measure.model import Aggregation, Hop, Input
    from feasilint.rule import Feature

_DAY = 86_400
_SLOWLY_CHANGING = ("dimension", "scd1", "scd2")
_ELSEWHERE = ("training_only", "vendor", "sandbox")
_KEYS = ("join", "lookup", "merge_join", "group_by")
_WINDOWED = ("bounded", "unbounded", "anchored", "bucketed", "rows")
_STATE_READING = ("last", "any", "arg_max", "lag")  # a last value is a state, whatever window it is taken from
TOLERATED = 0.10  # relative error of a count or sum that is worth no word


class Reading(Struct, frozen=True):
    """A bounded measure and the input whose age decides what it sees. `window` in seconds."""

    aggregation: Aggregation
    read: Input
    age: Staleness
    window: float

    @property
    def additive(self) -> bool:
        """Whether it is a count or sum that is no side of a quotient, such as an average."""
        return traits(self.aggregation.function).additive and not self.aggregation.divided

    @property
    def error(self) -> float:
        """The expected relative error of a stationary count or sum: min(2, 2·L_mean/W)."""
        return self.error_at(self.age)

    def error_at(self, age: Staleness) -> float:
        return min(2.0, 2 * age.mean / self.window)


def stateful(feature: Feature) -> bool:
    """Whether a feature has no window: it is a state, whose age is that of its source."""
    return not any(a.extent.window in _WINDOWED and a.function not in _STATE_READING for a in feature.aggregations)


def ages(feature: Feature, read: Input) -> bool:
    """Whether a state changes with time, so that an old one is another: not what stays as it is, what is declared to be known
    only later, what tells the rows apart or comes with what is predicted, or columns of a table that are copied, whatever they
    are."""
    column = column_entry(read)
    if (feature.kind == "table" and feature.name == "*") or (column is not None and column.known_after is not None):
        return False
    return not _lasting(read) and not tells_rows_apart(feature, read) and not _comes_along(feature, read)


def _comes_along(feature: Feature, read: Input) -> bool:
    """Whether a value is one of the row that is predicted: the caller sends it (`request_fields`), or it is one of the event
    whose outcome is the label."""
    if feature.aggregations:
        return False
    if feature.point is not None and fold(read.column) in map(fold, feature.point.request_fields):
        return True
    happens = read.entry is not None and read.entry.kind == "events"
    return happens and any(read.source == source for source, _ in feature.label)


def kept(read: Input) -> bool:
    """Whether the age of an input is that of the feature: its values flow in, and it is production's own. Of any other source
    there is more to say than how old it is."""
    entry = read.entry
    owned = entry is None or (entry.availability not in _ELSEWHERE and entry.latency != "none")
    return read.role == "value" and read.staleness is not None and owned


def age(read: Input) -> float:
    """How old an input is at worst, in seconds."""
    return read.staleness.worst if read.staleness is not None else 0.0


def tells_rows_apart(feature: Feature, read: Input) -> bool:
    """Whether a column is passed on as it is, and says which row it is: rows are joined or grouped by it, it is the time of an
    event, or by its name an identifier or a day of a calendar. A table of states may hold identifiers that change."""
    if feature.aggregations or feature.operations:
        return False
    column = read.source, read.column
    keys = [(one.source, one.column) for one in feature.rows if one.role in _KEYS]
    keys += [(one.source, one.column) for one in feature.inputs if one.role in _KEYS]
    if column in keys:
        return True
    entry, name = read.entry, read.column
    if entry is not None and entry.kind not in (None, "events"):
        return False
    if identifier(name) or identifier(feature.name):
        return True
    return calendar(name) or dated(name) if entry is None else fold(name) == fold(entry.event_time or "")


def _lasting(read: Input) -> bool:
    """Whether values stay as they are: of a dimension, what a row is known by, what somebody is or is called. Where a row
    is one of many events, the name in it is that of the last one."""
    entry = read.entry
    if entry is None:
        return constant(read.column)
    names_rows = fold(read.column) in map(fold, (*entry.grain, *entry.keys, *entry.bounded_keys))
    if names_rows or entry.kind == "dimension" or (entry.mutable is False and entry.kind != "events"):
        return True
    return constant(read.column) or (entry.kind != "events" and descriptive(read.column))


def lag_counts(feature: Feature, read: Input) -> bool:
    """Whether the age of an input changes a feature: not where it is summed up over long windows only, and hardly where its
    rows hardly ever change."""
    slow = read.entry is not None and read.entry.kind in _SLOWLY_CHANGING
    if slow or _lasting(read) or _comes_along(feature, read):
        return False
    own = [reading for group in readings(feature) for reading in group if reading.read.source == read.source]
    return any(reading.error > TOLERATED for reading in own) if own else stateful(feature)


def readings(feature: Feature) -> Iterator[list[Reading]]:
    """The bounded measures of a feature by source, shortest window first."""
    groups: dict[Source, list[Reading]] = {}
    aged = any(read.staleness is not None for read in feature.inputs)
    for aggregation in feature.aggregations if aged else ():
        if aggregation.extent.window != "bounded" or aggregation.nested or traits(aggregation.function).ordinal:
            continue
        read = deciding(feature, aggregation)
        age = age_at(read, feature.point) if read is not None else None
        if read is None or age is None or not isfinite(age.worst):
            continue
        if read.least_age >= age.worst:  # its windows end before what is missing
            continue
        for interval in aggregation.lengths(read.source):
            if interval.total_seconds > 0:
                made = Reading(aggregation, read, age, interval.total_seconds)
                groups.setdefault(read.source, []).append(made)
    for group in groups.values():
        yield sorted(group, key=lambda reading: reading.window)


def deciding(feature: Feature, aggregation: Aggregation) -> Input | None:
    """The oldest of the events that a measure reads, held against how far back it reaches in them; None where no age or no
    length is known."""

    def oldness(read: Input) -> float:
        length = min((one.total_seconds for one in aggregation.lengths(read.source)), default=0)
        return read.staleness.worst / length if read.staleness is not None and length > 0 else -1

    known = [read for read in events(feature, aggregation) if read.staleness is not None]
    return max(known, key=oldness, default=None)


def events(feature: Feature, aggregation: Aggregation) -> list[Input]:
    """The inputs of a measure that are events which production has; those whose values it takes, if it takes any.

    Where it is not known what a measure reads, it may be any input of its feature.
    """
    return histories.events(feature.inputs, aggregation)


def age_at(read: Input, point: PredictionPoint | None) -> Staleness | None:
    """The age of an input where it is used.

    Online every scheduled table on the way adds its own. A batch run starts when its inputs are ready, so only the lag of
    the source itself counts: exactly that at `run_at` where the catalog says when the source is loaded.
    """
    if point is None or point.mode != "batch":
        return read.staleness
    exact = age_at_run(read.entry, point) if read.entry is not None else None
    return Staleness(exact, exact, exact) if exact is not None else source_staleness(read)


def source_staleness(read: Input) -> Staleness | None:
    """How old a source is by itself, without the tables on the way."""
    return read.entry.staleness if read.entry is not None else None


def age_for_severity(reading: Reading, feature: Feature) -> Staleness | None:
    """The age that says how bad a reading is: where nobody declares how the model is called, that of a batch run."""
    return reading.age if feature.point is not None else source_staleness(reading.read)


def age_at_run(entry: SourceEntry, point: PredictionPoint) -> float | None:
    """The age at `run_at` of a source that is loaded at least daily, `offset` after the boundary of its period."""
    if point.run_at is None or entry.period is None or entry.offset is None or not 0 < entry.period <= _DAY:
        return None
    if entry.tz and point.tz and entry.tz != point.tz:
        return None
    run_time, blind_spot = entry.run_time or 0, entry.blind_spot or 0
    since_ready = (point.run_at - entry.offset - run_time) % entry.period
    return since_ready + run_time + blind_spot


def does(reading: Reading) -> str:
    """What the measure does, as a predicate: `counts the last 30 min of`."""
    function = reading.aggregation.function
    verb = VERBS.get(function, f"takes the {traits(function).words} of")
    return f"{verb} the last {duration(reading.window)} of `{reading.read.source.name}`"


def evidence(feature: Feature, worst: Reading, group: Iterable[Reading]) -> dict[str, object]:
    """The keywords of `Rule.finding` for a window that is too short for its source."""
    entry = worst.read.entry
    found = details(
        feature,
        worst.read,
        declared(entry, "period" if entry.period is not None else "latency") if entry is not None else (),
        _figures(worst, group),
    )
    doubtful = (worst.aggregation.confidence, worst.aggregation.extent.confidence, found["confidence"])
    return {
        **found,
        "labels": aggregated(found["labels"], worst.aggregation.place),
        "confidence": "approximate" if "approximate" in doubtful else "exact",
    }


def _figures(worst: Reading, group: Iterable[Reading]) -> Iterator[tuple[str, str]]:
    age = worst.age
    yield age_fact(worst.read, age)
    windows = list(dict.fromkeys(duration(reading.window) for reading in group))
    yield "window", "W = " + ", ".join(windows)
    if worst.additive:
        formula = f"2 · {duration(age.mean)} / {duration(worst.window)}"
        yield "expected error", f"min(2, 2·L_mean/W) = min(2, {formula}) = {percent(worst.error)}"


def age_fact(read: Input, age: Staleness) -> tuple[str, str]:
    """How old an input is, and what adds up to that."""
    if age.least == age.worst:
        return "age", f"L = {duration(age.worst)} when the batch runs ({_inputs(read.entry)})"
    spread = f"{duration(age.least)} at best, {duration(age.mean)} on average, {duration(age.worst)} at worst"
    return "age", f"L = {spread} ({'; '.join((_inputs(read.entry), *_hops(read, age)))})"


def _hops(read: Input, age: Staleness) -> Iterator[str]:
    """What the tables on the way add, from the source up to the feature."""
    upward = read.hops[::-1] if age == read.staleness else ()
    for hop in upward:
        if hop.staleness is not None:
            stated = hop.refresh.stated_by if hop.refresh is not None else None
            by = f"`{hop.refresh.every}` by {stated}" if hop.refresh is not None and stated else _inputs(hop.entry)
            yield f"+ `{hop.table}` up to {duration(hop.staleness.worst)}: {by}"
        elif hop.refresh is not None and hop.refresh.every is not None:
            yield f"schedule `{hop.refresh.every}` of `{hop.table}` not understood"
    unknown = [hop.table for hop in upward if hop.staleness is None and not (hop.refresh and hop.refresh.every)]
    unknown = list(dict.fromkeys(unknown))
    if unknown:
        yield f"schedule{'s' if len(unknown) > 1 else ''} of {listed(unknown)} unknown"


def slowest(read: Input, age: Staleness) -> str:
    """What makes an input this old: its source, or a table on the way that is made less often."""
    hop = _slowest(read, age)
    return f"`{hop.table if hop is not None else read.source.name}`"


def _slowest(read: Input, age: Staleness) -> Hop | None:
    own = source_staleness(read)
    hops = [(hop.staleness.worst, hop) for hop in read.hops if hop.staleness is not None and age == read.staleness]
    longest, hop = max(hops, key=lambda pair: pair[0], default=(0, None))
    return hop if own is None or longest > own.worst else None


def _inputs(entry: SourceEntry | None) -> str:
    """Where an age comes from."""
    if entry is None or entry.staleness is None:
        return "age of the source unknown"
    if entry.period is None:
        return f"latency class {entry.latency}"
    parts = (
        ("period", entry.period),
        ("offset", entry.offset),
        ("blind_spot", entry.blind_spot),
        ("run_time", entry.run_time),
    )
    return ", ".join(f"{name} {duration(value)}" for name, value in parts if value is not None)


def help_for(reading: Reading) -> str:
    """What to do about a window that its source cannot fill."""
    twin = reading.read.entry.stream_twin if reading.read.entry else None
    wider = f"widen the window to {days(_sufficient(reading))} or more"
    return (
        f"read `{twin}` instead, or {wider}"
        if twin
        else f"{wider}, or have {slowest(reading.read, reading.age)} loaded more often"
    )


def suggestion_for(reading: Reading) -> Suggestion | None:
    """The shortest window of whole days that the source can fill; only of counts and sums the error is known."""
    if not reading.additive:
        return None
    enough = _sufficient(reading)
    after = min(2.0, 2 * reading.age.mean / enough)
    length = f"{int(enough // _DAY)}-day" if enough >= _DAY else f"{int(enough // 3_600)}-hour"
    source = reading.read.source
    return Suggestion(
        bounded_title(reading.aggregation.function, source, _updating(reading), length),
        saves=f"expected error {percent(reading.error)} -> {percent(after)}",
    )


def _updating(reading: Reading) -> SourceEntry | None:
    """What says how often the values change: the slowest of the source and the tables on the way; None of uneven runs."""
    hop = _slowest(reading.read, reading.age)
    if hop is None or hop.staleness is None:
        return reading.read.entry
    even = hop.staleness.mean * 2 == hop.staleness.worst
    return hop.entry or (SourceEntry(hop.table, period=hop.staleness.worst) if even else None)


def _sufficient(reading: Reading) -> float:
    """The shortest window with a tolerable error, in whole days, below a day in whole hours."""
    needed = 2 * reading.age.mean / TOLERATED
    unit = _DAY if needed > _DAY else 3_600
    return ceil(needed / unit) * unit

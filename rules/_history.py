"""Aggregations over a history that grows: which ones there are, what they cost to keep, and their bounded form."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.findings import Fix
from feasilint.ir.expressions import fold, spelled
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.measure.histories import accumulates
from feasilint.measure.names import eventful
from feasilint.rule import Severity, Suggestion
from feasilint.suggest import Bound, bounded
from feasilint.suggest.in_place import NO_MOMENT, in_place
from feasilint.suggest.kinds import DECAYING, ITEMS, KINDS, kind_of
from feasilint.suggest.located import located
from feasilint.suggest.window import window_days

from ._cost import bounding, over_budget, scan_of
from ._evidence import aggregated, details
from ._staleness import events
from ._words import VERBS, amount, bounded_title, cadence, days, noun, one, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.findings import Edit
    from feasilint.ir import Source
    from feasilint.measure.model import Aggregation, Input, WindowClass
    from feasilint.rule import Context, Feature
    from feasilint.suggest import Rewrite
    from feasilint.suggest.kinds import Kind

_DAY = 86_400
_INLINE = ("inline", "request")
RUNNING_TOTAL = (
    "a running total can be kept, exactly and for ever: state per key that never expires, each event applied once, deletions"
    " and corrections replayed, all history read again when the definition changes"
)


class History(Struct, frozen=True):
    """An aggregation of a feature that no lower bound limits, or only a constant one, and the events that it reads. `others`:
    further ones of the feature over the same source; one bound serves them all."""

    feature: Feature
    aggregation: Aggregation
    read: Input
    others: tuple[Aggregation, ...] = ()

    @property
    def entry(self) -> SourceEntry | None:
        return self.read.entry

    @property
    def servable(self) -> bool:
        """Whether a running total would do: the function merges and rows never change."""
        found = traits(self.aggregation.function)
        return found.mergeable and found.bounded and not (self.entry is not None and self.entry.mutable)

    @property
    def severity(self) -> Severity:
        """At an online prediction point."""
        return Severity.WARNING if self.servable else Severity.ERROR

    @property
    def length(self) -> float:
        """The seconds that it reaches back; infinite where nothing limits it."""
        lengths = [interval.total_seconds for interval in self.aggregation.extent.intervals]
        return max(lengths, default=inf)

    @property
    def event_time(self) -> str | None:
        """The column that could bound it: as the catalog declares it, else as the code orders or filters by it."""
        if self.entry is not None and self.entry.event_time:
            return self.entry.event_time
        time = self.aggregation.extent.time_column
        return spelled(time) if time is not None else None

    @property
    def by_time(self) -> bool:
        """Whether what could bound it is a time, and no number that its rows are in the order of."""
        known = self.entry is not None and self.entry.event_time is not None
        return (
            known
            or self.event_time is None
            or self.event_time not in self.aggregation.order
            or timelike(self.event_time)
        )

    def days(self, context: Context) -> int | None:
        """The window to suggest; None where the retention is shorter than a day."""
        return window_days(self.read, self.kind(context), context.catalog.windows)

    def kind(self, context: Context) -> Kind | None:
        """What kind of aggregation it is."""
        program = context.programs.get(self.aggregation.place.path)
        found = located(program, self.aggregation) if program is not None else None
        kind = kind_of(self.aggregation, found[1] if found is not None else None)
        decays = context.catalog.windows.half_life and kind is not None and kind.name in DECAYING
        return KINDS["exp_decay_sum"] if decays else kind


def online_severity(history: History, context: Context) -> Severity:
    """At an online prediction point: what costs more than its budget as a rescan is an error, too."""
    return Severity.ERROR if over_budget(history.feature, context) else history.severity


def histories(
    feature: Feature,
    running: bool | None = None,
    window: WindowClass = "unbounded",
    wanted: Callable[[History], bool] = lambda _: True,
) -> Iterator[History]:
    """The aggregations of a feature over the events of a key, one per source: the costliest, else the outermost, else
    the first in the code.

    `running`: those whose frame grows row by row, or only those whose does not. `window`: how far back they reach. `wanted`:
    which of them count.
    """
    groups: dict[Source, list[History]] = {}
    for history in filter(wanted, _histories(feature, running, window)):
        groups.setdefault(history.read.source, []).append(history)
    for group in groups.values():
        told = max(group, key=lambda history: (history.severity, not history.aggregation.gathered))
        yield replace(told, others=tuple(history.aggregation for history in group if history is not told))


def _histories(feature: Feature, running: bool | None, window: WindowClass) -> Iterator[History]:
    for aggregation in feature.aggregations:
        if aggregation.extent.window != window or running not in (None, aggregation.running):
            continue
        if not accumulates(aggregation) or aggregation.fills or (aggregation.running and aggregation.gathered):
            continue
        if aggregation.function == "row_number" and (feature.kind == "table" or _ranks(feature, aggregation)):
            continue  # most often a filter, carried along
        read = next((read for read in events(feature, aggregation) if read.source.kind not in _INLINE), None)
        if read is not None and _is_told(history := History(feature, aggregation, read)):
            yield history


def _ranks(feature: Feature, aggregation: Aggregation) -> bool:
    """Whether rows are numbered in the order of what was counted or summed up before: that is their rank, and no history."""
    read = {fold(read.column) for read in feature.inputs}
    return bool(aggregation.order) and read.isdisjoint(map(fold, aggregation.order))


def _is_told(history: History) -> bool:
    """Whether anything says that the rows are events: their entry, a time in the code, or their name. The rows of a file without
    any of these may as well be the houses of a region."""
    source = history.read.source
    return history.entry is not None or history.event_time is not None or eventful(source.name)


def does(history: History) -> str:
    """What the aggregation does: `counts all transactions a `user_id` has ever made`."""
    function = history.aggregation.function
    counting = "counts" if function == "row_number" else f"takes the {traits(function).words} of"
    more = len(history.aggregation.gathers or history.aggregation.sources) - 1
    what = f"{VERBS.get(function, counting)} all {rows(history.read.source)}"
    if more > 0:
        what += f" and {more} more source{'s' if more > 1 else ''}"
    whose, made = _whose(history.aggregation.keys), "made" if noun(history.read.source) else "had"
    if limit := _limit(history):
        return f"{what} {whose} has {made} {limit}" if whose else f"{what} {limit}"
    if history.aggregation.running:
        return f"{what} {whose} has {made} up to each row" if whose else f"{what} up to each row"
    return f"{what} {whose} has ever {made}"


def _limit(history: History) -> str:
    extent = history.aggregation.extent
    if extent.window == "anchored":
        return f"since {extent.since or 'a constant date'}"
    return f"in {days(history.length)}" if extent.window == "bounded" else ""


def _whose(keys: tuple[str, ...]) -> str:
    if any(key.startswith("_") for key in keys):  # grouped by an expression without a name
        return "a key"
    if len(keys) > 1:
        return f"a combination of {', '.join(f'`{key}`' for key in keys[:-1])} and `{keys[-1]}`"
    return one(keys[0]) if keys else ""


def evidence(history: History, context: Context, *, traded: bool = True) -> dict[str, object]:
    """The keywords of `Rule.finding`, with what its alternative costs if it is `traded` for that. Without any sign of time in
    the source the finding is approximate: it may hold entities, not events."""
    aggregation = history.aggregation
    found = details(history.feature, history.read)
    timeless = history.event_time is None and (history.entry is None or history.entry.kind is None)
    doubts = (found["confidence"], aggregation.confidence, aggregation.extent.confidence)
    facts = found["facts"]
    assert isinstance(facts, tuple)
    return {
        **found,
        "labels": aggregated(found["labels"], aggregation.place),
        "confidence": "approximate" if timeless or "approximate" in doubts else "exact",
        "facts": (*facts, *_costs(history), *(_trade(history, context) if traded else ())),
    }


def _trade(history: History, context: Context) -> Iterator[tuple[str, str]]:
    kind = history.kind(context)
    if kind is not None:
        yield "trade-off", kind.trade


def _costs(history: History) -> Iterator[tuple[str, str]]:
    """What makes it grow, and what keeping it exact takes."""
    function = history.aggregation.function
    if history.others:
        yield "also", ", ".join(dict.fromkeys(f"`{other.text}` at {_line(other)}" for other in history.others))
    if history.aggregation.default_frame:
        yield "frame", "none is stated, so that SQL takes RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    if history.servable:
        yield "state", RUNNING_TOTAL if traits(function).reversible else f"{RUNNING_TOTAL}; {_irreversible(function)}"
    elif not traits(function).mergeable:
        yield "state", f"an exact {traits(function).words} needs every value of a key, {_kept_for(history)}"
    elif not traits(function).bounded:
        yield "state", f"a {traits(function).words} grows with every event of a key"
    else:
        yield (
            "state",
            f"rows of `{history.read.source.name}` change, so that a running total goes wrong: {_repair(function)}",
        )


def _kept_for(history: History) -> str:
    return f"for {days(history.length)}" if isfinite(history.length) else "for ever"


def _irreversible(function: str) -> str:
    return f"no row can be taken out of a {traits(function).words} again"


def _repair(function: str) -> str:
    """What a changed row takes: of a sum its old value is subtracted, where somebody tells it."""
    if traits(function).reversible:
        return "all must be read again, unless each change brings the old value along"
    return f"{_irreversible(function)}, so that all must be read again"


def _line(aggregation: Aggregation) -> str:
    span = aggregation.place.span
    return f"line {span.line}" if span is not None else aggregation.place.path


def suggestion(history: History, context: Context) -> Suggestion | None:
    """The bounded aggregation, with its code where the code at hand can be rewritten."""
    window, kind = history.days(context), history.kind(context)
    if window is None:
        return None
    if kind is not None and kind.name == "sessionize":
        window = 1
    code: Rewrite | None = None
    edits: tuple[Edit, ...] | str = NO_MOMENT
    if history.event_time is not None:
        declared = history.entry is not None and history.entry.event_time is not None
        running, source = history.aggregation.running, history.read.source.name
        half_life = context.catalog.windows.half_life / _DAY if kind is KINDS["exp_decay_sum"] else 0
        bound = Bound(window, history.event_time, running, source, declared=declared, half_life=half_life)
        code = bounded(history.aggregation, context.programs, bound, kind)
        edits = _in_place(history, bound, kind, context)
    return Suggestion(
        _title(history, code, kind, window),
        code.code if code else "",
        code.language if code else "",
        _saves(history, window, context) if kind is None or kind.bounds else "O(history) -> O(1): one value per key",
        *_fix(history, edits),
    )


def _in_place(history: History, bound: Bound, kind: Kind | None, context: Context) -> tuple[Edit, ...] | str:
    """The edits of the aggregation, and of the others that are told with it; why there are none. What stands in one query shares
    a condition, so that all get the window of most."""
    if bound.half_life:
        return "a decayed value is another aggregate"
    bound = replace(bound, days=window_days(history.read, None, context.catalog.windows) or bound.days)
    edits = in_place(history.aggregation, context.programs, bound, kind)
    if isinstance(edits, str):
        return edits
    others = (in_place(other, context.programs, bound, kind_of(other)) for other in history.others)
    return tuple(dict.fromkeys((*edits, *(edit for found in others if not isinstance(found, str) for edit in found))))


def _fix(history: History, edits: tuple[Edit, ...] | str) -> tuple[Fix | None, str]:
    """What can be done in place, and why nothing can."""
    return (None, edits) if isinstance(edits, str) else (Fix(history.aggregation.place.path, edits), "")


def _title(history: History, code: Rewrite | None, kind: Kind | None, window: int) -> str:
    """What the alternative is called: as its kind says where it has that form."""
    function, source = history.aggregation.function, history.read.source
    if kind is None or (kind.bounds and (code is None or code.kind is None)):
        return bounded_title(function, source, history.entry, f"{window}-day")
    what = noun(source) or f"`{source.name}`"
    title = kind.title.format(length=f"{window}-day", words=traits(function).words, rows=what, items=ITEMS)
    refreshed = cadence(history.entry) if kind.bounds else None
    return f"{title}, updated {refreshed}" if refreshed else title


def _saves(history: History, window: int, context: Context) -> str:
    """How much is read, and what that costs where volumes and prices are declared."""
    scan = scan_of(history.aggregation, history.read.source.name, context)
    said = bounding(scan, context) if scan is not None else ""
    return "; ".join(part for part in (_read(history.entry, window), said) if part)


def _read(entry: SourceEntry | None, window: int) -> str:
    """How much is read: the growth class, and rows where their number is declared."""
    if entry is None or entry.rows_per_day is None:
        return "O(history) -> O(window)"
    read = f"{amount(window * entry.rows_per_day)} rows ({window} d x {amount(entry.rows_per_day)} rows/d)"
    if entry.retention is None or not isfinite(entry.retention):
        return f"O(history) -> O(window): reads {read} instead of a history that grows"
    every = amount(entry.retention / _DAY * entry.rows_per_day)
    return f"O(history) -> O(window): reads {read} instead of {every} in the {days(entry.retention)} that are kept"


def help_for(history: History, found: Suggestion | None, context: Context) -> str:
    """What to do, in one sentence."""
    kind = history.kind(context)
    if kind is not None and kind.help:
        return kind.help
    if history.event_time is None:
        return f"bound it by time: declare `event_time` of `{history.read.source.name}` in the catalog to see the rewritten code"
    if not history.by_time:
        return f"`{history.event_time}` only rises with time: bound the rows by their time instead"
    if found is None:
        return f"bound `{history.event_time}` from below"
    return f"bound `{history.event_time}` from below: a {found.title}"

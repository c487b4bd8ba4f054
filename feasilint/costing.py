"""What features cost in a year: the scans that their aggregations take, how these could be kept, and what is saved.

A scan is what one query reads of one source. Features that share a scan share its cost, so that bounding one of them saves
nothing before all are bounded.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from math import inf, isfinite, prod
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.billed import billed_bytes, incremental, refreshes, width_of
from feasilint.catalog.model import Windows
from feasilint.ir.expressions import fold, spelled
from feasilint.ledger import Assumed, Ledger, Line, Name, Scan, Use, named
from feasilint.measure.cost import Load, tile_bytes
from feasilint.measure.histories import accumulates, events
from feasilint.prices import price_list
from feasilint.suggest.kinds import kind_of
from feasilint.suggest.window import window_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from feasilint.billed import Billed, Refreshes
    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import KeyVolume, SourceEntry
    from feasilint.ir import Program
    from feasilint.measure.model import Aggregation, Input
    from feasilint.prices import PriceList
    from feasilint.rule import Feature

_DAY = 86_400
_INLINE = ("inline", "request")
_GROWING = ("unbounded", "anchored")
_ASSUMED = Assumed()
_WINDOWS = Windows()


class Costs(Struct, frozen=True, dict=True):
    """The costs of all features that are judged together, worked out when somebody asks: by the prices of the catalog and, if
    `listed`, list prices for those that it does not state."""

    features: Sequence[Feature]
    programs: Mapping[str, Program]
    matcher: Matcher
    listed: bool = False
    assumed: Assumed = _ASSUMED

    @cached_property
    def prices(self) -> PriceList:
        return price_list(self.matcher.catalog.prices, self.listed, self.assumed.per_credit)

    @cached_property
    def ledger(self) -> Ledger:
        return reckon(self.features, self.programs, self.matcher, self.prices, self.assumed)

    @cached_property
    def _scans(self) -> dict[tuple[int, str], Scan]:
        uses = ((use, scan) for scan in self.ledger.scans for use in scan.uses)
        return {(id(use.aggregation), use.read.source.name): scan for use, scan in uses}

    @cached_property
    def _lines(self) -> dict[Name, Line]:
        return {line.name: line for line in self.ledger.lines}

    @cached_property
    def _models(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = defaultdict(list)
        for line in sorted(self.ledger.lines, key=lambda line: -(line.expected or 0)):
            found[line.name[0]].append(line)
        return found

    def model(self, line: Line) -> list[Line]:
        """All features of the model that one is of, the costliest first."""
        return self._models[line.name[0]]

    def scan(self, aggregation: Aggregation, source: str) -> Scan | None:
        """The scan that an aggregation of a judged feature is part of."""
        return self._scans.get((id(aggregation), source))

    def line(self, feature: Feature) -> Line | None:
        """What a judged feature costs."""
        return self._lines.get(named(feature))


def reckon(
    features: Iterable[Feature],
    programs: Mapping[str, Program],
    matcher: Matcher | None,
    prices: PriceList,
    assumed: Assumed = _ASSUMED,
) -> Ledger:
    """What the features cost."""
    windows = matcher.catalog.windows if matcher is not None else _WINDOWS
    groups: dict[tuple[object, ...], list[Use]] = defaultdict(list)
    unmeasured: dict[Name, str] = {}
    for feature in features:
        for use in uses(feature, windows):
            groups[_query(use, programs)].append(use)
        for aggregation in feature.aggregations:
            if accumulates(aggregation) and aggregation.extent.window not in (*_GROWING, "bounded"):
                unmeasured.setdefault(named(feature), aggregation.extent.window)
    scans = [_scan(group, programs, matcher, prices, assumed) for group in groups.values()]
    lines: dict[Name, list[Scan]] = defaultdict(list)
    for scan in scans:
        for name in scan.names:
            lines[name].append(scan)
    return Ledger(
        prices,
        assumed,
        tuple(scans),
        tuple(
            Line(name, tuple(found), tuple(use for scan in found for use in scan.uses if use.name == name))
            for name, found in sorted(lines.items())
        ),
        tuple(sorted((name, kind) for name, kind in unmeasured.items() if name not in lines)),
    )


def uses(feature: Feature, windows: Windows = _WINDOWS) -> Iterator[Use]:
    """The aggregations of a feature over events, once for each source. `windows`: the lengths that the catalog states."""
    for aggregation in feature.aggregations:
        extent = aggregation.extent
        if not accumulates(aggregation) or extent.window not in (*_GROWING, "bounded"):
            continue
        sources: dict[str, Input] = {}
        for read in events(feature.inputs, aggregation):
            absent = read.source.kind in _INLINE or (read.entry is not None and read.entry.availability == "request")
            if not absent:
                sources.setdefault(read.source.name, read)
        for read in sources.values():
            if extent.window in _GROWING:
                yield Use(feature, aggregation, read, inf, window_days(read, kind_of(aggregation), windows))
            elif extent.intervals:
                pruned = all(one.source != read.source for one in aggregation.unpruned)
                window = max(one.total_seconds for one in extent.intervals) / _DAY
                yield Use(feature, aggregation, read, window, pruned=pruned)


def _query(use: Use, programs: Mapping[str, Program]) -> tuple[object, ...]:
    """What the query is that a use belongs to: in SQL what is grouped alike in one text, of a dataframe where it is read."""
    aggregation, read = use.aggregation, use.read
    program = programs.get(aggregation.place.path)
    fragments = program.fragments if program is not None else ()
    at = aggregation.fragment
    sql = at is None or at >= len(fragments) or fragments[at].language == "sql"
    grouped = (at, frozenset(map(fold, aggregation.keys))) if sql else ()
    return aggregation.place.path, read.source.name, read.read, *grouped


def _scan(
    group: Sequence[Use], programs: Mapping[str, Program], matcher: Matcher | None, prices: PriceList, assumed: Assumed
) -> Scan:
    entry = group[0].read.entry
    bytes_read = billed_bytes(entry, group[0].read.source, (use.feature for use in group))
    often = refreshes(group[0], programs, matcher, assumed.refreshes)
    scan_price = prices.find("scan_per_tib")
    return Scan(
        uses=tuple(group),
        lifetime=any(not isfinite(use.window) for use in group),
        whole=any(not isfinite(use.window) or not use.pruned for use in group),
        billed=bytes_read,
        refreshes=often,
        load=_load(group, entry, bytes_read, often, assumed),
        lacks=tuple(_lacks(group, entry, scan_price is not None)),
        per_tib=scan_price.value if scan_price is not None else None,
        incremental=all(incremental(use, programs) for use in group),
    )


def _load(
    group: Sequence[Use], entry: SourceEntry | None, bytes_read: Billed, often: Refreshes, assumed: Assumed
) -> Load | None:
    if entry is None or entry.rows_per_day is None or entry.row_bytes is None:
        return None
    keys, active = _keys(group, entry)
    measures = dict.fromkeys((use.aggregation.function, use.aggregation.arguments) for use in group)
    a_day = entry.rows_per_day / active if active else inf
    return Load(
        rows=entry.rows_per_day,
        row_bytes=bytes_read.total,
        history=_history(group, assumed),
        window=max((use.bounded for use in group), default=0),
        refreshes=often.per_day,
        keys=keys,
        active=active,
        tile=tile_bytes([function for function, _ in measures], a_day),
        kept=entry.retention / _DAY if entry.retention is not None else inf,
        time=_time_bytes(group, entry, bytes_read),
    )


def _history(group: Sequence[Use], assumed: Assumed) -> float:
    """The days of history that a query reads at the beginning of the year: where all of it begins at constant dates, from the
    first of these on."""
    begun = [use.aggregation.extent.since for use in group if not isfinite(use.window)]
    if assumed.today is None or not begun or not all(use.pruned for use in group):
        return assumed.history
    try:
        first = min(date.fromisoformat(since or "") for since in begun)
    except ValueError:
        return assumed.history
    return max((date.fromisoformat(assumed.today) - first).days, 0)


def _time_bytes(group: Sequence[Use], entry: SourceEntry, bytes_read: Billed) -> float:
    """Bytes of the event time, which a query that all of history goes into need not read: no more than are left of the row."""
    times = (entry.event_time, *(use.aggregation.extent.time_column for use in group))
    time = next((spelled(one) for one in times if one is not None), None)
    if time is None or fold(time) in (fold(name) for name, _ in bytes_read.columns):
        return 0
    return max(min(width_of(entry, time), (entry.row_bytes or inf) - bytes_read.total), 0)


def _keys(group: Sequence[Use], entry: SourceEntry) -> tuple[float | None, float | None]:
    """How many keys there are, and how many on one day: of several together no more than each with each, or than rows."""
    found = _declared(group, entry)
    if not found or any(one.distinct is None for one in found):
        return None, None
    distinct = prod(one.distinct for one in found if one.distinct is not None)
    rows = entry.rows_per_day or inf
    if all(one.active_per_day is not None for one in found):
        return distinct, min(prod(one.active_per_day for one in found if one.active_per_day is not None), rows)
    return distinct, min(distinct, rows)


def _declared(group: Sequence[Use], entry: SourceEntry) -> list[KeyVolume]:
    keys = {fold(key) for use in group for key in use.aggregation.keys}
    return [volume for name, volume in entry.keys.items() if fold(name) in keys]


def _lacks(group: Sequence[Use], entry: SourceEntry | None, priced: bool) -> Iterator[str]:
    """What the catalog would have to say."""
    if entry is None:
        yield "an entry of the catalog"
        return
    yield from (key for key in ("rows_per_day", "row_bytes") if getattr(entry, key) is None)
    if _keys(group, entry)[0] is None:
        names = list(dict.fromkeys(key for use in group for key in use.aggregation.keys))
        yield f"keys.{names[0]}.distinct" if names else "keys"
    if not priced:
        yield "prices.scan_per_tib"

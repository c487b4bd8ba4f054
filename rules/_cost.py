"""What features cost, as findings say it: with the price, the volumes and the assumptions behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._words import amount, days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ledger import Line, Scan
    from feasilint.measure.model import Aggregation
    from feasilint.rule import Context, Feature

_DAY = 86_400
_TIMES = {1.0: "once a day", 24.0: "every hour"}


def line_of(feature: Feature, context: Context) -> Line | None:
    """What a feature costs; None where no price of the catalog says it."""
    priced = context.catalog.prices.scan_per_tib is not None
    return context.costs.line(feature) if priced and context.costs is not None else None


def scan_of(aggregation: Aggregation, source: str, context: Context) -> Scan | None:
    """The scan of a source that an aggregation is part of, where its cost can be said."""
    if context.catalog.prices.scan_per_tib is None or context.costs is None:
        return None
    scan = context.costs.scan(aggregation, source)
    return scan if scan is not None and scan.load is not None else None


def over_budget(feature: Feature, context: Context) -> bool:
    """Whether a feature costs more in a year than one may."""
    budget = context.catalog.budgets.per_feature
    line = line_of(feature, context) if budget is not None else None
    return budget is not None and line is not None and line.expected is not None and line.expected > budget


def money(cost: float, context: Context) -> str:
    assert context.costs is not None
    return context.costs.prices.money(cost)


def bounding(scan: Scan, context: Context) -> str:
    """What bounding a scan saves, and what it alone does not: `rescanned once a day: $250 -> $45 a year (…); kept …`."""
    before, after = scan.cost(scan.today), scan.cost(scan.after)
    if before is None or after is None or not scan.suggests:
        return ""
    shared = f", once all {scan.growing} growing features of the scan are bounded" if scan.growing > 1 else ""
    change = f"{money(before, context)} -> {money(after, context)} a year{shared}"
    if after >= before:
        change = f"{money(before, context)} a year, of which bounding alone saves nothing"
    said = f"rescanned {often(scan)}: {change} ({inputs(scan, context)})"
    ways = ", ".join(f"{words} {money(cost, context)}" for words, cost in _incremental(scan))
    return f"{said}; kept instead of rescanned: {ways}" if ways else said


def _incremental(scan: Scan) -> Iterator[tuple[str, float]]:
    for strategy, words in (("daily_tiles", "daily tiles"), ("running_total", "an exact running total")):
        cost = scan.cost(strategy)
        if cost is not None:
            yield words, cost


def alternatives(scan: Scan, context: Context) -> str:
    """What a scan would cost otherwise: `a 365-day window $909, daily tiles $148, an exact running total $3`."""
    found = list(_incremental(scan))
    bounded = scan.cost("window_rescan")
    if scan.suggests and bounded is not None and scan.load is not None:
        found.insert(0, (f"a window of {days(scan.load.window * _DAY)}", bounded))
    return ", ".join(f"{words} {money(cost, context)}" for words, cost in found)


def often(scan: Scan) -> str:
    per_day = scan.refreshes.per_day
    return _TIMES.get(per_day, f"{per_day:.3g} times a day")


def inputs(scan: Scan, context: Context) -> str:
    """The figures behind a cost: `2.5M rows/d x 24 B, 5 years of history assumed, $6.25/TiB`."""
    assert scan.load is not None
    time = f", {scan.load.time:g} B more of the event time once bounded" if scan.suggests and scan.load.time else ""
    said = [f"{amount(scan.load.rows)} rows/d x {scan.load.row_bytes:g} B{time}"]
    if scan.whole:
        kept = scan.load.kept <= scan.load.history
        said.append(
            f"{days(scan.load.kept * _DAY)} kept" if kept else f"{scan.load.history / 365:g} years of history assumed"
        )
    else:
        said.append(f"window {days(scan.load.window * _DAY)}")
    return ", ".join([*said, f"{money(scan.per_tib or 0, context)}/TiB"])

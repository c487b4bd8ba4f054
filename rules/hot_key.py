from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, declared, details
from ._staleness import events
from ._words import amount, days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation, Input

_DAY = 86_400
_ROW = 24  # bytes of one event in an online store: key, time, value
_LIMIT = 2_000_000  # bytes that a feature platform gives to one read
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - name: payments.transactions
    availability: production
    latency: streaming
    kind: events
    grain: [tx_id]
    event_time: ts
    keys: {merchant_id: {distinct: 200k, max_rows_per_day: 40k}, user_id: {distinct: 20M, max_rows_per_day: 50}}
"""
_QUERY = """
    create table ml.features as
    select {key}, sum(amount) as spend_30d
    from payments.transactions
    where ts >= current_timestamp - interval '30 days'
    group by {key}
"""


def _query(key: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(key=key), "catalog.yaml": _CATALOG}


class HotKey(Rule):
    """One key has more rows in its window than a request can read.

    ## What it does
    Multiplies the most rows that a key has in a day (`keys: {merchant_id: {max_rows_per_day: …}}`) by the length of the
    window, at 24 bytes for each event, and reports what exceeds 2 MB, about 83,000 rows.

    ## Why it matters
    Where recent events are aggregated when the request comes, most keys answer in a millisecond, and the biggest merchant
    or a bot does not answer at all. Feature platforms limit what one read may return.

    ## Instead
    Keep one small tile per key and day or hour, and add up tiles. Leave keys that are no customers (test accounts,
    crawlers) out.

    ## When to ignore it
    When the values are computed ahead and a request reads one finished row.
    """

    code = "AGG311"
    name = "hot-key"
    scope = "feature"
    severity = Severity.WARNING
    batch = None
    since = "0.1.0"
    examples = (
        Example("the busiest user", _query("user_id"), flagged=0),
        Example(
            "the busiest merchant",
            _query("merchant_id"),
            contains="feature `spend_30d` reads up to 1.2M rows of one `merchant_id`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        busiest = max(_hot(subject), key=lambda found: found[2], default=None)
        if severity is None or busiest is None:
            return
        aggregation, read, rows, key, window = busiest
        assert read.entry is not None
        most = read.entry.keys[key].max_rows_per_day or 0
        figures = (
            "rows",
            f"{amount(most)} rows/d x {days(window)} x {_ROW} B = {amount(rows * _ROW)}B, and a read gives 2 MB",
        )
        known = details(subject, read, declared(read.entry, "keys"), (figures,))
        yield self.finding(
            severity,
            f"feature `{subject.name}` reads up to {amount(rows)} rows of one `{key}` of `{read.source.name}` in {days(window)}",
            aggregation.place,
            help=f"keep a tile per `{key}` and day and add up tiles, instead of reading events",
            **{**known, "labels": aggregated(known["labels"], aggregation.place)},
        )


def _hot(feature: Feature) -> Iterator[tuple[Aggregation, Input, float, str, float]]:
    """Windowed aggregates per a single key that has too many rows: how many, which key, and over how many seconds."""
    for aggregation in feature.aggregations:
        if aggregation.extent.window != "bounded" or not aggregation.extent.intervals or len(aggregation.keys) != 1:
            continue
        window = max(interval.total_seconds for interval in aggregation.extent.intervals)
        for read in events(feature, aggregation)[:1]:
            stated = read.entry.keys if read.entry is not None else {}
            key = next((name for name in stated if name.lower() == aggregation.keys[0].lower()), None)
            rows = (stated[key].max_rows_per_day or 0) * window / _DAY if key is not None else 0
            if key is not None and rows * _ROW > _LIMIT:
                yield aggregation, read, rows, key, window

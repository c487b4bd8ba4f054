from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, declared, details
from ._words import amount, days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation, Input
    from feasilint.measure.pruning import Unpruned

_CATALOG = """
version: 1
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
    partition: ds
    rows_per_day: 2.5M
    retention: 3y
"""
_QUERY = """
    create table ml.user_features as
    select user_id, count(*) as n_txn_30d
    from payments.transactions
    where {where}
    group by user_id
"""
_WHY = {
    "wrapped": "a function around `{partition}` hides the partitions from the engine",
    "other column": "`{bounded}` bounds the rows, and the table is partitioned by `{partition}`",
    "inside the aggregate": "the time is bounded inside the aggregate only, after everything has been read",
}
_INSTEAD = {
    "wrapped": "compare `{partition}` itself with a computed date",
    "other column": "bound `{partition}` beside `{bounded}`, with a day to spare for late rows",
    "inside the aggregate": "bound `{partition}` by the longest of the windows in a WHERE, too",
}


def _query(where: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(where=where), "catalog.yaml": _CATALOG}


class UnprunedScan(Rule):
    """A window of a month reads the whole table.

    ## What it does
    Reports windowed aggregates in SQL over a table that the catalog says is partitioned, where no partition can be
    skipped: the time is bounded by another column, by a function of the partition column, or only inside the aggregate
    (`SUM(CASE WHEN ts > … THEN x END)`). Casts and truncations are seen through, as engines do.

    ## Why it matters
    The result is right and the bill is that of a lifetime scan: it grows with every day, while a pruned scan of the same
    window costs the same for ever.

    ## Instead
    Bound the partition column itself, beside the event time: `ds >= … AND ts >= …`, with a day to spare for rows that
    arrive late.

    ## When to ignore it
    When the engine is clustered by the event time or keeps statistics that skip files, as Snowflake does.
    """

    code = "AGG310"
    name = "unpruned-scan"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "both are bounded",
            _query("ts >= current_timestamp - interval '30 days' and ds >= current_date - interval '31 days'"),
            flagged=0,
        ),
        Example("a cast hides nothing", _query("cast(ds as date) >= current_date - interval '30 days'"), flagged=0),
        Example(
            "the event time alone",
            _query("ts >= current_timestamp - interval '30 days'"),
            contains="feature `n_txn_30d` reads all partitions of `payments.transactions`: `ts` bounds the rows, and",
        ),
        Example(
            "only inside the aggregate",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, sum(case when ts >= current_timestamp - interval '30 days' then amount end) as spend_30d
                    from payments.transactions
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="the time is bounded inside the aggregate only",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        told: set[str] = set()
        for aggregation in subject.aggregations if severity is not None else ():
            for scan in aggregation.unpruned if _is_sql(aggregation, context) else ():
                read = next((read for read in subject.inputs if _is_read(read, scan, aggregation)), None)
                if read is not None and scan.source.name not in told:
                    told.add(scan.source.name)
                    assert severity is not None
                    yield self._found(severity, subject, aggregation, scan, read)

    def _found(
        self, severity: Severity, subject: Feature, aggregation: Aggregation, scan: Unpruned, read: Input
    ) -> Finding:
        assert read.entry is not None
        names = {"partition": scan.partition, "bounded": scan.bounded}
        known = details(subject, read, declared(read.entry, "partition"), _figures(aggregation, read))
        doubts = (known["confidence"], aggregation.confidence, aggregation.extent.confidence)
        return self.finding(
            severity,
            f"feature `{subject.name}` reads all partitions of `{scan.source.name}`: {_WHY[scan.cause].format(**names)}",
            aggregation.place,
            help=_INSTEAD[scan.cause].format(**names),
            **{
                **known,
                "labels": aggregated(known["labels"], aggregation.place),
                "confidence": "approximate" if "approximate" in doubts else "exact",
            },
        )


def _is_sql(aggregation: Aggregation, context: Context) -> bool:
    """Whether an engine plans the scan: a dataframe library reads what it is told to."""
    program = context.programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None:
        return False
    return program.fragments[aggregation.fragment].language == "sql"


def _is_read(read: Input, scan: Unpruned, aggregation: Aggregation) -> bool:
    """In the statement's own document: what is made of a table elsewhere may be pruned there."""
    return read.source == scan.source and read.read is not None and read.read.path == aggregation.place.path


def _figures(aggregation: Aggregation, read: Input) -> Iterator[tuple[str, str]]:
    """How many rows are read instead of how many."""
    entry = read.entry
    if entry is None or entry.rows_per_day is None or not aggregation.extent.intervals:
        return
    window = max(interval.total_seconds for interval in aggregation.extent.intervals)
    needed = window / 86_400 * entry.rows_per_day
    read_all = f"all {amount(entry.retention / 86_400 * entry.rows_per_day)} rows" if entry.retention else "all rows"
    yield "scan", f"{read_all} instead of {amount(needed)} ({days(window)} x {amount(entry.rows_per_day)} rows/d)"

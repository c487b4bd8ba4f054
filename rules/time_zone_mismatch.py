from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, declared, details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation, Input

_CATALOG = """
version: 1
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    event_time: ts
    partition: ds
    tz: {}
"""
_QUERY = """
    create table ml.features as
    select user_id, date_trunc('day', {}) as day, sum(amount) as x
    from payments.transactions
    group by 1, 2
"""
_UTC = frozenset(("utc", "etc/utc", "gmt", "etc/gmt", "z", "zulu", "universal", "etc/uct", "uct"))


def _query(day: str, zone: str = "UTC") -> dict[str, str]:
    return {"features.sql": _QUERY.format(day), "catalog.yaml": _CATALOG.format(zone)}


class TimeZoneMismatch(Rule):
    """Days of one time zone are made of partitions of another.

    ## What it does
    Reports features whose time buckets or time conditions are told in another zone (`AT TIME ZONE`, `tz_convert`,
    `DATE(ts, 'America/New_York')`) than the catalog says that their source is cut by (`tz`).

    ## Why it matters
    A local day lies in two partitions of a table that is cut by UTC. The daily job that reads one of them loses hours of each
    day; the backfill, which reads all, does not. Training and serving then disagree about the same day, and at the changes
    of summer time a day has 23 or 25 hours.

    ## Instead
    Cut days in the zone of the partitions, and turn to local time where a person reads it; or read both partitions that a local
    day lies in.

    ## When to ignore it
    When the job reads as many partitions as a local day needs.
    """

    code = "SKW412"
    name = "time-zone-mismatch"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example("days of the source's own zone", _query("ts"), flagged=0),
        Example("the same zone by another name", _query("ts at time zone 'Etc/UTC'"), flagged=0),
        Example(
            "a table that is cut by local days", _query("ts at time zone 'Europe/Berlin'", "Europe/Berlin"), flagged=0
        ),
        Example(
            "local days of a table that is cut by UTC",
            _query("ts at time zone 'America/New_York'"),
            contains="cuts time by the clocks of America/New_York, and `payments.transactions` is cut by those of UTC",
        ),
        Example(
            "in a notebook",
            {
                "features.py": """
                    import pandas as pd

                    tx = pd.read_sql("select user_id, amount, ts from payments.transactions", con)
                    tx["day"] = tx["ts"].dt.tz_convert("Europe/Berlin").dt.floor("D")
                    daily = tx.groupby(["user_id", "day"], as_index=False).agg(x=("amount", "sum"))
                    daily.to_parquet("user_features.parquet")
                """,
                "catalog.yaml": _CATALOG.format("UTC"),
            },
            contains="Europe/Berlin",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        told: set[str] = set()
        for aggregation in subject.aggregations if severity is not None else ():
            found = _torn(subject, aggregation)
            if found is None or severity is None or found[0].source.name in told:
                continue
            (read, zone), known = found, details(subject, found[0])
            entry = read.entry
            assert entry is not None
            told.add(read.source.name)
            yield self.finding(
                severity,
                f"feature `{subject.name}` cuts time by the clocks of {zone}, and `{read.source.name}` is cut by those of"
                f" {entry.tz}",
                aggregation.place,
                help=f"cut by {entry.tz} as the source is, or read both partitions that a day of {zone} lies in",
                **{
                    **known,
                    "labels": (*aggregated(known["labels"], aggregation.place), *declared(entry, "tz")),
                },
            )


def _torn(feature: Feature, aggregation: Aggregation) -> tuple[Input, str] | None:
    """The input whose zone is another than one that the measure cuts time by, with that."""
    for read in feature.inputs:
        if read.entry is None or read.entry.tz is None or read.source not in aggregation.sources:
            continue
        other = next((zone for zone in aggregation.zones if _plain(zone) != _plain(read.entry.tz)), None)
        if other is not None:
            return read, other
    return None


def _plain(zone: str) -> str:
    name = zone.strip().lower()
    return "utc" if name in _UTC else name

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._staleness import Reading, age_for_severity, does, evidence, help_for, readings, suggestion_for
from ._words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, max_age: 1m}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - name: payments.transactions
    availability: production
    period: 1d
    offset: 4h
    blind_spot: 1h
    run_time: 40m
    kind: events
    event_time: ts
    stream_twin: kafka://payments.authorizations
  - {name: payments.authorizations, availability: production, latency: streaming, kind: events, event_time: ts}
"""
_QUERY = """
    create table ml.user_features as
    select user_id, {measure} as x
    from {table}
    where ts >= current_timestamp - interval '{window}'
    group by user_id
"""


def _query(measure: str, table: str, window: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(measure=measure, table=table, window=window), "catalog.yaml": _CATALOG}


class WindowInsideStaleness(Rule):
    """A window is shorter than its source is old: there is nothing in it.

    ## What it does
    Compares the length W of every bounded window with the age L of the newest row that production has of its
    source: the lag of the source and the period of every table on the way that is made by schedule, added. L_min >= W
    (W is shorter than the best age) is an error, the window is always empty; L_worst >= W is a warning, it is empty at
    some hours of the day.

    In batch scoring only the lag of the source itself counts, at `run_at` where the catalog says when the source is
    loaded. Where nobody declares how the model is called, what only the tables on the way make too old is a remark.

    ## Why it matters
    In the warehouse, history is complete: "the last 30 minutes" of every old event are there, and the model learns
    from them. In production a table that is loaded once a day never has the last 30 minutes; the feature is always
    zero.

    ## Instead
    Read a stream of the same events, or ask for what the table can say: a window much longer than its age.

    ## When to ignore it
    When training shifts the window by the same lag, so that both sides mean "the last 30 minutes before the load".
    """

    code = "LAT201"
    name = "window-inside-staleness"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("LAT202", "LAT203", "LAT204", "LAT205", "LAT206")
    examples = (
        Example("30 minutes of a stream", _query("count(*)", "payments.authorizations", "30 minutes"), flagged=0),
        Example("30 days of a daily table", _query("count(*)", "payments.transactions", "30 days"), flagged=0),
        Example(
            "a day that ended two days ago",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, sum(amount) as spend from payments.transactions
                    where ts >= current_date - interval '3' day and ts < current_date - interval '2' day
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "30 minutes of a daily table",
            _query("count(*)", "payments.transactions", "30 minutes"),
            contains="whose newest row is at least 1 h 40 min old",
        ),
        Example(
            "6 hours of a daily table",
            _query("max(amount)", "payments.transactions", "6 hours"),
            contains="is empty at some hours",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        for group in readings(subject):
            caught = [reading for reading in group if reading.age.worst >= reading.window]
            severity = self.severity_at(subject.point, _severity(caught[0], subject)) if caught else None
            if severity is not None:
                yield self._found(severity, subject, caught)

    def _found(self, severity: Severity, feature: Feature, caught: list[Reading]) -> Finding:
        worst = caught[0]
        return self.finding(
            severity,
            f"feature `{feature.name}` {does(worst)}, {_when(worst)}",
            worst.aggregation.place,
            help=help_for(worst),
            suggestion=suggestion_for(worst),
            **evidence(feature, worst, caught),
        )


def _severity(reading: Reading, feature: Feature) -> Severity:
    age = age_for_severity(reading, feature)
    if age is None or age.worst < reading.window:
        return Severity.INFO
    return Severity.ERROR if age.least >= reading.window else Severity.WARNING


def _when(reading: Reading) -> str:
    age = reading.age
    if age.least >= reading.window:
        return f"whose newest row is at least {duration(age.least)} old: the window is always empty"
    return f"whose newest row is up to {duration(age.worst)} old: the window is empty at some hours"

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._staleness import TOLERATED, Reading, age_for_severity, does, evidence, help_for, readings, suggestion_for
from ._words import duration, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - name: payments.transactions
    availability: production
    period: 1d
    blind_spot: 1h
    run_time: 40m
    kind: events
    event_time: ts
"""
_QUERY = """
    create table ml.user_features as
    select user_id, {measure} as x
    from payments.transactions
    where ts >= current_timestamp - interval '{days} days'
    group by user_id
"""
_SEVERE = 0.50


def _query(measure: str, days: int) -> dict[str, str]:
    return {"features.sql": _QUERY.format(measure=measure, days=days), "catalog.yaml": _CATALOG}


class StaleWindow(Rule):
    """A count or sum misses much of its window, because its source lags.

    ## What it does
    Estimates the relative error of a count or sum over a window W whose source, with the tables on the way that are made
    by schedule, is L_mean old on average: min(2, 2·L_mean/W). Above 10 % it warns, above 50 % it is an error. The
    message shows the figures. Averages, ratios, minima and last values are not judged: their error does not follow from
    L and W.

    ## Why it matters
    Training counts every event of the window, production only those that were loaded. The model sees one
    distribution in training and another one when it is called, and nobody gets an error message.

    ## Instead
    A window at least 20 times as long as the mean age of its source keeps the error below 10 %: "365-day count,
    updated daily" is right, "1-day count, updated daily" is noise. For short windows, read a stream.

    ## When to ignore it
    When training data is shifted by the same lag: then both sides miss the same events.
    """

    code = "LAT202"
    name = "stale-window"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("LAT204", "LAT206")
    examples = (
        Example("365 days, updated daily", _query("count(*)", 365), flagged=0),
        Example("an average over 7 days: its error does not follow from the lag", _query("avg(amount)", 7), flagged=0),
        Example("7 days, updated daily", _query("count(*)", 7), contains="expect an error of 16 %"),
        Example("2 days, updated daily", _query("sum(amount)", 2), contains="expect an error of 57 %"),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        for group in readings(subject):
            caught = [reading for reading in group if reading.additive and reading.error > TOLERATED]
            severity = self.severity_at(subject.point, _severity(caught[0], subject)) if caught else None
            if severity is not None:
                yield self._found(severity, subject, caught)

    def _found(self, severity: Severity, feature: Feature, caught: list[Reading]) -> Finding:
        worst = caught[0]
        when = "old when the batch runs" if worst.age.least == worst.age.worst else "old on average"
        message = f"which is {duration(worst.age.mean)} {when}: expect an error of {percent(worst.error)}"
        return self.finding(
            severity,
            f"feature `{feature.name}` {does(worst)}, {message}",
            worst.aggregation.place,
            help=help_for(worst),
            suggestion=suggestion_for(worst),
            **evidence(feature, worst, caught),
        )


def _severity(reading: Reading, feature: Feature) -> Severity:
    age = age_for_severity(reading, feature)
    error = reading.error_at(age) if age is not None else 0
    if error <= TOLERATED:
        return Severity.INFO
    return Severity.ERROR if error > _SEVERE else Severity.WARNING

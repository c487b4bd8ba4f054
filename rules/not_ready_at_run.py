from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary
from ._staleness import age_at_run, lag_counts, tells_rows_apart
from ._words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import PredictionPoint, SourceEntry
    from feasilint.measure.model import Input

_DAY = 86_400
_ABSENT = ("training_only", "vendor", "request")
_CATALOG = """
version: 1
prediction_points:
  nightly: {mode: batch, run_at: "02:00"}
  morning: {mode: batch, run_at: "06:00"}
models:
  - {name: churn, paths: ["churn/*"], prediction_point: nightly}
  - {name: offers, paths: ["offers/*"], prediction_point: morning}
sources:
  - {name: bank.balances, availability: production, kind: snapshot, period: 1d, offset: 4h, run_time: 40m, grain: [account_id]}
  - {name: bank.branches, availability: production, kind: dimension, period: 1h, offset: 10m, grain: [account_id]}
"""
_TABLE = "create table ml.account_features as select account_id, {column} from {table}"


class NotReadyAtRun(Rule):
    """A batch starts before its input of the day is there.

    ## What it does
    Compares the time at which a source that is loaded once a day is ready (`offset` and `run_time` after midnight) with
    `run_at` of a batch prediction point that reads it, and reports where the next load is done within half a day after the
    start of the batch, so that the batch sees the one before. For windows in which a day hardly counts, and for slowly
    changing dimensions, it is a warning. Sources in another time zone than the batch are not judged, nor those that are read
    through tables of their own schedule, or of which a feature has no more than a key, an identifier or the time of an event.

    ## Why it matters
    Nobody gets an error message: the batch takes yesterday's rows, in every run, and the features are a day older than in
    training. On days when the load is early they are not, so that the scores change for no reason.

    ## Instead
    Start the batch when the load is done, by a trigger rather than by the clock; or train on values that are as old.

    ## When to ignore it
    When the batch is meant to use the day before, and training does so, too.
    """

    code = "LAT205"
    name = "not-ready-at-run"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("LAT202",)
    examples = (
        Example(
            "a batch that starts after the load",
            {
                "offers/features.sql": _TABLE.format(column="balance", table="bank.balances"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a source that is loaded every hour",
            {"churn/features.sql": _TABLE.format(column="city", table="bank.branches"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a batch that starts before the load",
            {"churn/features.sql": _TABLE.format(column="balance", table="bank.balances"), "catalog.yaml": _CATALOG},
            contains="uses `bank.balances`, which is ready at 04:40; `nightly` starts at 02:00, 2 h 40 min too early",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        point = subject.point
        if point is None or point.mode != "batch" or point.run_at is None:
            return
        values = (read for read in subject.inputs if read.role == "value" and not tells_rows_apart(subject, read))
        for entry, reads in by_source(values):
            read = next((read for read in reads if not read.through), None)
            missed = _missed(entry, point) if entry is not None and not reads[0].hops else None
            if read is not None and missed is not None:
                yield self._found(subject, read, point, missed)

    def _found(self, feature: Feature, read: Input, point: PredictionPoint, missed: _Missed) -> Finding:
        entry = read.entry
        assert entry is not None
        severity = self.severity if lag_counts(feature, read) else Severity.WARNING
        loaded = ", ".join(
            f"{name} {duration(value)}"
            for name, value in (("period", entry.period), ("offset", entry.offset), ("run_time", entry.run_time))
            if value is not None
        )
        return self.finding(
            self.severity_at(point, severity) or severity,
            f"feature `{feature.name}` uses `{read.source.name}`, which is ready at {_clock(missed.ready)};"
            f" `{point.name}` starts at {_clock(missed.start)}, {duration(missed.early)} too early",
            primary(feature, read),
            help=f"start `{point.name}` when `{read.source.name}` is loaded, at {_clock(missed.ready)} or later",
            **details(
                feature,
                read,
                declared(entry, "offset"),
                [("age", f"L = {duration(missed.age)} when the batch runs ({loaded})")],
            ),
        )


class _Missed(Struct, frozen=True):
    """A load that a batch does not wait for, in seconds after midnight: when it is ready, when the batch starts. `early`: the
    time between the two; `age`: how old the newest row is at the start."""

    ready: float
    start: float
    early: float
    age: float


def _missed(entry: SourceEntry, point: PredictionPoint) -> _Missed | None:
    age = age_at_run(entry, point)
    if entry.period != _DAY or age is None or entry.availability in _ABSENT:
        return None
    assert entry.offset is not None
    assert point.run_at is not None
    ready = (entry.offset + (entry.run_time or 0)) % _DAY
    early = (ready - point.run_at) % _DAY
    return _Missed(ready, point.run_at, early, age) if 0 < early <= _DAY / 2 else None


def _clock(seconds: float) -> str:
    """A time of day: `04:40`."""
    return f"{int(seconds // 3600):02}:{int(seconds % 3600 // 60):02}"

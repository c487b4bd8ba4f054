from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, declared, details
from ._staleness import TOLERATED, readings
from ._words import days, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._staleness import Reading

_CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*.sql"], prediction_point: checkout}]
sources:
  - {name: payments.checkouts, availability: request, latency: request, kind: events, event_time: ts}
  - name: payments.transactions
    availability: production
    period: 1d
    blind_spot: 6h
    run_time: 1h
    kind: events
    event_time: ts
"""
_QUERY = """
    create table ml.features as
    select c.checkout_id, {measure} as x
    from payments.checkouts c
    join payments.transactions t on t.user_id = c.user_id
      and t.ts < {end} and t.ts >= c.ts - interval '{days}' day
    group by c.checkout_id
"""


def _query(measure: str, length: int, end: str = "c.ts") -> dict[str, str]:
    return {"features.sql": _QUERY.format(measure=measure, days=length, end=end), "catalog.yaml": _CATALOG}


class UnshiftedTraining(Rule):
    """Training reads up to the time of each row what production sees only later.

    ## What it does
    Reports averages, extremes and other windowed values that are computed for past rows up to their very time, where the
    source is so late in production that on average more than a twentieth of the window is not there yet. The catalog must
    say how late: a source with a `blind_spot`. Counts and sums have a rule of their own, since their error follows from the
    lag (`LAT202`); windows that end earlier by the lag are right. Of windows that reach beyond the time of the row, such as
    the first day after it, nobody knows when they are read.

    ## Why it matters
    The training set knows the last hours before each row, production does not. So the model learns to rely on just those.

    ## Instead
    Let the window end earlier by the lag in training as well: `t.ts < c.ts - interval '7' hour`. Or read the stream.

    ## When to ignore it
    When the rows are shifted before, in a way that cannot be seen in the code.
    """

    code = "SKW411"
    name = "unshifted-training"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example("90 days bear a lag of hours", _query("avg(t.amount)", 90), flagged=0),
        Example(
            "the window ends earlier by the lag", _query("avg(t.amount)", 7, "c.ts - interval '20' hour"), flagged=0
        ),
        Example("a count, whose error is told by LAT202", _query("count(*)", 7), flagged=0),
        Example(
            "the week that begins a day before the row, which somebody reads later",
            _query("avg(t.amount)", 1, "c.ts + interval '6' day"),
            flagged=0,
        ),
        Example(
            "the average of the last week, up to each row",
            _query("avg(t.amount)", 7),
            contains="feature `x` is computed in training up to the time of each row, of which `payments.transactions`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        late = [group[0] for group in readings(subject) if group and _is_unshifted(group[0])]
        for reading in late if severity is not None else ():
            assert severity is not None
            entry, known = reading.read.entry, details(subject, reading.read)
            lag, window = reading.age.mean, reading.window
            yield self.finding(
                severity,
                f"feature `{subject.name}` is computed in training up to the time of each row, of which"
                f" `{reading.read.source.name}` lacks the last {duration(lag)} in production",
                reading.aggregation.place,
                help=f"let the window end {duration(lag)} before the row in training, too",
                **{
                    **known,
                    "labels": (
                        *aggregated(known["labels"], reading.aggregation.place),
                        *(declared(entry, "blind_spot") if entry is not None else ()),
                    ),
                    "facts": (*_facts(known), ("window", f"W = {days(window)}, of which {duration(lag)} are missing")),
                },
            )


def _facts(known: dict[str, object]) -> tuple[tuple[str, str], ...]:
    facts = known["facts"]
    assert isinstance(facts, tuple)
    return facts


def _is_unshifted(reading: Reading) -> bool:
    """Whether a window reaches up to the time of its row although its source has nothing of the last hours yet."""
    entry, ends = reading.read.entry, reading.aggregation.ends_before
    if entry is None or not entry.blind_spot or ends is None or traits(reading.aggregation.function).additive:
        return False
    return 0 <= ends < entry.blind_spot and reading.error > TOLERATED

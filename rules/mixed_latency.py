from __future__ import annotations

from bisect import bisect_left
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING

from feasilint.catalog.model import LATENCY_AGES
from feasilint.ir import Source
from feasilint.ir.expressions import fold
from feasilint.rule import Context, Example, Feature, Finding, Label, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary
from ._staleness import age_fact, lag_counts
from ._words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_CLASSES = sorted(age for age in LATENCY_AGES.values() if isfinite(age))
_APART = 2  # classes: a stream beside what is loaded every hour, minutes beside a day
_ABSENT = ("training_only", "vendor", "request")
_STATES = ("dimension", "scd1", "scd2", "label")
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: bank.spent_today, availability: production, latency: streaming, kind: snapshot, grain: [account_id]}
  - {name: bank.balances, availability: production, latency: daily, kind: snapshot, grain: [account_id]}
  - {name: bank.limits, availability: production, latency: daily, kind: dimension, grain: [account_id]}
"""
_QUERY = """
    create table ml.account_features as
    select s.account_id, {value} as x
    from bank.spent_today s
    join {table} b on b.account_id = s.account_id
"""


class MixedLatency(Rule):
    """One value is made of inputs of very different age.

    ## What it does
    Reports features whose value combines two sources that are two or more latency classes apart as they arrive, such as a
    stream and a table of yesterday. What is sent with the request may be set in relation to anything, so it does not
    count, nor do dimensions, and nor does a source that is summed up over windows so long that its lag does not matter.
    A table and its own `stream_twin` are one source, and a value that is either of two (`coalesce`) is not made of both.

    ## Why it matters
    The two sides of a ratio or a difference speak of different moments: what was spent until now, of the balance of last
    night. In the warehouse both are complete, so the model has learned a quotient that production does not compute.

    ## Instead
    Take both from sources of one age: the stream of the slow one, or the fast one as of the load of the slow one. Or give
    the model both values as two features with the age of each.

    ## When to ignore it
    When training joins the slow side as of its load, so that both sides see the same.
    """

    code = "LAT206"
    name = "mixed-latency"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "a limit that changes once a year",
            {
                "features.sql": _QUERY.format(value="s.spent / b.card_limit", table="bank.limits"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "two features, each of one age",
            {
                "features.sql": _QUERY.format(value="s.spent, b.balance", table="bank.balances"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "the first of the two that is there",
            {
                "features.sql": _QUERY.format(value="coalesce(s.spent, b.spent)", table="bank.balances"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a condition picks one of the two",
            {
                "features.sql": _QUERY.format(
                    value="case when s.spent > 0 then s.spent else b.spent end", table="bank.balances"
                ),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a condition holds the one against the other",
            {
                "features.sql": _QUERY.format(
                    value="case when s.spent > b.balance then s.spent else b.balance end", table="bank.balances"
                ),
                "catalog.yaml": _CATALOG,
            },
            contains="combines `bank.spent_today`",
        ),
        Example(
            "spent until now, of what was there last night",
            {
                "features.sql": _QUERY.format(value="s.spent / b.balance", table="bank.balances"),
                "catalog.yaml": _CATALOG,
            },
            contains="combines `bank.spent_today`, up to 5 s old, with `bank.balances`, up to 1 d 12 h old",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        if subject.either:
            return
        dated = [read for read in subject.inputs if _dated(read)]
        others = (read for read in dated if fold(read.source.name) != fold(subject.target))  # but its own past
        sources = [reads[0] for _, reads in by_source(others)] if len(dated) > 1 else []
        pairs = (sorted(pair, key=_worst) for pair in combinations(sources, 2))
        apart = [
            (fast, slow)
            for fast, slow in pairs
            if _class(slow) - _class(fast) >= _APART and lag_counts(subject, slow) and not _twins(fast, slow, context)
        ]
        if apart:
            yield self._found(subject, *max(apart, key=lambda pair: _class(pair[1]) - _class(pair[0])))

    def _found(self, feature: Feature, fast: Input, slow: Input) -> Finding:
        entry, age = slow.entry, slow.staleness
        assert entry is not None
        assert age is not None
        twin = (
            f"read `{entry.stream_twin}` in its place"
            if entry.stream_twin
            else "take both as of the load of the slow one"
        )
        found = details(
            feature, slow, declared(entry, "period" if entry.period is not None else "latency"), [age_fact(slow, age)]
        )
        labels = found["labels"]
        assert isinstance(labels, tuple)
        other = (Label(fast.read, f"`{fast.source.name}` read here"),) if fast.read is not None else ()
        found["labels"] = tuple({label.place: label for label in (*other, *labels)}.values())
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` combines `{fast.source.name}`, up to {duration(_worst(fast))} old,"
            f" with `{slow.source.name}`, up to {duration(_worst(slow))} old",
            primary(feature, slow),
            help=f"{twin}, or give the model the two values as two features",
            **found,
        )


def _dated(read: Input) -> bool:
    """Whether an input is a value of a source in production that has an age; a table on the way is none, but adds to it."""
    entry, age = read.entry, read.staleness
    if (
        read.written
        or read.role != "value"
        or entry is None
        or entry.staleness is None
        or age is None
        or not isfinite(age.worst)
    ):
        return False
    return age.worst > 0 and entry.availability not in _ABSENT and entry.kind not in _STATES


def _worst(read: Input) -> float:
    return read.staleness.worst if read.staleness is not None else 0.0


def _class(read: Input) -> int:
    """The latency class of an input as it arrives, by number: from request to slower than daily."""
    return bisect_left(_CLASSES, _worst(read))


def _twins(fast: Input, slow: Input, context: Context) -> bool:
    """Whether one source is the stream of the other."""
    twin = slow.entry.stream_twin if slow.entry is not None else None
    return twin is not None and context.matcher.find(Source(twin, "stream")) is fast.entry

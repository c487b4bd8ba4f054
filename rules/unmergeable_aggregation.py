from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest.bounded import approximate
from feasilint.suggest.kinds import ITEMS

from ._history import History, does, evidence, histories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import WindowClass

_WINDOWS: tuple[WindowClass, ...] = ("bounded", "anchored")
_INSTEAD = {
    "count_distinct": "count distinct values approximately: a HyperLogLog sketch per day and key merges as a count does",
    "median": "take the percentile approximately: a KLL or t-digest sketch per day and key merges as a sum does",
    "percentile": "take the percentile approximately: a KLL or t-digest sketch per day and key merges as a sum does",
    "mode": "keep the heaviest values approximately (top-k sketch per day and key), or shorten the window to 30 days",
    "histogram": "keep the heaviest values approximately (top-k sketch per day and key), or shorten the window to 30 days",
    **dict.fromkeys(("list", "map"), "keep the last n values instead of all"),
}
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: payments.transactions, availability: production, latency: daily, kind: events, grain: [tx_id], event_time: ts}
"""

_QUERY = """
    create table ml.user_features as
    select user_id, {measure} as x
    from payments.transactions
    where ts >= current_timestamp - interval '{days} days'
    group by user_id
"""


def _query(measure: str, days: int) -> dict[str, str]:
    return {"features.sql": _QUERY.format(measure=measure, days=days), "catalog.yaml": _CATALOG}


class UnmergeableAggregation(Rule):
    """An exact aggregate over a long window needs every value in it.

    ## What it does
    Reports exact distinct counts, medians, percentiles, modes, histograms and lists of all values over a window of more
    than 30 days (`windows: {exact: …}` in the catalog says otherwise), or over all since a constant date. Over all history,
    `unbounded-aggregation` reports them.

    ## Why it matters
    Counts and sums of days add up to those of a year, so that a platform keeps one small tile per day and key. The
    median of a year is not made of the medians of its days: all raw values of each key must be kept and read again for
    every value. No feature platform serves that; they offer distinct counts and percentiles only approximately.

    ## Instead
    Use the approximate form with its bounded sketch (HyperLogLog, KLL, t-digest), keep the last n values, or shorten
    the window.

    ## When to ignore it
    When the values are computed once a day in a warehouse and never online, and the scan is worth its price.
    """

    code = "AGG303"
    name = "unmergeable-aggregation"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AGG302",)
    examples = (
        Example("a count merges", _query("count(*)", 90), flagged=0),
        Example("an approximate distinct count merges", _query("approx_count_distinct(merchant_id)", 90), flagged=0),
        Example("a week can be read again", _query("count(distinct merchant_id)", 7), flagged=0),
        Example(
            "an exact distinct count over 90 days",
            _query("count(distinct merchant_id)", 90),
            contains="feature `x` counts distinct values of all transactions a `user_id` has made in 90 days",
        ),
        Example("a median over 90 days", _query("median(amount)", 90), contains="takes the median of all transactions"),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        if severity is None:
            return
        exact = context.catalog.windows.exact
        found = (
            history for window in _WINDOWS for history in histories(subject, None, window, partial(_is_too_long, exact))
        )
        for history in found:
            yield self.finding(
                severity,
                f"feature `{subject.name}` {does(history)}, exactly: every single value must be kept and read again",
                history.aggregation.place,
                help=_INSTEAD.get(history.aggregation.function),
                suggestion=_suggestion(history, context),
                **evidence(history, context),
            )


def _is_too_long(exact: float, history: History) -> bool:
    if history.aggregation.function not in _INSTEAD:  # what somebody's own function needs is not known
        return False
    if any(map(timelike, history.aggregation.keys)):  # of one day or month each, however far back they go
        return False
    anchored = history.aggregation.extent.window == "anchored"
    return anchored or (bool(history.aggregation.extent.intervals) and history.length > exact)


def _suggestion(history: History, context: Context) -> Suggestion | None:
    code = approximate(history.aggregation, context.programs, history.event_time)
    if code is None:
        return None
    if history.aggregation.function == "list":
        return Suggestion(f"list of the last {ITEMS} values", code.code, code.language, "a row that does not grow")
    title = f"approximate {traits(history.aggregation.function).words}"
    return Suggestion(
        title, code.code, code.language, "a sketch of constant size per key and day instead of all values"
    )

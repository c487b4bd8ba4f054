from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.names import timelike
from feasilint.measure.names import calendar
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.published import bucketed

from ._evidence import aggregated, beside, details
from ._fitted import learned
from ._words import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation

_RANKS = {
    "rank": "the rank",
    "dense_rank": "the rank",
    "percent_rank": "the percent rank",
    "cume_dist": "the share of rows below",
    "ntile": "the quantile",
}
_RANK = KINDS["rank_all"]
_NAMES = re.compile(r"(^|_)(id|key|uuid|guid|hash|code|name)$", re.IGNORECASE)
_INLINE = ("inline", "request")
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
    select user_id, {rank} as x
    from (select user_id, date(ts) as day, sum(amount) as spend from payments.transactions
          where ts >= current_date - interval '90 days' group by user_id, date(ts))
"""


def _query(rank: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(rank=rank), "catalog.yaml": _CATALOG}


class PopulationRank(Rule):
    """A feature ranks a row among all others.

    ## What it does
    Reports ranks, percent ranks and quantile numbers over all rows of a table: `RANK() OVER (ORDER BY spend)`, `NTILE`,
    `df.spend.rank(pct=True)`, `pd.qcut`. Ranks within a group, within a day, or by time are not meant.

    ## Why it matters
    The rank of one user depends on the values of all others, so that a single request would need them all. Computed once
    a day it is old for those who have just changed, and every value changes when any other does.

    ## Instead
    Publish the quantiles once a day, as twenty or a hundred cut points, and look up the bucket of a value when it is
    needed: `pd.cut` or `np.searchsorted` with cut points that are kept with the model.

    ## When to ignore it
    When a daily job ranks everybody, and a rank of yesterday is what the model is meant to see.
    """

    code = "AGG307"
    name = "population-rank"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example("a rank within a day", _query("rank() over (partition by day order by spend)"), flagged=0),
        Example("the order of days is no rank of users", _query("dense_rank() over (order by day)"), flagged=0),
        Example("a number for each user", _query("dense_rank() over (order by user_id)"), flagged=0),
        Example(
            "cut points that are kept",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    tx = pd.read_sql("select user_id, amount, ts, is_fraud from payments.transactions", con)
                    tx["x"] = pd.cut(tx.amount, [0, 10, 50, 200, 1000])
                    # %%
                    XGBClassifier().fit(tx[["x"]], tx["is_fraud"])
                """
            },
            flagged=0,
        ),
        Example(
            "a percent rank over everybody",
            _query("percent_rank() over (order by spend)"),
            contains="feature `x` is the percent rank among all transactions",
        ),
        Example(
            "quantiles in a notebook",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    tx = pd.read_sql("select user_id, amount, ts, is_fraud from payments.transactions", con)
                    tx["x"] = pd.qcut(tx.amount, 10, labels=False)
                    # %%
                    XGBClassifier().fit(tx[["x"]], tx["is_fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `x` is the quantile",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        aggregation = next(filter(_is_of_all, subject.aggregations), None)
        if severity is None or aggregation is None:
            return
        reads = [read for read in subject.inputs if read.source in aggregation.sources or not aggregation.sources]
        read = next((read for read in reads if read.source.kind not in _INLINE), None)
        if read is None:
            return
        known, code = details(subject, read), bucketed(aggregation, context.programs)
        everybody = rows(read.source) + beside(subject, read, aggregation.sources)
        yield self.finding(
            severity,
            f"feature `{subject.name}` is {_RANKS[aggregation.function]} among all {everybody}: it needs the values of"
            " everybody else",
            aggregation.place,
            help="publish quantiles as cut points once a day and look up the bucket of a value when it is needed",
            suggestion=Suggestion(_RANK.title, code.code, code.language, "O(all rows) -> O(cut points)")
            if code
            else learned("rank_all", aggregation, read, context),
            **{
                **known,
                "labels": aggregated(known["labels"], aggregation.place),
                "facts": (*known["facts"], ("trade-off", _RANK.trade)),  # type: ignore[misc]
            },
        )


def _is_of_all(aggregation: Aggregation) -> bool:
    """Among all rows, by a value: in the order of time a rank only counts, by a key or a name it only numbers; no value of what
    only fills gaps."""
    if aggregation.function not in _RANKS or aggregation.keys or aggregation.extent.window == "bucketed":
        return False
    if aggregation.fills or aggregation.gathered:
        return False
    by = aggregation.arguments or aggregation.order
    return not any(timelike(name) or calendar(name) or _NAMES.search(name) for name in by)

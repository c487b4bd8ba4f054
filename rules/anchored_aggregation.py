from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._history import does, evidence, help_for, histories, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    select user_id, count(*) as n_txn
    from payments.transactions
    where {where}
    group by user_id
"""


def _query(where: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(where=where), "catalog.yaml": _CATALOG}


class AnchoredAggregation(Rule):
    """Only a literal start date bounds an aggregation: it still grows.

    ## What it does
    Reports aggregations per key whose only lower time bound is a constant, such as `ts >= '2020-01-01'`. Two constant
    bounds on one time column are a window, and so is a constant that moves with the data, such as its latest day.

    ## Why it matters
    Every day the count covers one day more, so what the model has learned is another feature next year. And as with
    `unbounded-aggregation`, the input is scanned again and again, or a total kept for ever.

    ## Instead
    Bound it relative to the time of prediction: a 365-day count, updated daily.

    ## When to ignore it
    When the date is a real beginning that every value is meant to count from (a launch, a change of price list), and
    the model is trained again before it matters.
    """

    code = "AGG302"
    name = "anchored-aggregation"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AGG312",)
    examples = (
        Example("a window that moves", _query("ts >= current_date - interval '365 days'"), flagged=0),
        Example("two constants are a window of a year", _query("ts >= '2023-01-01' and ts < '2024-01-01'"), flagged=0),
        Example(
            "a count per month is finite",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, date_trunc('month', ts) as month, count(*) as n_txn
                    from payments.transactions
                    where ts >= '2020-01-01'
                    group by user_id, date_trunc('month', ts)
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "all since a literal date",
            _query("ts >= '2020-01-01'"),
            contains="feature `n_txn` counts all transactions a `user_id` has made since 2020-01-01",
        ),
        Example(
            "in a notebook",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    tx = pd.read_sql("select user_id, amount, ts, is_fraud from payments.transactions", con)
                    recent = tx[tx.ts >= "2021-06-01"]
                    spend = recent.groupby("user_id")["amount"].sum().rename("spend").reset_index()
                    df = tx.merge(spend, on="user_id")
                    # %%
                    XGBClassifier().fit(df[["spend"]], df["is_fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="since 2021-06-01",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for history in histories(subject, window="anchored") if severity is not None else ():
            assert severity is not None
            instead = suggestion(history, context)
            yield self.finding(
                severity,
                f"feature `{subject.name}` {does(history)}: it grows every day",
                history.aggregation.place,
                help=help_for(history, instead, context),
                suggestion=instead,
                **evidence(history, context),
            )

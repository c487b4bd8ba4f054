from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._history import History, does, evidence, help_for, histories, online_severity, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

_BALANCE = re.compile(r"(^|_)(balances?|inventory|on_?hand|ledger|holdings?|outstanding)(_|$)", re.IGNORECASE)
_KEEP = "a balance is all entries by definition: keep it where it is made, up to date with each of them, and read it from there"
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
    create table ml.tx_features as
    select tx_id, sum(amount) over ({over}) as spend
    from payments.transactions
"""


def _query(over: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(over=over), "catalog.yaml": _CATALOG}


class RunningAggregate(Rule):
    """A feature accumulates from the first row on.

    ## What it does
    Reports running aggregates per row: `cumsum`, `cumcount`, `expanding`, row numbers as values, and window
    functions whose frame starts at UNBOUNDED PRECEDING. That is also the frame of `OVER (ORDER BY ts)` where none
    is stated: from the first row to the current one, inclusive.

    ## Why it matters
    It is an aggregation over all history in disguise, with all that is said under `unbounded-aggregation`. And it
    counts the current row in, which at prediction time is the event to be judged: its own amount, and in training
    often its outcome.

    ## Instead
    State a frame of time that ends before the row: `RANGE BETWEEN INTERVAL 365 DAY PRECEDING AND INTERVAL 1
    MICROSECOND PRECEDING`, in pandas `.rolling("365D", closed="left")`.

    ## When to ignore it
    When the running total is maintained by the system that serves the feature, and the current row belongs to it. A sum that
    is called a balance is all entries by definition: in a batch run the rule is silent about it, online it asks to keep it.
    """

    code = "AGG304"
    name = "running-aggregate"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AGG301", "AGG312", "SKW404")
    examples = (
        Example(
            "a frame of 30 days",
            _query(
                "partition by user_id order by ts range between interval 30 day preceding and interval 1 second preceding"
            ),
            flagged=0,
        ),
        Example(
            "a row number that only picks the latest row",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, amount as last_amount from (
                      select user_id, amount, row_number() over (partition by user_id order by ts desc) as nth
                      from payments.transactions
                    ) where nth = 1
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a balance is all entries by definition, and a batch run has them",
            {
                "batch_features.sql": """
                    create table ml.account_features as
                    select tx_id, sum(amount) over (partition by user_id order by ts) as balance from payments.transactions
                """,
                "catalog.yaml": _CATALOG.replace("mode: online", 'mode: batch, run_at: "02:00"'),
            },
            flagged=0,
        ),
        Example(
            "the default frame",
            _query("partition by user_id order by ts"),
            contains="feature `spend` sums up all transactions a `user_id` has made up to each row, the current one included",
        ),
        Example(
            "cumsum in a notebook",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    tx = pd.read_sql("select user_id, amount, ts, is_fraud from payments.transactions", con)
                    tx = tx.sort_values("ts")
                    tx["spend_to_date"] = tx.groupby("user_id")["amount"].cumsum()
                    # %%
                    XGBClassifier().fit(tx[["spend_to_date"]], tx["is_fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `spend_to_date` sums up all transactions",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for history in histories(subject, running=True, wanted=_of_the_past):
            severity = self.severity_at(subject.point, online_severity(history, context))
            kept = _is_balance(history)
            if severity is not None and not (kept and subject.point is not None and subject.point.mode == "batch"):
                yield self._found(severity, history, kept, context)

    def _found(self, severity: Severity, history: History, kept: bool, context: Context) -> Finding:
        instead = None if kept else suggestion(history, context)
        current = ", the current one included" if history.aggregation.includes_current else ""
        return self.finding(
            severity,
            f"feature `{history.feature.name}` {does(history)}{current}",
            history.aggregation.place,
            help=_KEEP if kept else help_for(history, instead, context),
            suggestion=instead,
            **evidence(history, context, traded=not kept),
        )


def _is_balance(history: History) -> bool:
    """Whether names say that the sum is a balance: its own, the feature's, and where it has none what it sums up."""
    made = history.aggregation
    names = (history.feature.name, *(made.arguments if made.text.startswith("_") else (made.text,)))
    return made.function == "sum" and any(map(_BALANCE.search, names))


def _of_the_past(history: History) -> bool:
    """Not of later rows; the number of a row in falling order is taken for its place."""
    return not history.aggregation.backwards or history.aggregation.function == "row_number"

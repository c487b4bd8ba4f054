from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._history import does, evidence, help_for, histories, online_severity, suggestion

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
    kind: events
    grain: [tx_id]
    event_time: ts
    rows_per_day: 2.5M
  - {name: crm.contracts, availability: production, latency: daily, kind: snapshot}
"""


class UnboundedAggregation(Rule):
    """A feature aggregates all history of a key.

    ## What it does
    Reports aggregations per key that no lower time bound limits, wherever they stand on the way to a model or a
    feature table. An upper bound alone changes nothing. It is an error where no running total can serve it: exact
    distinct counts, medians and lists need every value, and rows that change (`mutable`) make any total wrong; and
    where reading all again costs more than the budget. Where a running total would do it is a warning.

    Aggregations at the event's own grain, per time bucket, over the whole table, over snapshots and dimensions, and
    ranks are not meant.

    ## Why it matters
    "Count of all transactions a user has ever made" is one line in a warehouse. To serve it, all history must be
    scanned again and again, or a state per key kept for ever, exact through late events, deletions, bug fixes and
    backfills. It is also a feature whose distribution drifts with the age of the company.

    ## Instead
    Bound it. A 365-day count, updated daily, nearly always predicts as well, costs the same every year, and any
    feature platform offers it.

    Silent about aggregates that only fill gaps, about last values, which are overwritten, and where nothing says that the rows
    are events: no entry in the catalog, no time in the code, no name such as `orders`.

    ## When to ignore it
    When the total is already kept elsewhere, as an account's balance is, or when its maintenance is a deliberate
    decision.
    """

    code = "AGG301"
    name = "unbounded-aggregation"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AGG312",)
    examples = (
        Example(
            "a count over 365 days",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, count(*) as n_txn_365d
                    from payments.transactions
                    where ts >= current_timestamp - interval '365 days'
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a row of the event itself: nothing accumulates",
            {
                "features.sql": """
                    create table ml.tx_features as
                    select tx_id, max(amount) as amount from payments.transactions group by tx_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "the contracts that a user has now are no history",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, count(*) as n_contracts from crm.contracts group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a mean that only fills gaps, and the houses of a region, which nothing says to be events",
            {
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    df = pd.read_csv("train.csv", usecols=["region", "price", "rooms", "sold"])
                    df["rooms"] = df["rooms"].fillna(df.groupby("region")["rooms"].transform("mean"))
                    df["homes"] = df.groupby("region")["price"].transform("count")
                    XGBClassifier().fit(df[["rooms", "homes"]], df["sold"])
                """,
            },
            flagged=0,
        ),
        Example(
            "the last value needs no history",
            {
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    tx = pd.read_parquet("transactions.parquet", columns=["user_id", "merchant", "ts", "fraud"])
                    tx = tx.sort_values("ts")
                    tx["last_merchant"] = tx.groupby("user_id")["merchant"].transform("last")
                    XGBClassifier().fit(tx[["last_merchant"]], tx["fraud"])
                """,
            },
            flagged=0,
        ),
        Example(
            "all transactions ever",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, count(*) as n_txn from payments.transactions group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `n_txn` counts all transactions a `user_id` has ever made",
        ),
        Example(
            "in a notebook",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    tx = pd.read_sql("select user_id, merchant_id, ts, is_fraud from payments.transactions", con)
                    merchants = tx.groupby("user_id").agg(n_merchants=("merchant_id", "nunique")).reset_index()
                    df = tx.merge(merchants, on="user_id")
                    # %%
                    XGBClassifier().fit(df[["n_merchants"]], df["is_fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `n_merchants` counts distinct values of all transactions",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for history in histories(subject, running=False):
            severity = self.severity_at(subject.point, online_severity(history, context))
            if severity is not None:
                instead = suggestion(history, context)
                yield self.finding(
                    severity,
                    f"feature `{subject.name}` {does(history)}",
                    history.aggregation.place,
                    help=help_for(history, instead, context),
                    suggestion=instead,
                    **evidence(history, context),
                )

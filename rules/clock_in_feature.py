from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest.clocks import of_row

from ._evidence import aggregated, details, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input, Operation

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
"""
_NOTEBOOK = """
    import pandas as pd
    from xgboost import XGBClassifier
    # %%
    orders = pd.read_csv("orders.csv", usecols=["user_id", "ordered_at", "signed_up_at", "returned"],
                         parse_dates=["ordered_at", "signed_up_at"])
    {made}
    # %%
    XGBClassifier().fit(orders[["x"]], orders["returned"])
"""


def _notebook(made: str) -> dict[str, str]:
    return {"train.ipynb": _NOTEBOOK.format(made=made), "catalog.yaml": _CATALOG}


class ClockInFeature(Rule):
    """A feature that a model is trained on depends on the time at which the code runs.

    ## What it does
    Reports features of models whose value is computed with `CURRENT_DATE`, `now()` or `pd.Timestamp.now()` row by row. A
    clock that only chooses which rows are taken is not meant, nor is one in the aggregates of a table that has one row for
    each entity: those rows are of the day on which the code runs.

    ## Why it matters
    A training row is of the day on which its event took place. The age of an account at an order of two years ago is not
    its age today: the model learns from ages that are two years too high, and sees others in production. Trained a
    second time it is another model, although no data has changed.

    ## Instead
    Take the time of the row: `ordered_at - signed_up_at`. At prediction time that is the time of the request.

    ## When to ignore it
    When every row of the training data is of the day on which the code runs.
    """

    code = "SKW405"
    name = "clock-in-feature"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "since the time of the row",
            _notebook('orders["x"] = (orders.ordered_at - orders.signed_up_at).dt.days'),
            flagged=0,
        ),
        Example(
            "the clock chooses the rows",
            _notebook(
                'orders = orders[orders.ordered_at > pd.Timestamp.now() - pd.Timedelta("365D")]; orders["x"] = orders.user_id'
            ),
            flagged=0,
        ),
        Example(
            "a table of today",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, date_diff(current_date, signed_up_at, day) as account_age from shop.users
                """
            },
            flagged=0,
        ),
        Example(
            "the age of the account today",
            _notebook('orders["x"] = (pd.Timestamp.now() - orders.signed_up_at).dt.days'),
            contains="feature `x` depends on the time at which the code runs, not on that of its row",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        done = next((one for one in subject.operations if one.kind == "clock"), None)
        if severity is None or done is None or subject.kind != "model" or subject.aggregations:
            return
        read = passed(subject, done)
        if read is None:
            return
        known = details(subject, read)
        yield self.finding(
            severity,
            f"feature `{subject.name}` depends on the time at which the code runs, not on that of its row",
            done.place,
            help="take the time of the row itself, which at prediction time is that of the request",
            suggestion=_suggestion(done, read, context),
            **{**known, "labels": aggregated(known["labels"], done.place, "looks at the clock here")},
        )


def _suggestion(clock: Operation, read: Input, context: Context) -> Suggestion | None:
    """With the event time that the catalog declares for the rows."""
    time = read.entry.event_time if read.entry is not None else None
    code = of_row(clock, context.programs, time, read.source.name) if time else None
    return Suggestion(f"with `{time}` of the row", code.code, code.language) if code is not None else None

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Label, Rule, Severity, Subject

from ._evidence import model
from ._words import short

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, latency_budget: 150ms, request_fields: [checkout_id, amount, note]}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: payments.checkouts, availability: request, latency: request, kind: events, grain: [checkout_id]}
  - {name: payments.merchants, availability: production, latency: daily, kind: dimension, grain: [merchant_id]}
"""
_MODEL = """
    import pandas as pd
    from xgboost import XGBClassifier
    # %%
    rows = pd.read_sql("select checkout_id, amount, note, is_fraud from payments.checkouts", con)
    {step}
    # %%
    XGBClassifier().fit(rows[["x"]], rows["is_fraud"])
"""


def _notebook(step: str) -> dict[str, str]:
    return {"train.ipynb": _MODEL.format(step=step), "catalog.yaml": _CATALOG}


class RowCodeOnRequestPath(Rule):
    """A customer waits for code that runs on each row.

    ## What it does
    Reports user-defined functions, functions of rows (`apply(axis=1)`), regular expressions and predictions of another
    model that a feature needs and that take something from the request, so that they can only run when it comes. It
    speaks where the prediction point declares a `latency_budget`.

    ## Why it matters
    Everything else can be computed before the request and looked up. This cannot: its time is part of every answer, and
    its code must exist a second time where requests are served, with the same result for the same row.

    ## Instead
    Write it as a plain expression that both sides run, as an on-demand transformation of the feature platform, and
    measure it. Compute beforehand what does not depend on the request.

    ## When to ignore it
    When it is measured and fits the budget, and training and serving call the same function.
    """

    code = "AGG309"
    name = "row-code-on-request-path"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example("a plain expression", _notebook('rows["x"] = rows.amount / 100'), flagged=0),
        Example(
            "what does not depend on the request can be computed before it",
            {
                "train.ipynb": """
                    import pandas as pd
                    from xgboost import XGBClassifier
                    # %%
                    rows = pd.read_sql("select name, is_fraud from payments.merchants", con)
                    rows["x"] = rows.name.str.extract(r"(\\\\d+)")
                    # %%
                    XGBClassifier().fit(rows[["x"]], rows["is_fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a function of each row",
            _notebook('rows["x"] = rows.apply(lambda row: row.amount if row.note else 0, axis=1)'),
            contains="feature `x` runs a Python function per row on the request path",
        ),
        Example(
            "a regular expression in SQL",
            {
                "features.sql": """
                    create table ml.features as
                    select checkout_id, regexp_extract(note, '[0-9]+') as x from payments.checkouts
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `x` runs a regular expression on the request path",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        point = subject.point
        if severity is None or point is None or point.latency_budget is None:
            return
        for step in subject.row_code:
            yield self.finding(
                severity,
                f"feature `{subject.name}` runs {step.what} on the request path: `{point.name}` answers within"
                f" {short(point.latency_budget)}",
                step.place,
                labels=(Label(step.place, "runs here"), Label(subject.sink, "used here")),
                confidence=subject.confidence,
                feature=subject.name,
                model=model(subject),
                help="write it as an expression that training and serving share, and measure it",
            )

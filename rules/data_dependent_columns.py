from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Finding, Label, ModelSubject, Rule, Severity, Subject

from ._words import listed

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
_MODEL = """
    import pandas as pd
    from xgboost import XGBClassifier
    # %%
    tx = pd.read_sql("select user_id, amount, channel, is_fraud from payments.transactions", con)
    {step}
    # %%
    XGBClassifier().fit(X, tx["is_fraud"])
"""


def _notebook(step: str) -> dict[str, str]:
    return {"train.ipynb": _MODEL.format(step=step), "catalog.yaml": _CATALOG}


class DataDependentColumns(Rule):
    """The data at hand decides which columns a model has.

    ## What it does
    Reports models and feature tables some of whose columns are made of values: `pd.get_dummies`, `pivot`, `unstack`,
    `crosstab`, `PIVOT` without a list of values. It speaks only where a prediction point is declared.

    Encoders that learn their categories and keep them (`OneHotEncoder`), declared categories, lists of values in `pivot`,
    and a choice of columns afterwards (`reindex`) are not meant.

    ## Why it matters
    A request has one value, of which one column is made; the batch of tomorrow has other values than the training data.
    So the model gets fewer, more or other columns than it was fitted on: it fails, or, worse, takes one for another.

    ## Instead
    Fit a `OneHotEncoder(handle_unknown="ignore")` and keep it with the model, declare the categories
    (`pd.Categorical(x, categories=…)`), or `reindex(columns=…)` to the columns of the training data.

    ## When to ignore it
    When what serves the model lines the columns up.
    """

    code = "AGG308"
    name = "data-dependent-columns"
    scope = "model"
    severity = Severity.WARNING
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "declared categories",
            _notebook(
                'tx["channel"] = pd.Categorical(tx.channel, categories=["web", "app"]); X = pd.get_dummies(tx[["channel"]])'
            ),
            flagged=0,
        ),
        Example(
            "an encoder that is kept",
            _notebook(
                'from sklearn.preprocessing import OneHotEncoder; X = OneHotEncoder().fit_transform(tx[["channel"]])'
            ),
            flagged=0,
        ),
        Example(
            "columns that are listed",
            _notebook(
                'X = pd.get_dummies(tx[["channel"]]).reindex(columns=["channel_web", "channel_app"], fill_value=0)'
            ),
            flagged=0,
        ),
        Example(
            "one column per value",
            _notebook('X = pd.get_dummies(tx[["amount", "channel"]], columns=["channel"])'),
            contains="columns of model `fraud` are made of the values that the data holds in `channel`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, ModelSubject)
        severity = self.severity_at(subject.point)
        if severity is None or subject.point is None:  # most notebooks never serve anybody
            return
        name = subject.entry.name if subject.entry is not None else subject.target
        for spread in subject.spreads:
            yield self.finding(
                severity,
                f"columns of {subject.kind} `{name}` are made of the values that the data holds in {listed(spread.columns)}",
                spread.place,
                labels=(Label(spread.place, "columns made here"), Label(subject.sink, "used here")),
                model=name if subject.kind == "model" else None,
                owner=str(subject.entry.owner or "") or None if subject.entry is not None else None,
                help='fit a `OneHotEncoder(handle_unknown="ignore")` and keep it with the model, or list the values',
            )

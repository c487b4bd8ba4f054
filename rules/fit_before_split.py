from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, details, passed
from ._words import one

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_ALL = re.compile(
    r"(Scaler|Imputer|PCA|SVD|FactorAnalysis|FastICA|NMF|QuantileTransformer|PowerTransformer|KBinsDiscretizer"
    r"|TfidfVectorizer|TfidfTransformer|Winsorizer|CountFrequencyEncoder|CountEncoder)$"
)
_OF_THE_LABEL = re.compile(
    r"(SelectKBest|SelectPercentile|SelectFromModel|SelectF[pdw][re]|RFE|RFECV|Boruta\w*|TargetEncoder|MeanEncoder"
    r"|LeaveOneOutEncoder|CatBoostEncoder|WOEEncoder|WoEEncoder|JamesSteinEncoder|MEstimateEncoder|GLMMEncoder"
    r"|LinearDiscriminantAnalysis|PLSRegression)$"
)
_NOTEBOOK = """
    import pandas as pd
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    # %%
    df = pd.read_csv("loans.csv", usecols=["amount", "income", "paid"])
    X, y = df[["amount", "income"]], df["paid"]
    {before}
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    # %%
    {after}
"""


def _notebook(before: str, after: str = "LogisticRegression().fit(X_train, y_train)") -> dict[str, str]:
    return {"train.ipynb": _NOTEBOOK.format(before=before, after=after)}


class FitBeforeSplit(Rule):
    """A feature is transformed by what was learned from rows that later test the model.

    ## What it does
    Reports scalers, imputers, decompositions, feature selectors and encoders of the label that are fitted on all rows
    before these are split into a training and a test part. A `Pipeline` that is fitted on the training part is right.
    What learns no more than which categories there are (one-hot, ordinal and label encoders) is not meant.

    ## Why it matters
    The test rows have had a say in the features of the training rows, so that the test says less about rows that nobody has
    seen. For a mean or a scale that is little; what looks at the label, such as a feature selector or a target encoder,
    passes the answer on: that is an error.

    ## Instead
    Split first, and put the transformation into a `Pipeline` with the model: it is then fitted on the training rows only, in
    cross-validation, too, and production gets the very same one.

    ## When to ignore it
    When the test part only shows how the code is used.
    """

    code = "SKW408"
    name = "fit-before-split"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example(
            "a pipeline is fitted on the training part",
            _notebook("", "make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)"),
            flagged=0,
        ),
        Example(
            "fitted on the training part, applied to both",
            _notebook(
                "",
                "scaler = StandardScaler().fit(X_train); LogisticRegression().fit(scaler.transform(X_train), y_train);"
                " X_test = scaler.transform(X_test)",
            ),
            flagged=0,
        ),
        Example(
            "which categories there are",
            _notebook("X = OneHotEncoder().fit_transform(X)"),
            flagged=0,
        ),
        Example(
            "scaled before the split",
            _notebook("X = StandardScaler().fit_transform(X)"),
            contains="is transformed by a `StandardScaler` that was fitted on the test rows, too",
        ),
        Example(
            "fitted before the split and applied after it",
            _notebook(
                "scaler = StandardScaler().fit(X)",
                "LogisticRegression().fit(scaler.transform(X_train), y_train)",
            ),
            contains="`StandardScaler` that was fitted on the test rows, too",
        ),
        Example(
            "chosen by the label",
            _notebook("X = SelectKBest(k=1).fit_transform(X, y)"),
            contains="is transformed by a `SelectKBest` that was fitted on the test rows, too, and on their labels",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        for done in subject.operations:
            name = done.text.rsplit(".", 1)[-1]
            labels = _OF_THE_LABEL.search(name) is not None
            read = passed(subject, done)
            if done.kind != "learned" or read is None or not (labels or _OF_ALL.search(name)):
                continue
            known = details(subject, read)
            yield self.finding(
                Severity.ERROR if labels else Severity.WARNING,
                f"feature `{subject.name}` is transformed by {one(name)} that was fitted on the test rows, too"
                + (", and on their labels" if labels else ""),
                done.place,
                help="split first, and put it into a `Pipeline` with the model, which is fitted on the training part",
                **{**known, "labels": aggregated(known["labels"], done.place, "transformed here")},
            )
            return

from __future__ import annotations

from math import ceil, isfinite
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest import Bound, bounded
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.window import window_days

from ._evidence import aggregated, details
from ._fitted import learned
from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation, Input

_STATISTICS = frozenset(
    {"avg", "sum", "std", "var", "min", "max", "median", "percentile", "skew", "bool_or", "bool_and"}
)
_ENCODING = KINDS["target_encoding"]
_KNOWN = ("_known_at", "_at", "_ts", "_time", "_timestamp", "_date")
_DAY = 86_400
_WHOLE = ("unbounded", "anchored", "global", "unknown", "entity")
_NOTEBOOK = """
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from xgboost import XGBClassifier
    # %%
    df = pd.read_csv("loans.csv", usecols=["city", "opened_at", "amount", "defaulted"], parse_dates=["opened_at"])
    {made}
    # %%
    XGBClassifier().fit(df[["amount", "x"]], df["defaulted"])
"""


def _notebook(made: str) -> dict[str, str]:
    return {"train.ipynb": _NOTEBOOK.format(made=made)}


class UndelayedTargetEncoding(Rule):
    """A statistic of the label over a group that holds the very row is a feature.

    ## What it does
    Reports features that are a mean, sum or other statistic of the column that the model is to predict, over all rows of a
    group. Statistics of a part of the rows are not meant (of a fold, of the training part of a split, of a time), nor those of
    earlier rows (`shift`, `expanding`, `cumsum`) and of bounded windows, nor a mean of all rows that smoothes or fills gaps.

    ## Why it matters
    Each training row has its own answer in the mean of its group: the smaller the group, the more. The model trusts the feature,
    and the validation score agrees, since the test rows are in it, too. In production the answer of the row is not known, nor
    are those of the last weeks.

    ## Instead
    Take the mean over rows whose outcome was known at the time of the row: those that are older than the label's delay. Where
    rows have no time, encode out of fold, as scikit-learn's `TargetEncoder` in a `Pipeline` does.

    ## When to ignore it
    When the statistic is made of other rows than the model is trained on, in a way that cannot be seen in the code.
    """

    code = "SKW409"
    name = "undelayed-target-encoding"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("AGG301", "AGG302", "AGG303", "AGG306", "AVL109")
    examples = (
        Example(
            "the mean of another column",
            _notebook('df["x"] = df.groupby("city").amount.transform("mean")'),
            flagged=0,
        ),
        Example(
            "earlier rows only",
            _notebook('df["x"] = df.groupby("city").defaulted.cumsum() - df.defaulted'),
            flagged=0,
        ),
        Example(
            "of the training part",
            _notebook(
                'train, test = train_test_split(df); df = test.merge(train.groupby("city", as_index=False)'
                '.agg(x=("defaulted", "mean")), on="city")'
            ),
            flagged=0,
        ),
        Example(
            "the mean of the label in each city",
            _notebook('df["x"] = df.groupby("city").defaulted.transform("mean")'),
            contains="feature `x` is made of the average of `defaulted`, which the model is to predict, by `city`",
        ),
        Example(
            "the label has another name, and is known late",
            {
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    df = pd.read_sql("select loan_id, city, amount, defaulted from bank.loans", con)
                    df["bad"] = df["defaulted"] == 1
                    df["city_risk"] = df.groupby("city")["bad"].transform("mean")
                    XGBClassifier().fit(df[["amount", "city_risk"]], df["bad"])
                """,
                "catalog.yaml": """
                    version: 1
                    sources:
                      - name: bank.loans
                        availability: production
                        kind: events
                        columns:
                          defaulted: {known_after: 90d}
                """,
            },
            contains="feature `city_risk` is made of the average of `defaulted`",
        ),
        Example(
            "joined from a table of means",
            _notebook('df = df.merge(df.groupby("city", as_index=False).agg(x=("defaulted", "mean")), on="city")'),
            contains="the average of `defaulted`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for aggregation in subject.aggregations if subject.label and severity is not None else ():
            read = _label(subject, aggregation)
            if read is None or severity is None:
                continue
            known, words = details(subject, read), traits(aggregation.function).words
            approximate = "approximate" in (known["confidence"], aggregation.confidence)
            instead = _suggestion(aggregation, read, context) or learned("target_encoding", aggregation, read, context)
            yield self.finding(
                severity,
                f"feature `{subject.name}` is made of the {words} of `{read.column}`, which the model is to predict,"
                f" by {listed(aggregation.keys)}: each row's own answer is in it",
                aggregation.place,
                help="take rows only whose outcome was known before, or encode out of fold",
                suggestion=instead,
                **{
                    **known,
                    "labels": aggregated(known["labels"], aggregation.place),
                    "facts": (*known["facts"], ("trade-off", _ENCODING.trade)) if instead else known["facts"],  # type: ignore[misc]
                    "confidence": "approximate" if approximate else "exact",
                },
            )
            return


def _suggestion(aggregation: Aggregation, label: Input, context: Context) -> Suggestion | None:
    """The mean of the outcomes that were known, of recent rows, drawn to the mean of all; in SQL, of a source whose times are
    declared."""
    entry = label.entry
    window = window_days(label, _ENCODING, context.catalog.windows)
    if entry is None or entry.event_time is None or window is None or aggregation.function != "avg":
        return None
    names = {fold(name): name for name in entry.columns}
    known_at = next((names[one] for end in _KNOWN if (one := fold(label.column) + end) in names), "")
    column = names.get(fold(label.column))
    after = entry.columns[column].known_after if column is not None else None
    settled = ceil(after / _DAY) if after is not None and isfinite(after) else 0
    bound = Bound(window + settled, entry.event_time, False, label.source.name, known_at, settled)
    code = bounded(aggregation, context.programs, bound, _ENCODING)
    if code is None or code.kind is None:
        return None
    title = _ENCODING.title.format(length=f"{window}-day", words=traits(aggregation.function).words)
    return Suggestion(title, code.code, code.language, "O(history) -> O(window), without the answer of the row itself")


def _label(feature: Feature, aggregation: Aggregation) -> Input | None:
    """The column of the label that a measure over whole groups is of, if it is."""
    if aggregation.function not in _STATISTICS or aggregation.extent.window not in _WHOLE:
        return None
    if aggregation.running or aggregation.chosen or not aggregation.keys:
        return None
    aggregated_label = feature.label & aggregation.values
    for read in feature.inputs:
        of_label = (read.source, read.column) in aggregated_label and not timelike(read.column)
        if of_label and read.role == "value" and not _chosen_by_time(feature, read):
            return read
    return None


def _chosen_by_time(feature: Feature, label: Input) -> bool:
    return any(
        read.source == label.source and read.role == "where" and timelike(read.column) for read in feature.inputs
    )

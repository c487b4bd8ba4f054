from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.published import fitted

from ._evidence import aggregated, details
from ._fitted import learned
from ._words import listed, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Source
    from feasilint.measure.model import Aggregation, Input

_STATISTICS = frozenset({"avg", "std", "var", "min", "max", "sum", "median", "percentile"})
_SCALAR = KINDS["global_scalar"]
_INLINE = ("inline", "request")
_MODEL = """
    import pandas as pd
    from xgboost import XGBClassifier
    # %%
    tx = pd.read_sql("select user_id, amount, ts, is_fraud from payments.transactions", con)
    {feature}
    # %%
    XGBClassifier().fit(tx[["x"]], tx["is_fraud"])
"""


def _notebook(feature: str) -> dict[str, str]:
    return {"train.ipynb": _MODEL.format(feature=feature)}


class GlobalStatistic(Rule):
    """A row is set off against a statistic of the whole table.

    ## What it does
    Reports means, standard deviations, minima, maxima, sums and percentiles over all rows of a table that a feature is
    computed with, such as `x / x.mean()` or `AVG(x) OVER ()`.

    What a scaler learns is state that is kept with the model and is not meant, nor are statistics of the training part of
    a split, what is learned of some rows and applied to others, a mean that only fills in for missing values, or the
    latest time of the data.

    ## Why it matters
    A single request has no table to take the mean of. Where the code runs again in production, it takes the mean of
    other rows than the model was trained with; and in training the mean has seen the rows that test the model.

    ## Instead
    Fit the statistic on the training rows and keep it with the model as a constant, as a `StandardScaler` in a `Pipeline`
    does, or publish it once a day as a feature without a key.

    ## When to ignore it
    When the statistic is stored with the model and production reads it from there.
    """

    code = "AGG306"
    name = "global-statistic"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "a scaler keeps what it has learned",
            _notebook(
                'from sklearn.preprocessing import StandardScaler; tx["x"] = StandardScaler().fit_transform(tx[["amount"]])'
            ),
            flagged=0,
        ),
        Example("a default for missing values", _notebook('tx["x"] = tx.amount.fillna(tx.amount.mean())'), flagged=0),
        Example("since the latest time", _notebook('tx["x"] = (tx.ts.max() - tx.ts).dt.days'), flagged=0),
        Example(
            "the mean of each user is no statistic of the whole table",
            _notebook('tx["x"] = tx.amount / tx.groupby("user_id").amount.transform("mean")'),
            flagged=0,
        ),
        Example(
            "set off against the mean of all",
            _notebook('tx["x"] = tx.amount / tx.amount.mean()'),
            contains="feature `x` uses the average of `amount` over all transactions",
        ),
        Example(
            "in SQL",
            {
                "features.sql": """
                    create table ml.tx_features as
                    select tx_id, amount - avg(amount) over () as x from payments.transactions
                """
            },
            contains="feature `x` uses the average of `amount` over all transactions",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for group in _by_source(subject).values() if severity is not None else ():
            read, found = group[0][0], [aggregation for _, aggregation in group]
            assert severity is not None
            yield self._found(severity, subject, read, found, context)

    def _found(
        self, severity: Severity, subject: Feature, read: Input, group: list[Aggregation], context: Context
    ) -> Finding:
        told = group[0]
        known = details(subject, read)
        doubts = (known["confidence"], told.confidence)
        return self.finding(
            severity,
            f"feature `{subject.name}` uses {_statistics(group)} over all {rows(read.source)}{_more(told)}",
            told.place,
            help="fit it on the training rows and keep it with the model (a `StandardScaler` in a `Pipeline` does), or publish"
            " it once a day",
            suggestion=_suggestion(group, context) or learned("global_scalar", told, read, context),
            **{
                **known,
                "labels": aggregated(known["labels"], told.place),
                "facts": (*known["facts"], ("trade-off", _SCALAR.trade)),  # type: ignore[misc]
                "confidence": "approximate" if "approximate" in doubts else "exact",
            },
        )


def _suggestion(group: list[Aggregation], context: Context) -> Suggestion | None:
    code = fitted(group, context.programs)
    if code is None:
        return None
    words = " and ".join(dict.fromkeys(traits(aggregation.function).words for aggregation in group))
    return Suggestion(
        _SCALAR.title.format(words=words), code.code, code.language, "O(all rows) -> O(1): constants of the model"
    )


def _by_source(feature: Feature) -> dict[Source, list[tuple[Input, Aggregation]]]:
    """The statistics of a feature over whole tables, by what they are of."""
    found: dict[Source, list[tuple[Input, Aggregation]]] = {}
    for aggregation in filter(_is_global, feature.aggregations):
        reads = (read for read in feature.inputs if read.source in aggregation.sources)
        read = next((read for read in reads if read.source.kind not in _INLINE), None)
        if read is not None:
            found.setdefault(read.source, []).append((read, aggregation))
    return found


def _is_global(aggregation: Aggregation) -> bool:
    """Of all rows, and no time of the data: the latest one is now."""
    if (
        aggregation.extent.window != "global"
        or aggregation.function not in _STATISTICS
        or aggregation.keys
        or aggregation.running
    ):
        return False
    return not (
        aggregation.fills or aggregation.part or aggregation.elsewhere or any(map(timelike, aggregation.arguments))
    )


def _more(aggregation: Aggregation) -> str:
    """` and 2 more sources`: the rows of a join are not those of one table."""
    more = len(aggregation.sources) - 1
    return f" and {more} more source{'s' if more > 1 else ''}" if more > 0 else ""


def _statistics(group: list[Aggregation]) -> str:
    """`the average and standard deviation of `amount``."""
    words = list(dict.fromkeys(traits(aggregation.function).words for aggregation in group))
    said = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    of = list(dict.fromkeys(name for aggregation in group for name in aggregation.arguments))
    return f"the {said} of {listed(of)}" if of else f"the {said}"

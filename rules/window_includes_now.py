from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion
from feasilint.suggest.frames import ended

from ._evidence import aggregated, column_entry, details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Aggregation, Input

_CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*.sql", "*.py"], prediction_point: checkout}]
sources:
  - name: payments.transactions
    availability: production
    latency: streaming
    kind: events
    event_time: ts
    grain: [tx_id]
    columns:
      chargeback: {type: boolean, known_after: 60d}
"""


_QUERY = """
    create table ml.features as
    select tx_id, avg({}) over (
      partition by user_id order by ts range between interval '90' day preceding and {}) as x
    from payments.transactions
"""


def _frame(edge: str, column: str = "chargeback") -> dict[str, str]:
    return {"features.sql": _QUERY.format(column, edge), "catalog.yaml": _CATALOG}


def _notebook(made: str) -> dict[str, str]:
    return {
        "train.py": f"""
            import pandas as pd
            from xgboost import XGBRegressor

            sales = pd.read_csv("sales.csv", usecols=["store", "day", "units", "price"], parse_dates=["day"])
            sales = sales.sort_values("day")
            sales["x"] = {made}
            XGBRegressor().fit(sales[["x"]], sales["units"])
        """
    }


class WindowIncludesNow(Rule):
    """A window over outcomes takes in the row that it is computed for.

    ## What it does
    Reports features that summarise the label of their model, or a column that is known late (`known_after`, `kind: label`), over
    a window that ends with the current row: `CURRENT ROW`, a rolling window without `closed="left"`, a table joined to itself
    with `<=`. Windows that end long enough before are not meant, nor sums from which something is taken off again.

    ## Why it matters
    The row's own answer is in its feature. Offline the model reads it off, in production nobody knows it yet.

    ## Instead
    End the window before the row: `1 PRECEDING`, `closed="left"`, `shift(1)`, `<` in place of `<=`; and as long before as
    outcomes take to be known.

    ## When to ignore it
    When the current row's value of the column is empty in training, too.
    """

    code = "SKW404"
    name = "window-includes-now"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AVL109",)
    examples = (
        Example("amounts are known at once", _frame("current row", "amount"), flagged=0),
        Example("a window that ends before outcomes are known", _frame("interval '60' day preceding"), flagged=0),
        Example(
            "the rows before",
            _notebook('sales.groupby("store").units.transform(lambda s: s.shift(1).rolling(7).mean())'),
            flagged=0,
        ),
        Example(
            "the current row is taken off again", _notebook("sales.units.rolling(7).sum() - sales.units"), flagged=0
        ),
        Example(
            "outcomes up to the current row",
            _frame("current row"),
            contains="feature `x` takes in the row that it is computed for: its own `chargeback` is in the average",
        ),
        Example("a rolling mean of the label", _notebook("sales.units.rolling(7).mean()"), contains="its own `units`"),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for aggregation in subject.aggregations if severity is not None else ():
            read = _outcome(subject, aggregation)
            if read is None or severity is None:
                continue
            known = details(subject, read)
            approximate = "approximate" in (known["confidence"], aggregation.confidence)
            yield self.finding(
                severity,
                f"feature `{subject.name}` takes in the row that it is computed for: its own `{read.column}` is in the"
                f" {traits(aggregation.function).words}",
                aggregation.place,
                help='end the window before the row: `1 PRECEDING`, `closed="left"`, `shift(1)`, or `<` in place of `<=`',
                suggestion=_suggestion(aggregation, context),
                **{
                    **known,
                    "labels": aggregated(known["labels"], aggregation.place),
                    "confidence": "approximate" if approximate else "exact",
                },
            )
            return


def _suggestion(aggregation: Aggregation, context: Context) -> Suggestion | None:
    code = ended(aggregation, context.programs)
    if code is None:
        return None
    return Suggestion(f"{traits(aggregation.function).words} of the rows before the row", code.code, code.language)


def _outcome(feature: Feature, aggregation: Aggregation) -> Input | None:
    """The column known late that a measure takes of the current row, too; None where something is computed with the measure,
    which may take it off again."""
    if not (aggregation.includes_current and aggregation.alone) or traits(aggregation.function).ordinal:
        return None
    for read in feature.inputs:
        measured = read.role == "value" and (read.source, read.column) in aggregation.values
        if measured and ((read.source, read.column) in feature.label or _is_late(read)):
            return read
    return None


def _is_late(read: Input) -> bool:
    column = column_entry(read)
    if column is not None and column.known_after:
        return read.least_age < column.known_after
    return read.entry is not None and read.entry.kind == "label" and column is None

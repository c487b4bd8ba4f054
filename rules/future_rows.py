from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, beside, details, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Operation

_VALUES = {
    "bfill": "fills gaps with the values of later rows",
    "backward_fill": "fills gaps with the values of later rows",
    "interpolate": "fills gaps with values between earlier and later rows",
    "lead": "takes the value of a later row",
    "lag": "takes the value of a later row, as the newest comes first,",
}
_OUTCOME = re.compile(
    r"(^|_)(targets?|labels?|y|y\d|outcome|next|future|fut|fwd|forward|tomo(rrow)?|ahead|lead\d*|horizon|predict(ion|ed)?|actual"
    r"|churn(ed)?|response|signal)(_|\d|$)|^(valid|effective)_?(to|until|end|date|at)$|(^|_)(ends?|ended|expir\w*|until)(_|$)|(^|_)end_?(time|date|at|ts|tstamp|dttm)$|_t\+\d|\(t\+\d",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(^|_)(id|uuid|guid)$", re.IGNORECASE)
_NOTEBOOK = """
    import pandas as pd
    from xgboost import XGBRegressor
    # %%
    sales = pd.read_csv("sales.csv", usecols=["store", "day", "units", "price"], parse_dates=["day"])
    sales = sales.sort_values("day"{falling})
    {made}
    # %%
    XGBRegressor().fit(sales[["x"]], sales["{label}"])
"""


def _notebook(made: str, label: str = "units", falling: str = "") -> dict[str, str]:
    return {"train.ipynb": _NOTEBOOK.format(made=made, label=label, falling=falling)}


class FutureRows(Rule):
    """A feature is made of rows that come after its own.

    ## What it does
    Reports features whose value passes `LEAD`, `shift(-1)`, `bfill`, `interpolate`, a centred rolling window or a frame
    that reaches rows after the current one. The order counts: in rows that are sorted from the newest on it is `shift(1)`
    that looks ahead.

    A label is made of later rows by its nature and is not meant. What a table holds may be one: there it is a warning, and
    only where the table's name, the catalog or a feature store says that it holds features. Neither is the time of the next
    row as it is (`LEAD(ts) OVER (... ORDER BY ts)`), the end of an interval, an identifier that is filled from its neighbours,
    nor in batch scoring what a window `PARTITION BY` a day takes of that day.

    ## Why it matters
    At prediction time the later rows are not there yet. The model has learned from the future: its validation score is
    too good, and production gets a missing value or another one.

    ## Instead
    Take earlier rows: `LAG`, `shift(1)`, `ffill`, a window that ends at the current row. Fill gaps with a value that is
    kept with the model.

    ## When to ignore it
    When all rows of a prediction are known beforehand, as those of a calendar or of a document that is scored as a whole.
    """

    code = "SKW407"
    name = "future-rows"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("AGG304",)  # what counts down from the last row is no history up to each row
    examples = (
        Example(
            "the label is a later value",
            _notebook('sales["x"] = sales.units.shift(1); sales["tomorrow"] = sales.units.shift(-1)', "tomorrow"),
            flagged=0,
        ),
        Example("gaps are filled with earlier values", _notebook('sales["x"] = sales.price.ffill()'), flagged=0),
        Example(
            "the newest come first",
            _notebook('sales["x"] = sales.price.shift(-1)', falling=", ascending=False"),
            flagged=0,
        ),
        Example(
            "LEAD from the newest row on is an earlier one",
            {
                "features.sql": """
                    create table ml.features as
                    select store, day, lead(units) over (partition by store order by day desc) as x from shop.sales
                """
            },
            flagged=0,
        ),
        Example(
            "the time of the next row ends an interval",
            {
                "features.sql": """
                    create table ml.features as
                    select store, changed_at, lead(changed_at) over (partition by store order by changed_at) as x
                    from shop.prices
                """
            },
            flagged=0,
        ),
        Example(
            "the units of the next day",
            _notebook('sales["x"] = sales.groupby("store").price.shift(-1)'),
            contains="feature `x` takes a value of later rows (`shift(-1)`) of `sales.csv`",
        ),
        Example(
            "a centred window",
            _notebook('sales["x"] = sales.price.rolling(7, center=True).mean()'),
            contains="feature `x` takes the average over rows of `sales.csv` that come later, too",
        ),
        Example(
            "LEAD in SQL",
            {
                "features.sql": """
                    create table ml.features as
                    select store, day, lead(units) over (partition by store order by day) as x from shop.sales
                """
            },
            contains="feature `x` takes the value of a later row of `shop.sales`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        if severity is not None and subject.kind == "table":
            severity = severity.milder  # nothing says that it is no label
        done = next((one for one in subject.operations if one.kind == "later" and not _is_over(one, subject)), None)
        if severity is None or done is None or not subject.stated or _is_no_feature(subject):
            return
        read = passed(subject, done)
        if read is None:
            return
        known = details(subject, read)
        sources = f"`{read.source.name}`{beside(subject, read, done.sources)}"
        yield self.finding(
            severity,
            f"feature `{subject.name}` {_does(done, sources)}: at prediction time they are not there yet",
            done.place,
            help="take earlier rows: `lag`, `shift(1)`, `ffill`, or a window that ends at the current row",
            **{**known, "labels": aggregated(known["labels"], done.place, "looks ahead here")},
        )


def _is_over(done: Operation, subject: Feature) -> bool:
    """Whether the later rows are there when a batch runs: those of a day that is over."""
    return done.of_one_day and subject.point is not None and subject.point.mode == "batch"


def _is_no_feature(subject: Feature) -> bool:
    """Whether a name says that a value is an outcome, or in a table whose row it is."""
    return _OUTCOME.search(subject.name) is not None or (
        subject.kind == "table" and _IDENTIFIER.search(subject.name) is not None
    )


def _does(done: Operation, sources: str) -> str:
    source = f"of {sources}"
    if done.text.startswith("shift"):
        return f"takes a value of later rows (`{done.text}`) {source}"
    if done.text in _VALUES:
        return f"{_VALUES[done.text]} {source}"
    return f"takes the {traits(done.text).words} over rows {source} that come later, too"

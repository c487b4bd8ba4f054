from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Label, Rule, Severity, Subject

from ._evidence import model

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRAINING = """
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    {imports}
    df = pd.read_parquet("orders.parquet")
    {step}
    LogisticRegression().fit(df[["amount", "hour"]], df["bought"])
"""

_IN_PROJECT = "scan it together with the code that it calls"
_OF_LIBRARY = "it is not known what this call of {} does: write it with other methods, or report it as missing"


class OpaqueStep(Rule):
    """A feature's lineage passes through code that could not be read.

    ## What it does
    Reports steps between a feature and its sources of which only the inputs are known, such as a call of a function
    that is not in the scanned code, or of a library's method that no table knows. It says so once per step, at the call.
    A library's call of tables whose columns are all known hides no source, and is not reported.

    ## Why it matters
    Any column that goes in may be in the feature. Findings behind the step are approximate and one level milder, and
    aggregations inside it are not seen.

    ## Instead
    Scan the project with the code that is called, so that the step can be followed. Write a library's call with other
    methods of it, or report the method as missing.

    ## When to ignore it
    For steps that are judged elsewhere, and those that change nothing about where the data comes from.
    """

    code = "FEA004"
    name = "opaque-step"
    scope = "feature"
    severity = Severity.INFO
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "a function of the same file is followed",
            {
                "train.py": _TRAINING.format(
                    imports="", step="add_hour = lambda rows: rows.assign(hour=rows.ts.dt.hour)\n    df = add_hour(df)"
                )
            },
            flagged=0,
        ),
        Example(
            "what no feature is made of may stay unread",
            {"train.py": _TRAINING.format(imports="from elsewhere import audit", step="report = audit(df.merge(df))")},
            flagged=0,
        ),
        Example(
            "a function from elsewhere makes the features",
            {"train.py": _TRAINING.format(imports="from elsewhere import enrich", step="df = enrich(df)")},
            contains="passes through a step that could not be read",
        ),
        Example(
            "a method that no table knows",
            {"train.py": _TRAINING.format(imports="", step='df = pd.lreshape(df, {"amount": ["a1", "a2"]})')},
            contains="passes through a step that could not be read: pd.lreshape()",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        for known, text, library in subject.unread:
            place = known or subject.sink
            yield self.finding(
                self.severity,
                f"feature `{subject.name}` passes through a step that could not be read: {text}",
                place,
                labels=(Label(place, "not read"), Label(subject.sink, "feature used here")),
                confidence="approximate",
                feature=subject.name,
                model=model(subject),
                help=_IN_PROJECT if not library else _OF_LIBRARY.format(library),
            )

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.program import NOWHERE
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
_UNDEFINED = "define it: what gives it its value is gone, commented out or in another file"
_OF_LIBRARY = "it is not known which features this call of {} makes: name them, or report it as missing"


class OpaqueStep(Rule):
    """A feature's lineage passes through code that could not be read.

    ## What it does
    Reports steps between a feature and its sources of which only the inputs are known: a call of a function that is not
    in the scanned code, a name that nothing defines, and calls of libraries that make features by themselves (tsfel,
    TA-Lib, Featuretools) where no table knows them. It says so once per step, at the call. A module that is not there is
    the project's own where something of its name lies there, or its name is like `utils` or `preprocessing`; any other is
    taken for a library. Other libraries do what their documentation says with what goes in, which is known: their calls
    hide no source, and are not reported. Without a catalog calls of libraries count only on the way to a model and to
    tables that are called features.

    ## Why it matters
    Any column that goes in may be in the feature. Findings behind the step are approximate and one level milder, and
    aggregations inside it are not seen.

    ## Instead
    Scan the project with the code that is called, so that the step can be followed. Of a library that makes features,
    name those that the model takes, or report the call as missing.

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
            {
                "train.py": _TRAINING.format(
                    imports="from shop_features import audit", step="report = audit(df.merge(df))"
                )
            },
            flagged=0,
        ),
        Example(
            "a library's method that no table knows: all that goes in is known",
            {"train.py": _TRAINING.format(imports="", step='df = pd.lreshape(df, {"amount": ["a1", "a2"]})')},
            flagged=0,
        ),
        Example(
            "a dictionary of the frame's own statistics",
            {
                "train.py": _TRAINING.format(
                    imports="",
                    step="usual = {k: v for k, v in df.groupby('hour').median()[['amount']].to_dict().items()}\n"
                    "    df['amount'] = df.apply(lambda row: usual['amount'][row['hour']], axis=1)",
                )
            },
            flagged=0,
        ),
        Example(
            "a function from elsewhere makes the features",
            {"train.py": _TRAINING.format(imports="from shop_features import enrich", step="df = enrich(df)")},
            contains="passes through a step that could not be read",
        ),
        Example(
            "a library that makes features of a history",
            {
                "train.py": _TRAINING.format(
                    imports="import tsfel",
                    step="df = tsfel.time_series_features_extractor({}, df, window_size=24)",
                )
            },
            contains="passes through a step that could not be read: tsfel.time_series_features_extractor()",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for known, text, library, hides in subject.unread:
            if not hides or (library and context.catalog.empty and not subject.stated):
                continue
            place = known or subject.sink
            yield self.finding(
                self.severity,
                f"feature `{subject.name}` passes through a step that could not be read: {text}",
                place,
                labels=(Label(place, "not read"), Label(subject.sink, "feature used here")),
                confidence="approximate",
                feature=subject.name,
                model=model(subject),
                help=_OF_LIBRARY.format(library) if library else _UNDEFINED if NOWHERE in text else _IN_PROJECT,
            )

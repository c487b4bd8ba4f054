from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary, relation, replacement
from ._words import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import PredictionPoint
    from feasilint.measure.model import Input

_HOLE = re.compile(r"\{[^{}]*\}")
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, latency_budget: 150ms}
models:
  - {name: fraud, paths: ["fraud/*"], prediction_point: checkout}
sources:
  - {name: "http://limits.internal/*", availability: production, latency: online}
"""
_TRAIN = """
    import pandas as pd
    import requests
    from sklearn.linear_model import LogisticRegression

    df = pd.DataFrame(requests.get("{url}").json())
    LogisticRegression().fit(df[["score"]], df["fraud"])
"""


class ApiOnRequestPath(Rule):
    """A feature is fetched from a service, while somebody waits for the prediction.

    ## What it does
    Reports features whose values are fetched from a service (HTTP, an SDK) that the catalog does not declare as available in
    production, where the model is called online with a `latency_budget`; in batch scoring it is a warning. What a stored
    table holds of the service's answers is not on the path of the request. Models without a declared prediction point
    are not judged. A third party's service is the affair of `vendor-source`.

    ## Why it matters
    The call takes part of the time that the prediction has, and when the service is slow or down, so is the prediction.
    And a service answers with what holds now: for training rows of last year there is no history to ask for.

    ## Instead
    Fetch by schedule or by event into a table, with the time of the answer, and read that in training and serving; or let the
    caller, who often has the value already, send it with the request.

    ## When to ignore it
    When the service is fast enough and its answers are logged: declare it in the catalog with its latency then.
    """

    code = "AVL105"
    name = "api-on-request-path"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "a model that nobody calls yet",
            {"eda/train.py": _TRAIN.format(url="http://scores.internal/api/users"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a service that production declares",
            {"fraud/train.py": _TRAIN.format(url="http://limits.internal/api/users"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a call while the customer waits",
            {"fraud/train.py": _TRAIN.format(url="http://scores.internal/api/users"), "catalog.yaml": _CATALOG},
            contains="feature `score` uses the service `http://scores.internal/api/users`, and `checkout` has 150 ms for all",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        point = subject.point
        if point is None or (point.mode != "batch" and point.latency_budget is None):
            return
        for _, reads in by_source(subject.inputs):
            if _fetched(reads[0]):
                yield self._found(subject, reads[0], point, context)

    def _found(self, feature: Feature, read: Input, point: PredictionPoint, context: Context) -> Finding:
        entry, budget = read.entry, point.latency_budget
        spent = (
            f"and `{point.name}` has {short(budget)} for all"
            if point.mode != "batch" and budget is not None
            else f"which `{point.name}` has to ask in every run, and which keeps no history"
        )
        return self.finding(
            self.severity_at(point) or self.severity,
            f"feature `{feature.name}` {relation(read)} the service `{read.source.name}`, {spent}",
            primary(feature, read),
            help=(replacement(entry, context, feature) if entry is not None else None)
            or "fetch it into a table with the time of each answer, or have the caller send it",
            **details(feature, read, declared(entry, "availability") if entry is not None else ()),
        )


def _fetched(read: Input) -> bool:
    """Whether an input comes straight from a service that is not known to be in production."""
    stated = read.entry.availability if read.entry is not None else "unknown"
    named = _HOLE.sub("", read.source.name).strip("/")  # of an address that only a run knows there is nothing to say
    return read.source.kind == "api" and not read.hops and stated == "unknown" and bool(named)

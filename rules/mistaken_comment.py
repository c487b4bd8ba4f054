from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.belonging import KEYS, MODEL, POINT
from feasilint.catalog.remedy import remedy
from feasilint.rule import Context, DocumentSubject, Example, Finding, Place, Rule, Severity, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Remark

_CATALOG = """
    version: 1
    prediction_points: {checkout: {mode: online}}
    models: [{name: fraud, paths: ["fraud/"], prediction_point: checkout}]
"""
_QUERY = """
    -- feasilint: {said}
    create table ml.user_features as select user_id, count(*) as n from shop.orders group by user_id
"""


class MistakenComment(Rule):
    """A comment for this tool names something that does not exist.

    ## What it does
    Reports `feasilint:` comments with a misspelt word, with a model or prediction point that the catalog does not declare, and
    such that contradict an earlier one of the same file.

    ## Why it matters
    The comment has no effect: the file is judged at the prediction point that its path has, or at none.

    ## Instead
    Write `feasilint: model=NAME` or `feasilint: prediction_point=NAME` with a name of `models:` or `prediction_points:` in the
    catalog, once in a file.

    ## When to ignore it
    While the model's declaration is under way in another branch.
    """

    code = "FEA006"
    name = "mistaken-comment"
    scope = "document"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "a model of the catalog",
            {"features.sql": _QUERY.format(said="model=fraud prediction_point=checkout"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "without a catalog there are no names to compare with",
            {"features.sql": _QUERY.format(said="model=frod")},
            flagged=0,
        ),
        Example(
            "a model that nobody declares",
            {"features.sql": _QUERY.format(said="model=frod"), "catalog.yaml": _CATALOG},
            contains="no model is called `frod`",
        ),
        Example(
            "a misspelt word",
            {"features.sql": _QUERY.format(said="modle=fraud"), "catalog.yaml": _CATALOG},
            contains="`modle` means nothing",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, DocumentSubject)
        first: dict[str, Remark] = {}
        for remark in subject.program.remarks:
            earlier = first.setdefault(remark.key, remark)
            problem = _contradiction(remark, earlier) or _problem(remark, subject.program.path, context)
            if problem is not None:
                message, advice = problem
                yield self.finding(self.severity, message, Place(subject.program.path, remark.span), help=advice)


def _contradiction(remark: Remark, earlier: Remark) -> tuple[str, str] | None:
    if remark.key not in KEYS or remark.value == earlier.value:
        return None
    return f"this file is said to be `{remark.key}={earlier.value}` already", "leave one of the two comments"


def _problem(remark: Remark, path: str, context: Context) -> tuple[str, str] | None:
    """What is wrong with a comment, and what to do."""
    if remark.key not in KEYS:
        advice = remedy(remark.key, (*KEYS, "ignore"), "write `model=NAME`, `prediction_point=NAME` or `ignore[CODE]`")
        return f"`{remark.key}` means nothing in a comment", advice
    if context.catalog.empty:
        return None
    if remark.key == MODEL and context.matcher.model_named(remark.value, path) is None:
        return _unknown("model", remark.value, [model.name for model in context.catalog.models])
    if remark.key == POINT and context.matcher.point_named(remark.value, path) is None:
        return _unknown("prediction point", remark.value, [point.name for point in context.catalog.prediction_points])
    return None


def _unknown(noun: str, name: str, known: list[str]) -> tuple[str, str]:
    among = ", ".join(sorted(known)[:10])
    advice = remedy(name, known, f"declared are {among}" if known else f"declare it in the catalog, under `{noun}s:`")
    return f"no {noun} is called `{name}`", advice.replace("prediction points:", "prediction_points:")

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, DocumentSubject, Example, Finding, Place, Rule, Severity, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEP = 200


class AnalysisBudget(Rule):
    """A part of a document is too large or too deeply nested to be analysed.

    ## What it does
    Reports statements, cells and files whose reading was given up at a limit, and models and tables with more columns
    than are judged one by one. Everything else in the document is judged as usual.

    ## Why it matters
    What was left out stays unseen: features that depend on it may go unreported.

    ## Instead
    Split the statement, for example into named subqueries or a table on the way. Generated code is better judged where
    it is generated from.

    ## When to ignore it
    For generated code that computes no feature.
    """

    code = "FEA005"
    name = "analysis-budget"
    scope = "document"
    severity = Severity.INFO
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "a long chain of subqueries is read like any other",
            {"features.sql": "select x from " + "(select x from " * 20 + "shop.orders" + ")" * 20},
            flagged=0,
        ),
        Example(
            "a generated expression, nested hundreds of times",
            {
                "features.sql": "select user_id, "
                + "abs(" * _DEEP
                + "amount"
                + ")" * _DEEP
                + " as amount\nfrom shop.orders"
            },
            contains="nested too deeply",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, DocumentSubject)
        for diagnostic in (*subject.program.diagnostics, *subject.limits):
            if diagnostic.kind == "budget":
                yield self.finding(
                    self.severity,
                    diagnostic.message,
                    Place(subject.program.path, diagnostic.span),
                    help="split it, or judge what it is generated from",
                )

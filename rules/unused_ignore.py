from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.findings import Edit, Fix
from feasilint.rule import Context, DocumentSubject, Example, Finding, Place, Rule, Severity, Subject, Suggestion

from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Ignore

_QUERY = """
    create table ml.user_features as
    select user_id, count(*) as n_orders  -- feasilint: ignore[{code}] {reason}
    from shop.orders
    group by user_id
"""


class UnusedIgnore(Rule):
    """An ignore comment silences nothing.

    ## What it does
    Reports `feasilint: ignore` comments on whose line no finding with these codes would stand.

    ## Why it matters
    The comment outlived its cause, or never worked: a misspelt code, the wrong line. Left in place it hides the
    next finding, whose reason nobody has weighed.

    ## Instead
    Remove it. Write the code as the report prints it, on the line of the finding or alone on the line above.

    ## When to ignore it
    When the finding appears only together with documents that this run did not read.
    """

    code = "FEA003"
    name = "unused-ignore"
    scope = "document"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "a comment that silences a finding",
            {"features.sql": _QUERY.format(code="AGG301", reason="maintained as a running total")},
            flagged=0,
        ),
        Example(
            "a code that no rule has",
            {"features.sql": _QUERY.format(code="AGG999", reason="misspelt")},
            contains="no rule is called",
        ),
        Example(
            "a comment with another rule's code",
            {"features.sql": _QUERY.format(code="LAT202", reason="seven days are enough")},
            contains="`ignore[LAT202]` silences nothing",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, DocumentSubject)
        for ignore in subject.program.ignores:
            meant_for_silent = context.silent and (not ignore.codes or context.silent.intersection(ignore.codes))
            if ignore not in subject.used and not meant_for_silent:
                codes = f"[{', '.join(ignore.codes)}]" if ignore.codes else ""
                yield self.finding(
                    self.severity,
                    f"`ignore{codes}` silences nothing{_unknown(ignore, context)}",
                    Place(subject.program.path, ignore.span),
                    help="remove the comment, or correct its code or line",
                    suggestion=_without(ignore, subject.program.path) if not _unknown(ignore, context) else None,
                )


def _without(ignore: Ignore, path: str) -> Suggestion | None:
    """The code without the comment, where it says nothing else."""
    if not ignore.whole:
        return None
    return Suggestion(
        "`feasilint scan --fix`, which takes the comment out", fix=Fix(path, (Edit(ignore.span, ""),), safe=True)
    )


def _unknown(ignore: Ignore, context: Context) -> str:
    """That no rule has one of the codes: it is misspelt, or its package is not installed."""
    strange = [code for code in ignore.codes if context.known and code not in context.known]
    return f": no rule is called {listed(strange)}" if strange else ""

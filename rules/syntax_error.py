from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from feasilint.rule import Context, DocumentSubject, Example, Finding, Place, Rule, Severity, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Diagnostic

_HELP = {
    "syntax-error": "correct it, or remove the cell or statement; what is computed there is not judged",
    "unreadable": "check that the file is complete and saved in its format; nothing in it is judged",
}


class UnparsedCode(Rule):
    """A document, or a part of it, cannot be parsed.

    ## What it does
    Reports files that cannot be read and cells and SQL statements with a syntax error. The rest of the document is
    judged as usual.

    ## Why it matters
    What is computed there stays unseen: features that depend on it may go unreported.

    ## Instead
    Correct the code. For SQL, the dialect is taken from the client, the magic or `--dialect`; a wrong one looks
    like a syntax error.

    ## When to ignore it
    For deliberate fragments, such as a cell with pseudo-code.
    """

    code = "FEA001"
    name = "syntax-error"
    scope = "document"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "magics, shell lines and a trailing semicolon are no errors",
            {"explore.ipynb": "%matplotlib inline\n!ls data\n# %%\nimport pandas as pd;\npd.__version__"},
            flagged=0,
        ),
        Example(
            "one broken cell",
            {"explore.ipynb": "x = 1\n# %%\ndf = df[df.amount >"},
        ),
        Example(
            "a query that breaks off",
            {"features.sql": "select user_id, count(* from tx group by user_id"},
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, DocumentSubject)
        for diagnostic in subject.program.diagnostics:
            if diagnostic.kind in _HELP:
                yield self.finding(
                    self.severity,
                    diagnostic.message,
                    Place(subject.program.path, diagnostic.span),
                    help=_HELP[diagnostic.kind] + _newer(subject, diagnostic),
                )


def _newer(subject: DocumentSubject, diagnostic: Diagnostic) -> str:
    """Python reads what its own version knows."""
    if subject.program.kind == "sql" or not diagnostic.message.startswith(("invalid syntax", "f-string")):
        return ""
    return f"; syntax newer than Python {sys.version_info[0]}.{sys.version_info[1]} needs feasilint on a newer Python"

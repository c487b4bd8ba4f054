from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from feasilint.ir.program import FORESEEN
from feasilint.rule import Context, DocumentSubject, Example, Finding, Place, Rule, Severity, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Diagnostic

_HELP = {
    "syntax-error": "correct it, or remove the cell or statement; what is computed there is not judged",
    "unreadable": "check that the file is complete and saved in its format; nothing in it is judged",
}
_OF_SQL = "say which dialect it is (`--dialect`), or correct it; what the statement computes is not judged"
_MOST = 4  # findings about the SQL of one file
_FORESEEN = "what is computed there is not judged"


class UnparsedCode(Rule):
    """A document, or a part of it, cannot be parsed.

    ## What it does
    Reports files that cannot be read and cells and SQL statements with a syntax error. The rest of the document is
    judged as usual.

    ## Why it matters
    What is computed there stays unseen: features that depend on it may go unreported.

    Code of Python 2 is read like that of Python 3. Blanks that are to be filled in (`x = # TODO`), code of R or Scala,
    commands of the shell and notes in words are said once, as information. So is SQL that cannot be read: its dialect
    may know what the parser does not.

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
        path, foreseen = subject.program.path, dict.fromkeys(FORESEEN, 0)
        unread = [diagnostic for diagnostic in subject.program.diagnostics if diagnostic.kind in _HELP]
        broken = [one for one in unread if one.sql and not one.message.startswith(FORESEEN)]
        told = broken if len(broken) <= _MOST else broken[: _MOST - 1]
        silent = set(map(id, broken[len(told) :]))
        for one in unread:
            if (known := next(filter(one.message.startswith, foreseen), None)) is not None:
                foreseen[known] += 1
                continue
            if id(one) in silent:
                continue
            help_ = _OF_SQL if one.sql else _HELP[one.kind] + _newer(one)
            severity = Severity.INFO if one.sql else self.severity
            yield self.finding(severity, one.message, Place(path, one.span), help=help_)
        if silent:
            said = f"{len(silent)} more statements of this file cannot be read"
            yield self.finding(Severity.INFO, said, Place(path, broken[len(told)].span), help=_OF_SQL)
        for known, number in foreseen.items():
            if number:
                first = next(one for one in unread if one.message.startswith(known))
                more = f", here and at {number - 1} more place{'s' if number > 2 else ''}" if number > 1 else ""
                yield self.finding(Severity.INFO, known + more, Place(path, first.span), help=_FORESEEN)


def _newer(diagnostic: Diagnostic) -> str:
    """Python reads what its own version knows."""
    if not diagnostic.message.startswith(("invalid syntax", "f-string")):
        return ""
    return f"; syntax newer than Python {sys.version_info[0]}.{sys.version_info[1]} needs feasilint on a newer Python"

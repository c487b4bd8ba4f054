"""SQL that procedural code puts together and runs: EXECUTE IMMEDIATE, EXECUTE format(…), sp_executesql. What is constant of its
text is read; what is not becomes a parameter in braces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.scope import Scope
from feasilint.lower.sql.statements import take
from feasilint.lower.sql.texts import PARTS, Text

if TYPE_CHECKING:
    from feasilint.lower.sql.scope import Context

_TEXTS = (exp.Heredoc, exp.RawString, exp.National)
_WORDS = ("select", "with", "insert", "create", "merge", "update", "begin", "declare", "delete", "drop", "truncate", "alter",
          "call", "exec", "copy", "unload", "grant", "set", "use", "refresh", "analyze", "vacuum", "comment",
          "revoke", "lock", "notify", "show", "explain", "do", "reindex", "cluster", "execute")  # fmt: skip
_DEPTH = 8
_RUNS = 400  # of texts in one document


def run(node: Node, context: Context) -> None:
    """Lower a text that is run as a statement, as far as it is known; its rows go where the statement says."""
    scope = Scope(context)
    made = Text(context.session.pieces)
    given = node.expression
    text = str(given.this) if isinstance(given, _TEXTS) else made.said(scalar(given, scope))
    known = text.lstrip("( \t\r\n").lower().startswith(_WORDS) or text.lstrip().startswith(("--", "/*"))
    context.session.runs += 1
    if not known or made.parts > PARTS or context.session.runs > _RUNS or _nested(context) > _DEPTH:
        message = "the SQL that is run here is not known before it runs"
        context.builder.diagnose("dynamic-sql", message, context.layout.statement())
        return
    rows = context.script(text, context)
    names, kind = node.args.get("names") or [], node.args.get("kind")
    if kind == "rows" and rows is not None:
        context.session.records[str(names[0].name).lower()] = rows
    elif kind == "return" and rows is not None:
        context.session.returned.append(rows)
    elif kind == "values":
        take(names, rows, scope)


def _nested(context: Context) -> int:
    """How many texts this one stands in."""
    depth, fragment = 0, context.fragment
    fragments = context.builder.program().fragments
    while fragment.parent is not None:
        depth, fragment = depth + 1, fragments[fragment.parent]
    return depth

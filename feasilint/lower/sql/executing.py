"""SQL that procedural code puts together and runs: EXECUTE IMMEDIATE, EXECUTE format(…), sp_executesql. What is constant of its
text is read; what is not becomes a parameter in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Expression, Hole, Literal, Param
from feasilint.ir.expressions import spelled
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.scope import Scope
from feasilint.lower.sql.statements import take

if TYPE_CHECKING:
    from feasilint.lower.sql.scope import Context

_TEXTS = (exp.Heredoc, exp.RawString, exp.National)
_SAME = frozenset(
    ("cast", "quote_ident", "quote_literal", "quote_nullable", "quotename", "trim", "ltrim", "rtrim", "to_varchar")
)
_JOINING = frozenset(("concat", "add", "safe_concat"))
_FORMATS = frozenset(("format", "printf"))
_FIELD = re.compile(r"%(?:%|(?:(\d+)\$)?-?\d*([sILdtTfi]))")
_WORDS = ("select", "with", "insert", "create", "merge", "update", "begin", "declare", "delete", "drop", "truncate", "alter",
          "call", "exec", "copy", "unload", "grant", "set", "use", "refresh", "analyze", "vacuum", "comment",
          "revoke", "lock", "notify", "show", "explain", "do", "reindex", "cluster", "execute")  # fmt: skip
_DEPTH = 8
_RUNS = 400  # of texts in one document
_PARTS = 5_000  # of one text


def run(node: Node, context: Context) -> None:
    """Lower a text that is run as a statement, as far as it is known; its rows go where the statement says."""
    scope = Scope(context)
    made = _Text(context.session.pieces)
    given = node.expression
    text = str(given.this) if isinstance(given, _TEXTS) else made.said(scalar(given, scope))
    known = text.lstrip("( \t\r\n").lower().startswith(_WORDS) or text.lstrip().startswith(("--", "/*"))
    context.session.runs += 1
    if not known or made.parts > _PARTS or context.session.runs > _RUNS or _nested(context) > _DEPTH:
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


class _Text:
    """The text that an expression gives. What is not known of it stands there in braces, `pieces` say what it is."""

    def __init__(self, pieces: dict[str, Expression]) -> None:
        self._pieces = pieces
        self.parts = 0

    def said(self, expression: Expression) -> str:
        self.parts += 1
        if self.parts > _PARTS:
            return "{expression}"
        match expression:
            case Literal(value=str() | int() | float() as value):
                return str(value)
            case Hole(text=text):
                return text if "{" in text else f"{{{text}}}"
            case Call(function=function, args=args) if function in _JOINING and _is_text(expression):
                return "".join(map(self.said, args))
            case Call(function=function, args=(Literal(value=str() as form), *rest)) if function in _FORMATS:
                return self._formatted(form, rest)
            case Call(function=function, args=args) if function in _SAME and args:
                return self.said(args[0])
            case Param(name=name):
                return f"{{{name}}}"
            case Column(name=name):
                return f"{{{spelled(name)}}}"
            case _:
                name = f"value_{len(self._pieces) + 1}"
                self._pieces[name] = expression
                return f"{{{name}}}"

    def _formatted(self, form: str, args: list[Expression]) -> str:
        """`format('… %I … %L', x, y)`, `FORMAT("… %s", x)`."""
        following = iter(args)

        def field(found: re.Match[str]) -> str:
            if found[2] is None:
                return "%"
            place = int(found[1]) - 1 if found[1] else None
            arg = next(following, None) if place is None else args[place] if place < len(args) else None
            text = self.said(arg) if arg is not None else "{argument}"
            return f"'{text}'" if found[2] == "L" and isinstance(arg, Literal) else text

        return _FIELD.sub(field, form)


def _is_text(expression: Expression) -> bool:
    """Whether values are joined, not numbers or dates added."""
    match expression:
        case Literal(value=value):
            return isinstance(value, str)
        case Call(function="add", args=args):
            return any(map(_is_text, args))
        case Call(function=function):
            return function in _JOINING
        case _:
            return False

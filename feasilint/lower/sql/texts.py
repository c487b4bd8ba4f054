"""The text that an expression gives, as far as it is known: what procedural code runs, or sends to another database."""

from __future__ import annotations

import re

from feasilint.ir import Call, Column, Expression, Hole, Literal, Param
from feasilint.ir.expressions import spelled

_SAME = frozenset(
    ("cast", "quote_ident", "quote_literal", "quote_nullable", "quotename", "trim", "ltrim", "rtrim", "to_varchar")
)
_JOINING = frozenset(("concat", "add", "safe_concat"))
_FORMATS = frozenset(("format", "printf"))
_FIELD = re.compile(r"%(?:%|(?:(\d+)\$)?-?\d*([sILdtTfi]))")
PARTS = 5_000
"""So many of one text are put together at most."""


class Text:
    """The text that an expression gives. What is not known of it stands there in braces, `pieces` say what it is."""

    def __init__(self, pieces: dict[str, Expression]) -> None:
        self._pieces = pieces
        self.parts = 0

    def said(self, expression: Expression) -> str:
        self.parts += 1
        if self.parts > PARTS:
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

"""Which columns a select item chooses by their names: COLUMNS(…), `* LIKE 'x%'`, `* ILIKE 'x%'`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Call, Expression, Matching
from feasilint.lower.sql.adapter import Node, exp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import ColumnSet
    from feasilint.lower.sql.scope import Scope

_LIKE = {"%": ".*", "_": "."}


class Choice(Struct, frozen=True):
    """The columns whose names match a regular expression, or do not."""

    pattern: str
    negate: bool = False

    def of(self, columns: ColumnSet) -> ColumnSet:
        return Matching(columns, self.pattern, self.negate)

    def names(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if bool(re.search(self.pattern, name)) is not self.negate)


def chosen(item: Node) -> Choice | None:
    """The choice that an item makes of all columns; None for anything else."""
    if isinstance(item, exp.Star):
        return _matched(item.args.get("ilike"), "ilike")
    if isinstance(item, exp.Columns):
        return _in_columns(item.this)
    if type(item) in _OPERATORS and isinstance(item.this, exp.Star):
        return _matched(item.expression, _OPERATORS[type(item)], bool(item.args.get("negate")))
    return None


_OPERATORS: dict[type[Node], str] = {exp.Like: "like", exp.ILike: "ilike", exp.SimilarTo: "similar", exp.Glob: "glob"}


def _in_columns(node: object) -> Choice | None:
    if isinstance(node, exp.Literal):
        return _usable(str(node.this))
    if isinstance(node, exp.Array):
        return _these(node.expressions)
    if isinstance(node, exp.Star) and not node.args.get("replace") and not node.args.get("rename"):
        return _these(node.args.get("except_") or node.args.get("except") or [], negate=True)
    if not isinstance(node, exp.Lambda):
        return None
    body, negate = node.this, False
    while isinstance(body, exp.Not | exp.Paren):
        body, negate = body.this, negate is not isinstance(body, exp.Not)
    named = isinstance(body, Node) and body.this in node.expressions
    if named and type(body) in _OPERATORS:
        return _matched(body.expression, _OPERATORS[type(body)], negate is not bool(body.args.get("negate")))
    return Choice("")  # any of them


def _these(nodes: list[Node], negate: bool = False) -> Choice:
    names = "|".join(re.escape(str(one.name)) for one in nodes)
    return Choice(f"(?i)^(?:{names})$" if nodes else "", negate and bool(nodes))


def _matched(pattern: object, operator: str, negate: bool = False) -> Choice | None:
    if not isinstance(pattern, exp.Literal):
        return None
    text = str(pattern.this)
    if operator == "similar":
        return _usable(f"^(?:{text})$", negate)
    if operator == "glob":
        text = text.replace("*", "%").replace("?", "_")
    plain = "".join(_LIKE.get(character, re.escape(character)) for character in text)
    return Choice(f"{'(?i)' if operator == 'ilike' else ''}^{plain}$", negate)


def _usable(pattern: str, negate: bool = False) -> Choice:
    """A pattern of the text, as far as it is one here; else any column."""
    try:
        re.compile(pattern)
    except re.error:
        return Choice("")
    return Choice(pattern, negate)


def several(node: Node, scope: Scope) -> Expression:
    """COLUMNS(…) inside an expression, which is one for each of the columns: what any of them may be made of."""
    choice = chosen(node)
    if choice is None or any(item.rows.names is None for item in scope.items):
        return scope.row()
    names = dict.fromkeys(name for item in scope.items for name in item.rows.names or ())
    return Call("columns", tuple(scope.column([name]) for name in choice.names(names)))

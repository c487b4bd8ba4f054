"""Names that scripts give: the section before BEGIN in which PL/SQL, PL/pgSQL and Snowflake's scripting declare variables, and
the records of their loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.splitting import STARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token
    from feasilint.lower.sql.procedural import Form

SECTIONED = frozenset(("postgres", "redshift", "oracle", "snowflake", "duckdb", ""))
"""Dialects in which a block declares its variables before BEGIN."""

_HEADS = frozenset((
    "CREATE", "ALTER", "PROCEDURE", "FUNCTION", "MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "OVERRIDING", "FINAL",
))  # fmt: skip
"""First words of the heads of routines, after which they declare their variables."""

_GIVEN = (":=", "DEFAULT", "=")
_OTHERS = frozenset(("CURSOR", "TYPE", "SUBTYPE", "PRAGMA", "PROCEDURE", "FUNCTION", "EXCEPTION", "ALIAS"))
_NO_TYPE = frozenset((".", "(", ",", ":=", "="))


class Section:
    """Follows the chunks of a script into and out of such a section."""

    def __init__(self, dialect: str) -> None:
        self._known = dialect in SECTIONED
        self.inside = False

    def declared(self, chunk: Sequence[Token], plain: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
        """The variable that a chunk declares and the expression of its value; `plain`: the chunk without control flow."""
        word, first = chunk[0].text.upper(), plain[0].text.upper()
        if first == "DECLARE":
            plain = plain[1:]
            self.inside = True
        elif word in _HEADS:
            self.inside = first not in STARTS
        elif word in STARTS:
            self.inside = False
        return _declaration(plain) if self._known and self.inside else None


def _declaration(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
    words = [token.text.upper() for token in tokens]
    if len(words) < 2 or words[1] in _NO_TYPE or _OTHERS & {*words[:2]}:
        return None
    at = next((place for place, word in enumerate(words) if place > 1 and word in _GIVEN), len(words))
    return tokens[0].text, tokens[at + 1 :]


def declaration(name: str, value: Node | None) -> Node:
    """The tree of `DECLARE name … := value`."""
    return exp.Declare(expressions=[exp.DeclareItem(this=[_variable(name)], default=value)])


def tree_of(form: Form, given: Node | None) -> Node:
    """The tree of a statement of procedural code; `given`: that of its query or expression."""
    value = given if given is not None else exp.column(form.cursor) if form.cursor else None
    if form.kind == "rows":
        return exp.ForIn(this=exp.In(this=exp.to_identifier(form.names[0]), query=value))
    if form.kind == "return":
        return exp.Return(this=value)
    if form.kind == "run":
        names = [_variable(name) for name in form.names]
        return exp.Command(this="EXECUTE", expression=value, names=names, kind=form.cursor)
    if value is None or not (form.cursor or isinstance(value, exp.Query)):
        return exp.Declare(expressions=[exp.DeclareItem(this=[_variable(name)], default=value) for name in form.names])
    return _taken([_variable(name) for name in form.names], value)


def _taken(names: list[Node], rows: Node) -> Node:
    """The tree of `SET (a, b) = (query)`."""
    given = rows if isinstance(rows, exp.Column | exp.Subquery) else exp.Subquery(this=rows)
    return exp.Set(expressions=[exp.SetItem(this=exp.EQ(this=exp.Tuple(expressions=names), expression=given))])


def _variable(name: str) -> Node:
    return exp.Parameter(this=exp.Var(this=name[1:])) if name.startswith("@") else exp.to_identifier(name)


def assigning(tree: Node) -> Node:
    """T-SQL's `SELECT @a = x, @b = y FROM t` as what it does; any other statement as it is."""
    items = tree.expressions if isinstance(tree, exp.Select) else []
    if not items or not all(isinstance(one, exp.EQ) and isinstance(one.this, exp.Parameter) for one in items):
        return tree
    names = [one.this for one in items]
    tree.set("expressions", [one.expression for one in items])
    return _taken(names, tree)

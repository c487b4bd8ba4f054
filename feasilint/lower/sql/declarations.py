"""Names that scripts give: the section before BEGIN in which PL/SQL, PL/pgSQL and Snowflake's scripting declare variables, and
the records of their loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.splitting import STARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

_DIALECTS = frozenset(("postgres", "redshift", "oracle", "snowflake", "duckdb", ""))
_GIVEN = (":=", "DEFAULT", "=")
_OTHERS = frozenset(("CURSOR", "TYPE", "SUBTYPE", "PRAGMA", "PROCEDURE", "FUNCTION", "EXCEPTION", "ALIAS"))
_NO_TYPE = frozenset((".", "(", ",", ":=", "="))


class Section:
    """Follows the chunks of a script into and out of such a section."""

    def __init__(self, dialect: str) -> None:
        self._known = dialect in _DIALECTS
        self._inside = False

    def declared(self, chunk: Sequence[Token], plain: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
        """The variable that a chunk declares and the expression of its value; `plain`: the chunk without control flow."""
        word, first = chunk[0].text.upper(), plain[0].text.upper()
        if first == "DECLARE":
            plain = plain[1:]
            self._inside = True
        elif word in ("CREATE", "ALTER"):
            self._inside = first not in STARTS
        elif word in STARTS:
            self._inside = False
        return _declaration(plain) if self._known and self._inside else None


def _declaration(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]] | None:
    words = [token.text.upper() for token in tokens]
    if len(words) < 2 or words[1] in _NO_TYPE or _OTHERS & {*words[:2]}:
        return None
    at = next((place for place, word in enumerate(words) if place > 1 and word in _GIVEN), len(words))
    return tokens[0].text, tokens[at + 1 :]


def declaration(name: str, value: Node | None) -> Node:
    """The tree of `DECLARE name … := value`."""
    return exp.Declare(expressions=[exp.DeclareItem(this=[exp.to_identifier(name)], default=value)])


def loop(name: str, query: Node) -> Node:
    """The tree of `FOR name IN (query)` before its first statement."""
    return exp.ForIn(this=exp.In(this=exp.to_identifier(name), query=query))

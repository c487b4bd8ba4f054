"""CREATE FUNCTION and CREATE PROCEDURE with a quoted body, without what no grammar knows of their heads: modes and defaults of
parameters, what they cost and who runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import said
from feasilint.lower.sql.words import QUOTED, deeper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.lower.sql.adapter import Token

_MODES = frozenset(("IN", "OUT", "INOUT", "VARIADIC"))
_SCRIPTS = ("SQL", "PLPGSQL")


def plain_routine(tokens: list[Token]) -> list[Token]:
    """`CREATE FUNCTION f (a INT) RETURNS TABLE (…) LANGUAGE l AS $$…$$`, of which nothing is left out that matters."""
    words = [token.text.upper() for token in tokens[:12]]
    kind = next((at for at, word in enumerate(words) if word in ("FUNCTION", "PROCEDURE")), 0)
    body = next((at for at in range(kind + 1, len(tokens)) if _is_body(tokens, at)), 0)
    opening = next((at for at in range(kind + 1, body) if tokens[at].text == "("), 0)
    if words[:1] != ["CREATE"] or not kind or not opening:
        return tokens
    closing = _closing(tokens, opening)
    made = [tokens[0], tokens[kind], *tokens[kind + 1 : opening], *_parameters(tokens[opening : closing + 1])]
    return [*made, *_returned(tokens, closing, body), *_language(tokens, closing), *tokens[body - 1 : body + 1]]


def _is_body(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at - 1].text.upper() == "AS" and tokens[at].token_type in QUOTED


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        depth += deeper(tokens[at])
        if depth == 0:
            return at
    return len(tokens) - 1


def _parameters(tokens: Sequence[Token]) -> Iterator[Token]:
    """`(a INT, b INT)`: names, and any type; a parameter without a name has none here."""
    yield tokens[0]
    first = True
    for parameter in _split(tokens[1:-1]):
        named = [token for token in parameter if token.text.upper() not in _MODES]
        if len(named) > 1:
            yield from () if first else (said(",", named[0]),)
            yield from (named[0], said("INT", named[1]))
            first = False
    yield tokens[-1]


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    depth = 0
    part: list[Token] = []
    for token in tokens:
        depth += (token.text in "([") - (token.text in ")]")
        if token.text == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _returned(tokens: list[Token], start: int, end: int) -> list[Token]:
    """RETURNS TABLE (…), if it names columns."""
    at = next((at for at in range(start, end) if tokens[at].text.upper() == "RETURNS"), end)
    if at + 3 >= end or tokens[at + 1].text.upper() != "TABLE" or tokens[at + 3].text == ")":
        return [said("RETURNS", tokens[start]), said("INT", tokens[start])]
    return [tokens[at], tokens[at + 1], *_parameters(tokens[at + 2 : _closing(tokens, at + 2) + 1])]


def _language(tokens: list[Token], start: int) -> list[Token]:
    at = next((at for at in range(start, len(tokens) - 1) if tokens[at].text.upper() == "LANGUAGE"), 0)
    return tokens[at : at + 2] if at else []

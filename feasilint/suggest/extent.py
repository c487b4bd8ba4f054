"""Where a query stands in the text that it was parsed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType, is_semicolon, position, tokenize

if TYPE_CHECKING:
    from feasilint.lower.sql.adapter import Node, Token

_HEADS = (TokenType.SELECT, TokenType.WITH)
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}


def extent(query: Node, text: str, dialect: str) -> tuple[int, int]:
    """From the SELECT or WITH of the query to its end; all of the text where they are not found."""
    tokens = tokenize(text, dialect)
    spans = [span for node in query.walk() if (span := position(node)) is not None]
    if not isinstance(tokens, list) or not spans:
        return 0, len(text)
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    for at in range(len(tokens) - 1, -1, -1):
        if tokens[at].token_type in _HEADS and tokens[at].start <= first and last <= (end := _end(tokens, at, text)):
            return tokens[at].start, end
    return 0, len(text)


def _end(tokens: list[Token], at: int, text: str) -> int:
    """Up to the parenthesis that closes around a token, or the end of its statement."""
    depth = 0
    for token in tokens[at:]:
        depth += _DEPTH.get(token.token_type, 0)
        if depth < 0 or is_semicolon(token):
            return token.start
    return len(text)

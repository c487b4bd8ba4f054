"""The words of a statement, by their places among its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from feasilint.lower.sql.adapter import Token

QUOTED = frozenset((TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING))
"""The kinds of tokens that a quoted text comes as."""


def word_of(token: Token) -> str:
    """The word or sign that a token is, in capitals; a quote for a text in quotes, whatever it says."""
    return "'" if token.token_type in QUOTED else token.text.upper()


def deeper(token: Token) -> int:
    """How much deeper in parentheses a statement is behind a token."""
    return (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The word at a place, in capitals; empty outside of the statement."""
    return word_of(tokens[at]) if 0 <= at < len(tokens) else ""


def outer(tokens: Sequence[Token], openings: bool = False) -> Iterator[tuple[int, str]]:
    """The words outside parentheses, with their places; with `openings` also where parentheses open there."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += deeper(token)
        if depth == 0 or (openings and depth == 1 and token.token_type == TokenType.L_PAREN):
            yield at, word_of(token)


def place_of(tokens: Sequence[Token], words: Collection[str], start: int = 0) -> int:
    """Where, from `start` on, the first of these words stands outside parentheses; the end if there is none."""
    return next((at for at, found in outer(tokens) if at >= start and found in words), len(tokens))


def closed(tokens: Sequence[Token], opening: int) -> int:
    """Behind the parenthesis that closes the one at a place."""
    depth = 0
    for at in range(opening, len(tokens)):
        depth += deeper(tokens[at])
        if depth == 0:
            return at + 1
    return len(tokens)


def behind_name(tokens: Sequence[Token], at: int) -> int:
    """Behind the name that begins at a place: `a.b.c`."""
    end = at + 1
    while word_at(tokens, end) == ".":
        end += 2
    return end

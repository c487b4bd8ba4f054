"""The words of a statement, by their places among its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from feasilint.lower.sql.adapter import Token


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The word at a place, in capitals; empty outside of the statement."""
    return tokens[at].text.upper() if 0 <= at < len(tokens) else ""


def outer(tokens: Sequence[Token], openings: bool = False) -> Iterator[tuple[int, str]]:
    """The words outside parentheses, with their places; with `openings` also where parentheses open there."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 or (openings and depth == 1 and token.text == "("):
            yield at, token.text.upper()


def place_of(tokens: Sequence[Token], words: Collection[str], start: int = 0) -> int:
    """Where, from `start` on, the first of these words stands outside parentheses; the end if there is none."""
    return next((at for at, word in outer(tokens) if at >= start and word in words), len(tokens))


def closed(tokens: Sequence[Token], opening: int) -> int:
    """Behind the parenthesis that closes the one at a place."""
    depth = 0
    for at in range(opening, len(tokens)):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if depth == 0:
            return at + 1
    return len(tokens)

"""Long texts without semicolons, cut into statements with one look at each: whatever reads one takes time by its length alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Failure, parse
from feasilint.lower.sql.script import bare
from feasilint.lower.sql.splitting import STARTS, begins_line, given_up
from feasilint.lower.sql.words import outer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.sql.adapter import Token

_LONG = 4_000  # tokens; shorter texts cost little, whichever way they are read
_MANY = 20  # words outside parentheses that a statement may begin with
_AHEAD = 500  # tokens in which the end of a statement is looked for first
_CUT = 20  # tokens at the end of them, about which the parser may complain because the rest is missing


def portions(tokens: list[Token], text: str, dialect: str) -> Iterator[list[Token]]:
    """The tokens between two semicolons; long ones cut where the parser can only be at another statement."""
    start, many = 0, len(tokens) > _LONG and _beginnings(tokens) > _MANY
    while many and (end := _second(tokens, start, text, dialect)):
        yield tokens[start:end]
        start = end
    yield tokens[start:]


def _second(tokens: list[Token], start: int, text: str, dialect: str) -> int:
    """The place of the next statement after the one at `start`; 0 where it is the last, or none can be told."""
    size = _AHEAD
    while size * 2 < len(tokens) - start:
        ahead = tokens[start : start + size]
        head = bare(ahead)
        tree = parse(head, text, dialect) if head else None
        at = (
            (given_up(head, tree.offset, text) or _recovered(head, tree.offset, text))
            if isinstance(tree, Failure)
            else 0
        )
        if 0 < at < len(head) - _CUT:
            return next(place for place in range(start, len(tokens)) if tokens[place].start >= head[at].start)
        size *= 4
    return 0


_CERTAIN = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "DECLARE"))


def _recovered(tokens: list[Token], offset: int, text: str) -> int:
    """The place where another statement certainly begins after one that cannot be read; 0 without any."""
    rest = (at for at, token in enumerate(tokens) if token.start > offset and begins_line(tokens, at, text))
    return next((at for at in rest if tokens[at].text.upper() in _CERTAIN or _after_blank(tokens, at, text)), 0)


def _after_blank(tokens: list[Token], at: int, text: str) -> bool:
    between = text[tokens[at - 1].end + 1 : tokens[at].start]
    return tokens[at].text.upper() in STARTS and between.count("\n") > 1


def _beginnings(tokens: list[Token]) -> int:
    return sum(word in STARTS for _, word in outer(tokens))

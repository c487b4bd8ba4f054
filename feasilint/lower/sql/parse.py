"""A text as its statements, each parsed on its own: what one of them costs, it costs alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Failure, Node, Token, is_semicolon, parse, tokenize, unread
from feasilint.lower.sql.guess import LADDER
from feasilint.lower.sql.marks import MARK
from feasilint.lower.sql.repair import ROUNDS, repaired
from feasilint.lower.sql.script import FLOW, HARMLESS, bare, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NESTING = 150
_STARTS = frozenset((
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "DECLARE", "SET",
    "EXEC", "EXECUTE", "IF", "BEGIN", "END", "WITH", "GO", "PRINT", "USE", "COPY", "UNLOAD", "CALL", "GRANT",
    "COMMIT", "RETURN",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its tokens and its tree, or why there is none."""

    tokens: tuple[Token, ...]
    tree: Node | None
    failure: Failure | None = None
    too_deep: bool = False


def statements(text: str, dialect: str) -> Iterator[Statement]:
    """Every statement of a text; empty ones and the words of control flow around them are left out."""
    tokens = tokenize(text, dialect)
    if isinstance(tokens, Failure):
        yield from _untokenized(text, dialect, tokens)
        return
    for chunk in _chunks(tokens, dialect):
        if plain := _opened(bare(_begun(chunk)), text, dialect):
            yield from _parsed(plain, text, dialect)


def _opened(tokens: list[Token], text: str, dialect: str) -> list[Token]:
    """What follows a word like IF or BEGIN comes as one token in some dialects: taken apart, it may be a statement."""
    for _ in range(MAX_NESTING):
        if not tokens or len(tokens) > 2 or not (rest := unread(tokens[-1], text)):
            break
        again = tokenize(" " * (tokens[-1].end + 1 - len(rest)) + rest, dialect)
        if isinstance(again, Failure) or (len(tokens) == 2 and tokens[0].text.upper() not in FLOW):
            break
        tokens = bare([*tokens[:-1], *again])
    return tokens


def _begun(tokens: list[Token]) -> list[Token]:
    """Without a placeholder that stands before the first word of a statement."""
    while len(tokens) > 1 and MARK.fullmatch(tokens[0].text) and tokens[1].text.upper() in _STARTS:
        tokens = tokens[1:]
    return tokens


def _untokenized(text: str, dialect: str, failure: Failure) -> Iterator[Statement]:
    """A text with an open quote, by another dialect or else piece by piece."""
    for other in LADDER:
        if other != dialect and not isinstance(tokenize(text, other), Failure):
            yield from statements(text, other)
            return
    at = 0
    pieces = text.split(";")
    for piece in pieces:
        shifted = " " * at + piece
        at += len(piece) + 1
        if len(pieces) > 1 and not isinstance(tokenize(shifted, dialect), Failure):
            yield from statements(shifted, dialect)
        elif piece.strip():
            start = at - len(piece) - 1 + len(piece) - len(piece.lstrip())
            yield Statement((), None, Failure(failure.message, start))


def _chunks(tokens: list[Token], dialect: str) -> Iterator[list[Token]]:
    chunk: list[Token] = []
    for token in tokens:
        if is_semicolon(token) or (dialect == "tsql" and token.text.upper() == "GO"):
            yield chunk
            chunk = []
        else:
            chunk.append(token)
    yield chunk


def _parsed(tokens: list[Token], text: str, dialect: str) -> Iterator[Statement]:
    if nesting(tokens) > MAX_NESTING:
        yield Statement(tuple(tokens), None, Failure("nested too deeply", tokens[0].start), True)
        return
    try:
        tree = parse(tokens, text, dialect)
    except RecursionError:
        yield Statement(tuple(tokens), None, Failure("nested too deeply", tokens[0].start), True)
        return
    if isinstance(tree, Node) and tree.key == "command" and (inner := inside(tokens)):
        yield from _parsed(inner, text, dialect)
    elif not isinstance(tree, Failure):
        yield Statement(tuple(tokens), tree)
    else:
        yield from (
            _split(tokens, text, dialect, tree)
            or _repaired(tokens, text, dialect, tree)
            or _other_dialect(tokens, text, dialect, tree)
        )


def nesting(tokens: list[Token]) -> int:
    """The depth of parentheses and CASEs."""
    depth = deepest = 0
    for token in tokens:
        if token.text in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif token.text in _CLOSING:
            depth -= 1
    return deepest


_OPENING = frozenset(("(", "[", "{", "CASE", "case", "Case"))
_CLOSING = frozenset((")", "]", "}", "END", "end", "End"))


def _split(tokens: list[Token], text: str, dialect: str, failure: Failure) -> list[Statement]:
    """Two statements without a semicolon between them, if the parser gave up where one may begin."""
    at = next((index for index, token in enumerate(tokens) if token.start >= failure.offset), 0)
    if not at or tokens[at].text.upper() not in _STARTS:
        return []
    first = parse(tokens[:at], text, dialect)
    if isinstance(first, Failure):
        return []
    rest = bare(tokens[at:])
    return [Statement(tuple(tokens[:at]), first), *(_parsed(rest, text, dialect) if rest else ())]


def _repaired(tokens: list[Token], text: str, dialect: str, failure: Failure) -> list[Statement]:
    """The statement with placeholders read as clauses."""
    shifted: str | None = _alone(tokens, text)
    for _ in range(ROUNDS):
        shifted = repaired(tokens, shifted or "", failure.offset)
        again = tokenize(shifted, dialect) if shifted is not None else []
        if shifted is None or isinstance(again, Failure) or not again:
            return []
        tree = parse(again, shifted, dialect)
        if not isinstance(tree, Failure):
            return [Statement(tuple(again), tree)]
        tokens, failure = again, tree
    return []


def _alone(tokens: list[Token], text: str) -> str:
    """The text of a statement at its own offsets, without what is around it."""
    begin, end = tokens[0].start, tokens[-1].end + 1
    return " " * begin + text[begin:end]


def _other_dialect(tokens: list[Token], text: str, dialect: str, failure: Failure) -> list[Statement]:
    """The statement in the first dialect that can read it."""
    shifted = _alone(tokens, text)
    for other in LADDER:
        again = tokenize(shifted, other) if other != dialect else []
        if isinstance(again, Failure) or not again:
            continue
        tree = parse(again, shifted, other)
        if not isinstance(tree, Failure) and _sensible(tree):
            return [Statement(tuple(again), tree)]
    return [] if tokens[0].text.upper() in HARMLESS else [Statement(tuple(tokens), None, failure)]


def _sensible(tree: Node | None) -> bool:
    """Not a mere expression or an unparsed command: some dialect reads nearly anything as one."""
    return tree is not None and tree.key not in ("command", "alias", "column", "anonymous", "dot")

"""What a CREATE statement says of how its table is kept up to date: in the words of many warehouses, read from the tokens.

No parser knows all these clauses, and none of them is part of the query: they are read here, and left out where the parser
would give up on them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Refresh
from feasilint.lower.sql.words import outer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

_KINDS = ("TABLE", "VIEW", "TASK")
_QUERIES = ("SELECT", "WITH", "(", "FROM", "INSERT", "MERGE", "UPDATE", "CALL", "BEGIN")
_MATERIALIZED = {
    "DYNAMIC": "dynamic table",
    "STREAMING": "streaming table",
    "MATERIALIZED": "materialized view",
    "LIVE": "live table",
}
_CLAUSES = (
    ("TARGET_LAG", re.compile(r"\bTARGET_LAG\s*=\s*'([^']+)'", re.IGNORECASE)),
    ("SCHEDULE", re.compile(r"\bSCHEDULE\s*=\s*'(?:USING\s+CRON\s+)?([^']+)'", re.IGNORECASE)),
    ("SCHEDULE", re.compile(r"\bSCHEDULE\s+(?:REFRESH\s+)?CRON\s+'([^']+)'", re.IGNORECASE)),
    ("SCHEDULE", re.compile(r"\bSCHEDULE\s+(?:REFRESH\s+)?EVERY\s+(\d+\s+[A-Za-z]+)", re.IGNORECASE)),
    ("REFRESH EVERY", re.compile(r"\bREFRESH\s+EVERY\s+'?(\d+\s+[A-Za-z]+)'?", re.IGNORECASE)),
    ("refresh_interval_minutes", re.compile(r"\brefresh_interval_minutes\s*=\s*(\d+)", re.IGNORECASE)),
)
_TAILS = (["WITH", "NO", "DATA"], ["WITH", "DATA"])
_UNITS = {"refresh_interval_minutes": " minutes"}


class _Header(Struct, frozen=True):
    """A CREATE statement up to its query: `kind` and `name` are the places of TABLE or VIEW and of what follows the name and
    its columns; `body` is that of AS."""

    kind: int
    name: int
    body: int


def refresh_of(tokens: Sequence[Token], text: str) -> Refresh | None:
    """What the statement says; None where it says nothing."""
    header = _header(tokens)
    if header is None:
        return None
    words = [token.text.upper() for token in tokens[: header.kind + 1]]
    materialized = next((kind for word, kind in _MATERIALIZED.items() if word in words), None)
    said = text[tokens[header.name - 1].end + 1 : tokens[header.body].start]
    found = ((clause, match[1]) for clause, pattern in _CLAUSES if (match := pattern.search(said)) is not None)
    clause, every = next(found, (None, None))
    if materialized is None and every is None:
        return None
    return Refresh(materialized, None if every is None else every + _UNITS.get(str(clause), ""), clause)


def without_clauses(tokens: Sequence[Token]) -> list[Token] | None:
    """The statement as CREATE TABLE or VIEW of that name and its query alone; None if it is no such statement."""
    header = _header(tokens)
    if header is None or tokens[header.kind].text.upper() == "TASK":
        return None
    query = list(tokens[header.body :])
    tail = [token.text.upper() for token in query[-3:]]
    gone = next((len(words) for words in _TAILS if tail[-len(words) :] == words), 0)
    return [tokens[0], *tokens[header.kind : header.name], *query[: len(query) - gone]]


def _header(tokens: Sequence[Token]) -> _Header | None:
    if not tokens or tokens[0].text.upper() != "CREATE":
        return None
    kind = next((at for at in range(1, min(8, len(tokens))) if tokens[at].text.upper() in _KINDS), 0)
    body = next((at for at, _ in outer(tokens) if at > kind and _is_body(tokens, at)), 0)
    if not kind or not body or tokens[kind + 1].text.upper() == "FUNCTION":
        return None
    return _Header(kind, _after_name(tokens, kind + 1), body)


def _is_body(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 1].text.upper() if at + 1 < len(tokens) else ""
    return tokens[at].text.upper() == "AS" and following in _QUERIES


def _after_name(tokens: Sequence[Token], at: int) -> int:
    """The place after a dotted name and the columns in parentheses behind it."""
    while at < len(tokens) and tokens[at].text.upper() in ("IF", "NOT", "EXISTS"):
        at += 1
    at += 1
    while at + 1 < len(tokens) and tokens[at].text == ".":
        at += 2
    if at < len(tokens) and tokens[at].text == "(":
        closing = next((index for index, word in outer(tokens[at:]) if word == ")"), 0)
        at += closing + 1
    return at

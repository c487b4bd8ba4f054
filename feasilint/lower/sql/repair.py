"""Placeholders that stand for more than a value: a predicate, further columns, a whole clause.

Where the parser gives up at one, it is read as what can stand there: `AND …` after a condition, `, …` in a list, else nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.lower.sql.marks import MARK
from feasilint.lower.sql.words import deeper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

ROUNDS = 16

_JOINING = {
    "WHERE": "AND ", "AND": "AND ", "OR": "AND ", "ON": "AND ", "HAVING": "AND ", "QUALIFY": "AND ", "WHEN": "AND ",
    "SELECT": ", ", "BY": ", ", "SET": ", ", "DISTINCT": ", ",
}  # fmt: skip
_BEGINNING = ("", "ALL", "UNION", "EXCEPT", "INTERSECT")
_GOING_ON = ("WHERE", "JOIN", "LEFT", "INNER", "UNION", "GROUP BY", "ORDER BY", "LIMIT", "QUALIFY", "HAVING")
_CLAUSES = frozenset(
    ("FROM", "JOIN", "LIMIT", "OVER", "USING", "UNION", "VALUES", "INTO", "WITH", "THEN", "ELSE", "CASE", "END")
)


def repaired(tokens: Sequence[Token], text: str, offset: int) -> str | None:
    """The text with the placeholder at or before the offset read as a clause; None if there is none."""
    at = next((index for index, token in enumerate(tokens) if token.start >= offset), len(tokens) - 1)
    for index in (at, at - 1, at - 2):
        if index >= 0 and MARK.fullmatch(tokens[index].text) and not _is_table(tokens, index):
            return _read_as(tokens, index, text)
    return None


_BEHIND_CLAUSE = (
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "WHERE",
    "UNION",
    ")",
    "",
    "AND",
    "OR",
    "JOIN",
    "LEFT",
    "INNER",
    ";",
)


def is_clause(tokens: Sequence[Token], at: int) -> bool:
    """Whether `@name` at a place can only stand for a clause, or for a further condition."""
    if at < 1 or tokens[at].text != "@" or at + 1 >= len(tokens):
        return False
    begins = tokens[at - 1].line < tokens[at].line
    return begins and _word(tokens, at + 2) in _BEHIND_CLAUSE


def _is_table(tokens: Sequence[Token], index: int) -> bool:
    """Whether a placeholder stands where a table does, which has to be there."""
    return index > 0 and tokens[index - 1].text.upper() in ("FROM", "JOIN")


def _read_as(tokens: Sequence[Token], index: int, text: str) -> str:
    """The text with a placeholder read as what can stand at its place; never longer or shorter than it was."""
    start, end = tokens[index].start, tokens[index].end + 1
    mark, read = text[start:end], next(filter(None, (reading(tokens, index) for reading in _READINGS)), None)
    if read is None or len(mark) <= len(read.before) + len(read.behind):
        read = _Reading()
    kept = mark[: len(mark) - len(read.before) - len(read.behind)] if read.stays else ""
    made = (read.before + kept + read.behind).ljust(len(mark))
    end += read.further
    return text[:start] + made + " " * read.further + text[end:]


class _Reading(NamedTuple):
    """What a placeholder is read as: itself between these words, or only these; `further` characters behind it go."""

    before: str = ""
    behind: str = ""
    stays: bool = False
    further: int = 0


def _as_type(tokens: Sequence[Token], index: int) -> _Reading | None:
    """CAST(x AS {{ some_type() }})."""
    return _Reading("text") if _word(tokens, index - 1) in ("AS", "::") else None


def _as_query(tokens: Sequence[Token], index: int) -> _Reading | None:
    return _Reading("SELECT * FROM ", stays=True) if _is_query(tokens, index) else None


def _as_function(tokens: Sequence[Token], index: int) -> _Reading | None:
    """{{ deviation('x') }} OVER (…)."""
    return _Reading(behind="()", stays=True) if _word(tokens, index + 1) == "OVER" else None


def _as_tables(tokens: Sequence[Token], index: int) -> _Reading | None:
    """WITH a AS (…), {{ more() }}, b AS (…): it goes with its comma."""
    around = [_word(tokens, at) for at in (index - 2, index - 1, index + 1)]
    return _Reading(further=tokens[index + 1].end - tokens[index].end) if around == [")", ",", ","] else None


def _as_item(tokens: Sequence[Token], index: int) -> _Reading | None:
    """A further item of a list or a condition."""
    joint = _joint(tokens, index)
    return _Reading(joint, stays=True) if joint and not _leading(tokens, index) else None


def _as_where(tokens: Sequence[Token], index: int) -> _Reading | None:
    """FROM t {{ only_live() }} AND x: the clause and its first condition."""
    going_on = _word(tokens, index + 1) in ("AND", "OR") and not _joint(tokens, index)
    return _Reading("WHERE ", stays=True) if going_on else None


_READINGS = (_as_type, _as_query, _as_function, _as_tables, _as_where, _as_item)


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text.upper() if 0 <= at < len(tokens) else ""


def _is_query(tokens: Sequence[Token], index: int) -> bool:
    """Whether a placeholder stands for a query: behind common table expressions (`WITH a AS (…) {{ finished('a') }}`), or at the
    beginning of one (`{{ latest('t') }} WHERE …`)."""
    if _word(tokens, index - 1) in _BEGINNING:
        return _word(tokens, index + 1) in _GOING_ON
    depth = 0
    for token in reversed(tokens[:index]):
        depth -= deeper(token)
        if depth == 0 and token.text.upper() in ("WITH", "SELECT", "FROM"):
            return token.text.upper() == "WITH" and tokens[index - 1].text == ")" and index == len(tokens) - 1
    return False


def _leading(tokens: Sequence[Token], index: int) -> bool:
    """Whether the placeholder begins a list or a condition, so that nothing joins it to what is before."""
    return index == 0 or tokens[index - 1].text.upper().rsplit(" ", 1)[-1] in (*_JOINING, *_CLAUSES, ",", "(")


def _joint(tokens: Sequence[Token], index: int) -> str:
    """What joins a further item in the clause around a token."""
    depth = 0
    for token in reversed(tokens[:index]):
        depth -= deeper(token)
        word = token.text.upper().rsplit(" ", 1)[-1]  # PARTITION BY is one token
        if depth < 0 or (depth == 0 and word in _CLAUSES):
            return ""
        if depth == 0 and word in _JOINING:
            return _JOINING[word]
    return ""

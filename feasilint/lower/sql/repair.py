"""Placeholders that stand for more than a value: a predicate, further columns, a whole clause.

Where the parser gives up at one, it is read as what can stand there: `AND …` after a condition, `, …` in a list, else nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.marks import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

ROUNDS = 16

_JOINING = {
    "WHERE": "AND ", "AND": "AND ", "OR": "AND ", "ON": "AND ", "HAVING": "AND ", "QUALIFY": "AND ", "WHEN": "AND ",
    "SELECT": ", ", "BY": ", ", "SET": ", ", "DISTINCT": ", ",
}  # fmt: skip
_TYPE = "text"  # CAST(x AS {{ some_type() }})
_CALLED = "()"  # {{ deviation('x') }} OVER (…)
_BEGINNING = ("", "ALL", "UNION", "EXCEPT", "INTERSECT")
_GOING_ON = ("WHERE", "JOIN", "LEFT", "INNER", "UNION", "GROUP BY", "ORDER BY", "LIMIT", "QUALIFY", "HAVING")
_QUERY = "SELECT * FROM "
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


def _is_table(tokens: Sequence[Token], index: int) -> bool:
    """Whether a placeholder stands where a table does, which has to be there."""
    return index > 0 and tokens[index - 1].text.upper() in ("FROM", "JOIN")


def _read_as(tokens: Sequence[Token], index: int, text: str) -> str:
    token = tokens[index]
    start, end = token.start, token.end + 1
    if index and tokens[index - 1].text.upper() in ("AS", "::") and end - start >= len(_TYPE):
        return text[:start] + _TYPE.ljust(end - start) + text[end:]
    if _is_query(tokens, index) and end - start > len(_QUERY):
        return text[:start] + _QUERY + text[start] + text[end - 1] * (end - start - len(_QUERY) - 1) + text[end:]
    if index + 1 < len(tokens) and tokens[index + 1].text.upper() == "OVER" and end - start > len(_CALLED):
        return text[: end - len(_CALLED)] + _CALLED + text[end:]
    if [token.text for token in (*tokens[max(index - 2, 0) : index], *tokens[index + 1 : index + 2])] == [
        ")",
        ",",
        ",",
    ]:
        end = tokens[index + 1].end + 1  # WITH a AS (…), {{ more() }}, b AS (…)
        return text[:start] + " " * (end - start) + text[end:]
    joint = _joint(tokens, index)
    if not joint or end - start <= len(joint) or _leading(tokens, index):
        return text[:start] + " " * (end - start) + text[end:]
    mark = text[start] + text[end - 1] * (end - start - len(joint) - 1)
    return text[:start] + joint + mark + text[end:]


def _is_query(tokens: Sequence[Token], index: int) -> bool:
    """Whether a placeholder stands for a query: behind common table expressions (`WITH a AS (…) {{ finished('a') }}`), or at the
    beginning of one (`{{ latest('t') }} WHERE …`)."""
    before = tokens[index - 1].text.upper() if index else ""
    if before in _BEGINNING:
        return index + 1 < len(tokens) and tokens[index + 1].text.upper() in _GOING_ON
    depth = 0
    for token in reversed(tokens[:index]):
        depth += (token.text == ")") - (token.text == "(")
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
        depth += (token.text == ")") - (token.text == "(")
        word = token.text.upper().rsplit(" ", 1)[-1]  # PARTITION BY is one token
        if depth < 0 or (depth == 0 and word in _CLAUSES):
            return ""
        if depth == 0 and word in _JOINING:
            return _JOINING[word]
    return ""

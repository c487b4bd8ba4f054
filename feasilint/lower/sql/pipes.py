"""Steps of BigQuery's queries in pipes that the parser's grammar lacks, as others that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType, said
from feasilint.lower.sql.words import outer, word_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.sql.adapter import Token


def plain_pipes(tokens: list[Token]) -> list[Token]:
    """`|> SET x = e` as `|> SELECT * REPLACE (e AS x)`, other steps likewise; `(query) |> …` as `SELECT * FROM`."""
    made: list[Token] = []
    starts = [at for at, token in enumerate(tokens) if token.text == "|>"]
    if starts and tokens[0].text == "(":  # `(query) |> …`
        made = [said(word, tokens[0]) for word in ("SELECT", "*", "FROM")]
    tables: list[Token] = []  # of `|> WITH a AS (…)`, which stand before the query otherwise
    for start, end in zip([0, *starts], [*starts, len(tokens)], strict=True):
        step = tokens[start:end]
        if [word_at(step, 0), word_at(step, 1)] == ["|>", "WITH"]:
            tables += [*([said(",", step[1])] if tables else ()), *(step[2:-1] if step[-1].text == "," else step[2:])]
            continue
        if [word_at(step, 0), word_at(step, 1)] == ["|>", "CALL"]:
            made = _called(made, step)
            continue
        change = _STEPS.get(word_at(step, 1)) if word_at(step, 0) == "|>" else None
        made += change(step) if change is not None else step
    return [said("WITH", tokens[0]), *tables, *made] if tables else made


def _called(rows: list[Token], step: list[Token]) -> list[Token]:
    """`rows |> CALL f(a) AS t` as `SELECT * FROM f((rows), a) AS t`."""
    at = next((at for at, token in enumerate(step) if token.text == "("), 0)
    if not at:
        return [*rows, *step]
    head, given = step[1], [said(",", step[at])] if word_at(step, at + 1) != ")" else []
    opened = [said(word, head) for word in ("SELECT", "*", "FROM")]
    query = [said("(", head), *rows, said(")", head)]
    return [*opened, *step[2 : at + 1], *query, *given, *step[at + 1 :]]


def _set(step: list[Token]) -> list[Token]:
    """`|> SET x = e, y = f`."""
    items: list[Token] = []
    commas = [at for at, word in outer(step) if word == ","]
    for start, end in zip([2, *(at + 1 for at in commas)], [*commas, len(step)], strict=True):
        items += [
            *step[start + 2 : end],
            said("AS", step[start], TokenType.ALIAS),
            step[start],
            *step[end : end + (end < len(step))],
        ]
    opened = [said(word, step[1]) for word in ("SELECT", "*", "REPLACE", "(")]
    return [step[0], *opened, *items, said(")", step[-1])]


def _drop(step: list[Token]) -> list[Token]:
    """`|> DROP x, y`."""
    opened = [said(word, step[1]) for word in ("SELECT", "*", "EXCEPT", "(")]
    return [step[0], *opened, *step[2:], said(")", step[-1])]


def _rename(step: list[Token]) -> list[Token]:
    """`|> RENAME a AS b, c AS d`."""
    commas = [at for at, word in outer(step) if word == ","]
    old = [step[at] for at in (2, *(comma + 1 for comma in commas))]
    listed = [part for token in old for part in (said(",", token), token)][1:]
    opened = [said(word, step[1]) for word in ("SELECT", "*", "EXCEPT", "(")]
    return [step[0], *opened, *listed, said(")", step[1]), said(",", step[1]), *step[2:]]


def _window(step: list[Token]) -> list[Token]:
    """`|> WINDOW f() OVER (…) AS x`."""
    return [step[0], said("EXTEND", step[1]), *step[2:]]


_STEPS: dict[str, Callable[[list[Token]], list[Token]]] = {
    "SET": _set,
    "DROP": _drop,
    "RENAME": _rename,
    "WINDOW": _window,
}

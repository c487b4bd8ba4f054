"""Oracle's MODEL clause: rows as the cells of a spreadsheet, which rules compute of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import said
from feasilint.lower.sql.words import outer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.lower.sql.adapter import Token


def without_model(tokens: list[Token]) -> list[Token]:
    """`SELECT … FROM t MODEL PARTITION BY (p) DIMENSION BY (d) MEASURES (m) RULES (…)` as `SELECT … FROM (SELECT p, d, m
    FROM t)`, where a measure is also of those that its rules name."""
    start, end, model = _places(tokens)
    lists = dict(_lists(tokens, model))
    if not model or "MEASURES" not in lists or "DIMENSION" not in lists:
        return tokens
    keys = [one for word in ("PARTITION", "DIMENSION") if word in lists for one in _entries(tokens, lists[word])]
    measures = _entries(tokens, lists["MEASURES"])
    rules = _entries(tokens, lists["RULES"]) if "RULES" in lists else []
    place = tokens[model]
    listed = _joined([*keys, *(_computed(one, measures, rules) for one in measures)], place)
    inner = [said("(", place), said("SELECT", place), *listed, *tokens[start:model], said(")", place)]
    return [*tokens[: start + 1], *inner, *tokens[end:]]


def _places(tokens: Sequence[Token]) -> tuple[int, int, int]:
    """Where FROM begins and MODEL ends, and where it begins; 0 without any."""
    words = list(outer(tokens, openings=True))
    model = next((at for at, word in words if word == "MODEL" and at), 0)
    start = next((at for at, word in reversed(words) if word == "FROM" and at < model), 0)
    end = next(
        (at for at, word in words if at > model and word in ("ORDER BY", "UNION", "LIMIT", "FETCH")), len(tokens)
    )
    return start, end, model if start else 0


def _lists(tokens: Sequence[Token], model: int) -> Iterator[tuple[str, int]]:
    """The lists of a MODEL clause by the word before them: where their parentheses open."""
    word = ""
    for at, text in outer(tokens, openings=True):
        if at > model and text == "(" and word:
            yield word, at
            word = ""
        elif text.split(" ")[0] in ("PARTITION", "DIMENSION", "MEASURES", "RULES"):
            word = text.split(" ")[0]


def _entries(tokens: Sequence[Token], opening: int) -> list[list[Token]]:
    made: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[opening:]:
        depth += (token.text in "([") - (token.text in ")]")
        if depth == 0:
            break
        if token.text == "," and depth == 1:
            made.append([])
        elif depth > 1 or token.text != "(":
            made[-1].append(token)
    return made


def _computed(measure: list[Token], measures: list[list[Token]], rules: list[list[Token]]) -> list[Token]:
    """`x AS m` as `COALESCE(x, y) AS m` if a rule computes m of the measure that y is."""
    named = _named(measure)
    mine = [rule for rule in rules if rule and rule[0].text.upper() == named]
    words = {token.text.upper() for rule in mine for token in rule[1:]}
    others = [one for one in measures if one is not measure and _named(one) in words]
    if not others:
        return measure
    name = measure[-1]
    listed = _joined([_value(one) for one in (measure, *others)], name)
    return [said("COALESCE", name), said("(", name), *listed, said(")", name), said("ALIAS", name), name]


def _named(measure: Sequence[Token]) -> str:
    return measure[-1].text.upper() if measure else ""


def _value(measure: list[Token]) -> list[Token]:
    """The expression of a measure without its name."""
    if len(measure) < 2 or measure[-2].text in (".", "("):
        return measure
    return measure[:-2] if measure[-2].text.upper() == "AS" else measure[:-1]


def _joined(parts: Sequence[list[Token]], place: Token) -> list[Token]:
    return [token for at, part in enumerate(parts) for token in (*([said(",", place)] if at else []), *part)]

"""Templates of OHDSI's SqlRender as SQL, in as many characters: of `{condition} ? {…} : {…}` the first branch, without
`{DEFAULT @parameter = value}`. `@parameters` stay, which T-SQL reads as its own."""

from __future__ import annotations

import re
from typing import NamedTuple

_BRANCH = re.compile(r"\}\s*\?\s*\{")
_DEFAULT = re.compile(r"\{[ \t]*DEFAULT[ \t]+@\w+[^{}\n]*\}", re.IGNORECASE)
_CONDITION = re.compile(r"\{[^{}?]*\}(?=\s*\?\s*\{)")
_CHOICE = re.compile(r"\s*\?\s*\{")
_CLAUSE = re.compile(r"(?:WHERE|FROM|HAVING|SELECT|GROUP\s+BY|ORDER\s+BY)\b", re.IGNORECASE)
_ASKED = re.compile(r"\{('?@\w+'?)(?:==?|IN\()[^|&]*\}", re.IGNORECASE)
"""What a condition compares: two such comparisons of one parameter do not hold at once."""
_ELSE = re.compile(r"\s*:\s*\{")


def plain(text: str) -> str:
    """The text without what only says when a part of it is meant; any other text as it is."""
    if _BRANCH.search(text) is None and _DEFAULT.search(text) is None:
        return text
    signs = list(_DEFAULT.sub(_blank, text))
    before = _Kept()
    for found in _CONDITION.finditer(text):
        opening = _CHOICE.match(text, found.end())
        assert opening is not None
        end = _closed(text, opening.end())
        other = _ELSE.match(text, end)
        _clear(signs, found.start(), opening.end())
        behind = _closed(text, other.end()) if other is not None else end
        _clear(signs, end - 1, behind)
        one = _Kept("".join(found[0].split()), text[opening.end() : end - 1].strip(), behind)
        between = text[before.end : found.start()] if before.end <= found.start() else None
        if _excludes(before, one, between):
            _clear(signs, found.start(), end)
            before = before._replace(end=max(before.end, behind))
        elif between is not None:
            before = one
    return "".join(signs)


class _Kept(NamedTuple):
    """A branch that is read: when it is meant, what it says and where it ends."""

    condition: str = ""
    body: str = ""
    end: int = 0


def _excludes(kept: _Kept, other: _Kept, between: str | None) -> bool:
    """Whether only one of two branches can be meant: the conditions say so, or a query has one such clause only. `between`: what
    stands between them, None inside of the first."""
    if other.condition == f"{{!{kept.condition[1:]}":
        return True
    if between is None or between.strip(" \t\n-"):  # in SQL's own comments, too
        return False
    clauses = [found[0].upper() for found in map(_CLAUSE.match, (kept.body, other.body)) if found is not None]
    asked = [found[1] for found in map(_ASKED.match, (kept.condition, other.condition)) if found is not None]
    return any(len(both) == 2 and both[0] == both[1] for both in (clauses, asked))


def _closed(text: str, at: int) -> int:
    """Behind the brace that closes one that was opened before a place."""
    depth = 1
    while at < len(text) and depth:
        depth += (text[at] == "{") - (text[at] == "}")
        at += 1
    return at


def _clear(signs: list[str], start: int, end: int) -> None:
    signs[start:end] = [sign if sign == "\n" else " " for sign in signs[start:end]]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"\S", " ", found[0])

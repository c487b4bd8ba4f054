"""Templates of OHDSI's SqlRender as SQL, in as many characters: of `{condition} ? {…} : {…}` the first branch, without
`{DEFAULT @parameter = value}`. `@parameters` stay, which T-SQL reads as its own."""

from __future__ import annotations

import re

_BRANCH = re.compile(r"\}\s*\?\s*\{")
_DEFAULT = re.compile(r"\{[ \t]*DEFAULT[ \t]+@\w+[^{}\n]*\}", re.IGNORECASE)
_CONDITION = re.compile(r"\{[^{}?]*\}(?=\s*\?\s*\{)")
_CHOICE = re.compile(r"\s*\?\s*\{")
_ELSE = re.compile(r"\s*:\s*\{")


def plain(text: str) -> str:
    """The text without what only says when a part of it is meant; any other text as it is."""
    if _BRANCH.search(text) is None and _DEFAULT.search(text) is None:
        return text
    signs = list(_DEFAULT.sub(_blank, text))
    before = ""
    for found in _CONDITION.finditer(text):
        opening = _CHOICE.match(text, found.end())
        assert opening is not None
        end = _closed(text, opening.end())
        other = _ELSE.match(text, end)
        _clear(signs, found.start(), opening.end())
        _clear(signs, end - 1, _closed(text, other.end()) if other is not None else end)
        condition = "".join(found[0].split())
        if condition == f"{{!{before[1:]}":  # the other one of two
            _clear(signs, found.start(), end)
        before = condition
    return "".join(signs)


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

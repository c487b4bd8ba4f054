"""The values that JavaScript files name: constants of `includes/`, and the tables that definitions declare or publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from feasilint.dataform.evaluate import UNKNOWN, evaluate
from feasilint.dataform.javascript import closing, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.dataform.evaluate import Names

_CONSTANT = re.compile(r"(?:^|[;{])[ \t]*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=(?!=|>)", re.MULTILINE)
_EXPORTS = re.compile(r"^[ \t]*(?:module\.)?exports\s*=\s*(?=\{)", re.MULTILINE)
_EXPORT = re.compile(r"^[ \t]*(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=", re.MULTILINE)
_ACTION = re.compile(r"(?<![\w$.])(declare|publish|operate|assert)\s*\(")
_LOOP = re.compile(
    r"([A-Za-z_$][\w$.]*|\[[^\[\]]*\])\s*\.forEach\s*\((?P<arguments>)\s*\(?\s*(?P<name>[A-Za-z_$][\w$]*)\s*(?:,[^)=]*)?\)?\s*=>"
)
_MOST_ROUNDS = 1_000
_BLANKS = re.compile(r"(?<!:)//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)


def constants(code: str, names: Names) -> dict[str, Any]:
    """The values of the constants of a piece of code, in order: each may use those before it."""
    known: dict[str, Any] = {}
    for found in _CONSTANT.finditer(code):
        value = evaluate(expression(code, found.end()), {**names, **known})
        if value is not UNKNOWN:
            known[found[1]] = value
    return known


def exported(code: str, names: Names) -> dict[str, Any]:
    """What a file of `includes/` offers by name."""
    inside = {**names, **constants(code, names)}
    known: dict[str, Any] = {}
    for found in _EXPORT.finditer(code):
        known[found[1]] = evaluate(expression(code, found.end()), inside)
    for found in _EXPORTS.finditer(code):
        value = evaluate(expression(code, found.end()), inside)
        known.update(value if isinstance(value, dict) else {})
    return {name: value for name, value in known.items() if value is not UNKNOWN}


def actions(code: str, names: Names) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables that a file of `definitions/` makes, as far as they are stated: what is called, and its settings."""
    plain = _BLANKS.sub(lambda found: " " * len(found[0]), code)
    inside = {**names, **constants(plain, names)}
    loops = list(_loops(plain, inside))
    for found in _ACTION.finditer(plain):
        around = next((loop for loop in loops if loop.start < found.start() < loop.end), None)
        rounds = [{}] if around is None else [{around.name: item} for item in around.items]
        for values in rounds:
            config = _settings(plain, found.end(), {**inside, **values})
            if isinstance(config.get("name"), str):
                yield found[1], config


class _Loop(Struct, frozen=True):
    """`items.forEach(name => …)` from `start` to `end`."""

    start: int
    end: int
    name: str
    items: list[Any]


def _loops(code: str, names: Names) -> Iterator[_Loop]:
    for found in _LOOP.finditer(code):
        items = evaluate(expression(found[1]), names)
        if isinstance(items, list) and len(items) <= _MOST_ROUNDS:
            yield _Loop(found.end(), closing(code, found.start("arguments")), found["name"], items)


def _settings(code: str, at: int, names: Names) -> dict[str, Any]:
    """`("name", {…})` or `({name: …})`."""
    config: dict[str, Any] = {}
    for value in _arguments(code, at, names):
        config.update({"name": value} if isinstance(value, str) else value if isinstance(value, dict) else {})
    return config


def _arguments(code: str, at: int, names: Names) -> Iterator[Any]:
    end = closing(code, at) - 1
    while at < end:
        node = expression(code, at)
        yield evaluate(node, names)
        at = code.find(",", node.end, end) + 1 or end

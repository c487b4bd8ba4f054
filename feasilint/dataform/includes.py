"""The values that JavaScript files name: constants of `includes/`, and the tables that definitions declare or publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feasilint.dataform.evaluate import UNKNOWN, evaluate
from feasilint.dataform.javascript import closing, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.dataform.evaluate import Names

_CONSTANT = re.compile(r"^[ \t]*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=(?!=|>)", re.MULTILINE)
_EXPORTS = re.compile(r"^[ \t]*(?:module\.)?exports\s*=\s*(?=\{)", re.MULTILINE)
_EXPORT = re.compile(r"^[ \t]*(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=", re.MULTILINE)
_ACTION = re.compile(r"(?<![\w$.])(declare|publish|operate|assert)\s*\(")
_BLANKS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


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
    inside = {**names, **constants(code, names)}
    for found in _ACTION.finditer(_blanked(code)):
        config: dict[str, Any] = {}
        for value in _arguments(code, found.end(), inside):
            config.update({"name": value} if isinstance(value, str) else value if isinstance(value, dict) else {})
        if isinstance(config.get("name"), str):
            yield found[1], config


def _arguments(code: str, at: int, names: Names) -> Iterator[Any]:
    end = closing(code, at) - 1
    while at < end:
        node = expression(code, at)
        yield evaluate(node, names)
        at = code.find(",", node.end, end) + 1 or end


def _blanked(code: str) -> str:
    """The code with its comments as blanks."""
    return _BLANKS.sub(lambda found: " " * len(found[0]), code)

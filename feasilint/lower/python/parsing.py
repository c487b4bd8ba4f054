"""Python text as a tree; of text that is broken all statements but the broken ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.syntax import parsed

if TYPE_CHECKING:
    import ast

LIMIT = 12
"""Broken statements after which a text is no Python."""
_BEGINS = re.compile(r"[^\s#)\]}]")
_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b")


def parse(text: str) -> tuple[ast.Module | None, SyntaxError | None]:
    """The statements that can be read, and the first error. Broken ones are blank lines in the text that is parsed, so that all
    places stay as they are."""
    try:
        return parsed(text), None
    except SyntaxError as error:
        return _without_broken(text, error), error


def _without_broken(text: str, error: SyntaxError) -> ast.Module | None:
    lines = text.split("\n")
    broken: SyntaxError | None = error
    for _ in range(LIMIT):
        if broken is None:
            break
        at = min(max(broken.lineno or 1, 1), len(lines)) - 1
        start = at if isinstance(broken, IndentationError) and lines[at][:1].isspace() else _start(lines, at)
        end = next((line for line in range(at + 1, len(lines)) if _is_start(lines[line])), len(lines))
        lines[start:end] = [""] * (end - start)
        tree, broken = _tried("\n".join(lines))
        if tree is not None:
            return tree if tree.body else None
    return _before(text, error.lineno or 1)


def _tried(text: str) -> tuple[ast.Module | None, SyntaxError | None]:
    try:
        return parsed(text), None
    except SyntaxError as error:
        return None, error
    except (ValueError, RecursionError, MemoryError):
        return None, None


def _is_start(line: str) -> bool:
    return _BEGINS.match(line) is not None and _GOES_ON.match(line) is None


def _start(lines: list[str], at: int) -> int:
    """The line on which the statement begins that a line belongs to."""
    return next((line for line in range(at, -1, -1) if _is_start(lines[line])), 0)


def _before(text: str, line: int) -> ast.Module | None:
    """What stands before the broken statement."""
    lines = text.split("\n")
    for end in range(min(line - 1, len(lines)), 0, -1):
        if lines[end - 1].strip() and (end == len(lines) or not lines[end][:1].isspace()):
            tree, _ = _tried("\n".join(lines[:end]))
            if tree is not None:
                return tree
    return None

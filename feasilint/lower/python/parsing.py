"""Python text as a tree; of text that is broken all statements but the broken ones."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from feasilint.lower.python.older import modern
from feasilint.syntax import parsed

if TYPE_CHECKING:
    import ast

LIMIT = 12
"""Broken statements after which a text is no Python."""
_BEGINS = re.compile(r"[^\s#)\]}]")
_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b")


class Parsed(NamedTuple):
    """The statements that can be read, the first error, and the text that they were read of: another one for Python 2."""

    tree: ast.Module | None
    error: SyntaxError | None
    text: str


def parse(text: str) -> Parsed:
    """Broken statements are blank lines in what is parsed, so that all places stay as they are. Raises what `parsed` does but
    SyntaxError."""
    try:
        return Parsed(parsed(text), None, text)
    except SyntaxError as error:
        made = modern(text) or _modernised(text)
        tree, left = _tried(made) if made != text else (None, error)
        if tree is None and left is None:  # nested too deeply for what reads code of Python 2
            made, left = text, error
        return Parsed(tree if left is None else _without_broken(made, left), left, made)


def _modernised(text: str) -> str:
    """The text with those of its statements that are of Python 2 as those of Python 3."""
    lines = text.split("\n")
    starts = [0, *(at for at, line in enumerate(lines) if at and _is_start(line)), len(lines)]
    pieces = ("\n".join(lines[start:end]) for start, end in itertools.pairwise(starts))
    return "\n".join(modern(piece) or piece for piece in pieces)


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

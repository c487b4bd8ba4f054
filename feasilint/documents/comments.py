"""The comments of Python and SQL text, by offset. Tolerant: broken code still has comments."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct


class Comment(Struct, frozen=True):
    """`text[start:end]` of a source is this comment; `inner` is what it says, without its marks."""

    start: int
    end: int
    inner: str


Scanner: TypeAlias = Callable[[str], Iterator[Comment]]

# Strings that never end run to the end of the text: a scan must stay linear on any input.
_SQL = re.compile(
    r"""
      '(?:[^'\\]|\\.|'')*+(?:'|\Z)
    | "(?:[^"\\]|\\.|"")*+(?:"|\Z)
    | `[^`]*+(?:`|\Z)
    | --(?P<dashes>[^\n]*)
    | \#(?P<hash>[^\n]*)
    | /\*(?P<block>.*?)(?:\*/|\Z)
    | \{\#-?(?P<jinja>.*?)(?:-?\#\}|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_PYTHON = re.compile(
    r"""
      (?P<string>'''(?:[^\\]|\\.)*?(?:'''|\Z) | \"""(?:[^\\]|\\.)*?(?:\"""|\Z))
    | '(?:[^'\\\n]|\\.)*+'?
    | "(?:[^"\\\n]|\\.)*+"?
    | \#(?P<hash>[^\n]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRINGS = frozenset({tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)})
_DASHES_IN_STRING = re.compile(r"--(?P<dashes>[^\n]*)")


def sql_comments(text: str) -> Iterator[Comment]:
    """`-- …`, `/* … */`, `# …` and Jinja's `{# … #}`."""
    return _matches(_SQL, text)


def python_comments(text: str) -> Iterator[Comment]:
    """`# …`, and `-- …` on the lines of multi-line strings, which hold SQL."""
    try:
        yield from [comment for token in _tokens(text) for comment in token]
    except (tokenize.TokenError, SyntaxError):
        yield from _scanned_python(text)


def _tokens(text: str) -> Iterator[Iterator[Comment]]:
    starts = _line_starts(text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            start = starts[token.start[0] - 1] + token.start[1]
            yield iter((Comment(start, start + len(token.string), token.string[1:]),))
        elif token.type in _STRINGS and token.start[0] != token.end[0]:
            start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
            yield _sql_lines(text, start, end)


def _scanned_python(text: str) -> Iterator[Comment]:
    for found in _PYTHON.finditer(text):
        if found["string"]:
            yield from _sql_lines(text, found.start(), found.end())
        elif found["hash"] is not None:
            yield Comment(found.start(), found.end(), found["hash"])


def _sql_lines(text: str, start: int, end: int) -> Iterator[Comment]:
    """The SQL comments of a multi-line string, without the quotes that end it."""
    for found in _DASHES_IN_STRING.finditer(text, start, end):
        inner = found["dashes"].rstrip("'\"")
        yield Comment(found.start(), found.start("dashes") + len(inner), inner)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Comment]:
    for found in pattern.finditer(text):
        if found.lastgroup is not None:
            yield Comment(found.start(), found.end(), found[found.lastgroup])


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]

"""YAML that cannot be read, in the words of who writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.catalog.scalars import shown

if TYPE_CHECKING:
    import yaml

_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAB_INDENT = re.compile(r"^[ ]*\t", re.MULTILINE)
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|={7})(?= |$)", re.MULTILINE)
_DEEP = "nested too deeply"
_QUOTES = "put the text in quotes"
_INDENTED = "is its indentation right, and is text with brackets, braces or `: ` in quotes?"
_WORDS: tuple[tuple[str, str], ...] = (  # how libyaml begins to say it, and what it means; {line} is where it starts
    ("mapping values are not allowed", f"a `: ` inside of text; {_QUOTES}"),
    ("found character that cannot start any token", f"no text can start with {{found}}; {_QUOTES}"),
    ("did not find expected ',' or '}'", "a `,` or `}}` is missing before this; the `{{` is on line {line}"),
    ("did not find expected ',' or ']'", "a `,` or `]` is missing before this; the `[` is on line {line}"),
    ("found unexpected end of stream", "the quote that opens on line {line} is never closed"),
    ("found unexpected document indicator", "the quote that opens on line {line} is not closed before this"),
    ("did not find expected '-' indicator", f"this is no item of the list that starts on line {{line}}; {_INDENTED}"),
    ("did not find expected key", f"this is no key of the mapping that starts on line {{line}}; {_INDENTED}"),
    ("could not find expected ':'", "a key without a `:` after it, or text that goes on where a key should stand"),
    (
        "did not find expected node content",
        "a value or a closing bracket is missing before this; ` #` begins a comment, but for text in quotes",
    ),
    ("did not find expected <document start>", "this does not go on with what stands above it; is the file YAML?"),
    ("did not find expected alphabetic or numeric", f"text that starts with `*` or `&` has another meaning; {_QUOTES}"),
    ("found unknown escape character", "no such escape; write the backslash twice, or use single quotes"),
    ("exceeded maximum nesting depth", _DEEP),
    ("found incompatible YAML document", "a version of YAML that is not supported; remove the line with `%YAML`"),
    ("block sequence entries are not allowed", f"a list cannot start here; {_INDENTED}"),
)

Fault = tuple[int, int, str]  # line, column, what is wrong


def no_text(text: str) -> Fault | None:
    """The first character that no text has."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    other = "; is this UTF-16? save it as UTF-8" if found[0] == "\0" else "; is this a text file?"
    return (*position(text, found.start()), f"a control character (U+{ord(found[0]):04X}){other}")


def conflict(text: str) -> Fault | None:
    """The first mark of a merge that nobody has resolved."""
    found = _CONFLICT.search(text)
    return None if found is None else (*position(text, found.start()), "a merge conflict; resolve it")


def fault(error: yaml.MarkedYAMLError, text: str) -> Fault:
    """Where a text is no YAML, and why."""
    where, start = error.problem_mark or error.context_mark, error.context_mark
    line, column = (1, 1) if where is None else (where.line + 1, where.column + 1)
    tab = _TAB_INDENT.search(text)
    if tab and position(text, tab.end() - 1)[0] == line:
        return (*position(text, tab.end() - 1), "a tab; indent with spaces")
    problem = error.problem or ""
    words = next((words for beginning, words in _WORDS if problem.startswith(beginning)), None)
    if words is None:
        return line, column, f"not valid YAML: {problem}{f' {error.context}' if error.context else ''}"
    if start is not None and "never closed" in words:
        line, column = start.line + 1, start.column + 1
    found = "" if where is None else shown(_at(text, line, column))
    said = words.format(line=line if start is None else start.line + 1, found=found)
    return line, column, said if words == _DEEP else f"not valid YAML: {said}"


def _at(text: str, line: int, column: int) -> str:
    """The character at a place."""
    lines = text.splitlines()
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)

"""Rows of a table that somebody has exported: CSV, a list of JSON, or JSON line by line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, TypeAlias

from feasilint.catalog.imports.artefact import ArtefactError, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Row: TypeAlias = "dict[str, object]"

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_DELIMITERS = ",;\t|"
_LONGEST = 2**30  # of one field: definitions of views may be long
_DECODER = json.JSONDecoder()
_NOTHING = frozenset({"", "null", "\\n", "none", "nan"})


def rows(path: str) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their lines, names of columns in lower case. Raises ArtefactError."""
    content = read_text(path)
    first = content.lstrip()[:1]
    if not first:
        raise ArtefactError(path, None, "the file is empty; a dump has the names of its columns at least")
    if first == "[":
        return _of_list(path, content)
    return _of_lines(path, content) if first == "{" else _of_csv(path, content)


def words(value: object) -> str | None:
    """A value as text; None for the ways in which exports spell that there is none."""
    if value is None or isinstance(value, (dict, list)):
        return None
    text = str(value).strip()
    return None if text.lower() in _NOTHING else text


def number(value: object) -> float | None:
    """A value that is a number, not below zero."""
    try:
        found = float(words(value) or "")
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None


def _of_csv(path: str, content: str) -> Iterator[tuple[int, Row]]:
    head = content.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        for values in reader:
            if values:
                yield reader.line_num, dict(zip(names, values, strict=False))
    except csv.Error as error:
        raise ArtefactError(path, reader.line_num, f"not CSV: {error}") from None


def _of_lines(path: str, content: str) -> Iterator[tuple[int, Row]]:
    """A row a line, or one object that holds the rows."""
    lines = content.strip().split("\n", 1)
    if len(lines) == 1 or not _is_json(lines[0]):
        yield from ((1, _lower(item)) for item in _held(_decoded(path, content, content.index("{"))[0]))
        return
    for line, text in enumerate(content.split("\n"), 1):
        if text.strip():
            try:
                item = json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                raise ArtefactError(path, line, f"not JSON: {getattr(error, 'msg', 'nested too deeply')}") from None
            if isinstance(item, dict):
                yield line, _lower(item)


def _held(whole: object) -> list[Row]:
    """The rows that an object holds in its only list, else itself."""
    lists = [value for value in whole.values() if isinstance(value, list)] if isinstance(whole, dict) else []
    return [item for item in (lists[0] if len(lists) == 1 else [whole]) if isinstance(item, dict)]


def _of_list(path: str, content: str) -> Iterator[tuple[int, Row]]:
    """The items one by one, so that never all of them are in memory."""
    at = content.index("[") + 1
    line, counted = 1, 0
    while True:
        at = _next(content, at)
        if content[at : at + 1] in ("]", ""):
            return
        line, counted = line + content.count("\n", counted, at), at
        item, at = _decoded(path, content, at)
        if isinstance(item, dict):
            yield line, _lower(item)


def _next(content: str, at: int) -> int:
    while content[at : at + 1] in (" ", "\n", "\r", "\t", ","):
        at += 1
    return at


def _decoded(path: str, content: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(content, at)
    except json.JSONDecodeError as error:
        raise ArtefactError(path, error.lineno, f"not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ArtefactError(path, None, "nested too deeply") from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _lower(item: Row) -> Row:
    return {key.lower(): value for key, value in item.items()}

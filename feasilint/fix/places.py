"""Edits of a text by line and column, as slices of the text; the text keeps its own line ends."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.findings import Edit

_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = " \t"


class Slice(Struct, frozen=True, order=True, gc=False):
    """`text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class OutOfPlaceError(Exception):
    """An edit that cannot be made where it is meant to be; the message says why."""


def slices(text: str, edits: Iterable[Edit]) -> list[Slice]:
    """Where edits fall in a text, in its order. Raises OutOfPlaceError for places outside of it and for overlaps."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    made = sorted(_slice(text, starts, edit) for edit in edits)
    if any(one.end > other.start for one, other in pairwise(made)):
        raise OutOfPlaceError("it overlaps with another fix")
    return made


def spliced(text: str, cuts: Iterable[Slice]) -> str:
    """The text with these slices, which are in order."""
    parts: list[str] = []
    at = 0
    for cut in cuts:
        parts += (text[at : cut.start], cut.text)
        at = cut.end
    return "".join((*parts, text[at:]))


def _slice(text: str, starts: list[int], edit: Edit) -> Slice:
    start = _offset(text, starts, edit.span.line, edit.span.column)
    end = _offset(text, starts, edit.span.end_line, edit.span.end_column)
    if not edit.text:
        return _taken_out(text, start, end)
    found = _LINE_END.search(text)
    return Slice(start, end, edit.text.replace("\n", found[0] if found else "\n"))


def _offset(text: str, starts: list[int], line: int, column: int) -> int:
    if not 1 <= line <= len(starts):
        raise OutOfPlaceError("its line is not in the file")
    last = starts[line] if line < len(starts) else len(text)
    offset = starts[line - 1] + column - 1
    if offset > last:
        raise OutOfPlaceError("its column is not in the file")
    return offset


def _taken_out(text: str, start: int, end: int) -> Slice:
    """Without the blanks before, and without the line if nothing is left of it."""
    first = start
    while first and text[first - 1] in _BLANKS:
        first -= 1
    line_end = _LINE_END.match(text, end)
    if line_end is None and end < len(text):
        return Slice(start, end, "")
    begins = first == 0 or text[first - 1] in "\r\n"
    return Slice(first, line_end.end() if begins and line_end else end, "")

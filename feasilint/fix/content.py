"""Edits of a document as the bytes of its file: everything else stays as it is, in notebooks the layout of the JSON, too."""

from __future__ import annotations

import codecs
import json
import re
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from feasilint.documents.notebook import sources
from feasilint.documents.text import universal_newlines
from feasilint.fix.places import OutOfPlaceError, Slice, slices, spliced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.documents.model import Document
    from feasilint.documents.notebook import Source
    from feasilint.findings import Edit

_MARK = codecs.BOM_UTF8
_UNIT = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)  # what stands for one character
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def edited(document: Document, data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file after these edits. Raises OutOfPlaceError where they cannot be made."""
    mark, body = (_MARK, data[len(_MARK) :]) if data.startswith(_MARK) else (b"", data)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise OutOfPlaceError("the file is not UTF-8") from None
    if universal_newlines(text) != document.text:
        raise OutOfPlaceError("the file is not UTF-8, or it has changed since it was read")
    edits = sorted(edits)
    cuts = _in_notebook(text, edits) if document.kind == "notebook" else slices(text, edits)
    return mark + spliced(text, cuts).encode("utf-8")


def _in_notebook(text: str, edits: list[Edit]) -> list[Slice]:
    found = sources(text)
    cuts: list[Slice] = []
    for cell, own in groupby(edits, key=lambda edit: edit.span.cell):
        source = found[cell] if cell is not None and cell < len(found) else None
        if source is None:
            raise OutOfPlaceError("its cell has no source")
        cuts += _in_cell(text, source, own)
    return sorted(cuts)


def _in_cell(text: str, source: Source, edits: Iterable[Edit]) -> Iterator[Slice]:
    """Slices of the JSON for edits of a cell."""
    tokens = [_token(text, offset) for offset in source.offsets]
    begins = list(accumulate((len(piece) for piece in source.pieces), initial=0))
    for cut in slices("".join(source.pieces), edits):
        at = _piece(source, begins, cut)
        start, end = cut.start - begins[at], cut.end - begins[at]
        if not cut.text and source.listed and len(tokens) > 1 and (start, end) == (0, len(source.pieces[at])):
            yield _without(tokens, at)
        else:
            first, last = tokens[at]
            units = [0, *accumulate(len(unit[0]) for unit in _UNIT.finditer(text, first + 1, last - 1))]
            if len(units) != len(source.pieces[at]) + 1:
                raise OutOfPlaceError("its line holds characters that JSON cannot tell")
            yield Slice(first + 1 + units[start], first + 1 + units[end], _written(cut.text, text, source, tokens))


def _token(text: str, offset: int) -> tuple[int, int]:
    found = _STRING.match(text, offset)
    if found is None:
        raise OutOfPlaceError("its cell is no plain JSON")
    return found.span()


def _piece(source: Source, begins: list[int], cut: Slice) -> int:
    """The string that holds all of a slice; an insertion between two belongs to the first, unless that ends its line."""
    for at, piece in enumerate(source.pieces):
        first, last = begins[at], begins[at + 1]
        ended = cut.start == last and piece.endswith("\n") and at + 1 < len(source.pieces)
        if first <= cut.start and cut.end <= last and not ended:
            return at
    raise OutOfPlaceError("it goes over several lines of the notebook")


def _without(tokens: list[tuple[int, int]], at: int) -> Slice:
    """A string of a list and the comma beside it."""
    if at + 1 < len(tokens):
        return Slice(tokens[at][0], tokens[at + 1][0], "")
    return Slice(tokens[at - 1][1], tokens[at][1], "")


def _written(value: str, text: str, source: Source, tokens: list[tuple[int, int]]) -> str:
    """New text inside a JSON string; in a list each line is a string of its own."""
    inner = json.dumps(value, ensure_ascii=False)[1:-1]
    if not source.listed:
        return inner
    before = text[text.index("[", source.offset) + 1 : tokens[0][0]]
    between = text[tokens[0][1] : tokens[1][0]] if len(tokens) > 1 else f",{before}"
    return inner.replace("\\n", f'\\n"{between}"')

"""Where a place is, for people and for machines: cell and line in a notebook, physical line in its file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.report.screen import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.documents.model import Cell, Document
    from feasilint.findings import Place
    from feasilint.ir import Span

_MAX_FILE = 5_000_000
_COMMENT = re.compile(r"\s+#.*")  # of YAML


def at(place: Place) -> str:
    """`nb.ipynb:cell 7:4:9`, cells counted from 1 among all cells; `model.sql:4:9`; a path alone."""
    span = place.span
    if span is None:
        return place.path
    cell = "" if span.cell is None else f"cell {span.cell + 1}:"
    return f"{place.path}:{cell}{span.line}:{span.column}"


class Located(Struct, frozen=True):
    """A place with the lines of the cell or file that it is in. `lines` is empty where they cannot be read."""

    place: Place
    cell: Cell | None
    lines: tuple[str, ...]

    @property
    def position(self) -> str:
        """`nb.ipynb:cell 7 [In 12]:4:9`, cells counted from 1 among all cells; `model.sql:4:9`; a path alone."""
        path, span = visible(self.place.path), self.place.span
        if span is None:
            return path
        return f"{path}:{self._cell_words(span)}{span.line}:{span.column}"

    @property
    def opening(self) -> str:
        """How the cell begins, in a notebook."""
        if self.cell is None:
            return ""
        first = next((line.strip() for line in self.lines if line.strip()), "")
        return visible(shorten(first, 32))

    def _cell_words(self, span: Span) -> str:
        if span.cell is None:
            return ""
        count = self.cell.execution_count if self.cell else None
        ran = "" if count is None else f" [In {count}]"
        return f"cell {span.cell + 1}{ran}:"


class Texts:
    """The source lines behind places: scanned documents, and files such as the catalog that only labels point to."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._files: dict[str, tuple[str, ...]] = {}

    def locate(self, place: Place) -> Located:
        document = self._documents.get(place.path)
        if document is None:
            return Located(place, None, self._file(place.path) if place.span is None or place.span.cell is None else ())
        index = place.span.cell if place.span else None
        return Located(place, None if index is None else document.cell(index), _lines(document.source(index)))

    def marked(self, place: Place) -> Place:
        """The place as it is to be marked: in a catalog, which is known by where its keys are, to the end of the line."""
        span = place.span
        if span is None or place.path in self._documents:
            return place
        lines = self._file(place.path)
        line = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
        end = len(_COMMENT.sub("", line).rstrip()) + 1
        return replace(place, span=replace(span, end_column=max(end, span.end_column)))

    def physical(self, place: Place, line: int) -> int:
        """The line of the file on which this line of the place's cell stands."""
        document = self._documents.get(place.path)
        return document.physical_line(place.span.cell, line) if document and place.span else line

    def _file(self, path: str) -> tuple[str, ...]:
        if path not in self._files:
            self._files[path] = _read(Path(path))
        return self._files[path]


def _lines(text: str) -> tuple[str, ...]:
    """Split as spans count lines: at newlines only."""
    return tuple(line.removesuffix("\r") for line in text.split("\n"))


def _read(path: Path) -> tuple[str, ...]:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_FILE:
            return ()
        return _lines(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ()

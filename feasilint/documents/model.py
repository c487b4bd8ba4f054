"""Documents as they are read: cells of text with their places in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Diagnostic, DocumentKind


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; plain files have exactly one.

    `index` is 0-based among all cells of the notebook (None in plain files). `language` is what the cell is written in
    after its magic, metadata or file type was read. `execution_count` is the `In [n]` number. `line_map[i]` is the
    1-based physical line of the file on which source line i + 1 stands.
    """

    index: int | None
    language: Literal["python", "sql", "other"]
    source: str
    id: str | None = None
    name: str | None = None
    execution_count: int | None = None
    line_map: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read. `text` is its whole decoded content, `digest` the SHA-256 of its bytes."""

    path: str
    kind: DocumentKind
    text: str
    digest: str
    cells: tuple[Cell, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)

    def cell(self, index: int | None) -> Cell | None:
        """The cell with this index; the only one of a plain file for None."""
        if index is None:
            return self.cells[0] if self.cells else None
        return next((cell for cell in self.cells if cell.index == index), None)

"""Documents as they are read: cells of text with their places in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from feasilint.ir.spans import Anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Diagnostic, DocumentKind


class Cell(Struct, frozen=True, gc=False):
    """One cell; plain files have one, without index.

    `index` is 0-based among all cells of the notebook. `language` is what the cell's metadata, the kernel or the file type
    say; a magic inside the source (`%%bigquery`) is still to be read. `execution_count` is the `In [n]` number. `line_map[i]`
    is the 1-based physical line of the notebook file on which source line i + 1 stands; empty in plain files.

    A Databricks script has several cells without index, whose spans count lines of the file. `anchors` say where the
    source stands in that count: by lines, and by columns where a `# MAGIC ` prefix was taken off. Fragments made of a cell
    start from its anchors. `raises`: a tag, or what is kept of its run, says that the cell fails.
    """

    index: int | None
    language: Literal["python", "sql", "other"]
    source: str
    id: str | None = None
    name: str | None = None
    execution_count: int | None = None
    line_map: tuple[int, ...] = ()
    anchors: tuple[Anchor, ...] = (Anchor(0, 1, 1),)
    raises: bool = False


class Document(Struct, frozen=True, gc=False):
    """A file that was read. `text` is its decoded content with newlines as `\\n`, `digest` the SHA-256 of its bytes."""

    path: str
    kind: DocumentKind
    text: str
    digest: str
    cells: tuple[Cell, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)

    def cell(self, index: int | None) -> Cell | None:
        """The cell with this index; the first one of a file without indexes for None."""
        if index is None:
            return self.cells[0] if self.cells else None
        return next((cell for cell in self.cells if cell.index == index), None)

    def source(self, index: int | None) -> str:
        """The text whose lines the spans of this cell index count: the cell's source, or the whole file for None."""
        cell = None if index is None else self.cell(index)
        return self.text if cell is None else cell.source

    def physical_line(self, index: int | None, line: int) -> int:
        """The 1-based line of the file on which a line of this cell index stands."""
        cell = None if index is None else self.cell(index)
        if cell is None or not cell.line_map:
            return line
        return cell.line_map[min(max(line, 1), len(cell.line_map)) - 1]

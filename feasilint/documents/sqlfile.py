"""SQL files: plain scripts, models of dbt and Dataform, SQL notebooks of Databricks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.documents.script import sql_cells

if TYPE_CHECKING:
    from feasilint.documents.model import Cell
    from feasilint.ir import DocumentKind


def parse(text: str) -> tuple[DocumentKind, tuple[Cell, ...]]:
    """The cells of a SQL file. One with Python cells (a Databricks notebook) is read as Python with SQL in it."""
    cells = sql_cells(text)
    kind: DocumentKind = "python" if any(cell.language == "python" for cell in cells) else "sql"
    return kind, cells

"""Documents and findings made by hand, for the reporters."""

from __future__ import annotations

from feasilint.documents.model import Cell, Document
from feasilint.findings import Finding, Label, Place, Severity
from feasilint.ir import Span
from feasilint.result import ScanResult

NOTEBOOK = "churn.ipynb"
FIRST = 'import pandas as pd\n\ncb = read_sql("select user_id, posted_at from raw.chargebacks")\n'
CELL = FIRST + 'df["days_since_chargeback"] = (today - cb.posted_at).dt.days\n'


def notebook(source: str = CELL, path: str = NOTEBOOK, execution_count: int | None = 12) -> Document:
    line_map = tuple(range(101, 101 + source.count("\n") + 1))
    cell = Cell(6, "python", source, id="ab12", execution_count=execution_count, line_map=line_map)
    return Document(path, "notebook", "{}", "0" * 64, (cell,))


def sqlfile(source: str, path: str = "features.sql") -> Document:
    return Document(path, "sql", source, "0" * 64, (Cell(None, "sql", source),))


def place(path: str, cell: int | None, line: int, start: int, end: int, end_line: int | None = None) -> Place:
    return Place(path, Span(cell, line, start, end_line or line, end))


def made(place: Place, *labels: Label, message: str = "feature `x` is late", **details: object) -> Finding:
    return Finding("LAT201", "window-inside-staleness", Severity.ERROR, message, place, labels, **details)  # type: ignore[arg-type]


def scanned(*findings: Finding, documents: tuple[Document, ...] = (), **details: object) -> ScanResult:
    found = {document.path: document for document in documents}
    return ScanResult(findings, documents=found, **details)  # type: ignore[arg-type]

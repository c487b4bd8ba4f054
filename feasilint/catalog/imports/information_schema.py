"""Dumps of the information schemas of warehouses and databases: CSV or JSON, one file or a folder of several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.imports._described import entries
from feasilint.catalog.imports._dumped import Dump
from feasilint.catalog.imports._rows import ENDINGS, rows
from feasilint.catalog.imports.artefact import ArtefactError, Imported, files

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(location: str) -> Iterator[Imported]:
    """What the dumps say of tables. Raises ArtefactError."""
    dump, notes = Dump(), []
    alone = Path(location).is_file()
    for path in files(location, *ENDINGS):
        try:
            _take(path, dump)
        except ArtefactError as error:
            if alone:
                raise
            notes.append(error.note)
    as_of = dump.read_at or max((told.written for told in dump.tables.values() if told.written), default=None)
    found = tuple(entries(dump))
    yield Imported(
        "information schema", location, None if as_of is None else as_of.date().isoformat(), found, notes=tuple(notes)
    )


def _take(path: str, dump: Dump) -> None:
    """Take a file in. Raises ArtefactError if it is broken, or has rows but none of an information schema."""
    first: dict[str, object] | None = None
    for _, row in rows(path):
        if dump.take(row):
            first = {}
        elif first is None:
            first = row
    if first:
        names = ", ".join(sorted(first)[:8])
        advice = "see docs/import.md for what to export"
        raise ArtefactError(path, 1, f"no view of an information schema has these columns: {names}; {advice}")

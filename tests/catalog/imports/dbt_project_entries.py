"""Entries and notes of a dbt project that is read from its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt_projects import put

from feasilint.catalog.imports.kinds import read

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.catalog.imports.artefact import Imported

Entry = dict[str, Any]


def entries(imported: Imported) -> dict[str, Entry]:
    return {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in imported.sources
    }


def of(folder: Path, **files: str) -> dict[str, Entry]:
    """The entries of a project of these files; in their names `__` stands for a slash and `_sql` for the ending."""
    named = {
        name.replace("__", "/").replace("_yml", ".yml").replace("_sql", ".sql"): text for name, text in files.items()
    }
    [imported] = read("dbt", str(put(folder, named)))
    return entries(imported)


def notes(folder: Path) -> list[str]:
    [imported] = read("dbt", str(folder))
    return [str(note).removeprefix(f"{folder}/") for note in imported.notes]

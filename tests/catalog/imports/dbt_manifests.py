"""Artefacts of dbt as it has written them, and small ones as it would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feasilint.catalog.imports.kinds import read

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Imported


HERE = Path(__file__).parent / "artefacts" / "dbt"
VERSIONS = ("v9", "v10", "v11", "v12")
DAY = "2026-11-28"


def manifest(version: str = "v12") -> Any:
    return json.loads((HERE / version / "manifest.json").read_text())


def put(folder: Path, data: object, name: str = "manifest.json") -> str:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return str(path)


def by_name(imported: Imported) -> dict[str, dict[str, object]]:
    return {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in imported.sources
    }


def alone(folder: Path, data: object) -> Imported:
    [imported] = read("dbt", put(folder, data))
    return imported


def said(imported: Imported) -> str:
    return "\n".join(note.message for note in imported.notes)

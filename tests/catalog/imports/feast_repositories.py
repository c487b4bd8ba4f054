"""Repositories of Feast on disk, and what is read of them."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from feasilint.catalog.imports import feast
from feasilint.catalog.load import from_mapping

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Imported

ARTEFACTS = Path(__file__).parent / "artefacts/feast"
SERVED = "project: p\nprovider: aws\nonline_store: {type: redis}\n"
NEVER_MATERIALIZED = {"accounts_by_user", "ledger_by_user", "prices_of_items", "tickets_by_user"}


class Text(str):
    """Text that is not shown: a registry is long."""

    def __repr__(self) -> str:
        return "…"


def shop_entries(monkeypatch):
    """The entries of the repository and of its registry, by name."""
    monkeypatch.chdir(ARTEFACTS / "shop")
    return {key: by_name(feast.read(location)) for key, location in {"code": ".", "registry": "../shop.json"}.items()}


def by_name(imported) -> dict[str, dict[str, object]]:
    entries = [entry for artefact in imported for entry in artefact.sources]
    from_mapping({"version": "1", "sources": entries})
    return {entry["name"]: entry for entry in entries}


def repository(tmp_path: Path, monkeypatch, code: str, store: str = SERVED, **more: str) -> list[Imported]:
    monkeypatch.chdir(tmp_path)
    files = {
        "feature_store.yaml": store,
        "defs.py": dedent(code),
        **{f"{name}.py": dedent(t) for name, t in more.items()},
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = list(feast.read("."))
    by_name(found)
    return found


def entries(tmp_path: Path, monkeypatch, code: str, **more: str) -> dict[str, dict[str, object]]:
    return by_name(repository(tmp_path, monkeypatch, code, **more))


def notes(imported) -> list[str]:
    return [str(note) for artefact in imported for note in artefact.notes]


def registry(tmp_path: Path, **lists: object) -> list[Imported]:
    path = tmp_path / "registry.json"
    path.write_text(json.dumps({"project": "p", "dataSources": [], **lists}), encoding="utf-8")
    return list(feast.read(path.as_posix()))

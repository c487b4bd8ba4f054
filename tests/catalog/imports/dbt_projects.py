"""Projects of dbt on disk, as they are cloned: without a manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

ARTEFACTS = Path(__file__).parent / "artefacts" / "dbt"


def shop(target: Path, *, newer: bool) -> Path:
    """The project that the artefacts were made of; those of newer versions with what only these know."""
    for name in ("project", *(("newer",) if newer else ())):
        shutil.copytree(ARTEFACTS / name, target, dirs_exist_ok=True)
    return target


def put(root: Path, files: dict[str, str]) -> Path:
    """A project of these files."""
    for path, text in {"dbt_project.yml": "name: shop\n", **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root

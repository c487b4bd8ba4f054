"""`catalog.yaml` to a Catalog. Every problem of every file is reported, each at its line and column."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.memory import without_collection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.catalog.model import Catalog

FILE_NAMES = ("catalog.yaml", "catalog.yml")


def find_catalog(start: str) -> str | None:
    """The nearest catalog file from a file or folder up to the root of its repository; None if there is none."""
    here = Path(os.path.abspath(start))  # noqa: PTH100 - links are not followed
    for folder in (here, *here.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file():
                return Path(os.path.relpath(folder / name)).as_posix()
        if (folder / ".git").exists():
            return None
    return None


@without_collection()
def load(path: str, *, cache: bool = True) -> Catalog:
    """The catalog in this file and those that it includes. Raises CatalogError with all problems."""
    from feasilint.catalog import cache as validated

    known = validated.read(path) if cache else None
    if known is not None:
        return known
    from feasilint.catalog.files import Files

    files = Files()
    catalog = files.load(path)
    if cache:
        validated.write(path, catalog, files)
    return catalog


def load_text(text: str, path: str = "catalog.yaml") -> Catalog:
    """The catalog in this text, which is said to be that of `path`. Raises CatalogError with all problems."""
    from feasilint.catalog.files import Files

    return Files().load(path, text)


def from_mapping(data: Mapping[str, object]) -> Catalog:
    """The catalog in data that is shaped like a catalog file. Raises CatalogError with all problems."""
    from feasilint.catalog.files import Files

    return Files().load_data(dict(data))

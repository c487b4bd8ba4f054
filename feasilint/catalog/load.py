"""`catalog.yaml` to a Catalog. Every problem of every file is reported, each at its line and column."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.memory import without_collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.catalog.model import Catalog

FILE_NAMES = ("catalog.yaml", "catalog.yml")
_OURS = re.compile(  # Kedro and Intake call other things so; a list of sources is one of ours that lacks its version
    rb"^[\"']?(?:version|include|prediction_points|models|latency_classes|prices|budgets|windows|rules)[\"']?\s*:|^sources\s*:\s*[-\[]"
    rb"|\A(?:\s|#.*\n)*+[\[{]",
    re.MULTILINE,
)
_BLANK = re.compile(rb"(?:\s|#.*)*+")
_HEAD, _MORE = 1 << 12, 1 << 20  # bytes of a file that are looked at, first and at most


def find_catalog(start: str) -> str | None:
    """The nearest catalog file from a file or folder up to the root of its repository; None if there is none.

    Files of these names that are plainly another tool's are passed over."""
    here = Path(os.path.abspath(start))  # noqa: PTH100 - links are not followed
    for folder in (here, *here.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file() and _is_ours(folder / name):
                return Path(os.path.relpath(folder / name)).as_posix()
        if (folder / ".git").exists():
            return None
    return None


def _is_ours(path: Path) -> bool:
    """Whether a file of that name is a catalog of this tool, as far as one sees; what cannot be read is to be told."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(BOM_UTF8)
            if _OURS.search(head) or b"\0" in head:
                return True
            head += file.read(_MORE)
            return _OURS.search(head) is not None or _BLANK.fullmatch(head) is not None
    except OSError:
        return True


def load_nearest(documents: Iterable[str]) -> Catalog | None:
    """The catalogs that are nearest to these documents, put together; None if there is none. Raises CatalogError."""
    folders = dict.fromkeys(
        document.rpartition("/")[0] if Path(document).is_file() else document for document in documents
    )
    found = tuple(dict.fromkeys(path for path in map(find_catalog, folders) if path is not None))
    if not found:
        return None
    from feasilint.catalog.several import together

    return together([load(path) for path in found])


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

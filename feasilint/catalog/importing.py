"""Imports of artefacts into a catalog: reads them, merges them, and gives the new texts of the files that change."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feasilint.catalog.imports.artefact import Entry, Imported
    from feasilint.catalog.tree import Tree
    from feasilint.catalog.update import Tally
    from feasilint.ir import Source

_INSTEAD = ("stream_twin", "use_instead")  # keys of an entry that name another one


class Import(Struct, frozen=True):
    """What an import does. `texts`: the old and the new text of each file that changes, by path."""

    texts: dict[str, tuple[str, str]]
    tallies: tuple[Tally, ...]


def imported(artefacts: Iterable[Imported], into: str, today: str, *, overwrite: bool = False) -> Import:
    """Merge artefacts into the catalog in the file `into`, which need not exist yet. Nothing is written.

    `today` (ISO) is the day of artefacts that do not tell theirs. Raises CatalogError if the catalog is broken.
    """
    from feasilint.catalog.update import update
    from feasilint.catalog.write import changed_text

    folder = os.path.dirname(into) or "."  # noqa: PTH120 - as it is written
    seen = (replace(artefact, path=_beside(artefact.path, folder)) for artefact in artefacts)
    changes = update(trees(into), seen, into, today, overwrite=overwrite)
    texts = {}
    for path, (old, new) in changes.files.items():
        text = Path(path).read_text(encoding="utf-8-sig") if Path(path).exists() else ""
        texts[path] = (text, changed_text(text, old, new))
    return Import(texts, changes.tallies)


def _beside(path: str, folder: str) -> str:
    """The path of an artefact as seen from the folder of the catalog, if it lies below that."""
    if not os.path.lexists(path):
        return path
    inside = os.path.relpath(path, folder).replace(os.sep, "/")
    return path if inside.startswith("..") else inside


def limited(artefact: Imported, wanted: Callable[[Entry], bool]) -> Imported:
    """The artefact with those of its sources that are wanted."""
    return replace(artefact, sources=tuple(entry for entry in artefact.sources if wanted(entry)))


def named(patterns: Sequence[str]) -> Callable[[Entry], bool]:
    """Whether an entry's name fits one of these patterns, in which `*` stands for anything."""
    lowered = [pattern.casefold() for pattern in patterns]
    return lambda entry: any(fnmatchcase(folded(str(entry.get("name"))), pattern) for pattern in lowered)


def read_by(artefacts: Iterable[Imported], sources: Iterable[Source]) -> Callable[[Entry], bool]:
    """Whether an entry is one of those that these sources belong to, or is named by one as what to read in its place."""
    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import Catalog, SourceEntry

    entries = [entry for artefact in artefacts for entry in artefact.sources]
    known = (SourceEntry(str(entry["name"]), tuple(map(str, _list(entry.get("aliases"))))) for entry in entries)
    matcher = Matcher(Catalog(sources=tuple(known)))
    found = {entry.name for source in sources if (entry := matcher.find(source)) is not None}
    read = (entry for entry in entries if entry["name"] in found)
    instead = {folded(str(entry[key])) for entry in read for key in _INSTEAD if key in entry}
    return lambda entry: entry["name"] in found or folded(str(entry["name"])) in instead


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def trees(path: str) -> Sequence[Tree]:
    """The data of the files of a catalog, as they are written; none if there is no such file. Raises CatalogError."""
    from feasilint.catalog.files import Files

    if not Path(path).exists():
        return ()
    files = Files()
    files.load(path)
    return files.trees

"""dbt: what manifest.json or the files of a project declare, what catalog.json and sources.json (dbt 2: freshness.json) have
found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.catalog.imports import _dbt_manifest as manifests
from feasilint.catalog.imports import _dbt_project as projects
from feasilint.catalog.imports._dbt_artefacts import KNOWN, artefact_of
from feasilint.catalog.imports._dbt_entries import entries, united
from feasilint.catalog.imports._dbt_exposures import models
from feasilint.catalog.imports._dbt_tables import catalogued, measured
from feasilint.catalog.imports.artefact import ArtefactError, Imported, Note, mapping
from feasilint.catalog.names import folded
from feasilint.dbt.files import Files
from feasilint.dbt.settings import PROJECT_FILE, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports._dbt_nodes import Declared
    from feasilint.catalog.imports.artefact import Entry

_MANIFEST = "manifest"
_COLUMNS = ("event_time", "available_at", "partition")
_INSTALLED = ("dbt_packages", "dbt_modules", "node_modules", "site-packages", "target")


class _Place(Struct, frozen=True):
    """What is at a place: artefacts by their kind, and the folder of the project."""

    artefacts: Mapping[str, str]
    project: str | None = None


def read(location: str) -> Iterator[Imported]:
    """What is said at a location: a project, its target folder, a folder with several, or one of the files. A project that has
    no manifest is read from its own files. Raises ArtefactError.

    Of a table that catalog.json has seen, that alone gives the columns: two artefacts never state the same key.
    """
    own = _place(location)
    if own is not None:
        yield from _read(own)
        return
    told: set[tuple[str, str]] = set()
    for project in _projects(location):
        for imported in _read_or_note(project):  # tables that several projects read are told by the first
            names = [(imported.origin, folded(str(entry["name"]))) for entry in imported.sources]
            fresh = (entry for entry, name in zip(imported.sources, names, strict=True) if name not in told)
            yield replace(imported, sources=tuple(fresh))
            told.update(names)


def _read_or_note(place: _Place) -> Iterator[Imported]:
    try:
        yield from _read(place)
    except ArtefactError as error:
        yield Imported("dbt project", error.note.path, notes=(error.note,))


def _read(place: _Place) -> Iterator[Imported]:
    paths = place.artefacts
    manifest = paths.get(_MANIFEST) or _beside(paths)
    declared = manifests.declared(manifest) if manifest is not None else None
    if declared is None and place.project is not None:
        declared = projects.declared(place.project)
    told = entries(declared) if declared is not None else None
    found = [_tables(kind, path, told) for kind, path in paths.items() if kind != _MANIFEST]
    if declared is not None and told is not None and (place.project is not None or _MANIFEST in paths):
        yield _said(declared, told, found)
    yield from found


def _said(declared: Declared, told: Mapping[str, Entry], found: list[Imported]) -> Imported:
    seen = {
        str(entry["name"]): mapping(entry["columns"]) for each in found for entry in each.sources if "columns" in entry
    }
    sources = tuple(
        _but_seen(entry, seen[str(entry["name"])], declared) if str(entry["name"]) in seen else entry
        for entry in united(told)
    )
    made = tuple(models(declared))
    return Imported(declared.origin, declared.path, declared.as_of, sources, made, notes=tuple(declared.notes))


def _but_seen(entry: Entry, columns: Mapping[str, object], declared: Declared) -> Entry:
    """An entry without its columns, and without the names of columns that the table in the warehouse does not have."""
    there = set(map(folded, columns))
    absent = [key for key in _COLUMNS if key in entry and folded(str(entry[key])) not in there]
    for key in absent:
        declared.notes.append(
            Note(declared.path, None, f"{entry['name']}: it has no column {entry[key]}; {key} was left out")
        )
    return {key: value for key, value in entry.items() if key not in ("columns", *absent)}


def _tables(kind: str, path: str, told: Mapping[str, Entry] | None) -> Imported:
    return catalogued(path, told) if kind == "catalog" else measured(path, f"dbt {kind}", told)


def _place(location: str) -> _Place | None:
    """What is here; None for a folder of which nothing is dbt's own."""
    path = Path(location)
    if path.is_file() and path.name != PROJECT_FILE:
        kind = artefact_of(location)
        if kind is None:
            known = ", ".join((*(f"{name}.json" for name in KNOWN), PROJECT_FILE))
            raise ArtefactError(location, None, f"none of dbt's {known}")
        return _Place({kind: location})
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise ArtefactError(location, None, "no such file or folder")
    target = _target(folder)
    found = {kind: target / f"{kind}.json" for kind in KNOWN}
    artefacts = {kind: path.as_posix() for kind, path in found.items() if path.is_file()}
    project = folder.as_posix() if (folder / PROJECT_FILE).is_file() else None
    return _Place(artefacts, project) if artefacts or project is not None else None


def _projects(location: str) -> Iterator[_Place]:
    """The projects below a folder; those inside of another project are packages or tests of it."""
    found = False
    for at, folders, files in os.walk(location):
        if PROJECT_FILE in files:
            folders.clear()
            place, found = _place(at), True
            yield from () if place is None else (place,)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _INSTALLED)
    if not found:
        message = f"no manifest.json here, and no {PROJECT_FILE} here or below; name the folder of a dbt project"
        raise ArtefactError(location, None, message)


def _target(folder: Path) -> Path:
    """The folder that dbt writes to: of a project the one that its settings name."""
    if any((folder / f"{kind}.json").is_file() for kind in KNOWN):
        return folder
    if (folder / PROJECT_FILE).is_file():
        return folder / read_settings(Files(folder.as_posix(), folder.as_posix())).target
    return folder / "target" if (folder / "target").is_dir() else folder


def _beside(paths: Mapping[str, str]) -> str | None:
    """The manifest in the folder of another artefact, which has the names."""
    beside = (Path(path).with_name("manifest.json") for path in paths.values())
    return next((path.as_posix() for path in beside if path.is_file()), None)

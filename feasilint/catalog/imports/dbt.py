"""Artefacts of dbt: what manifest.json declares, what catalog.json and sources.json (dbt 2: freshness.json) have found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.catalog.imports._dbt_artefacts import KNOWN, artefact_of
from feasilint.catalog.imports._dbt_exposures import models
from feasilint.catalog.imports._dbt_manifest import known, united
from feasilint.catalog.imports._dbt_project import known as known_of_files
from feasilint.catalog.imports._dbt_tables import catalogued, measured
from feasilint.catalog.imports.artefact import ArtefactError, Imported, Note, mapping
from feasilint.catalog.names import folded
from feasilint.dbt.files import Files
from feasilint.dbt.settings import PROJECT_FILE, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports._dbt_manifest import Known
    from feasilint.catalog.imports.artefact import Entry

_MANIFEST = "manifest"
_SKIPPED = frozenset({"dbt_packages", "dbt_modules", "node_modules", "site-packages"})
_COLUMNS = ("event_time", "available_at", "partition")


def read(location: str) -> Iterator[Imported]:
    """What the artefacts at a location say: a project, its target folder, a folder with several projects, or one of the files;
    of a project for which dbt has written nothing what its own files say. Raises ArtefactError.

    Of a table that catalog.json has seen, that alone gives the columns: two artefacts never state the same key.
    """
    projects = tuple(_projects_below(location))
    if not projects:
        yield from _read_one(location)
    told: set[tuple[str, str]] = set()
    for project in projects:
        for imported in _read_or_note(project):  # tables that several projects read are told by the first
            fresh = tuple(
                entry for entry in imported.sources if (imported.origin, folded(str(entry["name"]))) not in told
            )
            told.update((imported.origin, folded(str(entry["name"]))) for entry in fresh)
            yield replace(imported, sources=fresh)


def _projects_below(location: str) -> Iterator[str]:
    """The projects below a folder that is none itself; those inside of another project are packages or tests of it."""
    start = Path(location)
    if not start.is_dir() or (start / PROJECT_FILE).is_file() or _written(_target(start)):
        return
    outer: list[Path] = []
    for file in sorted(start.rglob(PROJECT_FILE), key=lambda path: (len(path.parts), path)):
        folder = file.parent
        hidden = any(part.startswith(".") or part in _SKIPPED for part in folder.relative_to(start).parts)
        if not hidden and not any(folder.is_relative_to(other) for other in outer):
            outer.append(folder)
    yield from sorted(folder.as_posix() for folder in outer)


def _read_or_note(project: str) -> Iterator[Imported]:
    try:
        yield from _read_one(project)
    except ArtefactError as error:
        yield Imported("dbt project", error.note.path, notes=(error.note,))


def _read_one(location: str) -> Iterator[Imported]:
    project = _without_artefacts(location)
    if project is not None:
        yield _declared(known_of_files(project), [], "dbt project")
        return
    paths = _paths(location)
    manifest = paths.get(_MANIFEST) or _beside(paths)
    declared = known(manifest) if manifest is not None else None
    found = [_tables(kind, path, declared) for kind, path in paths.items() if kind != _MANIFEST]
    if declared is not None and _MANIFEST in paths:
        yield _declared(declared, found)
    yield from found


def _without_artefacts(location: str) -> str | None:
    """The folder of a project that dbt has written nothing for, as there is none in a fresh clone."""
    folder = Path(location)
    if folder.name == PROJECT_FILE:
        folder = folder.parent
    if not (folder / PROJECT_FILE).is_file():
        return None
    return None if _written(_target(folder)) else folder.as_posix()


def _written(folder: Path) -> bool:
    """Whether dbt has written something into a folder."""
    return any((folder / f"{kind}.json").is_file() for kind in KNOWN)


def _declared(known: Known, found: list[Imported], origin: str = "dbt manifest") -> Imported:
    seen = {
        str(entry["name"]): mapping(entry["columns"]) for each in found for entry in each.sources if "columns" in entry
    }
    sources = tuple(
        _but_seen(entry, seen[str(entry["name"])], known) if str(entry["name"]) in seen else entry
        for entry in united(known.entries)
    )
    made = tuple(models(known))
    return Imported(origin, known.path, known.as_of, sources, made, notes=tuple(known.notes))


def _but_seen(entry: Entry, columns: Mapping[str, object], known: Known) -> Entry:
    """An entry without its columns, and without the names of columns that the table in the warehouse does not have."""
    there = set(map(folded, columns))
    absent = [key for key in _COLUMNS if key in entry and folded(str(entry[key])) not in there]
    for key in absent:
        known.notes.append(
            Note(known.path, None, f"{entry['name']}: it has no column {entry[key]}; {key} was left out")
        )
    return {key: value for key, value in entry.items() if key not in ("columns", *absent)}


def _tables(kind: str, path: str, known: Known | None) -> Imported:
    return catalogued(path, known) if kind == "catalog" else measured(path, f"dbt {kind}", known)


def _paths(location: str) -> dict[str, str]:
    """The files by what they are."""
    if Path(location).is_file():
        kind = artefact_of(location)
        if kind is None:
            raise ArtefactError(location, None, f"none of dbt's {', '.join(f'{name}.json' for name in KNOWN)}")
        return {kind: location}
    if not Path(location).is_dir():
        raise ArtefactError(location, None, "no such file or folder")
    folder = _target(Path(location))
    found = {kind: folder / f"{kind}.json" for kind in KNOWN}
    paths = {kind: path.as_posix() for kind, path in found.items() if path.is_file()}
    if not paths:
        raise ArtefactError(
            folder.as_posix(), None, "no manifest.json here; run `dbt parse`, or name the folder that has it"
        )
    return paths


def _target(folder: Path) -> Path:
    """The folder that dbt writes to: of a project the one that its settings name."""
    if _written(folder):
        return folder
    if (folder / PROJECT_FILE).is_file():
        return folder / read_settings(Files(folder.as_posix(), folder.as_posix())).target
    return folder / "target" if (folder / "target").is_dir() else folder


def _beside(paths: dict[str, str]) -> str | None:
    """The manifest in the folder of another artefact, which has the names."""
    beside = (Path(path).with_name("manifest.json") for path in paths.values())
    return next((path.as_posix() for path in beside if path.is_file()), None)

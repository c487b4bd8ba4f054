"""DAGs of Airflow: the tables and files that their tasks write, how often, and whose they are."""

from __future__ import annotations

import posixpath
import re
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.catalog.globs import PathPatterns
from feasilint.catalog.imports._dag_schedules import GIVEN, Unclear, schedule_of
from feasilint.catalog.imports._dag_tables import Written, assets, filled, written_by
from feasilint.catalog.imports._dags import Dag, dags_of
from feasilint.catalog.imports._objects import Made, folder_of_project
from feasilint.catalog.imports._tags import named, spoken
from feasilint.catalog.imports.artefact import ArtefactError, Imported, Note, mapping, read_text, stated, text
from feasilint.catalog.names import folded
from feasilint.catalog.scalars import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.imports.artefact import Entry

_IGNORED = ".airflowignore"
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__"})
_DBT = re.compile(r"\bdbt\s+(?:-\S+\s+)*(?:run|build|snapshot)\b")
_NOBODY = ("airflow",)  # the owner of every task that has none


def read(location: str) -> Iterator[Imported]:
    """What the DAGs in a folder say, file by file. Raises ArtefactError if there is no such folder, or no DAG in it."""
    read_files = (_read_file(path, location) for path in _files(location))
    found = [imported for imported in read_files if imported is not None]
    if not found:
        raise ArtefactError(location, None, "no DAG here; name the folder that Airflow reads its DAGs from")
    yield from _each_once(found)


def _files(location: str) -> Iterator[str]:
    start = Path(location)
    if start.is_file():
        yield location
        return
    if not start.is_dir():
        raise ArtefactError(location, None, "no such file or folder")
    ignored = _ignored(start)
    for path in sorted(start.rglob("*.py")):
        inner = path.relative_to(start)
        hidden = any(part.startswith(".") or part in _SKIPPED for part in inner.parts[:-1])
        if not hidden and path.is_file() and not ignored.matches(inner.as_posix()):
            yield path.as_posix()


def _ignored(folder: Path) -> PathPatterns:
    file = folder / _IGNORED
    lines = read_text(file.as_posix()).splitlines() if file.is_file() else []
    return PathPatterns(tuple(line.strip() for line in lines if line.strip() and not line.startswith("#")))


def _read_file(path: str, location: str) -> Imported | None:
    """What a file says; None if it is none that Airflow would look for DAGs in."""
    try:
        content = read_text(path)
    except ArtefactError as error:
        return Imported("airflow", path, notes=(error.note,))
    lowered = content.lower()
    if "airflow" not in lowered or not ("dag" in lowered or "asset" in lowered):
        return None
    folder = location if Path(location).is_dir() else posixpath.dirname(location)
    root = folder_of_project(folder or ".")
    found = dags_of(path, content, root, (folder or ".", root))
    if not (found.dags or found.assets or found.notes):
        return None
    notes = list(found.notes)
    entries = [entry for dag in found.dags for entry in _of_dag(dag, path, folder, root, notes)]
    entries.extend(entry for asset in found.assets for entry in _of_asset(asset, path, notes))
    notes.extend(_of_nobody(found.loose, path, folder, root))
    entries = [entry for entry in entries if len(entry) > 1]
    return Imported("airflow", path, None, tuple(_united(entries)), notes=tuple(dict.fromkeys(notes)))


def _of_dag(dag: Dag, path: str, folder: str, root: str, notes: list[Note]) -> Iterator[Entry]:
    """What the tasks of a DAG write; what is not known of it is noted."""
    name, defaults = _name(dag.made), mapping(dag.made.given.get("default_args"))
    searched = (posixpath.dirname(path), *_texts(dag.made.given.get("template_searchpath")), folder, root)
    written = [(task, written_by(_with_defaults(task, dag.made, defaults), path, searched, root)) for task in dag.tasks]
    schedule = _schedule(dag.made, path, notes) if any(one.names for _, one in written) else {}
    said = spoken(named(_texts(dag.made.given.get("tags"))))
    for task, one in written:
        owner = _owner(task.given.get("owner"), dag.made.given.get("owner"), defaults.get("owner"))
        yield from (
            {"name": table, **schedule, **stated(owner=owner), **said, **about} for table, about in one.names.items()
        )
    notes.extend(_unclear(name, written, dag.made, path))


def _unclear(name: str, written: Iterable[tuple[Made, Written]], dag: Made, path: str) -> Iterator[Note]:
    nothing = True
    if any(map(_runs_dbt, (dag, *(task for task, _ in written)))):
        nothing = False
        stated_as = next((word for key in GIVEN if (word := text(dag.given.get(key))) is not None), "…")
        advice = f"`+meta: {{schedule: '{stated_as}'}}` in dbt_project.yml"
        yield Note(
            path, dag.line, f"the DAG {name} runs dbt: state its schedule for the models that it builds, as {advice}"
        )
    for task, one in written:
        nothing = nothing and not one.names and not one.unclear
        if one.unclear:
            what = ", ".join(f"`{_shortened(each)}`" for each in dict.fromkeys(one.unclear))
            yield Note(
                path, task.line, f"the DAG {name} writes what only a run knows the name of: {what}; state it as outlet"
            )
    if nothing:
        yield Note(
            path, dag.line, f"nothing says which tables the DAG {name} writes; state them as outlets of its tasks"
        )


def _runs_dbt(made: Made) -> bool:
    """Whether a task, or a DAG of Cosmos, builds models of dbt."""
    command = made.given.get("bash_command")
    return made.kind.startswith("Dbt") or (isinstance(command, str) and _DBT.search(command) is not None)


def _of_nobody(tasks: Iterable[Made], path: str, folder: str, root: str) -> Iterator[Note]:
    """That nobody knows how often tasks write, whose DAG is not known."""
    for task in tasks:
        names = written_by(task, path, (posixpath.dirname(path), folder, root), root).names
        if names:
            what = ", ".join(f"`{_shortened(name)}`" for name in names)
            yield Note(
                path, task.line, f"{what}: which DAG writes it is only known when it is run, and so is how often"
            )


def _of_asset(asset: Made, path: str, notes: list[Note]) -> Iterator[Entry]:
    """A function that makes an asset, as often as it states itself."""
    made = Made("Asset", {key: asset.given[key] for key in ("name", "uri", "extra") if key in asset.given})
    for name, _, about in assets(made):
        if name is not None:
            yield {"name": name, **_schedule(asset, path, notes), **about}


def _schedule(dag: Made, path: str, notes: list[Note]) -> Entry:
    found = schedule_of(dag)
    if isinstance(found, Unclear):
        notes.append(Note(path, dag.line, f"the DAG {_name(dag)}: {found.message}"))
        return {}
    return found


def _with_defaults(task: Made, dag: Made, defaults: Entry) -> Made:
    """A task with the arguments and the parameters that its DAG gives to all."""
    params = {**mapping(dag.given.get("params")), **mapping(task.given.get("params"))}
    return Made(task.kind, {**defaults, **task.given, "params": filled(params, {})}, task.path, task.line)


def _name(dag: Made) -> str:
    name = text(dag.get("dag_id", "0", "name"))
    return f"`{name}`" if name is not None else "whose name only a run knows"


def _owner(*owners: object) -> str | None:
    found = next((owner for given in owners if (owner := text(given)) is not None), None)
    return None if found is None or found.lower() in _NOBODY or "{" in found else found


def _texts(given: object) -> list[str]:
    return [item for item in (given if isinstance(given, list) else [given]) if isinstance(item, str)]


def _shortened(written: str) -> str:
    return written if len(written) <= 60 else f"{written[:59]}…"


def _united(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries of one table as one: it is as fresh as the most frequent of its tasks makes it."""
    by_name: dict[str, Entry] = {}
    for entry in entries:
        before = by_name.setdefault(folded(str(entry["name"])), entry)
        if before is not entry:
            oftener, other = (entry, before) if _period(entry) < _period(before) else (before, entry)
            kept = {
                key: value for key, value in other.items() if key not in ("period", "offset") or "period" not in oftener
            }
            by_name[folded(str(entry["name"]))] = {**kept, **oftener}
    yield from by_name.values()


def _each_once(found: Sequence[Imported]) -> Iterator[Imported]:
    """The files, each table with the one that writes it most often: what several say would contradict itself."""
    best: dict[str, tuple[float, int]] = {}
    for index, imported in enumerate(found):
        for entry in imported.sources:
            name = folded(str(entry["name"]))
            best[name] = min(best.get(name, (inf, index)), (_period(entry), index))
    for index, imported in enumerate(found):
        kept = tuple(entry for entry in imported.sources if best[folded(str(entry["name"]))][1] == index)
        yield replace(imported, sources=kept)


def _period(entry: Entry) -> float:
    return duration(entry["period"]) if "period" in entry else inf

"""Projects of SQLMesh: the MODEL blocks of SQL models, the decorators of Python models, the external models in YAML."""

from __future__ import annotations

import ast
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from feasilint.catalog.imports import _sqlmesh_models as models
from feasilint.catalog.imports._literals import constants, dotted, keywords, parsed, value
from feasilint.catalog.imports.artefact import (
    ArtefactError,
    Entry,
    Imported,
    Note,
    listed,
    mapping,
    read_text,
    read_yaml,
    stated,
    text,
)
from feasilint.dbt.settings import PROJECT_FILE as DBT_PROJECT
from feasilint.lower.sql.sqlmesh import stated_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONFIGS = ("config.yaml", "config.yml", "config.py")
_EXTERNAL = ("external_models.yaml", "external_models.yml", "schema.yaml")
_DEFAULTS = ("kind", "cron", "cron_tz", "owner")  # of `model_defaults`
_SKIPPED = frozenset({"node_modules", "site-packages"})
_SQL, _PYTHON = {"kind": "view"}, {"kind": "full"}  # what a model is unless it says so


class _Settings(Struct):
    """What a project states for all of its models."""

    defaults: dict[str, object] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def read(location: str) -> Iterator[Imported]:
    """What the models of the projects at or below a folder say, file by file. Raises ArtefactError if there is no project."""
    found = tuple(_projects(location))
    if not found:
        raise ArtefactError(
            location, None, "no project of SQLMesh: there is no config.yaml or config.py beside a folder `models`"
        )
    known: set[str] = set()
    for project in found:
        for imported in _read_project(project):
            fresh = tuple(entry for entry in imported.sources if str(entry["name"]).casefold() not in known)
            known.update(str(entry["name"]).casefold() for entry in fresh)  # external models stand in several projects
            if fresh or imported.notes:
                yield replace(imported, sources=fresh)


def _projects(location: str) -> Iterator[Path]:
    start = Path(location)
    if not start.is_dir():
        raise ArtefactError(location, None, "no such folder; name that of a project")
    if _is_project(start):
        yield start
        return
    configs = sorted({path.parent for name in _CONFIGS for path in start.rglob(name) if not _is_hidden(path, start)})
    yield from (folder for folder in configs if _is_project(folder))


def _is_project(folder: Path) -> bool:
    configured = any((folder / name).is_file() for name in _CONFIGS)
    return any((folder / name).is_file() for name in _EXTERNAL) or (configured and (folder / "models").is_dir())


def _is_hidden(path: Path, start: Path) -> bool:
    return any(part.startswith(".") or part in _SKIPPED for part in path.relative_to(start).parts[:-1])


def _read_project(folder: Path) -> Iterator[Imported]:
    if (folder / DBT_PROJECT).is_file():
        project = (folder / DBT_PROJECT).as_posix()
        yield _imported(project, [], [Note(project, None, "its models are those of dbt; import them as `dbt`")])
        return
    notes: list[Note] = []
    settings = _settings(folder, notes)
    if notes:
        yield _imported(folder.as_posix(), [], notes)
    for file in _files(folder):
        path, found, problems = file.as_posix(), list[Entry](), list[Note]()
        try:
            found.extend(_READERS[file.suffix](path, settings, problems))
        except ArtefactError as error:
            problems.append(error.note)
        except RecursionError:
            problems.append(Note(path, None, "nested too deeply"))
        if found or problems:
            yield _imported(path, found, problems)


def _imported(path: str, entries: list[Entry], notes: list[Note]) -> Imported:
    by_name: dict[str, Entry] = {}
    for entry in entries:
        by_name.setdefault(str(entry["name"]).casefold(), entry)
    return Imported("sqlmesh", path, None, tuple(by_name.values()), notes=tuple(notes))


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for name in _EXTERNAL if (path := folder / name).is_file())
    for name in ("external_models", "models"):
        below = (folder / name).rglob("*")
        kinds = (".yaml", ".yml") if name == "external_models" else (".sql", ".py")
        yield from sorted(
            path for path in below if path.suffix in kinds and path.is_file() and not _is_hidden(path, folder)
        )


# --- settings --------------------------------------------------------------------------------------------------------


def _settings(folder: Path, notes: list[Note]) -> _Settings:
    file = next((file for name in _CONFIGS if (file := folder / name).is_file()), None)
    if file is None:
        return _Settings()
    try:
        given = _of_python(file.as_posix()) if file.suffix == ".py" else mapping(read_yaml(file.as_posix()))
    except ArtefactError as error:
        notes.append(error.note)
        return _Settings()
    defaults = mapping(given.get("model_defaults"))
    variables = mapping(given.get("variables"))
    return _Settings(
        {key: defaults[key] for key in _DEFAULTS if defaults.get(key) is not None},
        {name: str(item) for name, item in variables.items() if isinstance(item, str | int)},
    )


def _of_python(path: str) -> dict[str, object]:
    """The settings that `Config(…)` and `ModelDefaultsConfig(…)` are given."""
    tree = parsed(path)
    names = constants(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = {(dotted(call.func) or "").rpartition(".")[2]: keywords(call, names) for call in reversed(calls)}
    config = given.get("Config", {})
    stated_defaults = config.get("model_defaults")
    defaults = stated_defaults if isinstance(stated_defaults, dict) else given.get("ModelDefaultsConfig", {})
    return {"model_defaults": defaults, "variables": config.get("variables")}


# --- models ----------------------------------------------------------------------------------------------------------


def _sql_model(path: str, settings: _Settings, notes: list[Note]) -> Iterator[Entry]:
    content = read_text(path)
    block = stated_by(content)
    if block is not None:
        line = content[: content.upper().find("MODEL")].count("\n") + 1
        yield from _entries(path, line, {**_SQL, **settings.defaults, **models.uncommented(block)}, settings, notes)


def _python_models(path: str, settings: _Settings, notes: list[Note]) -> Iterator[Entry]:
    if "sqlmesh" not in read_text(path):
        return
    tree = parsed(path)
    names = constants(tree)
    for node in ast.walk(tree):
        for call in node.decorator_list if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ():
            if isinstance(call, ast.Call) and (dotted(call.func) or "").rpartition(".")[2] == "model":
                given = keywords(call, names)
                if call.args:
                    given["name"] = value(call.args[0], names)
                yield from _entries(path, call.lineno, {**_PYTHON, **settings.defaults, **given}, settings, notes)


def _entries(path: str, line: int, model: models.Stated, settings: _Settings, notes: list[Note]) -> Iterator[Entry]:
    """The tables of a model."""
    if not models.is_stored(model):
        return
    each = models.blueprints(model, settings.variables)
    if each is None:
        notes.append(Note(path, line, "what its blueprints are is only known when SQLMesh loads it; it was left out"))
        return
    for variables in each:
        written = model.get("name", _inferred(path))
        name = models.unquoted(models.filled(written, variables)) if isinstance(written, str) else ""
        if not name or "@" in name:
            notes.append(
                Note(
                    path,
                    line,
                    f"its name{f' {name}' if name else ''} is only known when SQLMesh loads it; it was left out",
                )
            )
            continue
        try:
            yield models.entry(name, {key: _filled(item, variables) for key, item in model.items()})
        except ValueError as error:
            notes.append(Note(path, line, f"{name}: {error}"))


def _filled(item: object, variables: Mapping[str, str]) -> object:
    return models.filled(item, variables) if isinstance(item, str) else item


def _inferred(path: str) -> str:
    """The name that a model has by its place below `models`."""
    parts = PurePosixPath(path).with_suffix("").parts
    below = len(parts) - 1 - parts[::-1].index("models") if "models" in parts[:-1] else len(parts) - 2
    return ".".join(parts[below + 1 :])


def _external_models(path: str, _settings: _Settings, notes: list[Note]) -> Iterator[Entry]:
    """Tables that others make: their names and their columns."""
    for item in listed(read_yaml(path)):
        written = text(mapping(item).get("name"))
        if written is None:
            notes.append(Note(path, None, "an external model without a name; it was left out"))
            continue
        columns = mapping(mapping(item).get("columns"))
        types = {name: stated(type=text(kind)) for name, kind in columns.items() if name.strip()}
        yield {"name": models.unquoted(written), **stated(columns=types)}


_READERS = {".sql": _sql_model, ".py": _python_models, ".yaml": _external_models, ".yml": _external_models}

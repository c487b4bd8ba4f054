"""What the files of a project declare, where dbt has written no manifest of it. Nothing of it is run."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from feasilint.catalog.imports import _dbt_properties as properties
from feasilint.catalog.imports._agreed import today
from feasilint.catalog.imports._dbt_artefacts import Node
from feasilint.catalog.imports._dbt_nodes import Declared, Stored, file_in
from feasilint.catalog.imports._dbt_places import Places, problem_note
from feasilint.catalog.imports.artefact import Note, read_yaml
from feasilint.catalog.names import folded
from feasilint.dbt.plain import items, mapping, mappings, text, texts
from feasilint.dbt.project import Project
from feasilint.dbt.references import reference
from feasilint.dbt.settings import PROJECT_FILE
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.imports._dbt_places import Steps
    from feasilint.dbt.model import Model, SourceTable
    from feasilint.dbt.package import Package

Given: TypeAlias = Mapping[str, object]

_MODELS = {"models": "model", "seeds": "seed", "snapshots": "snapshot"}
_ADVICE = "run `dbt parse` and import its manifest to have whole names"


class _Home(Struct, frozen=True):
    """A package while it is read. `models`: what properties files say of models, by kind and name, and where."""

    project: Project
    package: Package
    declared: Declared
    places: Places
    models: dict[tuple[str, str], tuple[Given, str, Steps]] = field(default_factory=dict)

    def resolved(self, value: object) -> object:
        """The value with the Jinja that can be told without running it; None where it cannot."""
        return resolved(value, self.package.variables)


def declared(folder: str) -> Declared:
    """What the project in this folder declares, with what it has installed, named as where its code is read. Raises
    ArtefactError if dbt_project.yml cannot be read."""
    project = Project(folder)
    path = posixpath.normpath(posixpath.join(folder, PROJECT_FILE))
    if project.name and project.problems:
        read_yaml(path)  # what is wrong has a line
    places = Places(project.root, folder)
    found = Declared("dbt project", path, None, today().isoformat(), places.of, project.stated_adapter)
    homes = [_Home(project, package, found, places) for package in project.packages.values()]
    for home in homes:
        for file, data in home.package.declared():
            _properties(home, file, data)
    for home in homes:
        for model in project.models(home.package.name):
            _model(home, model)
    _keep_apart(found)
    found.notes.extend(problem_note(problem.message, folder) for problem in project.problems)
    found.notes.extend(Note(path, None, message) for message in _doubts(project, found))
    return found


def _doubts(project: Project, declared: Declared) -> Iterator[str]:
    """What the files of the project do not tell."""
    if project.incomplete:
        yield "not all of its packages are here, nor the sources that they declare; run `dbt deps`"
    short = sum("." not in table.name for table in declared.tables.values())
    if short:
        yield f"only dbt knows the schemas of {short} of its {len(declared.tables)} tables; {_ADVICE}"


def _properties(home: _Home, file: str, data: Given) -> None:
    """Take what one properties file declares."""
    path = home.package.path(file)
    for at, source in _listed(data, "sources"):
        for place, table in _listed(source, "tables"):
            _source(home, source, table, file, ("sources", at, "tables", place))
    for key, kind in _MODELS.items():
        for at, given in _listed(data, key):
            home.models.setdefault((kind, text(given.get("name")) or ""), (given, path, (key, at)))
    for _, group in _listed(data, "groups"):
        made = Node(name=group.get("name"), owner=home.resolved(group.get("owner")))
        home.declared.groups.setdefault(text(made.name) or "", made)
    for at, exposure in _listed(data, "exposures"):
        _exposure(home, mapping(home.resolved(exposure)), path, ("exposures", at))
    for _, semantic in _listed(data, "semantic_models"):
        given = mapping(home.resolved(semantic))
        node = Node(**{key: given.get(key) for key in ("entities", "dimensions", "defaults")})
        home.declared.semantic.update((read, node) for read in _read(home, given.get("model")))


def _listed(given: Given, key: str) -> Iterator[tuple[int, Given]]:
    return ((at, mapping(one)) for at, one in enumerate(items(given.get(key))) if isinstance(one, Mapping))


# --- what is stored --------------------------------------------------------------------------------------------------


def _source(home: _Home, source: Given, table: Given, file: str, steps: Steps) -> None:
    names = text(source.get("name")), text(table.get("name"))
    known = home.project.source(names[0] or "", names[1] or "", home.package.name)
    if known is None:
        return
    key = f"source.{known.package}.{known.source}.{known.name}"
    config = home.project.settings_of(known)
    if key in home.declared.tables or config.get("enabled") is False:
        return
    home.places.known[key] = home.package.path(file), steps
    node = Node(
        name=known.name,
        resource_type="source",
        package_name=known.package,
        original_file_path=file,
        config=config,
        columns=_columns(home, table),
        external=home.resolved(table.get("external")) or _external(known, config),
    )
    home.declared.tables[key] = Stored(".".join(known.relation or (known.source, known.name)), node)
    _tests(home, table, {}, key, file)
    if not known.relation:
        home.declared.note(key, f"only dbt knows its identifier; {_ADVICE}")


def _model(home: _Home, model: Model) -> None:
    key = _key(model)
    if model.config.get("enabled") is False or model.materialized == "ephemeral":
        return
    unwritten: tuple[Given, str, Steps] = ({}, posixpath.join(home.project.root, model.path), ())
    given, file, steps = home.models.get((model.kind, model.name), unwritten)
    version = next((one for one in mappings(given.get("versions")) if text(one.get("v")) == text(model.version)), {})
    about = home.package.about(model.name)
    header = home.project.columns_of(model) if model.kind == "seed" else ()
    home.places.known[key] = file, steps
    node = Node(
        name=model.name,
        resource_type=model.kind,
        package_name=model.package,
        original_file_path=model.path,
        config={**model.config, "materialized": model.materialized},
        columns=_with(header, _columns(home, given, version)),
        constraints=home.resolved(version.get("constraints") or given.get("constraints")),
        deprecation_date=home.resolved((version if model.version is not None else given).get("deprecation_date")),
        version=model.version,
        latest_version=about.newest() if about is not None else None,
    )
    name, whole = ".".join(model.relation) or model.name, ".".join(home.project.name_in_production(model))
    home.declared.tables[key] = Stored(name, node, (whole,) if whole not in (name, "") else ())
    _tests(home, given, version, key, posixpath.relpath(file, home.package.files.root))


def _tests(home: _Home, given: Given, version: Given, about: str, file: str) -> None:
    settings = home.project.tests_of(home.package.name, file)
    home.declared.tests.extend(properties.tests(given, version, about, settings, home.package.variables))


def _columns(home: _Home, given: Given, version: Given | None = None) -> Given:
    return mapping(home.resolved(dict(properties.columns(given, version or {}))))


def _with(header: Iterable[str], columns: Given) -> Given:
    """The columns of a seed in the order of its file, spelled as they are declared."""
    declared = {folded(name): name for name in columns}
    return {**{declared.get(folded(name), name): {} for name in header}, **columns}


def _key(model: Model) -> str:
    return ".".join((model.kind, model.package, model.name, *(() if model.version is None else (f"v{model.version}",))))


def _external(source: SourceTable, config: Given) -> Given:
    """The file that dbt-duckdb reads in place of a source, which is a pattern of its names."""
    written = text(config.get("external_location")) or text(mapping(config.get("meta")).get("external_location"))
    if written is None:
        return {}
    for key, name in (("{name}", source.name), ("{identifier}", ".".join(source.relation[-1:]))):
        written = written.replace(key, name)
    return {"location": file_in(written) or written}


def _keep_apart(declared: Declared) -> None:
    """Leave out what goes by the same single word as another table, of which it is not known to be the same, and other names
    that are those of another one."""
    first: dict[str, str] = {}
    for key, table in list(declared.tables.items()):
        other = first.setdefault(folded(table.name), key)
        if other != key and "." not in table.name:
            declared.note(key, f"its name is also that of {other}, and only dbt knows their schemas; it was left out")
            del declared.tables[key]
    for key, table in declared.tables.items():
        names = tuple(name for name in table.aliases if first.setdefault(folded(name), key) == key)
        declared.tables[key] = replace(table, aliases=names)


# --- what reads it ---------------------------------------------------------------------------------------------------


def _exposure(home: _Home, given: Given, path: str, steps: Steps) -> None:
    name = text(given.get("name"))
    key = f"exposure.{home.package.name}.{name}"
    if name is None or mapping(given.get("config")).get("enabled") is False:
        return
    home.places.known.setdefault(key, (path, steps))
    reads = [read for written in items(given.get("depends_on")) for read in _read(home, written)]
    stated = {key: given.get(key) for key in ("name", "type", "url", "owner", "meta", "config")}
    node = Node(package_name=home.package.name, depends_on={"nodes": reads}, **stated)
    home.declared.exposures.setdefault(key, node)


def _read(home: _Home, written: object) -> Iterator[str]:
    """The id of what `ref(…)` or `source(…)` stands for."""
    for found in filter(None, map(reference, texts(written))):
        package = found.names[-2] if len(found.names) > 1 and found.kind == "ref" else None
        if found.kind == "source":
            table = home.project.source(*found.names[-2:]) if len(found.names) > 1 else None
            yield from () if table is None else (f"source.{table.package}.{table.source}.{table.name}",)
        else:
            model = home.project.model(found.names[-1], package, found.version)
            yield from () if model is None else (_key(model),)

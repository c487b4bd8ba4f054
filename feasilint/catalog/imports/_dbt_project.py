"""What the files of a dbt project declare, where there is no manifest: the same nodes, as far as they can be told without dbt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.imports._dbt_artefacts import Node
from feasilint.catalog.imports._dbt_manifest import Known, assembled
from feasilint.catalog.imports.artefact import Note, read_yaml
from feasilint.dbt.plain import items, mapping, mappings, text, texts
from feasilint.dbt.project import Project
from feasilint.dbt.settings import PROJECT_FILE
from feasilint.lower.modelled import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from feasilint.dbt.model import Model, SourceTable
    from feasilint.dbt.properties import ModelProperties

    Given = Mapping[str, object]

_EPHEMERAL = VIEWS[1]
_REFERENCE = re.compile(r"""(ref|source)\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?""")
_FILE = re.compile(r"(\S+?\.(?:ya?ml|sql|py|csv))(?::(\d+))? (.+)", re.DOTALL)
_TEST_SETTINGS = ("where",)


def known(folder: str) -> Known:
    """What the project in this folder declares. Raises ArtefactError if dbt_project.yml cannot be read."""
    path = (Path(folder) / PROJECT_FILE).as_posix()
    read_yaml(path)  # what cannot be read at all is told with its line
    project = Project(folder)
    package = project.packages[project.name]
    properties = package.properties("")
    nodes = dict(_sources(project, properties.sources.values()))
    for model in project.models():
        about = properties.models.get(model.name)
        key = _id(model)
        nodes[key] = _model(project, model, about)
        nodes.update(_tests(key, {} if about is None else about.given))
    for table in properties.sources.values():
        nodes.update(_tests(_source_id(table), table.given))
    missing = (
        "no manifest.json here: names are as far as the files of the project tell; run `dbt parse` for all of them"
    )
    made = Known(path, None, notes=[Note(path, None, missing)])
    made.notes.extend(_told(problem.message, path) for problem in project.problems)
    made.exposures = {str(index): _exposure(project, each) for index, each in enumerate(properties.exposures)}
    groups = {
        str(index): Node(name=each.get("name"), owner=each.get("owner")) for index, each in enumerate(properties.groups)
    }
    return assembled(made, nodes, project.adapter, groups)


def _told(problem: str, path: str) -> Note:
    """A problem with a file of the project, which its message starts with."""
    found = _FILE.fullmatch(problem)
    if found is None:
        return Note(path, None, problem)
    below = Path(path).parent / found[1]
    return Note(below.as_posix() if below.is_file() else found[1], int(found[2]) if found[2] else None, found[3])


def _id(model: Model) -> str:
    version = "" if model.version is None else f".v{model.version}"
    return f"{model.kind}.{model.package}.{model.name}{version}"


def _source_id(table: SourceTable) -> str:
    return f"source.{table.package}.{table.source}.{table.name}"


def _sources(project: Project, tables: Iterable[SourceTable]) -> Iterator[tuple[str, Node]]:
    for table in tables:
        yield (
            _source_id(table),
            Node(
                relation_name=_relation(table.relation),
                config=dict(table.config),
                freshness=table.config.get("freshness"),
                columns=_columns(table.given),
                external=table.given.get("external"),
                package_name=project.name,
            ),
        )


def _model(project: Project, model: Model, about: ModelProperties | None) -> Node:
    given = {} if about is None else about.given
    header = project.columns_of(model) if model.kind == "seed" else ()
    return Node(
        relation_name=None if model.materialized == _EPHEMERAL or not model.enabled else _relation(model.relation),
        name=model.name,
        resource_type=model.kind,
        package_name=project.name,
        original_file_path=model.path,
        config={**model.config, "materialized": model.materialized},
        columns={**{name: {} for name in header}, **_columns(given)},
        constraints=given.get("constraints"),
        deprecation_date=text(_version(model, given).get("deprecation_date")),
        version=model.version,
        latest_version=None if about is None else about.newest(),
    )


def _version(model: Model, given: Given) -> Given:
    """What is written of this version of a model, of one without versions all."""
    versions = (one for one in mappings(given.get("versions")) if text(one.get("v")) == text(model.version))
    return given if model.version is None else next(versions, {})


def _relation(parts: Sequence[str]) -> str:
    return ".".join(f'"{part}"' for part in parts)


def _columns(given: Given) -> dict[str, object]:
    """The columns by name; a type that a template makes is not known."""
    found: dict[str, object] = {}
    for column in mappings(given.get("columns")):
        name, kind = text(column.get("name")), text(column.get("data_type"))
        if name is not None and "{" not in name:
            found[name] = {**column, "data_type": None if kind is None or "{" in kind else kind}
    return found


# --- tests -----------------------------------------------------------------------------------------------------------


def _tests(key: str, given: Given) -> Iterator[tuple[str, Node]]:
    """The tests of a table and of its columns, as nodes beside it."""
    tests = [(None, test) for test in _listed(given)]
    for column in mappings(given.get("columns")):
        tests.extend((text(column.get("name")), test) for test in _listed(column))  # type: ignore[misc]
    for index, (name, test) in enumerate(tests):
        yield f"test.{key}.{index}", _test(key, name, test)


def _listed(given: Given) -> list[object]:
    return [*items(given.get("tests")), *items(given.get("data_tests"))]


def _test(key: str, column: str | None, written: object) -> Node:
    """`unique`, or `{unique: {where: …}}`, or `{dbt_utils.unique_combination_of_columns: {combination_of_columns: […]}}`."""
    if isinstance(written, dict):
        stated = text(written.get("test_name")) or next(iter(mapping(written)), "")
        arguments = mapping(written if "test_name" in written else written.get(stated))
    else:
        stated, arguments = text(written) or "", {}
    kwargs = {**arguments, **mapping(arguments.get("arguments"))}
    settings = {name: arguments[name] for name in _TEST_SETTINGS if name in arguments}
    return Node(
        resource_type="test",
        attached_node=key,
        column_name=column,
        test_metadata={"name": stated.rpartition(".")[2], "kwargs": kwargs},
        config={**settings, **mapping(arguments.get("config"))},
    )


# --- exposures -------------------------------------------------------------------------------------------------------


def _exposure(project: Project, given: Given) -> Node:
    read = [key for each in texts(given.get("depends_on")) if (key := _read(project, each)) is not None]
    return Node(
        name=given.get("name"),
        type=given.get("type"),
        url=given.get("url"),
        owner=given.get("owner"),
        meta=given.get("meta"),
        config=given.get("config"),
        package_name=project.name,
        depends_on={"nodes": read},
    )


def _read(project: Project, reference: str) -> str | None:
    """The id of the model that `ref('orders')` means."""
    found = _REFERENCE.search(reference)
    if found is None or found[1] == "source":
        return None
    model = project.model(found[3] or found[2], found[2] if found[3] else None)
    return None if model is None else _id(model)

"""The kinds of artefacts that can be imported. A kind is a name, the module that reads it, and what LOCATION is to be."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.imports.artefact import Imported


class Kind(Struct, frozen=True):
    """One kind of artefact. `location` says in words what to name; `module` is one of this package."""

    module: str
    location: str


KINDS: dict[str, Kind] = {
    "airflow": Kind("airflow", "a folder of DAGs, or one file"),
    "asyncapi": Kind("asyncapi", "an AsyncAPI document, or a folder of them"),
    "chronon": Kind("chronon", "compiled confs of Chronon: the folder that compile.py writes, or one of its files"),
    "datacontract": Kind("datacontract", "a data contract (Data Contract Specification), or a folder of them"),
    "dbt": Kind("dbt", "a dbt project, its target folder, or one of its manifest.json, catalog.json, sources.json"),
    "feast": Kind("feast", "a feature repository, or what `feast registry-dump` wrote"),
    "information-schema": Kind(
        "information_schema", "a CSV or JSON dump of an information schema, or a folder of them"
    ),
    "odcs": Kind("odcs", "a contract of the Open Data Contract Standard, or a folder of them"),
    "openlineage": Kind("openlineage", "a file or folder of events of OpenLineage, one a line"),
    "sqlalchemy": Kind(
        "databases", "the URL of a database, as postgresql://user@host/database or duckdb:///file.duckdb"
    ),
    "sqlmesh": Kind("sqlmesh", "a SQLMesh project, or a folder with several"),
}


def read(kind: str, location: str) -> tuple[Imported, ...]:
    """What the artefacts at a location say. Raises ArtefactError if they cannot be read."""
    module = import_module(f"feasilint.catalog.imports.{KINDS[kind].module}")
    found: Iterable[Imported] = module.read(location)
    return tuple(found)

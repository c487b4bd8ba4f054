"""What a model is called in the warehouse, as far as its settings tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.dbt.plain import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.dbt.model import Version

_SCHEMA_MACRO = "generate_schema_name"


def schema_macros(adapter: str | None) -> tuple[str, ...]:
    """A project that defines one of them decides on schemas itself, nearly always for custom ones to be used alone; otherwise dbt
    puts the schema of the target, which is nobody's business but the user's, before them."""
    return tuple(f"{prefix}{_SCHEMA_MACRO}" for prefix in ("", "default__", *([f"{adapter}__"] if adapter else [])))


PRODUCTION = ("prod", "production", "prd", "main", "live")
"""Names of the target that runs in production."""

_ADAPTERS = (
    "athena", "bigquery", "clickhouse", "databricks", "duckdb", "fabric", "mysql", "oracle", "postgres", "redshift",
    "snowflake", "spark", "sqlserver", "synapse", "teradata", "trino",
)  # fmt: skip


def folder_adapter(path: str) -> str | None:
    """The adapter that a file is meant for in a project for several of them, which keeps a folder for each."""
    return next((folder for folder in reversed(path.split("/")[:-1]) if folder in _ADAPTERS), None)


def named_adapter(name: str | None) -> str | None:
    """The adapter that a profile is named after."""
    return name if name in _ADAPTERS else None


def relation_of(
    config: Mapping[str, object], name: str, version: Version | None, custom_schemas_alone: bool
) -> tuple[str, ...]:
    """The parts of the name that are sure, from the right: database, schema, alias."""
    alias = text(config.get("alias")) if "alias" in config else name if version is None else f"{name}_v{version}"
    if alias is None:
        alias = name
    schema = text(config.get("target_schema")) or (text(config.get("schema")) if custom_schemas_alone else None)
    database = text(config.get("target_database")) or text(config.get("database"))
    if schema is None:
        return (alias,)
    return (schema, alias) if database is None else (database, schema, alias)


def production_schema(config: Mapping[str, object], target: str | None) -> str | None:
    """The schema that dbt puts a model into where the target's is this one and the project does not decide on schemas itself;
    None where that is not sure."""
    custom = text(config.get("schema"))
    if target is None or (custom is None and "schema" in config):
        return None
    return target if custom is None else f"{target}_{custom}"

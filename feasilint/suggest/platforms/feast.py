"""A feature in Feast, which serves what is aggregated elsewhere: entity, source and view of a table that is filled daily."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.platforms import sql
from feasilint.suggest.platforms.files import File, about, comment, listed, quoted, slug
from feasilint.suggest.tiles import feature_name

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition

_SERVED_FOR = 2  # days: a run may fail once
_CONTRIB = "feast.infra.offline_stores.contrib."
_SOURCES = {  # by dialect: the module, the class, and what it is told of the table
    "bigquery": ("feast", "BigQuerySource", "table={table}"),
    "snowflake": ("feast", "SnowflakeSource", "table={table}"),
    "redshift": ("feast", "RedshiftSource", "table={table}"),
    "spark": (_CONTRIB + "spark_offline_store.spark_source", "SparkSource", "table={table}"),
    "databricks": (_CONTRIB + "spark_offline_store.spark_source", "SparkSource", "table={table}"),
    "postgres": (_CONTRIB + "postgres_offline_store.postgres_source", "PostgreSQLSource", "table={table}"),
    "trino": (_CONTRIB + "trino_offline_store.trino_source", "TrinoSource", "table={table}"),
    "duckdb": ("feast", "FileSource", "path={file}"),
}  # fmt: skip
_TYPES = {
    **dict.fromkeys(("count", "count_distinct", "approx_count_distinct"), "Int64"),
    **dict.fromkeys(("bool_and", "bool_or"), "Bool"),
    **dict.fromkeys(("avg", "sum", "std", "var", "median", "percentile", "approx_percentile"), "Float64"),
}
_OF_COLUMNS = {
    "string": "String", "text": "String", "varchar": "String", "timestamp": "UnixTimestamp", "datetime": "UnixTimestamp",
    "date": "UnixTimestamp", "boolean": "Bool", "bool": "Bool", "int": "Int64", "integer": "Int64", "bigint": "Int64",
}  # fmt: skip


def render(definition: Definition, dialect: str) -> tuple[File, ...]:
    """The repository's file of a feature, with the statements that fill its table."""
    statements = sql.render(definition, dialect)
    stem = slug(feature_name(definition))
    module, kind, told = _SOURCES[dialect]
    table = told.format(table=quoted(stem), file=quoted(f"data/{stem}.parquet"))
    keys = [key.name for key in definition.keys]
    known = _type(definition)
    apart = f"from {module} import {kind}\n" if module != "feast" else ""
    feast = ", ".join(["Entity", "FeatureView", "Field", *([kind] if module == "feast" else [])])
    entities = "".join(f"{_variable(key)} = Entity(name={quoted(key)}, join_keys={listed([key])})\n" for key in keys)
    text = (
        comment(_remarks(definition, stem, dialect), "#")
        + f"from datetime import timedelta\n\nfrom feast import {feast}\n{apart}from feast.types import {known}\n\n{entities}\n"
        + f'{stem}_source = {kind}(name={quoted(stem + "_source")}, {table}, timestamp_field="as_of")\n\n'
        + f"{stem}_view = FeatureView(\n    name={quoted(stem)},\n    entities=[{', '.join(map(_variable, keys))}],\n"
        + f"    ttl=timedelta(days={_SERVED_FOR}),\n"
        + f"    schema=[Field(name={quoted(feature_name(definition))}, dtype={known})],\n"
        + f"    source={stem}_source,\n    online=True,\n)\n"
    )
    return File(f"{stem}.py", text), *statements


def _variable(key: str) -> str:
    return f"{slug(key)}_entity"


def _remarks(definition: Definition, stem: str, dialect: str) -> list[str]:
    kept = f"data/{stem}.parquet" if dialect == "duckdb" else f"the table {stem}"
    said = [
        about(definition, feature_name(definition)),
        f"Feast serves what is aggregated elsewhere: {stem}.sql gives the rows of {kept}, once a day; append them, so that",
        "training finds the value of each day, then run `feast materialize-incremental`.",
    ]
    if definition.entry is not None and definition.entry.stream_twin:
        said += [
            f"The stream {definition.entry.stream_twin} is not used: a value is as old as the daily run, online, too."
        ]
    if definition.default is not None:
        said += [f"A key without rows has no value here; the code takes {definition.default} then."]
    return said


def _type(definition: Definition) -> str:
    if not definition.plain:
        return "Float64"
    measure = definition.measures[0]
    if measure.function in _TYPES:
        return _TYPES[measure.function]
    columns = definition.entry.columns if definition.entry is not None else {}
    column = columns.get(measure.argument or "")
    stated = column.type if column is not None else None
    return _OF_COLUMNS.get((stated or "").lower(), "String" if measure.function in ("first", "last") else "Float64")

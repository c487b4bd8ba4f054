"""What SQLAlchemy finds out of tables, in any database that it has a dialect for, as rows of an information schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports._dumped import is_of_system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Inspector

    from feasilint.catalog.imports._rows import Row

_WITH_CATALOG = frozenset({"mssql"})  # whose names have three parts of which the URL states the first
_WITHOUT_SCHEMA = frozenset({"sqlite"})


def reflected(connection: Connection) -> Iterator[Row | Exception]:
    """Rows of all tables and views but those of the system; an error for each schema that could not be looked into."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    inspector = inspect(connection)
    for schema in inspector.get_schema_names():
        if not is_of_system(None, schema):
            try:
                yield from _tables(inspector, connection, schema)
            except (SQLAlchemyError, NotImplementedError) as error:
                yield error


def _tables(inspector: Inspector, connection: Connection, schema: str) -> Iterator[Row]:
    dialect = connection.dialect.name
    for kind, names in (("BASE TABLE", inspector.get_table_names(schema)), ("VIEW", inspector.get_view_names(schema))):
        for table in names:
            name: Row = {
                "table_catalog": connection.engine.url.database if dialect in _WITH_CATALOG else None,
                "table_schema": None if dialect in _WITHOUT_SCHEMA else schema,
                "table_name": table,
            }
            yield {**name, "table_type": kind, "comment": _comment(inspector, table, schema)}
            for at, column in enumerate(inspector.get_columns(table, schema)):
                described = {
                    "column_name": column["name"],
                    "ordinal_position": at,
                    "data_type": _type(column["type"], connection),
                }
                yield {**name, **described, "comment": column.get("comment")}
            for at, key in enumerate(inspector.get_pk_constraint(table, schema)["constrained_columns"]):
                yield {**name, "constraint_name": "PRIMARY", "column_name": key, "key_sequence": at}


def _comment(inspector: Inspector, table: str, schema: str) -> str | None:
    try:
        return inspector.get_table_comment(table, schema)["text"]
    except NotImplementedError:
        return None


def _type(kind: object, connection: Connection) -> str | None:
    """The type as the database writes it; None for one that SQLAlchemy does not know."""
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.types import NullType, TypeEngine

    if not isinstance(kind, TypeEngine) or isinstance(kind, NullType):
        return None
    try:
        return kind.compile(dialect=connection.dialect)
    except SQLAlchemyError:
        return type(kind).__name__.lower()

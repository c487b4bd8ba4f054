"""What a query that an artefact holds reads."""

from __future__ import annotations


def column_of_query(query: str, column: str, dialect: str | None) -> tuple[str, str] | None:
    """The table and the column of it that a column of a query is made of; None if there are several, or none is known."""
    from feasilint.api import inspect_source

    if not query.strip() or not column:
        return None
    found = inspect_source(query, kind="sql", dialect=dialect)
    named = {str(one["name"]).casefold(): one["value"] for one in found["columns"]}
    values = named.get(column.casefold()) or named.get("*") or []
    if len(values) != 1:
        return None
    table, name = values[0]
    return None if "{" in table else (table, column if name == "*" else name)

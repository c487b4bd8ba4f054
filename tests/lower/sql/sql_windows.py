"""The window that a query's last aggregation is found to have."""

from __future__ import annotations

from typing import TypeAlias

import feasilint

Case: TypeAlias = "tuple[str, str, str, list[str] | None]"  # dialect, query, window, extent (None: any)


def check(dialect: str, sql: str, expected: str, extent: list[str] | None) -> None:
    """That a query has the window and the extent that are expected."""
    found = window(dialect, sql)
    assert found[0] == expected, found
    assert extent is None or found[1] == extent, found


def window(dialect: str, sql: str) -> tuple[str, list[str]]:
    """Window and extent of the last aggregation that is a feature."""
    found = feasilint.inspect_source(sql, kind="sql", dialect=dialect)["aggregations"]
    features = [one for one in found if one["reaches"] == "table" and "feature" in one["roles"]] or found
    return features[-1]["window"], features[-1]["extent"]

"""Aggregates: which of their columns are values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("aggregate", "value"),
    [
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY ts)", "t.ts"),
        ("mode() WITHIN GROUP (ORDER BY ts)", "t.ts"),
        ("rank(3) WITHIN GROUP (ORDER BY ts)", "t.ts"),
        ("listagg(x, ',') WITHIN GROUP (ORDER BY ts)", "t.x | order_by t.ts"),
        ("array_agg(x) WITHIN GROUP (ORDER BY ts)", "t.x | order_by t.ts"),
    ],
)
def test_what_within_group_orders_by(lineage: Lineage, aggregate: str, value: str) -> None:
    assert lineage(f"SELECT {aggregate} AS y FROM t", "snowflake") == {"y": value}


@pytest.mark.parametrize(
    ("count", "value"),
    [
        ("count(x)", "t.x"),
        ("count(DISTINCT x)", "t.x"),
        ("count(*)", "t.*"),
        ("count(1)", "t.*"),
        ("count('a')", "t.*"),
    ],
)
def test_a_count_of_a_constant_counts_rows(lineage: Lineage, count: str, value: str) -> None:
    assert lineage(f"SELECT {count} AS n FROM t") == {"n": value}

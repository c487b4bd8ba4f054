"""The canonical names of aggregates that a dialect alone has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Outline = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("sum(a)", "sum(r0.a)"),
        ("myAggregate(a)", None),
        ("lower(a)", None),
        ("uniqExact(a)", "count_distinct(r0.a)"),
        ("uniqExactIf(a, b)", "count_distinct(r0.a) where r0.b"),
        ("uniq(a)", "approx_count_distinct(r0.a)"),
        ("uniqHLL12(a)", "approx_count_distinct(r0.a)"),
        ("uniqCombined(12)(a)", "approx_count_distinct(12, r0.a)"),
        ("groupArray(a)", "list(r0.a)"),
        ("groupArray(10)(a)", "list(10, r0.a)"),
        ("groupUniqArray(a)", "list(r0.a)"),
        ("groupArrayIf(a, b)", "list(r0.a) where r0.b"),
        ("groupBitAnd(a)", "bit(r0.a)"),
        ("topK(3)(a)", "histogram(3, r0.a)"),
        ("quantileExact(0.5)(a)", "percentile(0.5, r0.a)"),
        ("quantileTDigest(0.5)(a)", "approx_percentile(0.5, r0.a)"),
        ("anyLast(a)", "last(r0.a)"),
        ("stddevPop(a)", "std(r0.a)"),
        ("varSamp(a)", "var(r0.a)"),
        ("avgWeighted(a, b)", "avg(r0.a, r0.b)"),
    ],
)
def test_canonical_names_of_clickhouse(outline: Outline, call: str, made: str | None) -> None:
    lines = outline(f"SELECT {call} AS x FROM t", "clickhouse")
    expected = None if made is None else f"r1 Aggregate(r0) by  | x = {made}"
    assert next((line for line in lines if "Aggregate" in line), None) == expected

"""MATCH_RECOGNIZE."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]

MATCH = "MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES {0} {1} PATTERN ({2}) DEFINE a AS v > 3, b AS v < lag(w))"


def test_a_row_for_each_match(outline: Outline) -> None:
    match = MATCH.format("first(a.ts) AS s, count(*) AS n, b.v + 1 AS l", "ONE ROW PER MATCH", "a b+")
    assert outline(f"SELECT m.k, m.l FROM t {match} AS m", "snowflake") == [
        "r0 Scan() t",
        "r1 Filter(r0) where: or(gt(r0.v, 3), lt(r0.v, lag(r0.w)))",
        "r2 Aggregate(r1) by k = r0.k | _m0 = first(r0.ts); _m1 = count(); _m2 = last(r0.v)",
        "r3 Derive(r2) k = r2.k; s = r2._m0; n = r2._m1; l = add(r2._m2, 1)",
        "r4 Derive(r3) k = r3.k; l = r3.l",
        "result - r4",
    ]


def test_every_row_of_a_match(outline: Outline) -> None:
    match = MATCH.format("max(b.v) AS m", "ALL ROWS PER MATCH", "a b+")
    assert outline(f"SELECT ts, m FROM t {match}", "snowflake")[2:5] == [
        "r2 Window(r1) by r0.k order r0.ts rows None..0 | _m0 = max(r0.v)",
        "r3 Derive(r2) *r1; m = r2._m0",
        "r4 Derive(r3) ts = r3.ts; m = r3.m",
    ]


def test_a_symbol_that_is_not_defined_takes_every_row(outline: Outline) -> None:
    match = MATCH.format("count(*) AS n", "", "a c* b")
    assert outline(f"SELECT n FROM t {match}", "snowflake")[1] == (
        "r1 Filter(r0) where: or(gt(r0.v, 3), lt(r0.v, lag(r0.w)), True)"
    )


def test_aggregates_of_the_query_are_its_own(lineage: Lineage) -> None:
    match = MATCH.format("last(b.v) AS l", "", "a b+")
    found = lineage(f"SELECT k, sum(l) AS s FROM (SELECT * FROM t WHERE x = 1) {match} AS m GROUP BY k", "trino")
    assert found["s"] == "t.v | group_by t.k, where t.v, where t.w, where t.x"

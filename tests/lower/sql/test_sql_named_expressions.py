"""ClickHouse's WITH expression AS name: a name for a value, not for rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    "text",
    [
        "WITH c AS (SELECT a FROM ev) SELECT a FROM c",
        "WITH c AS (SELECT a FROM ev) SELECT c.a FROM c",
        "WITH 7 AS other, c AS (SELECT a FROM ev) SELECT a FROM c",
    ],
)
def test_a_query_is_a_relation(lineage: Lineage, text: str) -> None:
    assert lineage(text, "clickhouse") == {"a": "ev.a"}


def test_a_qualified_column_is_no_named_expression(lineage: Lineage) -> None:
    assert lineage("WITH 7 AS days SELECT ev.days AS x FROM ev", "clickhouse") == {"x": "ev.days"}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("WITH now() - INTERVAL 3 DAY AS start SELECT a FROM ev WHERE ts >= start", {"a": "ev.a | where ev.ts"}),
        ("WITH 7 AS days SELECT a + days AS x FROM ev", {"x": "ev.a"}),
        ("WITH 7 AS days SELECT x FROM (SELECT a + days AS x FROM ev)", {"x": "ev.a"}),
        ("WITH 7 AS days, c AS (SELECT a + days AS x FROM ev) SELECT x FROM c", {"x": "ev.a"}),
        ("WITH toDate(ts) AS ts SELECT ts FROM ev", {"ts": "ev.ts"}),
        ("WITH a + 1 AS b, b * 2 AS c SELECT c FROM ev", {"c": "ev.a"}),
        (
            "WITH toDate(ts) AS d SELECT d, count() AS n FROM ev GROUP BY d",
            {"d": "ev.ts | group_by ev.ts", "n": "ev.* | group_by ev.ts"},
        ),
        ("WITH sum(x) AS s SELECT k, s FROM ev GROUP BY k", {"k": "ev.k | group_by ev.k", "s": "ev.x | group_by ev.k"}),
        (
            "WITH (SELECT max(ts) FROM lim) AS mx SELECT a FROM ev WHERE ts = mx",
            {"a": "ev.a | where ev.ts, where lim.ts"},
        ),
    ],
)
def test_an_expression_is_a_value(lineage: Lineage, text: str, made: dict[str, str]) -> None:
    assert lineage(text, "clickhouse") == made


def test_a_long_chain_of_named_expressions_stays_small(lineage: Lineage) -> None:
    chain = ", ".join(f"e{at} + e{at} AS e{at + 1}" for at in range(60))
    assert lineage(f"WITH a AS e0, {chain} SELECT e60 AS x FROM ev", "clickhouse") == {"x": "ev.a"}

"""Fields of structs, elements of arrays, documents: a path is followed as far as the structure is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]

CASES = [
    ("bigquery", "SELECT s FROM t", {"s": "t.s"}),
    ("bigquery", "SELECT s.a.b.c.d.e FROM t", {"e": "t.s.a.b.c.d.e"}),
    ("bigquery", "SELECT t.s.a FROM t WHERE s.b > 1", {"a": "t.s.a | where t.s.b"}),
    ("bigquery", "SELECT l[OFFSET(0)].a FROM t", {"a": "t.l.a"}),
    ("bigquery", "SELECT p.d.f(q) AS x, f(q).y FROM t", {"x": "t.q", "y": "t.q"}),
    (
        "bigquery",
        "SELECT s.a, s.b, COUNT(c) AS n FROM t GROUP BY s.a, s.b",
        {
            "a": "t.s.a | group_by t.s.a, group_by t.s.b",
            "b": "t.s.b | group_by t.s.a, group_by t.s.b",
            "n": "t.c | group_by t.s.a, group_by t.s.b",
        },
    ),
    ("bigquery", "SELECT e.a FROM t, UNNEST(t.l) AS e WHERE e.b = 1", {"a": "t.l.a | where t.l.b"}),
    (
        "bigquery",
        "WITH c AS (SELECT STRUCT(a AS x, b) AS s FROM t) SELECT s.x, s.b, s.z FROM c",
        {"x": "t.a", "b": "t.b", "z": "t.a t.b"},
    ),
    (
        "bigquery",
        "WITH c AS (SELECT ARRAY(SELECT AS STRUCT a, b FROM u) AS l FROM t) SELECT e.a FROM c, UNNEST(l) AS e",
        {"a": "u.a"},
    ),
    (
        "bigquery",
        "WITH c AS (SELECT k, ARRAY_AGG(STRUCT(a, b) ORDER BY o)[OFFSET(0)] AS l FROM t GROUP BY k) SELECT l.a FROM c",
        {"a": "t.a | group_by t.k, order_by t.o"},
    ),
    (
        "bigquery",
        "SELECT (SELECT v.i FROM UNNEST(params) WHERE key = 'x') AS i FROM t",
        {"i": "t.params.v.i | where t.params.key"},
    ),
    ("snowflake", "SELECT v:a.b[0].c::int AS c, v['d'] AS d FROM t", {"c": "t.v.a.b.c", "d": "t.v.d"}),
    (
        "snowflake",
        "WITH c AS (SELECT OBJECT_CONSTRUCT('x', a, 'y', b) AS o FROM t) SELECT o:x AS x FROM c",
        {"x": "t.a"},
    ),
    ("snowflake", "SELECT f.value:k AS k FROM t, LATERAL FLATTEN(INPUT => v:items) f", {"k": "t.v.items.k"}),
    ("databricks", "SELECT named_struct('x', a).x AS x, struct(a, b).b AS y FROM t", {"x": "t.a", "y": "t.b"}),
    ("duckdb", "SELECT s.y AS q FROM (SELECT {'x': a, 'y': b} AS s FROM t)", {"q": "t.b"}),
    ("postgres", "SELECT CASE WHEN a THEN s ELSE r END AS c FROM t", {"c": "t.a t.r t.s"}),
]


@pytest.mark.parametrize(("dialect", "text", "columns"), CASES)
def test_fields(lineage: Lineage, dialect: str, text: str, columns: dict[str, str]) -> None:
    assert lineage(text, dialect) == columns


def test_a_struct_is_followed_through_choices(lineage: Lineage) -> None:
    text = "SELECT s.x FROM (SELECT IF(a, STRUCT(b AS x), COALESCE(STRUCT(c AS x), r)) AS s FROM t)"
    assert lineage(text, "bigquery") == {"x": "t.a t.b t.c t.r.x"}


def test_what_filters_a_joined_side_acts_through_the_join(lineage: Lineage) -> None:
    text = "WITH c AS (SELECT k FROM u WHERE f) SELECT t.a FROM t JOIN c ON c.k = t.k"
    assert lineage(text) == {"a": "t.a | join t.k, join u.f, join u.k, where u.f"}


def test_a_table_with_an_alias_may_still_be_named_in_full(lineage: Lineage) -> None:
    assert lineage("SELECT db.t.x, y FROM db.t AS t1", "postgres") == {"x": "db.t.x", "y": "db.t.y"}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT s.* FROM t", {"s": "t.s"}),
        ("SELECT s.* FROM (SELECT STRUCT(a AS x, b AS y) AS s FROM t)", {"x": "t.a", "y": "t.b"}),
        (
            "SELECT l.* FROM (SELECT ARRAY_AGG(r ORDER BY ts DESC LIMIT 1)[OFFSET(0)] AS l FROM t AS r GROUP BY k)",
            {"*": "t.*"},
        ),
        (
            "SELECT l.x FROM (SELECT ARRAY_AGG(r ORDER BY ts DESC LIMIT 1)[OFFSET(0)] AS l FROM t AS r GROUP BY k)",
            {"x": "t.x | group_by t.k, order_by t.ts"},
        ),
    ],
)
def test_stars_of_structs_and_rows(lineage: Lineage, text: str, columns: dict[str, str]) -> None:
    assert lineage(text, "bigquery") == columns


@pytest.mark.parametrize(
    ("dialect", "text", "edges"),
    [
        ("bigquery", "SELECT a AS x, SUM(x) OVER (PARTITION BY k) AS s FROM t", "t.x | window t.k"),
        ("snowflake", "SELECT f(a) AS a, SUM(b) OVER (PARTITION BY a) AS s FROM t", "t.b | window t.a"),
        ("snowflake", "SELECT a AS x, SUM(x) OVER (PARTITION BY k) AS s FROM t", "t.a | window t.k"),
        (
            "snowflake",
            "SELECT f(a) AS x, b AS s FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY x ORDER BY ts) = 1",
            "t.b | qualify t.a, qualify t.ts, window t.a, window t.ts",
        ),
    ],
)
def test_windows_over_earlier_items(lineage: Lineage, dialect: str, text: str, edges: str) -> None:
    assert lineage(text, dialect)["s"] == edges


def test_a_table_that_grew_has_its_older_columns_too(lineage: Lineage) -> None:
    text = "INSERT INTO o SELECT a FROM t; SELECT a, b FROM o"
    assert lineage(text)["None.b"] == "o.b"
    assert lineage(text)["None.a"] == "t.a"


def test_a_table_that_was_made_here_has_no_others(lineage: Lineage) -> None:
    assert lineage("CREATE TABLE o AS SELECT a FROM t; SELECT b FROM o")["None.b"] == ""

"""FROM: joins, arrays, table functions, files, pivots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("clause", "made"),
    [
        ("t, u", "r2 Join(r0, r1) cross"),
        ("t CROSS JOIN u", "r2 Join(r0, r1) cross"),
        ("t LEFT JOIN u ON t.k = u.k", "r2 Join(r0, r1) left on eq(r0.k, r1.k)"),
        ("t FULL OUTER JOIN u USING (k, j)", "r2 Join(r0, r1) full using ['k', 'j']"),
        ("t LEFT SEMI JOIN u ON t.k = u.k", "r2 Join(r0, r1) semi on eq(r0.k, r1.k)"),
        ("t JOIN u ON k = j", "r2 Join(r0, r1) inner on eq(?.k, ?.j)"),
        ("(t JOIN u ON t.k = u.k)", "r2 Join(r0, r1) inner on eq(r0.k, r1.k)"),
        ("((t JOIN u ON t.k = u.k))", "r2 Join(r0, r1) inner on eq(r0.k, r1.k)"),
    ],
)
def test_joins(outline: Outline, clause: str, made: str) -> None:
    assert outline(f"SELECT 1 AS one FROM {clause}", "databricks")[2] == made


def test_a_group_of_joins_on_the_right(outline: Outline) -> None:
    lines = outline("SELECT t.a, v.b FROM t LEFT JOIN (u JOIN v ON u.k = v.k) ON t.k = u.k")
    assert lines[3:6] == [
        "r3 Join(r1, r2) inner on eq(r1.k, r2.k)",
        "r4 Join(r0, r3) left on eq(r0.k, r1.k)",
        "r5 Derive(r4) a = r0.a; b = r2.b",
    ]


def test_a_natural_join_shares_the_known_names(outline: Outline) -> None:
    lines = outline(
        "WITH a AS (SELECT k, x FROM t), b AS (SELECT k, y FROM u) SELECT x, y FROM a NATURAL JOIN b", "postgres"
    )
    assert lines[6] == "r6 Join(r4, r5) inner using ['k']"


def test_an_asof_join_keeps_its_two_clocks(lower: Callable[..., object], outline: Outline) -> None:
    text = "SELECT * FROM t ASOF JOIN u MATCH_CONDITION (t.ts >= u.ts) ON t.k = u.k"
    assert outline(text, "snowflake")[2] == "r2 Join(r0, r1) asof on eq(r0.k, r1.k)"
    join = lower(text, "snowflake").relations[2]  # type: ignore[attr-defined]
    assert (join.asof.left.name, join.asof.right.name) == ("ts", "ts")


@pytest.mark.parametrize(
    ("dialect", "text", "made"),
    [
        ("bigquery", "SELECT t.a, e.x FROM t, UNNEST(t.items) AS e", ["r1 Unnest(r0) e = r0.items", "a = r0.a; x = r1.e"]),
        ("bigquery", "SELECT e, o FROM t, UNNEST(items) e WITH OFFSET o", ["r1 Unnest(r0) e = r0.items; o = 0", "e = r1.e; o = r1.o"]),
        ("postgres", "SELECT v FROM t, UNNEST(t.a) AS k(v)", ["r1 Unnest(r0) v = r0.a", "v = r1.v"]),
        ("spark", "SELECT e FROM t LATERAL VIEW EXPLODE(arr) x AS e", ["r1 Unnest(r0) e = r0.arr", "e = r1.e"]),
        ("snowflake", "SELECT f.value AS v FROM t, LATERAL FLATTEN(input => t.j) f", ["VALUE = r0.j", "v = r1.value"]),
        ("postgres", "SELECT g FROM generate_series(1, 9) g", ["r1 Unnest(r0) g = ", "g = r1.g"]),
        ("postgres", "SELECT l.m FROM t, LATERAL (SELECT max(v) AS m FROM u WHERE u.k = t.k) l", ["eq(r1.k, r0.k)", "m = r4.m"]),
        ("tsql", "SELECT f.y FROM t CROSS APPLY fn(t.x) f", ["r1 Unnest(r0) f = r0.x", "y = r1.f"]),
    ],
)  # fmt: skip
def test_rows_beside_rows(outline: Outline, dialect: str, text: str, made: list[str]) -> None:
    lines = "\n".join(outline(text, dialect))
    assert all(part in lines for part in made), lines


def test_values(outline: Outline) -> None:
    lines = outline("SELECT v.b FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b)", "postgres")
    assert lines[:2] == ["r0 Inline() a = 1; b = x", "r1 Derive(r0) b = r0.b"]


@pytest.mark.parametrize(
    ("dialect", "clause", "made"),
    [
        ("duckdb", "read_csv_auto('a.csv')", "file a.csv"),
        ("duckdb", "read_parquet(['a.parquet'])", "file a.parquet"),
        ("duckdb", "'a.parquet'", "file a.parquet"),
        ("duckdb", "read_parquet('{path}/*.parquet')", "file {path}/*.parquet"),
        ("duckdb", "'https://x.org/a.csv'", "url https://x.org/a.csv"),
        ("databricks", "delta.`/mnt/x`", "file /mnt/x"),
        ("spark", "parquet.`s3://b/x`", "file s3://b/x"),
        ("snowflake", "@stage/x", "file @stage/x"),
        ("bigquery", "`p.d.t`", "p.d.t"),
        ("bigquery", "`p-q`.d.events_*", "p-q.d.events_*"),
        ("bigquery", "`{project}.d.t`", "{project}.d.t"),
        ("snowflake", '"Db".s."T"', "Db.s.T"),
        ("tsql", "[db].[dbo].[t]", "db.dbo.t"),
        ("databricks", "identifier", "identifier"),
        ("databricks", "IDENTIFIER('r.t')", "r.t"),
        ("databricks", "IDENTIFIER(:t)", "{t}"),
        ("databricks", "IDENTIFIER('r.' || :t)", "r.{t}"),
        ("databricks", "IDENTIFIER(concat(:s, '.t'))", "{s}.t"),
        ("snowflake", "IDENTIFIER('r.t')", "r.t"),
        ("snowflake", "IDENTIFIER(:t)", "{t}"),
        ("", "{{ ref('x') }}", "x"),
        ("", "{{ source('a', 'b') }}", "a.b"),
        ("", "t_{suffix}", "t_{suffix}"),
    ],
)
def test_names_and_paths(outline: Outline, dialect: str, clause: str, made: str) -> None:
    assert outline(f"SELECT 1 AS one FROM {clause}", dialect)[0] == f"r0 Scan() {made}"


def test_a_placeholder_after_a_table_is_a_condition(outline: Outline) -> None:
    assert outline("SELECT a FROM t {conditions}")[1] == "r1 Filter(r0) where: hole {conditions}"


def test_a_macro_that_makes_a_query_reads_the_tables_it_names(outline: Outline) -> None:
    assert outline("WITH c AS ({{ latest(ref('x'), 'day') }}) SELECT a FROM c")[:2] == [
        "r0 Scan() x",
        "r1 Opaque(r0) the query of {latest(ref('x'), 'day')}",
    ]
    assert outline("SELECT a FROM {{ latest(source('r', 't')) }} AS c")[0] == "r0 Scan() r.t"


def test_a_macro_may_make_columns(outline: Outline) -> None:
    assert outline("SELECT {{ all_columns(x) }}, a FROM t")[1:3] == [
        "r1 Opaque(r0) the columns of {all_columns(x)}",
        "r2 Derive(r0) *r1; a = r0.a",
    ]


def test_pivot_with_known_values(outline: Outline) -> None:
    lines = outline("SELECT * FROM t PIVOT (SUM(x) FOR m IN ('a' AS p, 'b' AS q))", "bigquery")
    assert lines[1:3] == [
        "r1 Aggregate(r0) by * = r0.* | p = sum(r0.x) where eq(r0.m, a); q = sum(r0.x) where eq(r0.m, b)",
        "r2 Derive(r1) *r0 without m, x; p = r1.p; q = r1.q",
    ]


def test_unpivot(outline: Outline) -> None:
    lines = outline("SELECT id, v FROM t UNPIVOT (v FOR n IN (a, b))", "bigquery")
    assert lines[1:3] == [
        "r1 Unpivot(r0) n = n; v = pivot(r0.a, r0.b)",
        "r2 Derive(r1) *r0 without a, b; v = r1.v; n = r1.n",
    ]


def test_pivot_over_values_that_only_the_data_knows(lineage: Lineage) -> None:
    text = "SELECT k, p FROM {0} PIVOT (SUM(x) FOR m IN ({1}))"
    closed = "(SELECT k, m, x FROM t)"
    for values in ("ANY ORDER BY m", "SELECT m FROM u"):
        found = lineage(text.format(closed, values), "snowflake")
        assert {name: value.split(" | ")[0] for name, value in found.items()} == {"k": "t.k", "p": "t.x"}
    assert "*" in lineage("SELECT * FROM t PIVOT (SUM(x) FOR m IN (ANY))", "snowflake")


def test_all_columns_of_a_table_as_an_argument(outline: Outline) -> None:
    assert outline("SELECT count(DISTINCT t.*) AS n FROM t")[1] == "r1 Aggregate(r0) by  | n = count_distinct(r0.*)"

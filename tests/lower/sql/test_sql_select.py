"""SELECT: which relation every name comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]


def test_a_plain_query(outline: Outline) -> None:
    assert outline("SELECT a, b + 1 AS c FROM db.t WHERE d > 3 ORDER BY c LIMIT 5") == [
        "r0 Scan() db.t",
        "r1 Filter(r0) where: gt(r0.d, 3)",
        "r2 Derive(r1) a = r0.a; c = add(r0.b, 1)",
        "r3 Sort(r2) r2.c",
        "r4 Limit(r3)",
        "result - r4",
    ]


def test_no_from(outline: Outline) -> None:
    assert outline("SELECT 1 AS one") == ["r0 Inline()", "r1 Derive(r0) one = 1", "result - r1"]


# --- names -------------------------------------------------------------------------------------------------------------


def test_a_qualified_name_is_of_its_item_an_unqualified_one_of_the_join(outline: Outline) -> None:
    lines = outline("SELECT a.x, y FROM t a JOIN u b ON a.k = b.k")
    assert lines[2:4] == ["r2 Join(r0, r1) inner on eq(r0.k, r1.k)", "r3 Derive(r2) x = r0.x; y = r2.y"]


def test_a_known_column_is_found_without_qualifier(outline: Outline) -> None:
    lines = outline("WITH c AS (SELECT k, y FROM u) SELECT y FROM t JOIN c ON t.k = c.k")
    assert lines[-2] == "r5 Derive(r4) y = r3.y"


def test_full_table_names_qualify_columns(outline: Outline) -> None:
    assert outline("SELECT db.t.x, t.y FROM db.t")[1] == "r1 Derive(r0) x = r0.x; y = r0.y"


def test_a_correlated_subquery_sees_the_outer_query(outline: Outline) -> None:
    lines = outline("SELECT a, (SELECT max(v) FROM u WHERE u.k = t.k) AS m FROM t")
    assert lines[:5] == [
        "r0 Scan() t",
        "r1 Scan() u",
        "r2 Filter(r1) where: eq(r1.k, r0.k)",
        "r3 Aggregate(r2) by  | _m0 = max(r1.v)",
        "r4 Derive(r3) _col0 = r3._m0",
    ]
    assert lines[5] == "r5 Derive(r0) a = r0.a; m = scalar r4()"


def test_an_unknown_name_in_a_closed_query_is_of_the_outer_one(outline: Outline) -> None:
    lines = outline("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM (SELECT k FROM u) v WHERE k = j)")
    assert "r3 Filter(r2) where: eq(r2.k, r0.j)" in lines


@pytest.mark.parametrize(
    ("dialect", "made"), [("snowflake", "add(?.b, 1)"), ("bigquery", "add(r0.b, 1)"), ("postgres", "add(r0.b, 1)")]
)
def test_lateral_aliases_where_the_dialect_has_them(outline: Outline, dialect: str, made: str) -> None:
    assert outline("SELECT a * 2 AS b, b + 1 AS c FROM t", dialect)[1] == f"r1 Derive(r0) b = mul(r0.a, 2); c = {made}"


def test_a_known_source_column_beats_a_lateral_alias(outline: Outline) -> None:
    lines = outline("SELECT a AS b, b + 1 AS c FROM (SELECT a, b FROM t) s", "snowflake")
    assert lines[2] == "r2 Derive(r1) b = r1.a; c = add(r1.b, 1)"


def test_columns_of_one_name_stay_apart(outline: Outline) -> None:
    lines = outline("SELECT a.id, b.id FROM t a, u b")
    assert lines[-2] == "r3 Derive(r2) id = r0.id; id_1 = r1.id"


def test_names_that_differ_in_case_keep_their_places(outline: Outline, lineage: Lineage) -> None:
    assert outline("SELECT a AS c, b AS C FROM t")[1] == "r1 Derive(r0) c = r0.a; C = r0.b"
    text = "INSERT INTO u (x, y) SELECT a AS c, b AS C FROM t"
    assert lineage(text) == {"x": "t.a", "y": "t.b"}


# --- grouping ----------------------------------------------------------------------------------------------------------


def test_keys_by_name_alias_and_ordinal(outline: Outline) -> None:
    expected = "r1 Aggregate(r0) by u = r0.u; d = date_trunc('day', r0.ts) | n = count()".replace("'", "")
    for by in ("u, d", "1, 2", "u, DATE_TRUNC('day', ts)"):
        lines = outline(f"SELECT u, DATE_TRUNC('day', ts) AS d, COUNT(*) AS n FROM t GROUP BY {by}", "postgres")
        assert lines[1:3] == [expected, "r2 Derive(r1) u = r1.u; d = r1.d; n = r1.n"]


def test_an_alias_of_an_aggregate_is_no_key(outline: Outline) -> None:
    assert outline("SELECT max(x) AS x FROM t GROUP BY x")[1] == "r1 Aggregate(r0) by x = r0.x | _m0 = max(r0.x)"


def test_grouping_sets_and_all(outline: Outline) -> None:
    assert outline("SELECT a, b, count(*) c FROM t GROUP BY GROUPING SETS ((a), (a, b), ())")[1] == (
        "r1 Aggregate(r0) by a = r0.a; b = r0.b | c = count()"
    )
    assert outline("SELECT a, b, sum(c) AS s FROM t GROUP BY ALL", "duckdb")[1] == (
        "r1 Aggregate(r0) by a = r0.a; b = r0.b | s = sum(r0.c)"
    )


def test_having_and_measures_inside_expressions(outline: Outline) -> None:
    assert outline("SELECT u, sum(x) / count(*) AS r FROM t GROUP BY u HAVING count(*) > 3")[1:4] == [
        "r1 Aggregate(r0) by u = r0.u | _m0 = sum(r0.x); _m1 = count()",
        "r2 Filter(r1) having: gt(r1._m1, 3)",
        "r3 Derive(r2) u = r1.u; r = div(r1._m0, r1._m1)",
    ]


@pytest.mark.parametrize(
    ("dialect", "text", "made"),
    [
        ("", "COUNT(DISTINCT a)", "count_distinct(r0.a)"),
        ("bigquery", "COUNTIF(a > 1)", "count() where gt(r0.a, 1)"),
        ("postgres", "SUM(a) FILTER (WHERE b)", "sum(r0.a) where r0.b"),
        ("postgres", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a)", "percentile(r0.a, 0.5)"),
        ("bigquery", "APPROX_QUANTILES(a, 4)", "approx_percentile(r0.a, 4)"),
        ("bigquery", "ARRAY_AGG(a ORDER BY b DESC LIMIT 1)", "first(r0.a)"),
        ("bigquery", "ARRAY_AGG(a ORDER BY b DESC LIMIT 5)", "first_n(r0.a)"),
        ("bigquery", "ARRAY_AGG(a ORDER BY b DESC)", "list(r0.a)"),
        ("presto", "APPROX_DISTINCT(a)", "approx_count_distinct(r0.a)"),
        ("spark", "COLLECT_LIST(a)", "list(r0.a)"),
        ("snowflake", "MEDIAN(a)", "median(r0.a)"),
        ("duckdb", "ARG_MAX(a, b)", "arg_max(r0.a, r0.b)"),
        ("postgres", "BOOL_OR(a)", "bool_or(r0.a)"),
        ("", "STDDEV(a)", "std(r0.a)"),
        ("clickhouse", "sumIf(a, b)", "sum(r0.a) where r0.b"),
    ],
)
def test_aggregates_have_canonical_names(outline: Outline, dialect: str, text: str, made: str) -> None:
    assert (
        outline(f"SELECT u, {text} AS x FROM t GROUP BY u", dialect)[1] == f"r1 Aggregate(r0) by u = r0.u | x = {made}"
    )


def test_unknown_functions_of_a_grouped_query_are_scalar(outline: Outline) -> None:
    assert outline("SELECT u, my_agg(x) AS y FROM t GROUP BY u")[1:3] == [
        "r1 Aggregate(r0) by u = r0.u |",
        "r2 Derive(r1) u = r1.u; y = my_agg(r0.x)",
    ]


# --- windows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "over", "made"),
    [
        ("", "PARTITION BY u", "by r0.u order  no frame"),
        ("", "PARTITION BY u ORDER BY ts", "by r0.u order r0.ts range None..0"),
        ("", "ORDER BY ts ROWS BETWEEN 6 PRECEDING AND CURRENT ROW", "by  order r0.ts rows -6..0"),
        ("", "ORDER BY ts ROWS 6 PRECEDING", "by  order r0.ts rows -6..0"),
        ("", "ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING", "by  order r0.ts rows None..-1"),
        ("", "ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", "by  order r0.ts rows 0..None"),
    ],
)
def test_frames(outline: Outline, dialect: str, over: str, made: str) -> None:
    assert outline(f"SELECT sum(x) OVER ({over}) AS s FROM t", dialect)[1] == f"r1 Window(r0) {made} | s = sum(r0.x)"


def test_a_range_over_time_is_a_length_of_time(outline: Outline) -> None:
    text = "SELECT sum(x) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '30 days' PRECEDING AND CURRENT ROW) AS s FROM t"
    assert "range Interval(months=0, days=-30, seconds=0)..0" in outline(text, "postgres")[1]
    text = "SELECT sum(x) OVER (ORDER BY UNIX_SECONDS(ts) RANGE BETWEEN 3600 PRECEDING AND 1 PRECEDING) AS s FROM t"
    assert "seconds=-3600)..Interval(months=0, days=0, seconds=-1)" in outline(text, "bigquery")[1]


def test_named_windows_and_windows_over_aggregates(outline: Outline) -> None:
    assert outline("SELECT rank() OVER w AS r FROM t WINDOW w AS (PARTITION BY a ORDER BY b)", "postgres")[1] == (
        "r1 Window(r0) by r0.a order r0.b range None..0 | r = rank()"
    )
    assert outline("SELECT u, sum(count(*)) OVER (ORDER BY u) AS s FROM t GROUP BY u")[1:3] == [
        "r1 Aggregate(r0) by u = r0.u | _m0 = count()",
        "r2 Window(r1) by  order r1.u range None..0 | s = sum(r1._m0)",
    ]


def test_equal_windows_are_one_relation(outline: Outline) -> None:
    lines = outline(
        "SELECT lag(x, 2) OVER (ORDER BY d) AS a, lead(x) OVER (ORDER BY d) AS b, min(x) OVER () AS c FROM t"
    )
    assert lines[1:3] == [
        "r1 Window(r0) by  order r0.d range None..0 | a = lag(r0.x, 2); b = lead(r0.x)",
        "r2 Window(r1) by  order  no frame | c = min(r0.x)",
    ]


def test_qualify_by_alias_and_by_function(outline: Outline) -> None:
    for condition in ("rn = 1", "row_number() OVER (PARTITION BY u ORDER BY ts) = 1"):
        lines = outline(
            f"SELECT x, row_number() OVER (PARTITION BY u ORDER BY ts) AS rn FROM t QUALIFY {condition}", "snowflake"
        )
        assert any(" Filter(" in line and "qualify: eq(" in line for line in lines)


# --- stars and combinations --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "items", "made"),
    [
        ("", "*", "*r2"),
        ("", "a.*, b.x", "*r0; x = r1.x"),
        ("bigquery", "* EXCEPT (p, q)", "*r2 without p, q"),
        ("bigquery", "a.* REPLACE (p + 1 AS p)", "*r0; p = add(r0.p, 1)"),
        ("snowflake", "a.* EXCLUDE (p) RENAME (q AS z)", "*r0 without p, q; z = r0.q"),
    ],
)
def test_stars(outline: Outline, dialect: str, items: str, made: str) -> None:
    assert outline(f"SELECT {items} FROM t a CROSS JOIN u b", dialect)[3] == f"r3 Derive(r2) {made}"


def test_set_operations(outline: Outline) -> None:
    assert outline("SELECT a FROM t UNION ALL SELECT b FROM u UNION ALL SELECT c FROM v")[6] == "r6 Union(r1, r3, r5)"
    assert outline("SELECT a FROM t UNION SELECT b FROM u")[4:6] == ["r4 Union(r1, r3)", "r5 Distinct(r4)"]
    assert outline("SELECT a FROM t EXCEPT SELECT b FROM u")[4] == "r4 Join(r1, r3) anti"


def test_two_readings_of_a_cte_are_two_relations(outline: Outline) -> None:
    lines = outline("WITH c AS (SELECT k, v FROM t) SELECT a.v, b.v AS w FROM c a JOIN c b ON a.k = b.k")
    assert lines[2:5] == ["r2 Derive(r1) *r1", "r3 Derive(r1) *r1", "r4 Join(r2, r3) inner on eq(r2.k, r3.k)"]


def test_a_recursive_cte_draws_from_its_anchor(outline: Outline) -> None:
    lines = outline(
        "WITH RECURSIVE c(n) AS (SELECT x FROM t UNION ALL SELECT n + 1 FROM c) SELECT n FROM c", "postgres"
    )
    assert lines[:6] == [
        "r0 Scan() t",
        "r1 Derive(r0) x = r0.x",
        "r2 Derive(r1) n = r1.x",
        "r3 Derive(r2) *r2",
        "r4 Derive(r3) _col0 = add(r3.n, 1)",
        "r5 Union(r2, r4)",
    ]


def test_distinct_on(outline: Outline) -> None:
    assert outline("SELECT DISTINCT ON (u) u, x FROM t ORDER BY u, ts DESC", "postgres")[2:4] == [
        "r2 Distinct(r1)",
        "r3 Sort(r2) r2.u, r0.ts",
    ]


def test_conditions_of_subqueries(outline: Outline) -> None:
    lines = outline("SELECT a FROM t WHERE a IN (SELECT b FROM u) AND EXISTS (SELECT 1 FROM v WHERE v.k = t.k)")
    assert "where: and(in r2(r0.a), exists r5())" in lines[6]


@pytest.mark.parametrize(
    ("star", "dialect", "column", "source"),
    [
        ("* EXCLUDE (id) RENAME (x AS bx)", "snowflake", "bx", "b.x?"),
        ("b.* REPLACE (a.x + 1 AS x)", "bigquery", "x", "a.x"),
        ("b.* EXCLUDE (id) RENAME (x AS bx)", "snowflake", "bx", "b.x"),
        ("b.* REPLACE (x + 1 AS x)", "bigquery", "x", "b.x"),
    ],
)
def test_names_in_a_qualified_star_are_those_of_its_table(
    lineage: Lineage, star: str, dialect: str, column: str, source: str
) -> None:
    found = lineage(f"SELECT {star} FROM a JOIN b ON a.id = b.id", dialect)
    assert source in found[column].split(" | ")[0].split(" ")


def test_names_in_a_qualified_star_may_be_of_other_tables(lineage: Lineage) -> None:
    tables = "(SELECT id, x, z FROM r) a JOIN (SELECT id, x FROM s) b ON a.id = b.id"
    assert lineage(f"SELECT b.* REPLACE (z AS x) FROM {tables}", "bigquery")["x"].startswith("r.z |")


def test_an_own_function_with_the_name_of_an_aggregate(outline: Outline) -> None:
    made = outline("SELECT u, stats.glam.percentile(0.5, a) AS x FROM t", "bigquery")
    assert not any("Aggregate" in line for line in made)


def test_the_first_of_a_list(outline: Outline) -> None:
    made = outline("SELECT u, ARRAY_AGG(a ORDER BY b)[SAFE_OFFSET(0)] AS x FROM t GROUP BY u", "bigquery")
    assert any("first(r0.a)" in line for line in made)
    made = outline("SELECT u, ARRAY_AGG(a ORDER BY b)[SAFE_OFFSET(3)] AS x FROM t GROUP BY u", "bigquery")
    assert any("list(r0.a)" in line for line in made)

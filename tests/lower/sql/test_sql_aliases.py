"""Aliases of the select list in other clauses: where they stand, and where a column of the name comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Outline = Callable[..., list[str]]
    Lineage = Callable[..., dict[str, str]]


# --- columns -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["", "bigquery", "postgres", "redshift", "databricks", "mysql", "tsql"])
def test_where_reads_columns(lineage: Lineage, dialect: str) -> None:
    assert lineage("SELECT a + 1 AS d FROM t WHERE d > 3", dialect) == {"d": "t.a | where t.d"}


@pytest.mark.parametrize("dialect", ["snowflake", "duckdb", "teradata", "sqlite"])
def test_a_known_column_comes_first(lineage: Lineage, dialect: str) -> None:
    text = "SELECT a + 1 AS b FROM (SELECT a, b FROM t) AS s WHERE b > 3"
    assert lineage(text, dialect) == {"b": "t.a | where t.b"}


def test_a_name_that_its_own_item_reads_is_a_column(lineage: Lineage) -> None:
    text = "SELECT coalesce(b, a) AS b FROM t WHERE b > 3"
    assert lineage(text, "snowflake") == {"b": "t.a t.b | where t.b"}


def test_a_name_that_the_select_list_reads_from_one_table_is_of_that_table(lineage: Lineage) -> None:
    text = "SELECT a.x, CAST(b.y AS DATE) AS y FROM a JOIN b ON a.k = b.k WHERE x > 3 AND y > z"
    assert lineage(text, "postgres")["x"] == "a.x | join a.k, join b.k, where a.x, where a.z, where b.y, where b.z"


def test_a_merged_column_is_of_both_tables(lineage: Lineage) -> None:
    assert lineage("SELECT a.k FROM a JOIN b USING (k) WHERE k > 3", "snowflake") == {
        "k": "a.k | join a.k, join b.k, where a.k, where b.k"
    }


@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "duckdb", "mysql"])
def test_a_grouping_key_that_its_own_item_reads_is_the_column(outline: Outline, dialect: str) -> None:
    text = "SELECT upper(ts) AS ts, count(*) AS n FROM t GROUP BY ts"
    assert outline(text, dialect)[1] == "r1 Aggregate(r0) by ts = r0.ts | n = count()"


@pytest.mark.parametrize("dialect", ["bigquery", "clickhouse"])
def test_or_the_alias_where_it_hides_columns(outline: Outline, dialect: str) -> None:
    text = "SELECT upper(ts) AS ts, count(*) AS n FROM t GROUP BY ts"
    assert outline(text, dialect)[1] == "r1 Aggregate(r0) by ts = upper(r0.ts) | n = count()"


# --- aliases -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["snowflake", "duckdb", "clickhouse", "teradata", "sqlite"])
def test_where_reads_aliases(lineage: Lineage, dialect: str) -> None:
    assert lineage("SELECT a + 1 AS d FROM t WHERE d > 3", dialect) == {"d": "t.a | where t.a"}


def test_an_alias_hides_a_known_column_in_clickhouse(lineage: Lineage) -> None:
    text = "SELECT a + 1 AS b FROM (SELECT a, b FROM t) AS s WHERE b > 3"
    assert lineage(text, "clickhouse") == {"b": "t.a | where t.a"}


@pytest.mark.parametrize("dialect", ["snowflake", "redshift", "databricks", "bigquery", "duckdb", "teradata"])
def test_qualify_reads_aliases(lineage: Lineage, dialect: str) -> None:
    text = "SELECT CAST(ts AS DATE) AS d FROM t QUALIFY row_number() OVER (PARTITION BY k, d ORDER BY ts) = 1"
    assert lineage(text, dialect) == {"d": "t.ts | qualify t.k, qualify t.ts, window t.k, window t.ts"}


def test_window_functions_of_the_select_list_read_aliases(lineage: Lineage) -> None:
    text = "SELECT CAST(ts AS DATE) AS d, max(v) OVER (PARTITION BY d) AS m FROM t"
    assert lineage(text, "redshift")["m"] == "t.v | window t.ts"
    assert lineage(text, "postgres")["m"] == "t.v | window t.d"


def test_aggregates_read_aliases(lineage: Lineage) -> None:
    text = "SELECT k, CAST(v AS INT) AS i, sum(i) AS s FROM t GROUP BY k, i"
    assert lineage(text, "snowflake")["s"] == "t.v | group_by t.k, group_by t.v"


def test_keys_read_aliases_of_aliases(outline: Outline) -> None:
    text = "SELECT upper(a) AS u, md5(u) AS h, count(*) AS n FROM t GROUP BY h, date_trunc('day', u)"
    assert outline(text, "snowflake")[1] == (
        "r1 Aggregate(r0) by h = md5(?.u); _k1 = date_trunc(day, ?.u) | n = count()"
    )


def test_having_reads_the_alias_after_grouping(lineage: Lineage) -> None:
    text = "SELECT CAST(ts AS DATE) AS d, sum(v) AS s FROM t WHERE d > 3 GROUP BY 1 HAVING d < 9 AND s > 1"
    assert lineage(text, "snowflake")["d"] == "t.ts | group_by t.ts, having t.ts, having t.v, where t.ts"


def test_group_by_all_leaves_out_what_is_made_of_aggregates(outline: Outline) -> None:
    text = "SELECT k, array_agg(v) AS vs, array_size(vs) AS n FROM t GROUP BY ALL"
    assert outline(text, "snowflake")[1:3] == [
        "r1 Aggregate(r0) by k = r0.k | vs = list(r0.v)",
        "r2 Derive(r1) k = r1.k; vs = r1.vs; n = array_size(r1.vs)",
    ]

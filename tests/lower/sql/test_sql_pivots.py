"""PIVOT as grouping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]


def _aggregations(text: str, dialect: str) -> list[tuple[Any, ...]]:
    found = inspect_source(text, kind="sql", dialect=dialect)["aggregations"]
    return [(one["function"], one["keys"], one["window"], one["extent"], one["outputs"]) for one in found]


def test_no_aggregation_where_columns_become_values() -> None:
    assert _aggregations("SELECT id, v FROM t UNPIVOT (v FOR n IN (a, b))", "bigquery") == []
    assert _aggregations("CREATE VIEW w AS SELECT x AS pivot FROM t", "duckdb") == []


@pytest.mark.parametrize(
    ("dialect", "values"),
    [
        ("bigquery", "'a' AS pa"),
        ("snowflake", "'a' AS pa"),
        ("spark", "'a' AS pa"),
        ("oracle", "'a' AS pa"),
        ("tsql", "[pa]"),
    ],
)
def test_cells_are_measures_of_the_rows_with_their_value(lineage: Lineage, dialect: str, values: str) -> None:
    table = "(SELECT user_id, product, amount FROM sales) AS s"
    text = f"SELECT user_id, pa FROM {table} PIVOT (SUM(amount) FOR product IN ({values})) AS p"
    assert lineage(text, dialect) == {
        "user_id": "sales.user_id | group_by sales.user_id",
        "pa": "sales.amount | group_by sales.user_id, where sales.product",
    }
    assert _aggregations(text, dialect) == [("sum", ["user_id"], "unbounded", [], ["pa"])]


def test_counted_rows_take_no_column_from_the_keys(lineage: Lineage) -> None:
    text = "SELECT user_id, pa FROM (SELECT user_id, product FROM s) PIVOT (COUNT(*) FOR product IN ('a' AS pa))"
    assert lineage(text, "bigquery") == {
        "user_id": "s.user_id | group_by s.user_id",
        "pa": "s.* | group_by s.user_id, where s.product",
    }


def test_a_bound_below_a_pivot_is_that_of_its_cells() -> None:
    recent = "SELECT user_id, product, amount FROM s WHERE ts >= DATE_SUB(CURRENT_DATE, INTERVAL 30 DAY)"
    text = f"SELECT * FROM ({recent}) PIVOT (SUM(amount) FOR product IN ('a' AS pa, 'b' AS pb))"
    assert _aggregations(text, "bigquery") == [("sum", ["user_id"], "bounded", ["P30D"], ["pa", "pb"])]


def test_several_columns_and_aggregates(outline: Outline) -> None:
    text = "SELECT * FROM (SELECT k, m, n, x FROM t) PIVOT (SUM(x) AS s, MAX(x) AS h FOR (m, n) IN (('a', 1) AS c))"
    assert outline(text, "spark")[2].split(" by ")[1] == (
        "k = r1.k | c_s = sum(r1.x) where and(eq(r1.m, a), eq(r1.n, 1)); "
        "c_h = max(r1.x) where and(eq(r1.m, a), eq(r1.n, 1))"
    )


def test_a_column_list_names_the_keys_and_then_the_cells(lineage: Lineage) -> None:
    pivot = "SELECT * FROM {} PIVOT (SUM(amount) FOR m IN ('JAN', 'FEB')) AS p (emp_id, jan, feb)"
    for table in ("t", "(SELECT emp_id, m, amount FROM t)"):
        assert lineage(pivot.format(table), "snowflake") == {
            "emp_id": "t.emp_id | group_by t.emp_id",
            "jan": "t.amount | group_by t.emp_id, where t.m",
            "feb": "t.amount | group_by t.emp_id, where t.m",
        }


def test_a_statement_of_its_own(lineage: Lineage) -> None:
    pivot = "PIVOT cities ON year IN (2000, 2010) USING sum(people) AS s, max(x) GROUP BY country"
    around = "group_by cities.country, where cities.year"
    assert lineage(pivot, "duckdb") == {
        "country": "cities.country | group_by cities.country",
        "2000_s": f"cities.people | {around}",
        "2000_max(x)": f"cities.x | {around}",
        "2010_s": f"cities.people | {around}",
        "2010_max(x)": f"cities.x | {around}",
    }


def test_a_table_made_of_a_pivot_whose_values_only_the_data_knows(lineage: Lineage) -> None:
    made = "CREATE TABLE wide AS PIVOT raw.cities ON year USING sum(people) GROUP BY country"
    around = "group_by raw.cities.country, group_by raw.cities.year"
    found = lineage(f'{made}; CREATE TABLE z AS SELECT country, "2000" FROM wide', "duckdb")
    assert found["wide.country"] == f"raw.cities.country | {around}"
    assert found["wide.{year}"] == f"raw.cities.people | {around}"
    assert found["z.2000"] == f"raw.cities.people | {around}"


def test_without_aggregates_rows_are_counted(lineage: Lineage) -> None:
    found = lineage("PIVOT (SELECT k, year FROM t) ON year IN (2000)", "duckdb")
    assert found["2000"] == "t.* | group_by t.k, where t.year"

"""Scalar expressions, above all the date arithmetic of every dialect, in their canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.ir import Column, Derive, Hole, Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Program

    Item = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a", "r0.a"),
        ("t.a", "r0.a"),
        ("s.a.b", "r0.s"),
        ("1 + a * 2", "add(1, mul(r0.a, 2))"),
        ("a = 1 AND b <> 2 AND c", "and(eq(r0.a, 1), ne(r0.b, 2), r0.c)"),
        ("a OR (b AND NOT c)", "or(r0.a, and(r0.b, not(r0.c)))"),
        ("a BETWEEN 1 AND 2", "between(r0.a, 1, 2)"),
        ("a IN (1, 2)", "in(r0.a, 1, 2)"),
        ("a NOT IN (1)", "not(in(r0.a, 1))"),
        ("a IS NULL", "is_null(r0.a)"),
        ("a IS NOT NULL", "not(is_null(r0.a))"),
        ("CASE WHEN a > 1 THEN b ELSE c END", "case(gt(r0.a, 1), r0.b, r0.c)"),
        ("CASE a WHEN 1 THEN b END", "case(eq(r0.a, 1), r0.b)"),
        ("COALESCE(a, b, 0)", "coalesce(r0.a, r0.b, 0)"),
        ("my_udf(a, b)", "my_udf(r0.a, r0.b)"),
        ("UPPER(a)", "upper(r0.a)"),
        ("CAST(a AS INT)", "cast(r0.a, int)"),
        ("-a", "neg(r0.a)"),
        ("-1", "-1"),
        (":day", ":day"),
        ("?", ":?"),
    ],
)
def test_operators_and_names(item: Item, text: str, made: str) -> None:
    assert item(text) == made


@pytest.mark.parametrize(
    ("dialect", "text", "made"),
    [
        ("bigquery", "DATE_SUB(CURRENT_DATE(), INTERVAL 30 DAY)", "sub(now, P30D)"),
        ("bigquery", "TIMESTAMP_SUB(d, INTERVAL 2 HOUR)", "sub(r0.d, PT2H)"),
        ("bigquery", "DATE_DIFF(a, b, WEEK)", "date_diff(week, r0.a, r0.b)"),
        ("bigquery", "DATE_TRUNC(d, WEEK(MONDAY))", "date_trunc(week, r0.d)"),
        ("bigquery", "EXTRACT(DAYOFWEEK FROM d)", "date_part(weekday, r0.d)"),
        ("bigquery", "EXTRACT(DATE FROM d)", "cast(r0.d, date)"),
        ("bigquery", "DATE '2024-01-31'", "2024-01-31 00:00:00"),
        ("bigquery", "DATE(2024, 1, 31)", "2024-01-31 00:00:00"),
        ("bigquery", "@asof", ":asof"),
        ("bigquery", "IF(a, b, c)", "case(r0.a, r0.b, r0.c)"),
        ("bigquery", "SAFE_CAST(a AS INT64)", "cast(r0.a, bigint)"),
        ("snowflake", "DATEADD(day, -30, CURRENT_DATE())", "sub(now, P30D)"),
        ("snowflake", "DATEDIFF('day', a, b)", "date_diff(day, r0.b, r0.a)"),
        ("snowflake", "d::DATE - 7", "sub(cast(r0.d, date), P7D)"),
        ("snowflake", "DATE_TRUNC('month', d)", "date_trunc(month, r0.d)"),
        ("snowflake", "v:a.b::STRING", "cast(r0.v, text)"),
        ("snowflake", "DAYOFWEEK(d)", "date_part(weekday, r0.d)"),
        ("postgres", "NOW() - INTERVAL '30 days'", "sub(now, P30D)"),
        ("postgres", "d - 30", "sub(r0.d, 30)"),
        ("postgres", "CURRENT_DATE - '1 month'::INTERVAL", "sub(now, P1M)"),
        ("postgres", "d - INTERVAL '1 year 2 months'", "sub(r0.d, P1Y2M)"),
        ("postgres", "INTERVAL '1 day' * 3", "P3D"),
        ("postgres", "DATE_PART('dow', d)", "date_part(weekday, r0.d)"),
        ("postgres", "a AT TIME ZONE 'utc'", "at_time_zone(r0.a, utc)"),
        ("postgres", "AGE(a, b)", "sub(r0.a, r0.b)"),
        ("spark", "DATE_SUB(CURRENT_DATE(), 30)", "sub(now, P30D)"),
        ("spark", "DATEDIFF(a, b)", "date_diff(day, cast(r0.a, date), cast(r0.b, date))"),
        ("spark", "TRUNC(d, 'MM')", "date_trunc(month, r0.d)"),
        ("spark", "ADD_MONTHS(d, -3)", "sub(r0.d, P3M)"),
        ("spark", "d - INTERVAL 30 DAYS", "sub(r0.d, P30D)"),
        ("mysql", "DATE_SUB(NOW(), INTERVAL 1 MONTH)", "sub(now, P1M)"),
        ("mysql", "TIMESTAMPDIFF(DAY, a, b)", "date_diff(day, r0.b, r0.a)"),
        ("redshift", "DATEADD(day, -30, GETDATE())", "sub(now, P30D)"),
        ("redshift", "DATEDIFF(day, a, b)", "date_diff(day, r0.b, r0.a)"),
        ("redshift", "NVL(a, b)", "coalesce(r0.a, r0.b)"),
        ("tsql", "DATEADD(day, -30, GETDATE())", "sub(now, P30D)"),
        ("tsql", "@d", ":d"),
        ("duckdb", "TODAY() - 30", "sub(now, P30D)"),
        ("duckdb", "DATE_DIFF('day', a, b)", "date_diff(day, r0.b, r0.a)"),
        ("presto", "DATE_ADD('day', -30, CURRENT_DATE)", "sub(now, P30D)"),
        ("oracle", "TRUNC(SYSDATE) - 30", "sub(date_trunc(day, now), P30D)"),
        ("oracle", "ADD_MONTHS(SYSDATE, -3)", "sub(now, P3M)"),
        ("sqlite", "DATE('now', '-30 days')", "sub(now, P30D)"),
        ("clickhouse", "today() - toIntervalDay(3)", "sub(now, P3D)"),
        ("clickhouse", "subtractDays(now(), 3)", "sub(now, P3D)"),
        ("", "d - INTERVAL n DAY", "sub(r0.d, interval(r0.n, day))"),
        ("snowflake", "DATEADD(day, -n, d)", "sub(r0.d, interval(r0.n, day))"),
        ("bigquery", "DATE_SUB(@asof, INTERVAL {days} DAY)", "sub(:asof, interval(:days, day))"),
    ],
)
def test_times(item: Item, dialect: str, text: str, made: str) -> None:
    assert item(text, dialect) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("'{day}'", ":day"),
        ("'{day} 00:00:00'", "hole {day} 00:00:00"),
        ("{day}", ":day"),
        ("{clause(1, 2)}", "hole {clause(1, 2)}"),
        ("${day}", ":day"),
        ("'2024-01-01'", "2024-01-01"),
    ],
)
def test_placeholders(item: Item, text: str, made: str) -> None:
    assert item(text) == made


def test_a_macro_depends_on_the_columns_that_it_is_given(lower: Callable[..., Program]) -> None:
    derive = lower("SELECT {{ cleaned('a', 'day', 'not a name') }} AS x FROM t").relations[1]
    assert isinstance(derive, Derive)
    assert isinstance(derive.items[0], Output)
    made = derive.items[0].expression
    assert isinstance(made, Hole)
    assert [column.name for column in made.inputs if isinstance(column, Column)] == ["a"]


def test_thousands_of_terms_need_no_recursion(item: Item) -> None:
    made = item(" OR ".join(f"a = {n}" for n in range(3000)))
    assert made.count("eq(") == 3000

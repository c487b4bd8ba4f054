"""Functions and procedures of a script: their parameters are no columns, their tables flow where they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.lower.sql.guess import guess_dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]


# --- nothing -----------------------------------------------------------------------------------------------------------


def test_a_function_in_another_language_is_not_read(outline: Outline) -> None:
    text = "CREATE TEMP FUNCTION f(x INT64) RETURNS INT64 LANGUAGE js AS 'select a from s'; SELECT f(y) AS z FROM t"
    assert outline(text, "bigquery")[1] == "r1 Derive(r0) z = f(r0.y)"


def test_parameters_end_with_the_procedure(outline: Outline) -> None:
    text = (
        "CREATE PROCEDURE p(x INT64, OUT y STRING) BEGIN INSERT INTO u SELECT x FROM t WHERE y = 1; "
        "IF x > 3 THEN INSERT INTO u SELECT x FROM t; END IF; END; SELECT x FROM t"
    )
    lines = [line for line in outline(text, "bigquery") if "Derive" in line]
    assert lines == ["r2 Derive(r1) x = :x", "r4 Derive(r3) x = :x", "r6 Derive(r5) x = r5.x"]


def test_a_function_that_calls_itself(outline: Outline) -> None:
    text = "CREATE TEMP FUNCTION f(x INT64) AS (f(x) + 1); SELECT f(y) AS z FROM t"
    assert outline(text, "bigquery")[1] == "r1 Derive(r0) z = add(f(r0.y), 1)"


# --- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("snowflake", "CREATE PROCEDURE p(n INT) RETURNS INT LANGUAGE SQL AS $$ BEGIN {0}; END $$"),
        ("mysql", "CREATE PROCEDURE p(IN n INT) BEGIN {0}; END"),
        ("postgres", "CREATE FUNCTION p(n INT) RETURNS void LANGUAGE plpgsql AS $$ BEGIN {0}; END $$"),
    ],
)
def test_parameters_are_no_columns(lineage: Lineage, dialect: str, text: str) -> None:
    body = "INSERT INTO u SELECT n AS c, a FROM t WHERE b > n"
    assert lineage(text.format(body), dialect) == {"c": " | where t.b", "a": "t.a | where t.b"}


def test_known_columns_come_before_parameters(lineage: Lineage) -> None:
    text = "CREATE TABLE t (n INT64); CREATE PROCEDURE p(n INT64) BEGIN INSERT INTO u SELECT n FROM t; END"
    assert lineage(text, "bigquery") == {"n": "t.n"}


# --- functions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "function", "call"),
    [
        ("postgres", "CREATE FUNCTION f(n INT) RETURNS TABLE (c INT) LANGUAGE sql AS $$ {0} $$", "f(3)"),
        (
            "postgres",
            "CREATE FUNCTION f(n INT) RETURNS TABLE (c INT) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY {0}; END $$",
            "f(3)",
        ),
        ("bigquery", "CREATE TABLE FUNCTION d.f(n INT64) AS ({0})", "d.f(3)"),
        ("databricks", "CREATE FUNCTION f(n INT) RETURNS TABLE (c INT) RETURN {0}", "f(3)"),
        ("snowflake", "CREATE FUNCTION f(n INT) RETURNS TABLE (c INT) AS '{0}'", "TABLE(f(3))"),
        ("duckdb", "CREATE MACRO f(n) AS TABLE {0}", "f(3)"),
    ],
)
def test_the_rows_of_a_function(lineage: Lineage, dialect: str, function: str, call: str) -> None:
    text = f"{function.format('SELECT a AS c FROM s WHERE b > n')}; SELECT c FROM {call}"
    assert lineage(text, dialect) == {"c": "s.a | where s.b"}


def test_the_rows_of_a_function_beside_each_row(lineage: Lineage) -> None:
    text = (
        "CREATE FUNCTION dbo.f(@n INT) RETURNS TABLE AS RETURN (SELECT a FROM s WHERE b > @n);\nGO\n"
        "SELECT x.a, t.k FROM t CROSS APPLY dbo.f(t.j) x"
    )
    assert lineage(text, "tsql") == {"a": "s.a | where s.b", "k": "t.k | where s.b"}


def test_the_value_of_a_function(lineage: Lineage) -> None:
    text = "CREATE TEMP FUNCTION f(x INT64, y INT64) AS (x + (SELECT max(v) FROM s)); SELECT f(a, b) AS z FROM t"
    assert lineage(text, "bigquery") == {"z": "s.v t.a"}


def test_a_function_whose_value_is_a_query(lineage: Lineage) -> None:
    text = (
        "CREATE FUNCTION f(n INT) RETURNS INT LANGUAGE sql AS 'SELECT max(v) FROM s WHERE k = ''x'''; SELECT f(3) AS z"
    )
    assert lineage(text, "postgres") == {"z": "s.v | where s.k"}


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        ("tsql", "OPENQUERY(far, 'SELECT a FROM d.s WHERE b = ''x''')"),
        ("bigquery", "EXTERNAL_QUERY('far', \"SELECT a FROM d.s WHERE b = 'x'\")"),
        ("postgres", "dblink('far', 'SELECT a FROM d.s WHERE b = ''x''')"),
    ],
)
def test_queries_of_other_databases(lineage: Lineage, dialect: str, call: str) -> None:
    assert lineage(f"SELECT q.a FROM {call} AS q", dialect) == {"a": "d.s.a | where d.s.b"}


# --- the dialect of a body ---------------------------------------------------------------------------------------------


def test_a_body_between_dollars_need_not_be_of_postgres() -> None:
    text = "CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $$ BEGIN INSERT INTO u SELECT iff(a, 1, 2) AS c FROM t; END $$"
    assert guess_dialect(text) == "snowflake"


@pytest.mark.parametrize(
    "text",
    [
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$\nBEGIN\n {0}; END $$;",
        "CREATE FUNCTION p() RETURNS void AS $$\nBEGIN\n {0}; END $$ LANGUAGE plpgsql;",
        "CREATE OR REPLACE FUNCTION p() RETURNS void AS $body$\nBEGIN\n {0}; END $body$ LANGUAGE 'plpgsql';",
    ],
)
def test_plpgsql_is_of_postgres(lineage: Lineage, text: str) -> None:
    said = text.format("INSERT INTO u SELECT a FROM t")
    assert lineage(said, guess_dialect(said)) == {"a": "t.a"}


# --- functions of tables -----------------------------------------------------------------------------------------------

_SUMS = "CREATE TABLE FUNCTION d.f(x TABLE<a INT64, b INT64>, n INT64) AS (SELECT a, SUM(b) AS c FROM x WHERE k > n GROUP BY a)"


def test_a_parameter_that_is_no_table(lineage: Lineage) -> None:
    text = "CREATE TABLE FUNCTION d.f(x STRUCT<a INT64>) AS (SELECT x.a AS a, b FROM d.s); SELECT b FROM d.f(STRUCT(3))"
    assert lineage(text, "bigquery") == {"b": "d.s.b"}


@pytest.mark.parametrize("argument", ["TABLE d.t", "(SELECT * FROM d.t)"])
def test_the_rows_of_a_function_are_those_of_the_table_that_it_is_given(lineage: Lineage, argument: str) -> None:
    text = f"{_SUMS}; SELECT c FROM d.f({argument}, 3)"
    assert lineage(text, "bigquery") == {"c": "d.t.b | group_by d.t.a, where d.t.k"}


def test_a_function_of_two_tables(lineage: Lineage) -> None:
    text = f"{_SUMS}; SELECT p.c AS p, q.c AS q FROM d.f(TABLE d.t, 3) p, d.f(TABLE d.u, 3) q"
    made = {name: source.split(" | ")[0] for name, source in lineage(text, "bigquery").items()}
    assert made == {"p": "d.t.b", "q": "d.u.b"}


def test_a_function_that_nobody_knows_is_over_the_table(outline: Outline) -> None:
    lines = outline("CREATE TABLE d.o AS SELECT a FROM d.f(TABLE d.t)", "bigquery")
    assert lines[0] == "r0 Scan() d.t"
    assert "opaque: the rows of the function `d.f` are not known" in lines

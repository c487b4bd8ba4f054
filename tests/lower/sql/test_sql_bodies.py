"""Bodies of routines: whatever their heads say they are read, what they declare ends with them, and what they return is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FUNCTION f(x INT) RETURNS STRING LANGUAGE PYTHON HANDLER = 'run' EXECUTE AS CALLER AS $$ SELECT a FROM t $$",
        "CREATE PROCEDURE p() RETURNS STRING LANGUAGE JAVASCRIPT EXECUTE AS OWNER AS $$ INSERT INTO o SELECT a FROM t $$",
    ],
)
def test_bodies_in_other_languages(text: str) -> None:
    found = inspect_source(text, kind="sql", dialect="snowflake")
    assert (found["sources"], found["diagnostics"]) == ([], [])


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "CREATE FUNCTION s.f(n int DEFAULT 3, OUT m int) RETURNS record AS $x$ {0} $x$ LANGUAGE plpgsql VOLATILE COST 9"),
        ("postgres", "CREATE FUNCTION f(int[]) RETURNS SETOF s.m LANGUAGE plpgsql STABLE SECURITY DEFINER SET x = y AS $$ {0} $$"),
        ("postgres", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {0} $$"),
        ("postgres", "CREATE PROCEDURE p() AS $$ {0} $$ LANGUAGE plpgsql"),
        ("postgres", "DO $$ -- what it does\n{0} $$"),
        ("snowflake", "CREATE PROCEDURE p(n INT) COPY GRANTS RETURNS INT NOT NULL LANGUAGE SQL COMMENT = 'c' EXECUTE AS CALLER AS $$ {0} $$"),
        ("snowflake", "CREATE PROCEDURE p() RETURNS TABLE () LANGUAGE SQL EXECUTE AS OWNER AS '{0}'"),
        ("tsql", "CREATE PROC dbo.p @n INT = 3, @m DATE WITH EXECUTE AS OWNER AS {0}"),
        ("tsql", "CREATE FUNCTION dbo.f(@n INT) RETURNS @r TABLE (a INT) AS {0}"),
        ("mysql", "CREATE DEFINER=`root`@`%` PROCEDURE p(IN n INT) {0}"),
        ("mysql", "CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC READS SQL DATA {0}"),
        ("databricks", "CREATE PROCEDURE p(n INT) LANGUAGE SQL SQL SECURITY INVOKER AS {0}"),
        ("bigquery", "CREATE PROCEDURE d.p(n INT64, OUT m STRING) OPTIONS (strict_mode = FALSE) {0}"),
        ("oracle", "CREATE OR REPLACE PROCEDURE p(n NUMBER) AUTHID CURRENT_USER AS {0};\n/\n"),
        ("oracle", "CREATE PACKAGE BODY k AS g INT := 3; PROCEDURE p(n INT); PROCEDURE p(n INT) IS {0} p; END k;\n/\n"),
        ("oracle", "CREATE FUNCTION f RETURN NUMBER IS v NUMBER; {0};\n/\n"),
    ],
)  # fmt: skip
def test_whatever_the_head_says(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text.format("BEGIN INSERT INTO o (a) SELECT a FROM t; END"), dialect) == {"a": "t.a"}


# --- what they return --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "CREATE FUNCTION f() RETURNS SETOF m LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT a FROM s; END $$; SELECT a FROM f()"),
        ("postgres", "CREATE FUNCTION f() RETURNS SETOF m LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'SELECT a FROM s'; END $$; SELECT a FROM f()"),
        ("postgres", "CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE plpgsql AS $$ BEGIN FOR r IN SELECT a FROM s LOOP a := r.a; RETURN NEXT; END LOOP; END $$; SELECT a FROM f()"),
        ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ DECLARE v int; BEGIN SELECT a INTO v FROM s; RETURN v; END $$; SELECT f() AS a"),
        ("snowflake", "CREATE PROCEDURE p() RETURNS TABLE () LANGUAGE SQL AS $$ BEGIN LET r RESULTSET := (SELECT a FROM s); RETURN TABLE(r); END $$; SELECT a FROM TABLE(p())"),
        ("oracle", "CREATE FUNCTION f RETURN INT IS v INT; BEGIN SELECT a INTO v FROM s; RETURN v; END;\n/\nSELECT f() AS a FROM dual"),
        ("mysql", "CREATE FUNCTION f() RETURNS INT BEGIN DECLARE v INT; SELECT a INTO v FROM s; RETURN v; END; SELECT f() AS a"),
        ("tsql", "CREATE FUNCTION dbo.f(@n INT) RETURNS TABLE AS RETURN (SELECT a FROM s)\nGO\nSELECT a FROM dbo.f(3)"),
        ("tsql", "CREATE FUNCTION dbo.f(@n INT) RETURNS INT AS\nBEGIN\nDECLARE @v INT\nSELECT @v = a FROM s\nRETURN @v\nEND\nGO\nSELECT dbo.f(3) AS a"),
    ],
)  # fmt: skip
def test_what_a_routine_returns(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"a": "s.a"}


def test_the_table_that_a_function_of_tsql_fills(lineage: Lineage) -> None:
    head = "CREATE FUNCTION dbo.f(@n INT) RETURNS @r TABLE (a INT) AS\nBEGIN\n"
    text = f"{head}INSERT INTO @r (a) SELECT x FROM s\nRETURN\nEND\nGO\nSELECT a INTO o FROM dbo.f(3)"
    assert lineage(text, "tsql")["o.a"] == "s.x"


def test_all_that_a_function_returns(lineage: Lineage) -> None:
    body = "BEGIN RETURN QUERY SELECT x FROM s; RETURN QUERY SELECT y FROM u; END"
    text = f"CREATE FUNCTION f() RETURNS TABLE (a int) LANGUAGE plpgsql AS $$ {body} $$; SELECT a FROM f()"
    assert lineage(text, "postgres") == {"a": "s.x u.y"}


def test_the_value_of_a_function_is_also_of_its_arguments(lineage: Lineage) -> None:
    text = "CREATE FUNCTION f(n INT) RETURN INT IS v INT; BEGIN SELECT a INTO v FROM s; RETURN v; END;\n/\nSELECT k.f(b) AS c FROM t"
    assert lineage(text, "oracle") == {"c": "s.a t.b"}


# --- how long variables live -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "DO $$ DECLARE v int; BEGIN v := 3; END $$; SELECT v FROM t"),
        (
            "postgres",
            "DO $$ DECLARE w int; BEGIN DECLARE v int := 3; BEGIN v := 4; END; INSERT INTO o SELECT v FROM t; END $$",
        ),
        ("snowflake", "BEGIN LET v := 3; END; SELECT v FROM t"),
        (
            "snowflake",
            "DECLARE v INT; BEGIN IF (v > 1) THEN v := 3; END IF; CASE WHEN v = 1 THEN v := 2; END; END; SELECT v FROM t",
        ),
        ("bigquery", "BEGIN DECLARE v INT64 DEFAULT 3; END; SELECT v FROM t"),
        ("bigquery", "CREATE PROCEDURE d.p(v INT64) BEGIN DECLARE w INT64; SET w = v; END; SELECT v FROM t"),
        ("oracle", "CREATE PROCEDURE p(v INT) IS w INT := v; BEGIN NULL; END;\n/\nSELECT v FROM t"),
    ],
)
def test_a_variable_ends_with_its_block(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"v": "t.v"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "DO $$ DECLARE v int; BEGIN BEGIN SELECT x INTO v FROM m; END; INSERT INTO o SELECT v AS a FROM t; END $$"),
        ("postgres", "DO $$ DECLARE v int; BEGIN SELECT x INTO v FROM m; DECLARE v int; BEGIN v := 3; END; INSERT INTO o SELECT v AS a FROM t; END $$"),
        ("bigquery", "DECLARE v INT64; BEGIN SET v = (SELECT x FROM m); END; INSERT INTO o (a) SELECT v FROM t"),
        ("snowflake", "DECLARE v INT; BEGIN RAISE NOTICE 'END'; v := (SELECT x FROM m); INSERT INTO o SELECT v AS a FROM t; END"),
        ("tsql", "IF 1 = 1\nBEGIN\nDECLARE @v INT\nSELECT @v = x FROM m\nEND\nINSERT INTO o (a) SELECT @v FROM t"),
    ],
)  # fmt: skip
def test_a_variable_lives_on_around_it(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"a": "m.x"}

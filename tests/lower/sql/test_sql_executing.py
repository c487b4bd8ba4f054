"""SQL that is put together and run: EXECUTE IMMEDIATE, PREPARE, EXEC, names that variables give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sql_blocks import block

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", block("postgres", "EXECUTE format('INSERT INTO %I SELECT a FROM t WHERE k = %L', 'o', 'x');")),
        (
            "postgres",
            block("postgres", "EXECUTE 'INSERT INTO o SELECT a' || ' FROM t WHERE k = ' || quote_literal(x);"),
        ),
        ("oracle", block("oracle", "EXECUTE IMMEDIATE 'INSERT INTO o SELECT a FROM t WHERE k = :1' USING 3;")),
        (
            "snowflake",
            block("snowflake", "LET q := 'INSERT INTO o SELECT a FROM t WHERE k = 1'; EXECUTE IMMEDIATE :q;"),
        ),
        ("snowflake", "EXECUTE IMMEDIATE $$ BEGIN INSERT INTO o SELECT a FROM t WHERE k = 1; END; $$"),
        ("bigquery", 'EXECUTE IMMEDIATE """INSERT INTO o (a) SELECT a FROM t WHERE k = @x""" USING 3 AS x'),
        ("bigquery", 'EXECUTE IMMEDIATE FORMAT("INSERT INTO o (a) SELECT a FROM t WHERE k = %d", 3)'),
        ("bigquery", "DECLARE q STRING DEFAULT 'INSERT INTO o (a) SELECT a FROM t WHERE k = 1'; EXECUTE IMMEDIATE q"),
        (
            "bigquery",
            "FOR r IN (SELECT id FROM s) DO EXECUTE IMMEDIATE 'INSERT INTO o (a) SELECT a FROM t WHERE k = 1'; END FOR",
        ),
        (
            "mysql",
            "SET @q = 'INSERT INTO o (a) SELECT a FROM t WHERE k = 1'; PREPARE p FROM @q; EXECUTE p; DEALLOCATE PREPARE p",
        ),
        ("mysql", "PREPARE p FROM 'INSERT INTO o (a) SELECT a FROM t WHERE k = ?'; EXECUTE p USING @x"),
        ("databricks", "EXECUTE IMMEDIATE 'INSERT INTO o SELECT a FROM t WHERE k = ?' USING 3"),
        (
            "tsql",
            "DECLARE @q NVARCHAR(MAX) = N'SELECT a INTO o FROM t'\nSET @q = @q + N' WHERE k = 1'\nEXEC (@q)\nPRINT @q",
        ),
        ("tsql", "EXEC sp_executesql N'SELECT a INTO o FROM t WHERE k = @k', N'@k INT', @k = 3"),
        ("tsql", "DECLARE @q NVARCHAR(99) = N'SELECT a INTO o FROM t WHERE k = 1' EXEC sp_executesql @stmt = @q"),
    ],
)
def test_constant_text(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"a": "t.a | where t.k"}


def test_what_is_unknown_of_a_text_is_a_parameter(lineage: Lineage) -> None:
    text = block("postgres", "EXECUTE 'INSERT INTO o SELECT a FROM ' || name || ' WHERE k = 1';")
    assert lineage(text, "postgres") == {"a": "{name}.a | where {name}.k"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("snowflake", "SELECT 1;\nEXECUTE IMMEDIATE :q"),
        ("tsql", "SELECT 1\nEXEC (@q)"),
        ("postgres", "SELECT 1;\nDO $$ BEGIN EXECUTE q; END $$"),
        ("bigquery", "DECLARE q STRING DEFAULT 'EXECUTE IMMEDIATE q';\nEXECUTE IMMEDIATE q"),
    ],
)
def test_a_text_that_nobody_knows_is_said(dialect: str, text: str) -> None:
    (said,) = inspect_source(text, kind="sql", dialect=dialect)["diagnostics"]
    assert (said["kind"], said["span"]["line"]) == ("dynamic-sql", 2)


def test_a_name_that_a_variable_gives(lineage: Lineage) -> None:
    assert lineage("SET n = 'd.t'; SELECT a FROM IDENTIFIER($n)", "snowflake") == {"a": "d.t.a"}
    text = block("snowflake", "LET n := 'd.t'; INSERT INTO o SELECT a FROM IDENTIFIER(:n);")
    assert lineage(text, "snowflake") == {"a": "d.t.a"}


def test_the_result_before(lineage: Lineage) -> None:
    text = "SELECT a FROM s; CREATE TABLE o AS SELECT a FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))"
    assert lineage(text, "snowflake")["o.a"] == "s.a"


@pytest.mark.parametrize("source", ["EXEC dbo.p 3", "EXECUTE p @n = 3", "EXEC ('SELECT a FROM s')"])
def test_the_rows_of_a_procedure(lineage: Lineage, source: str) -> None:
    text = f"CREATE PROC dbo.p @n INT AS\nSELECT a FROM s\nGO\nINSERT INTO dbo.o {source}"
    assert lineage(text, "tsql")["dbo.o.a"] == "s.a"


@pytest.mark.parametrize(
    "text",
    [
        "DECLARE q STRING DEFAULT 'SELECT 1 FROM t;';" + "SET q = CONCAT(q, q);" * 60 + "EXECUTE IMMEDIATE q",
        "DECLARE q STRING DEFAULT '" + "EXECUTE IMMEDIATE q;" * 20 + "'; EXECUTE IMMEDIATE q",
        "CREATE TABLE FUNCTION d.f(x TABLE<a INT64>) AS (SELECT a FROM d.f(TABLE x)); SELECT a FROM d.f(TABLE d.t)",
    ],
)
def test_texts_and_functions_that_grow(text: str) -> None:
    assert inspect_source(text, kind="sql", dialect="bigquery")["diagnostics"]

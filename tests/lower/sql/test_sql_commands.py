"""Statements that the parser knows only by their first word: what can be told of them is, and nothing is passed over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Outline = Callable[..., list[str]]


@pytest.mark.parametrize(
    "text",
    [
        "CALL SYSTEM$WAIT(10)",
        "EXEC sp_rename 'a', 'b'",
        "USE WAREHOUSE w",
        "CREATE ROLE r",
        "GRANT SELECT ON t TO u",
        "PUT file://x @s",
    ],
)
def test_what_moves_no_data_is_no_news(outline: Outline, text: str) -> None:
    assert outline(text, "tsql" if text.startswith("EXEC") else "snowflake") == []


@pytest.mark.parametrize(
    ("dialect", "text", "lines"),
    [
        ("snowflake", "CALL load('x')", ["opaque: what `load` reads and writes is not known"]),
        ("tsql", "EXEC dbo.load @d = 1", ["opaque: what `dbo.load` reads and writes is not known"]),
        (
            "tsql",
            "INSERT INTO t EXEC dbo.rows_of",
            [
                "r0 Opaque() the rows of dbo.rows_of",
                "r1 Derive(r0) *r0",
                "insert t r1",
                "opaque: the rows of the function `dbo.rows_of` are not known",
            ],
        ),
        (
            "snowflake",
            "CREATE HYBRIDISH THING x INTO d.t FROM d.s JOIN u",
            [
                "r0 Scan() d.s",
                "r1 Scan() u",
                "r2 Opaque(r0, r1) the create statement",
                "insert d.t r2",
                "unsupported: create statement is not understood",
            ],
        ),
        (
            "bigquery",
            "CREATE OR REPLACE TABLE d.t AS SELEC a FRM s",
            ["syntax-error: create statement is not understood"],
        ),
        ("snowflake", "CREATE STREAM s ON TABLE d.t", ["r0 Scan() d.t", "view s r0"]),
    ],
)
def test_what_can_be_told_is(outline: Outline, dialect: str, text: str, lines: list[str]) -> None:
    assert outline(text, dialect) == lines


@pytest.mark.parametrize(
    ("dialect", "text", "columns"),
    [
        ("tsql", "EXEC('INSERT INTO t SELECT a FROM s')", {"a": "s.a"}),
        (
            "snowflake",
            "EXECUTE IMMEDIATE 'CREATE TABLE t AS SELECT a FROM s WHERE b = ''x'''",
            {"a": "s.a | where s.b"},
        ),
        (
            "redshift",
            "UNLOAD ('SELECT a FROM s WHERE b = ''x''') TO 's3://b/p' IAM_ROLE 'r' PARQUET",
            {"a": "s.a | where s.b"},
        ),
        ("mysql", "REPLACE INTO t SELECT a FROM s", {"a": "s.a"}),
        ("mysql", "LOAD DATA LOCAL INFILE '/x.csv' INTO TABLE t (a, b)", {"a": "/x.csv.a", "b": "/x.csv.b"}),
        ("tsql", "BULK INSERT dbo.t FROM '/x.csv' WITH (FIELDTERMINATOR = ',')", {"*": "/x.csv.*"}),
        ("tsql", "SELECT a FROM OPENROWSET(BULK '/x.parquet', FORMAT='PARQUET') AS r", {"a": "/x.parquet.a"}),
        ("bigquery", "CREATE SNAPSHOT TABLE s CLONE t", {"*": "t.*"}),
        ("snowflake", "SELECT a FROM t CHANGES(INFORMATION => DEFAULT) AT (OFFSET => -60)", {"a": "t.a"}),
        ("teradata", "SELECT a (FORMAT '99'), b (TITLE 'B'), c (NAMED d) FROM t", {"a": "t.a", "b": "t.b", "d": "t.c"}),
        ("databricks", "CREATE OR REFRESH STREAMING TABLE x AS SELECT a FROM STREAM(live.y)", {"a": "live.y.a"}),
        ("snowflake", "SELECT a FROM IDENTIFIER('d.t')", {"a": "d.t.a"}),
        ("snowflake", "SELECT a FROM TABLE('d.t')", {"a": "d.t.a"}),
        ("snowflake", "SELECT a FROM IDENTIFIER(:name)", {"a": "{name}.a"}),
        ("postgres", "DO $$ BEGIN INSERT INTO o SELECT a FROM t; END $$", {"a": "t.a"}),
        (
            "postgres",
            "CREATE FUNCTION f() RETURNS void AS $x$ BEGIN INSERT INTO o SELECT a FROM t; END; $x$ LANGUAGE plpgsql",
            {"a": "t.a"},
        ),
        ("", "CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE b ~ 'x'", {"a": "t.a | where t.b"}),
        (
            "snowflake",
            "CREATE PROCEDURE p() RETURNS STRING LANGUAGE SQL AS $$ BEGIN LET x := 1; INSERT INTO o SELECT a FROM t; END; $$; CALL p()",
            {"a": "t.a"},
        ),
        ("bigquery", "SELECT base.id AS i FROM VECTOR_SEARCH(TABLE e, 'v', TABLE q)", {"i": "e.base.id q.base.id"}),
    ],
)
def test_other_words_for_the_same(lineage: Lineage, dialect: str, text: str, columns: dict[str, str]) -> None:
    assert lineage(text, dialect) == columns


@pytest.mark.parametrize(
    ("dialect", "use", "read", "source"),
    [
        ("snowflake", "USE WAREHOUSE w", "t", "t"),
        ("snowflake", "USE DATABASE d", "t", "t"),
        ("snowflake", "USE DATABASE d", "s.t", "d.s.t"),
        ("snowflake", "USE DATABASE d; USE SCHEMA s", "t", "d.s.t"),
        ("snowflake", "USE SCHEMA d.s", "t", "d.s.t"),
        ("tsql", "USE d", "dbo.t", "d.dbo.t"),
        ("hive", "USE s", "t", "s.t"),
        ("", "USE c.s; USE d", "t", "d.s.t"),
        ("databricks", "USE CATALOG c; USE s", "t", "c.s.t"),
        ("databricks", "USE CATALOG c; USE s", "a.b.t", "a.b.t"),
    ],
)
def test_short_names_after_use(lineage: Lineage, dialect: str, use: str, read: str, source: str) -> None:
    assert lineage(f"{use}; SELECT x FROM {read}", dialect) == {"x": f"{source}.x"}


def test_the_query_of_a_script_in_another_language_is_read(outline: Outline) -> None:
    text = (
        "CREATE PROCEDURE p AS BEGIN EXECUTE sp_execute_external_script @language = N'R', @script = N'x <- ''y''', "
        "@input_data_1 = N'SELECT a FROM s WHERE c = ''x''' WITH RESULT SETS ((m VARBINARY(max))); END"
    )
    assert outline(text, "tsql") == ["r0 Scan() s", "r1 Filter(r0) where: eq(r0.c, x)", "r2 Derive(r1) a = r0.a"]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("tsql", "EXEC sp_execute_external_script @language = N'R', @script = N'x' WITH RESULT SETS ((a INT))"),
        ("snowflake", "EXECUTE TASK refresh"),
    ],
)
def test_what_runs_without_data_of_its_own(outline: Outline, dialect: str, text: str) -> None:
    assert outline(text, dialect) == []

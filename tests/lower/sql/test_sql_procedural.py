"""Procedural code: cursors, FETCH, SELECT … INTO, RETURN, loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sql_blocks import block

from feasilint import inspect_source
from feasilint.lower.sql.guess import guess_dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]

# --- nothing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("postgres", "GET DIAGNOSTICS n = ROW_COUNT; RAISE NOTICE 'begin %', n; PERFORM pg_sleep(1); EXIT WHEN n > 3;"),
        ("oracle", "NULL; DBMS_OUTPUT.PUT_LINE('x'); p(3); EXIT WHEN c%NOTFOUND; RAISE_APPLICATION_ERROR(-1, 'x');"),
        ("snowflake", "AWAIT ALL; RETURN 'done';"),
        ("mysql", "DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; ITERATE rd;"),
        ("tsql", "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION; RETURN 0; CLOSE c; DEALLOCATE c;"),
    ],
)
def test_what_moves_no_data(dialect: str, body: str) -> None:
    found = inspect_source(block(dialect, body), kind="sql", dialect=dialect)
    assert (found["columns"], found["sources"], found["diagnostics"]) == ([], [], [])


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "WITH c AS (SELECT 1) INSERT INTO o SELECT a FROM t"),
        ("tsql", "SELECT a INTO o FROM t"),
        ("oracle", "SELECT a FROM t WHERE b = 1 FOR UPDATE OF a"),
        ("bigquery", "SELECT CASE WHEN TRUE THEN a END AS a FROM t"),
        ("mysql", "SELECT a FROM t INTO OUTFILE 'x.csv'"),
    ],
)
def test_statements_that_name_no_variable(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect)["a"].split(" | ")[0] == "t.a"


def test_commands_of_clients(lineage: Lineage) -> None:
    text = "SET SERVEROUTPUT ON\nPROMPT Loading o\n@@x.sql\nCOLUMN a FORMAT A9\nCREATE TABLE o AS\nSELECT a FROM t\n/\nREM done\n"
    assert lineage(text, "oracle") == {"a": "t.a"}


def test_what_is_no_command_of_a_client(lineage: Lineage) -> None:
    text = "MERGE INTO o USING t ON (o.k = t.k)\nWHEN MATCHED THEN UPDATE\nSET line = t.a,\nspool = t.b"
    assert {name: value.split(" | ")[0] for name, value in lineage(text, "oracle").items()} == {
        "line": "t.a",
        "spool": "t.b",
    }


def test_a_cursor_is_no_table(lineage: Lineage) -> None:
    text = block("oracle", "FETCH c INTO v; INSERT INTO o SELECT v AS a FROM t;", "v NUMBER;")
    assert lineage(text, "oracle") == {"a": ""}


# --- cursors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "declared", "body"),
    [
        ("postgres", "c CURSOR FOR SELECT id, x FROM s; v int; w int;", "OPEN c; FETCH NEXT FROM c INTO v, w;"),
        ("postgres", "c CURSOR (k int) FOR SELECT id, x FROM s; v int; w int;", "OPEN c(3); FETCH c INTO v, w;"),
        ("postgres", "c refcursor; v int; w int;", "OPEN c FOR SELECT id, x FROM s; FETCH c INTO v, w;"),
        ("oracle", "CURSOR c IS SELECT id, x FROM s; v INT; w INT;", "OPEN c; FETCH c INTO v, w;"),
        ("oracle", "CURSOR c(k INT) RETURN s%ROWTYPE IS SELECT id, x FROM s; v INT; w INT;", "FETCH c INTO v, w;"),
        ("oracle", "c SYS_REFCURSOR; v INT; w INT;", "OPEN c FOR SELECT id, x FROM s; FETCH c INTO v, w;"),
        ("snowflake", "c CURSOR FOR SELECT id, x FROM s; v INT; w INT;", "OPEN c; FETCH c INTO v, w;"),
        ("mysql", "DECLARE v INT; DECLARE w INT; DECLARE c CURSOR FOR SELECT id, x FROM s;", "FETCH c INTO v, w;"),
    ],
)
def test_what_is_fetched(lineage: Lineage, dialect: str, declared: str, body: str) -> None:
    text = block(dialect, body + " INSERT INTO o SELECT w AS a FROM t;", declared)
    assert lineage(text, dialect) == {"a": "s.x"}


@pytest.mark.parametrize(
    "text",
    [
        "DECLARE c CURSOR FOR SELECT id, x FROM dbo.s\nOPEN c\nFETCH NEXT FROM c INTO @v, @w\nWHILE @@FETCH_STATUS = 0\nBEGIN\n"
        "INSERT INTO dbo.o (a) SELECT @w FROM dbo.t\nFETCH NEXT FROM c INTO @v, @w\nEND\nCLOSE c\nDEALLOCATE c",
        "DECLARE c CURSOR LOCAL FAST_FORWARD FOR\nSELECT id, x FROM dbo.s;\nFETCH NEXT FROM c INTO @v, @w;\n"
        "INSERT INTO dbo.o (a) SELECT @w FROM dbo.t;",
    ],
)
def test_cursors_of_tsql(lineage: Lineage, text: str) -> None:
    assert lineage(text, "tsql") == {"a": "dbo.s.x"}


def test_the_parameters_of_a_cursor_are_no_columns(lineage: Lineage) -> None:
    text = block(
        "oracle",
        "FOR r IN c(3) LOOP INSERT INTO o SELECT r.x AS a FROM t; END LOOP;",
        "CURSOR c(k INT) IS SELECT x FROM s WHERE z = k;",
    )
    assert lineage(text, "oracle") == {"a": "s.x"}


# --- loops -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "declared", "body"),
    [
        ("postgres", "c CURSOR FOR SELECT id, x FROM s;", "FOR r IN c LOOP {0}; END LOOP;"),
        ("postgres", "", "<<rows>> FOR r IN EXECUTE 'SELECT id, x FROM s' LOOP {0}; END LOOP;"),
        ("postgres", "c CURSOR FOR SELECT id, x FROM s;", "LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; {0}; END LOOP;"),
        ("oracle", "", "FOR r IN (SELECT id, x FROM s) LOOP {0}; END LOOP;"),
        ("snowflake", "c CURSOR FOR SELECT id, x FROM s;", "FOR r IN c DO {0}; END FOR;"),
        (
            "snowflake",
            "",
            "LET rs RESULTSET := (SELECT id, x FROM s); LET c CURSOR FOR rs; FOR r IN c DO {0}; END FOR;",
        ),
        (
            "snowflake",
            "",
            "LET rs RESULTSET := (EXECUTE IMMEDIATE 'SELECT id, x FROM s'); FOR r IN rs DO {0}; END FOR;",
        ),
        ("snowflake", "rs RESULTSET;", "rs := (SELECT id, x FROM s); FOR r IN rs DO {0}; END FOR;"),
        ("bigquery", "", "FOR r IN (SELECT id, x FROM s) DO {0}; END FOR;"),
        ("mysql", "", "FOR r AS c CURSOR FOR SELECT id, x FROM s DO {0}; END FOR;"),
    ],
)
def test_the_record_of_a_loop(lineage: Lineage, dialect: str, declared: str, body: str) -> None:
    text = block(dialect, body.format("INSERT INTO o SELECT r.x AS a FROM t"), declared)
    assert lineage(text, dialect) == {"a": "s.x"}


@pytest.mark.parametrize(
    ("dialect", "head", "made"),
    [
        ("postgres", "FOR p, q IN SELECT id, x FROM s LOOP", "s.x"),
        ("postgres", "FOR q IN 1..3 LOOP", ""),
        ("postgres", "FOR q IN REVERSE 3..1 LOOP", ""),
        ("postgres", "FOREACH q IN ARRAY list LOOP", ""),
        ("oracle", "FOR q IN 1..3 LOOP", ""),
        ("snowflake", "FOR q IN 1 TO 3 DO", ""),
    ],
)
def test_the_variables_of_a_loop(lineage: Lineage, dialect: str, head: str, made: str) -> None:
    end = "END FOR;" if head.endswith("DO") else "END LOOP;"
    assert lineage(block(dialect, f"{head} INSERT INTO o SELECT q AS a FROM t; {end}"), dialect) == {"a": made}


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("postgres", "CASE v WHEN 1 THEN {0}; ELSE {1}; END CASE;"),
        ("oracle", "CASE WHEN v = 1 THEN {0}; ELSE {1}; END CASE;"),
        ("snowflake", "REPEAT {0}; UNTIL (v > 3) END REPEAT; WHILE (v < 3) DO {1}; END WHILE;"),
        ("snowflake", "ASYNC ({0}); IF (v = 1) THEN NULL; ELSE {1}; END IF;"),
        ("bigquery", "CASE WHEN v = 1 THEN {0}; ELSE {1}; END CASE;"),
        ("mysql", "rd: LOOP {0}; IF v THEN LEAVE rd; END IF; {1}; END LOOP;"),
        ("tsql", "IF @v = 1 {0} ELSE {1}"),
        ("tsql", "WHILE @v < 3 {0}\nIF EXISTS (SELECT 1 FROM z) {1}"),
        ("tsql", "IF @v = 1\n{0}\nIF @w = 1\nBEGIN\n{1}\nEND"),
        ("tsql", "IF (@v < CAST(@w AS INT) + 1) AND (@v > 3)\nSET @v = 3\nELSE\nSET @v = 4;\n{0}\nWHILE @v < 3 {1}"),
        ("oracle", "CASE v WHEN 1 THEN l(1).x := 3; {0}; ELSE {1}; END CASE;"),
        ("mysql", "IF v THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'; END IF; {0}; {1};"),
        ("tsql", "BEGIN TRY {0} END TRY BEGIN CATCH {1} END CATCH"),
    ],
)
def test_every_branch_is_read(lineage: Lineage, dialect: str, body: str) -> None:
    text = body.format("INSERT INTO o1 (a) SELECT a FROM s", "INSERT INTO o2 (a) SELECT a FROM t")
    assert lineage(block(dialect, text), dialect) == {"o1.a": "s.a", "o2.a": "t.a"}


# --- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "select"),
    [
        ("postgres", "SELECT x, y INTO v, w FROM m WHERE z = 1;"),
        ("postgres", "SELECT x, y INTO STRICT v, w FROM m WHERE z = 1;"),
        ("postgres", "SELECT INTO v, w x, y FROM m WHERE z = 1;"),
        ("postgres", "EXECUTE 'SELECT x, y FROM m WHERE z = $1' INTO v, w USING 1;"),
        ("oracle", "SELECT x, y INTO v, w FROM m WHERE z = 1;"),
        ("oracle", "EXECUTE IMMEDIATE 'SELECT x, y FROM m WHERE z = :1' INTO v, w USING 1;"),
        ("snowflake", "SELECT x, y INTO :v, :w FROM m WHERE z = 1;"),
        ("mysql", "SELECT x, y INTO v, w FROM m WHERE z = 1;"),
        ("mysql", "SELECT x, y FROM m WHERE z = 1 INTO v, w;"),
        ("bigquery", "EXECUTE IMMEDIATE 'SELECT x, y FROM m WHERE z = 1' INTO v, w;"),
    ],
)
def test_several_variables(lineage: Lineage, dialect: str, select: str) -> None:
    declared = {"bigquery": "DECLARE v, w INT64;", "mysql": "DECLARE v INT; DECLARE w INT;"}.get(
        dialect, "v INT; w INT;"
    )
    text = block(dialect, f"{select} INSERT INTO o SELECT w AS a FROM t WHERE k > v;", declared)
    assert lineage(text, dialect) == {"a": "m.y | where m.x, where m.z, where t.k"}


def test_values_that_a_select_of_tsql_assigns(lineage: Lineage) -> None:
    text = "DECLARE @v INT, @w INT\nSELECT @v = x, @w += y FROM m\nSELECT @w AS a INTO dbo.o FROM dbo.t WHERE k > @v"
    assert lineage(text, "tsql") == {"a": "m.y | where dbo.t.k, where m.x"}


@pytest.mark.parametrize(
    "select", ["SELECT * INTO r FROM m;", "SELECT * INTO STRICT r FROM m;", "SELECT x, y INTO r FROM m;"]
)
def test_a_record(lineage: Lineage, select: str) -> None:
    text = block("postgres", f"{select} INSERT INTO o SELECT r.x AS a FROM t;", "r m%ROWTYPE;")
    assert lineage(text, "postgres") == {"a": "m.x"}


@pytest.mark.parametrize(
    ("select", "value"),
    [("SELECT id, x BULK COLLECT INTO i, v FROM s;", "v(n)"), ("SELECT * BULK COLLECT INTO r FROM s;", "r(n).x")],
)
def test_collections(lineage: Lineage, select: str, value: str) -> None:
    text = block(
        "oracle",
        f"{select} FORALL n IN 1..3 INSERT INTO o (a) VALUES ({value});",
        "TYPE l IS TABLE OF s%ROWTYPE; i l; v l; r l;",
    )
    assert lineage(text, "oracle") == {"a": "s.x"}


@pytest.mark.parametrize("let", ["LET v := (SELECT MAX(x) FROM m);", "LET v INT DEFAULT (SELECT MAX(x) FROM m);"])
def test_let(lineage: Lineage, let: str) -> None:
    text = block("snowflake", f"{let} INSERT INTO o SELECT a FROM t WHERE k > :v;")
    assert lineage(text, "snowflake") == {"a": "t.a | where m.x, where t.k"}


# --- windows -----------------------------------------------------------------------------------------------------------


def test_a_text_without_a_bound_has_none() -> None:
    query = "INSERT INTO o (n) SELECT COUNT(*) FROM ev WHERE kind = '%s' GROUP BY u"
    text = f'EXECUTE IMMEDIATE FORMAT("{query}", UPPER(name))'
    (counted,) = inspect_source(text, kind="sql", dialect="bigquery")["aggregations"]
    assert counted["window"] != "bounded"


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("tsql", "DECLARE @s DATE\nSELECT @s = DATEADD(day, -30, GETDATE())\n{0} WHERE ts >= @s GROUP BY u"),
        ("tsql", "CREATE PROC p @e DATE AS\n{0} WHERE ts >= DATEADD(day, -30, @e) AND ts < @e GROUP BY u"),
        (
            "tsql",
            "DECLARE @s DATE = DATEADD(day, -30, GETDATE())\nDECLARE @q NVARCHAR(MAX) = N'{0} WHERE ts >= ''' "
            "+ CONVERT(VARCHAR(10), @s, 120) + N''' GROUP BY u'\nEXEC (@q)",
        ),
        ("postgres", block("postgres", "SELECT current_date - 30 INTO s; {0} WHERE ts >= s GROUP BY u;", "s date;")),
        ("postgres", block("postgres", "SELECT max(ts) INTO e FROM ev; {0} WHERE ts >= e - 30 GROUP BY u;", "e date;")),
        (
            "postgres",
            block("postgres", "EXECUTE '{0} WHERE ts >= ' || quote_literal(current_date - 30) || ' GROUP BY u';"),
        ),
        ("snowflake", block("snowflake", "LET s := DATEADD(day, -30, CURRENT_DATE()); {0} WHERE ts >= :s GROUP BY u;")),
        ("bigquery", "FOR r IN (SELECT CURRENT_DATE() - 30 AS s) DO {0} WHERE ts >= r.s GROUP BY u; END FOR"),
        ("bigquery", "EXECUTE IMMEDIATE FORMAT(\"{0} WHERE ts >= '%t' GROUP BY u\", CURRENT_DATE() - 30)"),
    ],
)
def test_windows_between_variables(dialect: str, text: str) -> None:
    query = "INSERT INTO o (u, n) SELECT u, COUNT(*) AS n FROM ev"
    found = inspect_source(text.format(query), kind="sql", dialect=dialect)
    counted = [one for one in found["aggregations"] if one["function"] == "count"]
    assert [(one["window"], one["extent"]) for one in counted] == [("bounded", ["P30D"])]


# --- the dialect ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT dbms, package, body, handler FROM resultset", ""),
        ("CREATE PACKAGE BODY k AS PROCEDURE p IS BEGIN NULL; END; END k;", "oracle"),
        ("CREATE PROCEDURE p IS BEGIN SELECT a BULK COLLECT INTO l FROM t; END;", "oracle"),
        ("DECLARE r RESULTSET DEFAULT (SELECT 1); BEGIN RETURN TABLE(r); END", "snowflake"),
        ("DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END //", "mysql"),
        ("CREATE DEFINER=`me`@`%` PROCEDURE p() BEGIN SELECT 1; END", "mysql"),
        ("WHILE @@FETCH_STATUS = 0 FETCH NEXT FROM c INTO @x", "tsql"),
    ],
)
def test_the_dialect_that_procedural_code_tells(text: str, dialect: str) -> None:
    assert guess_dialect(text) == dialect

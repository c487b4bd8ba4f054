"""What scripts of T-SQL say beside their queries costs none of the queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.api import scan_files
from feasilint.documents.read import read as read_document
from feasilint.lower.options import Options
from feasilint.lower.sql import lower_document
from feasilint.lower.sql.reading import read

if TYPE_CHECKING:
    from feasilint.lower.sql.parse import Statement


def trees(text: str, dialect: str | None = None) -> list[str]:
    """Every statement as the parser writes it, in its dialect; a failure as what is said of it."""
    found = read(text, dialect)
    return [_written(one) for one in found.statements]


def _written(one: Statement) -> str:
    if one.tree is None:
        assert one.failure is not None
        return f"! {one.failure.message}"
    return one.tree.sql("tsql")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t WITH b AS (SELECT 1)",
        "SELECT [option], [match], bulk FROM t",
        "SELECT a AS predict, path FROM t FOR JSON PATH",
    ],
)
def test_words_that_mean_something_else_stay(text: str):
    (first, *_) = trees(text, "tsql")
    assert all(word in first for word in ("SELECT", "FROM t"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("SELECT a FROM t OPTION (USE HINT('DISALLOW_BATCH_MODE'), RECOMPILE)", ["SELECT a FROM t"]),
        ("INSERT INTO p WITH (TABLOCK) (a) SELECT a FROM q", ["INSERT INTO p (a) SELECT a FROM q"]),
        ("SELECT p.a FROM p, likes, q WHERE MATCH(p-(likes)->q) AND q.b > 3", ["SELECT p.a FROM p, likes, q WHERE (1 = 1) AND q.b > 3"]),
        ("SELECT d.a FROM PREDICT(MODEL = @m, DATA = t AS d) WITH (s FLOAT) AS p", ["SELECT d.a FROM t AS d CROSS JOIN OPENQUERY() AS p"]),
        ("SELECT a FROM OPENROWSET(BULK 'x.csv', FORMAT = 'CSV') WITH (a INT) AS r", ["SELECT a FROM OPENROWSET('x.csv', FORMAT = 'CSV') AS r"]),
        ("BULK INSERT [dbo].[t] FROM 'C:\\a.csv' WITH (CODEPAGE = '65001', FIRSTROW = 2)", ["INSERT INTO [dbo].[t] SELECT * FROM OPENROWSET('C:\\a.csv')"]),
        ("BULK INSERT t FROM 'a.csv' WITH (DATA_SOURCE = 'Lake', FIRSTROW = 2)", ["INSERT INTO t SELECT * FROM OPENROWSET('a.csv', DATA_SOURCE = 'Lake')"]),
        ("UPDATE t SET a = 1 OUTPUT inserted.a, deleted.a INTO @old (a, b) WHERE b = 2", ["UPDATE t SET a = 1 WHERE b = 2"]),
        ("WITH XMLNAMESPACES ('u' AS d) SELECT a FROM t", ["SELECT a FROM t"]),
        ("WITH XMLNAMESPACES ('u' AS d), c AS (SELECT a FROM t) SELECT a FROM c", ["WITH c AS (SELECT a AS a FROM t) SELECT a FROM c"]),
        ("SELECT STRING_AGG(p.n, '-') WITHIN GROUP (GRAPH PATH) AS s FROM p AS p, q FOR PATH AS q", ["SELECT STRING_AGG(p.n, '-') AS s FROM p AS p, q AS q"]),
        ("SELECT a FROM t WITH (INDEX = i)", ["SELECT a FROM t"]),
        ("SELECT a FROM ::fn_help(1)", ["SELECT a FROM FN_HELP(1)"]),
    ],
)  # fmt: skip
def test_phrases_in_other_words(text: str, read: list[str]):
    assert trees(text, "tsql") == read
    again = f"GO\n{text}\nSELECT b FROM u\nGO   \n"
    assert trees(again, "tsql") == [*read, "SELECT b FROM u"], "without a semicolon, too"


def test_labels_and_jumps():
    text = "IF @a = 1 GOTO done\nSELECT a FROM t\ndone:\nSELECT b FROM u\nlast:"
    assert [one for one in trees(text, "tsql") if one.startswith(("SELECT", "!"))] == [
        "SELECT a FROM t",
        "SELECT b FROM u",
    ]


def test_a_procedure_whose_parameters_have_types():
    text = (
        "CREATE PROCEDURE p @batch AS dbo.rows READONLY, @n AS INT\nWITH NATIVE_COMPILATION, SCHEMABINDING\n"
        "AS BEGIN ATOMIC WITH (TRANSACTION ISOLATION LEVEL = SNAPSHOT, LANGUAGE = N'English')\n"
        "  INSERT INTO m (a) SELECT a FROM @batch\nEND"
    )
    assert trees(text, "tsql") == ["INSERT INTO m (a) SELECT a FROM @batch"]


def test_parameters_of_templates_and_variables_of_clients():
    text = ':setvar db "sales"\nGO\nSELECT <col, sysname, a> FROM [$(db)].<schema, sysname, dbo>.t WHERE <x, int,> = 3'
    (query,) = trees(text)
    assert query.startswith("SELECT a FROM [")
    assert query.endswith("].dbo.t WHERE x = 3")
    (named,) = trees("SELECT a AS <col, sysname, b>_changed FROM t", "tsql")
    assert named.startswith("SELECT a AS b_")
    assert named.endswith("_changed FROM t")


def test_tables_of_full_text_search():
    text = "SELECT a.x, k.[RANK] FROM a JOIN FREETEXTTABLE([h].[j], *, @s, LANGUAGE @l) AS k ON a.id = k.[KEY]"
    (query,) = trees(text, "tsql")
    assert "JOIN (SELECT *, NULL AS key, NULL AS rank FROM [h].[j]) AS k" in query


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT COUNT(DISTINCT [Order ID]) FROM t", "tsql"),
        ("SELECT a AS [day] FROM t", "tsql"),
        ("SELECT x.[day] FROM t x", "tsql"),
        ("SELECT a FROM t OPTION (RECOMPILE)", "tsql"),
        ("SELECT a FROM p, l, q WHERE MATCH(p-(l)->q)", "tsql"),
        ("-- see sp_help, [Order ID] and getdate()\nSELECT x[1], y[i] FROM t", ""),
        ("USE WAREHOUSE w; SELECT 1", "snowflake"),
    ],
)
def test_the_dialect_of_a_text(text: str, dialect: str):
    assert read(text, None).dialect == dialect


@pytest.mark.parametrize(
    "text",
    [
        "sp_configure 'show advanced options', 1;\nRECONFIGURE WITH OVERRIDE;",
        "UPDATE STATISTICS sales.[orders]\nWITH FULLSCAN",
        "RESTORE DATABASE a FROM DISK = 'a.bak' WITH MOVE 'x' TO 'y', RECOVERY",
        "CREATE TABLE t (a INT NOT NULL, INDEX i NONCLUSTERED HASH (a) WITH (BUCKET_COUNT = 8)) WITH (MEMORY_OPTIMIZED = ON)",
        "SELECT a FROM t;\n\"x\",\"y\"\n\n(\n  SELECT a FROM t\n  UNION ALL\n  SELECT a FROM u\n)",
        "FROM;\nMERGE;\nINSERT INTO;",
        "EXECUTE AS USER = 'x';",
        "BACKUP LOG [a]\nTO DISK = 'x'\nWITH NO_TRUNCATE ,\n NOFORMAT, STATS = 10",
        "CREATE SEMANTIC VIEW v TABLES (t PRIMARY KEY (a)) DIMENSIONS (t.b AS b)",
        "COPY FILES INTO @stage/a FROM @repo/b FILES = ('x')",
        "PUT file://a/*.py @stage/a OVERWRITE = TRUE;\nLIST @stage/*;",
        "SELECT a FROM t;\n-- result\n\"x\",\"y\"\n\"1\",\"2\"\n\nSELECT b FROM u;",
    ],
)  # fmt: skip
def test_what_no_feature_comes_from_is_not_told(text: str):
    assert [f.message for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELCT a FROM t", "is not expected here"),
        ("UPDATE t SET a = (1", "is expected"),
        ("INSERT INTO t (a) SELECT a FRM u WHERE (", "`u` is not expected here"),
        ("CREATE TABLE t AS SELECT (a FROM u", "is expected before"),
        ("SELECT sum(a) AS gs-credits FROM t GROUP BY b", "`-` is not expected here"),
    ],
)
def test_what_a_feature_may_come_from_is_told(text: str, message: str):
    (found,) = [f.message for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert message in found


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO <MY_TABLE> SELECT 1 FROM t",
        "SELECT ...;",
        "SELECT [ALL|DISTINCT] a[, a, ...] FROM t",
        "SELECT a FROM <db>.f(",
    ],
)
def test_what_stands_in_for_something_is_a_blank(text: str):
    assert [f.message for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"] == [
        "a blank that is not filled in"
    ]


def test_tables_that_are_created_one_after_the_other():
    text = "CREATE OR REPLACE TABLE a AS (\nSELECT x FROM t\n)\n\nCREATE OR REPLACE TABLE b AS (\nSELECT STRUCT(x AS y) FROM t\n)"
    assert len(trees(text, "bigquery")) == 2


def test_a_block_that_a_task_runs():
    text = (
        "CREATE TASK t WAREHOUSE = w AS\nDECLARE\n  n varchar := f(:x * 10);\n  c CURSOR FOR SELECT a FROM u;\n"
        "BEGIN\n  INSERT INTO v SELECT a FROM u;\n  n := (CALL SYSTEM$INFO('a'));\nEND;"
    )
    found = trees(text, "snowflake")
    assert not any(one.startswith("!") for one in found)
    assert "INSERT INTO v SELECT a FROM u" in found


def test_an_application_package_is_no_package_of_oracle():
    assert [
        f
        for f in scan_files({"a.sql": "CREATE APPLICATION PACKAGE p;\nSELECT a FROM t"}).findings
        if f.code == "FEA001"
    ] == []


def test_text_that_a_script_puts_together_is_no_fault_of_the_script():
    text = "CREATE PROCEDURE p() AS $$ BEGIN EXECUTE 'CREATE TABLE '||n||' AS '||q||' WHERE '; END; $$ LANGUAGE plpgsql"
    assert [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"] == []


def test_a_mistake_in_the_query_of_a_view_is_told_once() -> None:
    text = "CREATE OR ALTER VIEW v AS\nWITH s AS (\n  SELECT a FROM t\n)\nSELECT\n  a AS Annual Usage,\n  b\nFROM s\nGO\nSELECT 1 AS one"
    found = [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert [(f.message, f.place.span.line) for f in found if f.place.span] == [("`Usage` is not expected here", 6)]


def test_a_condition_begins_a_statement_without_a_semicolon_before_it():
    text = (
        "SELECT a INTO #x FROM t\nIF(@debug > 0)\nBEGIN\n  INSERT INTO v SELECT b FROM u\nEND\n"
        "WHILE (@i < 3)\n  SET @i = 4\nDROP TABLE\nIF EXISTS #x\n"
        "IF (SELECT count(*) FROM r WHERE p = 'IF') > 0\n  RAISERROR('(', 18, 1)\n"
        "IF (EXISTS(SELECT a FROM t) AND @k = 'IF') OR @k = 'ALL' SET @s = @s + ' UNION '\nSELECT c FROM w"
    )
    found = trees(text, "tsql")
    assert not [one for one in found if one.startswith("!")]
    assert [one for one in found if one.startswith(("SELECT", "INSERT", "DROP"))] == [
        "SELECT a INTO #x FROM t",
        "INSERT INTO v SELECT b FROM u",
        "DROP TABLE IF EXISTS #x",
        "SELECT c FROM w",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT REPLACE(REPLACE(a, '<', ''), '>', '') AS a FROM t",
        "SELECT 'GO', n.a FROM (SELECT 'IF' AS a) AS n",
        "SELECT REPLACE(REPLACE(a, N'(', N''), N')', N'') AS a FROM t",
        "UPDATE TOP (1) t SET a = 0",
        "SELECT CONVERT(INT, a) N'x', LEN(b) N'y' FROM t WHERE c IN (N'z', N'q')",
        "SELECT a, b FROM OPENJSON(@x, N'$.r') WITH (a nvarchar(40) N'$.p.a', b decimal(18,2) N'$.p.b')",
        "UPDATE dbo.t SET a = 0 WHERE CURRENT OF c",
        "INSERT INTO dbo.t (a, u.b) SELECT a, b FROM u",
        "INSERT INTO #t (a, [u].[b]) SELECT a, b FROM u",
        "DELETE TOP (10) PERCENT FROM t WHERE a = 0",
        "SELECT lock.a FROM t JOIN sys.locks lock ON lock.b = t.b",
    ],
)
def test_signs_in_strings_and_odd_words(text: str):
    (found,) = trees(text, "tsql")
    assert not found.startswith("!")


def test_a_text_that_is_put_together_is_read_as_a_whole():
    text = "INSERT INTO @s\nEXEC('SELECT a, b\nFROM ' + @db + '.sys.schemas WHERE c = N''x''')"
    program = lower_document(read_document("a.sql", text.encode()), Options(dialect="tsql"))
    assert any("FROM {db}.sys.schemas WHERE" in one.text for one in program.fragments)
    assert scan_files({"a.sql": text}).findings == ()


def test_a_parameter_that_stands_for_a_clause_is_left_out():
    text = "SELECT a FROM t\nWHERE b IN (@ids)\n  @more\nGROUP BY a\n@tail"
    assert trees(text, "tsql") == ["SELECT a FROM t WHERE b IN (@ids) GROUP BY a"]
    assert trees("SELECT a FROM t WHERE b = 1 @c d", "tsql")[0].startswith("!")


def test_strings_hold_no_blanks():
    text = "SELECT REPLACE(a, N'<< Single >>', ' ...') AS b c FROM t"
    assert [f.message for f in scan_files({"a.sql": text}).findings] == ["`c` is not expected here"]


def test_neighbours_of_vectors():
    text = (
        "SELECT TOP (5) WITH APPROXIMATE t.a, s.distance FROM VECTOR_SEARCH(TABLE = dbo.k AS t, COLUMN = e,"
        " SIMILAR_TO = AI_GENERATE_EMBEDDINGS(@q USE MODEL dbo.m), METRIC = 'cosine') AS s"
    )
    (query,) = trees(text, "tsql")
    assert query.startswith("SELECT TOP 5 t.a, s.distance FROM dbo.k AS t CROSS JOIN OPENQUERY() AS s")


def test_the_end_of_a_case_is_none_of_a_block():
    text = "IF @a = 1\nBEGIN\n  SET @b = 1\nEND\nSELECT @c =\nCASE WHEN @b = 1 THEN 'x' ELSE 'y' END\n\nIF (@c = 'x') PRINT 1"
    assert not [one for one in trees(text, "tsql") if one.startswith("!")]


def test_names_in_backticks_are_not_of_sql_server():
    assert read("CREATE TABLE `Album` (`Title` NVARCHAR(160) NOT NULL)", None).dialect == "mysql"


def test_what_is_missing_is_shown_where_it_should_stand():
    text = "SELECT a FROM t WHERE b =\n\n-- next\nDROP TABLE u"
    (found,) = [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert found.message == "something is missing behind `=`"
    assert found.place.span is not None
    assert (found.place.span.line, found.place.span.column) == (1, 25)


def test_a_query_in_parentheses_is_no_list_of_columns():
    (found,) = trees("INSERT INTO t (SELECT u.a, v.b FROM u JOIN v ON u.k = v.k)", "tsql")
    assert "SELECT u.a, v.b FROM u JOIN v ON u.k = v.k" in found


def test_the_database_of_that_name_is_no_model():
    assert trees("SELECT a FROM t\nGO\nUSE model\nSELECT b FROM u", "tsql")[-1] == "SELECT b FROM u"

"""T-SQL without semicolons: where a statement ends, and where it only goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.lower.sql.guess import guess_dialect
from feasilint.lower.sql.parse import statements
from feasilint.lower.sql.splitting import undelimited

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


def kinds(text: str) -> list[str]:
    return [one.tree.key if one.tree is not None else "unread" for one in statements(text, "tsql")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("UPDATE dbo.t\nSET a = 1\nFROM dbo.s\nWHERE s.x = t.x", "update"),
        ("INSERT INTO dbo.t (a)\nSELECT a FROM dbo.s", "insert"),
        ("CREATE VIEW dbo.v AS\nSELECT a FROM dbo.s", "create"),
        ("DECLARE @x INT =\n(\nSELECT max(a) FROM dbo.t\n)", "declare"),
        ("SET @x = CASE WHEN @y = 1 THEN 2\nEND", "set"),
        ("DECLARE c CURSOR FOR\nSELECT a FROM dbo.t", "forin"),
        ("CREATE LOGIN me\nWITH PASSWORD = 'x'", "command"),
        ("ALTER TABLE dbo.t\nDROP COLUMN a", "alter"),
    ],
)
def test_a_statement_that_goes_on_is_one(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "DECLARE @d INT = 3\nSELECT id INTO dbo.a FROM dbo.t WHERE k = @d",
        "SET NOCOUNT ON\nDECLARE @d INT\nSET @d = 3\nSELECT id INTO dbo.a FROM dbo.t WHERE k = @d",
        "CREATE PROC dbo.p AS\nBEGIN\nSET NOCOUNT ON\nDECLARE @d INT = 3\n"
        "SELECT id INTO dbo.a FROM dbo.t WHERE k = @d\nEND",
        "SELECT id INTO dbo.a FROM dbo.t WHERE k = 3\nWHILE 1=1 BEGIN DELETE FROM dbo.u WHERE y = 2 BREAK END",
        "PRINT 'x'\nSELECT id INTO dbo.a FROM dbo.t WHERE k = 3",
        "BEGIN TRANSACTION\nSELECT id INTO dbo.a FROM dbo.t WHERE k = 3\nCOMMIT TRANSACTION\nPRINT 'x'",
        "IF @x = 1\nBEGIN\nSELECT t.id INTO dbo.a FROM dbo.t WHERE k = 3\nEND\nELSE\nBEGIN\nPRINT 'x'\nEND",
        "BEGIN TRY\nSELECT t.id INTO dbo.a FROM dbo.t JOIN dbo.u ON t.k = 3\nEND TRY\nBEGIN CATCH\nPRINT 'x'\nEND CATCH",
    ],
)
def test_statements_that_lines_begin_with(lineage: Lineage, text: str) -> None:
    made = lineage(text, "tsql")
    assert list(made) == ["id"]
    assert made["id"].startswith("dbo.t.id | ")
    assert made["id"].endswith(" dbo.t.k")


def test_a_table_made_and_filled_line_by_line(lineage: Lineage) -> None:
    text = (
        "CREATE TABLE #t (id INT, k INT)\nINSERT INTO #t SELECT id, k FROM dbo.t\n"
        "SELECT id INTO dbo.a FROM #t WHERE k = 3\nDROP TABLE #t"
    )
    assert lineage(text, "tsql")["dbo.a.id"] == "dbo.t.id | where dbo.t.k"


def test_a_block_ends_after_its_last_table(lineage: Lineage) -> None:
    text = "CREATE PROC dbo.p AS\nBEGIN\nSELECT t.id INTO dbo.a FROM dbo.t\nEND"
    assert lineage(text, "tsql") == {"id": "dbo.t.id"}


def test_the_variables_of_tsql_tell_the_dialect() -> None:
    assert guess_dialect("DECLARE @d INT = 3\nSELECT id FROM t") == "tsql"
    assert guess_dialect("DECLARE d INT DEFAULT 3; SELECT id FROM t") == ""


@pytest.mark.parametrize("text", ["COPY t FROM 's3://x'\nDELIMITER ','\nCSV", "SELECT a\nFROM t -- //\n", "DELIMITER"])
def test_texts_without_a_delimiter_of_their_own(text: str) -> None:
    assert undelimited(text) == text


@pytest.mark.parametrize("sign", ["//", "$$"])
def test_another_delimiter_than_a_semicolon(lineage: Lineage, sign: str) -> None:
    text = f"DELIMITER {sign}\nCREATE PROCEDURE p() BEGIN INSERT INTO f SELECT a FROM t; END {sign}\nDELIMITER ;\n"
    assert len(undelimited(text)) == len(text)
    assert lineage(text, "mysql") == {"a": "t.a"}


def test_a_declared_table_has_its_columns(lineage: Lineage) -> None:
    text = "DECLARE @t TABLE (a INT, b INT);\nINSERT INTO @t SELECT x, y FROM dbo.s;\nSELECT a INTO dbo.o FROM @t"
    assert lineage(text, "tsql") == {"t.a": "dbo.s.x", "t.b": "dbo.s.y", "dbo.o.a": "dbo.s.x"}


def test_tables_that_models_are_evaluated_on(lineage: Lineage) -> None:
    by_query = "SELECT roc_auc FROM ML.EVALUATE(MODEL ds.m, (SELECT * FROM ds.ev), STRUCT(0.5 AS threshold))"
    by_name = by_query.replace("(SELECT * FROM ds.ev)", "TABLE ds.ev")
    assert lineage(by_name, "bigquery") == lineage(by_query, "bigquery")

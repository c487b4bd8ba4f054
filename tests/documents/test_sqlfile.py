"""SQL files: encodings and Databricks' SQL notebooks."""

from __future__ import annotations

import pytest

from feasilint.documents.read import read

TEXT = "select 'é' as x\nfrom t\n"


def test_a_sql_file_is_one_cell() -> None:
    document = read("models/a.sql", b"select 1;\nselect 2;\n")
    assert document.kind == "sql"
    assert [(cell.index, cell.language) for cell in document.cells] == [(None, "sql")]
    assert document.cells[0].source == document.text == "select 1;\nselect 2;\n"
    assert document.diagnostics == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"])
def test_encodings_are_found_out(encoding: str) -> None:
    document = read("a.sql", TEXT.encode(encoding))
    assert document.text == TEXT
    assert document.diagnostics == ()


def test_windows_quotes() -> None:
    assert read("a.sql", "-- “quoted”".encode("cp1252")).text == "-- “quoted”"


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_become_newlines(newline: str) -> None:
    assert read("a.sql", TEXT.replace("\n", newline).encode()).text == TEXT


def test_an_empty_file_is_an_empty_cell() -> None:
    document = read("a.sql", b"")
    assert [cell.source for cell in document.cells] == [""]
    assert document.diagnostics == ()


@pytest.mark.parametrize("data", [b"select 1\n\0\1\2", b"\x00\x01", b"PK\x03\x04xx", b"\x1f\x8b\x08"])
def test_binary_files_are_refused(data: bytes) -> None:
    document = read("a.sql", data)
    assert [diagnostic.kind for diagnostic in document.diagnostics] == ["unreadable"]
    assert document.cells == ()


def test_a_zero_byte_far_behind_makes_no_binary_file() -> None:
    text = f"select 1\n{'-- ' + 'x' * 90!r}\n" * 100 + "select '\0'\n"
    assert read("a.sql", text.encode()).text == text


def test_a_databricks_notebook_in_sql() -> None:
    text = "-- Databricks notebook source\nselect 1\n\n-- COMMAND ----------\n\n-- MAGIC %md\n-- MAGIC hello\n"
    document = read("a.sql", text.encode())
    assert document.kind == "sql"
    assert [(cell.language, cell.source) for cell in document.cells] == [("sql", "select 1"), ("other", "hello")]


def test_python_in_a_sql_notebook_makes_it_a_python_document() -> None:
    text = "-- Databricks notebook source\nselect 1\n-- COMMAND ----------\n-- MAGIC %python\n-- MAGIC x = 1\n"
    document = read("a.sql", text.encode())
    assert document.kind == "python"
    assert [(cell.language, cell.source) for cell in document.cells] == [("sql", "select 1"), ("python", "x = 1")]


def test_a_damaged_file_of_wide_characters_is_told_as_that() -> None:
    data = b"\xff\xfe" + "select 1\n".encode("utf-16-le") + b"\n"
    (problem,) = read("a.sql", data).diagnostics
    assert problem.message == "marked as UTF-16, but damaged; save it as UTF-8"

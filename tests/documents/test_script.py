"""Python scripts: plain, `# %%`, and Databricks notebooks with several languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.documents.read import read
from feasilint.ir import Fragment

if TYPE_CHECKING:
    from feasilint.documents.model import Cell, Document

DATABRICKS = """\
# Databricks notebook source
import pandas as pd

# COMMAND ----------

# DBTITLE 1,Transactions
# MAGIC %sql
# MAGIC select user_id,
# MAGIC   amount
# MAGIC from tx

# COMMAND ----------

# MAGIC %sql select 1

# COMMAND ----------

# MAGIC %run ./setup

# COMMAND ----------

# MAGIC %md
# MAGIC # A title

# COMMAND ----------

x = 1
# MAGIC %sql
"""


def script(text: str) -> Document:
    return read("job.py", text.encode())


def place(cell: Cell, word: str) -> tuple[int, int]:
    """Where a word of a cell stands in the file."""
    return Fragment(0, "python", cell.source, None, cell.anchors).position(cell.source.index(word))


def test_a_plain_script_is_one_cell() -> None:
    document = script("import x\n\ny = 1\n")
    assert document.kind == "python"
    assert [(cell.index, cell.language, cell.source) for cell in document.cells] == [
        (None, "python", "import x\n\ny = 1\n")
    ]
    assert document.diagnostics == ()


def test_percent_cells_stay_one_piece() -> None:
    text = "# %%\nx = 1\n# %% [markdown]\n# text\n"
    assert [cell.source for cell in script(text).cells] == [text]


def test_a_script_that_mentions_databricks_is_none() -> None:
    text = "x = 1\n# Databricks notebook source\n# COMMAND ----------\n"
    assert [cell.source for cell in script(text).cells] == [text]


def test_databricks_cells() -> None:
    cells = script(DATABRICKS).cells
    assert [(cell.language, cell.source) for cell in cells] == [
        ("python", "import pandas as pd"),
        ("sql", "select user_id,\n  amount\nfrom tx"),
        ("sql", "select 1"),
        ("python", "%run ./setup"),
        ("other", "# A title"),
        ("python", "x = 1\n# MAGIC %sql"),
    ]
    assert {cell.index for cell in cells} == {None}


def test_databricks_cells_stand_at_lines_and_columns_of_the_file() -> None:
    document = script(DATABRICKS)
    lines = document.text.split("\n")
    for cell, word in zip(document.cells, ("pandas", "amount", "1", "setup", "title", "MAGIC"), strict=True):
        line, column = place(cell, word)
        assert lines[line - 1][column - 1 :].startswith(word)


def test_spans_without_cell_count_lines_of_the_file() -> None:
    document = script(DATABRICKS)
    assert document.source(None) == DATABRICKS
    assert document.physical_line(None, 8) == 8


def test_windows_line_ends() -> None:
    document = script(DATABRICKS.replace("\n", "\r\n"))
    assert document.text == DATABRICKS
    assert len(document.cells) == 6


def test_an_empty_databricks_notebook() -> None:
    assert [cell.source for cell in script("# Databricks notebook source").cells] == [""]


def test_the_coding_comment_gives_the_encoding() -> None:
    document = read("job.py", "# -*- coding: koi8-r -*-\nx = 'да'\n".encode("koi8-r"))
    assert "да" in document.text


def test_an_unknown_coding_is_ignored() -> None:
    assert read("job.py", b"# coding: klingon\nx = 1\n").diagnostics == ()


def test_unknown_extensions_are_said_to_be_unreadable() -> None:
    document = read("notes.txt", b"hello")
    assert [diagnostic.kind for diagnostic in document.diagnostics] == ["unreadable"]
    assert read("notes.txt", b"x = 1", kind="python").cells[0].language == "python"

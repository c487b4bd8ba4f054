"""Ignore comments: what is none, what they name, and which line they speak for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.documents.ignores import ignores
from feasilint.documents.read import read

if TYPE_CHECKING:
    from feasilint.ir import Ignore


def found(text: str, path: str = "a.py") -> list[Ignore]:
    return list(ignores(read(path, text.encode())))


@pytest.mark.parametrize(
    "line",
    [
        "y = '# feasilint: ignore[AVL101]'",
        'y = """# feasilint: ignore[AVL101]"""',
        "x = 1  # feasilint: ignored",
        "x = 1  # feasilint: ignore-next",
        "x = 1  # see feasilint: ignore in the docs",
        "x = 1  # feasilint: ignore[]",
        "x = 1  # feasilint: ignore[ , ]",
        "x = 1  # feasilint: ignore[AVL101",
        "x = 1  # noqa: AVL101",
        "feasilint = 1",
    ],
)
def test_no_ignore_in_python(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "select '-- feasilint: ignore'",
        'select "/* feasilint: ignore */" from t',
        "select `-- feasilint: ignore`",
        "select 'it''s -- feasilint: ignore' from t",
        "-- feasilint: ignore[]",
    ],
)
def test_no_ignore_in_sql(line: str) -> None:
    assert found(line, "a.sql") == []


def test_markdown_cells_silence_nothing() -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": "# feasilint: ignore"}
    assert ignores(read("a.ipynb", json.dumps({"cells": [cell]}).encode())) == ()


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("# feasilint: ignore", (), ""),
        ("#feasilint:ignore the vendor signed", (), "the vendor signed"),
        ("# feasilint: ignore[AVL101]", ("AVL101",), ""),
        ("# feasilint: ignore[avl101, LAT202] we know", ("AVL101", "LAT202"), "we know"),
        ("# feasilint: ignore[unbounded-aggregation]: small table", ("unbounded-aggregation",), "small table"),
        ("# noqa: E501 # feasilint: ignore[AGG301] fine", ("AGG301",), "fine"),
        ("# FEASILINT: Ignore[AGG301]", ("AGG301",), ""),
    ],
)
def test_codes_and_reasons(comment: str, codes: tuple[str, ...], reason: str) -> None:
    [ignore] = found(f"x = 1  {comment}")
    assert (ignore.codes, ignore.reason, ignore.own_line, ignore.covers) == (codes, reason, False, 1)
    assert (ignore.span.line, ignore.span.column) == (1, 8)


def test_comments_of_their_own_speak_for_the_next_code() -> None:
    text = "# feasilint: ignore[AVL101] a\n\n# another comment\n# feasilint: ignore[LAT202] b\n\nx = 1\n"
    assert [(ignore.codes, ignore.own_line, ignore.covers) for ignore in found(text)] == [
        (("AVL101",), True, 6),
        (("LAT202",), True, 6),
    ]


def test_a_comment_of_its_own_in_the_middle_of_a_statement() -> None:
    [ignore] = found("x = f(\n    a,\n    # feasilint: ignore[AVL101]\n    b,\n)\n")
    assert (ignore.own_line, ignore.covers) == (True, 4)


def test_a_comment_at_the_end_speaks_for_no_later_line() -> None:
    [ignore] = found("x = 1\n# feasilint: ignore")
    assert (ignore.own_line, ignore.covers) == (True, 2)


@pytest.mark.parametrize(
    "broken", ["def f(:\n", "x = (\n", "'''\n", "!pip install x\n%matplotlib inline\n", "  x\n y\n"]
)
def test_broken_code_still_has_comments(broken: str) -> None:
    [ignore] = found(f"x = 1  # feasilint: ignore[AVL101]\n{broken}")
    assert ignore.codes == ("AVL101",)


def test_sql_comments() -> None:
    text = "select a, -- feasilint: ignore[AGG301] one\n b /* feasilint: ignore[LAT202] two */\nfrom t {# feasilint: ignore[AVL101] #}"
    assert [(ignore.codes, ignore.reason, ignore.covers, ignore.own_line) for ignore in found(text, "a.sql")] == [
        (("AGG301",), "one", 1, False),
        (("LAT202",), "two", 2, False),
        (("AVL101",), "", 3, False),
    ]


def test_a_block_comment_of_its_own() -> None:
    [ignore] = found("/* feasilint: ignore[AGG301]\n   because */\n\nselect 1", "a.sql")
    assert (ignore.own_line, ignore.covers, ignore.reason) == (True, 4, "because")
    assert (ignore.span.line, ignore.span.end_line) == (1, 2)


def test_sql_inside_a_python_string() -> None:
    text = 'q = """\nselect count(*)  -- feasilint: ignore[AGG301] small\nfrom t -- feasilint: ignore"""\n'
    assert [(ignore.codes, ignore.covers) for ignore in found(text)] == [(("AGG301",), 2), ((), 3)]


def test_cells_of_a_notebook() -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": "x = 1"},
        {"cell_type": "code", "metadata": {}, "source": "%%bigquery df\nselect 1 -- feasilint: ignore[AGG301]"},
        {"cell_type": "code", "metadata": {"language": "sql"}, "source": "-- feasilint: ignore\nselect 1"},
    ]
    document = read("a.ipynb", json.dumps({"cells": cells}).encode())
    assert [(ignore.span.cell, ignore.span.line, ignore.covers) for ignore in ignores(document)] == [
        (1, 2, 2),
        (2, 1, 2),
    ]


def test_databricks_cells_give_lines_of_the_file() -> None:
    text = (
        "# Databricks notebook source\n\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC select 1 -- feasilint: ignore\n"
    )
    [ignore] = found(text)
    assert (ignore.span.line, ignore.span.column, ignore.covers) == (6, 18, 6)


@given(
    st.lists(
        st.sampled_from(
            ["'", '"', "`", '"""', "'''", "\\", "#", "--", "/*", "*/", "{#", "#}", "\n", " ", "x", "feasilint: ignore"]
        )
    )
)
def test_any_text_is_scanned(parts: list[str]) -> None:
    for path in ("a.py", "a.sql"):
        for ignore in found("".join(parts), path):
            assert ignore.codes == ()
            assert 1 <= ignore.covers <= "".join(parts).count("\n") + 1

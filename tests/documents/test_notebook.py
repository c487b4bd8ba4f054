"""Notebooks: cells, languages, physical lines, and files that are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.documents.read import read

if TYPE_CHECKING:
    from feasilint.documents.model import Document


def code(source: object, **fields: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **fields}


def notebook(*cells: object, indent: int | None = 1, **fields: object) -> Document:
    content = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}
    return read("nb.ipynb", json.dumps(content, indent=indent).encode())


def messages(document: Document) -> list[str]:
    return [diagnostic.message for diagnostic in document.diagnostics]


def test_nothing_is_said_about_a_healthy_notebook() -> None:
    document = notebook(code(["x = 1\n", "y = 2"]), metadata={"kernelspec": {"name": "python3", "language": "python"}})
    assert document.kind == "notebook"
    assert document.diagnostics == ()
    assert [(cell.language, cell.source) for cell in document.cells] == [("python", "x = 1\ny = 2")]


def test_markdown_and_raw_cells_keep_the_numbering() -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]}
    raw = {"cell_type": "raw", "metadata": {}, "source": "raw"}
    document = notebook(text, raw, code("x = 1", execution_count=12, id="ab12"))
    assert [(cell.index, cell.language) for cell in document.cells] == [(0, "other"), (1, "other"), (2, "python")]
    assert document.cells[0].source == "# Title\ntext"
    assert (document.cells[2].execution_count, document.cells[2].id) == (12, "ab12")


@pytest.mark.parametrize("indent", [1, 2, 4])
def test_lines_map_to_the_lines_of_the_file(indent: int) -> None:
    document = notebook(
        code("one\ntwo"), code(["a = 1\n", "\n", "b = '\"\\n'\n", "c"], outputs=[{"text": ["c\n"]}]), indent=indent
    )
    written = document.text.split("\n")
    cell = document.cells[1]
    shown = [json.loads(written[line - 1].strip().rstrip(",")).rstrip("\n") for line in cell.line_map]
    assert shown == cell.source.split("\n")
    assert len(set(document.cells[0].line_map)) == 1
    assert document.physical_line(1, 3) == cell.line_map[2]


def test_a_minified_notebook_has_one_line() -> None:
    document = notebook(code(["a\n", "b\n"]), indent=None)
    assert document.cells[0].line_map == (1, 1, 1)


@given(st.lists(st.lists(st.text(st.sampled_from('ab\n"\\\r é#{}[],:\u2028'), max_size=6), max_size=4), max_size=4))
def test_sources_are_those_that_json_gives(cells: list[list[str]]) -> None:
    document = notebook(*(code(pieces) for pieces in cells))
    for cell, pieces in zip(document.cells, cells, strict=True):
        joined = "".join(piece.replace("\r\n", "\n").replace("\r", "\n") for piece in pieces)
        assert cell.source == joined
        assert len(cell.line_map) == cell.source.count("\n") + 1
        assert list(cell.line_map) == sorted(cell.line_map)


def test_sql_cells_of_snowflake_have_a_name() -> None:
    document = notebook(
        code("select 1", metadata={"language": "sql", "name": "cell3"}),
        code("select 2", metadata={"language": "sql", "name": "cell4", "resultVariableName": "frame"}),
        code("x = cell3.to_pandas()", metadata={"language": "python", "name": "cell5"}),
    )
    assert [(cell.language, cell.name) for cell in document.cells] == [
        ("sql", "cell3"),
        ("sql", "frame"),
        ("python", "cell5"),
    ]


def test_a_cell_magic_beats_the_language_of_the_editor() -> None:
    document = notebook(code("%%bigquery df\nselect 1", metadata={"vscode": {"languageId": "sql"}}))
    assert document.cells[0].language == "python"


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "my-churn-env"}}, "python"),
        ({"kernelspec": {"name": "conda_python3", "language": "python"}}, "python"),
        ({"language_info": {"name": "Python_Glue_Session"}}, "python"),
        ({"kernelspec": {"name": "SQL", "language": "sql"}}, "sql"),
        ({"language_info": {"name": "R"}}, "other"),
        ({"kernelspec": {"name": "julia-1.9"}}, "other"),
        ({"kernelspec": {"name": "ir"}}, "other"),
        ({"kernelspec": "broken", "language_info": []}, "python"),
        ({"application/vnd.databricks.v1+notebook": {"language": "scala"}}, "other"),
    ],
)
def test_the_kernel_gives_the_language(metadata: dict[str, Any], language: str) -> None:
    document = notebook(code("x"), metadata=metadata)
    assert document.cells[0].language == language
    assert [diagnostic.kind for diagnostic in document.diagnostics] == ["unsupported"] * (language == "other")


def test_worksheets_of_nbformat_3() -> None:
    made = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_text_cell("markdown", "# hi"),
                    nbformat.v3.new_code_cell("x = 1\ny = 2", prompt_number=3),
                ]
            ),
            nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("z = 3")]),
        ]
    )
    document = read("old.ipynb", nbformat.v3.writes_json(made).encode())
    assert [(cell.index, cell.language, cell.source) for cell in document.cells] == [
        (0, "other", "# hi"),
        (1, "python", "x = 1\ny = 2"),
        (2, "python", "z = 3"),
    ]
    assert document.cells[1].execution_count == 3


def test_a_broken_cell_costs_only_itself() -> None:
    document = notebook(code(["x\n", 5]), code("y = 1"), 7, None)
    assert [cell.language for cell in document.cells] == ["other", "python", "other", "other"]
    assert [diagnostic.span.cell for diagnostic in document.diagnostics if diagnostic.span] == [0, 2, 3]


def test_lone_surrogates_become_replacement_characters() -> None:
    document = read("nb.ipynb", b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')
    assert document.cells[0].source == "x = '\ufffd'"


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"", "an empty file, not a notebook; save the notebook again or delete it", None),
        (b"[]", "not a notebook: a notebook is JSON that starts with `{`", 1),
        (b"{}", "not a notebook: this JSON has no list of cells", None),
        (b'{"cells": {}}', "not a notebook: this JSON has no list of cells", None),
        (b'{"cells": [\n{"source": "x"\n', "the notebook ends in the middle of its JSON; it was cut off when saved", 3),
        (
            b'{"cells": [],\n "a" 1}',
            "not a notebook: invalid JSON at column 2: Expecting a property name in double quotes and ':'",
            2,
        ),
        (b'{"cells": []}\n{}', "not a notebook: invalid JSON at column 1: Extra data", 2),
        (
            b'{"cells": [\n<<<<<<< HEAD\n=======\n>>>>>>> main\n]}',
            "an unfinished merge: Git conflict markers in the notebook; resolve them",
            2,
        ),
        (b"\n<!DOCTYPE html>", "an HTML page, not a notebook; download the raw file", None),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
            "this is a Git LFS pointer; fetch the content with `git lfs pull`",
            None,
        ),
        (b'{"cells": []\n\0}', "binary content, not text", 2),
        (b'{"cells":' + b"[" * 200_000, "not a notebook: its JSON is nested too deeply", None),
    ],
)
def test_what_is_no_notebook_says_what_to_do(data: bytes, message: str, line: int | None) -> None:
    document = read("nb.ipynb", data)
    assert messages(document) == [message]
    assert [diagnostic.kind for diagnostic in document.diagnostics] == ["unreadable"]
    span = document.diagnostics[0].span
    assert (span.line if span else None) == line


@given(st.binary(max_size=40))
def test_any_bytes_give_a_document(data: bytes) -> None:
    document = read("nb.ipynb", data)
    assert document.cells or document.diagnostics or b"cells" in data


def test_a_huge_file_is_not_read() -> None:
    document = read("nb.ipynb", b" " * (32 * 1024 * 1024 + 1))
    assert messages(document) == ["32 MiB is too large (limit 32 MiB); clear the outputs or split the file"]


def test_keys_may_be_escaped_and_fields_come_in_any_order() -> None:
    document = read(
        "nb.ipynb",
        b'{"nbformat": 4, "c\\u0065lls" : [ {"source":[ ] , "x": {"source": ["no"]}, "cell_type":"code"} ] }',
    )
    assert [(cell.language, cell.source) for cell in document.cells] == [("python", "")]


def test_utf16_with_a_mark() -> None:
    assert read("nb.ipynb", '{"cells": []}'.encode("utf-16")).diagnostics == ()

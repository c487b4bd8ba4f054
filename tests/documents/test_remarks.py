"""Comments that say to what a document belongs: what is none, then what is said, and where."""

from __future__ import annotations

import json

import pytest

from feasilint.documents.read import read
from feasilint.documents.remarks import remarks


def said(text: str, path: str = "a.sql") -> list[tuple[str, str]]:
    return [(remark.key, remark.value) for remark in remarks(read(path, text.encode()))]


@pytest.mark.parametrize(
    "text",
    [
        "-- feasilint: ignore[AVL101] model=fraud is to come\nselect 1",
        "-- feasilint: ignore\nselect 1",
        "-- feasilint: can this feature be served?\nselect 1",
        "-- see feasilint: model\nselect 1",
        "-- run feasilint with model=fraud\nselect 1",
        "select '-- feasilint: model=fraud'",
        "select 'feasilint: model=fraud'",
    ],
)
def test_what_says_nothing_of_a_document(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-- feasilint: model=fraud\nselect 1", [("model", "fraud")]),
        ("select 1 /* feasilint: model=fraud */", [("model", "fraud")]),
        ("{# feasilint: model=fraud #}\nselect 1", [("model", "fraud")]),
        ("-- FEASILINT:Model = 'fraud 2', prediction_point=\"a b\"; as agreed", [("model", "fraud 2"), ("prediction_point", "a b")]),
        ("-- for now -- feasilint: model=fraud until the move", [("model", "fraud")]),
        ("-- feasilint: model=a\n-- feasilint: model=b", [("model", "a"), ("model", "b")]),
        ("-- feasilint: modle=fraud", [("modle", "fraud")]),
        ("-- feasilint: ingore[AVL101]", [("ingore", "")]),
    ],
)  # fmt: skip
def test_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_in_python() -> None:
    text = (
        'x = "# feasilint: model=no"\ny = 1  # feasilint: model=fraud\nz = """\n-- feasilint: prediction_point=p\n"""\n'
    )
    assert said(text, "a.py") == [("model", "fraud"), ("prediction_point", "p")]


def test_places_in_a_notebook() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# feasilint: model=no"},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "x = 1\n\n # feasilint: model=m",
        },
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "%%sql\n-- feasilint: model=n",
        },
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    found = remarks(read("a.ipynb", notebook.encode()))
    assert [(one.value, one.span.cell, one.span.line, one.span.column) for one in found] == [
        ("m", 1, 3, 2),
        ("n", 2, 2, 1),
    ]

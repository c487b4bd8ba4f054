"""Broken text costs the statements that are broken, wherever they stand."""

from __future__ import annotations

import ast

import pytest
from python_lowering import run, sources

from feasilint.api import inspect_source
from feasilint.lower.python.parsing import LIMIT, parse


def lines(text: str) -> list[int]:
    """The lines of the statements that are read."""
    tree, *_ = parse(text)
    return [node.lineno for node in tree.body] if tree is not None else []


def test_what_is_whole_is_read_as_it_is():
    tree, error, _ = parse("x = 1\nif x:\n    y = 2\nelse:\n    y = 3")
    assert error is None
    assert tree is not None
    assert len(tree.body) == 2


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("print ('x' 1\ny = 1", [2]),
        ("a = 1\nz = # TODO\nb = 2", [1, 3]),
        ("a = 1\nfor i in x:\n    b = = 2\n    c = 3\nd = 4", [1, 5]),
        ("a = 1\nif a:\n    b = 1\nelse\n    b = 2\nc = 3", [1, 6]),
        ("a = 1\n  b = 2\nc = 3", [1, 3]),
        ("d = {'a': 1,\n     'b':\n}\nc = 3", [4]),
        ("def f(:\n    return 1\n# comment\nc = 3", [4]),
        ("a = (1,\nb = 2\nc = 3", [2, 3]),
        ("a = = 1\nb = 2\nc = = 3\nd = 4", [2, 4]),
        ("x = = 1", []),
        ("x = = 1\n" * (LIMIT + 1) + "y = 2", []),
        ("y = 2\n" + "x = = 1\n" * (LIMIT + 1), [1]),
    ],
)
def test_statements_around_broken_ones(text: str, read: list[int]):
    assert lines(text) == read


def test_the_first_error_is_said_and_places_stay():
    program = run("import pandas as pd\nx = = 'loading'\ndf = pd.read_csv('a.csv')")
    assert sources(program) == ["a.csv"]
    (diagnostic,) = program.diagnostics
    assert diagnostic.message.endswith("this statement is not read")
    assert diagnostic.span is not None
    assert diagnostic.span.line == 2


def test_text_that_holds_no_statement_is_said_to_be_no_cell():
    (diagnostic,) = run("a from b where (c)").diagnostics
    assert diagnostic.message.endswith("this cell is not read")
    (said,) = inspect_source("a from b where (c)", "python")["diagnostics"]
    assert said["message"].endswith("this file is not read")


def test_a_tree_of_a_broken_text_has_the_lines_of_the_text():
    tree, *_ = parse("x = = 1\n\nvalue = 'a'")
    assert tree is not None
    assert ast.unparse(tree) == "value = 'a'"
    assert (tree.body[0].lineno, tree.body[0].col_offset) == (3, 0)

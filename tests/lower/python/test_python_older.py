"""Code of Python 2 is read as what it does, where it stands."""

from __future__ import annotations

import ast

import pytest
from python_lowering import run, sources

from feasilint.lower.python.older import modern


@pytest.mark.parametrize(
    "text",
    ["x = 1", "print('a')", "df.Engine HP", "x = print", "blueprint = 'a'", "# print 'a'\nx = = 1", "f(lambda x: x)"],
)
def test_what_is_not_of_python_2_is_left_alone(text: str):
    assert modern(text) is None


@pytest.mark.parametrize(
    "text", ["print 'a'\nx = (", "print 'a'\nx = = 1", "def f(a, (b, c)):\n    return b", "print 'a"]
)
def test_what_is_broken_in_other_ways_too(text: str):
    assert modern(text) is None, "or it would stand on other lines"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("print 'a', x", "print('a', x)"),
        ("print", "print()"),
        ("print >>f, 'a'", "print('a', file=f)"),
        ("try:\n    a()\nexcept (A, B), e:\n    pass", "try:\n    a()\nexcept (A, B) as e:\n    pass"),
        ("raise ValueError, 'a'", "raise ValueError('a')"),
        ("exec 'a = 1'", "exec('a = 1')"),
        ("a <> b", "a != b"),
        ("x = `a`", "x = repr(a)"),
        ("x = 10L + 0777", "x = 10 + 0o777"),
        ("x = ur'a'", "x = r'a'"),
        ("f = lambda (k, v): v + k", "f = lambda k_v: k_v[1] + k_v[0]"),
        ("print('a', file=f)\ntry:\n    a()\nexcept A, e:\n    pass", "print('a', file=f)\ntry:\n    a()\nexcept A as e:\n    pass"),
    ],
)  # fmt: skip
def test_the_same_on_the_same_lines(text: str, same: str):
    made = modern(text)
    assert made is not None
    assert ast.dump(ast.parse(made)) == ast.dump(ast.parse(same))
    assert made.count("\n") == text.count("\n")


def test_what_stands_around_a_print_statement_is_read():
    program = run("import pandas as pd\nfor name in ['a.csv']:\n    df = pd.read_csv(name)\n    print name, len(df)")
    assert sources(program) == ["a.csv"]
    assert not program.diagnostics
    assert not program.fragments[0].exact, "such code is shown, never changed"

"""Whatever a notebook contains: a result or a diagnostic, within bounds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from python_lowering import PANDAS, machine, run, sources

WORDS = ["df", "pd", ".", "(", ")", "[", "]", "=", "'a'", "groupby", "merge", "for", "in", "if", ":", "\n", "    ", "lambda x", ",", "1", "%sql select", "!ls",
         "def f", "return", "read_csv", "==", "agg", "{", "}", "*", "**", "@", "import", "f'{x}'"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_words(words: list[str]):
    assert machine(PANDAS + " ".join(words)).failures == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str):
    assert machine(text).failures == []


def test_a_broken_cell_costs_only_itself():
    program = run("import pandas as pd", "x = (", "d = pd.read_csv('x.csv')")
    assert sources(program) == ["x.csv"]
    assert [(found.kind, found.span.cell) for found in program.diagnostics if found.span] == [("syntax-error", 1)]


def test_what_stands_before_the_error_is_read():
    program = run("import pandas as pd\nd = pd.read_csv('x.csv')\nx = # TODO\n")
    assert sources(program) == ["x.csv"]


def test_endless_work_ends_in_the_budget():
    code = (
        "x = 0\n" + "".join(f"{'    ' * at}for i{at} in range(60):\n" for at in range(5)) + "    " * 5 + "x = x + 1\n"
    )
    program = run("def f():\n" + "".join(f"    {line}\n" for line in code.splitlines()) + "\n" + "f()\n" * 60)
    assert {found.kind for found in program.diagnostics} <= {"budget"}


def test_deep_nesting_is_no_traceback():
    assert machine("x = " + "(" * 80 + "1" + ")" * 80, "y = " + "-" * 3000 + "1").failures == []


def test_the_same_text_gives_the_same_program():
    code = PANDAS + "s = {'b', 'a'}\nfor c in s:\n    tx[c + '_n'] = tx.groupby(c)['x'].transform('sum')"
    first, second = run(code), run(code)
    assert [type(r).__name__ for r in first.relations] == [type(r).__name__ for r in second.relations]

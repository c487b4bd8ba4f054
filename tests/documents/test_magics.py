"""IPython syntax becomes plain Python, line by line."""

from __future__ import annotations

import ast

import pytest

from feasilint.documents.magics import neutralise


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n",
        "s = '''\n!no\n%magic\n'''\n",
        "y = (a\n     % b)\n",
        "x = a if b else c\n",
        "",
        "# %%time\nx = 1\n",
        "print('what?')\n",
        "time = 3\nrun (x)\nless = a\nls\nenv[0]\nmore.x\n",
        's = """\nls data\n"""\n',
        "x = (a\n% b)\n",
        "cat in dogs\nrun if x else y\n",
    ],
)
def test_python_is_left_alone(source: str):
    assert neutralise(source).text == source


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%time x = f()", "x = f()"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
        ("%timeit -n 3 f()", "f()"),
        ("!ls -la", "get_ipython().system('ls -la')"),
        ("if a:\n    !ls", "if a:\n    get_ipython().system('ls')"),
        ("x = !ls", "x = get_ipython().getoutput('ls')"),
        ("df = %sql select 1", "df = get_ipython().run_line_magic('sql', 'select 1')"),
        ("%matplotlib inline", "get_ipython().run_line_magic('matplotlib', 'inline')"),
        ("% matplotlib inline", "get_ipython().run_line_magic('matplotlib', 'inline')"),
        ("% time x = f()", "x = f()"),
        ("ls data/", "get_ipython().run_line_magic('ls', 'data/')"),
        ("x = 1\npip install a b", "x = 1\nget_ipython().run_line_magic('pip', 'install a b')"),
        ("time x = f()", "x = f()"),
        ("run helpers.py", "get_ipython().run_line_magic('run', 'helpers.py')"),
        ("?foo", "pass"),
        ("foo?", "pass"),
        ("pd.read_csv??", "pass"),
    ],
)
def test_rewritten(source: str, text: str):
    assert neutralise(source).text == text


@pytest.mark.parametrize(
    "source", ["!a \\\n  b \\\n  c\nx = 1", "%%bigquery df\nselect 1\nfrom t", "%time x = (\n  1)\n!ls\n"]
)
def test_lines_stay(source: str):
    found = neutralise(source)
    assert found.text.count("\n") == source.count("\n")
    ast.parse(found.text)


def test_a_cell_magic_keeps_its_body():
    magic = neutralise("# comment\n%%bigquery df --params $p\nselect 1\n").cell_magic
    assert magic is not None
    assert (magic.name, magic.arguments, magic.line, magic.body) == ("bigquery", "df --params $p", 2, "select 1\n")


def test_magics_are_told_with_their_lines():
    magics = neutralise("x = 1\n%run a.py\ny = !ls\n").magics
    assert [(magic.name, magic.arguments, magic.line, magic.target) for magic in magics] == [
        ("run", "a.py", 2, None),
        ("!", "ls", 3, "y"),
    ]


def test_columns_that_moved_are_mapped():
    found = neutralise("%time x = f()\ny = 2")
    assert [(anchor.offset, anchor.line, anchor.column) for anchor in found.anchors] == [(0, 1, 7), (8, 2, 1)]


def test_one_mark_is_a_whole_cell_of_another_language_only_if_the_rest_is_no_python() -> None:
    assert neutralise("%sql select 1\nx = 2").cell_magic is None
    assert neutralise("%pip install x\nfor f in").cell_magic is None
    shell = neutralise("%bash\ngsutil ls gs://bucket/*").cell_magic
    assert shell is not None
    assert (shell.name, shell.body) == ("bash", "gsutil ls gs://bucket/*")
    query = neutralise("# the newest\n%sql\nselect a\nfrom t").cell_magic
    assert query is not None
    assert (query.name, query.line, query.body) == ("sql", 2, "select a\nfrom t")


@pytest.mark.parametrize(
    ("source", "text", "column"),
    [
        ("    x = 1\n    y = 2", "x = 1\ny = 2", 5),
        ("\n  x = [\n  1]\ny = 2", "\nx = [\n1]\ny = 2", 3),
        ("\tx = 1", "x = 1", 2),
        (">>> x = 1\n... y\n1", "x = 1\ny\n1", 5),
        ("In [3]: x = [\n   ...:     1]", "x = [\n    1]", 9),
        ("x = [\n   ....:     1]", "x = [\n    1]", 1),
        ("  %time x = f()", "x = f()", 9),
    ],
)
def test_what_ipython_takes_off_a_cell(source: str, text: str, column: int) -> None:
    found = neutralise(source)
    assert found.text == text
    first = next(at for at, line in enumerate(text.split("\n")) if line)
    assert next(anchor.column for anchor in found.anchors if anchor.line == first + 1) == column


@pytest.mark.parametrize("source", ["x = 1\n  y = 2", "x = [\n  1,\n  2]", "def f():\n    return 1", "x = ...\ny"])
def test_nothing_is_taken_off_where_the_first_line_begins_at_its_begin(source: str) -> None:
    assert neutralise(source).text == source
    assert not neutralise(source).cut


def test_a_file_keeps_its_indentation() -> None:
    assert neutralise("  x = 1", typed=False).text == "  x = 1"

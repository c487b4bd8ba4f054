"""Names that stand elsewhere than above their use, and statements that are left open: neither hides code of the project."""

from __future__ import annotations

import pytest
from python_lowering import frame, origins, run

from feasilint.api import scan_files
from feasilint.lower.python import later

FIT = "from sklearn.svm import SVC\nSVC().fit(df[['a']], df['y'])"


def steps(*cells: str) -> list[str]:
    """What is said of steps that could not be read."""
    text = "\n# %%\n".join((*cells, FIT))
    return [f.message for f in scan_files({"train.py": text}).findings if f.code == "FEA004"]


@pytest.mark.parametrize(
    ("line", "name", "found"),
    [
        ("from a.b import split", "split", "a.b.split"),
        ("from a.b import other, cut as split", "split", "a.b.cut"),
        ("from a.b import splitter", "split", None),
        ("import a.b as split", "split", "a.b"),
        ("import os, split", "split", "split"),
        ("# from a import split", "split", None),
        ("x = 'from a import split'", "split", None),
    ],
)
def test_imports_by_name(line: str, name: str, found: str | None) -> None:
    assert later.imported(name, f"x = 1\n{line}\n") == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("f(df)", False),
        ("df == 1", False),
        ("other.df = 1", False),
        ("df = # TODO", True),
        ("    train, df = split(x)", True),
        ("df: Frame = x", True),
        ("def df():", True),
        ("with open(x) as df:", True),
        ("for a, df in pairs:", True),
    ],
)
def test_names_that_a_line_gives(line: str, found: bool) -> None:
    assert later.assigned("df", f"x = 1\n{line}\n") is found


def test_a_name_that_nothing_gives_hides_something() -> None:
    assert steps("df = prepared") != []


def test_a_name_of_a_later_cell_and_of_a_blank_hides_nothing() -> None:
    assert steps("df = prepared", "prepared = load()") == []
    assert steps("prepared = # TODO", "df = prepared") == []


def test_what_a_later_cell_imports_is_what_it_imports() -> None:
    cells = ("import pandas as pd\ndf, rest = train_test_split(pd.read_csv('a.csv'))",)
    later_cell = "from sklearn.model_selection import train_test_split"
    assert origins(frame("\n".join((*cells, later_cell, "df.to_csv('x.csv')"))), "a") == {"a.csv.a"}


def test_words_of_json_carry_no_data() -> None:
    code = "import pandas as pd\ndf = pd.read_csv('a.csv') if ok else null\ndf.to_csv('x.csv')"
    assert not [d for d in run(code).diagnostics if d.kind == "opaque"]

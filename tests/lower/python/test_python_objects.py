"""Names, objects and control flow: what is the same object, and what is known after branches and loops."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, frame, machine, measures, origins, pandas, run, sources

from feasilint.ir import Choice
from feasilint.lower.python import values as v


def test_a_copy_is_not_changed_by_its_original():
    code = PANDAS + "df = tx.copy()\ntx['x'] = tx['a']"
    assert columns(frame(code)) == ["*"]


def test_a_selection_is_not_changed_by_its_original():
    assert columns(frame(PANDAS + "df = tx[['a']]\ntx['x'] = tx['a']")) == ["a"]


def test_two_names_of_one_frame_change_together():
    relation = frame(PANDAS + "df = tx\ntx['x'] = tx['a']")
    assert origins(relation, "x") == {"tx.csv.a"}


def test_a_function_changes_the_frame_that_it_is_given():
    code = "def add(d):\n    d['x'] = d['a'] * 2\n\nadd(tx)\ndf = tx"
    assert origins(frame(PANDAS + code), "x") == {"tx.csv.a"}


def test_inplace_changes_the_object_and_gives_nothing():
    code = "df = tx\nr = tx.rename(columns={'a': 'b'}, inplace=True)"
    assert origins(frame(PANDAS + code), "b") == {"tx.csv.a"}


def test_inplace_on_a_column_changes_its_frame():
    code = "df = tx\ndf['a'].fillna(df['b'], inplace=True)"
    assert origins(frame(PANDAS + code), "a") == {"tx.csv.a", "tx.csv.b"}


def test_fields_of_an_object_keep_frames():
    code = """
class Prep:
    def __init__(self, df):
        self.df = df

    def build(self):
        self.df['x'] = self.df['a']
        return self.df

df = Prep(tx).build()
"""
    assert origins(frame(PANDAS + code), "x") == {"tx.csv.a"}


def test_only_the_branch_that_is_taken_is_read():
    assert sources(
        run("import pandas as pd\nif False:\n    a = pd.read_csv('a.csv')\nelse:\n    a = pd.read_csv('b.csv')")
    ) == ["b.csv"]


def test_both_branches_of_an_unknown_condition_hold():
    relation = frame(
        "import pandas as pd\nif flag():\n    df = pd.read_csv('a.csv')\nelse:\n    df = pd.read_csv('b.csv')"
    )
    assert isinstance(relation, Choice)
    assert origins(relation, "x") == {"a.csv.x", "b.csv.x"}


def test_a_branch_that_raises_leaves_nothing_behind():
    code = "df = tx\nif bad():\n    df = pd.read_csv('other.csv')\n    raise ValueError"
    assert origins(frame(PANDAS + code), "x") == {"tx.csv.x"}


def test_a_loop_over_constants_runs_for_each():
    code = "for w in [1, 7]:\n    tx[f'n_{w}d'] = tx['a'].rolling(w).mean()\ndf = tx"
    assert origins(frame(PANDAS + code), "n_7d") == {"tx.csv.a"}


def test_a_loop_over_unknown_things_keeps_the_hole():
    assert sources(run("import pandas as pd\nfor f in files():\n    d = pd.read_csv('in/' + f)")) == ["in/{f}"]


def test_early_returns_are_joined():
    code = "def pick(d):\n    if cond():\n        return d[['a']]\n    return d[['b']]\n\ndf = pick(tx)"
    assert set(columns(frame(PANDAS + code))) == {"a", "b"}


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("os.path.join(base, 'x.csv')", "data/x.csv"),
        ("Path(base) / 'x.csv'", "data/x.csv"),
        ("f'{base}/{name}.csv'", "data/n.csv"),
        ("'%s/%s.csv' % (base, name)", "data/n.csv"),
        ("'{}/{}.csv'.format(base, name)", "data/n.csv"),
        ("'/'.join([base, name]) + '.csv'", "data/n.csv"),
        ("paths['x']", "data/p.csv"),
        ("base + '/' + unknown() + '.csv'", "data/{unknown()}.csv"),
    ],
)
def test_paths_are_followed_through_strings(expression: str, path: str):
    code = "import os\nfrom pathlib import Path\nimport pandas as pd\nbase = 'data'\nname = 'n'\npaths = {'x': 'data/p.csv'}\n"
    assert sources(run(code + f"d = pd.read_csv({expression})")) == [path]


def test_texts_with_holes_decide_no_condition():
    assert sources(run("import pandas as pd\nif 'a' + x() == 'ab':\n    d = pd.read_csv('a.csv')")) == ["a.csv"]


def test_functions_that_nobody_calls_are_read_once():
    program = run("def stats(df):\n    return df.groupby('day')['x'].sum()")
    assert measures(program) == ["sum(x) by day"]


def test_a_called_function_is_not_read_again():
    assert measures(pandas("def stats(df):\n    return df.groupby('day')['x'].sum()\n\nstats(tx)")) == ["sum(x) by day"]


def test_recursion_ends():
    assert machine("def f(x):\n    return f(x)\n\ny = f(1)").failures == []


def test_star_imports_of_libraries_are_known():
    program = run(PANDAS, "from sklearn import *\na, b = model_selection.train_test_split(tx)")
    assert [type(relation).__name__ for relation in program.relations] == ["Scan", "Split", "Split"]


def test_equal_constants_do_not_differ():
    assert not (v.Const(1) != v.Const(1))  # noqa: SIM202 - both operators are asked
    assert v.Const(1) != v.Const(2)


def test_what_is_popped_from_a_dict_is_gone():
    code = "d = {'a': tx['a'], 'b': tx['b']}\ny = d.pop('b')\ndf = pd.DataFrame(d)"
    assert columns(frame(PANDAS + code)) == ["a"]


def test_a_method_may_be_added_to_a_class_later():
    code = "import pandas as pd\nclass Reader:\n    pass\ndef load(self, path):\n    return pd.read_csv(path)\n"
    added = "Reader.load = load\nr = Reader().load('x.csv')\n"
    assert sources(run(code + added)) == ["x.csv"]
    assert sources(run(code + "r = Reader().load('x.csv')\n" + "other = Reader\nother.load = load\n")) != ["x.csv"]

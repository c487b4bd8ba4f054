"""What Python itself does: generators, decorators that register, classes with special methods, matches, records, texts."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, frame, measures, origins, run, sources

START = "import asyncio, pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('a.csv')\n"


def features(code: str) -> list[str]:
    return columns(fit(run(f"{START}{code}\nSVC().fit(df[names], df.y)")).features)


# --- what is not known stays so ---


@pytest.mark.parametrize(
    "code",
    [
        "names = ['a'] if flag else ['b']",
        "match flag:\n    case 1: names = ['a']\n    case _: names = ['b']",
        "names = []\nif flag: names += ['a']\nnames = names or ['b']",
    ],
)
def test_either_of_two(code: str):
    assert set(features(code)) >= {"a", "b"}


def test_a_decorator_that_wraps_is_seen_through():
    code = """
def timed(f):
    def inner(*args):
        return f(*args)
    return inner
@timed
def load(path):
    return pd.read_csv(path)
df = load('b.csv')
"""
    program = run(START + code)
    assert sources(program) == ["a.csv", "b.csv"]
    assert program.diagnostics == ()


def test_a_short_name_is_no_column_of_a_loop_unless_it_ends_in_a_number():
    code = "for i in range(999):\n    df[f'c{i}'] = df.x\ndf = df[['c7', 'cx']]"
    assert origins(frame(START + code), "c7") == {"a.csv.x"}
    assert origins(frame(START + code), "cx") == {"a.csv.cx"}


# --- lists of names ---


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def g(n):\n    for i in range(n):\n        yield f'x{i}'\nnames = [*g(2)]", ["x0", "x1"]),
        ("def g():\n    yield from ['a', 'b']\n    yield 'c'\nnames = list(g())", ["a", "b", "c"]),
        ("d = {'a': 1}\nd |= {'b': 2}\nnames = list(d | {'c': 3})", ["a", "b", "c"]),
        ("names = sum([['a'], ['b']], [])", ["a", "b"]),
        ("def f(names=None):\n    names = names or ['a']\n    return names\nnames = f() + f(['b'])", ["a", "b"]),
        ("groups = {}\ngroups.setdefault('n', []).append('a')\nnames = groups['n']", ["a"]),
        ("from collections import defaultdict\ng = defaultdict(list)\ng['n'].append('a')\nnames = g['n']", ["a"]),
        ("from types import SimpleNamespace\nc = SimpleNamespace(n=['a'])\nc.m = ['b']\nnames = c.n + c.m", ["a", "b"]),
        ("from collections import namedtuple\nC = namedtuple('C', 'path names')\nnames = C('p', ['a']).names", ["a"]),
        ("from pydantic import BaseModel\nclass C(BaseModel):\n    names: list\nnames = C(names=['a']).names", ["a"]),
        ("names = ['{0}_{1:02d}'.format('w', 3), '%s_%03d' % ('w', 3), '%(a)02d_x' % {'a': 4}]", ["w_03", "w_003", "04_x"]),
        ("match 'big':\n    case 'small': names = ['a']\n    case 'big' | 'huge': names = ['b']\n    case _: names = ['c']", ["b"]),
        ("match {'k': 1, 'n': ['a']}:\n    case {'k': 2, 'n': names}: pass\n    case {'k': 1, 'n': names}: pass", ["a"]),
        ("match ('x', ['a']):\n    case (one, two, three): names = []\n    case (_, names): pass", ["a"]),
    ],
)  # fmt: skip
def test_names(code: str, expected: list[str]):
    assert features(code) == expected


# --- frames ---


@pytest.mark.parametrize(
    "code",
    [
        "async def load(p):\n    return pd.read_csv(p)\ndf = asyncio.run(load('b.csv'))",
        "async def load(p):\n    return pd.read_csv(p)\nasync def main():\n    a, b = await asyncio.gather(load('c.csv'), load('b.csv'))\n"
        "    return b\ndf = asyncio.run(main())",
        "from contextlib import contextmanager\n@contextmanager\ndef opened(p):\n    yield pd.read_csv(p)\n"
        "with opened('b.csv') as df:\n    pass",
        "class Loader:\n    def __call__(self, p):\n        return pd.read_csv(p)\ndf = Loader()('b.csv')",
        "class Loader:\n    def __getitem__(self, k):\n        return pd.read_csv(f'{k}.csv')\ndf = Loader()['b']",
        "class Loader:\n    def __enter__(self):\n        return pd.read_csv('b.csv')\n    def __exit__(self, *a): pass\n"
        "with Loader() as df:\n    pass",
        "class Loader:\n    def query(self, q):\n        return pd.read_csv('b.csv')\ndf = Loader().query('select 1')",
    ],
)  # fmt: skip
def test_what_gives_a_frame(code: str):
    assert origins(frame(START + code), "x") == {"b.csv.x"}


def test_functions_that_a_decorator_registers():
    code = """
FEATURES = {}
def register(name):
    def wrap(f):
        FEATURES[name] = f
        return f
    return wrap
@register('spend')
def spend(d): return d.groupby('u')['amount'].sum()
@register('orders')
def orders(d): return d.groupby('u').size()
df = pd.DataFrame({name: f(df) for name, f in FEATURES.items()})
"""
    assert columns(frame(START + code)) == ["spend", "orders"]
    assert origins(frame(START + code), "spend") == {"a.csv.amount"}
    assert measures(run(START + code)) == ["sum(amount) by u", "count() by u"]

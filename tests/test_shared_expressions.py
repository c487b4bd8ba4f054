"""Expressions that use one another more than once: as many paths lead through them as there are leaves of a tree."""

from __future__ import annotations

from feasilint import inspect_source
from feasilint.ir import Call, Column, Scan, Source
from feasilint.ir.expressions import columns, walk

_LEAF = Column(Scan(Source("t", "table")), "a")


def _doubled(times: int) -> Call:
    made = Call("add", (_LEAF, _LEAF))
    for _ in range(times):
        made = Call("add", (made, made))
    return made


def test_what_is_used_once_is_walked_parents_first() -> None:
    inner = Call("neg", (_LEAF,))
    outer = Call("add", (inner, Column(_LEAF.relation, "b")))
    assert list(walk(outer)) == [outer, inner, _LEAF, outer.args[1]]


def test_a_column_that_is_read_twice_is_read_twice() -> None:
    assert list(columns(Call("add", (_LEAF, _LEAF)))) == [_LEAF, _LEAF]


def test_what_is_used_twice_is_walked_once() -> None:
    assert sum(isinstance(node, Call) for node in walk(_doubled(60))) == 61


def test_a_column_that_a_loop_doubles_is_traced() -> None:
    source = """
import pandas as pd
from sklearn.linear_model import LinearRegression
df = pd.read_csv("a.csv")
x = df.a
for _ in range(60):
    x = x + x
df["y"] = x
LinearRegression().fit(df[["y"]], df.z)
"""
    found = inspect_source(source, "python")
    (feature,) = found["features"]
    assert feature["name"] == "y"
    assert feature["derived_from"] == [["a.csv", "a"]]

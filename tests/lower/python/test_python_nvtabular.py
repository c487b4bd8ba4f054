"""NVTabular: columns go through graphs of operators. The names are those that its operators give."""

from __future__ import annotations

import pytest
from python_lowering import columns, frame, measures, origins, run

START = "import nvtabular as nvt\nfrom nvtabular import ops\n"
APPLY = "\ndf = nvt.Workflow(node).fit_transform(nvt.Dataset('t.parquet')).to_ddf()"


def made(node: str) -> list[str]:
    return columns(frame(f"{START}node = {node}{APPLY}"))


def test_a_graph_that_is_not_applied_makes_nothing():
    assert run(f"{START}node = ['u'] >> ops.JoinGroupby(cont_cols=['x'], stats=['mean'])").relations == ()


def test_shifts_of_numbers_are_no_graphs():
    assert columns(frame("import pandas as pd\ndf = pd.DataFrame({'a': [1 >> 2]})")) == ["a"]


@pytest.mark.parametrize(
    ("node", "names"),
    [
        ("['a', 'b'] >> ops.Categorify() >> ops.Normalize()", ["a", "b"]),
        ("nvt.ColumnSelector(['a']) >> nvt.ops.FillMissing()", ["a"]),
        ("(['a'] >> ops.Categorify()) + ['y']", ["a", "y"]),
        ("['y'] + (['a'] >> ops.Categorify())", ["y", "a"]),
        ("(['a', 'b'] >> ops.Categorify())['b']", ["b"]),
        ("(['a', 'b'] >> ops.Categorify()) - ['b']", ["a"]),
        ("['a'] >> ops.Rename(postfix='_x')", ["a_x"]),
        ("['a'] >> ops.Rename(f=lambda name: 'log_' + name)", ["log_a"]),
        ("['a'] >> ops.Rename(name='z')", ["z"]),
        ("['x'] >> ops.DifferenceLag(partition_cols=['u'], shift=[1, -1])", ["x_difference_lag_1", "x_difference_lag_-1"]),
        ("['u', 'v'] >> ops.JoinGroupby(cont_cols=['x'], stats=['count', 'mean'])",
         ["u_count", "u_x_mean", "v_count", "v_x_mean"]),
        ("['u'] >> ops.TargetEncoding('y')", ["TE_u_y"]),
        ("['u', 'x'] >> ops.Groupby(groupby_cols=['u'], aggs={'x': ['list', 'count']})", ["u", "x_list", "x_count"]),
        ("['u', 'v'] >> ops.HashedCross(100)", ["u_X_v"]),
    ],
)  # fmt: skip
def test_names(node: str, names: list[str]):
    assert made(node) == names


def test_statistics_of_groups():
    code = f"{START}node = ['u'] >> ops.JoinGroupby(cont_cols=['x'], stats=['mean']){APPLY}"
    assert measures(run(code)) == ["avg(x) by u over all"]
    assert origins(frame(code), "u_x_mean") == {"t.parquet.x"}


def test_the_mean_of_the_label_is_looked_up():
    code = f"{START}node = ['u'] >> ops.TargetEncoding('y'){APPLY}"
    assert measures(run(code)) == ["avg(y) by u"]
    assert origins(frame(code), "TE_u_y") == {"t.parquet.u"}

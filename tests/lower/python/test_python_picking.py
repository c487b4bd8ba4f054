"""Rows of groups and of time indexes: how many there are, which ones are taken, and the windows that follow."""

from __future__ import annotations

import pytest
from python_lowering import columns, frame, origins

import feasilint

START = "import pandas as pd\nimport numpy as np\ntx = pd.read_csv('tx.csv', parse_dates=['ts'])\nspine = pd.read_csv('s.csv')\n"


def windows(code: str, *functions: str) -> list[tuple[str, list[str], str, list[str]]]:
    found = feasilint.inspect_source(START + code, kind="python")["aggregations"]
    return [
        (one["function"], one["keys"], one["window"], one["extent"]) for one in found if one["function"] in functions
    ]


# --- how many rows ---


@pytest.mark.parametrize(
    "code",
    [
        "n = len(tx)",
        "n = tx.shape[0]",
        "train = tx[: int(len(tx) * 0.8)]",
        "n = len(tx[tx.v > 0])",
        "n = len(tx[tx.v == tx.w])",
        "n = len(tx[tx.ts == tx.ts.max()])",
        "n = len(tx.columns)",
    ],
)
def test_the_length_of_a_frame_is_no_aggregate(code: str):
    assert windows(code, "count") == []


@pytest.mark.parametrize("length", ["len(g)", "g.shape[0]", "len(g['v'])"])
def test_the_length_of_a_group_is_its_count(length: str):
    code = f"f = tx.groupby('u').apply(lambda g: pd.Series({{'n': {length}, 's': g.v.sum()}}))"
    assert windows(code, "count") == [("count", ["u"], "unbounded", [])]
    assert origins(frame(START + code + "\ndf = f.reset_index()"), "n") == {"tx.csv.*"}


def test_rows_that_belong_to_a_row_of_something_else_are_counted_by_it():
    code = """
rows = []
for _, r in spine.iterrows():
    t = tx[(tx.u == r.u) & (tx.ts < r["asof"]) & (tx.ts > r["asof"] - pd.Timedelta(days=5))]
    rows.append({"u": r.u, "n": len(t)})
f = pd.DataFrame(rows)
"""
    assert windows(code, "count") == [("count", ["u"], "bounded", ["P5D"])]


# --- the first rows, the last rows ---


@pytest.mark.parametrize("some", ["head(1)", "tail(1)", "sample(5)", "nth([0, 1])", "head(n)"])
def test_other_rows_of_groups_keep_the_columns(some: str):
    relation = frame(START + f"df = tx[['u', 'v', 'w']].groupby('u').{some}")
    assert columns(relation) == ["u", "v", "w"]


@pytest.mark.parametrize("some", ["head(3)", "tail(3)", "head()"])
def test_some_rows_of_each_group_are_a_number_of_rows(some: str):
    code = f"f = tx.sort_values('ts').groupby('u').{some}.groupby('u').v.mean()"
    assert windows(code, "avg") == [("avg", ["u"], "rows", [])]
    assert columns(frame(START + f"df = tx[['u', 'v']].groupby('u').{some}")) == ["u", "v"]


def test_rows_picked_per_something_else_bound_nothing():
    code = "f = tx.sort_values('ts').groupby(['u', 'v']).tail(3).groupby('u').w.mean()"
    assert windows(code, "avg") == [("avg", ["u"], "unbounded", [])]


def test_the_last_of_a_series_of_groups_are_a_series():
    code = "s = tx.groupby(['u', tx.ts.dt.to_period('W')]).v.sum()\ndf = s.groupby('u').tail(4).groupby('u').mean().to_frame('m')"
    assert origins(frame(START + code), "m") == {"tx.csv.v"}


# --- time ---

ENDLESS = [
    "tx.set_index('ts').first('30D')",
    "tx.last('30D')",
    "tx.set_index('ts').truncate(after='2024-02-01')",
    "tx[(pd.Timestamp.now() - tx.ts) / np.timedelta64(1, 'D') > 5]",
    "tx[tx.ts > tx.other - pd.Timedelta(days=5)]",
]
BOUNDED = [
    ("tx.set_index('ts').last('30D')", "P30D"),
    ("tx.set_index('ts').loc['2024-04']", "P1M"),
    ("tx.set_index('ts').loc['2024']", "P1Y"),
    ("tx.set_index('ts').truncate('2024-01-01', '2024-02-01')", "P31D"),
    ("tx.set_index('ts').truncate(before='2024-01-01', after='2024-02-01')", "P31D"),
    ("tx[(pd.Timestamp.now() - tx.ts) / np.timedelta64(1, 'D') <= 5]", "P5D"),
    ("tx[(pd.Timestamp.now() - tx.ts) / pd.Timedelta(hours=1) < 12]", "PT12H"),
]


def test_a_label_of_an_index_is_one_row():
    assert origins(frame(START + "r = tx.set_index('k').loc['a']\ndf = pd.DataFrame({'p': [r['v']]})"), "p") == {
        "tx.csv.v"
    }
    assert windows("f = tx.set_index(['k', 'ts']).loc['2024'].groupby('u').v.sum()", "sum") != [
        ("sum", ["u"], "bounded", ["P1Y"])
    ]


@pytest.mark.parametrize("rows", ENDLESS)
def test_what_bounds_nothing(rows: str):
    assert windows(f"f = {rows}.groupby('u').v.sum()", "sum") == [("sum", ["u"], "unbounded", [])]


@pytest.mark.parametrize(("rows", "extent"), BOUNDED)
def test_time_ranges(rows: str, extent: str):
    assert windows(f"f = {rows}.groupby('u').v.sum()", "sum") == [("sum", ["u"], "bounded", [extent])]


def test_a_group_seen_from_its_own_latest_time():
    code = "f = tx.groupby('u').apply(lambda g: g[g.ts > g.ts.max() - pd.Timedelta(days=15)].v.sum())"
    assert windows(code, "sum") == [("sum", ["u"], "bounded", ["P15D"])]


@pytest.mark.parametrize("column", [".v", "['v']", "[['v']]"])
def test_a_column_of_a_rolling_window(column: str):
    code = f"f = tx.groupby('u').rolling('90D', on='ts'){column}.sum()"
    assert windows(code, "sum") == [("sum", ["u"], "bounded", ["P90D"])]


def test_a_name_that_values_of_the_data_may_be_is_that_of_the_file_beside_them():
    code = """
import pandas as pd
df = pd.read_parquet('a.parquet')
counts = df.groupby(['id', 'kind']).size().unstack(fill_value=0)
df.set_index('id').join(counts).to_csv('x.csv')
"""
    assert origins(frame(code), "age") == {"a.parquet.age"}, "not the counts, of which anything may be a name"


def test_a_value_by_its_number_is_one_value_and_no_column() -> None:
    code = "df = pd.read_json('a.json')\ndf['m'] = [pd.Series(df['band'][i]).mean() for i in range(len(df))]\ndf.to_csv('x.csv')"
    assert windows(code, "avg") == []
    assert origins(frame(START + code), "m") == {"a.json.band"}


@pytest.mark.parametrize("picked", ["df.iloc[:, 1:23]", "df.loc[:, 'a':'f']"])
def test_columns_by_their_place_have_no_names_where_nobody_knows_the_others(picked: str) -> None:
    code = f"from sklearn.svm import SVC\ndf = pd.read_csv('d.csv')\ny = df['label']\nprint(df['id'])\nSVC().fit({picked}, y)"
    found = feasilint.inspect_source(START + code, kind="python")["models"]
    assert found[0]["features"] == [f"{{{picked}}}"]


@pytest.mark.parametrize(
    "chosen",
    [
        "df.loc[:, df.columns != 'y']",
        "df[df.columns[df.columns != 'y']]",
        "df.loc[:, ~df.columns.isin(['y'])]",
        "df[df.columns[~df.columns.isin(['y'])]]",
    ],
)
def test_all_columns_but_one(chosen: str) -> None:
    code = f"df = tx[['y', 'a', 'b']]\nfrom sklearn.svm import SVC\nSVC().fit({chosen}, df.loc[:, df.columns == 'y'])"
    (model,) = feasilint.inspect_source(START + code, kind="python")["models"]
    assert (sorted(model["features"]), model["label"]) == (["a", "b"], ["y"])

"""SKW402: what of a table of current states may have been another one."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CATALOG = """
version: 1
sources:
  - {name: orders.csv, kind: events, event_time: ordered_at}
  - {name: users.csv, kind: scd1}
  - {name: segments.csv, kind: dimension}
"""
FRAMES = """
import pandas as pd
from xgboost import XGBClassifier
orders, users = pd.read_csv("orders.csv"), pd.read_csv("users.csv")
segments = pd.read_csv("segments.csv")
"""


def found(text: str, catalog: str = CATALOG) -> list[str]:
    return [one.column or "" for one in scan_files({"train.py": text}, catalog).findings if one.code == "SKW402"]


# --- the key that it is joined by ---


@pytest.mark.parametrize(
    "made",
    [
        'users["msno"].astype("category").cat.codes',
        'users["msno"].astype(int)',
        'pd.factorize(users["msno"])[0]',
        'users["msno"].map({"a": 1, "b": 2})',
    ],
)
def test_whatever_is_made_of_the_key_is_no_state(made: str) -> None:
    step = f'users["x"] = {made}\nd = orders.merge(users, on="msno")\nXGBClassifier().fit(d[["x"]], d["y"])\n'
    assert found(FRAMES + step) == []


def test_an_index_of_the_key_is_no_state() -> None:
    text = """
from pyspark.ml.feature import StringIndexer
from pyspark.ml.recommendation import ALS
orders, users = spark.read.csv("orders.csv"), spark.read.csv("users.csv")
users = StringIndexer(inputCol="msno", outputCol="x").fit(users).transform(users).withColumn("x", F.col("x").cast("int"))
d = orders.select("msno", "item_id", "rating").join(users, on="msno")
ALS(userCol="x", itemCol="item_id", ratingCol="rating").fit(d)
"""
    assert found(text) == []


@pytest.mark.parametrize("name", ["userId", "User-ID", "signupDate", "Year Of Birth"])
def test_names_of_what_never_changes(name: str) -> None:
    step = f'd = orders.merge(users, on="msno")\nXGBClassifier().fit(d[["{name}"]], d["y"])\n'
    assert found(FRAMES + f'users = users[["msno", "{name}"]]\n' + step) == []


def test_a_state_that_another_table_is_joined_by_may_change() -> None:
    step = """
users = users[["msno", "segment"]]
d = orders.merge(users, on="msno").merge(segments[["segment", "margin"]], on="segment")
XGBClassifier().fit(d[["segment"]], d["y"])
"""
    assert found(FRAMES + step) == ["segment"]


# --- what is left out on the way ---

SONGS = """
import pandas as pd
from xgboost import XGBClassifier
d = pd.read_csv("orders.csv")
users, songs = pd.read_csv("users.csv"), pd.read_csv("songs.csv")
songs["year"] = songs["code"].str[5:7]
{}
d = d.merge(users, on="user_id").merge(songs, on="song_id")
XGBClassifier().fit(d.drop(["y"], axis=1), d["y"])
"""


@pytest.mark.parametrize(
    "step",
    [
        "songs.drop(columns=['code', 'name'], inplace=True)",
        "songs.drop(['code', 'name'], axis=1, inplace=True)",
        "songs = songs.drop(columns=['code'])",
        "del songs['code']",
        "songs = songs[[c for c in songs if c != 'code']]",
    ],
)
def test_a_column_that_was_dropped_is_not_one_of_another_frame(step: str) -> None:
    assert found(SONGS.format(step)) == ["*"]


def test_a_column_that_the_code_reads_of_the_other_frame_is_one() -> None:
    step = "songs.drop(columns=['code'], inplace=True)\nprint(users['code'].nunique())"
    assert "code" in found(SONGS.format(step))
    step = "songs.drop(columns=['code'], inplace=True)\nusers['plan'] = users['plan'].astype('category')"
    assert "plan" in found(SONGS.format(step))
    assert "gender" not in found(SONGS.format(step.replace("plan", "gender")))


# --- the present of each entity ---

CLUSTERS = """
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
orders, users = pd.read_csv("orders.csv"), pd.read_csv("users.csv")
d = orders.merge(users, on="user_id")
{}
"""


@pytest.mark.parametrize(
    "step",
    [
        "t = pd.crosstab(d['user_id'], d['segment'])\nKMeans(4).fit(pd.DataFrame(PCA(6).fit_transform(t)))",
        "KMeans(4).fit(d.groupby('user_id', as_index=False).agg({'score': 'max'})[['score']])",
    ],
)
def test_a_row_for_each_entity_as_of_now_is_none_of_the_past(step: str) -> None:
    assert found(CLUSTERS.format(step)) == []


@pytest.mark.parametrize(
    "step",
    [
        "KMeans(4).fit(d[['score']])",
        "t = d.groupby(['user_id', 'month'], as_index=False).agg({'score': 'max'})\nKMeans(4).fit(t[['score']])",
        "t = d[d.ordered_at < '2020-01-01'].groupby('user_id').agg({'score': 'max'})\nKMeans(4).fit(t[['score']])",
        "t = d.groupby('user_id').agg({'score': 'max', 'y': 'last'})\nLogisticRegression().fit(t[['score']], t['y'])",
    ],
)
def test_rows_of_the_past_stay_such(step: str) -> None:
    assert found(CLUSTERS.format(step)) == ["score"]

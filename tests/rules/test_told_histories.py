"""Which aggregates of files that nobody declares are told as histories, and by the name of which source."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CODE = """
import pandas as pd
from lightgbm import LGBMClassifier
{}
LGBMClassifier().fit(train[["n"]], train["y"])
"""


def messages(code: str) -> list[str]:
    return [found.message for found in scan_files({"train.py": CODE.format(code)}).findings if found.code == "AGG301"]


@pytest.mark.parametrize("name", ["resources", "stores", "songs", "aisles", "houses", "train", "catalog", "employees"])
def test_rows_that_nothing_says_to_be_events(name: str) -> None:
    code = (
        'train = pd.read_csv("train.csv", usecols=["id", "y"])\n'
        f'items = pd.read_csv("{name}.csv", usecols=["id", "price"])\n'
        'train = train.merge(items.groupby("id").agg(n=("price", "count")), on="id")'
    )
    assert messages(code) == []


@pytest.mark.parametrize(
    "name", ["orders", "installments_payments", "user_logs", "clickEvents", "air_visit_data", "search_history"]
)
def test_rows_that_are_called_events(name: str) -> None:
    code = (
        'train = pd.read_csv("train.csv", usecols=["user_id", "y"])\n'
        f'items = pd.read_csv("{name}.csv", usecols=["user_id", "price"])\n'
        'train = train.merge(items.groupby("user_id").agg(n=("price", "count")), on="user_id")'
    )
    (message,) = messages(code)
    assert message.startswith("feature `n` counts all ")


def test_the_events_are_named_and_not_what_is_looked_up_for_them() -> None:
    code = (
        'train = pd.read_csv("train.csv", usecols=["user_id", "y"])\n'
        'aisles = pd.read_csv("aisles.csv", usecols=["aisle_id", "aisle"])\n'
        'orders = pd.read_csv("orders.csv", usecols=["user_id", "aisle_id"])\n'
        'made = orders.merge(aisles, on="aisle_id").groupby("user_id").size().reset_index(name="n")\n'
        'train = train.merge(made, on="user_id")'
    )
    (message,) = messages(code)
    assert message == "feature `n` counts all orders and 1 more source a `user_id` has ever made"


def test_of_several_the_one_that_is_read_first_is_named() -> None:
    code = (
        'train = pd.read_csv("train.csv", usecols=["user_id", "click_time", "y"])\n'
        'test = pd.read_csv("test.csv", usecols=["user_id", "click_time"])\n'
        "both = pd.concat([train, test])\n"
        'train["n"] = both.groupby("user_id")["click_time"].transform("nunique")'
    )
    (message,) = messages(code)
    assert "all rows of `train.csv` and 1 more source" in message


def test_a_running_sum_of_ones_numbers_the_rows() -> None:
    code = (
        'train = pd.read_csv("orders.csv", usecols=["user_id", "ts", "y"]).sort_values("ts")\n'
        'train["n"] = 1\ntrain["n"] = train["n"].cumsum() // 1000'
    )
    found = [one.code for one in scan_files({"train.py": CODE.format(code)}).findings]
    assert "AGG302" not in found
    assert "AGG304" not in found


def test_what_is_taken_together_again_is_no_running_count() -> None:
    code = (
        'orders = pd.read_csv("orders.csv", usecols=["user_id", "product_id", "ts"])\n'
        'train = pd.read_csv("train.csv", usecols=["product_id", "y"])\n'
        'orders["times"] = orders.groupby(["user_id", "product_id"]).cumcount() + 1\n'
        'made = orders.groupby("product_id").agg(n=("times", lambda x: sum(x == 1))).reset_index()\n'
        'train = train.merge(made, on="product_id")'
    )
    found = {one.code: one.message for one in scan_files({"train.py": CODE.format(code)}).findings}
    assert "AGG302" not in found
    assert "AGG304" not in found
    assert "`product_id` has ever made" in found["AGG301"]


def test_collaborative_filtering_is_told_its_columns() -> None:
    code = """
import pandas as pd
from fastai.collab import *
plays = pd.read_csv("plays.csv", usecols=["user", "item", "n"])
plays["n"] = plays["n"] / plays["n"].max()
learn = collab_learner(CollabDataLoaders.from_df(plays, user_name="user", item_name="item", rating_name="n"))
learn.fit_one_cycle(5)
"""
    assert [found.code for found in scan_files({"train.py": code}).findings] == []


def test_of_nested_aggregates_the_outer_one_is_told_with_its_key() -> None:
    code = (
        'train = pd.read_csv("train.csv", usecols=["city", "y"])\n'
        'orders = pd.read_csv("orders.csv", usecols=["user_id", "city", "amount"])\n'
        'each = orders.groupby(["city", "user_id"]).agg(m=("amount", "sum")).reset_index()\n'
        'train = train.merge(each.groupby("city").agg(n=("m", "max")), on="city")'
    )
    (message,) = messages(code)
    assert message == "feature `n` takes the maximum of all orders a `city` has ever made"

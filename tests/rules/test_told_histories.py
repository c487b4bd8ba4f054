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


CATALOG = """
version: 1
sources:
  - {name: chat.messages, availability: production, latency: daily, kind: events, event_time: sent_at}
  - {name: chat.users, availability: production, latency: daily, kind: events, event_time: joined_at}
  - {name: crm.deals, availability: training_only, kind: label}
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # messages lend the day on which a user is counted
        (
            "with base as (select u.id, cast(m.sent_at as date) as added from chat.users u left join chat.messages m"
            " on m.user_id = u.id), daily as (select d.day, count(*) as n from base left join calendar d"
            " on base.added = d.day group by d.day) select day, sum(n) over (order by day) as x from daily",
            ["all users up to each row"],
        ),
        (
            "with deals as (select d.account, d.amount, coalesce(m.sent_at, d.closed_at) as day from crm.deals d left join"
            " chat.messages m on m.deal_id = d.id) select account, day, sum(amount) over (partition by account order by day)"
            " as x from deals",
            [],
        ),
        (
            "select d.account, sum(d.amount * 365 / date_diff('day', d.opened_at, m.sent_at)) over (partition by d.account"
            " order by d.opened_at) as x from crm.deals d left join chat.messages m on m.deal_id = d.id",
            [],
        ),
        (
            "select u.id, sum(case when m.sent_at > u.closed_at then u.amount end) as x from chat.users u"
            " join chat.messages m on m.user_id = u.id group by u.id",
            ["all users an `id` has ever made"],
        ),
        # a spine whose rows are counted for what they find
        (
            "select u.id, count(*) as x from chat.users u left join chat.messages m on m.user_id = u.id group by u.id",
            ["all messages and 1 more source an `id` has ever made"],
        ),
        (
            "select u.id, count(case when m.read then u.device end) as x from chat.users u left join chat.messages m"
            " on m.user_id = u.id group by u.id",
            ["all messages and 1 more source an `id` has ever made"],
        ),
        (
            "select u.id, sum(case when m.read then 1 else 0 end) as x from chat.users u left join chat.messages m"
            " on m.user_id = u.id group by u.id",
            ["all messages an `id` has ever made"],
        ),
    ],
)
def test_what_is_summed_up_is_named_and_not_what_lends_a_day(text: str, told: list[str]) -> None:
    findings = scan_files({"features.sql": f"create table ml.features as {text}"}, CATALOG).findings
    messages = [found.message for found in findings if found.code in ("AGG301", "AGG304")]
    assert [message.split("sums up ")[-1].split("counts ")[-1].split(", ")[0] for message in messages] == told

"""Window classes of dataframe code: which groups are finite by their keys, and which nobody can tell."""

from __future__ import annotations

import pytest

import feasilint

CODE = """
import math
import pandas as pd
from sklearn.linear_model import LogisticRegression
tx = pd.read_csv("transactions.csv", usecols=["user", "tags", "ts", "amount", "InvoiceNo", "y"], parse_dates=["ts"])
{}
LogisticRegression().fit(made[["n"]], made["y"])
"""
PARTS = 'tx["month"], tx["day"], tx["hour"] = tx.ts.dt.month, tx.ts.dt.day, tx.ts.dt.hour\n'


def windows(code: str, function: str = "count") -> list[str]:
    found = feasilint.inspect_source(CODE.format(code), kind="python")["aggregations"]
    return [one["window"] for one in found if one["function"] == function]


@pytest.mark.parametrize(
    ("keys", "window"),
    [
        ('[pd.Grouper(key="ts", freq="60min"), "user"]', "bucketed"),
        ('["user", tx.ts.dt.date]', "bucketed"),
        ('["user", "month", "day"]', "bucketed"),
        ('["user", "InvoiceNo"]', "entity"),
        ('["user", "month"]', "unbounded"),
        ('["user", "day"]', "unbounded"),
        ('["user", "hour"]', "unbounded"),
        ('["user"]', "unbounded"),
    ],
)
def test_groups_are_as_long_as_their_keys_say(keys: str, window: str) -> None:
    code = f'{PARTS}made = tx.groupby({keys}).agg(n=("amount", "count"), y=("y", "max")).reset_index()'
    assert windows(code) == [window]


def test_the_first_argument_of_a_time_grouper_is_the_frequency() -> None:
    code = 'made = tx.set_index("ts").groupby([pd.TimeGrouper("60min"), "user"]).agg(n=("amount", "count"), y=("y", "max"))'
    assert windows(code) == ["bucketed"]


def test_an_hour_that_a_lambda_counts() -> None:
    code = (
        'tx["bin"] = tx["ts"].applymap(lambda t: math.floor(t / 3600)).astype(int)\n'
        'made = tx.groupby(["user", "bin"]).agg(n=("amount", "count"), y=("y", "max")).reset_index()'
    )
    assert windows(code) == ["bucketed"]


def test_a_key_of_one_document_in_a_table_that_was_changed_on_one_way_only() -> None:
    code = (
        "if tx.amount.isnull().any():\n    tx = tx.dropna()\n"
        'made = tx.groupby(["user", "InvoiceNo"]).agg(n=("amount", "count"), y=("y", "max")).reset_index()'
    )
    assert windows(code) == ["entity"]


@pytest.mark.parametrize("key", ["items.index", 'items["ts"].map(bin_of)'])
def test_groups_by_what_nobody_knows_are_no_history(key: str) -> None:
    code = (
        f'items = tx.explode("tags")\nmade = items.groupby([{key}, "tags"]).agg(n=("amount", "count"), y=("y", "max"))'
    )
    assert windows(code) == ["unknown"]


def test_snowpark_names_columns_one_after_the_other() -> None:
    code = """
from snowflake.snowpark import Session, Window
from snowflake.snowpark import functions as F
session = Session.builder.getOrCreate()
t = session.table("transactions").select("user", "ts", "amount", "y")
w = Window.partition_by(F.col("K")).order_by(F.col("ts")).range_between(Window.UNBOUNDED_PRECEDING, Window.CURRENT_ROW)
made = t.with_columns(["K", "n"], [F.concat(F.col("user"), F.to_date(F.col("ts"))), F.count(F.col("amount")).over(w)])
"""
    assert windows(code) == ["bucketed"]


def test_the_days_of_a_calendar_that_is_made_are_days() -> None:
    code = """
from snowflake.snowpark import Session
from snowflake.snowpark import functions as F
session = Session.builder.getOrCreate()
days = session.range(90).with_column("at", F.to_date(F.dateadd("DAY", F.seq4(), F.lit("2024-01-01"))))
t = session.table("transactions").select("user", "ts", "amount", "y")
joined = t.join(days, F.to_date(t["ts"]) == days["at"], "rightouter").select(days["at"], t["user"], t["amount"], t["y"])
made = joined.group_by("user", "at").agg(F.count("amount").as_("n"), F.max("y").as_("y"))
"""
    assert windows(code) == ["bucketed"]

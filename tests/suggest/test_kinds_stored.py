"""First values that are stored once: what is stored and what a day adds to it, beside those of all history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pandas as pd
import pytest
from suggested import AS_OF, Row, by, findings, rows, run, suggestion
from suggested_sql import code as sql_code

pl = pytest.importorskip("polars")

DAYS = [AS_OF - timedelta(days=days) for days in (5, 1, 0)]
NEW = [
    {"user_id": 7, "merchant": "n", "ts": AS_OF - timedelta(days=2), "amount": 1.0, "is_fraud": 0},
    {"user_id": 7, "merchant": "o", "ts": AS_OF - timedelta(hours=2), "amount": 2.0, "is_fraud": 0},
    {"user_id": 8, "merchant": "p", "ts": AS_OF - timedelta(hours=1), "amount": 3.0, "is_fraud": 0},
]
ROWS = [
    {**row, "tx_id": number, "merchant": row["merchant"] or "e"}
    for number, row in enumerate(sorted([*rows(), *NEW], key=lambda row: row["ts"]))
]


def first(group: list[Row]) -> Any:
    return group[0]["merchant"]


def until(time: Any) -> dict[Any, Any]:
    return by([row for row in ROWS if row["ts"] < time], "user_id", first)


def pandas(tail: str) -> str:
    code = f'n = tx.groupby("user_id").merchant.first(){tail}\ndf = tx.merge(n, on="user_id")'
    return suggestion("pandas", code, "x", "AGG301")


# --- what is not rewritten ---


@pytest.mark.parametrize(
    ("library", "made"),
    [
        ("pandas", 'n = tx.groupby("user_id").agg(x=("merchant", "first"), y=("amount", "sum"))'),
        ("pandas", 'n = tx.groupby("user_id", as_index=False).merchant.first().rename(columns={"merchant": "x"})'),
        ("pandas", 'n = tx.groupby("user_id").merchant.first().rename("x").reset_index().drop_duplicates()'),
        ("pandas", 'n = tx.groupby(tx.user_id % 7).merchant.first().rename("x").reset_index()'),
        ("polars", 'n = tx.group_by("user_id").agg(x=pl.col("merchant").first(), y=pl.len())'),
        ("polars", 'n = tx.group_by("user_id").agg(x=pl.col("merchant").first()).filter(pl.col("x") != "a")'),
        ("polars", 'n = tx.group_by("user_id").agg(x=pl.col("merchant").drop_nulls().first())'),
        ("spark", 'n = tx.groupBy("user_id").agg(F.first("merchant", ignorenulls=True).alias("x"))'),
        ("polars", 'n = tx.group_by(pl.col("user_id") % 7).agg(x=pl.col("merchant").first())'),
        ("spark", 'n = tx.groupBy("user_id").agg(F.first("merchant").alias("x"), F.count("*"))'),
    ],
)
def test_more_than_a_first_value_of_plain_keys_is_left_alone(library: str, made: str) -> None:
    join = {"pandas": 'merge(n, on="user_id")', "polars": 'join(n, on="user_id")', "spark": 'join(n, "user_id")'}
    found = [one for one in findings(library, f"{made}\ndf = tx.{join[library]}", "x") if one.code == "AGG301"]
    assert all(one.suggestion is None or not one.suggestion.code for one in found)


@pytest.mark.parametrize(
    "query",
    [
        "select user_id, arg_min(merchant, ts) as x, count(*) as n from tx group by user_id",
        "select user_id, upper(arg_min(merchant, ts)) as x from tx group by user_id",
        "select user_id % 7 as k, arg_min(merchant, ts) as x from tx group by user_id % 7",
        "select user_id, arg_min(merchant, ts) as x from tx group by user_id having count(*) > 3",
        "select x from (select user_id, arg_min(merchant, ts) as x from tx group by user_id)",
    ],
)
def test_nor_are_queries_that_give_more(query: str) -> None:
    assert sql_code(query) == ""


# --- what a day adds ---


@pytest.mark.parametrize("stored", DAYS)
def test_in_sql(stored: Any) -> None:
    query = "select user_id, arg_min(merchant, ts) as x from tx group by user_id"
    shown = sql_code(query)
    assert shown.startswith("-- stored_x: what this query has given so far")
    db = duckdb.connect()
    db.execute("create table tx (user_id int, merchant text, ts timestamp)")
    db.executemany("insert into tx values (?, ?, ?)", [(row["user_id"], row["merchant"], row["ts"]) for row in ROWS])
    earlier = query.replace("from tx", f"from tx where ts < '{stored}'")
    db.execute(f"create table stored_x as {earlier}")
    db.execute(f"insert into stored_x\n{shown}", {"as_of": AS_OF})
    assert dict(db.execute("select * from stored_x").fetchall()) == until(AS_OF)
    assert db.execute("select count(*) from stored_x").fetchone() == (len(until(AS_OF)),)


@pytest.mark.parametrize("stored", DAYS)
@pytest.mark.parametrize("tail", ['.rename("x")', '.rename("x").reset_index()', '.reset_index(name="x")'])
def test_in_pandas(tail: str, stored: Any) -> None:
    before = pd.Series(until(stored), name="x").rename_axis("user_id")
    flat = "reset_index" in tail
    found = run(pandas(tail), tx=pd.DataFrame(ROWS), pd=pd, stored_n=before.reset_index() if flat else before)["n"]
    assert (found.set_index("user_id")["x"] if flat else found).to_dict() == until(AS_OF)
    assert len(found) == len(until(AS_OF))


@pytest.mark.parametrize("stored", DAYS)
@pytest.mark.parametrize(
    "made", ['tx.group_by("user_id").agg(x=pl.col("merchant").first())', '(\n    tx\n    .group_by("user_id")\n    .agg(pl.col("merchant").first().alias("x"))  # once\n)']
)  # fmt: skip
def test_in_polars(made: str, stored: Any) -> None:
    shown = suggestion("polars", f'n = {made}\ndf = tx.join(n, on="user_id")', "x", "AGG301")
    assert ("# once" in shown) is ("# once" in made)
    before = pl.DataFrame([{"user_id": user, "x": value} for user, value in until(stored).items()])
    found = run(shown, pl=pl, tx=pl.DataFrame(ROWS), stored_n=before)["n"]
    assert dict(found.iter_rows()) == until(AS_OF)
    assert found.height == len(until(AS_OF))

"""Forms that suit a kind in pandas and polars (lists, sessions), executed and compared with what they should compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from suggested import AS_OF, Row, before, by, findings, recent, rows, run, suggestion, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.findings import Suggestion

pl = pytest.importorskip("polars")

ROWS = rows()


def told(library: str, code: str, rule: str) -> Suggestion:
    (found,) = (finding for finding in findings(library, code, "x") if finding.code == rule)
    assert found.suggestion is not None
    return found.suggestion


def pandas(code: str, name: str) -> Any:
    tx = pd.DataFrame(ROWS)
    return run(code, pd=pd, np=np, tx=tx, df=tx.copy(), n=None)[name]


def polars(code: str, name: str = "df") -> Any:
    return run(code, pl=pl, tx=pl.DataFrame(ROWS))[name]


def last(group: list[Row], kind: Callable[[list[Any]], Any] = list) -> Any:
    return kind([row["merchant"] for row in sorted(group, key=lambda row: row["ts"])][-20:])


# --- lists ---

LISTS = [
    '.merchant.apply(list).rename("x")',
    '["merchant"].agg(list).rename("x")',
    '.agg(x=("merchant", list))["x"]',
    '.agg(x=pd.NamedAgg(column="merchant", aggfunc=list))["x"]',
    '.merchant.agg(lambda s: list(s)).rename("x")',
    '.agg({"merchant": list}).rename(columns={"merchant": "x"})["x"]',
]
JOINED = 'df = tx.merge(n.reset_index(name="x"), on="user_id")'


@pytest.mark.parametrize("frame", ["tx", 'tx.sort_values("ts")', 'tx[["user_id", "merchant", "ts"]]'])
@pytest.mark.parametrize("measure", LISTS)
def test_the_last_values_instead_of_all(measure: str, frame: str) -> None:
    shown = told("pandas", f'n = {frame}.groupby("user_id"){measure}\n{JOINED}', "AGG301")
    assert shown.title == "90-day list of the last 20 values of transactions, updated daily"
    found = pandas(shown.code.replace('["x"]', '["x_90d"]'), "n")
    assert found.map(lambda kept: [None if pd.isna(one) else one for one in kept]).to_dict() == by(
        recent(ROWS, 90), "user_id", last
    )
    assert max(map(len, found)) == 20


@pytest.mark.parametrize("order", ['"amount"', '"ts", ascending=False', '["ts", "amount"]'])
def test_a_list_in_another_order_than_that_of_time_keeps_all_of_the_window(order: str) -> None:
    code = f'n = tx.sort_values({order}).groupby("user_id").merchant.apply(list).rename("x")\n{JOINED}'
    shown = told("pandas", code, "AGG301")
    assert "tail" not in shown.code
    assert shown.title.startswith("90-day list of all values")


def test_a_list_that_is_worked_on_is_left_as_it_is() -> None:
    code = f'n = tx.groupby("user_id").merchant.apply(lambda s: list(s.dropna())).rename("x")\n{JOINED}'
    assert all("tail" not in one.suggestion.code for one in findings("pandas", code, "x") if one.suggestion is not None)


@pytest.mark.parametrize("group", ["year", 'year.sort_values("ts")'])
def test_a_list_of_a_long_window_keeps_the_last_values(group: str) -> None:
    year = "year = tx[(tx.ts >= as_of - pd.Timedelta(days=365)) & (tx.ts < as_of)]"
    shown = told(
        "pandas",
        f'as_of = pd.Timestamp("2024-06-01")\n{year}\nn = {group}.groupby("user_id").merchant.apply(list).rename("x")\n{JOINED}',
        "AGG303",
    )
    assert shown.title == "list of the last 20 values"
    assert shown.code.count("sort_values") == 1
    frame = pd.DataFrame(recent(ROWS))
    found = run(shown.code, year=frame)["n"].map(lambda kept: [None if pd.isna(one) else one for one in kept])
    assert found.to_dict() == by(recent(ROWS), "user_id", last)


@pytest.mark.parametrize("measure", ["merchant.nunique()", "amount.median()"])
def test_pandas_has_no_sketches(measure: str) -> None:
    code = (
        'as_of = pd.Timestamp("2024-06-01")\nyear = tx[(tx.ts >= as_of - pd.Timedelta(days=365)) & (tx.ts < as_of)]\n'
        f'n = year.groupby("user_id").{measure}.rename("x")\n{JOINED}'
    )
    (found,) = (finding for finding in findings("pandas", code, "x") if finding.code == "AGG303")
    assert found.suggestion is None


def test_the_most_frequent_value_is_that_of_recent_rows() -> None:
    code = f'n = tx.groupby("user_id").merchant.agg(lambda s: s.mode().iloc[0]).rename("x")\n{JOINED}'
    found = pandas(suggestion("pandas", code, "x", "AGG301"), "n").to_dict()
    for user, group in by(recent(ROWS, 90), "user_id", list).items():
        names = values(group, "merchant")
        assert names.count(found[user]) == max(map(names.count, names))


# --- sessions ---

NEW = {
    "pandas": [
        'df = tx.sort_values("ts")\ndf["x"] = df.groupby("user_id").ts.diff().gt("30min").groupby(df.user_id).cumsum()',
        'df = tx.sort_values("ts")\ndf["x"] = df.groupby("user_id")["ts"].diff().gt("30min").groupby(df["user_id"]).cumsum()',
        'df = tx.sort_values(["user_id", "ts"])\ndf["new"] = df.groupby("user_id").ts.diff() > pd.Timedelta(minutes=30)\n'
        'df["x"] = df.groupby("user_id").new.cumsum()',
    ],
    "polars": [
        'df = tx.sort("ts").with_columns(x=(pl.col("ts").diff() > pl.duration(minutes=30)).cum_sum().over("user_id"))',
        'flagged = tx.sort("ts").with_columns(new=(pl.col("ts").diff() > pl.duration(minutes=30)).over("user_id"))\n'
        'df = flagged.with_columns(pl.col("new").cum_sum().over("user_id").alias("x"))',
    ],
}


@pytest.mark.parametrize(("library", "code"), [(library, code) for library, codes in NEW.items() for code in codes])
def test_the_events_of_a_day_instead_of_the_number_of_a_session(library: str, code: str) -> None:
    shown = told(library, code, "AGG304")
    assert shown.title == "1-day count of transactions, updated daily"
    if library == "pandas":
        found = pandas(shown.code, "df").set_index("tx_id")["x_1d"].to_dict()
    else:
        found = run(shown.code, pl=pl, tx=pl.DataFrame(ROWS), flagged=pl.DataFrame(ROWS))["df"]
        found = dict(found.select("tx_id", "x_1d").iter_rows())
    expected = before(ROWS, len, days=1)
    assert found == expected
    assert max(expected.values()) > 0
    assert AS_OF in {row["ts"] for row in ROWS}


@pytest.mark.parametrize(
    "code",
    [
        'df = tx.sort_values("ts")\ndf["x"] = df.groupby("user_id").ts.diff().gt("30min").groupby(tx.user_id).cumsum()',
        'df = tx.sort_values("ts")\n'
        'df["x"] = df.groupby("user_id").ts.diff().gt("30min").groupby(df.user_id).cumsum().astype(str) + "s"',
    ],
)
def test_sessions_whose_rows_are_of_elsewhere_are_left_alone(code: str) -> None:
    assert all(one.suggestion is None or not one.suggestion.code for one in findings("pandas", code, "x"))

"""Frames in pandas and polars that end before the row, executed and compared with the rows before it."""

from __future__ import annotations

import ast
from statistics import mean
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from suggested import findings, rows, run, suggestion

from feasilint.ir import Anchor, Fragment, Program
from feasilint.lower.python.nodes import nodes
from feasilint.suggest.libraries import ended

if TYPE_CHECKING:
    from collections.abc import Callable

pl = pytest.importorskip("polars")

ROWS = rows()


def of_earlier(of: Callable[[list[int]], Any], number: int, fewest: int, keyed: bool = True) -> dict[int, Any]:
    """For each row by its number, a value of so many rows before it."""
    found = {}
    for row in ROWS:
        earlier = [one for one in ROWS if one["ts"] < row["ts"] and (not keyed or one["user_id"] == row["user_id"])]
        last = [one["is_fraud"] for one in sorted(earlier, key=lambda one: one["ts"])][-number:]
        found[row["tx_id"]] = of(last) if len(last) >= fewest else float("nan")
    return found


def pandas(code: str) -> dict[int, Any]:
    df = pd.DataFrame(ROWS).sort_values("ts")
    made = run(code, pd=pd, df=df)["df"]
    return dict(zip(made["tx_id"], made["x"], strict=True))


def polars(code: str) -> dict[int, Any]:
    made = run(code, pl=pl, tx=pl.DataFrame(ROWS))["df"].select("tx_id", "x")
    return {number: float("nan") if value is None else value for number, value in made.iter_rows()}


def suggest(library: str, value: str) -> str:
    head = {"pandas": 'df = tx.sort_values("ts")\ndf["x"] = {}', "polars": 'df = tx.sort("ts").with_columns(x={})'}
    return suggestion(library, head[library].format(value), "x", "SKW404")


# --- what is not rewritten ---


@pytest.mark.parametrize(
    ("library", "code"),
    [
        ("pandas", 'df = tx.sort_values("ts")\ndf["x"] = df.is_fraud.rolling(9, center=True).mean()'),
        ("pandas", 'df = tx.sort_values("ts")\ndf["x"] = df.is_fraud.rolling(9, win_type="hamming").mean()'),
        ("pandas", 'df = tx.sort_values("ts", ascending=False)\ndf["x"] = df.is_fraud.rolling(9).mean()'),
        ("pandas", 'df = tx.sort_values("ts")\ndf["x"] = df.groupby("user_id").is_fraud.ewm(span=5).mean().values'),
        ("polars", 'df = tx.sort("ts").with_columns(x=pl.col("is_fraud").rolling_mean(9, center=True).over("user_id"))'),
        ("polars", 'df = tx.sort("ts").with_columns(x=pl.col("is_fraud").over("user_id").rolling_mean(9))'),
    ],
)  # fmt: skip
def test_frames_that_mean_something_else_are_left_alone(library: str, code: str) -> None:
    shown = [one.suggestion for one in findings(library, code, "x") if one.code == "SKW404"]
    assert all(one is None or not one.code for one in shown)


# --- rows ---


@pytest.mark.parametrize(
    ("value", "fewest"),
    [
        ('df.groupby("user_id").is_fraud.transform(lambda s: s.rolling(10).mean())', 10),
        ('df.groupby("user_id")["is_fraud"].transform(lambda s: s.rolling(10, min_periods=1).mean())', 1),
        ('df.groupby("user_id").is_fraud.rolling(10).mean().reset_index(level=0, drop=True)', 10),
        ('df.groupby("user_id")["is_fraud"].rolling(window=10, min_periods=3).mean().droplevel(0)', 3),
        ('df.groupby("user_id").is_fraud.rolling(10, closed="right").mean().droplevel(0)', 10),
    ],
)
def test_the_rows_of_the_key_before_the_row_in_pandas(value: str, fewest: int) -> None:
    found = pandas(suggest("pandas", value))
    assert found == pytest.approx(of_earlier(mean, 10, fewest), nan_ok=True)


def test_the_rows_of_all_before_the_row_in_pandas() -> None:
    found = pandas(suggest("pandas", "df.is_fraud.rolling(10).sum()"))
    ordered = list(pd.DataFrame(ROWS).sort_values("ts")["is_fraud"])
    assert [value for value in found.values() if value == value] == [
        sum(ordered[at - 10 : at]) for at in range(10, len(ordered))
    ]


def test_a_weighted_mean_of_the_rows_before_the_row() -> None:
    shown = suggest("pandas", 'df.groupby("user_id").is_fraud.transform(lambda s: s.ewm(alpha=0.5).mean())')
    weighted = of_earlier(lambda last: sum(v * 0.5**n for n, v in enumerate(reversed(last))), 99, 1)
    weights = of_earlier(lambda last: sum(0.5**n for n in range(len(last))), 99, 1)
    expected = {number: weighted[number] / weights[number] for number in weighted}
    assert pandas(shown) == pytest.approx(expected, nan_ok=True)


def test_a_chain_over_lines_keeps_its_lines_and_comments() -> None:
    value = '(\n    df.groupby("user_id")["is_fraud"]\n    .rolling(10)  # ten\n    .mean()\n    .reset_index(level=0, drop=True)\n)'
    assert suggest("pandas", value) == f'df["x"] = {value}'.replace("(10)", '(10, closed="left")')


@pytest.mark.parametrize(
    ("value", "fewest"),
    [
        ('pl.col("is_fraud").rolling_mean(10).over("user_id")', 10),
        ('pl.col("is_fraud").rolling_mean(window_size=10, min_samples=1).over("user_id")', 1),
    ],
)
def test_the_rows_of_the_key_before_the_row_in_polars(value: str, fewest: int) -> None:
    found = polars(suggest("polars", value))
    assert found == pytest.approx(of_earlier(mean, 10, fewest), nan_ok=True)


@pytest.mark.parametrize(
    "made", ["w = w.rowsBetween(-9, 0)", "v = w.rowsBetween(-9, 0)\nw = v.rowsBetween(-9, 0)", "w = w", ""]
)
def test_a_specification_that_is_made_of_itself_has_no_code(made: str) -> None:
    text = f'from pyspark.sql import functions as F\n{made}\ndf = tx.withColumn("x", F.avg("is_fraud").over(w))'
    fragment = Fragment(0, "python", text, None, (Anchor(0, 1, 1),))
    every = nodes(fragment)
    node = next(
        at for at, one in enumerate(every) if isinstance(one, ast.Call) and ast.unparse(one) == "F.avg('is_fraud')"
    )
    assert ended(Program("a.py", "python", (fragment,)), 0, node) is None

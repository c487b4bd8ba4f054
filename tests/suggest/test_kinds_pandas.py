"""Suggested pandas code of what is learned from training rows, executed and compared with what it should compute."""

from __future__ import annotations

from datetime import timedelta
from statistics import mean, stdev
from typing import Any

import numpy as np
import pandas as pd
import pytest
from suggested import AS_OF, Row, before, by, findings, recent, rows, run, suggestion, values

ROWS = rows()
TRAINING = [row for row in ROWS if row["ts"] < AS_OF]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS)


def result(code: str, name: str = "df") -> Any:
    tx = frame()
    return run(code, pd=pd, np=np, tx=tx, df=tx.copy())[name]


def suggest(code: str, rule: str) -> str:
    return suggestion("pandas", code, "x", rule)


# --- what is not rewritten ---


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ('pd.qcut(df["amount"].rank(method="first"), 5, labels=False)', "AGG307"),
        ('pd.qcut(df["amount"], n, labels=False)', "AGG307"),
        ('df["amount"].rank()', "AGG307"),
        ('df["amount"].rank(pct=True, ascending=False)', "AGG307"),
    ],
)
def test_forms_that_mean_something_else_are_left_alone(value: str, rule: str) -> None:
    assert suggest(f'df = tx\ndf["x"] = {value}', rule) == ""


def test_a_statistic_that_changes_with_a_loop_is_no_constant() -> None:
    code = """
        df = tx
        for column in ["amount"]:
            df["x"] = df["amount"] - df[df["amount"] > limit]["amount"].mean()
    """
    found = [one.suggestion for one in findings("pandas", code, "x") if one.code == "AGG306"]
    assert all(one is None or not one.code for one in found)


# --- statistics ---


@pytest.mark.parametrize(
    "value",
    [
        "(df.amount - df.amount.mean()) / df.amount.std()",
        '(df["amount"] - df["amount"].mean()) / df["amount"].std()',
        "(df.amount - np.mean(df.amount)) / df.amount.std()",
    ],
)
def test_statistics_of_the_training_rows(value: str) -> None:
    code = suggest(f'df = tx\ndf["x"] = {value}  # standardised', "AGG306")
    assert "# standardised" in code
    mu, sigma = mean(values(TRAINING)), stdev(values(TRAINING))
    expected = (frame()["amount"] - mu) / sigma
    pd.testing.assert_series_equal(result(code)["x"], expected, check_names=False)


def test_a_statistic_with_a_name_keeps_it() -> None:
    code = suggest('df = tx\nmu = df["amount"].mean()\ndf["x"] = df["amount"] / mu', "AGG306")
    assert result(code, "mu") == pytest.approx(mean(values(TRAINING)))


# --- ranks ---


@pytest.mark.parametrize("arguments", ["10, labels=False", "[0, 0.5, 0.9, 1], labels=['low', 'high', 'top']", "4"])
def test_cut_points_of_the_training_rows(arguments: str) -> None:
    code = suggest(f'df = tx\ndf["x"] = pd.qcut(df["amount"], {arguments})', "AGG307")
    found = result(code)["x"]
    training = pd.DataFrame(TRAINING)
    expected = eval(f'pd.qcut(training["amount"], {arguments})', {"pd": pd, "training": training})
    assert found.isna().sum() == frame()["amount"].isna().sum()
    if "4" not in arguments:  # the names of the outermost intervals say where they end
        same = found[found.index.isin(frame().index[frame()["ts"] < AS_OF])]
        assert list(same.dropna()) == list(expected.dropna())


def test_a_rank_becomes_a_share_of_published_quantiles() -> None:
    code = suggest('df = tx\ndf["x"] = df.amount.rank(pct=True)', "AGG307")
    found = result(code)
    ordered = sorted(values(TRAINING))
    for row in found.itertuples():
        if np.isnan(row.amount):
            assert np.isnan(row.x)
        else:
            assert row.x == pytest.approx(sum(value <= row.amount for value in ordered) / len(ordered), abs=0.05)


# --- labels ---


def rate(group: list[Row], prior: float) -> float:
    return (sum(row["is_fraud"] for row in group) + 20 * prior) / (len(group) + 20)


@pytest.mark.parametrize(
    "value",
    ['df.groupby("user_id").is_fraud.transform("mean")', 'df.groupby(["user_id"])["is_fraud"].transform("mean")'],
)
def test_outcomes_that_were_known_at_each_row(value: str) -> None:
    code = suggest(f'df = tx\ndf["x"] = {value}', "SKW409")
    prior = mean(row["is_fraud"] for row in ROWS)
    found = result(code).set_index("tx_id")["x_90d"].to_dict()
    assert found == pytest.approx(before(ROWS, lambda group: rate(group, prior), days=90))


def test_outcomes_that_were_known_by_group() -> None:
    code = suggest('df = tx\ndf["x"] = df["user_id"].map(df.groupby("user_id")["is_fraud"].mean())', "SKW409")
    known = recent(ROWS, 90)
    prior = mean(row["is_fraud"] for row in known)
    expected = by(known, "user_id", lambda group: rate(group, prior))
    found = result(code)
    assert dict(zip(found["user_id"], found["x"], strict=True)) == pytest.approx(
        {**expected, 4: float("nan")}, nan_ok=True
    )


def test_a_delay_that_the_catalog_declares() -> None:
    late = {row["tx_id"]: row for row in ROWS}
    catalog_code = suggestion(
        "pandas",
        'df = tx\ndf["x"] = df.groupby("user_id").is_fraud.transform("mean")',
        "x",
        "SKW409",
        known_after="30d",
    )
    prior = mean(row["is_fraud"] for row in ROWS)
    found = result(catalog_code).set_index("tx_id")["x_90d"].to_dict()
    expected = {
        number: rate(
            [o for o in recent(ROWS, 90, row["ts"] - timedelta(days=30)) if o["user_id"] == row["user_id"]], prior
        )
        for number, row in late.items()
    }
    assert found == pytest.approx(expected)

"""Training and serving see another value."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files
from feasilint.findings import Severity

MODEL = """
import numpy as np
import pandas as pd
from xgboost import XGBRegressor
df = pd.read_csv("s3://lake/sales.csv", parse_dates=["day"])
{}
XGBRegressor().fit(df[["x"]], df["units"])
"""


def found(code: str, step: str, model: str = MODEL) -> list[tuple[str, Severity]]:
    findings = scan_files({"train.py": model.format(step)}).findings
    return [(finding.feature or "", finding.severity) for finding in findings if finding.code == code]


# --- SKW407 ---


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = df.units.shift(1); df["units"] = df.units.shift(-1)',
        'df["target"] = df.units.shift(-1); df["x"] = df.price.where(df.price > 0)',
    ],
)
def test_later_rows_that_make_no_feature(step: str) -> None:
    assert found("SKW407", step) == []


@pytest.mark.parametrize("name", ["target", "next_units", "y", "units_t+1", "label_7d"])
def test_what_is_named_as_an_outcome_is_no_feature(name: str) -> None:
    model = MODEL.replace('df[["x"]]', f'df[["x", "{name}"]]').replace('df["units"])', 'labels["units"])')
    assert found("SKW407", f'df["x"] = df.price; df["{name}"] = df.units.shift(-1)', model) == []


def test_later_rows_in_a_feature() -> None:
    assert found("SKW407", 'df["x"] = df.price.shift(-1) / df.price') == [("x", Severity.ERROR)]
    assert found("SKW407", 'df["x"] = own_code(df.price.shift(-1))') == [("x", Severity.WARNING)]


def test_what_a_table_holds_may_be_a_label() -> None:
    text = "create table ml.features as select lead(price) over (partition by store order by day) as x from shop.sales"
    (finding,) = (one for one in scan_files({"features.sql": text}).findings if one.code == "SKW407")
    assert finding.severity is Severity.WARNING


# --- SKW405 ---


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = (df.day.max() - df.day).dt.days',
        'df["made_at"] = pd.Timestamp.now(); df["x"] = df.price',
        'df = df.groupby("store", as_index=False).agg(x=("day", "max"), units=("units", "sum"));'
        ' df["x"] = (pd.Timestamp.now() - df.x).dt.days',
    ],
)
def test_a_clock_that_no_row_is_set_off_against(step: str) -> None:
    assert found("SKW405", step) == []


def test_a_clock_in_what_a_model_is_trained_on() -> None:
    assert found("SKW405", 'df["x"] = (pd.Timestamp.now() - df.day).dt.days') == [("x", Severity.INFO)]


# --- SKW406 ---


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ('df["x"] = np.random.rand(len(df))', []),  # made of no data at all
        ('df["noise"] = df.price * np.random.rand(len(df)); df["x"] = df.price', []),
        ('df["x"] = df.price * np.random.rand(len(df))', [("x", Severity.WARNING)]),
    ],
)
def test_random_numbers_in_a_feature(step: str, expected: list[tuple[str, Severity]]) -> None:
    assert found("SKW406", step) == expected

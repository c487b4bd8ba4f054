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

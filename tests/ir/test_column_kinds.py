"""What kind of values a column may hold: nothing is left out unless the code says so."""

from __future__ import annotations

import pytest

import feasilint

CODE = """
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv("x.csv", usecols=["a", "b", "y"])
{}
chosen = df.select_dtypes({}).columns.drop("y", errors="ignore")
LogisticRegression().fit(df[chosen], df["y"])
"""


def features(step: str, chosen: str) -> set[str]:
    found = feasilint.inspect_source(CODE.format(step, chosen), kind="python")
    return {one["name"] for one in found["features"]}


@pytest.mark.parametrize(
    "step",
    [
        "",
        'df["a"] = df["a"].fillna(0)',
        'df["a"] = df["a"] + df["b"]',
        'df["a"] = df["a"].map({"x": 1})',
        'df["a"] = df.groupby("b")["a"].transform("max")',
        'df["a"] = df["a"].astype(kind)',
        'df["a"] = df["a"].fillna(df["a"].mode()[0])',
    ],
)
@pytest.mark.parametrize("chosen", ["include='object'", "exclude='object'", "include=['number']"])
def test_what_the_code_does_not_tell_may_be_meant(step: str, chosen: str) -> None:
    assert features(step, chosen) == {"a", "b"}


@pytest.mark.parametrize(
    ("step", "number", "text"),
    [
        ('df["a"] = df["a"].fillna("none")', {"b"}, {"a", "b"}),
        ('df["a"] = df["a"].astype(str)', {"b"}, {"a", "b"}),
        ('df["a"] = np.where(df["b"] > 0, "yes", "no")', {"b"}, {"a", "b"}),
        ('df["a"] = df["a"].str.lower()', {"b"}, {"a", "b"}),
        ('df["a"] = df["a"] / 2', {"a", "b"}, {"b"}),
        ('df["a"] = df.groupby("b")["a"].transform("count")', {"a", "b"}, {"b"}),
        ('df["a"] = df["a"].astype("float64")', {"a", "b"}, {"b"}),
        ('df["a"] = df["a"] > 0', {"b"}, {"b"}),
    ],
)
def test_what_the_code_tells_decides(step: str, number: set[str], text: set[str]) -> None:
    assert features(step, "include='number'") == number
    assert features(step, "include='object'") == text

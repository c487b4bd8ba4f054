"""Where no code is shown because it would not run, or would not mean the same."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CODE = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv("events.csv", usecols=["user", "ts", "amount", "y"])
{}
LogisticRegression().fit(df[["x"]], df["y"])
"""
SUM = 'df["x"] = df.groupby("user")["amount"].transform("sum")'


def code(step: str) -> str:
    (found,) = scan_files({"train.py": CODE.format(step)}).findings
    return found.suggestion.code if found.suggestion is not None else ""


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_a_time_that_is_a_number_is_not_compared_with_a_date(unit: str) -> None:
    assert code(f'df["date"] = pd.to_datetime(df["ts"], unit="{unit}")\n{SUM}') == ""


@pytest.mark.parametrize(
    "step", ['df["ts"] = pd.to_datetime(df["ts"], unit="ms")', 'df["ts"] = pd.to_datetime(df["ts"])']
)
def test_a_number_that_has_become_a_time_is(step: str) -> None:
    assert "365D" in code(f"{step}\n{SUM}")


def test_what_a_loop_does_to_several_frames_has_no_cut_points_of_its_own() -> None:
    step = 'valid = df.copy()\nfor one in [df, valid]:\n    one["x"] = pd.qcut(one["amount"], 4, labels=False)'
    assert code(step) == ""
    assert "quantile" in code('df["x"] = pd.qcut(df["amount"], 4, labels=False)')

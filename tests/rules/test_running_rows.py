"""Which rows a running aggregate counts: earlier ones, the current one, or later ones."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

MODEL = """
import pandas as pd
from xgboost import XGBClassifier
clicks = pd.read_csv("s3://lake/clicks.csv")
{}
XGBClassifier().fit(clicks[["n"]], clicks["y"])
"""


def told(step: str) -> list[str]:
    found = scan_files({"train.py": MODEL.format(step)}).findings
    return [finding.message for finding in found if finding.code == "AGG304"]


@pytest.mark.parametrize(
    "step",
    [
        "clicks['n'] = clicks.iloc[::-1].groupby('ip').cumcount()",
        "clicks['n'] = clicks[::-1].groupby('ip').cumcount().iloc[::-1]",
        "clicks['n'] = clicks.sort_values('ts', ascending=False).groupby('ip').amount.cumsum()",
    ],
)
def test_later_rows_are_no_history(step: str) -> None:
    assert told(step) == []


def test_a_table_turned_round_twice_is_in_order() -> None:
    (message,) = told("clicks['n'] = clicks[::-1].iloc[::-1].groupby('ip').amount.cumsum()")
    assert message.endswith("up to each row, the current one included")


def test_cumcount_leaves_the_current_row_out() -> None:
    (message,) = told("clicks['n'] = clicks.sort_values('ts').groupby('ip').cumcount()")
    assert "up to each row" in message
    assert "current" not in message


def test_a_running_sum_counts_the_current_row_in() -> None:
    (message,) = told("clicks['n'] = clicks.sort_values('ts').groupby('ip').amount.cumsum()")
    assert message.endswith("up to each row, the current one included")

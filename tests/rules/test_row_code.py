"""Code that runs while somebody waits."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, latency_budget: 150ms}
  nightly: {mode: batch, run_at: "02:00"}
  open: {mode: online}
models: [{name: fraud, paths: ["*"], prediction_point: POINT}]
sources:
  - {name: pay.checkouts, availability: request, latency: request, kind: events, grain: [id]}
  - {name: pay.history, availability: production, latency: daily, kind: events, grain: [id]}
"""
MODEL = """
import pandas as pd
from xgboost import XGBClassifier
rows = pd.read_sql("select id, a, s, y from pay.checkouts", con)
old = pd.read_sql("select id, a, s from pay.history", con)
STEP
XGBClassifier().fit(rows[["x"]], rows["y"])
"""


def messages(step: str, point: str = "checkout") -> list[str]:
    files = {"train.py": MODEL.replace("STEP", step)}
    found = scan_files(files, CATALOG.replace("POINT", point)).findings
    return [finding.message for finding in found if finding.code == "AGG309"]


@pytest.mark.parametrize(
    "step",
    [
        "rows['x'] = rows.a * 2",
        "rows['x'] = rows.a.apply(lambda v: v * 2)",
        "rows['x'] = rows.s.str.lower()",
        "old['x'] = old.apply(lambda r: r.a if r.s else 0, axis=1)\nrows = rows.merge(old[['id', 'x']], on='id')",
        "old['x'] = old.s.str.extract('([0-9]+)')\nrows = rows.merge(old[['id', 'x']], on='id')",
        "rows['x'] = rows.a\nprint(rows.apply(lambda r: r.a, axis=1))",
    ],
)
def test_nothing_to_wait_for(step: str) -> None:
    assert messages(step) == []


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("rows['x'] = rows.apply(lambda r: r.a if r.s else 0, axis=1)", "a Python function per row"),
        ("rows['x'] = rows.s.str.extract('([0-9]+)')", "a regular expression"),
        ("from sklearn.linear_model import LogisticRegression\nm = LogisticRegression().fit(rows[['a']], rows.y)\n"
         "rows['x'] = m.predict(rows[['a']])", "a model"),
    ],
)  # fmt: skip
def test_what_a_customer_waits_for(step: str, what: str) -> None:
    assert messages(step) == [f"feature `x` runs {what} on the request path: `checkout` answers within 150 ms"]


@pytest.mark.parametrize("point", ["nightly", "open"])
def test_nobody_waits(point: str) -> None:
    assert messages("rows['x'] = rows.apply(lambda r: r.a if r.s else 0, axis=1)", point) == []

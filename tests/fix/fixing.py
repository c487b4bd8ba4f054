"""A user's dataframe code, fixed, and run on data. The references in the tests are plain Python over the same rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from feasilint import api
from feasilint.fix import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feasilint.fix.apply import Fixed

CATALOG = """
version: 1
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
    columns:
      tx_id: {}
      user_id: {}
      amount: {}
      ts: {}
      delivered_at: {}
  - {name: ml.spine, availability: production, latency: daily, kind: dimension}
"""
HEADS = {
    "pandas": """
        import numpy as np
        import pandas as pd
        tx = pd.read_sql("select * from payments.transactions", con)
        spine = pd.read_sql("select user_id, as_of, label from ml.spine", con)
        """,
    "polars": """
        import polars as pl
        tx = pl.read_database("select * from payments.transactions", con)
        spine = pl.read_database("select user_id, as_of, label from ml.spine", con)
        """,
    "spark": """
        from pyspark.sql import functions as F
        tx = spark.table("payments.transactions")
        spine = spark.table("ml.spine")
        """,
}
FIT = """
from xgboost import XGBClassifier
df = {spine}.merge({users}, on="user_id", how="left")
XGBClassifier().fit(df[["spend"]], df["label"])
"""
MARK = "# ---\n"
NOW = datetime(2024, 6, 1)
USERS = {user: NOW - timedelta(days=40 * user) for user in range(1, 5)}
"""The time of prediction of each user."""
ROWS = [
    (user, float(day), as_of - timedelta(days=day) + timedelta(seconds=shift), NOW)
    for user, as_of in USERS.items()
    for day, shift in ((-3, 0), (0, 0), (0, -1), (1, 0), (90, 0), (365, 0), (365, -1), (400, 0), (900, 0))
    if user < 4 or day > 365
]
COLUMNS = ("user_id", "amount", "ts", "delivered_at")


def written(library: str, code: str, head: str | None = None) -> str:
    """A script in which a model gets the column `spend` of the frame `users` that the code makes."""
    plain = ".toPandas()" if library == "spark" else ""
    fit = FIT.format(users=f"users{plain}", spine=f"spine{plain}")
    return MARK.join((dedent(HEADS[library] if head is None else head).lstrip("\n"), dedent(code).strip() + "\n", fit))


def fixed(folder: Path, text: str | bytes, name: str = "train.py", catalog: str = CATALOG) -> Fixed:
    """A file after its fixes, in the working directory `folder`; it is written there."""
    (folder / "catalog.yaml").write_text(catalog, encoding="utf-8")
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = api.fix(name, unsafe=True)
    assert not found.before.errors
    assert not found.result.errors
    told.write(found)
    return found


def obstacles(found: Fixed) -> set[str]:
    """Why what is found has no fix."""
    return {one.suggestion.obstacle for one in found.result.findings if one.suggestion is not None}


def assert_left_alone(folder: Path, library: str, code: str, reason: str) -> None:
    """What is found in code keeps its finding and has no fix, for this reason; the file stays as it is."""
    text = written(library, code)
    found = fixed(folder, text)
    assert any(finding.code == "AGG301" for finding in found.result.findings)
    assert not found.contents
    assert not found.refused
    assert obstacles(found) == {reason}
    assert (folder / "train.py").read_text() == text


def run(folder: Path, **names: Any) -> dict[str, Any]:
    """The names that the code between reading and fitting leaves behind, as the file now is."""
    body = (folder / "train.py").read_text(encoding="utf-8").split(MARK)[1]
    exec(body, names)
    return names


def expected(
    since: Callable[[datetime], datetime] | None = lambda as_of: as_of - timedelta(days=365),
) -> dict[int, float]:
    """The spend of each user before its time of prediction, from a time on."""
    found: dict[int, float] = {}
    for user, amount, ts, _ in ROWS:
        as_of = USERS[user]
        if ts < as_of and (since is None or ts >= since(as_of)):
            found[user] = found.get(user, 0.0) + amount
    return found

"""Earlier rows that are held against each row in pandas and polars: those of a window, executed and compared."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from suggested import before, findings, rows, run, suggestion, values
from suggested_sql import HALF_LIFE

pl = pytest.importorskip("polars")

ROWS = rows()
READ = '"select tx_id, user_id, amount, ts, is_fraud from payments.transactions"'
OLD = {"pandas": f"old = pd.read_sql({READ}, con)\n", "polars": f"old = pl.read_database({READ}, con)\n"}
EARLIER = {number: sum(amounts) for number, amounts in before(ROWS, values).items() if amounts}


def suggest(library: str, code: str, rule: str = "AGG305") -> str:
    return suggestion(library, OLD[library] + code, "x", rule)


def pandas(code: str, **names: Any) -> dict[int, float]:
    tx = pd.DataFrame(ROWS)
    made = run(code, pd=pd, tx=tx, old=tx.copy(), **names)["df"]["x_365d"]
    return {number: total for number, total in made.items() if total}


def merged(suffixes: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(ROWS).merge(pd.DataFrame(ROWS), on="user_id", suffixes=suffixes)


# --- what is not rewritten ---


@pytest.mark.parametrize(
    "code",
    [
        'm = tx.merge(old, on="user_id").query("ts_y < ts_x")\n'
        'df = m.groupby("tx_id_x").agg(x=("amount_y", "sum"), is_fraud=("is_fraud_x", "max"))',
        'm = tx.merge(old, on="user_id")\nm = m[m.ts_y.lt(m.ts_x)]\n'
        'df = m.groupby("tx_id_x").agg(x=("amount_y", "sum"), is_fraud=("is_fraud_x", "max"))',
        'm = tx.merge(old, on="user_id", suffixes=("", "_old"))\nm = m[m.ts != m.ts_old]\n'
        'df = m.groupby("tx_id").agg(x=("amount_old", "sum"), is_fraud=("is_fraud", "max"))',
    ],
)
def test_what_is_compared_in_another_way_has_no_code(code: str) -> None:
    found = [one for one in findings("pandas", OLD["pandas"] + code, "x") if one.code in ("AGG301", "AGG305")]
    assert found
    assert all(one.suggestion is None or not one.suggestion.code for one in found)


def test_another_time_that_comes_first_bounds_no_pair() -> None:
    code = (
        'users = pd.read_sql("select user_id, signup_ts from crm.users", con)\n'
        'm = tx.merge(users, on="user_id")\nm = m[m.signup_ts < m.ts]\n'
        'n = m.groupby("user_id").amount.sum().rename("x").reset_index()\ndf = tx.merge(n, on="user_id")'
    )
    shown = suggestion("pandas", code, "x", "AGG301")
    assert "signup_ts" not in shown
    assert 'm["ts"] < as_of' in shown


# --- pandas ---


@pytest.mark.parametrize(
    "condition", ['m["ts_old"] < m["ts"]', "m.ts > m.ts_old", '(m["ts_old"] < m["ts"]) & (m["amount_old"] > 0)']
)
def test_in_pandas(condition: str) -> None:
    code = suggest(
        "pandas",
        'm = tx.merge(old, on="user_id", suffixes=("", "_old"))\n'
        f"m = m[{condition}]  # earlier\n"
        'df = m.groupby("tx_id").agg(x=("amount_old", "sum"), is_fraud=("is_fraud", "max"))',
    )
    assert "# earlier" in code
    assert pandas(code, m=merged(("", "_old"))) == EARLIER


def test_in_one_statement_of_pandas() -> None:
    code = suggest(
        "pandas",
        """
m = tx.merge(old, on="user_id")
df = (
    m[(m.ts_y < m.ts_x) & (m.amount_y > 0)]  # earlier
    .groupby("tx_id_x")
    .agg(x=("amount_y", "sum"), is_fraud=("is_fraud_x", "max"))  # the label
)
""",
    )
    assert code == (
        "df = (\n"
        "    m[((m.ts_y < m.ts_x) & (m.ts_y >= m.ts_x - pd.Timedelta(days=365))) & (m.amount_y > 0)]  # earlier\n"
        '    .groupby("tx_id_x")\n'
        '    .agg(x_365d=("amount_y", "sum"), is_fraud=("is_fraud_x", "max"))  # the label\n'
        ")"
    )
    assert pandas(code, m=merged(("_x", "_y"))) == EARLIER


# --- polars ---


@pytest.mark.parametrize(
    "joined",
    [
        'tx.join(old, on="user_id").filter(pl.col("ts_right") < pl.col("ts"))',
        'tx.join(old, on="user_id").filter((pl.col("ts") > pl.col("ts_right")) & (pl.col("amount_right") > 0))',
        'tx.join_where(old, pl.col("user_id") == pl.col("user_id_right"), pl.col("ts_right") < pl.col("ts"))',
    ],
)
def test_in_polars(joined: str) -> None:
    code = suggest(
        "polars",
        f'm = {joined}\ndf = m.group_by("tx_id").agg(x=pl.col("amount_right").sum(), is_fraud=pl.col("is_fraud").max())',
    )
    tx = pl.DataFrame(ROWS)
    found = run(code, pl=pl, tx=tx, old=tx)["df"].select("tx_id", "x_365d")
    assert {number: total for number, total in found.iter_rows() if total} == EARLIER


def test_a_half_life_is_not_spoken_of_where_no_row_is_weighed() -> None:
    code = (
        'm = tx.alias("a").join(tx.alias("b"), (F.col("a.user_id") == F.col("b.user_id")) & (F.col("b.ts") < F.col("a.ts")))\n'
        'df = m.groupBy("a.tx_id").agg(F.count("b.ts").alias("x"), F.max("a.is_fraud").alias("is_fraud"))'
    )
    (found,) = (one for one in findings("spark", code, "x", more=HALF_LIFE) if one.code == "AGG301")
    assert found.suggestion is not None
    assert "decayed" not in found.suggestion.title
    assert "INTERVAL 360 DAYS" in found.suggestion.code

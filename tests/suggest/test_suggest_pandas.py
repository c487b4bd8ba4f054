"""Suggested pandas code, executed and compared with what it should compute."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import pandas as pd
import pytest

from feasilint.ir import Anchor, Fragment, Program
from feasilint.lower.python.nodes import nodes
from feasilint.suggest.bounded import Bound
from feasilint.suggest.pandas import bounded

AS_OF = pd.Timestamp("2024-06-01")


def program(*cells: str) -> Program:
    fragments = (Fragment(at, "python", text, at, (Anchor(0, 1, 1),)) for at, text in enumerate(cells))
    return Program("nb.ipynb", "notebook", tuple(fragments))


def suggest(code: str, call: str, running: bool = False, setup: str = "import pandas as pd") -> str | None:
    """The rewrite of the aggregate that reads `call` in the code."""
    made = program(setup, dedent(code).strip())
    found = nodes(made.fragments[1])
    node = next(
        at
        for at, n in enumerate(found)
        if isinstance(n, ast.expr) and ast.get_source_segment(made.fragments[1].text, n) == call
    )
    found = bounded(made, 1, node, Bound(365, "ts", running))
    return found.text if found is not None else None


@pytest.fixture
def tx() -> pd.DataFrame:
    days = [0, 1, 30, 200, 364, 365, 366, 500, 900]
    rows = [
        {"user_id": user, "ts": AS_OF - pd.Timedelta(days=d) + pd.Timedelta(hours=user), "amount": float(d + user)}
        for user in (3, 1, 2)
        for d in days[user % 2 :]
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=7).reset_index(drop=True)


def run(code: str | None, tx: pd.DataFrame) -> dict[str, Any]:
    assert code is not None
    names: dict[str, Any] = {"pd": pd, "tx": tx.copy(), "as_of": AS_OF}
    exec(code, names)
    return names


def recent(tx: pd.DataFrame) -> pd.DataFrame:
    return tx[(tx["ts"] >= AS_OF - pd.Timedelta(days=365)) & (tx["ts"] < AS_OF)]


# --- what is not rewritten ---


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("n = tx['amount'].sum()", "tx['amount'].sum()"),
        ("n = build(tx).sum()", "build(tx).sum()"),
    ],
)
def test_without_a_groupby_there_is_no_code(code: str, call: str) -> None:
    assert suggest(code, call) is None


def test_spark_code_is_not_taken_for_pandas() -> None:
    call = "df.groupby('user_id').count()"
    assert suggest(f"n = {call}", call, setup="from pyspark.sql import functions as F") is None


def test_a_running_value_that_is_not_assigned_to_its_frame_is_left_alone() -> None:
    call = "tx.groupby('user_id')['amount'].cumsum()"
    assert suggest(f"print({call})", call, running=True) is None


@pytest.mark.parametrize("method", ['transform("mean")', "cumsum()"])
def test_values_of_all_columns_at_once_are_left_alone(method: str) -> None:
    call = f'tx.groupby("user_id").{method}'
    assert suggest(f'tx["x"] = {call}', call, running=True) is None


@pytest.mark.parametrize("tail", [".shift(1)", " - tx['amount']", ".fillna(0)"])
def test_a_running_value_that_is_worked_on_further_is_left_alone(tail: str) -> None:
    call = "tx.groupby('user_id')['amount'].cumsum()"
    assert suggest(f"tx['s'] = {call}{tail}", call, running=True) is None


def test_an_index_out_of_range_is_no_error() -> None:
    assert bounded(program("x = 1"), 0, 99, Bound(365, "ts")) is None
    assert bounded(program("x = = 1"), 0, 0, Bound(365, "ts")) is None


# --- per group ---


def test_size(tx: pd.DataFrame) -> None:
    code = suggest('n_txn = tx.groupby("user_id").size()', 'tx.groupby("user_id").size()')
    assert code == (
        'recent = tx[(tx["ts"] >= as_of - pd.Timedelta(days=365)) & (tx["ts"] < as_of)]  # as_of: the time of prediction\n'
        'n_txn = recent.groupby("user_id").size()'
    )
    expected = recent(tx).groupby("user_id").size()
    assert expected.sum() < len(tx)
    pd.testing.assert_series_equal(run(code, tx)["n_txn"], expected)


def test_named_aggregation_keeps_its_formatting_and_gets_new_names(tx: pd.DataFrame) -> None:
    code = suggest(
        """
        users = (
            tx
            .groupby("user_id", as_index=False)
            .agg(
                n_txn=("ts", "count"),  # how often
                spend_lifetime=("amount", "sum"),
            )
        )
        """,
        '("ts", "count")',
    )
    assert code is not None
    assert "# how often" in code
    expected = (
        recent(tx).groupby("user_id", as_index=False).agg(n_txn_365d=("ts", "count"), spend_365d=("amount", "sum"))
    )
    pd.testing.assert_frame_equal(run(code, tx)["users"], expected)


@pytest.mark.parametrize(
    ("statement", "call"),
    [
        ('s = tx.groupby("user_id")["amount"].sum().rename("spend")', 'tx.groupby("user_id")["amount"].sum()'),
        (
            's = tx.groupby("user_id")["amount"].sum().reset_index(name="spend")',
            'tx.groupby("user_id")["amount"].sum()',
        ),
        ('s = tx.groupby("user_id").amount.sum().to_frame(name="spend")', 'tx.groupby("user_id").amount.sum()'),
    ],
)
def test_renamed_results(statement: str, call: str, tx: pd.DataFrame) -> None:
    result = run(suggest(statement, call), tx)["s"]
    values = result.set_index("user_id")["spend_365d"] if "user_id" in result else result.squeeze()
    assert values.name == "spend_365d"
    assert values.to_dict() == recent(tx).groupby("user_id")["amount"].sum().to_dict()


def test_an_expression_that_is_grouped_is_named_first(tx: pd.DataFrame) -> None:
    call = 'tx[tx["amount"] > 2].groupby("user_id")["amount"].max()'
    code = suggest(f"top = {call}", call)
    expected = recent(tx[tx["amount"] > 2]).groupby("user_id")["amount"].max()
    pd.testing.assert_series_equal(run(code, tx)["top"], expected)


def test_a_chain_over_lines_that_is_grouped_can_stand_alone(tx: pd.DataFrame) -> None:
    code = suggest(
        """
        top = (
            tx
            .query("amount > 2")  # no small ones
            .groupby("user_id")["amount"].max()
        )
        """,
        'tx\n    .query("amount > 2")  # no small ones\n    .groupby("user_id")["amount"].max()',
    )
    expected = recent(tx[tx["amount"] > 2]).groupby("user_id")["amount"].max()
    pd.testing.assert_series_equal(run(code, tx)["top"], expected)


def test_the_frame_is_replaced_wherever_the_chain_mentions_it(tx: pd.DataFrame) -> None:
    call = 'tx.groupby([tx["ts"].dt.year, "user_id"]).size()'
    expected = recent(tx).groupby([recent(tx)["ts"].dt.year, "user_id"]).size()
    pd.testing.assert_series_equal(run(suggest(f"n = {call}", call), tx)["n"], expected)


def test_the_frame_that_the_result_goes_into_stays() -> None:
    call = 'tx.groupby("user_id").size()'
    code = suggest(f'tx = tx.merge({call}.rename("n"), on="user_id")', call)
    assert code is not None
    assert code.splitlines()[1] == 'tx = tx.merge(recent.groupby("user_id").size().rename("n_365d"), on="user_id")'


def test_an_ordinal_may_count_the_current_row_in(tx: pd.DataFrame) -> None:
    call = 'tx.groupby("user_id").cumcount()'
    result = run(suggest(f'tx["nth"] = {call} + 1', call, running=True), tx)["tx"]
    expected = rolled(tx, "count")
    assert all(row.nth_365d == expected[(row.user_id, row.ts)] + 1 for row in result.itertuples())


def test_a_grouping_that_was_assigned_before(tx: pd.DataFrame) -> None:
    code = suggest('g = tx.groupby("user_id")\nn = g.size()', "g.size()")
    assert code is not None
    pd.testing.assert_series_equal(run(f"{code}\nn = g.size()", tx)["n"], recent(tx).groupby("user_id").size())


def test_a_name_that_is_taken_and_another_alias_of_pandas(tx: pd.DataFrame) -> None:
    call = "tx.groupby('user_id').size()"
    code = suggest(f"recent = 1\nn = {call}", call, setup="import pandas as p")
    assert code is not None
    assert code.startswith("recent_365d = tx[")
    assert "p.Timedelta(" in code


def test_inside_a_function_the_indentation_goes() -> None:
    call = 'tx.groupby("user_id").size()'
    code = suggest(f"def f(tx):\n    return {call}", call)
    assert code is not None
    assert code.splitlines()[1] == 'return recent.groupby("user_id").size()'


def test_text_beyond_ascii_does_not_shift_the_edit() -> None:
    call = 'tx.groupby("größe")["é"].sum()'
    code = suggest(f's = f("ß", {call})', call)
    assert code is not None
    assert code.splitlines()[1] == 's = f("ß", recent.groupby("größe")["é"].sum())'


# --- per row ---


def rolled(tx: pd.DataFrame, function: str) -> dict[tuple[int, pd.Timestamp], float]:
    """For each row, over the rows of its user in the 365 days before it: by brute force."""
    found = {}
    for row in tx.itertuples():
        low, high = row.ts - pd.Timedelta(days=365), row.ts
        before = tx[(tx.user_id == row.user_id) & (tx.ts >= low) & (tx.ts < high)].amount
        found[(row.user_id, row.ts)] = float(getattr(before, function)())
    return found


@pytest.mark.parametrize(
    ("chain", "function"),
    [
        ('groupby("user_id")["amount"].cumsum()', "sum"),
        ('groupby("user_id")["amount"].transform("mean")', "mean"),
        ('groupby("user_id")["amount"].transform("sum")', "sum"),
        ('groupby("user_id").amount.transform("mean")', "mean"),
        ('groupby("user_id").amount.cumsum()', "sum"),
        ('groupby("user_id").amount.expanding().mean()', "mean"),
        ('groupby("user_id").expanding().amount.mean()', "mean"),
        ('groupby("user_id", as_index=False, sort=False)["amount"].cumsum()', "sum"),
        ('groupby("user_id")["amount"].cummax()', "max"),
        ('groupby("user_id").cumcount()', "count"),
        ('groupby(["user_id"])["amount"].expanding().mean()', "mean"),
    ],
)
@pytest.mark.parametrize("tail", ["", ".reset_index(level=0, drop=True)", ".values"])
def test_values_per_row_become_a_window_that_ends_before_the_row(
    chain: str, function: str, tail: str, tx: pd.DataFrame
) -> None:
    call = f"tx.{chain}"
    code = suggest(f'tx["spend_to_date"] = {call}{tail}', call, running=True)
    result = run(code, tx)["tx"]
    assert len(result) == len(tx)
    expected = rolled(tx, function)
    for row in result.itertuples():
        assert row.spend_365d == pytest.approx(expected[(row.user_id, row.ts)], nan_ok=True)


def test_the_code_per_row() -> None:
    call = 'tx.groupby("user_id")["amount"].cumsum()'
    assert suggest(f'tx["spend_to_date"] = {call}', call, running=True) == (
        'tx = tx.sort_values(["user_id", "ts"])\n'
        'tx["spend_365d"] = tx.groupby("user_id", dropna=False).rolling("365D", on="ts", closed="left", min_periods=0)["amount"].sum().to_numpy()'
    )


@pytest.mark.parametrize(
    "by", ['"user_id"', '["user_id", "shop"]', '"user_id", observed=True', 'by="shop", dropna=True']
)
def test_null_keys_keep_the_rows_in_place(by: str, tx: pd.DataFrame) -> None:
    tx["shop"] = ["a", None, "b"] * (len(tx) // 3) + ["a"] * (len(tx) % 3)
    tx["user_id"] = tx["user_id"].where(tx["amount"] % 4 != 0)
    call = f'tx.groupby({by})["amount"].cumsum()'
    result = run(suggest(f'tx["s"] = {call}', call, running=True), tx)["tx"]
    keys = [key for key in ("user_id", "shop") if f'"{key}"' in by]
    assert result[keys].isna().any(axis=None)
    for row in result.itertuples():
        same = tx[(tx.ts < row.ts) & (tx.ts >= row.ts - pd.Timedelta(days=365))]
        for key in keys:
            value = getattr(row, key)
            same = same[same[key].isna() if pd.isna(value) else same[key] == value]
        assert row.s_365d == pytest.approx(same.amount.sum())


@pytest.mark.parametrize("method", ["cumcount()", 'transform("size")'])
def test_counting_rows_counts_those_without_a_value(method: str, tx: pd.DataFrame) -> None:
    expected = rolled(tx, "count")
    tx["amount"] = tx["amount"].where(tx["amount"] > 100)
    call = f'tx.groupby("user_id")["amount"].{method}'
    result = run(suggest(f'tx["n"] = {call}', call, running=True), tx)["tx"]
    assert all(row.n_365d == expected[(row.user_id, row.ts)] for row in result.itertuples())

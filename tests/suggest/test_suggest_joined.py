"""Of joined frames, whose time is it that a name means?"""

from __future__ import annotations

import pytest
from suggested import findings

from feasilint.ir import Column, Derive, Join, Output, Scan, Source
from feasilint.suggest.columns import names_one

TX = Scan(Source("shop.tx", "table"), ("user_id", "amount", "ts"))
OPEN = Scan(Source("shop.other", "table"))
USERS = Scan(Source("shop.users", "table"), ("user_id", "name"))
CALLS = Scan(Source("shop.calls", "table"), ("user_id", "ts"))

READ = {
    "pandas": 'other = pd.read_sql("select user_id, {} from payments.other", con)',
    "polars": 'other = pl.read_database("select user_id, {} from payments.other", con)',
    "spark": 'other = spark.sql("select user_id, {} from payments.other")\ntx = tx.select("user_id", "tx_id", "amount", "ts", "is_fraud")',
}
SUMS = {
    "pandas": 'm = {one}.merge({other}, on="user_id")\nn = m.groupby("user_id").amount.sum().rename("x").reset_index()\n'
    'df = tx.merge(n, on="user_id")',
    "polars": 'm = {one}.join({other}, on="user_id")\nn = m.group_by("user_id").agg(x=pl.col("amount").sum())\n'
    'df = tx.join(n, on="user_id")',
    "spark": 'm = {one}.join({other}, "user_id")\nn = m.groupBy("user_id").agg(F.sum("amount").alias("x"))\n'
    'df = tx.join(n, "user_id")',
}


def codes(library: str, columns: str, one: str, other: str) -> list[str]:
    text = f"{READ[library].format(columns)}\n{SUMS[library].format(one=one, other=other)}"
    found = [finding for finding in findings(library, text, "x") if finding.code == "AGG301"]
    assert found
    return [finding.suggestion.code for finding in found if finding.suggestion is not None]


@pytest.mark.parametrize("library", list(SUMS))
@pytest.mark.parametrize(("one", "other"), [("tx", "other"), ("other", "tx")])
def test_a_time_that_both_frames_have_is_not_named(library: str, one: str, other: str) -> None:
    assert codes(library, "ts, kind", one, other) == [""]


@pytest.mark.parametrize("library", list(SUMS))
@pytest.mark.parametrize(("one", "other"), [("tx", "other"), ("other", "tx")])
def test_a_time_that_one_frame_has_is_named(library: str, one: str, other: str) -> None:
    (code,) = codes(library, "opened_at, kind", one, other)
    assert '"ts"' in code


def test_the_time_of_another_source_is_not_that_of_the_measured_one() -> None:
    timeless = Derive(TX, (Output("user_id", Column(TX, "user_id")), Output("amount", Column(TX, "amount"))))
    joined = Join(timeless, CALLS, "inner", using=("user_id",))
    assert not names_one(joined, "ts", "shop.tx")
    assert names_one(joined, "ts", "shop.calls")


@pytest.mark.parametrize(
    ("joined", "named"),
    [
        (Join(TX, CALLS, "inner", using=("user_id",), suffixes=("_x", "_y")), False),
        (Join(CALLS, TX, "inner", using=("user_id",), suffixes=("", "_right")), False),
        (Join(TX, OPEN, "left", using=("user_id",)), False),
        (Join(TX, CALLS, "inner", using=("user_id", "ts")), True),
        (Join(TX, CALLS, "semi", using=("user_id",)), True),
        (Join(TX, USERS, "inner", using=("user_id",)), True),
    ],
)
def test_names_of_joined_frames(joined: Join, named: bool) -> None:
    assert names_one(joined, "TS", "shop.tx") is named

"""Row numbers that pick rows or cells are no counts; those that are values are."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

NUMBERED = "with t as (select tx_id, user_id, amount, row_number() over (partition by user_id order by ts desc) as rn from pay.tx)"


def codes(query: str) -> list[str]:
    found = scan_files({"features.sql": f"create table ml.features as {NUMBERED} {query}"})
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    "query",
    [
        "select user_id, max(case when rn = 1 then amount end) as last1, max(case when rn = 2 then amount end) as last2 from t group by user_id",
        "select user_id, max(amount) filter (where rn = 1) as last1 from t group by user_id",
        "select user_id, avg(case when rn <= 5 then amount end) as last5 from t group by user_id",
        "select a.tx_id, a.amount - b.amount as delta from t a left join t b on a.user_id = b.user_id and a.rn = b.rn + 1",
        "select tx_id, case when rn = 1 then amount else 0 end as latest from t",
        "select tx_id, (select max(amount) from t b where b.user_id = t.user_id and b.rn = 1) as latest from t",
    ],
)
def test_numbers_that_pick(query: str) -> None:
    assert codes(query) == []


def test_a_model_sees_the_number_itself() -> None:
    made = """
import pandas as pd
from xgboost import XGBClassifier
tx = pd.read_sql("select user_id, y, row_number() over (partition by user_id order by ts) as nth from pay.tx", con)
tx["late"] = tx.nth / 10
XGBClassifier().fit(tx[["late"]], tx.y)
"""
    assert "AGG304" in [finding.code for finding in scan_files({"train.py": made}).findings]


def test_picked_by_another_key_bounds_nothing() -> None:
    query = (
        "with t as (select user_id, amount, row_number() over (partition by tx_id order by loaded_at desc) as rn from pay.tx) "
        "select user_id, max(case when rn = 1 then amount end) as most from t group by user_id"
    )
    found = scan_files({"features.sql": f"create table ml.features as {query}"})
    assert [finding.code for finding in found.findings] == ["AGG301"]


@pytest.mark.parametrize(("order", "flagged"), [("desc('count')", 0), ("'ts'", 1)])
def test_numbers_in_the_order_of_what_was_counted_are_a_rank(order: str, flagged: int) -> None:
    rows = "cnt" if "count" in order else "tx"
    made = f"""
from pyspark.sql import Window
from pyspark.sql.functions import desc, row_number
from sklearn.linear_model import LogisticRegression
tx = spark.read.parquet("transactions.parquet")
cnt = tx.groupBy("kind", "merchant").count()
made = {rows}.withColumn("id", row_number().over(Window.partitionBy("kind").orderBy({order}))).select("kind", "merchant", "id")
p = tx.join(made, ["kind", "merchant"]).toPandas()
LogisticRegression().fit(p[["id"]], p["y"])
"""
    found = scan_files({"train.py": made})
    assert [finding.code for finding in found.findings] == ["AGG304"] * flagged

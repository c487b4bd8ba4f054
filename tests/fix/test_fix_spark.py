"""Bounds in PySpark code, made in place: what may not change, first; then what changes, run on data where Spark is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fixing
import pytest
from fixing import COLUMNS, HEADS, ROWS, USERS, assert_left_alone, expected, fixed, obstacles, written

if TYPE_CHECKING:
    from pathlib import Path

SUMMED = "users = past.groupBy('user_id').agg(F.sum('amount').alias('spend'))\n"
_FORM = "its code is written in a form that is not changed in place"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"past = tx.filter(F.col('amount') > 0)\n{SUMMED}", "no time of prediction to bound it by"),
        (f"past = tx.filter(F.col('ts') < F.current_timestamp())\n{SUMMED}", "no time of prediction to bound it by"),
        (f"past = tx.filter(F.col('ts') < F.col('delivered_at'))\n{SUMMED}", "no time of prediction to bound it by"),
        (
            f"past = tx.join(spine, 'user_id')\nlater = F.col('ts') >= F.col('as_of')\npast = past.filter(~later)\n{SUMMED}",
            _FORM,
        ),
        (
            "past = tx.join(spine, 'user_id')\nknown = F.col('ts') < F.col('as_of')\n"
            f"later = past.filter(~known)\npast = past.filter(known)\n{SUMMED}",
            _FORM,
        ),
        (f"past = tx.join(spine, 'user_id').where('ts < as_of')\n{SUMMED}", _FORM),
    ],
)
def test_what_is_not_changed_and_why(folder: Path, code: str, reason: str) -> None:
    assert_left_alone(folder, "spark", code, reason)


def test_names_that_the_file_does_not_bind_are_not_used(folder: Path) -> None:
    head = HEADS["spark"].replace("import functions as F", "import SparkSession")
    code = "past = tx.join(spine, 'user_id')\npast = past.filter(past.ts < past.as_of)\n"
    code += "users = past.groupBy('user_id').sum('amount').withColumnRenamed('sum(amount)', 'spend')\n"
    found = fixed(folder, written("spark", code, head=head))
    assert not found.contents
    assert obstacles(found) == {"pyspark.sql.functions is not imported under a name before it"}


_BOUND = "(F.col('ts') >= F.col('as_of') - F.expr(\"INTERVAL 365 DAYS\"))"
_CHANGED = [
    (
        "past = tx.join(spine, 'user_id').filter(F.col('ts') < F.col('as_of'))",
        f"past = tx.join(spine, 'user_id').filter((F.col('ts') < F.col('as_of')) & {_BOUND})",
    ),
    (
        "past = tx.join(spine, 'user_id').where((F.col('amount') >= 0) & (F.col('as_of') > F.col('ts')))",
        f"past = tx.join(spine, 'user_id').where((F.col('amount') >= 0) & (F.col('as_of') > F.col('ts')) & {_BOUND})",
    ),
    (
        "known = F.col('ts') < F.col('as_of')\npast = tx.join(spine, 'user_id').filter(known)",
        f"known = (F.col('ts') < F.col('as_of')) & {_BOUND}\npast = tx.join(spine, 'user_id').filter(known)",
    ),
    (
        "past = tx.join(spine, on=[tx.user_id == spine.user_id, tx.ts < spine.as_of]).drop(spine.user_id)",
        "past = tx.join(spine, on=[tx.user_id == spine.user_id, (tx.ts < spine.as_of) & (tx.ts >= spine.as_of -"
        ' F.expr("INTERVAL 365 DAYS"))]).drop(spine.user_id)',
    ),
]


@pytest.mark.parametrize(("before", "after"), _CHANGED)
def test_a_condition_gets_another_beside_it(folder: Path, before: str, after: str) -> None:
    text = written("spark", f"{before}\n{SUMMED}")
    fixed(folder, text)
    assert (folder / "train.py").read_text() == text.replace(before, after)


def test_functions_that_are_imported_one_by_one(folder: Path) -> None:
    head = HEADS["spark"].replace(".sql import functions as F", ".sql.functions import col, expr, sum as total")
    code = "past = tx.join(spine, 'user_id').filter(col('ts') < col('as_of'))\n"
    code += "users = past.groupBy('user_id').agg(total('amount').alias('spend'))\n"
    fixed(folder, written("spark", code, head=head))
    assert (
        ".filter((col('ts') < col('as_of')) & (col('ts') >= col('as_of') - expr(\"INTERVAL 365 DAYS\")))"
        in (folder / "train.py").read_text()
    )


@pytest.mark.parametrize("code", [before for before, _ in _CHANGED])
def test_the_fixed_code_gives_what_the_window_gives(folder: Path, code: str, spark: Any) -> None:
    from pyspark.sql import functions

    fixed(folder, written("spark", f"{code}\n{SUMMED}"))
    tx = spark.createDataFrame(ROWS, "user_id long, amount double, ts timestamp, delivered_at timestamp")
    assert tuple(tx.columns) == COLUMNS
    spine = spark.createDataFrame(list(USERS.items()), "user_id long, as_of timestamp")
    users = fixing.run(folder, tx=tx, spine=spine, F=functions)["users"]
    assert {row["user_id"]: row["spend"] for row in users.collect()} == expected()

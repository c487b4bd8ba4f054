"""Bounds in polars code, made in place: what may not change, first; then what changes, run on data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import fixing
import polars as pl
import pytest
from fixing import COLUMNS, NOW, ROWS, USERS, assert_left_alone, expected, fixed, obstacles, written

if TYPE_CHECKING:
    from pathlib import Path

SUMMED = "users = past.group_by('user_id').agg(spend=pl.col('amount').sum())\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def result(folder: Path, **more: Any) -> dict[Any, Any]:
    tx = pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row")
    spine = pl.DataFrame({"user_id": list(USERS), "as_of": list(USERS.values())})
    users = fixing.run(folder, tx=tx, spine=spine, pl=pl, **more)["users"]
    return dict(zip(users["user_id"], users["spend"], strict=True))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"past = tx.filter(pl.col('amount') > 0)\n{SUMMED}", "no time of prediction to bound it by"),
        (f"past = tx.filter(pl.col('ts') < pl.col('delivered_at'))\n{SUMMED}", "no time of prediction to bound it by"),
        (
            f"as_of = '2024-01-01'\npast = tx.filter(pl.col('ts') < pl.lit(as_of))\n{SUMMED}",
            "its time of prediction is a text, of which no length of time can be taken off",
        ),
        (
            f"past = tx.join(spine, on='user_id')\nknown = pl.col('ts') < pl.col('as_of')\npast, later = past.filter(known),"
            f" past.filter(~known)\n{SUMMED}",
            "its code is written in a form that is not changed in place",
        ),
    ],
)
def test_what_is_not_changed_and_why(folder: Path, code: str, reason: str) -> None:
    assert_left_alone(folder, "polars", code, reason)


def test_names_that_the_file_does_not_bind_are_not_used(folder: Path) -> None:
    head = """
    from polars import DataFrame, col, read_database
    tx = read_database("select * from payments.transactions", con)
    spine = read_database("select user_id, as_of, label from ml.spine", con)
    """
    code = f"past = tx.join(spine, on='user_id').filter(col('ts') < col('as_of'))\n{SUMMED}".replace("pl.col", "col")
    found = fixed(folder, written("polars", code, head=head))
    assert not found.contents
    assert obstacles(found) == {"polars is not imported under a name before it"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "filter(pl.col('ts') < pl.col('as_of'))",
            "filter((pl.col('ts') < pl.col('as_of')) & (pl.col('ts') >= pl.col('as_of') - pl.duration(days=365)))",
        ),
        (
            "filter(pl.col('amount') >= 0, pl.col('as_of') > pl.col('ts'))",
            "filter(pl.col('amount') >= 0, (pl.col('as_of') > pl.col('ts')) & (pl.col('ts') >= pl.col('as_of') - pl.duration(days=365)))",
        ),
        (
            "filter((pl.col('amount') >= 0) & pl.col('ts').lt(pl.col('as_of')))",
            "filter((pl.col('amount') >= 0) & pl.col('ts').lt(pl.col('as_of')) & (pl.col('ts') >= pl.col('as_of') - pl.duration(days=365)))",
        ),
    ],
)
@pytest.mark.parametrize("lazy", [("", ""), (".lazy()", ".collect()")])
def test_a_condition_gets_another_beside_it(folder: Path, before: str, after: str, lazy: tuple[str, str]) -> None:
    code = f"past = tx.join(spine, on='user_id'){lazy[0]}.{before}{lazy[1]}\n{SUMMED}"
    text = written("polars", code)
    fixed(folder, text)
    assert (folder / "train.py").read_text() == text.replace(before, after)
    assert result(folder) == expected()


def test_a_condition_inside_of_the_aggregate(folder: Path) -> None:
    code = """
    users = tx.join(spine, on="user_id").group_by("user_id").agg(
        spend=pl.when(pl.col("ts") < pl.col("as_of")).then(pl.col("amount")).otherwise(0).sum()
    )
    """
    fixed(folder, written("polars", code))
    assert {user: spend for user, spend in result(folder).items() if user in expected()} == expected()


@pytest.mark.parametrize("as_of", ["as_of", "pl.lit(as_of)"])
def test_a_variable_of_the_time_of_prediction(folder: Path, as_of: str) -> None:
    code = f"as_of = datetime(2024, 6, 1)\npast = tx.filter(pl.col('ts') < {as_of})\n{SUMMED}"
    text = written("polars", code).replace("import polars", "from datetime import datetime\nimport polars")
    fixed(folder, text)
    assert "(pl.col('ts') >= pl.lit(as_of) - pl.duration(days=365))" in (folder / "train.py").read_text()
    found: dict[int, float] = {}
    for user, amount, ts, _ in ROWS:
        if NOW - timedelta(days=365) <= ts < NOW:
            found[user] = found.get(user, 0.0) + amount
    assert result(folder, datetime=type(NOW)) == found

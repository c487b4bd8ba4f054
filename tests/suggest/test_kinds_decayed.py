"""Counts and sums with a half-life, which the catalog states: executed and compared with what they should compute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest
import suggested
from suggested import AS_OF, Row, by, recent, rows, run
from suggested_sql import CATALOG, HALF_LIFE, code, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.findings import Suggestion

pl = pytest.importorskip("polars")

ROWS = rows()
DECAYING = CATALOG + HALF_LIFE


def weight(row: Row) -> float:
    return float(0.5 ** ((AS_OF - row["ts"]) / timedelta(days=30)))


def counted(group: list[Row]) -> float:
    return sum(map(weight, group))


def added(group: list[Row]) -> float:
    return sum(weight(row) * row["amount"] for row in group if row["amount"] is not None)


def there(group: list[Row]) -> float:
    return counted([row for row in group if row["amount"] is not None])


def suggest(library: str, text: str) -> Suggestion:
    found = next(one for one in suggested.findings(library, text, "x", more=HALF_LIFE) if one.code == "AGG301")
    assert found.suggestion is not None
    return found.suggestion


def expected(of: Callable[[list[Row]], float]) -> Any:
    return pytest.approx(by(recent(ROWS, 360), "user_id", of))


# --- what has no such form ---


@pytest.mark.parametrize("measure", ["avg(amount)", "max(amount)", "count(distinct merchant)"])
def test_other_aggregates_are_what_they_were(measure: str) -> None:
    query = f"select user_id, {measure} as x from tx group by user_id"
    assert code(query, catalog=DECAYING) == code(query)


def test_nor_without_a_half_life() -> None:
    assert "0.5" not in code("select user_id, count(*) as x from tx group by user_id")


@pytest.mark.parametrize(
    "query",
    [
        "select user_id, count(*) as x from (select user_id from tx) group by user_id",
        "select user_id, sum(distinct amount) as x from tx group by user_id",
    ],
)
def test_forms_that_are_not_known_get_no_weights(query: str) -> None:
    assert "0.5" not in code(query, catalog=DECAYING)


@pytest.mark.parametrize(
    "made",
    [
        'tx.groupby("user_id").agg(x=("amount", "sum"), y=("amount", "mean"))["x"]',
        'tx.groupby("user_id", as_index=False).size().rename(columns={"size": "x"})["x"]',
    ],
)
def test_nor_does_pandas_where_other_columns_would_change(made: str) -> None:
    shown = suggest("pandas", f'n = {made}\ndf = tx.merge(n, on="user_id")')
    assert "0.5" not in shown.code
    assert "decayed" not in shown.title


@pytest.mark.parametrize("of", ['filter(pl.col("merchant") == "a")', "drop_nulls()", "unique()"])
def test_nor_does_polars_where_values_are_picked(of: str) -> None:
    made = f'n = tx.group_by("user_id").agg(x=pl.col("amount").{of}.sum())\ndf = tx.join(n, on="user_id")'
    shown = suggest("polars", made)
    assert "0.5" not in shown.code
    assert "decayed" not in shown.title


# --- each language ---


@pytest.mark.parametrize(("measure", "of"), [("count(*)", counted), ("sum(amount)", added), ("count(amount)", there)])
def test_in_sql(measure: str, of: Callable[[list[Row]], float]) -> None:
    query = f"select user_id, {measure} as x from tx group by user_id"
    suggestion = told(query, catalog=DECAYING).suggestion
    assert suggestion is not None
    assert suggestion.title.startswith("decayed ")
    assert suggestion.fix is None
    db = duckdb.connect()
    db.execute("create table tx (user_id int, amount double, ts timestamp)")
    db.executemany("insert into tx values (?, ?, ?)", [(row["user_id"], row["amount"], row["ts"]) for row in ROWS])
    assert dict(db.execute(suggestion.code, {"as_of": AS_OF}).fetchall()) == expected(of)


@pytest.mark.parametrize(
    ("measure", "of"),
    [
        ('size().rename("x")', counted),
        ('amount.sum().rename("x")', added),
        ('["amount"].sum().rename("x")  # spent', added),
        ('size().reset_index(name="x")', counted),
    ],
)
def test_in_pandas(measure: str, of: Callable[[list[Row]], float]) -> None:
    made = f'tx.groupby("user_id").{measure}'.replace(".[", "[")
    shown = suggest("pandas", f'n = {made}\ndf = tx.merge(n, on="user_id")')
    assert shown.title.startswith("decayed ")
    assert ("# spent" in shown.code) is ("# spent" in measure)
    found = run(shown.code, pd=pd, tx=pd.DataFrame(ROWS))["n"]
    found = found.set_index("user_id")["x_360d"] if isinstance(found, pd.DataFrame) else found
    assert found.to_dict() == expected(of)


@pytest.mark.parametrize(
    ("measure", "of"),
    [("pl.len()", counted), ('pl.col("amount").sum()', added), ('pl.col("amount").count()', there)],
)
def test_in_polars(measure: str, of: Callable[[list[Row]], float]) -> None:
    shown = suggest("polars", f'n = tx.group_by("user_id").agg({measure}.alias("x"))\ndf = tx.join(n, on="user_id")')
    assert shown.title.startswith("decayed ")
    found = run(shown.code, pl=pl, tx=pl.DataFrame(ROWS))["n"]
    assert dict(found.iter_rows()) == expected(of)

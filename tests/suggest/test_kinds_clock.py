"""Ages by the clock, suggested by the time of the row: executed and compared."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from suggested import findings, rows, run, suggestion
from suggested_sql import CATALOG, code, told
from suggested_sql import findings as sql_findings

ROWS = [{**row, "opened_at": row["ts"] - timedelta(days=row["tx_id"] % 7, hours=1)} for row in rows()]
AGES = {row["tx_id"]: row["tx_id"] % 7 for row in ROWS}
TX = 'tx = pd.read_sql("select tx_id, ts, opened_at, is_fraud from payments.transactions", con)\nfrom datetime import datetime\n'


def suggest(value: str, frame: str = "tx") -> str:
    return suggestion("pandas", f'{TX}df = {frame}\ndf["x"] = {value}', "x", "SKW405")


# --- what is not rewritten ---


@pytest.mark.parametrize(
    "value",
    [
        "df.opened_at.apply(lambda t: (pd.Timestamp.now() - t).days)",
        "(datetime.now() - df.opened_at).dt.days + (datetime.now() - df.ts).dt.days",
        "(df.opened_at.rsub(pd.Timestamp.now())).dt.days",
    ],
)
def test_clocks_in_other_forms_are_left_alone(value: str) -> None:
    assert all(
        one.suggestion is None
        for one in findings("pandas", f'{TX}df = tx\ndf["x"] = {value}', "x")
        if one.code == "SKW405"
    )


def test_nor_where_the_rows_lack_the_time() -> None:
    value = "(pd.Timestamp.now() - df.opened_at).dt.days"
    made = f'{TX}df = tx[["opened_at", "is_fraud"]]\ndf["x"] = {value}'
    (found,) = (one for one in findings("pandas", made, "x") if one.code == "SKW405")
    assert found.suggestion is None


def test_nor_where_no_time_is_declared() -> None:
    timeless = CATALOG.replace("    event_time: ts\n", "")
    found = sql_findings("select tx_id, date_diff('day', label_ts, current_date) as x from tx", timeless)
    assert [one.suggestion for one in found if one.code == "SKW405"] == [None]


@pytest.mark.parametrize(
    "query",
    [
        "select tx.tx_id, date_diff('day', tx.label_ts, current_date) as x from tx join spine on spine.user_id = tx.user_id",
        "select tx_id, date_diff('day', label_ts, (select current_date)) as x from tx",
    ],
)
def test_queries_of_which_more_would_have_to_be_known_are_left_alone(query: str) -> None:
    assert all(one.suggestion is None for one in sql_findings(query) if one.code == "SKW405")


# --- the time of the row ---


@pytest.mark.parametrize(
    "value",
    [
        "(pd.Timestamp.now() - df.opened_at).dt.days",
        '(pd.to_datetime("today") - df["opened_at"]).dt.days',
        "((datetime.now() - df.opened_at) / np.timedelta64(1, 'D')).astype(int)",
        "-(df.opened_at - pd.Timestamp.today()).dt.total_seconds() // 86400",
    ],
)
def test_in_pandas(value: str) -> None:
    shown = suggest(f"{value}  # days")
    assert shown == f'df["x"] = {value}  # days'.replace("pd.Timestamp.now()", 'df["ts"]').replace(
        "datetime.now()", 'df["ts"]'
    ).replace("pd.Timestamp.today()", 'df["ts"]').replace('pd.to_datetime("today")', 'df["ts"]')
    found = run(shown, pd=pd, np=np, df=pd.DataFrame(ROWS))["df"]
    assert found.set_index("tx_id")["x"].to_dict() == AGES or "-(" in value
    if "-(" in value:
        assert (-found["x"]).abs().max() <= 7


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ("date_diff('day', label_ts, current_date)", "date_diff('day', label_ts, ts)"),
        ("extract(epoch from now() - label_ts)", "extract(epoch from ts - label_ts)"),
    ],
)
def test_in_sql(value: str, reference: str) -> None:
    shown = code(f"select tx_id, {value} as x from tx", "SKW405")
    assert told(f"select tx_id, {value} as x from tx", "SKW405").suggestion.title == "with `ts` of the row"  # type: ignore[union-attr]
    db = duckdb.connect()
    db.execute("create table tx (tx_id int, ts timestamp, label_ts timestamp)")
    start = datetime(2024, 1, 1, 5)
    db.executemany(
        "insert into tx values (?, ?, ?)",
        [(n, start + timedelta(hours=7 * n), start + timedelta(days=n)) for n in range(9)],
    )
    expected = db.execute(f"select tx_id, {reference} from tx order by 1").fetchall()
    assert sorted(db.execute(shown).fetchall()) == expected

"""Frames in SQL that begin with the first row, bounded in place: what may not change, first; then what changes, run in DuckDB."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from feasilint import api
from feasilint.fix import told

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.fix.apply import Fixed

_CATALOG = """
version: 1
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
    columns: {tx_id: {}, user_id: {}, amount: {}, ts: {}, chargeback: {known_after: 60d}}
"""
_QUERY = "create table ml.f as\nselect tx_id, {measure} as spend  -- per user\nfrom payments.transactions\n"
_FORM = "its code is written in a form that is not changed in place"
_START = datetime(2022, 1, 1)
_ROWS = [(at, at % 3, float(1 + at % 7), _START + timedelta(days=25 * at)) for at in range(60)]
_ROWS += [(60 + at, 1, 5.0, _START + timedelta(days=365 * 2, seconds=at // 2)) for at in range(6)]  # two at a time


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(_CATALOG)
    return tmp_path


def fixed(folder: Path, measure: str, dialect: str | None = "duckdb", query: str = _QUERY) -> Fixed:
    (folder / "f.sql").write_text(query.replace("{measure}", measure))
    found = api.fix("f.sql", unsafe=True, dialect=dialect)
    assert not found.before.errors
    told.write(found)
    return found


def text(folder: Path) -> str:
    return (folder / "f.sql").read_text()


def spend(folder: Path) -> dict[int, float | None]:
    db = duckdb.connect()
    db.execute("create schema ml; create schema payments")
    db.execute("create table payments.transactions (tx_id int, user_id int, amount double, ts timestamp)")
    db.executemany("insert into payments.transactions values (?, ?, ?, ?)", _ROWS)
    db.execute(text(folder))
    return dict(db.execute("select tx_id, spend from ml.f").fetchall())


def expected(current: bool) -> dict[int, float | None]:
    """The sum of each user's amounts in the 365 days before a row, its own and those of the same time included or not."""
    found: dict[int, float | None] = {}
    for tx, user, _, now in _ROWS:
        rows = [
            a for _, u, a, ts in _ROWS if u == user and now - timedelta(days=365) <= ts <= now and (current or ts < now)
        ]
        found[tx] = sum(rows) if rows else None
    return found


@pytest.mark.parametrize(
    ("measure", "dialect", "reason"),
    [
        ("sum(amount) over (partition by user_id order by ts)", "bigquery", "its dialect has no frames of time"),
        ("sum(amount) over (partition by user_id order by ts)", "tsql", "its dialect has no frames of time"),
        (
            "sum(amount) over (partition by user_id order by ts, tx_id)",
            "duckdb",
            "its rows are not in the order of time alone",
        ),
        (
            "sum(amount) over (partition by user_id order by tx_id)",
            "duckdb",
            "its rows are not in the order of time alone",
        ),
        (
            "sum(amount) over (partition by user_id order by ts rows between unbounded preceding and 1 preceding)",
            "trino",
            _FORM,
        ),
        (
            "sum(amount) over (partition by user_id order by ts rows between unbounded preceding and 2 preceding)",
            "duckdb",
            _FORM,
        ),
        (
            "sum(amount) over (partition by user_id order by ts groups between unbounded preceding and current row)",
            "duckdb",
            _FORM,
        ),
        ("sum(amount) over w", "duckdb", _FORM),
        (
            "array_agg(amount) over (partition by user_id order by ts)",
            "duckdb",
            "within a window it would mean something else",
        ),
    ],
)
def test_what_is_not_changed_and_why(folder: Path, measure: str, dialect: str | None, reason: str) -> None:
    query = _QUERY + "window w as (partition by user_id order by ts)\n" if measure.endswith(" w") else _QUERY
    found = fixed(folder, measure, dialect, query)
    assert not found.contents
    assert not found.refused
    told_of = {one.suggestion.obstacle for one in found.result.findings if one.suggestion is not None}
    assert told_of == {reason}


def test_an_order_that_nothing_says_to_be_one_of_time_is_left_alone(folder: Path) -> None:
    (folder / "catalog.yaml").write_text(_CATALOG.replace("    event_time: ts\n", ""))
    query = _QUERY.replace("{measure}", "sum(amount) over (partition by user_id order by event_index)")
    found = fixed(folder, "", query=query)
    assert not found.contents
    reasons = {one.suggestion.obstacle for one in found.result.findings if one.suggestion is not None}
    assert reasons == {"its rows are not in the order of time alone"}


def test_a_frame_that_would_take_in_its_own_outcome_is_left_alone(folder: Path) -> None:
    found = fixed(folder, "avg(chargeback) over (partition by user_id order by ts)")
    assert not found.contents
    assert [refused.reason for refused in found.refused] == ["SKW404 would be found instead"]


@pytest.mark.parametrize(
    ("before", "after", "current"),
    [
        (
            "sum(amount) over (partition by user_id order by ts)",
            "sum(amount) over (partition by user_id order by ts range between interval '365' day preceding and current row)",
            True,
        ),
        (
            "SUM(amount) OVER (PARTITION BY user_id ORDER BY ts  -- in time\n  )",
            "SUM(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '365' DAY PRECEDING AND CURRENT ROW  -- in time\n  )",
            True,
        ),
        (
            "sum(amount) over (partition by user_id order by ts range between unbounded preceding /* all */ and current row)",
            "sum(amount) over (partition by user_id order by ts range between interval '365' day preceding /* all */ and current row)",
            True,
        ),
        (
            "sum(amount) over (partition by user_id order by ts rows unbounded preceding)",
            "sum(amount) over (partition by user_id order by ts range interval '365' day preceding)",
            True,
        ),
        (
            "sum(amount) over (partition by user_id order by ts rows between unbounded preceding and 1 preceding)",
            "sum(amount) over (partition by user_id order by ts range between interval '365' day preceding and interval '1' microsecond preceding)",
            False,
        ),
        (
            "sum(amount) over (partition by user_id order by ts range between unbounded preceding and interval 1 second preceding)",
            "sum(amount) over (partition by user_id order by ts range between interval '365' day preceding and interval 1 second preceding)",
            False,
        ),
        (
            "sum(amount) filter (where amount > 0) over (partition by user_id order by ts)",
            "sum(amount) filter (where amount > 0) over (partition by user_id order by ts range between interval '365' day preceding and current row)",
            True,
        ),
    ],
)
def test_the_first_row_becomes_a_time(folder: Path, before: str, after: str, current: bool) -> None:
    found = fixed(folder, before)
    assert text(folder) == _QUERY.replace("{measure}", after)
    assert [finding.code for finding in found.fixed] == ["AGG304"]
    assert spend(folder) == expected(current)
    assert not fixed(folder, after).contents


def test_all_frames_of_a_feature_are_bounded_together(folder: Path) -> None:
    over = "over (partition by user_id order by ts)"
    found = fixed(folder, f"sum(amount) {over} / count(*) {over}")
    assert not found.refused
    assert text(folder).count("interval '365' day preceding") == 2


def test_in_sql_of_a_notebook_cell(folder: Path) -> None:
    query = _QUERY.replace("create table ml.f as\nselect tx_id,", "select chargeback, tx_id,").replace(
        "  -- per user", ""
    )
    measure = "sum(amount) over (partition by user_id order by ts)"
    code = (
        'import duckdb\nfrom xgboost import XGBClassifier\ndf = duckdb.sql("""\n'
        + query.replace("{measure}", measure)
        + '""").df()\n'
    )
    path = folder / "train.py"
    path.write_text(code + "XGBClassifier().fit(df[['spend']], df['chargeback'])\n")
    told.write(api.fix("train.py", unsafe=True))
    assert "order by ts range between interval '365' day preceding and current row) as spend" in path.read_text()

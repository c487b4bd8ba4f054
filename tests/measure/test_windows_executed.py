"""An extent says which rows can matter: rows that are older may change, and the result stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import feasilint

duckdb = pytest.importorskip("duckdb")

QUERIES = [
    "select u, sum(x) s from tx where ts >= {now} - interval 30 day group by u",
    "select u, sum(x) s from tx where ts between {now} - interval 45 day and {now} - interval 5 day group by u",
    "select u, sum(x) s from tx where not (ts < {now} - 30 or ts > {now}) group by u",
    "select u, sum(x) s from tx where datediff('day', ts, {now}) <= 20 group by u",
    "select u, sum(x) s from tx where ts + interval 30 day > {now} group by u",
    "select u, sum(x) s from tx where ts >= greatest({now} - 30, date '2000-01-01') group by u",
    "select u, sum(x) s from tx where (ts > {now} - 10 and x > 3) or (ts > {now} - 40 and x <= 3) group by u",
    "select u, sum(case when ts > {now} - 30 then x else 0 end) s from tx group by u",
    "select u, sum(case when ts <= {now} - 30 then null when x > 3 then x else 0 end) s from tx group by u",
    "select u, avg(x) filter (where ts > {now} - 14) s from tx group by u",
    "select u, sum(x * (ts >= {now} - 7)::int) s from tx group by u",
    "select u, max(x) s from (select *, {now} - ts as age from tx) t where age < 25 group by u",
    "select u, sum(x) s from (select u, x from tx where ts > {now} - 10 union all select u, x from tx where ts > {now} - 50) t group by u",
    "select s.u, sum(b.x) s from (select distinct u, {now} as at from tx) s left join tx b on b.u = s.u and b.ts > s.at - 21 group by s.u",
    "with l as (select * from tx), s as (select distinct u, {now} as at from tx) select s.u, max(a.x) m, max(b.x) s from s "
    "left join l a on a.u = s.u and a.ts > s.at - 10 left join l b on b.u = s.u and b.ts > s.at - 40 group by s.u",
    "with p as (select {now} as d, 30 as days) select u, sum(x) s from tx, p where ts > p.d - p.days::int group by u",
    "select u, sum(x) s from tx where date_trunc('month', ts) >= date_trunc('month', {now}) - interval 1 month group by u",
    "select u, sum(x) s from (select * from tx qualify row_number() over (partition by u order by ts desc, x) <= 3) t where ts > {now} - 60 group by u",
]
TODAY = date(2024, 5, 17)
TRUNCATED = 31  # a bound that is cut to the beginning of a month reaches back so many days more
ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 120), st.integers(0, 9)), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def connection() -> Any:
    return duckdb.connect()


@pytest.fixture(scope="module")
def reaches() -> dict[str, int]:
    return {query: days(query) for query in QUERIES}


def result(connection: Any, query: str, rows: list[tuple[int, date, int]]) -> list[tuple[object, ...]]:
    values = ", ".join(f"({u}, date '{ts}', {x})" for u, ts, x in rows)
    connection.execute(f"create or replace table tx as select * from (values {values}) v(u, ts, x)")
    return connection.execute(f"select * from ({query}) order by all").fetchall()  # type: ignore[no-any-return]


def days(query: str) -> int:
    """The extent that is found, in days."""
    found = feasilint.inspect_source(query.format(now="current_date"), kind="sql", dialect="duckdb")["aggregations"]
    (extent,) = found[-1]["extent"]
    assert found[-1]["window"] == "bounded"
    return int(extent[1:-1]) * (1 if extent.endswith("D") else 31)


@pytest.mark.parametrize("query", QUERIES)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(made=ROWS, other=st.integers(10, 99))
def test_rows_before_the_extent_do_not_matter(
    connection: Any, reaches: dict[str, int], query: str, made: list[tuple[int, int, int]], other: int
) -> None:
    reach = reaches[query] + (TRUNCATED if "date_trunc" in query else 0) + (5 if "interval 5 day" in query else 0)
    rows = [(u, TODAY - timedelta(days=age), x) for u, age, x in made]
    changed = [(u, ts, other if ts < TODAY - timedelta(days=reach) else x) for u, ts, x in rows]
    executed = query.format(now=f"date '{TODAY}'")
    assert result(connection, executed, rows) == result(connection, executed, changed)

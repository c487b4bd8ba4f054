"""Rows that are held against all earlier ones."""

from __future__ import annotations

import pytest

from feasilint.aggregations import of_program
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading


def pairings(text: str, path: str = "q.sql") -> list[str | None]:
    reading = Reading(Options())
    reading.take(path, text.encode())
    analysis = analyse(reading.programs, None)
    return [aggregation.pairing for aggregation in of_program(analysis.programs[0], analysis)]


@pytest.mark.parametrize(
    "text",
    [
        # bounded from below, or not in order at all
        "select a.u, count(b.ts) n from tx a left join tx b on a.u = b.u and b.ts < a.ts and b.ts > a.ts - interval '30' day group by a.u",
        "select a.u, count(b.ts) n from tx a join tx b on a.u = b.u group by a.u",
        "select s.u, (select count(*) from tx where tx.u = s.u) as n from spine s",
        # a spine and its events, a table and its details
        "select s.u, count(*) n from spine s join tx on tx.u = s.u and tx.ts < s.t group by s.u",
        "select o.u, count(*) n from orders o join items i on i.order_id = o.id where i.shipped_at > o.ordered_at group by o.u",
        # between two times of the other side, whatever these are made of
        "with h as (select u, ts, x, min(ts) over (partition by u) as began, least(ts, x) as ended from tx)"
        " select a.u, max(b.x) n from h a left join h b on a.u = b.u and b.ts > a.began and b.ts <= a.ended group by a.u",
        "with ends as (select u, min(ts) as starttime, max(ts) as endtime from tx group by u)"
        " select a.u, max(b.x) n from tx b join ends a on a.u = b.u and b.ts >= a.starttime and b.ts <= a.endtime group by a.u",
        # values that say nothing of order
        "select a.u, count(*) n from tx a join tx b on a.mate = b.tx_id where b.amount > a.amount group by a.u",
        # of the table that both sides have in common nothing is summed up
        "with w as (select s.u, s.began_at as t, m.weight from stays s join m on m.u = s.u)"
        " select s.u, max(w.weight) n from stays s left join w on w.u = s.u and w.t <= s.began_at group by s.u",
        # a table of thresholds
        "select e.id, max(p.value) n from e cross join p where e.score > p.threshold group by e.id",
        # one row, however it is made
        "with p as (select max(ts) as as_of from tx) select t.u, sum(t.x) n from tx t cross join p where t.ts <= p.as_of group by t.u",
        "with p as (select max(ts) as ts from tx), q as (select case when p.ts < current_date then p.ts else current_date end as as_of_date"
        " from p) select t.u, sum(t.x) n from tx t cross join q where t.ts <= q.as_of_date group by t.u",
        "select t.u, sum(t.x) n from tx t join (select ts from runs order by ts desc limit 1) r on t.ts <= r.ts group by t.u",
        "select t.u, sum(t.x) n from tx t cross join (select date '2024-01-01' as as_of) p where t.ts <= p.as_of group by t.u",
        # two times of one row
        "select u, count(*) n from tx where created_at < updated_at group by u",
        "select sum(x) over (partition by u order by ts) n from tx",
    ],
)
def test_no_pairs(text: str) -> None:
    assert set(pairings(text)) == {None}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("select a.u, a.ts, count(b.ts) n from tx a left join tx b on a.u = b.u and b.ts < a.ts group by a.u, a.ts", "self-join"),
        ("select a.u, count(b.ts) n from tx a, tx b where a.u = b.u and b.ts < a.ts group by a.u", "self-join"),
        ("with t as (select u, ts, x from tx) select a.u, sum(b.x) n from t a join t b on a.u = b.u and b.ts < a.ts group by a.u", "self-join"),
        ("select s.u, (select count(*) from tx where tx.u = s.u and tx.ts < s.t) as n from spine s", "correlated"),
        ("select s.t_at, count(*) n from spine s cross join tx where tx.ts < s.t_at group by s.t_at", "cross join"),
    ],
)  # fmt: skip
def test_pairs(text: str, made: str) -> None:
    assert pairings(text) == [made]


def test_a_frame_merged_with_itself() -> None:
    code = """
import pandas as pd
tx = pd.read_csv("s3://lake/tx.csv")
both = tx.merge(tx, on="user_id")
n = both[both.ts_y < both.ts_x].groupby(["user_id", "ts_x"]).size()
"""
    assert pairings(code, "t.py") == ["self-join"]

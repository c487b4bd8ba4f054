"""Aggregates without keys that belong to one row nevertheless, and keys that are the time that is bounded."""

from __future__ import annotations

import pytest

import feasilint


@pytest.mark.parametrize(
    ("text", "keys", "window"),
    [
        ("select (select max(i.x) from unnest(t.items) as i) as m from t", [], "entity"),
        ("select (select count(*) from unnest(t.items)) as m from t", [], "entity"),
        ("with t as (select u, x, ts from tx) select (select max(x) from t b where b.u = t.u and b.ts < t.ts) as m from t", ["u"], "unbounded"),
        ("select (select max(x) from tx b where b.u = a.u) as m from tx a", ["u"], "unbounded"),
        ("select (select max(x) from tx b where b.u = b.v) as m from tx a", [], "global"),
        ("select max(x) as m from tx", [], "global"),
        ("select town, month, avg(x) as m from tx where month >= date '2020-01-01' group by town, month", ["town", "month"], "bucketed"),
        ("select town, month(ts) as mo, avg(x) as m from tx where ts >= date '2020-01-01' group by town, month(ts)", ["town", "mo"], "anchored"),
    ],
)  # fmt: skip
def test_whose_rows(text: str, keys: list[str], window: str) -> None:
    (found,) = feasilint.inspect_source(text, kind="sql", dialect="bigquery")["aggregations"]
    assert (found["keys"], found["window"]) == (keys, window)

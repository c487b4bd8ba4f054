"""Window classes and extents, read through SQL: what is finite first, because calling a finite window endless is a false alarm."""

from __future__ import annotations

import pytest

import feasilint
from feasilint.ir.names import timelike

FINITE = [
    # relative to the clock
    ("select u, count(*) n from tx where ts >= current_date - interval '30' day group by u", "bounded", ["P30D"]),
    ("select u, count(*) n from tx where ts >= current_date - interval '30' day and ts < current_date group by u", "bounded", ["P30D"]),
    ("select u, sum(x) n from tx where ts between current_date - interval '90' day and current_date - interval '7' day group by u",
     "bounded", ["P83D"]),
    ("select u, count(*) n from (select * from tx where ts > now() - interval '1' hour) t group by u", "bounded", ["PT1H"]),
    ("with r as (select u, ts, x from tx) select u, sum(x) s from r where ts >= current_timestamp - interval '30 minutes' group by u",
     "bounded", ["PT30M"]),
    ("select u, count(*) n from tx where cast(ts as date) >= date_trunc('day', current_date) - interval '7 days' group by u",
     "bounded", ["P7D"]),
    # relative to the spine
    ("select s.u, s.t, count(b.id) n from spine s left join tx b on b.u = s.u and b.ts >= s.t - interval '30' day and b.ts < s.t "
     "group by s.u, s.t", "bounded", ["P30D"]),
    ("select s.u, (select count(*) from tx b where b.u = s.u and b.ts > s.t - interval '2' day and b.ts < s.t) as n from spine s",
     "bounded", ["P2D"]),
    # of either side of a join, where nobody knows which columns they have
    ("select u, sum(x) s from spine join tx using (u) where ts >= as_of - interval '30' day and ts < as_of group by u", "bounded", ["P30D"]),
    # for which the outer join found none
    ("select s.u, count(*) n from spine s left join tx b on b.u = s.u where b.u is null or (b.ts >= s.t - interval '30' day and b.ts < s.t) "
     "group by s.u, s.t", "bounded", ["P30D"]),
    ("select s.u, sum(b.x) n from spine s left join tx b using (u) where s.x > 1 and (b.ts >= s.t - interval '30' day or b.u is null) "
     "group by s.u, s.t", "bounded", ["P30D"]),
    # relative to the newest row
    ("select u, count(*) n from tx where ts >= (select max(ts) from tx) - interval '14' day group by u", "bounded", ["P14D"]),
    # two constants
    ("select u, count(*) n from tx where ts >= date '2024-01-01' and ts < date '2024-03-01' group by u", "bounded", ["P60D"]),
    ("select u, count(*) n from tx where ts between '2024-01-01' and '2024-01-31' group by u", "bounded", ["P30D"]),
    ("select u, sum(x) s from (select * from a where ts >= current_date - interval '30' day union all select * from b where ts >= current_date - interval '30' day) t group by u", "bounded", ["P30D"]),
    # from the first event on
    ("select e.u, sum(x) s from e join (select u, min(ts) + interval '1' day as until from e group by u) r on r.u = e.u where e.ts <= r.until group by e.u", "bounded", ["P1D"]),
    # of a bound on another moment, and of a bucket whose unit cannot be read, no length is known
    ("select u, count(*) n from tx where ts >= {{ start }} - interval '1' hour and ts < {{ until }} group by u", "bounded", []),
    ("select s.u, count(*) n from spine s join tx on tx.u = s.u and tx.ts >= s.begun - interval '1' hour and tx.ts < s.ended "
     "group by s.u, s.begun, s.ended", "bounded", []),
    ("select c.d, sum(x) s from tx join calendar c on cast(c.d as date) = cast({{ some.trunc('month', 'ts') }} as date) group by u",
     "bounded", []),
    ("select u, count(*) n from tx where date_trunc('month', ts) = date '2024-05-01' group by u", "bounded", ["P1M"]),
    # of several windows in one sum the longest
    ("with a as (select u, sum(x) x7 from tx where ts >= current_date - interval '7' day group by u), "
     "b as (select u, sum(x) x30 from tx where ts >= current_date - interval '30' day group by u) "
     "select a.u, sum(a.x7 + b.x30) s from a join b on a.u = b.u group by a.u", "bounded", ["P7D", "P30D"]),
    ("select u, sum(daily) s from (select u, cast(ts as date) d, sum(x) daily from tx where ts >= current_date - interval '365' day "
     "group by 1, 2) t where d >= current_date - interval '7' day group by u", "bounded", ["P7D"]),
    # the months that it is joined to are those of a window
    ("with m as (select distinct year_month from calendar where full_date >= current_date - interval '11' month) "
     "select t.u, sum(t.x) s from tx t join m on t.year_month = m.year_month group by t.u", "bounded", []),
    ("with m as (select month from calendar where full_date >= current_date - interval '11' month group by month) "
     "select t.u, sum(t.x) s from tx t join m using (month) group by t.u", "bounded", []),
    # a parameter is the length
    ("select u, sum(case when ts >= current_date - {{ w }} then x end) s from tx group by u", "bounded", []),
    # inside the measure
    ("select u, sum(case when ts >= current_date - interval '7' day then x end) s from tx group by u", "bounded", ["P7D"]),
    ("select u, count(*) filter (where ts >= current_date - interval '7' day) s from tx group by u", "bounded", ["P7D"]),
    ("select u, sum(case when recent then x else 0 end) s from (select *, ts >= current_date - interval '7' day as recent from tx) t "
     "group by u", "bounded", ["P7D"]),
    # frames
    ("select u, sum(x) over (partition by u order by ts range between interval '30' day preceding and current row) s from tx",
     "bounded", ["P30D"]),
    ("select u, avg(x) over (partition by u order by ts rows between 9 preceding and current row) s from tx", "rows", []),
    ("select u, lag(x) over (partition by u order by ts) s from tx", "rows", []),
    # buckets
    ("select u, date_trunc('day', ts) as day, count(*) n from tx group by 1, 2", "bucketed", []),
    ("select u, day, sum(c) n from (select u, id, any_value(date_trunc('day', ts)) as day, count(*) c from tx group by u, id) t "
     "group by u, day", "bucketed", []),
    ("select u, extract(year from ts) as y, count(*) n from tx group by 1, 2", "bucketed", []),
    ("select u, event_date, count(*) n from tx group by u, event_date", "bucketed", []),
    # one row per key already
    ("select u, max(n) m from (select u, count(*) n from tx where ts > current_date - interval '9' day group by u) t group by u",
     "bounded", ["P9D"]),
    ("select count(*) n from tx", "global", []),
    # buckets by other names, constants by year
    ("select u, cast(event_time as date) as d, count(*) n from tx group by 1, 2", "bucketed", []),
    ("select a.u, cast(a.ts as date) as d, sum(b.x) s from a join b on a.u = b.u and cast(a.ts as date) = cast(b.ts as date) group by 1, 2",
     "bucketed", []),
    ("select u, sum(x) s from tx join date_dim d on tx.d_sk = d.d_sk where d.d_year = 2001 group by u", "bounded", ["P1Y"]),
    ("select last_day(d, month) as m, u, count(*) n from tx group by 1, 2", "bucketed", []),
    ("select month(ts) + 100 * year(ts) as ym, count(*) n from tx group by 1", "bucketed", []),
    ("select u, sum(x) s from tx join dd on tx.d = dd.d where dd.d_month_seq between 1199 and 1210 group by u", "bounded", []),
    # valid at one moment
    ("select u, sum(mrr) s from subs where start_date <= current_date and (end_date > current_date or end_date is null) group by u",
     "bounded", []),
    # a constant groups nothing
    ("select 1 as k, count(*) n from tx group by 1", "global", []),
    # rows that overlap a period; the row before within some hours
    ("select u, sum(x) s from subs where end_date >= date '2024-01-01' and start_date <= date '2024-12-31' group by u", "bounded", []),
    ("with b as (select * from tx where ts >= current_date - 1) select b.u, sum(b2.x) s from b left join b b2 on b.u = b2.u and b2.ts > b.ts - interval 6 hour group by b.u",
     "bounded", ["PT6H"]),
    # the latest time of other data is a parameter
    ("select u, sum(x) s from tx where ts > (select max(loaded) from control) - interval 3 day group by u", "bounded", ["P3D"]),
    # picked rows
    ("select u, sum(x) s from (select *, row_number() over (partition by u order by ts desc) rn from tx) t where rn = 1 group by u", "entity", []),
    # what belongs to something that happens once
    ("select invoice_id, sum(price) s from lines group by invoice_id", "entity", []),
    ("select sessionId, count(*) n from clicks group by sessionId", "entity", []),
]  # fmt: skip

GROWING = [
    ("select u, count(*) n from tx group by u", "unbounded"),
    # what is missing for another reason than the join, or where none is left out
    ("select s.u, sum(b.x) n from spine s left join tx b on b.u = s.u where b.cancelled is null or (b.ts >= s.t - interval '30' day) "
     "group by s.u", "unbounded"),
    ("select s.u, sum(b.x) n from spine s join tx b on b.u = s.u where b.u is null or b.ts >= s.t - interval '30' day group by s.u", "unbounded"),
    ("select u, sum(x) n from tx where u is null or ts >= current_date - interval '30' day group by u", "unbounded"),
    # a time of the whole group is no bucket of it
    ("select t.u, f.first_dt, count(*) n from tx t join (select u, min(cast(ts as date)) first_dt from tx group by u) f on f.u = t.u "
     "group by t.u, f.first_dt", "unbounded"),
    ("select u, count(*) n from tx where ts < current_date group by u", "unbounded"),
    ("select u, count(*) n from tx where ts < date '2024-01-01' group by u", "unbounded"),
    ("select u, count(*) n from tx where amount >= 30 group by u", "unbounded"),
    ("select u, count(*) n from tx where ts >= date '2020-01-01' group by u", "anchored"),
    ("select u, count(*) n from tx where ts >= '2020-01-01' and ts < current_date group by u", "anchored"),
    ("select u, extract(dow from ts) as weekday, count(*) n from tx group by 1, 2", "unbounded"),
    ("select u, sum(x) over (partition by u order by ts) s from tx", "unbounded"),
    ("select u, count(*) over (partition by u) s from tx", "unbounded"),
    ("select u, sum(x) over (partition by u order by ts rows between unbounded preceding and 1 preceding) s from tx", "unbounded"),
    ("select u, avg(n) m from (select u, date_trunc('day', ts) d, count(*) n from tx group by 1, 2) t group by u", "unbounded"),
    ("select u, count(*) n from (select * from tx limit 1000) t group by u", "unbounded"),
    ("select s.u, count(b.id) n from spine s join tx b on b.u = s.u and b.ts < s.t group by s.u", "unbounded"),
    # times of one row, what recurs
    ("select u, count(*) n from tx where delivered_at <= ordered_at + interval 3 day group by u", "unbounded"),
    ("select u, sum(x) s from tx where extract(hour from ts) >= 9 and extract(hour from ts) < 17 group by u", "unbounded"),
    ("select u, sum(gap) s from (select u, ts - lag(ts) over (partition by u order by ts) gap, ts from tx) t where gap < interval 1 hour group by u", "unbounded"),
    # what limits other rows
    ("select u, sum(x) over (partition by u order by ts) s from tx left join (select u as k, count(*) c from tx where ts > current_date - interval '30' day group by u) a on a.k = tx.u", "unbounded"),
    ("select tx.u, sum(x) s from tx join (select distinct u from tx where ts >= current_date - interval '30' day) a on a.u = tx.u group by tx.u", "unbounded"),
    ("with e as (select * from tx) select e.v, sum(e.x) s from e join (select distinct u from e where ts >= current_date - interval '30' day) a on a.u = e.u group by e.v", "unbounded"),
    ("select t.u, sum(t.x) s from tx t left join (select distinct month from calendar where d >= current_date - interval '11' month) m on t.month = m.month group by t.u", "unbounded"),
    ("select tx.u, sum(x) s from tx join (select u from tx group by u having max(ts) >= current_date - interval '30' day) a on a.u = tx.u group by tx.u", "unbounded"),
    ("select u, sum(x) s from (select * from a where ts >= current_date - interval '30' day union all select * from b) t group by u", "unbounded"),
    ("select u, sum(case when ts >= current_date - interval '30' day then x else 0.5 * x end) s from tx group by u", "unbounded"),
    ("select u, sum(x) s from (select *, case when ts >= current_date - interval '30' day then 0 else 1 end as old from tx) t where old = 1 group by u", "unbounded"),
    ("select o.u, sum(r.x) s from o join r on r.oid = o.oid and o.d >= date '2020-01-01' and r.d <= date '2020-03-01' group by o.u", "anchored"),
    ("select e.u, sum(x) s from e join (select u, min(ts) as since from e group by u) r on r.u = e.u where e.ts >= r.since group by e.u", "unbounded"),
    # correlated with the row around it
    ("select s.u, (select sum(x) from tx b where b.u = s.u and b.ts < s.t) as n from spine s", "unbounded"),
    ("select o.id, sum(x.a) s from orders o left join orders x on x.u = o.u and x.ts < o.ts group by o.id", "unbounded"),
    ("select u, sum(x) over (partition by u order by ts range between interval '7' day preceding and unbounded following) s from tx", "unbounded"),
    # the spine is bounded, the history that is joined to it is not
    ("select s.u, sum(b.x) n from spine s join tx b on b.u = s.u where s.label_date >= date '2024-01-01' and "
     "s.label_date < date '2024-02-01' group by s.u", "unbounded"),
]  # fmt: skip


def aggregation(sql: str) -> dict[str, object]:
    """The outermost aggregation of one statement."""
    found = feasilint.inspect_source(sql, kind="sql", dialect="duckdb")["aggregations"]
    assert found, sql
    reaching = [one for one in found if one["reaches"] == "table" and one["roles"] == ["feature"]]
    return reaching[-1]


@pytest.mark.parametrize(("sql", "window", "extent"), FINITE)
def test_finite(sql: str, window: str, extent: list[str]) -> None:
    found = aggregation(sql)
    assert (found["window"], found["extent"]) == (window, extent)


@pytest.mark.parametrize(("sql", "window"), GROWING)
def test_growing(sql: str, window: str) -> None:
    assert aggregation(sql)["window"] == window


def test_a_hole_in_the_filter_is_no_verdict() -> None:
    sql = "select u, count(*) n from tx where {condition} group by u"
    assert aggregation(sql)["window"] == "unknown"


@pytest.mark.parametrize(
    "sql",
    [
        "select ticket, sum(x) s from comments where at >= date '2020-01-01' group by ticket",
        "select ticket, sum(x) over (partition by ticket order by at) s from comments",
        "select ticket, sum(x) s from (select ticket, x from comments union all select ticket, x from notes) t group by ticket",
        "select s.ticket, sum(c.x) s from spine s join comments c on c.ticket = s.ticket group by s.ticket",
        "select s.ticket, sum(c.x) s from spine s join comments c using (ticket) group by s.ticket",
        "select s.encounter_id, sum(c.x) s from spine s join comments c on c.ticket = s.ticket group by s.encounter_id",
        "select order_line_id, sum(x) s from comments group by order_line_id",
        "select tx_hash, sum(x) s from comments where at >= date '2020-01-01' group by tx_hash",
        "select ticket, sum(x) s from (select md5(concat(a, b)) as ticket, x from comments) t group by ticket",
        "select author, ticket, sum(x) s from (select author, md5(a) as ticket, x from comments) t group by author, ticket",
        "select send, sum(x) s from (select mail as order_id, x from comments) t, lateral (select order_id as send) u group by send",
    ],
)
def test_few_rows_of_a_key_are_an_entity_whatever_else_bounds_them(sql: str) -> None:
    entry = {"kind": "events", "event_time": "at", "bounded_keys": ["ticket"]}
    catalog = {"version": 1, "sources": [{"name": "comments", **entry}, {"name": "notes", **entry}]}
    found = feasilint.inspect_source(sql, kind="sql", dialect="duckdb", catalog=catalog)["aggregations"]
    assert [one["window"] for one in found] == ["entity"]


@pytest.mark.parametrize(
    "sql",
    [
        "select ticket, sum(x) s from (select ticket, x from comments union all select ticket, x from calls) t group by ticket",
        "select s.encounter_id, sum(c.x) s from spine s join comments c on c.author = s.author group by s.encounter_id",
        "select s.ticket, sum(c.x) s from spine s join comments c on c.author = s.author group by s.ticket",
        "select order_id, sum(x) s from comments group by order_id",  # the catalog says how many rows it has
        "select session_id, sum(x) s from (select order_id as session_id, x from comments) t group by session_id",
        "select ticket, sum(c.x) s from (select md5(a) as ticket, a from spine) s join comments c on c.a = s.a group by ticket",
    ],
)
def test_other_keys_beside_them_grow(sql: str) -> None:
    entry = {"kind": "events", "bounded_keys": ["ticket"], "keys": {"order_id": {"max_rows_per_day": 5000}}}
    catalog = {"version": 1, "sources": [{"name": "comments", **entry}, {"name": "calls", "kind": "events"}]}
    found = feasilint.inspect_source(sql, kind="sql", dialect="duckdb", catalog=catalog)["aggregations"]
    assert [one["window"] for one in found] == ["unbounded"]


@pytest.mark.parametrize("name", ["start_tstamp", "derived_tstamp", "begin_ts", "visitDate"])
def test_names_that_speak_of_time(name: str) -> None:
    assert timelike(name)


def test_the_declared_time_among_the_keys_is_a_bucket() -> None:
    catalog = {"version": 1, "sources": [{"name": "lab", "kind": "events", "event_time": "offset_min"}]}
    sql = "select stay, offset_min, max(value) v from lab group by stay, offset_min"
    found = feasilint.inspect_source(sql, kind="sql", dialect="duckdb", catalog=catalog)["aggregations"]
    assert [one["window"] for one in found] == ["bucketed"]


def test_the_declared_grain_is_an_entity() -> None:
    catalog = {"version": 1, "sources": [{"name": "items", "bounded_keys": ["order_id"]}]}
    sql = "select order_id, sum(price) total from items group by order_id"
    found = feasilint.inspect_source(sql, kind="sql", dialect="duckdb", catalog=catalog)["aggregations"]
    assert [one["window"] for one in found] == ["entity"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select u, sum(x) s from tx group by u", None),
        ("select u, sum(x) s from tx where birth_date > date '2000-01-01' group by u", "birth_date"),
        ("select u, sum(x) s, min(created_at) f from tx group by u", "created_at"),
        ("select u, sum(x) s, max(cycle_time) c, max(cancel_at_period_end) e, max(dt_dow) d from tx group by u", None),
        ("select u, event_ts, sum(x) over (partition by u) s from tx", "event_ts"),
    ],
)
def test_what_could_bound_an_unbounded_measure(sql: str, expected: str | None) -> None:
    found = [
        one
        for one in feasilint.inspect_source(sql, kind="sql", dialect="duckdb")["aggregations"]
        if one["function"] == "sum"
    ]
    assert [one["time_column"] for one in found] == [expected]


def test_many_branches_one_after_the_other_are_walked_once() -> None:
    code = "import pandas as pd\ndf = pd.read_csv('tx.csv')\n"
    code += "".join(f"if FLAG_{at}:\n    df = df[df.kind != {at}]\n" for at in range(60))
    code += "out = df.groupby('u').amount.sum().reset_index()\nout.to_csv('features.csv')"
    (found,) = feasilint.inspect_source(code, kind="python")["aggregations"]
    assert (found["window"], found["keys"]) == ("unbounded", ["u"])

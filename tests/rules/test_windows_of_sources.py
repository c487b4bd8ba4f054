"""Which window is held against the age of which source: what is no window of it first."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CATALOG = """\
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*"], prediction_point: checkout}]
sources:
- {name: stays, availability: production, latency: streaming, kind: events, event_time: begun, grain: [stay_id]}
- {name: labs, availability: production, period: 1h, blind_spot: 1m, run_time: 2m, kind: events, event_time: ts}
- {name: vitals, availability: production, latency: streaming, kind: events, event_time: ts}
- {name: orders, availability: production, period: 1d, kind: events, event_time: ts}
"""
JUDGED = ("LAT201", "LAT202", "SKW411")


def found(query: str) -> set[tuple[str, str]]:
    """Rule and feature of each finding about a window and the age of its source."""
    findings = scan_files({"features.sql": f"create table ml.features as {query}"}, CATALOG).findings
    names = ((one.code, dict(one.facts).get("features", one.feature)) for one in findings if one.code in JUDGED)
    return {(code, str(name).replace("`", "")) for code, name in names}


# --- one window in another ---

HOURLY = (
    "with hours as (select h.stay_id, h.hr, sum(l.value) as n from grid h join labs l on l.stay_id = h.stay_id "
    "and l.ts >= h.upto - interval '1' hour and l.ts < h.upto group by h.stay_id, h.hr) "
)


@pytest.mark.parametrize(
    "query",
    [
        "select stay_id, hr, sum(n) over (partition by stay_id order by hr rows between 23 preceding and current row) as day from hours",
        "select stay_id, hr, max(n) over (partition by stay_id order by hr rows between 23 preceding and current row) as day from hours",
        "select stay_id, hr, sum(n) over (partition by stay_id order by hr) as ever from hours",
        "select stay_id, avg(n) as usual from hours where hr > 1 group by stay_id",
    ],
)
def test_the_window_below_a_longer_one_is_not_that_of_the_feature(query: str) -> None:
    assert found(HOURLY + query) == set()


def test_values_of_an_hour_that_each_look_back_a_month() -> None:
    days = (
        "with days as (select stay_id, ts, sum(value) over (partition by stay_id order by ts "
        "range between interval '30' day preceding and current row) as n from labs) "
    )
    hours = (
        "select h.stay_id, h.hr, max(d.n) as x from grid h join days d on d.stay_id = h.stay_id "
        "and d.ts >= h.upto - interval '1' hour and d.ts < h.upto group by h.stay_id, h.hr"
    )
    assert found(days + hours) == set()


@pytest.mark.parametrize(
    "query",
    [
        "select stay_id, hr, n from hours",
        "select stay_id, hr, n * 2 as n from hours",
        "select stay_id, hr, n - max(n) over (partition by stay_id order by hr rows between 23 preceding and current row) as n from hours",
        "select stay_id, hr, max(n) as n from hours group by stay_id, hr",
        "select stay_id, last_value(n) over (partition by stay_id order by hr) as n from hours",
    ],
)
def test_the_window_of_a_value_that_is_passed_on_is(query: str) -> None:
    assert ("LAT201", "n") in found(HOURLY + query)


# --- a sum by a count ---

WEEK = "from orders where ts >= current_timestamp - interval '7' day group by user_id"


@pytest.mark.parametrize(
    "made",
    [
        "sum(amount) / count(*)",
        "sum(amount) / nullif(count(distinct shop), 0)",
        "coalesce(cast(sum(amount) as double) / count(amount), 0)",
        "round(100.0 * sum(case when refunded then 1 else 0 end) / count(*), 2)",
    ],
)
def test_an_average_that_is_written_out_is_no_sum(made: str) -> None:
    assert found(f"select user_id, {made} as x {WEEK}") == set()


@pytest.mark.parametrize("made", ["sum(amount) / 7", "sum(amount)", "sum(amount) / count(*) + count(*)"])
def test_a_sum_by_a_constant_is(made: str) -> None:
    assert found(f"select user_id, {made} as x {WEEK}") == {("LAT202", "x")}


# --- the window of another source ---

RATIOS = (
    "with ratios as (select l.specimen, l.stay_id, l.ts, l.value / v.value as ratio from labs l left join vitals v "
    "on v.stay_id = l.stay_id and v.ts >= l.ts - interval '2' hour and v.ts <= l.ts) "
)


@pytest.mark.parametrize(
    "query",
    [
        # the labs of 30 hours, each with a vital sign of the two hours before it
        f"{RATIOS}select s.stay_id, min(r.ratio) as x from stays s left join ratios r on r.stay_id = s.stay_id "
        "and r.ts >= s.upto - interval '30' hour and r.ts <= s.upto group by s.stay_id",
        # the labs of 30 hours, each with those vital signs of the hour before it that only choose
        "select s.stay_id, min(case when f.rate > 9 then r.ratio end) as x from stays s join (select l.stay_id, l.ts, l.value / w.value "
        "as ratio, v.rate from labs l join vitals w on w.sample = l.sample join vitals v on v.stay_id = l.stay_id "
        "and l.ts >= v.ts and l.ts <= v.ts + interval '1' hour) r on r.stay_id = s.stay_id and r.ts >= s.upto - interval '30' hour "
        "and r.ts <= s.upto join flags f on f.stay_id = s.stay_id group by s.stay_id",
        # nothing is said of the time of the labs
        f"{RATIOS}select s.stay_id, min(r.ratio) as x from stays s left join ratios r on r.stay_id = s.stay_id group by s.stay_id",
        # the labs are of a week, only the vital signs of an hour
        "select s.stay_id, max(v.rate / w.value) as x from stays s join vitals v on v.stay_id = s.stay_id "
        "and v.ts >= s.upto - interval '1' hour and v.ts < s.upto left join (select b.stay_id, avg(l.value) as value "
        "from stays b join labs l on l.stay_id = b.stay_id and l.ts > b.upto - interval '7' day and l.ts < b.upto group by b.stay_id) w "
        "on w.stay_id = s.stay_id group by s.stay_id",
        # an upper bound alone
        "select s.stay_id, avg(l.value) as x from labs l join stays s on s.patient = l.patient "
        "and l.ts < s.begun + interval '1' hour group by s.stay_id",
    ],
)
def test_a_window_of_another_source_is_not_held_against_this_one(query: str) -> None:
    assert found(query) == set()


@pytest.mark.parametrize(
    "query",
    [
        "select s.stay_id, min(l.value / v.value) as x from stays s join labs l on l.stay_id = s.stay_id "
        "and l.ts >= s.upto - interval '1' hour and l.ts < s.upto join vitals v on v.stay_id = s.stay_id "
        "and v.ts >= s.upto - interval '90' day and v.ts < s.upto group by s.stay_id",
        # the labs that a vital sign of the last minutes looks back to
        "select v.id, max(v.value / l.value) as x from vitals v join labs l on l.stay_id = v.stay_id "
        "and l.ts >= v.ts - interval '1' hour and l.ts <= v.ts where v.ts >= current_timestamp - interval '1' minute group by v.id",
        # hours between the first and the last vital sign, with the labs of each
        "select h.stay_id, h.upto, min(r.ratio) as x from (select stay_id, max(ts) as upto from vitals group by stay_id) h left join "
        "(select l.stay_id, l.ts, l.value / v.value as ratio from labs l left join vitals v on v.sample = l.sample) r "
        "on r.stay_id = h.stay_id and r.ts > h.upto - interval '1' hour and r.ts <= h.upto group by h.stay_id, h.upto",
        # the time of the order is that of its items
        "select o.user_id, max(l.value) as x from stays o join labs l on l.stay_id = o.stay_id "
        "where o.begun >= current_timestamp - interval '1' hour group by o.user_id",
        "select u, max(value) as x from (select u, value from labs where ts >= current_timestamp - interval '1' hour "
        "union all select u, value from vitals where ts >= current_timestamp - interval '30' day) t group by u",
    ],
)
def test_a_window_of_its_own_is(query: str) -> None:
    assert ("LAT201", "x") in found(query)

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

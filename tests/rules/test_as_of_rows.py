"""SKW403: what is joined as of a time, and what only lends its own."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

CATALOG = """
version: 1
sources:
  - {name: pay.orders, kind: events, event_time: ordered_at, grain: [order_id]}
  - {name: shop.months, kind: dimension}
  - {name: shop.plans, kind: scd2, event_time: valid_from}
  - {name: risk.scores, latency: %s, kind: events, event_time: scored_at, available_at: loaded_at}
"""


def found(text: str, latency: str = "daily") -> list[str]:
    findings = scan_files({"features.sql": text}, CATALOG % latency).findings
    return [finding.feature or "" for finding in findings if finding.code == "SKW403"]


@pytest.mark.parametrize(
    "made",
    [
        # its own time looks up the state of another table
        "select s.score as x from risk.scores s left join shop.plans p on p.user_id = s.user_id"
        " and p.valid_from > s.scored_at",
        "select s.score as x from risk.scores s join shop.plans p on p.user_id = s.user_id"
        " and s.scored_at >= p.valid_from and s.scored_at < p.valid_to",
        # as does the time of a step before
        "with s as (select * from risk.scores where score > 0) select s.score as x from s"
        " left join shop.plans p on p.user_id = s.user_id where p.user_id is null or s.scored_at < p.valid_to",
        "select user_id, max(score) as x from risk.scores where scored_at between (select min(ordered_at) from pay.orders)"
        " and (select max(ordered_at) from pay.orders) group by user_id",
        # two intervals meet
        "select s.score as x from risk.scores s join shop.plans p on p.user_id = s.user_id"
        " and s.scored_at < p.valid_to and p.valid_from < s.expires_at",
        # its rows are held against others of the same tables
        "with every as (select user_id, scored_at as t, score from risk.scores union all"
        " select user_id, ordered_at as t, amount as score from pay.orders)"
        " select a.score as x from every a join every b on b.user_id = a.user_id and a.t < b.t",
        # the score is joined by a key, and its time compared elsewhere
        "with known as (select o.order_id from pay.orders o join risk.scores r on r.user_id = o.user_id"
        " and r.scored_at <= o.ordered_at) select o.order_id, s.score as x"
        " from pay.orders o join risk.scores s on s.score_id = o.score_id"
        " where o.order_id in (select order_id from known)",
        # only orders without one are left
        "select o.order_id, o.amount as x from pay.orders o left join risk.scores s on s.user_id = o.user_id"
        " and s.scored_at <= o.ordered_at where s.user_id is null",
    ],
)
def test_what_is_not_joined_as_of_its_time(made: str) -> None:
    assert found(f"create table ml.training_set as {made}") == []


MONTHLY = (
    "create table ml.training_set as select m.month, count(s.score) as x from shop.months m"
    " left join risk.scores s on date_trunc('month', s.scored_at) <= m.month group by m.month"
)


@pytest.mark.parametrize(("latency", "expected"), [("hourly", []), ("daily", []), ("slow", ["x"])])
def test_a_month_does_not_see_hours(latency: str, expected: list[str]) -> None:
    assert found(MONTHLY, latency) == expected


@pytest.mark.parametrize(
    "made",
    [
        "select o.order_id, s.score as x from pay.orders o left join risk.scores s on s.user_id = o.user_id"
        " and s.scored_at between o.ordered_at - interval '2' hour and o.ordered_at",
        "with s as (select user_id, scored_at, avg(score) as score from risk.scores group by user_id, scored_at)"
        " select o.order_id, s.score as x from pay.orders o left join s on s.user_id = o.user_id"
        " and s.scored_at <= o.ordered_at",
        "with s as (select user_id, max(score) as score, max(scored_at) as scored_at from risk.scores group by user_id)"
        " select o.order_id, s.score as x from pay.orders o join s on s.user_id = o.user_id"
        " and o.ordered_at > s.scored_at",
        "select o.order_id, (select max(s.score) from risk.scores s where s.user_id = o.user_id"
        " and s.scored_at <= o.ordered_at) as x from pay.orders o",
        "with b as (select o.order_id, s.score from pay.orders o join risk.scores s on s.user_id = o.user_id"
        " where s.scored_at <= o.ordered_at) select order_id, max(score) as x from b group by order_id",
        "select o.order_id, count(*) as x from pay.orders o join risk.scores s on s.user_id = o.user_id"
        " and s.scored_at <= o.ordered_at group by o.order_id",
        "select o.order_id, s.score as x from pay.orders o, risk.scores s where s.user_id = o.user_id"
        " and s.scored_at <= o.ordered_at union all select order_id, 0 as x from pay.orders",
    ],
)
def test_what_is_joined_as_of_its_time(made: str) -> None:
    assert found(f"create table ml.training_set as {made}") == ["x"]

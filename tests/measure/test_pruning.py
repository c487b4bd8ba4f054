"""Which partitions a time bound lets an engine skip."""

from __future__ import annotations

import pytest

from feasilint.aggregations import of_program
from feasilint.catalog.load import load_text
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading

CATALOG = """
version: 1
sources:
  - {name: tx, availability: production, kind: events, event_time: ts, partition: ds}
  - {name: plain, availability: production, kind: events, event_time: ts}
"""


def causes(where: str, table: str = "tx", measure: str = "count(*)") -> list[str]:
    text = f"select u, {measure} n from {table} {where} group by u"
    reading = Reading(Options("bigquery"))
    reading.take("q.sql", text.encode())
    analysis = analyse(reading.programs, load_text(CATALOG))
    return [one.cause for found in of_program(analysis.programs[0], analysis) for one in found.unpruned]


@pytest.mark.parametrize(
    "where",
    [
        "where ds >= current_date - interval 30 day",
        "where ts >= current_timestamp - interval 30 day and ds >= current_date - interval 31 day",
        "where cast(ds as date) >= current_date - interval 30 day",
        "where date_trunc(ds, day) >= current_date - interval 30 day",
        "where ds between date '2024-01-01' and date '2024-02-01'",
        "where ts >= current_timestamp - interval 30 day and ds in (select d from days)",
        "where ts >= current_timestamp - interval 30 day and _partitiontime >= timestamp '2024-01-01'",
        "where ts >= current_timestamp - interval 30 day and (ds >= current_date - interval 31 day or ds is null)",
        "where amount > 0",
        "",
    ],
)
def test_pruned_or_not_bounded_at_all(where: str) -> None:
    assert causes(where) == []


@pytest.mark.parametrize(
    ("where", "cause"),
    [
        ("where ts >= current_timestamp - interval 30 day", "other column"),
        ("where date_add(ds, interval 30 day) >= current_date", "wrapped"),
        ("where coalesce(ds, date '1970-01-01') >= current_date - interval 30 day", "wrapped"),
    ],
)
def test_not_pruned(where: str, cause: str) -> None:
    assert causes(where) == [cause]
    assert causes(where, "plain") == []


def test_bounded_inside_only() -> None:
    measure = "sum(case when ts >= current_timestamp - interval 30 day then x end)"
    assert causes("", measure=measure) == ["inside the aggregate"]
    assert causes("where ds >= current_date - interval 90 day", measure=measure) == []

"""A shop's payments that definitions are run over, and what DuckDB says that comes out."""

from __future__ import annotations

from math import isclose
from typing import Any

from feasilint.catalog.load import load_text
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading
from feasilint.rule import Feature
from feasilint.subjects import subjects
from feasilint.suggest.definition import Definition, define

CATALOG = """
version: 1
sources:
  - name: shop.tx
    availability: production
    kind: events
    event_time: ts
    period: 1d
    run_time: 1h
    grain: [tx_id]
    columns: {merchant: {type: string}}
"""
STREAMED = CATALOG + "    stream_twin: kafka://payments\n"
ROWS = """
SELECT i AS tx_id, i * 7919 % 11 AS user_id, {as_of} - to_hours((i * 104729 % 16800 + 1)::INT) AS ts,
  i % 97 + 1 AS amount, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'own' ELSE 'shop ' || i % 13 END AS merchant,
  CASE i % 3 WHEN 0 THEN 'declined' WHEN 1 THEN 'settled' END AS status, i % 7 = 0 AS is_test
FROM range(6000) r(i)
"""


def events(as_of: str) -> str:
    """The statements that make `shop.tx`: seven hundred days up to a day (ISO)."""
    return f"CREATE SCHEMA shop; CREATE TABLE shop.tx AS {ROWS.format(as_of=f'TIMESTAMP {as_of!r}')}"


def definition(value: str, where: str = "", catalog: str = CATALOG) -> Definition:
    """The definition of `x`, an aggregate of the payments of a user."""
    reading = Reading(Options("duckdb"))
    code = f"CREATE TABLE features AS SELECT user_id, {value} AS x FROM shop.tx {where} GROUP BY user_id"
    reading.take("features.sql", code.encode())
    analysis = analyse(reading.programs, load_text(catalog, "catalog.yaml"))
    feature = next(one for one in subjects(analysis, {"features.sql"}) if isinstance(one, Feature) and one.name == "x")
    found = define(feature, analysis)
    assert isinstance(found, Definition), found
    return found


def by_key(rows: list[tuple[Any, ...]]) -> dict[int, Any]:
    """Rows of a user and a value."""
    return {int(row[0]): row[1] for row in rows}


def alike(one: dict[int, Any], other: dict[int, Any]) -> bool:
    """Whether the values of all users are the same, but for the last digits."""
    same = (
        a == b or (a is not None and b is not None and isclose(a, b)) for a, b in ((one[k], other.get(k)) for k in one)
    )
    return bool(one) and one.keys() == other.keys() and all(same)

"""Data with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from feasilint.ir import Source
from feasilint.suggest.definition import Definition, Key, Measured

if TYPE_CHECKING:
    from pathlib import Path


def defined(name: str, measure: Measured, default: str | None = None, source: str = "pay.tx") -> Definition:
    """A feature per user."""
    return Definition(
        name, (measure,), (Key("user_id", "user_id"),), Source(source, "table"), "ts", 365, default=default
    )


COUNT = defined("n", Measured("count"), "0")
TOTAL = defined("total", Measured("sum", "amount"), "0")
MEAN = defined("mean", Measured("avg", "amount"))

# Users buy as often as their number says, always (stationary), or in the first half of the time only where it is even (changing).
_EVENTS = """
SELECT user_id, TIMESTAMP '2024-01-01' + to_hours(CAST(hour AS INTEGER)) + to_seconds(user_id) AS ts, (user_id + hour) % 7 + 1.0 AS amount,
       (user_id * 31 + hour * 17) % 23 < 3 + user_id % 5 AS fraud
FROM range(1, 61) AS users(user_id), range(0, 24 * 400, 12) AS hours(hour)
WHERE md5_number_lower(user_id || ':' || hour) % 60 < user_id AND {condition}
"""


def events(path: Path, changing: bool = False) -> str:
    """Four hundred days of 60 users, as Parquet or CSV by the path's ending."""
    condition = "(user_id % 2 = 1 OR hour < 24 * 200)" if changing else "TRUE"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_EVENTS.format(condition=condition)} ORDER BY ALL) TO '{path}'")
    return str(path)


def written(path: Path, query: str) -> str:
    """The rows of a query."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}'")
    return str(path)

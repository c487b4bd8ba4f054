"""Temporary tables as statements change them, and stars that choose, group or open structs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]

SCHEMA = {"t": ["a", "b", "g"], "s": ["a", "c"]}
DECLARED = "CREATE TABLE t (a INT, b INT, g INT); CREATE TABLE s (a INT, c INT);"
MADE = "CREATE TEMP TABLE m AS SELECT a, b FROM t;"
CHANGES = [
    ("UPDATE m SET a = (SELECT MAX(c) FROM s)", {"a": "s.c t.a", "b": "t.b"}),
    ("UPDATE m SET a = 1 WHERE b > 3", {"a": "t.a | where t.b", "b": "t.b | where t.b"}),
    ("DELETE FROM m WHERE b > 3", {"a": "t.a | where t.b", "b": "t.b | where t.b"}),
    ("DELETE FROM m USING s WHERE s.c = m.a", {"a": "t.a | join s.c, join t.a", "b": "t.b | join s.c, join t.a"}),
    ("INSERT INTO m (b, a) SELECT c, a FROM s", {"a": "s.a t.a", "b": "s.c t.b"}),
    ("INSERT INTO m (b) SELECT c FROM s", {"a": "t.a", "b": "s.c t.b"}),
    ("ALTER TABLE m ADD COLUMN z INT", {"a": "t.a", "b": "t.b", "z": ""}),
    ("ALTER TABLE m RENAME COLUMN a TO z", {"z": "t.a", "b": "t.b"}),
    ("ALTER TABLE m DROP COLUMN a", {"b": "t.b"}),
]


@pytest.mark.parametrize(("change", "columns"), CHANGES)
def test_temporary_tables(lineage: Lineage, change: str, columns: dict[str, str]) -> None:
    found = lineage(f"{MADE} {change}; SELECT * FROM m", "redshift", SCHEMA)
    assert {name.removeprefix("None."): edges for name, edges in found.items() if name.startswith("None.")} == columns


GROUPED = " | group_by s.a, group_by s.c, group_by t.g, join s.a, join t.a"
STARS = [
    (
        "snowflake",
        "SELECT g, s.* FROM t JOIN s ON s.a = t.a GROUP BY ALL",
        {"g": "t.g", "a": "s.a", "c": "s.c"},
        GROUPED,
    ),
    ("snowflake", "SELECT * ILIKE 'A%' FROM t", {"a": "t.a"}, ""),
    ("snowflake", "SELECT * RENAME (a AS z) FROM s", {"z": "s.a", "c": "s.c"}, ""),
    ("duckdb", "SELECT * NOT LIKE 'a%' FROM t", {"b": "t.b", "g": "t.g"}, ""),
    ("duckdb", "SELECT COLUMNS(['g', 'b']) FROM t", {"b": "t.b", "g": "t.g"}, ""),
    ("duckdb", "SELECT COLUMNS(* EXCLUDE (a)) FROM s", {"c": "s.c"}, ""),
    ("duckdb", "SELECT COLUMNS(c -> c LIKE 'c%') FROM s", {"c": "s.c"}, ""),
    ("duckdb", "SELECT v, n FROM (UNPIVOT t ON a, b INTO NAME n VALUE v)", {"v": "t.a t.b", "n": ""}, ""),
    (
        "bigquery",
        "SELECT x, id FROM (SELECT e.id, e.payload.* FROM events AS e)",
        {"x": "events.payload", "id": "events.id"},
        "",
    ),
    ("bigquery", "SELECT x, a FROM (SELECT a, f(b).* FROM t)", {"x": "t.b", "a": "t.a"}, ""),
    ("bigquery", "SELECT STRUCT(a AS p, b AS q).* EXCEPT (q) FROM t", {"p": "t.a"}, ""),
    ("bigquery", "SELECT e.payload.* FROM events AS e", {"payload": "events.payload"}, ""),
]


@pytest.mark.parametrize(("dialect", "text", "columns", "around"), STARS)
def test_stars(lineage: Lineage, dialect: str, text: str, columns: dict[str, str], around: str) -> None:
    assert lineage(DECLARED + text, dialect) == {name: edges + around for name, edges in columns.items()}


def test_values_of_the_latest_rows_are_aggregates_in_oracle(lineage: Lineage) -> None:
    text = "SELECT k, MAX(a) KEEP (DENSE_RANK LAST ORDER BY ts) AS x FROM t WHERE ROWNUM < 9 GROUP BY k"
    assert lineage(text, "oracle") == {"k": "t.k | group_by t.k", "x": "t.a | group_by t.k, order_by t.ts"}

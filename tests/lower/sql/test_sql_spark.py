"""What only Spark's SQL has: windows of time among the grouping keys, partitions that are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("SELECT window.start AS s FROM window", "window.start"),
        ("SELECT w.start AS s FROM ev w", "ev.start"),
        ("SELECT SUM(x) OVER window AS s FROM ev WINDOW window AS (ORDER BY ts)", "ev.x | window ev.ts"),
    ],
)
def test_other_windows(lineage: Lineage, text: str, source: str) -> None:
    assert lineage(text, "databricks") == {"s": source}


@pytest.mark.parametrize(
    "keys", ["window(ts, '1 hour'), u", "u, window(ts, '1 hour', '15 minutes')", "u, session_window(ts, '5 minutes')"]
)
def test_the_ends_of_a_window(lineage: Lineage, keys: str) -> None:
    name = "session_window" if "session" in keys else "window"
    text = f"SELECT {name}.start AS s, {name}.end AS e, COUNT(x) AS n FROM ev GROUP BY {keys} ORDER BY {name}.start"
    made = {column: source.split(" | ")[0] for column, source in lineage(text, "databricks").items()}
    assert made == {"s": "ev.ts", "e": "ev.ts", "n": "ev.x"}


def test_the_window_as_a_whole(lineage: Lineage) -> None:
    text = "SELECT window, u FROM ev GROUP BY window(ts, '1 hour'), u"
    assert lineage(text, "spark")["window"].startswith("ev.ts | ")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT OVERWRITE TABLE o PARTITION (ds = '2024-01-01') SELECT a FROM t",
        "INSERT OVERWRITE TABLE o PARTITION (ds = '2024-01-01') IF NOT EXISTS SELECT a FROM t",
        "INSERT OVERWRITE o PARTITION (ds = '2024-01-01', a) IF NOT EXISTS SELECT a FROM t",
    ],
)
def test_partitions_that_are_written(lineage: Lineage, text: str) -> None:
    assert lineage(text, "spark") == {"a": "t.a"}


def test_a_cached_query_is_a_table(lineage: Lineage) -> None:
    text = "CACHE LAZY TABLE q OPTIONS ('storageLevel' 'DISK_ONLY') SELECT a FROM t; CREATE TABLE o AS SELECT a FROM q"
    assert lineage(text, "spark")["o.a"] == "t.a"


def test_an_insert_whose_query_begins_with_from(lineage: Lineage) -> None:
    text = "INSERT INTO o FROM (SELECT id, k, v FROM t) PIVOT (SUM(v) FOR k IN ('a' AS a))"
    assert lineage(text, "spark")["a"].startswith("t.v | ")

"""Tiles and windows as SQL: DuckDB runs them, day by day, beside the query over the rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from msgspec.structs import replace
from platform_shop import CATALOG, alike, by_key, definition, events

from feasilint.lower.sql.adapter import Failure, dialects, parse, tokenize
from feasilint.suggest.definition import Key
from feasilint.suggest.platforms import PLATFORMS, Refused, rendered
from feasilint.suggest.statement import bounded
from feasilint.suggest.tiles import Direct, Tiles, tiled

AS_OF = date(2024, 6, 1)
TILED = [
    "count(*)", "count(merchant)", "sum(amount)", "avg(amount)", "min(amount)", "max(amount)", "stddev(amount)",
    "stddev_pop(amount)", "variance(amount)", "bool_or(is_test)", "avg(CASE WHEN status = 'declined' THEN 1.0 ELSE 0 END)",
    "count(*) FILTER (WHERE status = 'declined')", "stddev(amount) FILTER (WHERE NOT is_test)",
    "sum(amount) / nullif(count(merchant), 0)", "1.0 * count(*) FILTER (WHERE ts >= now() - INTERVAL 30 DAY) / count(*)",
]  # fmt: skip
WHOLE = [
    "count(DISTINCT merchant)",
    "median(amount)",
    "max_by(amount, ts)",
    "count(*) FILTER (WHERE ts >= now() - INTERVAL 6 HOUR)",
]


@pytest.fixture(scope="module")
def shop() -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    base.execute(events(str(AS_OF)))
    base.execute(
        "INSERT INTO shop.tx SELECT tx_id, user_id, ts + INTERVAL 3 YEAR, amount, merchant, status, is_test FROM shop.tx"
    )
    return base


def reference(base: duckdb.DuckDBPyConnection, value: str) -> dict[int, Any]:
    return by_key(base.execute(bounded(definition(value)), {"as_of": AS_OF}).fetchall())


@pytest.mark.parametrize("value", TILED)
def test_tiles_of_days_give_what_the_rows_of_the_window_give(shop: duckdb.DuckDBPyConnection, value: str) -> None:
    daily, window = rendered(definition(value), "sql", "duckdb")
    create, delete, insert = daily.text.split(";\n\n")
    shop.execute("DROP TABLE IF EXISTS x_365d_daily; DROP TABLE IF EXISTS x_daily")
    shop.execute(create, {"day": AS_OF})
    for back in (*range(370, -3, -1), 5, 4):  # the last ones again, as for rows that come late
        day = AS_OF - timedelta(days=back)
        shop.execute(delete, {"day": day})
        shop.execute(insert.rstrip("\n;"), {"day": day})
    got = by_key(shop.execute(window.text, {"as_of": AS_OF}).fetchall())
    assert alike(reference(shop, value), got)


@pytest.mark.parametrize("value", WHOLE)
def test_what_cannot_be_put_together_of_days_reads_the_rows_of_the_window(
    shop: duckdb.DuckDBPyConnection, value: str
) -> None:
    made = tiled(definition(value), "duckdb")
    assert isinstance(made, Direct)
    assert made.notes
    (file,) = rendered(definition(value), "sql", "duckdb")
    assert alike(reference(shop, value), by_key(shop.execute(file.text, {"as_of": AS_OF}).fetchall()))


def test_distinct_counts_are_sketches_where_the_warehouse_merges_them() -> None:
    for dialect, words in (("bigquery", "HLL_COUNT.MERGE(m1_sketch)"), ("snowflake", "HLL_COMBINE(m1_sketch)")):
        made = tiled(definition("count(DISTINCT merchant)"), dialect)
        assert isinstance(made, Tiles)
        assert words in made.window
        assert "sketch" in made.notes[0]


@pytest.mark.parametrize("value", [*TILED, *WHOLE])
@pytest.mark.parametrize("dialect", ["bigquery", "databricks", "postgres", "redshift", "snowflake", "spark", "trino"])
def test_the_statements_of_every_dialect_can_be_read_in_it(value: str, dialect: str) -> None:
    try:
        files = rendered(definition(value), "sql", dialect)
    except Refused:
        return  # a median that this warehouse has no exact form of
    for text in (statement for file in files for statement in file.text.split(";\n")):
        tokens = tokenize(text, dialect)
        assert not isinstance(tokens, Failure)
        assert not tokens or not isinstance(parse(tokens, text, dialect), Failure), text
    assert dialect != "redshift" or all("FILTER" not in file.text for file in files)


@pytest.mark.parametrize("dialect", sorted({*dialects()} - {"bigquery", "databricks", "duckdb", "postgres", "redshift", "snowflake", "spark", "trino"}))  # fmt: skip
def test_other_dialects_are_refused(dialect: str) -> None:
    with pytest.raises(Refused, match="not of"):
        rendered(definition("count(*)"), "sql", dialect)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_strings_of_the_code_stay_strings(platform: str) -> None:
    literal = r"""merchant = 'it''s {{ x }} {% y %} \ -- */ $as_of ;'"""
    odd = replace(definition("median(amount)" if platform == "sql" else "count(*)"), condition=literal)
    files = rendered(odd, platform, "duckdb")
    for file in files:
        if file.path.endswith(".py"):
            compile(file.text, file.path, "exec")
        assert platform != "dbt" or "{{ x }}" not in file.text
    if platform == "sql":
        base = duckdb.connect()
        base.execute(events(str(AS_OF)))
        assert base.execute(files[0].text, {"as_of": AS_OF}).fetchall() == []


def test_names_of_keys_may_be_words_of_the_language() -> None:
    odd = replace(definition("count(*)"), keys=(Key("class", "user_id"), Key("a b\n", "tx_id")))
    for platform in ("feast", "chronon", "databricks"):
        for file in rendered(odd, platform, "duckdb"):
            if file.path.endswith(".py"):
                compile(file.text, file.path, "exec")


@pytest.mark.parametrize(
    ("platform", "value", "instead"),
    [
        ("chronon", "stddev(amount)", "AVERAGE"),
        ("chronon", "count(*) FILTER (WHERE ts >= now() - INTERVAL 30 MINUTE)", "hours or days"),
        ("databricks", "median(amount)", "ApproxPercentile"),
        ("databricks", "count(*) FILTER (WHERE ts >= now() - INTERVAL 6 HOUR)", "whole days"),
    ],
)
def test_what_a_platform_does_not_serve_is_refused_with_what_instead(platform: str, value: str, instead: str) -> None:
    with pytest.raises(Refused, match=instead):
        rendered(definition(value), platform, "duckdb")


def test_a_catalog_without_ages_computes_three_days_again() -> None:
    unknown = CATALOG.replace("    period: 1d\n    run_time: 1h\n", "")
    files = rendered(definition("count(*)", catalog=unknown), "sqlmesh", "duckdb")
    assert "lookback 3" in files[0].text

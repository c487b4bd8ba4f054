"""How tables are kept up to date, in the words of many warehouses; what says nothing of it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.ir import Refresh, Scan, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Program


def made(program: Program) -> tuple[list[str], list[str], Refresh | None]:
    """What the only write of a program writes, what is read, and how it is kept up to date."""
    assert not program.diagnostics
    (write,) = [sink for sink in program.sinks if isinstance(sink, Write) and sink.target is not None]
    assert write.target is not None
    read = [relation.source.name for relation in program.relations if isinstance(relation, Scan)]
    return [write.target.name], read, write.refresh


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("snowflake", "CREATE TABLE a.b AS SELECT x AS target_lag, 'SCHEDULE = x' AS y FROM raw.t"),
        ("snowflake", "CREATE OR REPLACE VIEW a.b AS SELECT x, schedule FROM raw.t"),
        ("postgres", "CREATE TEMP TABLE b AS SELECT x FROM raw.t"),
        ("bigquery", "INSERT INTO a.b SELECT refresh_interval_minutes FROM raw.t"),
    ],
)
def test_most_statements_say_nothing(lower: Callable[..., Program], dialect: str, text: str) -> None:
    assert made(lower(text, dialect))[2] is None


@pytest.mark.parametrize(
    ("dialect", "text", "materialized", "every", "by"),
    [
        ("snowflake", "CREATE OR REPLACE DYNAMIC TABLE a.b TARGET_LAG = '1 hour' WAREHOUSE = wh AS SELECT x FROM raw.t",
         "dynamic table", "1 hour", "TARGET_LAG"),
        ("snowflake", "CREATE DYNAMIC TABLE a.b (x) TARGET_LAG = DOWNSTREAM WAREHOUSE = wh REFRESH_MODE = AUTO AS SELECT x FROM raw.t",
         "dynamic table", None, None),
        ("snowflake", "CREATE TASK k WAREHOUSE = wh SCHEDULE = 'USING CRON 0 2 * * * UTC' AS INSERT INTO a.b SELECT x FROM raw.t",
         None, "0 2 * * * UTC", "SCHEDULE"),
        ("snowflake", "CREATE TASK k SCHEDULE = '60 MINUTE' AS CREATE OR REPLACE TABLE a.b AS SELECT x FROM raw.t",
         None, "60 MINUTE", "SCHEDULE"),
        ("databricks", "CREATE OR REPLACE MATERIALIZED VIEW a.b SCHEDULE EVERY 1 HOUR AS SELECT x FROM raw.t",
         "materialized view", "1 HOUR", "SCHEDULE"),
        ("databricks", "CREATE MATERIALIZED VIEW a.b SCHEDULE CRON '0 0 * * * ? *' AT TIME ZONE 'UTC' AS SELECT x FROM raw.t",
         "materialized view", "0 0 * * * ? *", "SCHEDULE"),
        ("databricks", "CREATE OR REFRESH STREAMING TABLE a.b AS SELECT x FROM STREAM(raw.t)", "streaming table", None, None),
        ("databricks", "CREATE OR REFRESH STREAMING TABLE a.b SCHEDULE REFRESH CRON '0 0 * * * ?' AS SELECT * FROM STREAM raw.t",
         "streaming table", "0 0 * * * ?", "SCHEDULE"),
        ("databricks", "CREATE LIVE TABLE a.b COMMENT 'c' AS SELECT x FROM raw.t", "live table", None, None),
        ("bigquery", "CREATE MATERIALIZED VIEW a.b OPTIONS (enable_refresh = true, refresh_interval_minutes = 60) AS SELECT x FROM raw.t",
         "materialized view", "60 minutes", "refresh_interval_minutes"),
        ("redshift", "CREATE MATERIALIZED VIEW a.b AUTO REFRESH YES AS SELECT x FROM raw.t", "materialized view", None, None),
        ("postgres", "CREATE MATERIALIZED VIEW IF NOT EXISTS a.b AS SELECT x FROM raw.t WITH NO DATA", "materialized view", None, None),
        ("clickhouse", "CREATE MATERIALIZED VIEW a.b REFRESH EVERY 1 HOUR ENGINE = MergeTree ORDER BY x AS SELECT x FROM raw.t",
         "materialized view", "1 HOUR", "REFRESH EVERY"),
    ],
)  # fmt: skip
def test_schedules_are_read(
    lower: Callable[..., Program], dialect: str, text: str, materialized: str | None, every: str | None, by: str | None
) -> None:
    assert made(lower(text, dialect)) == (["a.b"], ["raw.t"], Refresh(materialized, every, by))


def test_files_that_come_in_as_a_stream(lower: Callable[..., Program]) -> None:
    text = "CREATE STREAMING TABLE a.b AS SELECT x FROM STREAM read_files('s3://x/y', format => 'json')"
    assert made(lower(text, "databricks"))[1] == ["s3://x/y"]

"""Suggested SQL, executed in DuckDB and compared with what it should compute; generated for the other dialects."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from sqlglot import exp

from feasilint.ir import Anchor, Fragment
from feasilint.lower.builder import Builder
from feasilint.lower.sql.making import derived
from feasilint.lower.sql.nodes import nodes
from feasilint.lower.sql.reading import read
from feasilint.suggest.bounded import Bound
from feasilint.suggest.sql import rewrite
from feasilint.suggest.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AS_OF = datetime(2024, 6, 1)
Row = tuple[Any, ...]


def suggest(
    text: str, dialect: str = "duckdb", running: bool = False, aggregate: str = "", source: str = "shop.tx"
) -> str | None:
    """The rewrite of the first aggregate of the text, or of the one that reads like `aggregate`."""
    builder = Builder("q.sql", "sql")
    fragment = derived(read(text, dialect), builder.fragment("sql", text, None, (Anchor(0, 1, 1),), dialect), builder)
    found = [node for node in nodes(fragment) if isinstance(node, exp.AggFunc)]
    node = next(node for node in found if not aggregate or node.sql(dialect) == aggregate)
    return rewrite(node, fragment, Bound(365, "ts", running, source), Tables(source, "ts"))


def normal(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("create table tx (user_id int, merchant int, amount double, ts timestamp)")
    rows = [
        (user, d % 3, float(d + user), AS_OF - timedelta(days=d, hours=-user))
        for user in (1, 2, 3)
        for d in (0, 1, 30, 200, 364, 365, 366, 500, 900)[user % 2 :]
    ]
    connection.executemany("insert into tx values (?, ?, ?, ?)", rows)
    connection.execute(
        "create view recent as select * from tx where ts >= timestamp '2023-06-02' and ts < timestamp '2024-06-01'"
    )
    connection.execute(
        "create table spine as select 1 as user_id, timestamp '2024-01-10' as t union all select 9, timestamp '2024-01-10'"
    )
    yield connection
    connection.close()


def rows(db: duckdb.DuckDBPyConnection, query: str | None, **parameters: object) -> list[Row]:
    assert query is not None
    return sorted(db.execute(query, parameters or None).fetchall(), key=str)


# --- what is not rewritten ---


def test_an_inner_select_without_the_event_time_gives_no_code() -> None:
    text = "select user_id, count(*) from (select user_id from f() group by user_id union select 1) group by user_id"
    assert suggest(text) is None


def test_two_tables_that_may_have_the_event_time_give_no_code() -> None:
    text = "select a.user_id, count(*) from a join b on a.user_id = b.user_id group by a.user_id"
    assert suggest(text) is None


@pytest.mark.parametrize("dialect", ["redshift", "tsql", "sqlite"])
def test_dialects_without_a_range_of_time_get_no_frame(dialect: str) -> None:
    assert (
        suggest("select sum(amount) over (partition by user_id order by ts) as s from tx", dialect, running=True)
        is None
    )


@pytest.mark.parametrize("over", ["partition by user_id", "order by ts desc", "order by user_id, ts"])
def test_frames_need_one_ascending_order(over: str) -> None:
    assert suggest(f"select sum(amount) over ({over}) as s from tx", running=True) is None


@pytest.mark.parametrize("table", ["stg_tx", "{{ ref('stg_tx') }}", "other.tx", "{{ this }}"])
def test_tables_that_are_not_the_source_give_no_code(table: str) -> None:
    assert suggest(f"select user_id, count(*) as n from {table} group by user_id") is None


@pytest.mark.parametrize("table", ["tx", "shop.tx", "SHOP.TX", "prod.shop.tx", "{{ source('shop', 'tx') }}"])
def test_the_source_by_its_names(table: str) -> None:
    assert "ts >=" in normal(suggest(f"select user_id, count(*) as n from {table} group by user_id", "snowflake"))


def test_a_file_that_a_function_reads(tmp_path: Path, db: duckdb.DuckDBPyConnection) -> None:
    path = str(tmp_path / "tx.parquet")
    db.execute(f"copy tx to '{path}'")
    for table in (f"'{path}'", f"read_parquet('{path}')"):
        text = f"select user_id, count(*) as n from {table} group by user_id"
        assert rows(db, suggest(text, source=path), as_of=AS_OF) == rows(db, text.replace(table, "recent"))


# --- templates ---


@pytest.mark.parametrize(
    "text",
    [
        "select user_id, {% if x %} count(*) {% endif %} as n from tx group by user_id",
        "select {% if x %} user_id, {% endif %} count(*) as n from tx group by user_id",
        "select user_id, count(*) as n from tx {% if x %} where merchant = 1 {% endif %} group by user_id",
        "select user_id, count(*) as n from tx group by user_id {% if is_incremental() %} having n > 1 {% endif %}",
        "select user_id, count(*) as n from tx ${when(incremental(), `where merchant = 1`)} group by user_id",
        "with u as (select 1 {% if x %} where 1 = 0 {% endif %}) select user_id, count(*) as n from tx group by user_id",
        "select (select max(t) from spine), {% if x %} 1 as one, {% endif %} count(*) as n from tx",
    ],
)
def test_control_blocks_within_the_select_would_be_lost(text: str) -> None:
    assert suggest(text, aggregate="COUNT(*)") is None


def test_control_blocks_within_a_running_select_would_be_lost() -> None:
    text = "select sum(amount) over (partition by user_id order by ts) as s from tx {% if x %} where merchant = 1 {% endif %}"
    assert suggest(text, running=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "{% set x = 1 %} select user_id, count(*) as n from tx group by user_id",
        "with n as (select user_id, count(*) as n from tx group by user_id) select * from n {% if x %} where n > 1 {% endif %}",
    ],
)
def test_control_blocks_elsewhere_do_no_harm(text: str, db: duckdb.DuckDBPyConnection) -> None:
    code = suggest(text)
    assert code is not None
    assert "{%" not in code
    shown = code.replace("CAST('{{ var(\"as_of\") }}' AS TIMESTAMP)", "$as_of")
    expected = "select user_id, count(*) from recent group by user_id"
    assert rows(db, shown, as_of=AS_OF) == rows(db, expected)


# --- per group ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "select user_id, count(*) as n_txn from tx group by user_id",
            "select user_id, count(*) as n_txn_365d from recent group by user_id",
        ),
        (
            "select t.user_id, sum(t.amount) as lifetime_spend from tx t where t.amount > 3 group by 1 having lifetime_spend > 5",
            "select user_id, sum(amount) as y from recent where amount > 3 group by 1 having y > 5",
        ),
        (
            "with t as (select user_id, amount from tx) select user_id, max(amount) as top from t group by user_id",
            "select user_id, max(amount) from recent group by user_id",
        ),
        (
            "with t as (select * from tx) select user_id, median(amount) as m from t group by user_id",
            "select user_id, median(amount) from recent group by user_id",
        ),
        (
            "select user_id, avg(amount) as a from (select user_id, amount, ts from tx) group by user_id order by a",
            "select user_id, avg(amount) from recent group by user_id",
        ),
        (
            "select user_id, merchant, count(distinct amount) from tx group by all",
            "select user_id, merchant, count(distinct amount) from recent group by all",
        ),
    ],
)
def test_bounded_before_the_time_of_prediction(text: str, expected: str, db: duckdb.DuckDBPyConnection) -> None:
    code = suggest(text)
    result = rows(db, code, as_of=AS_OF)
    assert result == rows(db, expected)
    assert result != rows(db, text)


def test_a_joined_table_is_chosen_by_its_source(db: duckdb.DuckDBPyConnection) -> None:
    text = (
        "select s.user_id, count(tx.amount) as n from spine s left join tx on tx.user_id = s.user_id group by s.user_id"
    )
    code = suggest(text, source="shop.tx")
    expected = (
        "select s.user_id, count(r.amount) as n from spine s left join recent r on r.user_id = s.user_id group by all"
    )
    assert rows(db, code, as_of=AS_OF) == rows(db, expected)
    assert (9, 0) in rows(db, code, as_of=AS_OF), "an outer join must stay one"


def test_the_upper_bound_of_the_code_is_the_time_of_prediction(db: duckdb.DuckDBPyConnection) -> None:
    text = """
        select s.user_id, s.t, count(tx.amount) as n
        from spine s left join tx on tx.user_id = s.user_id and tx.ts < s.t
        group by s.user_id, s.t
    """
    code = suggest(text, source="tx")
    assert "as_of" not in (code or "")
    expected = text.replace("< s.t", "< s.t and tx.ts >= s.t - interval 365 day")
    assert rows(db, code) == rows(db, expected)


def test_a_correlated_subquery_is_bounded_by_its_outer_row(db: duckdb.DuckDBPyConnection) -> None:
    text = "select s.user_id, (select count(*) from tx where tx.user_id = s.user_id and tx.ts < s.t) as n from spine s"
    assert normal(suggest(text)) == normal(
        """SELECT s.user_id, ( SELECT COUNT(*) FROM tx
        WHERE tx.user_id = s.user_id AND tx.ts < s.t AND tx.ts >= s.t - INTERVAL '365' DAY ) AS n_365d FROM spine AS s"""
    )


def test_other_measures_of_the_select_are_named_for_what_they_become() -> None:
    text = """
        select user_id, count(*) as n, sum(amount) as total,
               sum(case when ts >= current_date - interval 7 day then amount end) as total_7d,
               sum(case when merchant = 1 then amount end) as at_one
        from tx group by user_id
    """
    code = normal(suggest(text))
    assert "AS n_365d" in code
    assert "AS total_365d" in code
    assert "AS total_7d" in code
    assert "AS at_one_365d" in code, "a condition without time bounds nothing"


def test_only_the_affected_select_is_shown() -> None:
    text = """
        create table f as
        with n as (select user_id, count(*) as n_txn_lifetime from tx group by user_id)
        select u.user_id, n.n_txn_lifetime from users u join n on n.user_id = u.user_id
    """
    code = normal(suggest(text))
    assert "users" not in code
    assert "AS n_txn_365d" in code


# --- per row ---


def test_a_running_sum_becomes_a_range_that_ends_before_the_row(db: duckdb.DuckDBPyConnection) -> None:
    code = suggest("select user_id, ts, sum(amount) over (partition by user_id order by ts) as s from tx", running=True)
    expected = """
        select a.user_id, a.ts, (select sum(amount) from tx b
          where b.user_id = a.user_id and b.ts < a.ts and b.ts >= a.ts - interval 365 day)
        from tx a
    """
    assert rows(db, code) == rows(db, expected)
    assert "AS s_365d" in (code or "")


def test_bigquery_measures_ranges_in_numbers() -> None:
    text = "select sum(amount) over (partition by user_id order by ts) as s from tx"
    assert normal(suggest(text, "bigquery", running=True)) == normal(
        """SELECT sum(amount) OVER (
          PARTITION BY user_id ORDER BY UNIX_MICROS(ts) RANGE BETWEEN 31536000000000 PRECEDING AND 1 PRECEDING
        ) AS s_365d FROM tx"""
    )


# --- dialects ---


@pytest.mark.parametrize(
    ("dialect", "parameter", "interval"),
    [
        ("bigquery", "@as_of", "INTERVAL 365 DAY"),
        ("snowflake", ":as_of", "INTERVAL '365 DAY'"),
        ("databricks", ":as_of", "INTERVAL '365' DAY"),
        ("spark", ":as_of", "INTERVAL '365' DAY"),
        ("postgres", ":as_of", "INTERVAL '365 DAY'"),
        ("redshift", ":as_of", "INTERVAL '365 DAY'"),
        ("duckdb", "$as_of", "INTERVAL '365' DAY"),
    ],
)
def test_the_parameter_and_the_interval_are_those_of_the_dialect(dialect: str, parameter: str, interval: str) -> None:
    code = suggest("select user_id, count(*) as n from tx group by user_id", dialect)
    assert f"ts >= {parameter} - {interval}" in normal(code)
    assert f"ts < {parameter}" in normal(code)
    assert (code or "").startswith(f"-- {parameter}: the time of prediction")


def test_the_condition_is_added_to_alternatives_as_a_whole(db: duckdb.DuckDBPyConnection) -> None:
    text = "select user_id, count(*) as n from tx where merchant = 1 or amount > 100 group by user_id"
    assert rows(db, suggest(text), as_of=AS_OF) == rows(db, text.replace("tx", "recent"))


def test_templates_come_out_as_they_went_in() -> None:
    text = "select user_id, count(*) as n from {{ ref('tx') }} where country = '{{ var('country') }}' group by user_id"
    code = normal(suggest(text, "snowflake"))
    assert "FROM {{ ref('tx') }} WHERE country = '{{ var('country') }}'" in code
    assert "ts >= CAST('{{ var(\"as_of\") }}' AS TIMESTAMP) - INTERVAL '365 DAY'" in code


def test_the_dialect_is_guessed_where_nobody_says() -> None:
    text = "select user_id, countif(amount > 1) as n from `my-project.shop.tx` group by user_id"
    fragment = Fragment(0, "sql", text, None, (Anchor(0, 1, 1),))
    node = next(node for node in nodes(fragment) if isinstance(node, exp.AggFunc))
    assert "`my-project.shop.tx`" in normal(rewrite(node, fragment, Bound(365, "ts"), Tables("shop.tx", "ts")))


def test_a_parameter_of_the_statement_is_used() -> None:
    text = "select user_id, count(*) as n, @as_of_date as d from tx group by user_id"
    code = normal(suggest(text, "bigquery"))
    assert "ts >= @as_of_date - INTERVAL 365 DAY AND ts < @as_of_date" in code
    assert "--" not in code


def test_a_table_joined_to_its_own_earlier_rows(db: duckdb.DuckDBPyConnection) -> None:
    text = "select a.user_id, a.ts, count(b.ts) as n from tx a left join tx b on b.user_id = a.user_id and b.ts < a.ts group by a.user_id, a.ts"
    made = suggest(text, source="tx")
    assert "b.ts >= a.ts - INTERVAL '365' DAY" in normal(made)
    windowed = (
        "select user_id, ts, count(*) over (partition by user_id order by ts range between interval 365 day preceding "
        "and interval 1 microsecond preceding) as n from tx"
    )
    assert sorted(db.execute(made or "").fetchall()) == sorted(db.execute(windowed).fetchall())

"""What is suggested in each dialect parses there, and computes the same in DuckDB where it can be said in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from feasilint.ir import Anchor, Fragment
from feasilint.lower.builder import Builder
from feasilint.lower.sql.making import derived
from feasilint.lower.sql.nodes import nodes
from feasilint.lower.sql.reading import read
from feasilint.suggest.bounded import Bound
from feasilint.suggest.forms import FORMS
from feasilint.suggest.sql import rewrite
from feasilint.suggest.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = datetime(2024, 6, 1)
DIALECTS = ("bigquery", "snowflake", "databricks", "spark", "redshift", "postgres", "trino", "duckdb", "tsql", "")
RANGES = ("", "bigquery", "snowflake", "databricks", "spark", "postgres", "trino", "duckdb")
LISTS = ("bigquery", "snowflake", "databricks", "spark", "postgres", "trino", "duckdb")
PARAMETERS = {"bigquery": "@", "tsql": "@", "duckdb": "$"}


def suggest(text: str, dialect: str, kind: str = "", running: bool = False, **more: Any) -> str | None:
    builder = Builder("q.sql", "sql")
    fragment: Fragment = derived(
        read(text, dialect), builder.fragment("sql", text, None, (Anchor(0, 1, 1),), dialect), builder
    )
    kinds = exp.RowNumber if kind == "row_number" else exp.AggFunc
    node = next(node for node in nodes(fragment) if isinstance(node, kinds))
    bound = Bound(30, "ts", running, "tx", **more)
    return rewrite(node, fragment, bound, Tables("tx", "ts"), FORMS.get(kind))


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("create table tx (user_id int, ts timestamp, amount double, merchant text, label int)")
    rows = [(k % 3, AS_OF - timedelta(days=k * 1.3), float(k % 7), "abc"[k % 3], k % 2) for k in range(60)]
    connection.executemany("insert into tx values (?, ?, ?, ?, ?)", rows)
    yield connection
    connection.close()


def run(db: duckdb.DuckDBPyConnection, code: str, dialect: str) -> list[tuple[Any, ...]]:
    """The code in DuckDB; a parameter is what it stands for."""
    parameter = f"{PARAMETERS.get(dialect, ':')}as_of"
    assert parameter in code or "as_of" not in code
    time = "DATETIME2" if dialect == "tsql" else "TIMESTAMP"
    (tree,) = sqlglot.parse(code.replace(parameter, f"CAST('2024-06-01' AS {time})"), dialect)
    assert tree is not None
    return sorted(db.execute(tree.sql("duckdb")).fetchall(), key=str)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "measure", ["count(*)", "sum(amount)", "avg(amount)", "max(amount)", "count(distinct merchant)"]
)
def test_a_bound(measure: str, dialect: str, db: duckdb.DuckDBPyConnection) -> None:
    code = suggest(f"select user_id, {measure} as x from tx group by user_id", dialect)
    assert code is not None
    recent = "ts >= timestamp '2024-05-02' and ts < timestamp '2024-06-01'"
    expected = db.execute(f"select user_id, {measure} from tx where {recent} group by user_id").fetchall()
    assert run(db, code, dialect) == sorted(expected, key=str)


def test_t_sql_has_no_intervals() -> None:
    code = suggest("select user_id, count(*) as x from tx group by user_id", "tsql")
    assert code is not None
    assert "ts >= DATEADD(DAY, -30, @as_of) AND ts < @as_of" in " ".join(code.split())
    assert "INTERVAL" not in code


@pytest.mark.parametrize("dialect", RANGES)
@pytest.mark.parametrize(
    ("measure", "kind"),
    [("sum(amount)", ""), ("row_number()", "row_number"), ("sum(label)", "sessionize")],
)
def test_a_frame(measure: str, kind: str, dialect: str, db: duckdb.DuckDBPyConnection) -> None:
    text = f"select user_id, ts, {measure} over (partition by user_id order by ts) as x from tx"
    code = suggest(text, dialect, kind, running=True)
    assert code is not None
    assert sqlglot.parse_one(code, dialect=dialect) is not None
    if dialect == "bigquery":  # whose frames are in numbers
        assert "UNIX_MICROS(ts)" in code
        return
    value = {"row_number": "count(*) + 1", "sessionize": "count(*)"}.get(kind, "sum(b.amount)")
    earlier = "b.user_id = a.user_id and b.ts < a.ts and b.ts >= a.ts - interval 30 day"
    expected = db.execute(f"select user_id, ts, (select {value} from tx b where {earlier}) from tx a").fetchall()
    assert run(db, code, dialect) == sorted(expected, key=str)


@pytest.mark.parametrize("dialect", ["redshift", "tsql", "sqlite"])
def test_no_frame_of_time_no_code(dialect: str) -> None:
    text = "select user_id, row_number() over (partition by user_id order by ts) as x from tx"
    assert suggest(text, dialect, "row_number", running=True) is None


@pytest.mark.parametrize("dialect", LISTS)
def test_the_last_values(dialect: str, db: duckdb.DuckDBPyConnection) -> None:
    listing = {"spark": "collect_list(merchant)", "databricks": "collect_list(merchant)"}.get(dialect)
    ordered = (
        "array_agg(merchant) within group (order by ts)"
        if dialect == "snowflake"
        else "array_agg(merchant order by ts)"
    )
    code = suggest(f"select user_id, {listing or ordered} as x from tx group by user_id", dialect, "collect_list")
    assert code is not None
    assert "20" in code
    assert sqlglot.parse_one(code, dialect=dialect) is not None
    if dialect in ("duckdb", "postgres", "trino"):
        recent = "ts >= timestamp '2024-05-02' and ts < timestamp '2024-06-01'"
        query = f"select user_id, list(merchant order by ts desc)[:20] from tx where {recent} group by user_id"
        assert run(db, code, dialect) == sorted(db.execute(query).fetchall(), key=str)


@pytest.mark.parametrize("dialect", ["redshift", "tsql", "mysql"])
def test_lists_that_no_known_function_cuts(dialect: str) -> None:
    assert suggest("select user_id, array_agg(merchant) as x from tx group by user_id", dialect, "collect_list") is None


@pytest.mark.parametrize("text", ["array_agg(distinct merchant)", "array_agg(merchant order by amount)"])
def test_lists_in_no_order_of_time(text: str) -> None:
    assert suggest(f"select user_id, {text} as x from tx group by user_id", "postgres", "collect_list") is None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("settled", [0, 7])
def test_a_smoothed_mean_of_known_outcomes(dialect: str, settled: int) -> None:
    text = "select merchant, avg(label) as x from tx group by merchant"
    code = suggest(text, dialect, "target_encoding", settled=settled)
    assert code is not None
    sign = PARAMETERS.get(dialect, ":")
    assert f"-- {sign}prior: the mean of all known outcomes, kept with the model" in code
    assert (f"{sign}known_until" in code) == (settled == 0)
    assert sqlglot.parse_one(code, dialect=dialect) is not None


@pytest.mark.parametrize("measure", ["avg(distinct label)", "avg(label) filter (where amount > 1)", "sum(label)"])
def test_means_of_some_outcomes_are_left_alone(measure: str) -> None:
    text = f"select merchant, {measure} as x from tx group by merchant"
    assert suggest(text, "duckdb", "target_encoding", settled=7) is None

"""Approximate aggregates instead of exact ones, executed in DuckDB."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp

from feasilint.ir import Anchor
from feasilint.lower.builder import Builder
from feasilint.lower.sql.making import derived
from feasilint.lower.sql.nodes import nodes
from feasilint.lower.sql.reading import read
from feasilint.suggest.approximate import rewrite


def suggest(text: str, dialect: str = "duckdb", kind: type[exp.Expr] = exp.AggFunc) -> str | None:
    builder = Builder("q.sql", "sql")
    fragment = derived(read(text, dialect), builder.fragment("sql", text, None, (Anchor(0, 1, 1),), dialect), builder)
    node = next(node for node in nodes(fragment) if isinstance(node, kind))
    made = rewrite(node, fragment)
    return " ".join(made.split()) if made is not None else None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("select u, count(distinct a, b) from tx group by u", "duckdb"),
        ("select u, count(distinct a) from tx group by u", "postgres"),
        ("select u, count(distinct a) from tx group by u", "mysql"),
        ("select u, mode(a) from tx group by u", "duckdb"),
        ("select u, percentile_cont(0.9) within group (order by x desc) from tx group by u", "snowflake"),
        ("select u, sum(x) from tx group by u", "duckdb"),
    ],
)
def test_no_form_is_known(text: str, dialect: str) -> None:
    assert suggest(text, dialect) is None


@pytest.mark.parametrize(
    ("text", "dialect", "made"),
    [
        ("select u, count(distinct a) as n from tx group by u", "bigquery", "APPROX_COUNT_DISTINCT(a) AS n"),
        ("select u, count(distinct a) as n from tx group by u", "trino", "APPROX_DISTINCT(a) AS n"),
        ("select u, median(x) as m from tx group by u", "snowflake", "APPROX_PERCENTILE(x, 0.5) AS m"),
        (
            "select u, percentile_cont(0.9) within group (order by x) as p from tx group by u",
            "spark",
            "PERCENTILE_APPROX(x, 0.9) AS p",
        ),
    ],
)
def test_dialects(text: str, dialect: str, made: str) -> None:
    assert made in (suggest(text, dialect) or "")


def test_executed() -> None:
    db = duckdb.connect()
    db.execute("create table tx as select i % 2 as u, i % 40 as a, i::double as x from range(4000) t(i)")
    distinct = suggest("select u, count(distinct a) as n from tx group by u order by u")
    middle = suggest("select u, median(x) as m from tx group by u order by u")
    assert distinct is not None
    assert middle is not None
    assert [n for _, n in db.execute(distinct).fetchall()] == pytest.approx([20, 20], rel=0.1)
    assert [m for _, m in db.execute(middle).fetchall()] == pytest.approx([1999, 2000], rel=0.05)

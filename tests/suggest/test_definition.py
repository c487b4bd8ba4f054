"""A definition says what the code computes: the code itself is run beside it, by DuckDB and by pandas."""

from __future__ import annotations

from math import isclose
from typing import Any

import duckdb
import pandas as pd
import pytest

from feasilint.catalog.load import load_text
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading
from feasilint.rule import Feature
from feasilint.subjects import subjects
from feasilint.suggest.definition import Definition, Undefined, define
from feasilint.suggest.statement import bounded, present

CATALOG = """
version: 1
sources:
  - {name: shop.tx, aliases: [tx.parquet], availability: production, kind: events, event_time: ts, grain: [tx_id]}
  - {name: shop.visits, availability: production, kind: events, event_time: at, grain: [visit_id]}
  - {name: shop.untimed, availability: production}
"""
EVENTS = """
CREATE SCHEMA shop; CREATE TABLE shop.tx AS SELECT i AS tx_id, i * 7919 % 11 AS user_id,
  TIMESTAMP '2023-01-01' + to_hours((i * 104729 % 17000)::INT) AS ts, i % 97 + 1 AS amount,
  CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'own' ELSE 'shop ' || i % 13 END AS merchant,
  CASE i % 3 WHEN 0 THEN 'declined' WHEN 1 THEN 'settled' END AS status, i % 7 = 0 AS is_test
FROM range(3000) r(i)
"""
AS_OF = pd.Timestamp("2024-12-10")


def defined(text: str, name: str = "x", kind: str = "sql") -> Definition | Undefined:
    reading = Reading(Options("duckdb"))
    reading.take(f"features.{kind}", text.encode())
    analysis = analyse(reading.programs, load_text(CATALOG, "catalog.yaml"))
    found = [one for one in subjects(analysis, {f"features.{kind}"}) if isinstance(one, Feature) and one.name == name]
    assert len(found) == 1, text
    return define(found[0], analysis)


def selecting(value: str, rest: str = "FROM shop.tx GROUP BY user_id", key: str = "user_id") -> str:
    return f"SELECT {key}, {value} AS x {rest}"


def made(value: str, rest: str = "FROM shop.tx GROUP BY user_id") -> Definition | Undefined:
    return defined(f"CREATE TABLE features AS {selecting(value, rest)}")


@pytest.mark.parametrize(
    ("value", "rest", "reason"),
    [
        ("max(v.at)", "FROM shop.tx t JOIN shop.visits v USING (user_id) GROUP BY user_id", "is joined to other data"),
        ("count(*)", "FROM shop.tx WHERE merchant IN (SELECT name FROM shop.shops) GROUP BY user_id", "another query"),
        ("count(*)", "FROM (SELECT DISTINCT user_id, ts FROM shop.tx) GROUP BY user_id", "deduplicated"),
        ("sum(n)", "FROM (SELECT user_id, status, count(*) n FROM shop.tx GROUP BY 1, 2) GROUP BY user_id", "aggregates"),
        ("count(*)", "FROM (SELECT * FROM shop.tx UNION ALL SELECT * FROM shop.tx) GROUP BY user_id", "more than one place"),
        ("count(*)", "FROM (SELECT * FROM shop.tx LIMIT 9) GROUP BY user_id", "only some rows"),
        ("list(amount)", "FROM shop.tx GROUP BY user_id", "list"),
        ("first(amount)", "FROM shop.tx GROUP BY user_id", "which row is the first"),
        ("max_by(merchant, amount)", "FROM shop.tx GROUP BY user_id", "something else than the event time"),
        ("sum(DISTINCT amount)", "FROM shop.tx GROUP BY user_id", "of distinct values"),
        ("sum(my_macro(amount))", "FROM shop.tx GROUP BY user_id", "my_macro"),
        ("sum(amount) + $extra", "FROM shop.tx GROUP BY user_id", "the parameter"),
        ("count(*)", "FROM shop.tx WHERE status ILIKE 's%' GROUP BY user_id", "two kinds of `like`"),
        ("sum(amount // 2)", "FROM shop.tx GROUP BY user_id", "two kinds of `div`"),
        ("count(*)", "FROM shop.tx WHERE ts >= now() - INTERVAL 9 DAY OR is_test GROUP BY user_id", "the clock"),
        ("count(*)", "FROM shop.tx WHERE ts < now() - INTERVAL 9 DAY AND ts >= now() - INTERVAL 30 DAY GROUP BY user_id", "ends some"),
        ("count(*)", "FROM shop.tx WHERE ts >= now() - INTERVAL 9 DAY AND is_test = random() GROUP BY user_id", "rand"),
        ("quantile(amount, 0.9)", "FROM shop.tx GROUP BY user_id", "between two values"),
        ("min(amount)", "FROM shop.tx GROUP BY user_id, date_trunc('day', ts)", "bounded already"),
        ("amount", "FROM shop.tx", "as it is"),
        ("sum(amount) / (SELECT count(*) FROM shop.visits)", "FROM shop.tx GROUP BY user_id", "count|query|no key"),
        ("count(*)", "FROM shop.untimed GROUP BY user_id", "no event time"),
        ("count(*)", "FROM shop.nobody GROUP BY user_id", "does not know"),
    ],
)  # fmt: skip
def test_what_is_no_such_definition_says_why(value: str, rest: str, reason: str) -> None:
    import re

    found = made(value, rest)
    assert isinstance(found, Undefined), found
    assert re.search(reason, found.reason), found.reason


def test_a_source_whose_name_is_partly_unknown_is_none() -> None:
    code = PANDAS.format(before="", value='tx.groupby("user_id").agg(x=("amount", "sum")).reset_index()')
    found = defined(code.replace('"tx.parquet"', 'f"{where}/tx.parquet"'), kind="py")
    assert isinstance(found, Undefined)
    assert "partly known" in found.reason


def test_what_the_catalog_lacks_is_named() -> None:
    found = made("count(*)", "FROM shop.untimed GROUP BY user_id")
    assert isinstance(found, Undefined)
    assert found.declare == "`event_time` of the source `shop.untimed`"


EXACT = [
    "count(*)", "count(merchant)", "count(DISTINCT merchant)", "sum(amount)", "avg(amount * 2)", "min(amount)", "max(ts)",
    "stddev(amount)", "stddev_pop(amount)", "var_samp(amount)", "median(amount)",
    "percentile_cont(0.25) WITHIN GROUP (ORDER BY amount)", "max_by(merchant, ts)", "min_by(amount, ts)",
    "bool_or(is_test)", "count(*) FILTER (WHERE status = 'declined')",
    "avg(CASE WHEN status = 'declined' THEN 1.0 ELSE 0 END)", "sum(CASE WHEN NOT is_test THEN amount ELSE 0 END)",
    "sum(amount) / nullif(count(DISTINCT merchant), 0)", "1.0 * count(*) FILTER (WHERE merchant IS NULL) / count(*)",
    "coalesce(sum(amount) FILTER (WHERE merchant IN ('shop 1', 'it''s')), 0)", "approx_count_distinct(merchant)",
    "sum(CASE status WHEN 'declined' THEN -amount WHEN 'settled' THEN 2 * (amount + 1) END)",
    "count(*) FILTER (WHERE amount BETWEEN 10 AND 20 OR merchant LIKE 'shop 1%')",
]  # fmt: skip


@pytest.fixture
def shop() -> duckdb.DuckDBPyConnection:
    base = duckdb.connect()
    base.execute(EVENTS)
    return base


def values(base: duckdb.DuckDBPyConnection, query: str) -> dict[Any, Any]:
    parameters = {"as_of": AS_OF.to_pydatetime()} if "$as_of" in query else None
    return {row[:-1]: row[-1] for row in base.execute(query, parameters).fetchall()}


def same(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    alike = (a == b or (isinstance(a, float) and isclose(a, b)) for a, b in ((one[k], other.get(k)) for k in one))
    return one.keys() == other.keys() and all(alike)


@pytest.mark.parametrize("value", EXACT)
@pytest.mark.parametrize("where", ["", "WHERE merchant <> 'own' AND NOT is_test AND amount / 2 > 3.5"])
def test_a_lifetime_aggregate_is_what_the_code_computes(
    shop: duckdb.DuckDBPyConnection, value: str, where: str
) -> None:
    code = selecting(value, f"FROM shop.tx {where} GROUP BY user_id")
    found = defined(f"CREATE TABLE features AS {code}")
    assert isinstance(found, Definition), found
    assert found.window is None
    assert same(values(shop, code), values(shop, present(found)))


@pytest.mark.parametrize("value", EXACT)
def test_the_bounded_form_is_the_code_over_the_rows_of_the_window(shop: duckdb.DuckDBPyConnection, value: str) -> None:
    found = made(value)
    assert isinstance(found, Definition)
    recent = (
        f"FROM shop.tx WHERE ts >= TIMESTAMP '{AS_OF}' - INTERVAL 365 DAY AND ts < TIMESTAMP '{AS_OF}' GROUP BY user_id"
    )
    assert same(values(shop, selecting(value, recent)), values(shop, bounded(found)))
    assert value != "count(*)" or values(shop, bounded(found)) != values(shop, present(found))


WINDOWED = [
    ("count(*)", "WHERE ts >= {now} - INTERVAL 30 DAY", 30 * 86_400),
    (
        "sum(amount) FILTER (WHERE ts >= {now} - INTERVAL 12 HOUR AND is_test)",
        "WHERE ts >= {now} - INTERVAL 90 DAY",
        43_200,
    ),
    ("coalesce(sum(CASE WHEN ts >= {now} - INTERVAL 7 DAY THEN amount ELSE 0 END), 0)", "", 7 * 86_400),
]


@pytest.mark.parametrize(("value", "where", "seconds"), WINDOWED)
def test_a_window_that_is_there_stays(shop: duckdb.DuckDBPyConnection, value: str, where: str, seconds: float) -> None:
    found = made(value.format(now="now()"), f"FROM shop.tx {where.format(now='now()')} GROUP BY user_id")
    assert isinstance(found, Definition), found
    assert found.measures[0].window == seconds
    now = f"TIMESTAMP '{AS_OF}'"
    code = selecting(value.format(now=now), f"FROM shop.tx {where.format(now=now)} GROUP BY user_id")
    run = values(shop, code)
    stated = values(shop, present(found))
    assert {key: run[key] or 0 for key in stated} == {key: stated[key] or 0 for key in stated}
    assert not any(run[key] for key in run if key not in stated)
    assert present(found) == bounded(found)


def test_two_windows_of_one_feature_are_kept_apart(shop: duckdb.DuckDBPyConnection) -> None:
    value = "1.0 * count(*) FILTER (WHERE ts >= {now} - INTERVAL 30 DAY) / count(*)"
    found = made(value.format(now="now()"))
    assert isinstance(found, Definition)
    assert [measure.window for measure in found.measures] == [30 * 86_400, None]
    assert same(values(shop, selecting(value.format(now=f"TIMESTAMP '{AS_OF}'"))), values(shop, present(found)))


def test_a_view_below_is_followed(shop: duckdb.DuckDBPyConnection) -> None:
    view = "CREATE VIEW stg AS SELECT user_id AS customer, amount / 100 AS amount, ts FROM shop.tx WHERE NOT is_test;"
    found = defined(f"{view} CREATE TABLE features AS SELECT customer, sum(amount) AS x FROM stg GROUP BY customer")
    assert isinstance(found, Definition)
    assert (found.source.name, found.condition, found.keys[0].name) == ("shop.tx", "NOT is_test", "customer")
    code = "SELECT user_id, sum(amount / 100) FROM shop.tx WHERE NOT is_test GROUP BY 1"
    assert same(values(shop, code), values(shop, present(found)))


SPINE = """
CREATE TABLE features AS SELECT v.visit_id, v.user_id, {value} AS x FROM shop.visits v
LEFT JOIN shop.tx t ON t.user_id = v.user_id AND t.ts < v.at AND t.ts >= v.at - INTERVAL 30 DAY GROUP BY 1, 2
"""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("sum(t.amount)", 30 * 86_400), ("count(*) FILTER (WHERE t.ts >= v.at - INTERVAL 1 HOUR)", 3600)],
)
def test_what_is_looked_up_for_each_row_of_a_spine_is_a_window_up_to_that_row(value: str, seconds: float) -> None:
    found = defined(SPINE.format(value=value))
    assert isinstance(found, Definition), found
    assert (found.source.name, [key.name for key in found.keys]) == ("shop.tx", ["user_id"])
    assert found.window == seconds


def test_what_is_counted_where_there_is_no_row_is_not_stated() -> None:
    assert isinstance(defined(SPINE.format(value="count(*)")), Undefined)


def test_the_constant_for_keys_without_rows_is_kept() -> None:
    code = "CREATE TABLE features AS SELECT v.user_id, coalesce(f.n, 7) AS x FROM shop.visits v LEFT JOIN ({}) f USING (user_id)"
    found = defined(code.format("SELECT user_id, sum(amount) AS n FROM shop.tx GROUP BY user_id"))
    assert isinstance(found, Definition)
    assert (found.default, found.value) == ("7", "m1")


PANDAS = """
import pandas as pd
tx = pd.read_parquet("tx.parquet")
{before}
f = {value}
f.to_parquet("features.parquet")
"""


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("", 'tx.groupby("user_id").agg(x=("merchant", "size")).reset_index()'),
        ("", 'tx.groupby("user_id").agg(x=("merchant", "count")).reset_index()'),
        ("", 'tx.groupby("user_id").agg(x=("merchant", "nunique")).reset_index()'),
        ("", 'tx.groupby("user_id").agg(x=("amount", "std")).reset_index()'),
        ("tx = tx[tx.merchant != 'own']", 'tx.groupby("user_id").agg(x=("amount", "sum")).reset_index()'),
        ("tx = tx[~(tx.merchant == 'own')]", 'tx.groupby("user_id").agg(x=("amount", "sum")).reset_index()'),
        ("tx = tx[~tx.merchant.isin(['own', 'shop 1'])]", 'tx.groupby("user_id").agg(x=("amount", "mean")).reset_index()'),
        ("tx['off'] = (tx.status != 'settled') & (tx.amount > 50)", 'tx.groupby("user_id").agg(x=("off", "mean")).reset_index()'),
        ("tx['net'] = tx.amount / 100 - 1", 'tx.groupby("user_id").agg(x=("net", "median")).reset_index()'),
    ],
)  # fmt: skip
def test_pandas_and_its_definition_agree(shop: duckdb.DuckDBPyConnection, before: str, value: str) -> None:
    found = defined(PANDAS.format(before=before, value=value), kind="py")
    assert isinstance(found, Definition), found
    known: dict[str, Any] = {"tx": shop.execute("FROM shop.tx").df()}
    exec(before + "\nf = " + value, known)
    frame = known["f"]
    wanted = {(key,): one for key, one in zip(frame.user_id.tolist(), frame.x.tolist(), strict=True)}
    assert same(wanted, values(shop, present(found, "shop.tx")))


def test_sizes_and_counts_in_one_step_are_not_taken_for_each_other() -> None:
    value = 'tx.groupby("user_id").agg(x=("merchant", "count"), y=("merchant", "size")).reset_index()'
    assert isinstance(defined(PANDAS.format(before="", value=value), kind="py"), Undefined)


def test_names_and_strings_are_escaped(shop: duckdb.DuckDBPyConnection) -> None:
    code = """SELECT user_id, count(*) FILTER (WHERE "odd ""name" = 'it''s; DROP') AS x FROM shop.odd GROUP BY 1"""
    reading = Reading(Options("duckdb"))
    reading.take("features.sql", f"CREATE TABLE features AS {code}".encode())
    known = load_text("version: 1\nsources: [{name: shop.odd, event_time: ts}]", "catalog.yaml")
    analysis = analyse(reading.programs, known)
    feature = next(one for one in subjects(analysis, {"features.sql"}) if isinstance(one, Feature))
    found = define(feature, analysis)
    assert isinstance(found, Definition), found
    shop.execute("""CREATE TABLE shop.odd AS SELECT user_id, ts, 'it''s; DROP' AS "odd ""name" FROM shop.tx""")
    assert values(shop, code) == values(shop, present(found))

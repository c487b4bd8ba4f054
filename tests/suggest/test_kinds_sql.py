"""The alternative of each kind of aggregation in SQL: scanned, suggested, executed in DuckDB and compared with what it should be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from suggested_sql import CATALOG, code, findings, told

from feasilint.api import scan_files

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_OF = datetime(2024, 6, 1)
YEAR = "ts >= timestamp '2024-06-01' - interval 365 day and ts < timestamp '2024-06-01'"
QUARTER = "ts >= timestamp '2024-06-01' - interval 90 day and ts < timestamp '2024-06-01'"
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        "create table tx (tx_id int, user_id int, ts timestamp, amount double, merchant text, status text, label int,"
        " label_ts timestamp)"
    )
    ages = (0.0, 0.01, 0.9, 3, 20, 60, 89, 90, 90.01, 200, 364, 365, 365.01, 500, 900)
    every = [(user, age) for user in (1, 2, 3) for age in ages[user % 2 :]]
    every += [(1, 1 + number / 10) for number in range(40)]
    rows = [
        (
            number,
            user,
            AS_OF - timedelta(days=age),
            float(number * 7 % 31),
            "abcd"[number * 5 % 4],
            ("paid", "declined")[number % 3 == 0],
            int(number % 4 == 0),
            AS_OF - timedelta(days=age - 30),
        )
        for number, (user, age) in enumerate(every)
    ]
    connection.executemany("insert into tx values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("create table spine as select user_id, ts + interval 1 hour as t from tx where tx_id % 5 = 0")
    yield connection
    connection.close()


def run(db: duckdb.DuckDBPyConnection, query: str, **parameters: object) -> list[Row]:
    assert query
    named = {name: value for name, value in {"as_of": AS_OF, **parameters}.items() if f"${name}" in query}
    return sorted(db.execute(query, named or None).fetchall(), key=str)


# --- what has no code, or says nothing ---


def test_a_first_value_is_stored_once_and_no_window_gives_it() -> None:
    found = told("select user_id, arg_min(merchant, ts) as x, count(*) as n from tx group by user_id")
    assert found.suggestion is not None
    assert found.suggestion.code == ""
    assert found.suggestion.title == "value at the minimum of `tx`, stored once"
    assert found.help == "store it in the row of the entity when its first event comes: it never changes"


def test_without_a_time_there_is_no_code() -> None:
    timeless = CATALOG.replace("    event_time: ts\n", "").replace("ts, ", "").replace(", label_ts", "")
    query = "select user_id, avg(case when status = 'declined' then 1.0 else 0 end) as x from tx group by user_id"
    assert code(query, catalog=timeless) == ""


@pytest.mark.parametrize("order", ["order by amount", "order by ts, amount"])
def test_a_list_in_another_order_than_that_of_time_keeps_all_of_the_window(order: str) -> None:
    shown = code(f"select user_id, list(merchant {order}) as x from tx group by user_id")
    assert "[1:" not in shown
    assert "- INTERVAL '90' DAY" in shown


def test_windows_that_end_are_left_alone() -> None:
    assert not findings(f"select user_id, count(*) as x from tx where {YEAR} group by user_id")


# --- one value per key ---


@pytest.mark.parametrize(
    ("measure", "rows", "reference"),
    [
        ("count(*)", YEAR, "count(*)"),
        ("sum(amount)", YEAR, "sum(amount)"),
        ("avg(amount)", YEAR, "sum(amount) / count(amount)"),
        ("max(amount)", YEAR, "max(amount)"),
        ("stddev_samp(amount)", YEAR, "sqrt((sum(amount * amount) - sum(amount) ^ 2 / count(*)) / (count(*) - 1))"),
        ("avg(case when status = 'declined' then 1.0 else 0 end)", YEAR, "count(*) filter (where status = 'declined') / count(*)"),
        ("sum(case when status = 'declined' then 1 else 0 end) * 1.0 / count(*)", YEAR, "avg((status = 'declined')::int)"),
        ("count(distinct merchant)", YEAR, "len(list_distinct(list(merchant)))"),
        ("arg_max(merchant, ts)", QUARTER, "last(merchant order by ts)"),
        ("mode(merchant)", QUARTER, "mode(merchant)"),
        ("list(merchant order by ts)", QUARTER, "list(merchant order by ts desc)[:20]"),
        ("list(merchant)", QUARTER, "list(merchant order by ts desc)[:20]"),
    ],
)  # fmt: skip
def test_over_the_rows_of_a_window(measure: str, rows: str, reference: str, db: duckdb.DuckDBPyConnection) -> None:
    shown = run(db, code(f"select user_id, {measure} as x from tx group by user_id"))
    expected = run(db, f"select user_id, {reference} from tx where {rows} group by user_id")
    assert [row[0] for row in shown] == [row[0] for row in expected]
    for (_, value), (_, wanted) in zip(shown, expected, strict=True):
        assert value == (pytest.approx(wanted, rel=1e-9) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize("measure", ["median(amount)", "quantile_cont(amount, 0.9)"])
def test_a_percentile_is_near_the_exact_one_in_rank(measure: str, db: duckdb.DuckDBPyConnection) -> None:
    shown = code(f"select user_id, {measure} as x from tx group by user_id")
    assert "APPROX_QUANTILE(" in shown
    share = 0.9 if "0.9" in measure else 0.5
    for user, value in run(db, shown):
        (below,) = run(db, f"select avg((amount <= {value})::int) from tx where {YEAR} and user_id = {user}")
        assert abs(below[0] - share) < 0.15


def test_a_list_of_a_long_window_keeps_the_last_values(db: duckdb.DuckDBPyConnection) -> None:
    query = f"select user_id, list(merchant order by ts) as x from tx where {YEAR} group by user_id"
    found = told(query, "AGG303")
    assert found.suggestion is not None
    assert found.suggestion.title == "list of the last 20 values"
    expected = f"select user_id, list(merchant order by ts desc)[:20] from tx where {YEAR} group by user_id"
    assert run(db, found.suggestion.code) == run(db, expected)


# --- one value per row ---


@pytest.mark.parametrize(
    ("measure", "reference", "days"),
    [
        (
            "sum(amount) over (partition by user_id order by ts)",
            "(select sum(b.amount) from tx b where {earlier})",
            365,
        ),
        (
            "row_number() over (partition by user_id order by ts)",
            "(select count(*) from tx b where {earlier}) + 1",
            365,
        ),
        ("sum(new) over (partition by user_id order by ts)", "(select count(*) from tx b where {earlier})", 1),
    ],
)
def test_per_row_over_the_rows_before(measure: str, reference: str, days: int, db: duckdb.DuckDBPyConnection) -> None:
    gap = "ts - lag(ts) over (partition by user_id order by ts)"
    rows = f"(select *, case when {gap} > interval 30 minute then 1 else 0 end as new from tx)" if days == 1 else "tx"
    shown = code(f"select tx_id, {measure} as x from {rows}", "AGG304")
    earlier = f"b.user_id = a.user_id and b.ts < a.ts and b.ts >= a.ts - interval {days} day"
    expected = run(db, f"select tx_id, {reference.format(earlier=earlier)} from tx a")
    assert run(db, shown) == expected


@pytest.mark.parametrize(
    "query",
    [
        "select a.tx_id, count(b.ts) as x from tx a left join tx b on a.user_id = b.user_id and b.ts < a.ts group by a.tx_id",
        "select s.user_id, s.t, (select count(*) from tx where tx.user_id = s.user_id and tx.ts < s.t) as x from spine s",
    ],
)
def test_rows_that_are_held_against_earlier_ones(query: str, db: duckdb.DuckDBPyConnection) -> None:
    bound = query.replace("b.ts < a.ts", "b.ts < a.ts and b.ts >= a.ts - interval 365 day")
    bound = bound.replace("tx.ts < s.t", "tx.ts < s.t and tx.ts >= s.t - interval 365 day")
    assert run(db, code(query, "AGG305")) == run(db, bound) != run(db, query)


LATE = CATALOG.replace(
    "[tx_id, user_id, ts, amount, merchant, status, label, label_ts]", "{amount: {known_after: 60d}}"
)


@pytest.mark.parametrize(
    ("frame", "reference"),
    [
        ("rows between 9 preceding and current row", "rows between 10 preceding and 1 preceding"),
        ("rows 4 preceding", "rows between 5 preceding and 1 preceding"),
        (
            "range between interval 7 day preceding and current row",
            "range between interval 7 day preceding and interval 1 microsecond preceding",
        ),
    ],
)
def test_frames_end_before_the_row(frame: str, reference: str, db: duckdb.DuckDBPyConnection) -> None:
    over = "select tx_id, avg(amount) over (partition by user_id order by ts {}) as x from tx"
    assert run(db, code(over.format(frame), "SKW404", LATE)) == run(db, over.format(reference))


@pytest.mark.parametrize(
    "frame",
    [
        "order by ts desc rows between 9 preceding and current row",
        "order by ts rows between current row and 2 following",
    ],
)
def test_frames_of_later_rows_have_no_code(frame: str) -> None:
    found = findings(f"select tx_id, avg(amount) over (partition by user_id {frame}) as x from tx", LATE)
    assert not any(finding.suggestion for finding in found if finding.code == "SKW404")


# --- windows that the catalog states ---


@pytest.mark.parametrize(
    ("measure", "stated", "days"),
    [
        ("count(*)", "{suggested: 180d}", 180),
        ("count(*)", "{suggested: 3d}", 20),
        ("count(*)", "{recent: 60d}", 365),
        ("mode(merchant)", "{recent: 60d}", 60),
        ("mode(merchant)", "{suggested: 180d}", 90),
    ],
)
def test_the_catalog_states_how_long_they_are(measure: str, stated: str, days: int) -> None:
    """Never below 20 mean ages: what is loaded daily is a day old on average."""
    shown = code(f"select user_id, {measure} as x from tx group by user_id", catalog=f"{CATALOG}windows: {stated}\n")
    assert f"INTERVAL '{days}' DAY" in shown


def test_what_is_kept_limits_it() -> None:
    kept = CATALOG.replace("    kind: events\n", "    kind: events\n    retention: 45d\n")
    assert "INTERVAL '45' DAY" in code("select user_id, count(*) as x from tx group by user_id", catalog=kept)


@pytest.mark.parametrize(("stated", "flagged"), [("{exact: 400d}", False), ("{exact: 14d}", True), ("{}", True)])
def test_how_long_exact_values_may_be_read_again(stated: str, flagged: bool) -> None:
    query = f"select user_id, median(amount) as x from tx where {YEAR} group by user_id"
    codes = {finding.code for finding in findings(query, f"{CATALOG}windows: {stated}\n")}
    assert ("AGG303" in codes) == flagged


# --- what following it costs ---


def test_a_finding_says_what_its_alternative_costs() -> None:
    facts = dict(told("select user_id, avg(amount) as x from tx group by user_id").facts)
    assert facts["trade-off"].startswith("tiles of days must hold sum and count")


# --- what one row alone cannot tell ---


@pytest.mark.parametrize(
    ("rank", "reference"),
    [
        ("percent_rank() over (order by s)", "(select count(*) from published_cut_points where cut_point <= s) / 19.0"),
        (
            "cume_dist() over (order by s desc)",
            "(select count(*) from published_cut_points where cut_point >= s) / 19.0",
        ),
        ("ntile(20) over (order by s)", "(select count(*) from published_cut_points where cut_point <= s) + 1"),
    ],
)
def test_a_rank_is_a_bucket_among_published_cut_points(
    rank: str, reference: str, db: duckdb.DuckDBPyConnection
) -> None:
    shown = code(f"select tx_id, {rank} as x from (select tx_id, amount as s from tx)", "AGG307")
    assert shown.startswith("-- published_cut_points: a table of the quantiles of s over all rows")
    cuts = "unnest(quantile_cont(amount, [k / 20.0 for k in range(1, 20)]))"
    db.execute(f"create or replace table published_cut_points as select {cuts} as cut_point from tx")
    found = run(db, shown)
    expected = run(db, f"select tx_id, {reference} from (select tx_id, amount as s from tx)")
    assert [number for number, _ in found] == [number for number, _ in expected]
    assert [float(x) for _, x in found] == pytest.approx([float(x) for _, x in expected])


def test_a_share_of_cut_points_is_near_the_rank(db: duckdb.DuckDBPyConnection) -> None:
    query = (
        "select tx_id, percent_rank() over (order by s) as x from (select tx_id, amount + tx_id / 100.0 as s from tx)"
    )
    cuts = "unnest(quantile_cont(amount + tx_id / 100.0, [k / 20.0 for k in range(1, 20)]))"
    db.execute(f"create or replace table published_cut_points as select {cuts} as cut_point from tx")
    pairs = zip(run(db, code(query, "AGG307")), run(db, query), strict=True)
    assert max(abs(float(shown) - exact) for (_, shown), (_, exact) in pairs) < 0.06


def test_a_rank_by_two_columns_has_no_code() -> None:
    found = told("select tx_id, percent_rank() over (order by amount, status) as x from tx", "AGG307")
    assert found.suggestion is None


@pytest.mark.parametrize(
    "query",
    [
        "select tx_id, (amount - (select avg(amount) from tx)) / (select stddev(amount) from tx) as x from tx",
        "select tx_id, (amount - avg(amount) over ()) / stddev(amount) over () as x from tx",
    ],
)
def test_statistics_of_all_rows_are_parameters_of_the_model(query: str, db: duckdb.DuckDBPyConnection) -> None:
    shown = code(query, "AGG306")
    assert "-- $amount_avg: the average of amount over the training rows, kept with the model" in shown
    ((mean, deviation),) = db.execute("select avg(amount), stddev(amount) from tx").fetchall()
    found = run(db, shown, amount_avg=mean, amount_std=deviation)
    assert [x for _, x in found] == pytest.approx([x for _, x in run(db, query)])


def test_a_statistic_that_is_joined_has_no_code() -> None:
    query = "select tx_id, amount - m as x from tx cross join (select avg(amount) as m, max(status) as s from tx) t"
    found = told(query, "AGG306")
    assert found.suggestion is None


ENCODED = """
import duckdb
from xgboost import XGBClassifier
df = duckdb.sql("select tx.tx_id, x, label from tx join (select merchant, avg(label) as x from tx group by merchant) t on t.merchant = tx.merchant").df()
XGBClassifier().fit(df[["x"]], df["label"])
"""


def encoded(catalog: str) -> str:
    result = scan_files({"train.py": ENCODED}, catalog)
    finding = next(finding for finding in result.findings if finding.code == "SKW409")
    return finding.suggestion.code if finding.suggestion is not None else ""


@pytest.mark.parametrize(
    ("catalog", "known", "parameters"),
    [
        (CATALOG, "label_ts < timestamp '2024-06-01' and ts >= timestamp '2024-06-01' - interval 90 day", {}),
        (
            CATALOG.replace("label, label_ts", "label"),
            "ts < timestamp '2024-04-01' and ts >= timestamp '2024-06-01' - interval 90 day",
            {"known_until": datetime(2024, 4, 1)},
        ),
        (
            CATALOG.replace("[tx_id, user_id, ts, amount, merchant, status, label, label_ts]", "{label: {known_after: 60d}}"),
            "ts < timestamp '2024-04-02' and ts >= timestamp '2024-06-01' - interval 150 day",
            {},
        ),
    ],
)  # fmt: skip
def test_outcomes_that_were_known_are_averaged_and_smoothed(
    catalog: str, known: str, parameters: dict[str, object], db: duckdb.DuckDBPyConnection
) -> None:
    found = {row[-2]: row[-1] for row in run(db, encoded(catalog), prior=0.25, **parameters)}
    mean = "(sum(label) + 20 * 0.25) / (count(*) + 20)"
    assert found == pytest.approx(dict(run(db, f"select merchant, {mean} from tx where {known} group by merchant")))


def test_outcomes_without_a_time_have_no_code() -> None:
    assert encoded("version: 1\nsources: [{name: tx, availability: production, kind: events}]") == ""

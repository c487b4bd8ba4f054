from __future__ import annotations

import pytest
from feasilint_rules.running_aggregate import RunningAggregate
from feasilint_rules.unbounded_aggregation import UnboundedAggregation
from msgspec.structs import replace
from rule_subjects import DAY, NIGHTLY, TABLE, at, context, entry, feature, judge, read, unbounded

from feasilint.api import scan_files
from feasilint.findings import Severity
from feasilint.ir import Anchor, Fragment, Program, Source
from feasilint.lower.sql.nodes import nodes
from feasilint.measure.model import Extent
from feasilint.rule import Context

LIFETIME, RUNNING = UnboundedAggregation(), RunningAggregate()
EVENTS = entry(period=DAY, kind="events", event_time="ts", rows_per_day=2.5e6)


def over(function: str = "count", given: object = None, **fields: object) -> object:
    return feature(given or read(EVENTS), aggregations=(unbounded(function, **fields),))  # type: ignore[arg-type]


@pytest.mark.parametrize("window", ["anchored", "bounded", "bucketed", "rows", "entity", "global", "unknown"])
def test_only_unbounded_windows(window: str) -> None:
    extent = Extent(window)  # type: ignore[arg-type]
    assert judge(LIFETIME, over(extent=extent)) == []  # type: ignore[arg-type]
    assert judge(RUNNING, over(extent=extent, running=True)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "subject",
    [
        feature(read(EVENTS)),
        over(keys=()),
        over("rank"),
        over("row_number"),
        over("any"),
        over("lag"),
        over("ewm"),
        over(running=True),
        over(given=read(entry(kind="snapshot"))),
        over(given=read(entry(kind="dimension"))),
        over(given=read(entry(kind="scd2"))),
        over(given=read(entry(availability="training_only"))),
        over(given=read(None, source=Source("df", "inline")), sources=(Source("df", "inline"),)),
        over(sources=(Source("other", "table"),)),
    ],
)
def test_no_history_of_a_key(subject: object) -> None:
    assert judge(LIFETIME, subject) == []  # type: ignore[arg-type]


def test_the_lifetime_count() -> None:
    (found,) = judge(LIFETIME, over())  # type: ignore[arg-type]
    assert found.message == "feature `x` counts all transactions a `user_id` has ever made"
    assert (found.severity, found.place) == (Severity.WARNING, at(5)), "a running total would do"
    assert "for ever" in dict(found.facts)["state"]
    assert [label.text for label in found.labels] == ["read here", "aggregated here", "feature built here"]
    assert found.suggestion is not None
    assert found.suggestion.title == "365-day count of transactions, updated daily"
    assert found.suggestion.saves == (
        "O(history) -> O(window): reads 912M rows (365 d x 2.5M rows/d) instead of a history that grows"
    )


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("sum", "sums up all transactions a `user_id` has ever made"),
        ("avg", "averages all transactions"),
        ("count_distinct", "counts distinct values of all transactions"),
        ("std", "takes the standard deviation of all transactions"),
        ("strange_udf", "takes the custom aggregate of all transactions"),
    ],
)
def test_functions_in_words(function: str, words: str) -> None:
    assert words in judge(LIFETIME, over(function))[0].message  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("s3://lake/payments/transactions/", "file", "all transactions a"),
        ("data/card_events.parquet", "file", "all card events a"),
        ("raw.tx", "table", "all rows of `raw.tx` a `user_id` has ever had"),
        ("raw.address", "table", "all rows of `raw.address` a"),
        ("raw.events_2024", "table", "all rows of `raw.events_2024` a"),
    ],
)
def test_rows_in_words(name: str, kind: str, words: str) -> None:
    source = Source(name, kind)  # type: ignore[arg-type]
    subject = over(given=read(None, source=source), sources=(source,))
    assert words in judge(LIFETIME, subject)[0].message  # type: ignore[arg-type]


def test_several_keys_in_words() -> None:
    (found,) = judge(LIFETIME, over(keys=("user_id", "merchant_id")))  # type: ignore[arg-type]
    assert "a combination of `user_id` and `merchant_id` has ever made" in found.message


@pytest.mark.parametrize(
    ("function", "fields", "state"),
    [
        ("median", {}, "an exact median needs every value"),
        ("list", {}, "grows with every event"),
        ("count", {"mutable": True}, "change, so that a running total goes wrong"),
    ],
)
def test_what_no_running_total_serves_is_an_error(function: str, fields: dict[str, object], state: str) -> None:
    given = read(replace(EVENTS, **fields))  # type: ignore[arg-type]
    (found,) = judge(LIFETIME, over(function, given))  # type: ignore[arg-type]
    assert found.severity is Severity.ERROR
    assert state in dict(found.facts)["state"]


@pytest.mark.parametrize("point", [None, NIGHTLY])
def test_in_batch_or_undeclared_it_is_a_warning(point: object) -> None:
    subject = replace(over("median"), point=point)  # type: ignore[type-var]
    (found,) = judge(LIFETIME, subject)  # type: ignore[arg-type]
    assert found.severity is Severity.WARNING


def test_without_any_sign_of_time_it_is_only_an_information() -> None:
    """A file of which nothing is known may hold entities."""
    plain = Extent("unbounded")
    (found,) = judge(LIFETIME, over(given=read(None), extent=plain))  # type: ignore[arg-type]
    assert (found.severity, found.confidence) == (Severity.INFO, "approximate")
    assert "declare `event_time`" in (found.help or "")
    assert judge(LIFETIME, over(given=read(None)))[0].severity is Severity.WARNING  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"retention": 90 * DAY}, "90-day count of transactions, updated daily"),
        ({"retention": 90 * DAY, "period": 30 * DAY}, "90-day count of transactions, updated every 30 days"),
        ({"period": 60 * DAY}, "600-day count of transactions, updated every 60 days"),
        ({"period": None, "latency": "hourly", "worst_age": 7200}, "365-day count of transactions, updated hourly"),
        ({"period": None, "latency": "slow"}, "365-day count of transactions"),
        ({"period": 7 * DAY}, "365-day count of transactions, updated weekly"),
    ],
)
def test_the_window_fits_the_source(fields: dict[str, object], title: str) -> None:
    (found,) = judge(LIFETIME, over(given=read(replace(EVENTS, **fields))))  # type: ignore[arg-type]
    assert found.suggestion is not None
    assert found.suggestion.title == title


def test_below_a_day_of_retention_nothing_is_suggested() -> None:
    (found,) = judge(LIFETIME, over(given=read(replace(EVENTS, retention=3600.0))))  # type: ignore[arg-type]
    assert found.suggestion is None


def test_retention_is_what_the_saving_is_measured_against() -> None:
    (found,) = judge(LIFETIME, over(given=read(replace(EVENTS, retention=1095 * DAY))))  # type: ignore[arg-type]
    assert found.suggestion is not None
    assert found.suggestion.saves.endswith("instead of 2.74B in the 1095 days that are kept")


def test_the_code_at_hand_is_rewritten() -> None:
    text = f"select user_id, count(*) as n from {TABLE} group by user_id"
    fragment = Fragment(0, "sql", text, None, (Anchor(0, 1, 1),), "bigquery")
    node = next(at for at, found in enumerate(nodes(fragment)) if type(found).__name__ == "Count")
    known = context(EVENTS)
    here = Context(known.catalog, known.matcher, {"features.sql": Program("features.sql", "sql", (fragment,))})
    (found,) = judge(LIFETIME, over(fragment=0, node=node), here)  # type: ignore[arg-type]
    assert found.suggestion is not None
    assert found.suggestion.language == "sql"
    assert "ts >= @as_of - INTERVAL 365 DAY" in found.suggestion.code
    assert found.help == "bound `ts` from below: a 365-day count of transactions, updated daily"


def test_one_bound_serves_all_aggregations_of_a_source() -> None:
    both = (unbounded("sum", text="total"), unbounded("count_distinct", place=at(7), text="shops"))
    (found,) = judge(LIFETIME, feature(read(EVENTS), aggregations=both))
    assert (found.place, found.severity) == (at(7), Severity.ERROR), "the costlier one is told"
    assert dict(found.facts)["also"] == "`total` at line 5"


def test_two_sources_are_two_findings() -> None:
    clicks = entry("web.clicks", kind="events", event_time="ts")
    other = unbounded(sources=(Source("web.clicks", "table"),))
    assert len(judge(LIFETIME, feature(read(EVENTS), read(clicks), aggregations=(unbounded(), other)))) == 2


def test_a_key_without_a_name() -> None:
    (found,) = judge(LIFETIME, over(keys=("_key1", "user_id")))  # type: ignore[arg-type]
    assert found.message == "feature `x` counts all transactions a key has ever made"


# --- running-aggregate ---


@pytest.mark.parametrize("function", ["first", "last", "rank", "lag", "dense_rank"])
def test_running_functions_that_summarise_nothing(function: str) -> None:
    assert judge(RUNNING, over(function, running=True)) == []  # type: ignore[arg-type]


def test_a_running_sum() -> None:
    (found,) = judge(RUNNING, over("sum", running=True, default_frame=True, includes_current=True))  # type: ignore[arg-type]
    assert found.message == (
        "feature `x` sums up all transactions a `user_id` has made up to each row, the current one included"
    )
    assert "UNBOUNDED PRECEDING" in dict(found.facts)["frame"]


@pytest.mark.parametrize("name", ["account_balance", "running_balance_usd", "stock_on_hand"])
def test_a_balance_is_kept_and_no_window_takes_its_place(name: str) -> None:
    subject = over("sum", running=True, text=name)
    assert judge(RUNNING, replace(subject, point=NIGHTLY)) == []  # type: ignore[type-var]
    (found,) = judge(RUNNING, subject)  # type: ignore[arg-type]
    assert found.suggestion is None
    assert found.help is not None
    assert found.help.startswith("a balance is all entries by definition")
    assert "trade-off" not in dict(found.facts)


def test_a_sum_without_a_name_is_called_as_what_it_sums_up() -> None:
    subject = over("sum", running=True, text="_w0", arguments=("period_balance",))
    assert judge(RUNNING, replace(subject, point=NIGHTLY)) == []  # type: ignore[type-var]


@pytest.mark.parametrize(("function", "name"), [("sum", "spend"), ("count", "n_balances"), ("max", "balance")])
def test_what_is_no_balance_is_told_in_batch_too(function: str, name: str) -> None:
    subject = over(function, running=True, text=name)
    assert len(judge(RUNNING, replace(subject, point=NIGHTLY))) == 1  # type: ignore[type-var]


def test_rows_in_the_order_of_a_number_have_no_time_to_bound() -> None:
    code = "create table ml.f as select u, sum(x) over (partition by u order by block_number) as s from web.orders"
    (found,) = scan_files({"features.sql": code}).findings
    assert found.help == "`block_number` only rises with time: bound the rows by their time instead"
    assert found.suggestion is None or not found.suggestion.code


def test_a_row_number_as_a_value_counts_rows() -> None:
    (found,) = judge(RUNNING, over("row_number", running=True, keys=()))  # type: ignore[arg-type]
    assert found.message == "feature `x` counts all transactions up to each row"
    assert found.suggestion is not None
    assert found.suggestion.title.startswith("365-day count")

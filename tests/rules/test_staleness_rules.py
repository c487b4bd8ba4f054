from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from feasilint_rules.stale_window import StaleWindow
from feasilint_rules.too_old_for_decision import TooOldForDecision
from feasilint_rules.window_inside_staleness import WindowInsideStaleness
from msgspec.structs import replace
from rule_subjects import (
    DAY,
    HOUR,
    NIGHTLY,
    ONLINE,
    TABLE,
    at,
    context,
    entry,
    feature,
    judge,
    mean_age,
    read,
    windowed,
)

from feasilint.catalog.model import ColumnEntry, PredictionPoint, Staleness
from feasilint.check import check
from feasilint.findings import Severity
from feasilint.ir import Interval, Refresh, Source
from feasilint.measure.model import Age, Choosing, Hop

if TYPE_CHECKING:
    from feasilint.catalog.model import SourceEntry
    from feasilint.measure.model import Input
    from feasilint.rule import Rule

INSIDE, STALE, OLD = WindowInsideStaleness(), StaleWindow(), TooOldForDecision()
DAILY = entry(period=DAY, offset=4 * HOUR, blind_spot=HOUR, run_time=40 * 60.0, stream_twin="kafka://tx", kind="events")
HALF_HOUR, DAYS_2, DAYS_7, YEAR = Interval(seconds=1800), Interval(days=2), Interval(days=7), Interval(days=365)


def over(
    *lengths: Interval, function: str = "count", given: object = None, point: object = ONLINE, **fields: object
) -> object:
    """A feature that is one windowed aggregation over the daily table."""
    made = windowed(function, *lengths, **fields)
    return feature(given or read(DAILY), aggregations=(made,), point=point)  # type: ignore[arg-type]


# --- window-inside-staleness ---


@pytest.mark.parametrize(
    "subject",
    [
        feature(read(DAILY)),
        over(YEAR),
        over(DAYS_2),
        over(),
        over(HALF_HOUR, given=read(None)),
        over(HALF_HOUR, given=read(entry(latency="streaming"))),
        over(HALF_HOUR, given=read(entry(latency="slow"))),
        over(HALF_HOUR, given=read(entry(latency="daily", kind="snapshot"))),
        over(HALF_HOUR, given=read(entry(latency="daily", availability="training_only"))),
        over(HALF_HOUR, function="rank"),
        over(HALF_HOUR, sources=(Source("another.table", "table"),)),
    ],
)
def test_windows_that_their_source_fills_or_nothing_is_known_of(subject: object) -> None:
    assert judge(INSIDE, subject) == []  # type: ignore[arg-type]


def test_a_window_below_the_best_age_is_always_empty() -> None:
    (found,) = judge(INSIDE, over(HALF_HOUR))  # type: ignore[arg-type]
    assert found.message == (
        f"feature `x` counts the last 30 min of `{TABLE}`, whose newest row is at least 1 h 40 min old: the window is always empty"
    )
    assert (found.severity, found.place) == (Severity.ERROR, at(5))
    facts = dict(found.facts)
    assert facts["age"] == (
        "L = 1 h 40 min at best, 13 h 40 min on average, 1 d 1 h 40 min at worst"
        " (period 1 d, offset 4 h, blind_spot 1 h, run_time 40 min)"
    )
    assert facts["window"] == "W = 30 min"
    assert facts["expected error"] == "min(2, 2·L_mean/W) = min(2, 2 · 13 h 40 min / 30 min) = 200 %"
    assert found.help == "read `kafka://tx` instead, or widen the window to 12 days or more"
    assert found.suggestion is not None
    assert found.suggestion.title == "12-day count of transactions, updated daily"
    assert found.suggestion.saves == "expected error 200 % -> 9.5 %"


def test_a_window_below_the_worst_age_is_empty_at_some_hours() -> None:
    (found,) = judge(INSIDE, over(Interval(seconds=6 * 3600), function="max"))  # type: ignore[arg-type]
    assert found.severity is Severity.WARNING
    assert "takes the maximum of the last 6 h" in found.message
    assert "up to 1 d 1 h 40 min old: the window is empty at some hours" in found.message
    assert "expected error" not in dict(found.facts), "it holds for counts and sums only"


def test_every_window_is_judged_and_the_shortest_is_told() -> None:
    (found,) = judge(INSIDE, over(HALF_HOUR, DAYS_2, Interval(seconds=7200)))  # type: ignore[arg-type]
    assert "the last 30 min" in found.message
    assert dict(found.facts)["window"] == "W = 30 min, 2 h"


def test_two_measures_of_one_feature_over_one_source_are_one_finding() -> None:
    both = (windowed("count", Interval(seconds=7200), place=at(6)), windowed("sum", HALF_HOUR, place=at(7)))
    (found,) = judge(INSIDE, feature(read(DAILY), aggregations=both))
    assert found.place == at(7)


def test_the_spine_of_a_join_does_not_decide() -> None:
    request = entry("payments.checkouts", availability="request", latency="request", kind="events")
    made = windowed("count", HALF_HOUR, sources=(Source(TABLE, "table"), Source("payments.checkouts", "table")))
    (found,) = judge(INSIDE, feature(read(request, role="join"), read(DAILY), aggregations=(made,)))
    assert found.source == TABLE


def test_every_hop_adds_to_the_age() -> None:
    hourly = entry(latency="hourly")
    direct, late = read(hourly), read(hourly, staleness=Staleness(7 * HOUR, 19 * HOUR, 31 * HOUR))
    assert judge(INSIDE, over(Interval(seconds=6 * 3600), given=direct)) == []  # type: ignore[arg-type]
    assert "at least 7 h old" in judge(INSIDE, over(Interval(seconds=6 * 3600), given=late))[0].message  # type: ignore[arg-type]


# --- tables on the way ---

HOURLY = entry(latency="hourly", kind="events")
BY_TAG = Hop("mart.tx", Staleness(0, 12 * HOUR, DAY), refresh=Refresh("table", "daily", "tag `daily`"))
UNKNOWN = Hop("mart.old", None)


def behind(known: SourceEntry, *hops: Hop) -> Input:
    """A source that is read through tables."""
    total = Age(known.staleness, hops).total
    return read(known, staleness=total, hops=hops)


def test_in_batch_nobody_waits_for_the_tables_on_the_way() -> None:
    subject = over(Interval(seconds=6 * 3600), given=behind(HOURLY, BY_TAG), point=NIGHTLY)
    assert [judge(rule, subject) for rule in (INSIDE, OLD)] == [[], []]  # type: ignore[arg-type]


def test_in_batch_a_source_that_nobody_knows_has_no_age() -> None:
    given = read(None, staleness=BY_TAG.staleness, hops=(BY_TAG,))
    assert judge(INSIDE, over(HALF_HOUR, given=given, point=NIGHTLY)) == []  # type: ignore[arg-type]


def test_a_table_without_a_schedule_changes_nothing_but_is_named() -> None:
    (plain,), (through,) = (judge(INSIDE, over(HALF_HOUR, given=behind(DAILY, *h))) for h in ((), (UNKNOWN, UNKNOWN)))  # type: ignore[arg-type]
    assert (plain.message, plain.severity, plain.help) == (through.message, through.severity, through.help)
    assert dict(through.facts)["age"] == dict(plain.facts)["age"][:-1] + "; schedule of `mart.old` unknown)"


def test_a_schedule_that_is_not_understood_is_named() -> None:
    odd = Hop("mart.odd", None, refresh=Refresh("table", "61 * * * *", "cron"))
    (found,) = judge(INSIDE, over(HALF_HOUR, given=behind(DAILY, odd, UNKNOWN)))  # type: ignore[arg-type]
    assert dict(found.facts)["age"].endswith(
        "; schedule `61 * * * *` of `mart.odd` not understood; schedule of `mart.old` unknown)"
    )


def test_uneven_runs_have_no_word() -> None:
    weekdays = Hop("mart.tx", Staleness(0, 22 * HOUR, 72 * HOUR), refresh=Refresh("table", "0 6 * * 1-5", "cron"))
    (found,) = judge(STALE, over(DAYS_2, given=behind(HOURLY, weekdays)))  # type: ignore[arg-type]
    assert found.suggestion is not None
    assert found.suggestion.title == "20-day count of transactions"


def test_the_tables_on_the_way_are_listed_from_the_source_up() -> None:
    declared = Hop("ml.features", HOURLY.staleness, entry("ml.features", latency="hourly"))
    (found,) = judge(STALE, over(Interval(days=2), given=behind(HOURLY, declared, UNKNOWN, BY_TAG)))  # type: ignore[arg-type]
    assert dict(found.facts)["age"] == (
        "L = 1 h 20 min at best, 14 h 40 min on average, 1 d 4 h at worst (latency class hourly;"
        " + `mart.tx` up to 1 d: `daily` by tag `daily`;"
        " + `ml.features` up to 2 h: latency class hourly; schedule of `mart.old` unknown)"
    )
    assert found.help is not None
    assert found.help.endswith("or have `mart.tx` loaded more often")
    assert found.suggestion is not None
    assert found.suggestion.title == "13-day count of transactions, updated daily"


def test_where_nobody_says_how_a_model_is_called_the_tables_on_the_way_are_a_remark() -> None:
    late = behind(HOURLY, BY_TAG)
    for rule, window, expected in (
        (INSIDE, Interval(seconds=6 * 3600), Severity.INFO),
        (INSIDE, HALF_HOUR, Severity.ERROR),  # the source alone is too old
        (STALE, DAYS_2, Severity.INFO),
        (STALE, Interval(seconds=6 * 3600), Severity.WARNING),  # 44 % of the source alone
    ):
        (found,) = judge(rule, over(window, given=late, point=None))  # type: ignore[arg-type]
        assert found.severity is expected


def test_a_state_behind_a_late_table_is_older_than_its_source() -> None:
    soon = entry("bank.balances", latency="microbatch", kind="snapshot")
    assert judge(OLD, feature(behind(soon, UNKNOWN))) == []
    (found,) = judge(OLD, feature(behind(soon, BY_TAG)))
    assert "which is up to 1 d 15 min old" in found.message
    assert "+ `mart.tx` up to 1 d: `daily` by tag `daily`" in dict(found.facts)["age"]
    assert found.help == "read the state where it is kept, or have `mart.tx` refreshed more often"


def test_of_a_source_that_nobody_knows_only_the_tables_on_the_way_are_counted() -> None:
    odd = read(None, staleness=BY_TAG.staleness, hops=(BY_TAG, UNKNOWN))
    (found,) = judge(OLD, feature(odd))
    assert found.message == (
        "feature `x` uses `payments.transactions`, of which nobody says how old it is, by way of `mart.tx`, which alone may be"
        " 1 d old; `checkout` tolerates 1 h"
    )
    assert found.severity is Severity.WARNING
    assert "declare how old that source is" in str(found.help)
    soon = entry("bank.limits", latency="hourly")
    (found,) = judge(OLD, feature(odd, read(soon)))
    assert (found.source, found.severity) == ("bank.limits", Severity.ERROR)


@pytest.mark.parametrize(
    ("point", "fields", "expected"),
    [
        (NIGHTLY, {}, "23 h 40 min"),  # from 02:20, an hour before the last load began, to 02:00
        (replace(NIGHTLY, run_at=5 * HOUR), {}, "2 h"),
        (replace(NIGHTLY, run_at=5 * HOUR, tz="Europe/Berlin"), {"tz": "UTC"}, "1 h 40 min"),
        (PredictionPoint("nightly", "batch"), {}, "1 h 40 min"),
    ],
)
def test_in_batch_the_age_is_that_at_the_run(point: PredictionPoint, fields: dict[str, object], expected: str) -> None:
    known = replace(DAILY, offset=3 * HOUR + 20 * 60, **fields)  # type: ignore[arg-type]
    late = read(known, staleness=mean_age(90 * DAY))
    (found,) = judge(INSIDE, over(HALF_HOUR, given=late, point=point))  # type: ignore[arg-type]
    assert f"at least {expected} " in found.message


def test_a_year_in_months_is_a_window() -> None:
    assert judge(INSIDE, over(Interval(months=12))) == []  # type: ignore[arg-type]


# --- stale-window ---


@pytest.mark.parametrize(
    "subject",
    [
        over(YEAR),
        over(DAYS_7, function="avg"),
        over(DAYS_7, function="max"),
        over(DAYS_7, function="count_distinct"),
        over(DAYS_7, given=read(entry(latency="streaming"))),
        over(DAYS_7, given=read(entry(latency="manual"))),
    ],
)
def test_windows_long_enough_or_functions_whose_error_is_not_known(subject: object) -> None:
    assert judge(STALE, subject) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "function", "severity", "error"),
    [
        (DAYS_7, "count", Severity.WARNING, "16 %"),
        (DAYS_2, "sum", Severity.ERROR, "57 %"),
        (Interval(seconds=3600), "sum", Severity.ERROR, "200 %"),
    ],
)
def test_severity_follows_the_expected_error(length: Interval, function: str, severity: Severity, error: str) -> None:
    (found,) = judge(STALE, over(length, function=function))  # type: ignore[arg-type]
    assert found.severity is severity
    assert f"which is 13 h 40 min old on average: expect an error of {error}" in found.message


def test_exactly_ten_percent_is_tolerated() -> None:
    given = read(entry(), staleness=mean_age(DAY / 20))
    assert judge(STALE, over(Interval(days=1), given=given)) == []  # type: ignore[arg-type]


def test_doubtful_windows_are_milder() -> None:
    (found,) = judge(STALE, over(DAYS_2, confidence="approximate"))  # type: ignore[arg-type]
    assert (found.severity, found.confidence) == (Severity.WARNING, "approximate")


# --- too-old-for-decision ---

BALANCES = entry("bank.balances", latency="daily", kind="snapshot")


@pytest.mark.parametrize(
    "subject",
    [
        feature(read(BALANCES), point=None),
        feature(read(BALANCES), point=NIGHTLY),
        feature(read(BALANCES), point=replace(ONLINE, max_age=None)),
        feature(read(BALANCES), point=replace(ONLINE, max_age=36 * HOUR)),
        feature(read(None)),
        feature(read(BALANCES, role="join")),
        feature(read(entry("lab.x", latency="daily", availability="training_only"))),
        feature(read(entry("lab.x", latency="none"))),
        feature(read(entry("lab.x", latency="daily", availability="sandbox"))),
        over(YEAR),
        feature(
            read(DAILY), aggregations=(replace(windowed("sum"), extent=replace(windowed().extent, window="unbounded")),)
        ),
    ],
)
def test_fresh_enough_windowed_or_without_a_limit(subject: object) -> None:
    assert judge(OLD, subject) == []  # type: ignore[arg-type]


LISTED = entry("bank.countries", latency="daily", kind="dimension")
PEOPLE = entry("crm.customers", latency="daily", kind="scd1", grain=["customer_id"])
OUTCOME = entry("lab.loans", latency="daily", kind="scd1", columns={"loss": ColumnEntry("loss", known_after=DAY)})
VISITS = entry("web.visits", latency="daily", kind="events", event_time="ts")


@pytest.mark.parametrize(
    ("known", "column"),
    [
        (LISTED, "risk"),
        (PEOPLE, "customer_id"),
        (PEOPLE, "birth_date"),
        (PEOPLE, "firstName"),
        (PEOPLE, "lastname"),
        (PEOPLE, "country"),
        (PEOPLE, "created_at"),
        (OUTCOME, "loss"),
        (VISITS, "visitor_gender"),
        (entry("chain.tokens", latency="daily", kind="scd1", mutable=False), "symbol"),
        (entry("lab.stays", latency="daily", kind="events", bounded_keys=["stay"]), "stay"),
        (VISITS, "visitId"),
        (VISITS, "ts"),
        (entry("web.pages", latency="daily"), "page_key"),
    ],
)
def test_what_stays_as_it_is_does_not_age(known: SourceEntry, column: str) -> None:
    assert judge(OLD, feature(read(known, column))) == []


@pytest.mark.parametrize(
    ("known", "column"),
    [
        (PEOPLE, "card_limit"),
        (PEOPLE, "updated_at"),
        (PEOPLE, "plan_id"),
        (OUTCOME, "rate"),
        (VISITS, "country"),
        (VISITS, "page_name"),
        (VISITS, "seen_at"),
    ],
)
def test_what_changes_with_a_row_ages(known: SourceEntry, column: str) -> None:
    assert len(judge(OLD, feature(read(known, column)))) == 1


def test_what_rows_are_joined_or_grouped_by_is_no_state() -> None:
    tier = read(PEOPLE, "tier")
    for role in ("join", "group_by"):
        assert judge(OLD, feature(tier, rows=(Choosing(tier.source, "tier", role),))) == []
    assert len(judge(OLD, feature(tier, rows=(Choosing(tier.source, "tier", "where"),)))) == 1


def test_what_comes_with_the_request_does_not_age() -> None:
    sent = replace(ONLINE, request_fields=("Amount",))
    for known in (DAILY, BALANCES):
        assert judge(OLD, feature(read(known, "amount"), point=sent)) == []
        assert len(judge(OLD, feature(read(known, "other"), point=sent))) == 1
    assert len(judge(OLD, over(DAYS_7, function="last", given=read(DAILY), point=sent))) == 1  # type: ignore[arg-type]


def test_the_event_whose_outcome_is_the_label_is_there() -> None:
    seen, other = read(VISITS, "seconds"), read(DAILY, "amount")
    label = frozenset([(seen.source, "bought")])
    assert judge(OLD, feature(seen, label=label)) == []
    assert len(judge(OLD, feature(seen, other, label=label))) == 1
    state = read(PEOPLE, "card_limit")
    assert len(judge(OLD, feature(state, label=frozenset([(state.source, "left")])))) == 1


@pytest.mark.parametrize("column", ["ts", "visitId"])
def test_the_last_time_or_identifier_is_a_state(column: str) -> None:
    last = windowed("last", DAYS_7, sources=(Source(VISITS.name, "table"),))
    assert len(judge(OLD, feature(read(VISITS, column), aggregations=(last,)))) == 1


def test_a_table_that_is_a_copy_of_another_has_no_state_of_its_own() -> None:
    copied = feature(read(BALANCES, "*"), name="*")
    assert judge(OLD, replace(copied, kind="table")) == []
    assert len(judge(OLD, copied)) == 1


def test_the_oldest_input_decides() -> None:
    (found,) = judge(OLD, feature(read(entry("bank.limits", latency="hourly")), read(BALANCES)))
    assert found.message == "feature `x` uses `bank.balances`, which is up to 1 d 12 h old; `checkout` tolerates 1 h"
    assert found.severity is Severity.ERROR


def test_an_age_without_limit() -> None:
    (found,) = judge(OLD, feature(read(entry("lists.sanctions", worst_age=inf))))
    assert "which has no known limit of age" in found.message


def test_a_last_value_is_a_state_whatever_its_window() -> None:
    assert len(judge(OLD, over(DAYS_7, function="last"))) == 1  # type: ignore[arg-type]


# --- one fact, one finding ---


def test_a_short_count_on_a_daily_table_is_told_once() -> None:
    rules: list[Rule] = [INSIDE, STALE, OLD]
    (found,) = check([over(HALF_HOUR)], rules, context()).findings  # type: ignore[list-item]
    assert found.code == "LAT201"
    assert [note.split()[0] for note in found.notes] == ["LAT202"]

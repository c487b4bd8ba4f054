"""Features that need a stream, and streams that have no past."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from feasilint_rules.mixed_latency import MixedLatency
from feasilint_rules.no_streaming_path import NoStreamingPath
from feasilint_rules.stale_window import StaleWindow
from feasilint_rules.stream_without_history import StreamWithoutHistory
from feasilint_rules.too_old_for_decision import TooOldForDecision
from feasilint_rules.window_inside_staleness import WindowInsideStaleness
from msgspec.structs import replace
from rule_subjects import NIGHTLY, ONLINE, TABLE, context, entry, feature, judge, read, windowed

from feasilint.catalog.model import Owner, PredictionPoint, Staleness
from feasilint.check import check
from feasilint.findings import Severity
from feasilint.ir import Interval, Refresh, Source
from feasilint.measure.model import Hop, Input

if TYPE_CHECKING:
    from feasilint.catalog.model import SourceEntry
    from feasilint.rule import Feature, Rule

STREAMLESS = NoStreamingPath()
MICRO = entry(latency="microbatch", kind="events")
MINUTES = [Interval(seconds=60 * n) for n in range(121)]


def recent(window: Interval, given: Input | None = None, function: str = "max", **fields: object) -> Feature:
    """A feature that looks at the last minutes."""
    return feature(given or read(MICRO), aggregations=(windowed(function, window),), **fields)


# --- no-streaming-path ---


@pytest.mark.parametrize(
    "subject",
    [
        recent(MINUTES[120]),
        recent(MINUTES[60]),
        recent(MINUTES[20], read(None)),
        recent(MINUTES[20], read(entry())),  # nobody says how old it is
        recent(MINUTES[20], read(entry(latency="streaming"))),
        recent(MINUTES[20], read(entry(latency="microbatch", stream_twin="kafka://tx"))),
        recent(MINUTES[20], read(entry(latency="microbatch", kind="snapshot"))),
        recent(MINUTES[20], read(entry(latency="microbatch", availability="vendor"))),
        recent(MINUTES[20], read(MICRO, source=Source(TABLE, "stream"))),
        recent(MINUTES[20], point=NIGHTLY),
        feature(read(MICRO)),
    ],
)
def test_streams_long_windows_and_what_nobody_knows(subject: Feature) -> None:
    assert judge(STREAMLESS, subject) == []


def test_tables_on_the_way_are_no_matter_of_streams() -> None:
    hop = Hop("mart.tx", Staleness(0, 1800, 3600), refresh=Refresh("table", "1 hour", "cron"))
    fast = entry(latency="online", kind="events")
    given = read(fast, staleness=Staleness(1, 1801, 3601), hops=(hop,))
    assert judge(STREAMLESS, recent(MINUTES[30], given)) == []


@pytest.mark.parametrize(
    ("minutes", "point", "severity"),
    [(20, ONLINE, Severity.ERROR), (50, ONLINE, Severity.WARNING), (20, None, Severity.INFO)],
)
def test_the_last_minutes_of_a_table(minutes: int, point: PredictionPoint | None, severity: Severity) -> None:
    known = entry(latency="microbatch", kind="events", owner=Owner(contact="#tx"))
    (found,) = judge(STREAMLESS, recent(MINUTES[minutes], read(known), point=point))
    assert found.message == (
        f"feature `x` takes the maximum of the last {minutes} min of `payments.transactions`, whose newest row is up to 15 min"
        " old, and no stream of it is known"
    )
    assert found.severity is severity
    assert "ask #tx for a stream of it" in str(found.help)


def test_it_is_the_note_of_what_follows_from_it() -> None:
    rules: list[Rule] = [STREAMLESS, WindowInsideStaleness(), StaleWindow(), TooOldForDecision()]
    daily = read(entry(latency="daily", kind="events"))
    subjects = recent(MINUTES[20], daily), recent(MINUTES[20], function="count"), feature(daily)
    for subject, code in zip(subjects, ("LAT201", "LAT202", "LAT203"), strict=True):
        (found,) = check([subject], rules, context()).findings
        assert found.code == code
        assert "LAT204" in {note.split()[0] for note in found.notes}


@pytest.mark.parametrize(
    "known",
    [
        entry(latency="none"),
        entry(latency="slow", worst_age=inf),
        entry(latency="daily", availability="vendor"),
        entry(latency="daily", availability="training_only"),
    ],
)
def test_of_what_production_does_not_keep_there_is_more_to_say_than_that_it_is_no_stream(known: SourceEntry) -> None:
    assert judge(STREAMLESS, feature(read(known))) == []


def test_a_state_that_its_source_reaches_after_a_load_is_no_matter_of_streams() -> None:
    soon = read(entry(period=86_400.0, run_time=600.0))
    assert judge(STREAMLESS, feature(soon)) == []
    assert judge(STREAMLESS, feature(read(entry(latency="daily")), point=PredictionPoint("p", "online"))) == []


# --- mixed-latency ---

MIXED = MixedLatency()
FAST = entry("web.spent", latency="streaming", kind="snapshot")
SLOW = entry("bank.balances", latency="daily", kind="snapshot")


@pytest.mark.parametrize(
    "subject",
    [
        feature(read(FAST)),
        feature(read(FAST), read(None)),
        feature(read(FAST), read(entry("bank.balances"))),
        feature(read(FAST), read(SLOW, role="join")),
        feature(read(FAST), read(replace(FAST, name="web.seen", latency="microbatch", worst_age=900.0))),
        feature(read(FAST), read(replace(SLOW, kind="dimension"))),
        feature(read(FAST), read(replace(SLOW, availability="training_only"))),
        feature(read(FAST), read(entry("bank.rates", latency="manual"))),
        feature(read(entry("cart", availability="request", latency="request")), read(SLOW)),
        feature(read(SLOW), read(replace(SLOW, name="bank.debts"))),
        feature(read(FAST), read(SLOW, written=True)),
        feature(read(FAST), read(SLOW), either=True),
        replace(feature(read(FAST), read(SLOW)), target="BANK.balances"),
        feature(read(FAST), read(SLOW), point=replace(ONLINE, request_fields=("amount",))),
        feature(
            read(FAST),
            read(replace(SLOW, kind="events")),
            aggregations=(windowed("avg", Interval(days=90), sources=(Source("bank.balances", "table"),)),),
        ),
    ],
)
def test_values_of_one_age_or_whose_lag_does_not_count(subject: Feature) -> None:
    assert judge(MIXED, subject) == []


def test_a_table_and_its_stream_are_one_source() -> None:
    slow = replace(SLOW, stream_twin="kafka://balances")
    stream = replace(FAST, name="kafka://balances")
    assert judge(MIXED, feature(read(stream), read(slow)), context(stream, slow)) == []


@pytest.mark.parametrize(
    ("point", "severity"), [(ONLINE, Severity.WARNING), (NIGHTLY, Severity.INFO), (None, Severity.INFO)]
)
def test_a_value_of_two_ages(point: PredictionPoint | None, severity: Severity) -> None:
    (found,) = judge(MIXED, feature(read(SLOW), read(FAST), point=point))
    assert found.message == (
        "feature `x` combines `web.spent`, up to 5 s old, with `bank.balances`, up to 1 d 12 h old"
    )
    assert (found.severity, found.source) == (severity, "bank.balances")


def test_what_makes_the_slow_one_slow_may_be_a_table_on_the_way() -> None:
    hop = Hop("mart.seen", Staleness(0, 43_200, 86_400), refresh=Refresh("table", "daily", "tag `daily`"))
    seen = replace(FAST, name="web.seen")
    (found,) = judge(MIXED, feature(read(FAST), read(seen, staleness=Staleness(2, 43_203, 86_405), hops=(hop,))))
    assert "`web.seen`, up to 1 d old" in found.message
    assert "`mart.seen` up to 1 d" in dict(found.facts)["age"]


def test_a_short_window_on_the_slow_side_counts_and_is_told_as_that() -> None:
    events = replace(SLOW, kind="events")
    made = windowed("count", Interval(days=2), sources=(Source("bank.balances", "table"),))
    subject = feature(read(FAST), read(events), aggregations=(made,))
    assert len(judge(MIXED, subject)) == 1
    (found,) = check([subject], [MIXED, StaleWindow()], context()).findings
    assert (found.code, found.notes[0].split()[0]) == ("LAT202", "LAT206")


# --- stream-without-history ---

PASSING = StreamWithoutHistory()
CLICKS = entry("kafka://clicks", latency="streaming", kind="events")
TOPIC = Source("clicks", "stream")


@pytest.mark.parametrize(
    "known",
    [
        (CLICKS, entry("web.clicks", stream_twin="kafka://clicks")),
        (CLICKS, entry("web.clicks", stream_twin="Clicks")),
        (entry("clicks"), entry("web.clicks", stream_twin="kafka://clicks")),
        (replace(CLICKS, aliases=("web.clicks",)),),
        (entry("web.clicks", aliases=("kafka://clicks",)),),
        (replace(CLICKS, retention=100 * 86_400.0),),
        (replace(CLICKS, retention=inf),),
        (replace(CLICKS, availability="training_only"),),
    ],
)
def test_streams_whose_events_are_kept(known: tuple[SourceEntry, ...]) -> None:
    assert judge(PASSING, feature(read(known[0], source=TOPIC)), context(*known)) == []


def test_tables_unknown_streams_and_batches() -> None:
    assert judge(PASSING, feature(read(CLICKS, source=Source("clicks", "table"))), context(CLICKS)) == []
    assert judge(PASSING, feature(read(None, source=TOPIC)), context(CLICKS)) == []
    assert judge(PASSING, feature(read(CLICKS, source=TOPIC), point=NIGHTLY), context(CLICKS)) == []


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        (CLICKS, "of which nobody says what it keeps"),
        (replace(CLICKS, retention=7 * 86_400.0), "that keeps 7 days"),
        (replace(CLICKS, aliases=("kafka://clicks_v1",), retention=86_400.0), "that keeps 1 day"),
    ],
)
def test_a_stream_of_which_nothing_keeps_the_past(known: SourceEntry, kept: str) -> None:
    other = entry("web.views", stream_twin="kafka://views")
    (found,) = judge(PASSING, feature(read(known, source=TOPIC)), context(known, other))
    assert found.message == (
        f"feature `x` is made of `clicks`, a stream {kept}, and the catalog knows no table of its events"
    )
    assert found.severity is Severity.WARNING

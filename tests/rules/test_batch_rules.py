"""Batch predictions against the times at which their sources are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feasilint_rules.not_ready_at_run import NotReadyAtRun
from feasilint_rules.stale_window import StaleWindow
from feasilint_rules.window_inside_staleness import WindowInsideStaleness
from msgspec.structs import replace
from rule_subjects import DAY, HOUR, NIGHTLY, ONLINE, context, entry, feature, judge, read, unbounded, windowed

from feasilint.api import scan_files
from feasilint.catalog.model import PredictionPoint, Staleness
from feasilint.check import check
from feasilint.findings import Severity
from feasilint.ir import Interval
from feasilint.measure.model import Choosing, Hop

if TYPE_CHECKING:
    from feasilint.catalog.model import SourceEntry
    from feasilint.rule import Feature, Rule

EARLY = NotReadyAtRun()
LOADED = entry(
    period=DAY, offset=4 * HOUR, run_time=2400.0, kind="snapshot"
)  # ready at 04:40; the batch starts at 02:00
EVENTS = replace(LOADED, kind="events")
LATE_TABLE = Hop("mart.tx", Staleness(0, HOUR, 2 * HOUR))


def over(days: int, function: str = "count") -> Feature:
    return feature(read(EVENTS), aggregations=(windowed(function, Interval(days=days)),), point=NIGHTLY)


@pytest.mark.parametrize(
    ("known", "point"),
    [
        (LOADED, None),
        (LOADED, ONLINE),
        (LOADED, PredictionPoint("nightly", "batch")),
        (LOADED, replace(NIGHTLY, run_at=5 * HOUR)),
        (LOADED, replace(NIGHTLY, run_at=4 * HOUR + 2400)),
        (replace(LOADED, offset=None), NIGHTLY),
        (replace(LOADED, period=HOUR), NIGHTLY),
        (replace(LOADED, period=7 * DAY), NIGHTLY),
        (replace(LOADED, offset=22 * HOUR), NIGHTLY),  # done at 22:40, three hours before
        (replace(LOADED, tz="Asia/Tokyo"), replace(NIGHTLY, tz="UTC")),
        (replace(LOADED, availability="training_only"), NIGHTLY),
    ],
)
def test_ready_in_time_or_nobody_knows_when(known: SourceEntry, point: PredictionPoint | None) -> None:
    assert judge(EARLY, feature(read(known), point=point)) == []


def test_what_a_feature_is_grouped_or_joined_by_is_no_value() -> None:
    assert judge(EARLY, feature(read(LOADED, role="join"), read(LOADED, role="group_by"), point=NIGHTLY)) == []


def test_keys_and_identifiers_are_no_values_that_a_run_misses() -> None:
    store = read(LOADED, "store")
    chosen = Choosing(store.source, "store", "join")
    assert judge(EARLY, feature(store, rows=(chosen,), point=NIGHTLY)) == []
    (found,) = judge(EARLY, feature(store, read(LOADED, "city_size"), rows=(chosen,), point=NIGHTLY))
    assert found.facts[0] == ("path", "x <- payments.transactions.city_size")


def test_a_table_on_the_way_has_its_own_time() -> None:
    assert judge(EARLY, feature(read(LOADED, hops=(LATE_TABLE,)), point=NIGHTLY)) == []


def test_a_batch_that_starts_too_early_says_by_how_much() -> None:
    (found,) = judge(EARLY, feature(read(LOADED, "a"), read(LOADED, "b"), point=NIGHTLY))
    assert found.message == (
        "feature `x` uses `payments.transactions`, which is ready at 04:40; `nightly` starts at 02:00, 2 h 40 min too early"
    )
    assert found.severity is Severity.ERROR
    assert dict(found.facts)["age"] == "L = 22 h when the batch runs (period 1 d, offset 4 h, run_time 40 min)"
    assert found.help == "start `nightly` when `payments.transactions` is loaded, at 04:40 or later"


def test_a_load_of_the_day_before_midnight() -> None:
    late = replace(NIGHTLY, run_at=23 * HOUR)
    (found,) = judge(EARLY, feature(read(replace(LOADED, offset=23.5 * HOUR, run_time=HOUR)), point=late))
    assert "ready at 00:30; `nightly` starts at 23:00, 1 h 30 min too early" in found.message


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        (over(2), Severity.ERROR),
        (over(365), Severity.WARNING),
        (feature(read(EVENTS), aggregations=(unbounded("count"),), point=NIGHTLY), Severity.WARNING),
        (feature(read(replace(LOADED, kind="dimension")), point=NIGHTLY), Severity.WARNING),
        (feature(read(EVENTS), point=NIGHTLY), Severity.ERROR),
    ],
)
def test_how_much_a_day_counts(subject: Feature, severity: Severity) -> None:
    (found,) = judge(EARLY, subject)
    assert found.severity is severity


def test_it_is_the_cause_of_a_stale_window_and_the_note_of_an_empty_one() -> None:
    rules: list[Rule] = [EARLY, StaleWindow(), WindowInsideStaleness()]
    (found,) = check([over(2)], rules, context()).findings
    assert (found.code, [note.split()[0] for note in found.notes]) == ("LAT205", ["LAT202"])
    hours = feature(read(EVENTS), aggregations=(windowed("count", Interval(seconds=6 * HOUR)),), point=NIGHTLY)
    (found,) = check([hours], rules, context()).findings
    assert found.code == "LAT201"


# --- tables on the way that the entry of the source is about, too ---

WILD = """
version: 1
prediction_points: {nightly: {mode: batch, run_at: "02:00"}}
models: [{name: churn, paths: ["models/marts/*"], prediction_point: nightly}]
sources:
  - {name: "bill.*", availability: production, period: 1d, offset: 2h, run_time: 1h, kind: snapshot}
"""
MART = "create table ml.features as select id, amount as x from bill.subs"


def early(kind: str, mart: str = MART) -> list[str]:
    staged = f"create {kind} bill.subs as select id, amount from bill.raw_subs"
    findings = scan_files({"models/subs.sql": staged, "models/marts/mart.sql": mart}, WILD).findings
    return [one.source or "" for one in findings if one.code == "LAT205"]


def test_a_table_that_the_same_entry_is_about_has_its_own_time() -> None:
    assert "bill.raw_subs" not in early("table")


def test_what_is_read_through_a_view_is_judged() -> None:
    assert "bill.raw_subs" in early("view")


def test_what_is_read_directly_beside_it_is_judged() -> None:
    both = (
        "create table ml.features as select r.fee + s.amount as x from bill.subs s join bill.raw_subs r on r.id = s.id"
    )
    assert "bill.raw_subs" in early("table", both)

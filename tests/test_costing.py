"""What features cost: which scans they take, who shares them, how often they run, and what nobody promises."""

from __future__ import annotations

import pytest

from feasilint import api
from feasilint.catalog.load import load_text
from feasilint.costing import Costs
from feasilint.judging import analyse
from feasilint.ledger import Assumed, Ledger
from feasilint.lower.options import Options
from feasilint.measure.cost import STRATEGIES
from feasilint.reading import Reading
from feasilint.rule import Feature
from feasilint.served import served
from feasilint.subjects import subjects

TX = """
  - name: payments.transactions
    availability: production
    kind: events
    event_time: ts
    rows_per_day: 50M
    row_bytes: 600
    columns: {user_id: bigint, ts: timestamp, status: int64, note: text}
    keys: {user_id: {distinct: 20M, active_per_day: 8M, max_rows_per_day: 5000}}
"""
LIFETIME = "select user_id, count(status) as n, max(ts) as latest from payments.transactions group by user_id"
YEAR = "where ts >= current_timestamp - interval '365 days'"


def of(sql: str, more: str = "", source: str = TX, today: str | None = None) -> Ledger:
    catalog = load_text(f"version: 1\nsources:{source}{more}", "catalog.yaml")
    reading = Reading(Options())
    reading.take("ml_features.sql", sql.encode())
    analysis = analyse(reading.programs, catalog)
    found = [one for one in subjects(analysis, set(reading.documents)) if isinstance(one, Feature)]
    programs = {program.path: program for program in analysis.programs}
    return Costs(found, programs, analysis.matcher, listed=True, assumed=Assumed(today=today)).ledger


def table(select: str) -> str:
    return f"create table ml.user_features as {select}"


COUNT = "select user_id, count(status) as n from payments.transactions {where} group by user_id"


def test_nothing_costs_what_aggregates_no_events() -> None:
    assert of(table("select user_id, note from payments.transactions")).lines == ()
    assert of(table("select user_id, rank() over (order by status) as r from payments.transactions")).lines == ()


@pytest.mark.parametrize("missing", ["rows_per_day: 50M", "row_bytes: 600"])
def test_no_money_without_volumes(missing: str) -> None:
    (line,) = of(table(COUNT.format(where="")), source=TX.replace(f"    {missing}\n", "")).lines
    assert line.today is None
    assert line.scans[0].lacks == (missing.partition(":")[0],)
    assert all(line.cost(strategy) is None for strategy in STRATEGIES)


def test_no_money_where_the_warehouse_bills_its_time() -> None:
    (line,) = of(table(COUNT.format(where="")), more="prices: {compute_per_credit: 3}\n").lines
    assert (line.today, line.scans[0].lacks) == (None, ("prices.scan_per_tib",))


def test_the_worked_example_from_code() -> None:
    (line,) = of(table(COUNT.format(where="where ts < current_timestamp"))).lines
    (scan,) = line.scans
    assert dict(scan.billed.columns) == {"status": 8, "ts": 8, "user_id": 8}
    costs = {name: line.cost(name) for name in STRATEGIES}
    assert {name: round(cost or 0) for name, cost in costs.items()} == {
        "lifetime_rescan": 4_997, "window_rescan": 909, "daily_tiles": 148, "coarse_tiles": 44, "sliding_total": 4,
        "running_total": 3,
    }  # fmt: skip
    assert line.today == costs["lifetime_rescan"]
    assert line.bounded == costs["window_rescan"]
    assert scan.least == costs["running_total"], "a total that is kept already is as cheap as anything"


def test_a_bounded_feature_has_nothing_to_save_by_bounding() -> None:
    (line,) = of(table(COUNT.format(where=YEAR))).lines
    assert round(line.today or 0) == 909
    assert line.bounded == line.today
    assert line.cost("lifetime_rescan") is None
    assert line.cost("running_total") is None, "a total of all time is no count of a year"


def test_what_is_not_kept_is_not_read() -> None:
    (line,) = of(table(COUNT.format(where="where ts < now()")), source=TX + "    retention: 365d\n").lines
    assert line.today == line.bounded, "bounding by a year saves nothing where a year is kept"


def test_rows_that_change_have_no_running_total() -> None:
    (line,) = of(table(COUNT.format(where="")), source=TX + "    mutable: true\n").lines
    assert line.cost("running_total") is None
    assert line.cost("daily_tiles") is not None


def test_a_window_is_cut_by_the_event_time() -> None:
    (line,) = of(table(COUNT.format(where=""))).lines
    load = line.scans[0].load
    assert load is not None
    assert (load.row_bytes, load.time) == (16, 8), "the lifetime count does not read `ts`, its bounded form does"
    assert (line.today or 0) / (line.bounded or 1) == pytest.approx(load.past / 365 * 16 / 24)
    (line,) = of(table(COUNT.format(where="where ts < current_timestamp"))).lines
    assert line.scans[0].load is not None
    assert line.scans[0].load.time == 0


def test_a_median_can_only_be_read_again() -> None:
    (line,) = of(table(COUNT.format(where="").replace("count(status)", "median(status)"))).lines
    assert line.today
    assert [name for name in STRATEGIES if line.cost(name) is not None] == ["lifetime_rescan", "window_rescan"]


def test_features_of_one_query_share_its_scan() -> None:
    both = "select user_id, count(status) as n, sum(status) as s from payments.transactions group by user_id"
    first, second = of(table(both)).lines
    alone = of(table(COUNT.format(where=""))).lines[0]
    assert first.scans == second.scans
    assert first.today == second.today == (alone.today or 0) / 2


def test_bounding_one_of_two_that_share_a_scan_saves_nothing() -> None:
    both = """select user_id, count(status) as n,
        count(case when ts >= current_timestamp - interval '30 days' then status end) as n_30d
        from payments.transactions group by user_id"""
    ever, month = of(table(both)).lines
    assert ever.today == month.today
    assert ever.scans == month.scans
    assert ever.scans[0].load is not None
    assert ever.scans[0].load.window == 365, "what is left is the longest window"


def test_another_grouping_is_another_scan() -> None:
    other = COUNT.format(where="").replace("user_id", "note")
    ledger = of(table(COUNT.format(where="")) + ";\ncreate table ml.note_features as " + other)
    assert len(ledger.scans) == 2
    assert ledger.scans[1].lacks == ("keys.note.distinct",)
    assert ledger.scans[1].cost("lifetime_rescan") is not None, "a rescan needs no keys"
    assert ledger.scans[1].cost("daily_tiles") is None


@pytest.mark.parametrize(
    ("more", "per_day", "why", "assumed"),
    [
        ("", 1, "which is assumed (--refreshes)", True),
        ("    latency: hourly\n", 24, "as often as `payments.transactions` is loaded (`hourly`)", False),
        ("    period: 12h\n", 2, "as often as `payments.transactions` is loaded (`period`)", False),
        ("    period: 1h\n  - {name: ml.user_features, period: 1d}\n", 1, "`period` of `ml.user_features`", False),
    ],
)
def test_how_often(more: str, per_day: float, why: str, assumed: bool) -> None:
    (scan,) = of(table(COUNT.format(where="")), source=TX + more).scans
    assert (scan.refreshes.per_day, scan.refreshes.why, scan.refreshes.assumed) == (per_day, why, assumed)


def test_a_batch_model_is_run_once_a_day() -> None:
    more = """prediction_points: {nightly: {mode: batch, run_at: "02:00"}}
models: [{name: churn, paths: ["*"], prediction_point: nightly}]\n"""
    (scan,) = of(table(COUNT.format(where="")), source=TX + "    period: 1h\n", more=more).scans
    assert scan.refreshes.per_day == 1
    assert scan.names == (("churn", "n"),)


def test_bytes_of_columns_are_never_more_than_those_of_a_row() -> None:
    (scan,) = of(table(COUNT.format(where="")), source=TX.replace("row_bytes: 600", "row_bytes: 10")).scans
    assert scan.billed.total == 10


def test_columns_without_a_type_are_guessed_and_said() -> None:
    (scan,) = of(table(COUNT.format(where="").replace("status", "country"))).scans
    assert scan.billed.guessed == ("country",)


def test_windows_of_no_known_length_are_not_estimated() -> None:
    by_month = (
        "select user_id, date_trunc('month', ts) as month, count(*) as n from payments.transactions group by 1, 2"
    )
    ledger = of(table(by_month))
    assert ledger.lines == ()
    assert ledger.unmeasured == ((("ml_features.sql", "n"), "bucketed"),)


PARTITIONED = TX + "    partition: ds\n"


def test_a_window_that_prunes_nothing_reads_all_history() -> None:
    (line,) = of(table(COUNT.format(where=YEAR)), source=PARTITIONED).lines
    assert round(line.today or 0) == 4_997, "`ts` bounds the rows, and the table is partitioned by `ds`"
    assert round(line.bounded or 0) == 909
    assert line.cost("running_total") is None
    (pruned,) = of(table(COUNT.format(where=YEAR)), source=TX + "    partition: ts\n").lines
    assert round(pruned.today or 0) == 909


@pytest.mark.parametrize(
    ("since", "today", "days"),
    [("2024-01-01", "2026-01-01", 731), ("2024-01-01", None, 1825), ("2030-01-01", "2026-01-01", 0)],
)
def test_what_begins_at_a_date_has_the_history_since(since: str, today: str | None, days: float) -> None:
    (scan,) = of(table(COUNT.format(where=f"where ts >= '{since}'")), today=today).scans
    assert scan.load is not None
    assert scan.load.history == days


def test_serving_is_said_of_what_is_served_online() -> None:
    more = """prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*"], prediction_point: checkout}]\n"""
    ledger = of(table(COUNT.format(where="")), more=more)
    events, tiles, value = served(ledger.scans[0], ledger.prices)
    assert round(events.fill or 0) == 57_031
    assert round(tiles.fill or 0) == 1_825
    assert value.fill == 12.5
    assert events.busiest is not None
    assert events.reads is not None
    assert events.busiest > 1_000 * events.reads, "it is the hot key that costs"
    assert served(of(table(COUNT.format(where=""))).scans[0], ledger.prices) == ()


def test_the_api(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "ml_features.sql").write_text(table(COUNT.format(where="")))
    (folder / "catalog.yaml").write_text(f"version: 1\nsources:{TX}")
    assert [line.name[1] for line in api.cost(str(folder)).lines] == ["n"]
    assert api.cost(str(folder), use_catalog=False).lines[0].today is None

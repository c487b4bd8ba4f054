"""The formulas of cost against the worked example of docs/cost.md: transactions per user, five years of history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from feasilint.ir.functions import AGGREGATES
from feasilint.measure.cost import (
    STRATEGIES,
    Load,
    coarse_tiles,
    daily_tiles,
    lifetime_rescan,
    price,
    replay,
    running_total,
    sliding_total,
    tile_bytes,
    window_rescan,
)
from feasilint.measure.serving import memory, raw_events, read_units, storage, stream, stream_units, tiles, write_units

SCAN = 6.25
S = Load(1e6, 24, history=1825, window=365, keys=2e6, active=0.4e6)
M = Load(50e6, 24, history=1825, window=365, keys=20e6, active=8e6)
L = Load(500e6, 24, history=1825, window=365, keys=100e6, active=60e6)
RAW = replace(M, row_bytes=600)


def yearly(read: float | None) -> float:
    assert read is not None
    return price(read, SCAN)


@pytest.mark.parametrize(
    ("load", "lifetime", "window", "by_tiles", "sliding", "running"),
    [
        (S, 100, 18, 7, 0.25, 0.15),
        (M, 4_997, 909, 148, 4, 3),
        (RAW, 124_923, 22_719, 208, 64, 63),
        (L, 49_969, 9_088, 1_115, 35, 30),
    ],
)
def test_the_worked_example(
    load: Load, lifetime: float, window: float, by_tiles: float, sliding: float, running: float
) -> None:
    found = [lifetime_rescan(load), window_rescan(load), daily_tiles(load), sliding_total(load), running_total(load)]
    rounded = [round(yearly(one), 2) if yearly(one) < 1 else round(yearly(one)) for one in found]
    assert rounded == [lifetime, window, by_tiles, sliding, running]


@pytest.mark.parametrize(
    ("load", "lifetime", "window"), [(S, 2_399, 436), (M, 119_926, 21_810), (L, 1_199_259, 218_101)]
)
def test_the_worked_example_every_hour(load: Load, lifetime: float, window: float) -> None:
    hourly = replace(load, refreshes=24)
    assert round(yearly(lifetime_rescan(hourly))) == pytest.approx(lifetime, abs=1)
    assert round(yearly(window_rescan(hourly))) == pytest.approx(window, abs=1)


@pytest.mark.parametrize(("load", "factor"), [(S, 14), (M, 34), (L, 45), (RAW, 600)])
def test_what_the_big_factor_comes_from(load: Load, factor: float) -> None:
    bounding = lifetime_rescan(load) / window_rescan(load)
    assert bounding == pytest.approx(5.5, abs=0.01), "bounding alone saves the ratio of history and window, at any size"
    tiled = daily_tiles(load)
    assert tiled is not None
    assert lifetime_rescan(load) / tiled == pytest.approx(factor, rel=0.03)


def test_what_no_formula_promises() -> None:
    assert window_rescan(replace(M, window=9_999)) == lifetime_rescan(M), (
        "a window longer than the history saves nothing"
    )
    assert daily_tiles(replace(M, keys=None, active=None)) is None, "keys that nobody counts are not guessed"
    assert daily_tiles(replace(M, window=0.5)) is None
    assert lifetime_rescan(replace(M, kept=365)) == window_rescan(M), "what is not kept is not read"


def test_more_tiles_than_days_there_are_none() -> None:
    few, many = replace(M, active=1e5), M
    assert coarse_tiles(few) == daily_tiles(few)
    assert coarse_tiles(many) == 365 * (M.day + 20e6 * 24 * (365 / 30 + 30))


def test_serving_transactions_per_user() -> None:
    units = [
        read_units(365, 60),
        read_units(5_000 * 365, 24),
        read_units(365, 24),
        read_units(43, 24),
        read_units(1, 24),
    ]
    assert units == [3, 5_347, 1.5, 0.5, 0.5]
    assert [round(one * 0.125, 3) for one in units[:2]] == [0.375, 668.375], "dollars for a million reads"
    lifetime = replace(M, window=1825)
    filled = [raw_events(lifetime), tiles(M), M.keys]
    assert [round(write_units(n or 0, 24) * 0.625 / 1e6, 2) for n in filled] == [57_031.25, 1_825, 12.5]


def test_four_ways_to_50k_a_year() -> None:
    assert pytest.approx(21.9, abs=0.05) == 50_000 / SCAN / 365, "TiB scanned a day"
    assert round(yearly(lifetime_rescan(L))) == 49_969, "which 500 M rows a day reach with one refresh"
    events = 1e6 * 1825 * 24
    assert round(memory(events, 0.125)) == 47_961
    assert memory(45.66e9, 0.125) == pytest.approx(50_000, rel=1e-3)
    assert round(storage(events, 0.25)) == 131, "the same events on disk"
    assert round(stream(52, 0.11)) == 50_107
    assert write_units(80e9, 24) * 0.625 / 1e6 == 50_000


def test_units_of_a_stream() -> None:
    assert stream_units(events_per_second=1_000, state=500e9, capacity=5_000) == 10, "state needs more than events do"
    assert stream_units(events_per_second=100_000, state=0, capacity=5_000) == 20


def test_the_history_once() -> None:
    assert replay(M) == 50e6 * 24 * 1825


@pytest.mark.parametrize(
    ("function", "served"),
    [
        ("count", {"daily_tiles", "coarse_tiles", "sliding_total", "running_total"}),
        ("max", {"daily_tiles", "coarse_tiles", "running_total"}),
        ("approx_count_distinct", {"daily_tiles", "coarse_tiles", "running_total"}),
        ("median", set()),
        ("count_distinct", set()),
        ("list", set()),
        ("rank", set()),
    ],
)
def test_which_aggregates_can_be_kept_how(function: str, served: set[str]) -> None:
    found = {name for name, strategy in STRATEGIES.items() if strategy.serves([function])}
    assert found == served | {"lifetime_rescan", "window_rescan"}


def test_one_aggregate_that_does_not_merge_spoils_all() -> None:
    assert not STRATEGIES["daily_tiles"].serves(["count", "median"])
    assert set(AGGREGATES) >= {"count", "median"}


def test_a_sketch_is_no_small_tile() -> None:
    assert tile_bytes(["count"]) == 24
    assert tile_bytes(["count", "avg"]) == 40
    assert tile_bytes(["approx_percentile"]) == 2_552
    assert tile_bytes(["approx_percentile"], rows=3) == 40, "three values take no more than themselves"
    assert tile_bytes(["approx_percentile"]) * 365 * 20e6 == pytest.approx(18.5e12, rel=0.01)

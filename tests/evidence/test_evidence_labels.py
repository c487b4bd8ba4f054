"""What forms tell of a label, against computations of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from event_data import COUNT, TOTAL, defined, events, written
from msgspec.structs import replace

from feasilint.errors import UsageError
from feasilint.evidence.measuring import measured
from feasilint.evidence.model import Evidence, Settings
from feasilint.suggest.definition import Measured

if TYPE_CHECKING:
    from pathlib import Path

WHEN = "TIMESTAMP '2024-11-01'"
WINDOWED = Settings(windows=(20,), label="bad")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    return events(tmp_path_factory.mktemp("data") / "tx.parquet")


def spine(path: Path, label: str, when: str = WHEN, users: str = "range(1, 61)") -> str:
    return written(
        path / "spine.parquet", f"SELECT user_id, {when} AS ts, {label} AS bad FROM {users} AS users(user_id)"
    )


def values(data: str, days: int | None) -> pd.Series[float]:
    """The count of each user at the time of the spine."""
    frame, when = pd.read_parquet(data), pd.Timestamp("2024-11-01")
    since = when - pd.Timedelta(days=days) if days is not None else pd.Timestamp(0)
    return frame[(frame.ts < when) & (frame.ts >= since)].groupby("user_id").size().reindex(range(1, 61), fill_value=0)


def pairs(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """1 for each pair in the right order, 0.5 for equals: a row per positive point."""
    return (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])


# --- no claims ---


def test_without_a_label_there_is_no_auc(data: str) -> None:
    found = measured(COUNT, data, Settings(windows=(20,)))
    assert found.labels is None
    assert {one.auc for one in found.forms} == {None}


@pytest.mark.parametrize("label", ["user_id <= 9", "user_id > 9", "TRUE"])
def test_too_few_of_a_class_give_no_auc_and_say_so(label: str, data: str, tmp_path: Path) -> None:
    found = measured(COUNT, data, replace(WINDOWED, spine=spine(tmp_path, label)))
    few = {"user_id <= 9": "9 positive and 51", "user_id > 9": "51 positive and 9", "TRUE": "60 positive and 0"}[label]
    assert {one.auc for one in found.forms} == {None} or label == "user_id > 9"
    assert any(f"no AUC: {few} negative points" in note for note in found.notes)


def test_ten_points_of_one_user_are_no_ten_users(data: str, tmp_path: Path) -> None:
    query = (
        "SELECT 7 AS user_id, TIMESTAMP '2024-09-01' + to_days(n::INTEGER) AS ts, n % 2 AS bad FROM range(40) AS t(n)"
    )
    found = measured(COUNT, data, replace(WINDOWED, spine=written(tmp_path / "spine.parquet", query)))
    assert any("no AUC: 20 positive and 20 negative points of 1 key" in note for note in found.notes)


@pytest.mark.parametrize("label", ["user_id % 3", "'yes'", "0.5"])
def test_a_label_of_other_values_is_an_error(label: str, data: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the label `bad` has other values than 0 and 1, true and false: "):
        measured(COUNT, data, replace(WINDOWED, spine=spine(tmp_path, label)))


def test_a_feature_made_of_the_label_is_not_measured_by_it(data: str) -> None:
    recipe = defined("rate", Measured("avg", "CAST(Fraud AS INTEGER)"))
    with pytest.raises(UsageError, match="computed from `fraud`"):
        measured(recipe, data, replace(WINDOWED, label="fraud"))


def test_a_label_of_nothing_says_the_same_of_all_forms(data: str, tmp_path: Path) -> None:
    found = measured(COUNT, data, replace(WINDOWED, spine=spine(tmp_path, "user_id % 2"), windows=(10_000,)))
    gain = found.forms[1].gain
    assert gain is not None
    assert (gain.value, gain.low, gain.high) == (0, 0, 0)


# --- AUCs ---


@pytest.mark.parametrize(
    "label", ["user_id % 2", "user_id % 3 = 0", "CAST(user_id > 40 AS INTEGER)", "1.0 * (user_id > 12)::INT"]
)
def test_areas_are_those_of_all_pairs_and_their_intervals_delongs(label: str, data: str, tmp_path: Path) -> None:
    found = measured(COUNT, data, replace(WINDOWED, spine=spine(tmp_path, label)))
    truth = _truth(label)
    placements = [
        pairs(form[truth], form[~truth]) for form in (values(data, None).to_numpy(), values(data, 20).to_numpy())
    ]
    sign = -1 if placements[0].mean() < 0.5 else 1
    for one, placed in zip(found.forms, placements, strict=True):
        area = placed.mean() if sign > 0 else 1 - placed.mean()
        error = np.sqrt(placed.mean(1).var(ddof=1) / truth.sum() + placed.mean(0).var(ddof=1) / (~truth).sum())
        assert one.auc is not None
        assert one.auc.value == pytest.approx(area)
        assert one.auc.low == pytest.approx(max(area - 1.96 * error, 0), abs=0.004)
        assert one.auc.high == pytest.approx(min(area + 1.96 * error, 1), abs=0.004)
    apart = sign * (placements[1] - placements[0])
    error = np.sqrt(apart.mean(1).var(ddof=1) / truth.sum() + apart.mean(0).var(ddof=1) / (~truth).sum())
    gain = found.forms[1].gain
    assert gain is not None
    assert gain.value == pytest.approx(apart.mean())
    assert gain.high - gain.value == pytest.approx(1.96 * error, rel=0.05)
    assert found.labels is not None
    assert found.labels.inverted is (sign < 0)


def _truth(label: str) -> np.ndarray:
    users = np.arange(1, 61)
    known = {
        "user_id % 2": users % 2 == 1,
        "user_id % 3 = 0": users % 3 == 0,
        "CAST(user_id > 40 AS INTEGER)": users > 40,
    }
    return known.get(label, users > 12)


def test_points_of_one_key_are_taken_together(data: str, tmp_path: Path) -> None:
    """The same points, twice: the intervals stay as wide as they were."""
    once = spine(tmp_path, "user_id % 3 = 0")
    twice = written(tmp_path / "twice.parquet", f"SELECT * FROM '{once}' UNION ALL SELECT * FROM '{once}'")
    found = [measured(COUNT, data, replace(WINDOWED, spine=path)).forms for path in (once, twice)]
    for one, other in zip(*found, strict=True):
        assert one.auc is not None
        assert other.auc is not None
        assert (other.auc.value, other.auc.low) == (pytest.approx(one.auc.value), pytest.approx(one.auc.low))


def test_intervals_are_about_those_of_a_bootstrap_over_keys(tmp_path: Path) -> None:
    data = events(tmp_path / "tx.parquet")
    found = measured(TOTAL, data, Settings(windows=(20,), label="fraud", times=1))
    # Which rows are measured is recomputed here: those of the last quarter.
    rows = pd.read_parquet(data).sort_values("ts")
    last = rows.ts.max()
    measured_rows = rows[rows.ts >= last - (last - rows.ts.min()) / 4]
    assert found.points.count == pytest.approx(len(measured_rows), abs=1)
    rows["amount"] = rows.amount.astype(float)
    totals = rows.groupby("user_id").amount.cumsum() - rows.amount
    ranked = measured_rows.assign(value=totals[measured_rows.index])
    generator = np.random.default_rng(7)
    groups = dict(iter(ranked.groupby("user_id")))
    areas = []
    for _ in range(300):
        drawn = pd.concat([groups[key] for key in generator.choice(list(groups), len(groups))])
        positive, negative = int(drawn.fraud.sum()), int((~drawn.fraud).sum())
        areas.append((drawn.value.rank()[drawn.fraud].sum() - positive * (positive + 1) / 2) / (positive * negative))
    auc = found.forms[0].auc
    assert auc is not None
    assert found.labels is not None
    spread = 1.96 * float(np.std(areas))
    assert (auc.high - auc.low) / 2 == pytest.approx(spread, rel=0.25)


# --- labels of the data ---


def matured(data: str, days: int) -> Evidence:
    return measured(COUNT, data, Settings(windows=(20,), label="fraud", matures=days * 86_400))


def test_labels_that_nobody_can_know_yet_are_not_used(data: str) -> None:
    last = pd.read_parquet(data).ts.max()
    assert matured(data, 0).points.last == last.to_pydatetime()
    assert matured(data, 60).points.last <= (last - pd.Timedelta(days=60)).to_pydatetime()


def test_labels_that_are_known_after_the_data_ends(data: str) -> None:
    with pytest.raises(UsageError, match="ends before any of its labels is known"):
        matured(data, 500)

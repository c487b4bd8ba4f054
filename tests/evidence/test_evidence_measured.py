"""Forms of a feature on data whose answers are known."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from event_data import COUNT, MEAN, TOTAL, defined, events, written
from msgspec.structs import replace

from feasilint.errors import UsageError
from feasilint.evidence.measuring import measured
from feasilint.evidence.model import Settings
from feasilint.suggest.definition import Definition, Key, Measured

if TYPE_CHECKING:
    from pathlib import Path

QUARTER = Settings(windows=(90,))


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> str:
    return events(tmp_path_factory.mktemp("steady") / "tx.parquet")


# --- what changes nothing ---


def test_a_window_longer_than_the_data_changes_nothing_and_says_why(steady: str) -> None:
    found = measured(COUNT, steady, Settings(windows=(1000,)))
    present, long = found.forms
    assert (long.changed, long.spearman, long.coverage) == (0, pytest.approx(1), present.coverage)
    assert any("what the window loses cannot be seen" in note for note in found.notes)


def test_a_window_longer_than_some_of_the_data_says_so_too(steady: str) -> None:
    notes = measured(COUNT, steady, Settings(windows=(320,))).notes
    assert any("at early points 320 d cannot lose anything" in note for note in notes)
    assert not any("cannot be seen" in note for note in notes)


def test_a_window_that_is_shorter_is_not_said_to_be_longer(steady: str) -> None:
    assert not measured(COUNT, steady, QUARTER).notes


def test_the_present_window_is_not_compared_with_itself(steady: str) -> None:
    found = measured(
        replace(COUNT, measures=(Measured("count", window=90 * 86_400),)), steady, Settings(windows=(90, 30, 30))
    )
    assert [one.form.name for one in found.forms] == ["90 d", "30 d"]


def test_the_same_sample_gives_the_same(steady: str) -> None:
    settings = Settings(windows=(30,), label="fraud", keys=20, points=500)
    assert measured(TOTAL, steady, settings) == measured(TOTAL, steady, settings)


# --- what changes ---


def test_of_steady_users_a_window_keeps_the_order(steady: str) -> None:
    _, month, quarter = measured(COUNT, steady, Settings(windows=(30, 90))).forms
    assert month.spearman is not None
    assert quarter.spearman is not None
    assert 0.85 < month.spearman < quarter.spearman
    assert quarter.changed == 1


def test_of_changing_users_it_does_not(tmp_path: Path) -> None:
    path = events(tmp_path / "tx.parquet", changing=True)
    settings = replace(QUARTER, spine=_everyone(tmp_path))
    _, quarter = measured(COUNT, path, settings).forms
    assert quarter.spearman is not None
    assert quarter.spearman < 0.7
    assert quarter.coverage == 0.5  # nothing is left of the even users


def _everyone(tmp_path: Path) -> str:
    return written(
        tmp_path / "spine.csv", "SELECT user_id, TIMESTAMP '2025-01-15' AS ts FROM range(1, 61) AS users(user_id)"
    )


@pytest.mark.parametrize("recipe", [COUNT, TOTAL, MEAN], ids=lambda recipe: recipe.name)
def test_values_are_those_of_pandas(recipe: Definition, steady: str, tmp_path: Path) -> None:
    data = pd.read_parquet(steady)
    when = pd.Timestamp("2024-11-01")
    query = "SELECT user_id, TIMESTAMP '2024-11-01' AS ts FROM range(1, 61) AS users(user_id)"
    settings = Settings(windows=(10,), spine=written(tmp_path / "spine.parquet", query))
    found = measured(recipe, steady, settings)
    functions = {"n": "count", "total": "sum", "mean": "mean"}
    for one, since in zip(found.forms, (pd.Timestamp(0), when - pd.Timedelta(days=10)), strict=True):
        rows = data[(data.ts < when) & (data.ts >= since)]
        values = rows.groupby("user_id").amount.agg(functions[recipe.name]).reindex(range(1, 61))
        assert one.coverage == pytest.approx(values.notna().mean())
        values = (values if recipe is MEAN else values.fillna(0)).astype(float)
        for share, value in one.quantiles:
            assert value == pytest.approx(values.dropna().quantile(share))


def test_correlation_and_share_of_changes_are_those_of_pandas(tmp_path: Path) -> None:
    # Per user: amounts on day 1 and on day 50; measured on day 60 over all history and over 20 days.
    pairs = [(1, 5), (2, 5), (0, 7), (3, 1), (4, 4), (0, 9), (2, 5), (6, 0)]
    rows = [f"({at}, DATE '2024-01-01', {a})" for at, (a, _) in enumerate(pairs)]
    rows += [f"({at}, DATE '2024-02-20', {b})" for at, (_, b) in enumerate(pairs)]
    data = written(tmp_path / "tx.csv", f"SELECT * FROM (VALUES {', '.join(rows)}) AS t(user_id, ts, amount)")
    spine = written(tmp_path / "s.csv", "SELECT user_id, DATE '2024-03-01' AS ts FROM range(8) AS t(user_id)")
    _, late = measured(TOTAL, data, Settings(windows=(20,), spine=spine)).forms
    frame = pd.DataFrame({"all": [a + b for a, b in pairs], "late": [b for _, b in pairs]})
    assert late.spearman == pytest.approx(frame.rank().corr().loc["all", "late"])
    assert (late.changed, late.paired) == (sum(a > 0 for a, _ in pairs) / 8, 8)


def test_rows_at_the_time_of_a_point_and_later_do_not_count(tmp_path: Path) -> None:
    times = ("2024-01-01 00:00:00", "2024-01-02 11:59:59", "2024-01-02 12:00:00", "2024-01-03 00:00:00")
    rows = ", ".join(f"(1, TIMESTAMP '{time}')" for time in times)
    data = written(tmp_path / "tx.parquet", f"SELECT * FROM (VALUES {rows}) AS t(user_id, ts)")
    spine = written(tmp_path / "spine.csv", "SELECT 1 AS user_id, TIMESTAMP '2024-01-02 12:00:00' AS ts")
    everything, day = measured(COUNT, data, Settings(windows=(1,), spine=spine)).forms
    assert [value for _, value in everything.quantiles] == [2, 2, 2, 2]
    assert [value for _, value in day.quantiles] == [1, 1, 1, 1]


def test_a_window_reaches_back_to_its_first_moment(tmp_path: Path) -> None:
    data = written(tmp_path / "tx.parquet", "SELECT 1 AS user_id, TIMESTAMP '2024-01-01 12:00:00' AS ts")
    for moment, here in (("2024-01-02 12:00:00", 1), ("2024-01-02 12:00:00.000001", 0)):
        spine = written(tmp_path / "spine.parquet", f"SELECT 1 AS user_id, TIMESTAMP '{moment}' AS ts")
        assert measured(COUNT, data, Settings(windows=(1,), spine=spine)).forms[1].coverage == here


def test_a_present_form_may_begin_at_a_date(steady: str) -> None:
    found = measured(replace(COUNT, measures=(Measured("count", since="2024-06-01"),)), steady, QUARTER)
    assert found.forms[0].form.name == "since 2024-06-01"
    everything = measured(COUNT, steady, QUARTER)
    assert found.forms[0].quantiles[1] < everything.forms[0].quantiles[1]


def test_conditions_choose_the_rows(steady: str) -> None:
    some = measured(replace(COUNT, condition="amount > 4"), steady, QUARTER)
    assert some.forms[0].quantiles[1][1] < measured(COUNT, steady, QUARTER).forms[0].quantiles[1][1]


def test_times_become_seconds_and_texts_have_no_order(steady: str) -> None:
    first = measured(defined("first", Measured("min", "ts")), steady, QUARTER)
    assert first.forms[0].quantiles[0][1] == pytest.approx(pd.Timestamp("2024-01-01").timestamp(), abs=30 * 86_400)
    assert any("seconds since 1970" in note for note in first.notes)
    text = measured(defined("text", Measured("max", "'u' || amount")), steady, QUARTER)
    assert text.forms[1].spearman is None
    assert text.forms[1].quantiles == ()
    assert text.forms[1].changed is not None
    assert any("no order" in note for note in text.notes)


def test_a_form_that_never_varies_has_no_correlation(steady: str) -> None:
    found = measured(defined("one", Measured("min", "1")), steady, QUARTER)
    assert found.forms[1].spearman is None
    assert "no Spearman correlation where a form has one value only" in found.notes


# --- which keys and points ---


def test_keys_are_taken_with_their_whole_history(steady: str) -> None:
    data = pd.read_parquet(steady)
    found = measured(COUNT, steady, replace(QUARTER, keys=20))
    assert 5 < found.sample.keys < 40
    assert found.sample.share == pytest.approx(20 / data.user_id.nunique())
    hashes = {key: int.from_bytes(md5(str(key).encode()).digest()[8:], "little") for key in data.user_id.unique()}
    taken = [key for key, number in hashes.items() if number < 2**64 / 3]
    assert found.sample.keys == len(taken)
    assert found.sample.rows == data.user_id.isin(taken).sum()


def test_a_key_of_two_columns(steady: str) -> None:
    recipe = replace(COUNT, keys=(*COUNT.keys, Key("amount", "amount")))
    found = measured(recipe, steady, QUARTER)
    assert found.sample.keys == len(pd.read_parquet(steady).drop_duplicates(["user_id", "amount"]))


def test_a_key_that_is_computed(steady: str) -> None:
    found = measured(replace(COUNT, keys=(Key("half", "user_id % 2"),)), steady, replace(QUARTER, keys=1))
    assert (found.sample.keys, found.sample.share) == (2, 1)


def test_points_are_spread_over_the_last_quarter(steady: str) -> None:
    found = measured(COUNT, steady, replace(QUARTER, times=4))
    assert found.points.times == 4
    assert (found.points.last - found.points.first).days == 75
    assert found.points.first.hour == 0


def test_no_more_points_than_asked_for(steady: str) -> None:
    found = measured(COUNT, steady, replace(QUARTER, points=50))
    assert found.points.count == 50
    assert any("chosen by a hash" in note for note in found.notes)


def test_rows_without_a_key_or_a_time_count_nowhere(tmp_path: Path) -> None:
    values = "(1, TIMESTAMP '2024-01-01'), (1, TIMESTAMP '2024-01-09'), (NULL, TIMESTAMP '2024-01-02'), (1, NULL)"
    data = written(tmp_path / "tx.parquet", f"SELECT * FROM (VALUES {values}) AS t(user_id, ts)")
    found = measured(COUNT, data, Settings(windows=(1,)))
    assert (found.sample.rows, found.sample.keyless, found.sample.timeless) == (2, 1, 1)
    assert "1 rows have no key and count nowhere" not in found.notes
    assert "1 row has no key and counts nowhere" in found.notes


def test_points_after_the_end_of_the_data_are_told(steady: str, tmp_path: Path) -> None:
    for day, told in (("2025-02-04", False), ("2025-03-04", True)):
        spine = written(tmp_path / "spine.csv", f"SELECT 7 AS user_id, DATE '{day}' AS ts")
        notes = measured(COUNT, steady, replace(QUARTER, spine=spine)).notes
        assert any("28 days after the last row of the data" in note for note in notes) is told


def test_a_spine_may_call_its_time_otherwise(steady: str, tmp_path: Path) -> None:
    spine = written(tmp_path / "spine.csv", "SELECT 7 AS user_id, DATE '2024-12-01' AS asked_at")
    assert measured(COUNT, steady, replace(QUARTER, spine=spine, time="asked_at")).points.count == 1
    with pytest.raises(UsageError, match="no column `ts` of the spine"):
        measured(COUNT, steady, replace(QUARTER, spine=spine))
    with pytest.raises(UsageError, match="--spine-time is the column of a spine"):
        measured(COUNT, steady, replace(QUARTER, time="asked_at"))


def test_several_aggregates_keep_their_own_windows(steady: str, tmp_path: Path) -> None:
    """The share of the last ten days in all: of a bounded form, in those of its window."""
    data, when = pd.read_parquet(steady), pd.Timestamp("2024-11-01")
    share = replace(COUNT, measures=(Measured("count", window=10 * 86_400), Measured("count")), value="m1 / m2")
    query = "SELECT user_id, TIMESTAMP '2024-11-01' AS ts FROM range(1, 61) AS users(user_id)"
    found = measured(share, steady, replace(QUARTER, spine=written(tmp_path / "spine.parquet", query)))
    rows = data[data.ts < when]
    counts = [rows[rows.ts >= when - pd.Timedelta(days=days)].groupby("user_id").size() for days in (10, 10_000, 90)]
    users = range(1, 61)
    for one, whole in zip(found.forms, counts[1:], strict=True):
        shares = (counts[0].reindex(whole.index, fill_value=0) / whole).reindex(users, fill_value=0)
        assert dict(one.quantiles)[0.5] == pytest.approx(shares.median())
    assert [one.form.name for one in found.forms] == ["all history", "90 d"]


def test_a_spine_of_other_keys_is_told(steady: str, tmp_path: Path) -> None:
    spine = written(tmp_path / "spine.csv", "SELECT 'user-1' AS user_id, DATE '2024-12-01' AS ts")
    found = measured(COUNT, steady, replace(QUARTER, spine=spine))
    assert any("written in another way" in note for note in found.notes)


# --- what cannot be measured ---


def test_a_feature_that_is_bounded_needs_windows_to_try(steady: str) -> None:
    month = replace(COUNT, measures=(Measured("count", window=30 * 86_400),))
    with pytest.raises(UsageError, match="`n` looks back 30 d only; --window says what else to try"):
        measured(month, steady, Settings())


def test_a_spine_is_no_database(steady: str, tmp_path: Path) -> None:
    (tmp_path / "spine.duckdb").write_bytes(b"")
    with pytest.raises(UsageError, match="no kind of data that is known by its ending; there are"):
        measured(COUNT, steady, replace(QUARTER, spine=str(tmp_path / "spine.duckdb")))


def test_missing_columns_are_named(steady: str) -> None:
    recipe = replace(COUNT, condition="device = 'phone' AND city IS NULL")
    with pytest.raises(
        UsageError, match=r"no column `device`, `city` of `pay\.tx`; there are `user_id`, `ts`, `amount`, `fraud`"
    ):
        measured(recipe, steady, QUARTER)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 1 AS user_id, 1700000000 AS ts", "`ts` is INTEGER, no time; write it as a timestamp"),
        ("SELECT 1 AS user_id, 'soon' AS ts", "`ts` holds what is no time, as 'soon'"),
        ("SELECT 1 AS user_id, TIMESTAMP '2024-01-01' AS ts LIMIT 0", "no row has a key and a time"),
    ],
)
def test_an_event_time_that_is_none(query: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        measured(COUNT, written(tmp_path / "tx.parquet", query), QUARTER)


def test_csv_files_are_read_with_their_times(tmp_path: Path) -> None:
    there = measured(COUNT, events(tmp_path / "tx.csv"), QUARTER)
    assert there.forms == measured(COUNT, events(tmp_path / "tx.parquet"), QUARTER).forms
    assert there.sample.path.endswith("tx.csv")

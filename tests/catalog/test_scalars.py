"""Scalars: what is refused, then what the accepted spellings mean."""

from __future__ import annotations

import contextlib
import re
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.catalog import scalars

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("90", "90 of what? write a duration with its unit, as 90s, 90m, 90h or 90d"),
        ("1.5", "1.5 of what? write a duration with its unit, as 1.5s, 1.5m, 1.5h or 1.5d"),
        ("3M", "the unit 'M' could be minutes or months; write m or mo"),
        ("", "'' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("P", "'P' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("PT", "'PT' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("-1d", "'-1d' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("1d and more", "'1d and more' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("5 parsecs", "'5 parsecs' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        ("daily", "'daily' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
    ],
)
def test_what_is_no_duration(text: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(remedy)}$"):
        scalars.duration(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400),
        ("1d4h", DAY + 4 * 3600),
        ("2 h", 7200),
        ("150ms", 0.15),
        ("30 days", 30 * DAY),
        ("1 week", 7 * DAY),
        ("2H", 7200),
        ("1.5h", 5400),
        ("1d 12h", 1.5 * DAY),
        ("3y", 3 * 365.25 * DAY),
        ("1mo", 30.4375 * DAY),
        ("P30D", 30 * DAY),
        ("PT15M", 900),
        ("P1Y2M", (365.25 + 2 * 30.4375) * DAY),
        ("p1dt4h", DAY + 4 * 3600),
        ("0", 0),
        ("never", inf),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert scalars.duration(text) == pytest.approx(seconds)


def test_a_period_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="above zero"):
        scalars.positive_duration("0s")
    assert scalars.positive_duration("1s") == 1


@pytest.mark.parametrize("text", ["", "many", "-5", "5 apples", "1e999", "1,00", "NO", "inf", "nan"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="is not a count; write it as 20k, 50M, 50e6 or 50_000_000"):
        scalars.count(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("50M", 50e6),
        ("50e6", 50e6),
        ("50_000_000", 50e6),
        ("50,000,000", 50e6),
        ("20k", 20e3),
        ("1.5 billion", 1.5e9),
        ("2bn", 2e9),
        ("0", 0),
        ("5000", 5000),
    ],
)
def test_counts(text: str, number: float) -> None:
    assert scalars.count(text) == number


@pytest.mark.parametrize(("text", "number"), [("600", 600), ("600B", 600), ("2kB", 2000), ("1 MiB", 2**20)])
def test_sizes(text: str, number: float) -> None:
    assert scalars.size(text) == number


@pytest.mark.parametrize("text", ["", "24:00", "2", "2:5", "870", "noon"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day; write it as 02:00 or 14:30"):
        scalars.time_of_day(text)


@pytest.mark.parametrize(("text", "seconds"), [("02:00", 7200), ("2:00", 7200), ("14:30", 52200), ("23:59:59", 86399)])
def test_times_of_day(text: str, seconds: float) -> None:
    assert scalars.time_of_day(text) == seconds


def test_flags() -> None:
    assert [scalars.flag(text) for text in ("true", "Yes", "on", "false", "NO", "off")] == [True] * 3 + [False] * 3
    with pytest.raises(ValueError, match="'maybe' is neither true nor false"):
        scalars.flag("maybe")


@pytest.mark.parametrize("name", ["Europe/Berln", "../../etc/passwd", "", "/etc/passwd"])
def test_what_is_no_time_zone(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        scalars.time_zone(name)


def test_time_zones() -> None:
    assert scalars.time_zone("UTC") == "UTC"
    assert scalars.time_zone("Europe/Berlin") == "Europe/Berlin"


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.lists(st.text(), max_size=2)))
def test_any_value_gives_a_number_or_a_sentence(value: object) -> None:
    for convert in (scalars.duration, scalars.count, scalars.size, scalars.time_of_day, scalars.flag):
        with contextlib.suppress(ValueError):
            assert convert(value) >= 0

from __future__ import annotations

import pytest

from feasilint.ir import Interval


@pytest.mark.parametrize(
    ("interval", "iso", "words"),
    [
        (Interval(days=30), "P30D", "30-day"),
        (Interval(seconds=1800), "PT30M", "30-minute"),
        (Interval(seconds=86_400), "P1D", "1-day"),
        (Interval(months=12), "P1Y", "1-year"),
        (Interval(months=3), "P3M", "3-month"),
        (Interval(days=1, seconds=43_200), "P1DT12H", "36-hour"),
        (Interval(months=1, days=2), "P1M2D", "P1M2D"),
        (Interval(seconds=0.5), "PT0.5S", "PT0.5S"),
        (Interval(), "PT0S", "PT0S"),
    ],
)
def test_spelling(interval: Interval, iso: str, words: str) -> None:
    assert (interval.iso, interval.words) == (iso, words)


def test_units() -> None:
    assert Interval.of(2, "week") == Interval(days=14)
    assert Interval.of(0.5, "day") == Interval(seconds=43_200)
    assert Interval.of(0.5, "month") is None
    assert Interval.of(1, "fortnight") is None


def test_arithmetic_keeps_months_apart() -> None:
    assert Interval(months=1) - Interval(days=3) == Interval(months=1, days=-3)
    assert Interval(days=29) < Interval(months=1) < Interval(days=31)

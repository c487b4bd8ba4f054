from __future__ import annotations

from math import inf

import pytest
from feasilint_rules._words import duration


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (30, "30 s"),
        (90, "1 min 30 s"),
        (3_599.7, "1 h"),
        (6_000, "1 h 40 min"),
        (90_000 + 40 * 60, "1 d 1 h 40 min"),
        (7 * 86_400 - 1, "7 d"),
        (86_400 + 29, "1 d"),
        (86_400 + 300, "1 d 5 min"),
        (25.5 * 86_400, "25 d 12 h"),
        (inf, "any time"),
    ],
)
def test_durations_are_rounded_to_what_is_shown(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected

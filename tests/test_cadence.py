from __future__ import annotations

import pytest

from feasilint.cadence import Cadence, cadence, offset

HOUR, DAY = 3_600.0, 86_400.0


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "5",
        "downstream",
        "when it rains",
        "9 to 5 by hand, daily",
        "0 0 * * 0 0 0 0",
        "never",
        "0 days",
        "H 6 * * *",
    ],
)
def test_words_that_state_no_schedule(stated: str) -> None:
    assert cadence(stated) is None


@pytest.mark.parametrize(
    ("stated", "hours"),
    [
        ("daily", 24),
        ("Nightly", 24),
        ("@hourly", 1),
        ("@midnight", 24),
        ("every 4 hours", 4),
        ("every day", 24),
        ("once a week", 168),
        ("1 HOUR", 1),
        ("60 minutes", 1),
        ("PT15M", 0.25),
        ("rate(1 day)", 24),
        ("0 6 * * *", 24),
        ("30 */4 * * *", 4),
        ("* * * * *", 1 / 60),
        ("0 6 * * MON", 168),
        ("0 9 * * * UTC", 24),
        ("0 9 * * * America/Los_Angeles", 24),
        ("0 0 6 * * ?", 24),
        ("0 0 6 1/1 * ? *", 24),
        ("cron(0 6 * * ? *)", 24),
    ],
)
def test_even_schedules(stated: str, hours: float) -> None:
    assert cadence(stated) == Cadence(hours * HOUR, hours * HOUR / 2)


@pytest.mark.parametrize(
    ("stated", "longest", "mean"),
    [
        ("0 6 * * 1-5", 72, (4 * 24**2 + 72**2) / (2 * 168)),
        ("0 0 6 ? * MON-FRI", 72, (4 * 24**2 + 72**2) / (2 * 168)),
        ("0 6,18 * * 6,0", 132, (3 * 12**2 + 132**2) / (2 * 168)),
        ("0 9-17 * * *", 16, (8 + 16**2) / 48),
        ("0 0 1 * *", 31 * 24, 365.5),
    ],
)
def test_uneven_schedules(stated: str, longest: float, mean: float) -> None:
    """The last run was E[gap²] / 2 E[gap] ago on average: long gaps are met more often."""
    found = cadence(stated)
    assert found is not None
    assert found.longest == longest * HOUR
    assert found.mean == pytest.approx(mean * HOUR, rel=1e-4)


@pytest.mark.parametrize(
    "stated", ["61 * * * *", "0 25 * * *", "0 0 31 2 *", "0 6 * * 9", "0 6 * * someday", "0 6 ? ? BAD"]
)
def test_what_looks_like_a_cron_expression_and_is_none(stated: str) -> None:
    with pytest.raises(ValueError, match="is no cron expression"):
        cadence(stated)


@pytest.mark.parametrize(
    "stated",
    ["daily", "@daily", "4 hours", "", "0 6 * * 1-5", "0 6 1 * *", "0 5 * * 1", "0 0,7 * * *", "0 9 * * * Europe/Oslo"],
)
def test_schedules_whose_offset_is_not_certain(stated: str) -> None:
    assert offset(stated) is None


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("0 4 * * *", 4 * HOUR),
        ("15 */6 * * *", 900),
        ("*/5 * * * *", 0),
        ("0 9 * * * UTC", 9 * HOUR),
        ("cron(30 12 * * ? *)", 12.5 * HOUR),
        ("0 0 4 * * ?", 4 * HOUR),
    ],
)
def test_offsets(stated: str, seconds: float) -> None:
    assert offset(stated) == seconds


def test_a_cron_expression_that_is_none_has_no_offset() -> None:
    with pytest.raises(ValueError, match="is no cron expression"):
        offset("99 4 * * *")

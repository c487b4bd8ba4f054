"""The ages that are worked out, against tables whose runs are played through: what is exact, and what only a bound.

Right for one source: L_min, L_mean and L_worst. Right along a chain whose periods do not fit into each other, where every phase
occurs. Where they do, one phase recurs for ever: L_min and L_worst remain bounds, L_mean is off by at most half the period below.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import reduce
from itertools import takewhile
from math import sqrt
from operator import add
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING

import pytest
from cronsim import CronSim
from msgspec import Struct

from feasilint.cadence import cadence
from feasilint.catalog.model import SourceEntry, Staleness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOUR, DAY = 3_600.0, 86_400.0
ASKED = 20_000
DAYS = 700


class Table(Struct):
    """What readers see of a table: from `ready[i]` on, all events until `seen[i]`."""

    ready: list[float]
    seen: list[float]

    def until(self, now: float) -> float:
        return self.seen[bisect_right(self.ready, now) - 1]


def job(period: float, offset: float = 0, blind_spot: float = 0, run_time: float = 0) -> SourceEntry:
    return SourceEntry("t", period=period, offset=offset, blind_spot=blind_spot, run_time=run_time)


def made(starts: Iterable[float], run_time: float, blind_spot: float, below: Table | None) -> Table:
    """A run reads what is there when it starts, and shows it when it is done."""
    listed = list(starts)
    seen = [(start if below is None else below.until(start)) - blind_spot for start in listed]
    return Table([start + run_time for start in listed], seen)


def played(jobs: Sequence[SourceEntry]) -> Table:
    table: Table | None = None
    for each in jobs:
        period, offset = each.period or 0, each.offset or 0
        starts = (offset + at * period for at in range(int(DAYS * DAY / period)))
        table = made(starts, each.run_time or 0, each.blind_spot or 0, table)
    assert table is not None
    return table


def asked(table: Table, seed: int = 7) -> list[float]:
    """The ages that predictions at random times meet, after all tables have been filled."""
    random = Random(seed)
    times = (random.uniform(60 * DAY, (DAYS - 60) * DAY) for _ in range(ASKED))
    return [now - table.until(now) for now in times]


def stated(jobs: Iterable[SourceEntry]) -> Staleness:
    ages = [each.staleness for each in jobs]
    return reduce(add, [age for age in ages if age is not None])


def spread(*periods: float) -> float:
    """Five standard errors of the mean of independent uniform waits."""
    return 5 * sqrt(sum(period**2 / 12 for period in periods) / ASKED)


@pytest.mark.parametrize(
    "source",
    [
        job(DAY, 4 * HOUR, HOUR, 40 * 60),
        job(HOUR, 0, 10 * 60, 20 * 60),
        job(15 * 60, 60, 0, 0),
        job(7 * DAY, 2 * DAY, DAY, 3 * HOUR),
        job(HOUR, 0, 0, 3 * HOUR),  # runs that overlap
    ],
)
def test_one_source_is_exact(source: SourceEntry) -> None:
    ages, age, period = asked(played([source])), stated([source]), source.period or 0
    assert age.least <= min(ages) + 1e-3
    assert max(ages) <= age.worst + 1e-3
    assert min(ages) == pytest.approx(age.least, abs=period / 1_000)
    assert max(ages) == pytest.approx(age.worst, abs=period / 1_000)
    assert fmean(ages) == pytest.approx(age.mean, abs=spread(period))


@pytest.mark.parametrize(
    "jobs",
    [
        [job(HOUR, 0, 600, 1_200), job(sqrt(2) * DAY, 0, 0, 1_800)],
        [job(sqrt(3) * DAY, HOUR, HOUR, 0), job(sqrt(2) * HOUR, 0, 0, 600)],
        [job(HOUR), job(sqrt(2) * 6 * HOUR, 0, 0, 900), job(sqrt(3) * 4 * HOUR, 0, 0, 300)],
    ],
)
def test_a_chain_in_all_phases_is_exact(jobs: list[SourceEntry]) -> None:
    ages, age = asked(played(jobs)), stated(jobs)
    periods = [each.period or 0 for each in jobs]
    assert age.least <= min(ages)
    assert max(ages) <= age.worst
    assert min(ages) == pytest.approx(age.least, abs=0.1 * sum(periods))
    assert max(ages) == pytest.approx(age.worst, abs=0.1 * sum(periods))
    assert fmean(ages) == pytest.approx(age.mean, abs=spread(*periods) + 0.01 * age.mean)


@pytest.mark.parametrize("after", [0.5, 1, 6, 12, 18, 23])
def test_where_one_daily_run_follows_another_it_is_a_bound(after: float) -> None:
    """A source that is ready at 01:00, and a table that starts `after` hours later: one and the same wait, every day."""
    jobs = [job(DAY, 0, 0, HOUR), job(DAY, HOUR + after * HOUR, 0, 30 * 60)]
    ages, age = asked(played(jobs)), stated(jobs)
    waited = HOUR + after * HOUR  # since the source's last run started, when the table is made
    assert age.least <= min(ages)
    assert max(ages) <= age.worst
    assert fmean(ages) == pytest.approx(waited + 30 * 60 + DAY / 2, abs=spread(DAY))
    assert max(ages) == pytest.approx(waited + 30 * 60 + DAY, abs=DAY / 100)
    assert abs(fmean(ages) - age.mean) <= DAY / 2 + spread(DAY)


def test_a_run_right_after_its_source_is_much_younger_than_the_bound() -> None:
    jobs = [job(DAY, 0, 0, HOUR), job(DAY, HOUR, 0, 0)]
    ages, age = asked(played(jobs)), stated(jobs)
    assert (max(ages) / DAY, age.worst / DAY) == pytest.approx((25 / 24, 49 / 24), abs=0.01)
    assert (fmean(ages) / DAY, age.mean / DAY) == pytest.approx((13 / 24, 25 / 24), abs=0.02)


@pytest.mark.parametrize("stated_as", ["0 6 * * 1-5", "0 6,18 * * 6,0", "*/15 9-17 * * 1-5", "0 6 * * *"])
def test_cron_expressions_are_exact(stated_as: str) -> None:
    first = datetime(2024, 1, 1)
    runs = takewhile(lambda run: run < first + timedelta(days=DAYS), CronSim(stated_as, first))
    ages = asked(made(((run - first).total_seconds() for run in runs), 0, 0, None))
    found = cadence(stated_as)
    assert found is not None
    assert max(ages) <= found.longest
    assert max(ages) == pytest.approx(found.longest, rel=0.01)
    assert fmean(ages) == pytest.approx(found.mean, abs=spread(2 * found.longest))

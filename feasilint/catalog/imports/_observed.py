"""How often something runs, from the times at which it was seen to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.imports.artefact import written_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 3
"""Runs that make a period; two may be one that was repeated."""
MANY = 10
"""Runs that make one within a day; fewer may be somebody who tries something."""

_ROUND = (86_400, 3_600, 60, 1)
_NEAR = 0.02  # a job that starts by the clock ends a little sooner or later
_UNEVEN = 1.5
_ALIKE = 0.25  # gaps that differ less from the usual one are the same
_DAY = timedelta(days=1)


class Observed(Struct, frozen=True):
    """The usual time from one run to the next as a catalog has it, and what it was seen from: `longest` in seconds."""

    period: str
    runs: int
    first: datetime
    last: datetime
    longest: float
    usual: float

    def __str__(self) -> str:
        uneven = (
            f"; the longest wait was {written_duration(self.longest)}" if self.longest > _UNEVEN * self.usual else ""
        )
        return f"the period {self.period} was seen in {self.runs} runs, {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}{uneven}"


def observed(times: Iterable[str | datetime]) -> Observed | None:
    """The period of runs at these times (ISO); None of few ones, or if most waits are not like the usual one."""
    moments = sorted({moment for time in times if (moment := instant(time)) is not None})
    if len(moments) < ENOUGH or (len(moments) < MANY and moments[-1] - moments[0] < _DAY):
        return None
    gaps = [(after - before).total_seconds() for before, after in pairwise(moments)]
    usual = median(gaps)
    alike = sum(abs(gap - usual) <= _ALIKE * usual for gap in gaps)
    if usual < 1 or 2 * alike < len(gaps):
        return None
    return Observed(written_duration(_rounded(usual)), len(moments), moments[0], moments[-1], max(gaps), usual)


def instant(time: object) -> datetime | None:
    """A moment from ISO text, in UTC where no zone is stated."""
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time.strip())
        except ValueError:
            return None
    if not isinstance(time, datetime):
        return None
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (OverflowError, ValueError):  # the first and the last day of all
        return None


def _rounded(seconds: float) -> float:
    """Whole days, hours or minutes if it is nearly that many."""
    for unit in _ROUND:
        whole = round(seconds / unit) * unit
        if whole and abs(whole - seconds) <= _NEAR * seconds:
            return whole
    return round(seconds)

"""How long the runs of a schedule are apart, whatever words it is stated in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from math import isfinite
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.scalars import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOUR, _DAY = 3_600.0, 86_400.0
_MONTH, _YEAR = 30.4375 * _DAY, 365.25 * _DAY  # as in the catalog
_WORDS = {
    "hourly": _HOUR, "hour": _HOUR, "daily": _DAY, "nightly": _DAY, "midnight": _DAY, "day": _DAY, "night": _DAY,
    "weekly": 7 * _DAY, "week": 7 * _DAY, "monthly": _MONTH, "month": _MONTH, "quarterly": _YEAR / 4,
    "quarter": _YEAR / 4, "yearly": _YEAR, "annually": _YEAR, "year": _YEAR,
}  # fmt: skip
_LEAD = re.compile(r"@|(?:once\s+)?(?:every|per|an?)\s+|once\s+")
_CALL = re.compile(r"(cron|rate)\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_CRON_FIELD = re.compile(r"[\d*?][\d*?/,\-]*")
_ZONE = re.compile(r"UTC|GMT|[A-Za-z]+/[\w/+\-]+", re.IGNORECASE)
_FIELDS, _QUARTZ = 5, (6, 7)
_MINUTES = 1_440  # of a day
_RUNS = 421  # days of a cron that are looked at: 420 gaps are whole weeks of two, five or seven days and whole years of months
_FROM = datetime(2023, 1, 1)


class Cadence(Struct, frozen=True):
    """Seconds: the `longest` wait from one run to the next, and how long ago the last run was at a random time."""

    longest: float
    mean: float


@lru_cache(maxsize=1024)
def cadence(stated: str) -> Cadence | None:
    """What a schedule says: `daily`, `@hourly`, `every 4 hours`, `60 minutes`, a cron expression of five fields, or of
    Quartz's six or seven; None for words that say nothing of it. Raises ValueError for a cron expression that is none."""
    called = _CALL.fullmatch(stated.strip())
    text = called[2].strip() if called else stated.strip()
    fields = _cron_fields(text, amazon=called is not None)
    if fields:
        try:
            return _of_cron(fields)
        except ValueError as error:
            raise ValueError(f"`{stated}` is no cron expression: {error}") from error
    plain = _LEAD.sub("", text.lower(), count=1).strip()
    period = _WORDS.get(plain) or _length(plain)
    return Cadence(period, period / 2) if period is not None else None


@lru_cache(maxsize=1024)
def offset(stated: str) -> float | None:
    """How many seconds after the boundaries of its period a cron expression runs, where its runs are evenly spread over every
    day: 4 h of `0 4 * * *`, 15 min of `15 */6 * * *`. None for any other schedule, and in another zone than UTC. Raises
    ValueError as `cadence` does."""
    found = cadence(stated)
    called = _CALL.fullmatch(stated.strip())
    text = called[2].strip() if called else stated.strip()
    fields = _cron_fields(text, amazon=called is not None)
    zone = text.rpartition(" ")[2]
    if "/" in zone and _ZONE.fullmatch(zone):
        return None
    if found is None or not fields or found.longest > _DAY or found.mean != found.longest / 2:
        return None
    return _runs([*fields[:2], "*", "*", "*"], 1)[0]


def _length(text: str) -> float | None:
    try:
        found = duration(text)
    except ValueError:
        return None
    return found if isfinite(found) and found > 0 else None


def _cron_fields(text: str, amazon: bool) -> list[str]:
    """Minute, hour, day, month and weekday; nothing for any other text. Seconds and years are left out. That Quartz counts
    weekdays from one and not from zero shifts all of them alike, which changes no gap."""
    words = text.split()
    if len(words) > _FIELDS and _ZONE.fullmatch(words[-1]):
        words.pop()
    if len(words) not in (_FIELDS, *_QUARTZ) or not all(map(_CRON_FIELD.fullmatch, words[:2])):
        return []
    if len(words) in _QUARTZ:
        words = words[:_FIELDS] if amazon else words[1 : _FIELDS + 1]
    return [word.replace("?", "*") for word in words]


def _of_cron(fields: Sequence[str]) -> Cadence:
    """The times of one day and the days of a long stretch, apart from each other: few runs are to be looked at."""
    times = [at for at in _runs([*fields[:2], "*", "*", "*"], _MINUTES) if at < _DAY]
    days = _runs(["0", "0", *fields[2:]], _RUNS)
    within = [after - before for before, after in pairwise(times)]
    between = [after - before + times[0] - times[-1] for before, after in pairwise(days)]
    if not between:
        raise ValueError("there is no such day")
    gaps = [*((gap, len(between)) for gap in within), *((gap, 1) for gap in between)]
    total = sum(gap * often for gap, often in gaps)
    return Cadence(max(gap for gap, _ in gaps), sum(gap * gap * often for gap, often in gaps) / (2 * total))


def _runs(fields: Sequence[str], most: int) -> list[float]:
    """The first runs, in seconds after a midnight."""
    from cronsim import CronSim, CronSimError  # not every project states a cron expression

    try:
        runs = CronSim(" ".join(fields), _FROM - timedelta(seconds=1))
    except CronSimError as error:
        raise ValueError(str(error).lower()) from error
    return [(run - _FROM).total_seconds() for run in islice(runs, most)]

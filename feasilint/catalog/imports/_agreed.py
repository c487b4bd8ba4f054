"""Service levels as contracts write them: numbers beside units, words for how often, times with a zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.scalars import duration, positive_duration

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Entry

_SPELLINGS = {  # the unit as a catalog has it, and how contracts spell it; a bare m is left to the caller
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "min": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days", "calendar day", "calendar days"),
    "w": ("w", "wk", "wks", "week", "weeks"),
    "mo": ("mo", "mos", "mon", "month", "months"),
    "q": ("q", "qtr", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years", "a", "annum"),
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_NUMBER = re.compile(r"\d+(?:\.\d*)?")
_CLASSES = {  # how data gets there, where no number can be given
    "streaming": "streaming", "stream": "streaming", "realtime": "streaming", "continuous": "streaming",
    "continuously": "streaming", "microbatching": "microbatch", "microbatch": "microbatch", "nearrealtime": "microbatch",
    "manual": "manual", "manually": "manual", "adhoc": "manual", "ondemand": "manual", "once": "manual", "onetime": "manual",
}  # fmt: skip
_TIME = re.compile(
    r"(?P<clock>[012]?\d:[0-5]\d(?::[0-5]\d)?)\s*(?P<zone>Z|UTC|GMT|[+-]\d\d?(?::?[0-5]\d)?)?", re.IGNORECASE
)
_ZONE = re.compile(r"([+-])(\d\d?):?(\d\d)?")
_DAY = 86_400


def agreed_duration(value: object, unit: object = None, bare_m: str = "min") -> str:
    """A duration as a catalog has it: `4` and `d` as `4d`, `PT4H` as it is. Raises ValueError if it is none.

    What a bare `m` stands for depends on what is measured: months of retention, minutes of latency.
    """
    if value is None or isinstance(value, (dict, list)):
        raise ValueError("it has no value that is a duration")
    words = str(value).strip()
    if _NUMBER.fullmatch(words) is None:
        duration(words)
        return words
    if not isinstance(unit, str) or not unit.strip():
        raise ValueError(f"{words} of what? state its unit, as d or h")
    spelled = unit.strip().lower()
    known = bare_m if spelled == "m" else _UNITS.get(spelled)
    if known is None:
        raise ValueError(f"`{unit}` is no unit of time; write ms, s, min, h, d, w, mo, q or y")
    return f"{words}{known}"


def agreed_retention(value: object, unit: object = None) -> str:
    """How long rows are kept, as a catalog has it. Raises ValueError if it is no duration, or none at all."""
    kept = agreed_duration(value, unit, bare_m="mo")
    positive_duration(kept)
    return kept


def latency_class(words: str) -> str | None:
    """The latency class that words like `streaming`, `micro-batching` or `on demand` speak of."""
    return _CLASSES.get(re.sub(r"[\s_-]", "", words.lower()))


def how_often(words: str) -> Entry:
    """`period` and `offset` of a schedule (`daily`, `15 minutes`, a cron expression), else a latency class. Raises ValueError."""
    named = latency_class(words)
    if named is not None:
        return {"latency": named}
    found = refreshed(words)
    if not found:
        raise ValueError(f"`{words}` says nothing of how often; write 1 d, PT1H, daily or a cron expression")
    return found


def time_of_availability(words: str) -> float:
    """Seconds after midnight, in UTC where `09:00-08:00` states a zone. Raises ValueError."""
    found = _TIME.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"`{words}` is no time of day; write it as 09:00 or 09:00-08:00")
    clock = time.fromisoformat(
        found["clock"].rjust(5, "0") if len(found["clock"]) < 6 else found["clock"].rjust(8, "0")
    )
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    zone = _ZONE.fullmatch(found["zone"] or "")
    if zone is None:
        return seconds
    east = (int(zone[2]) * 3600 + int(zone[3] or 0) * 60) * (1 if zone[1] == "+" else -1)
    return (seconds - east) % _DAY


def agreed_day(value: object) -> date:
    """The day of a timestamp. Raises ValueError."""
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        raise ValueError(f"`{value}` is no date; write it as 2026-11-20") from None


def today() -> date:
    """The day on which a contract is read."""
    return date.today()

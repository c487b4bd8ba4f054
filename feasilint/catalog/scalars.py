"""Scalars as people write them: durations, counts, sizes, times of day, flags.

Every function takes the text of a scalar (or a value that another reader made of it) and raises ValueError with a complete
sentence that says what to write instead.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from math import inf, isfinite

_DAY = 86_400
UNITS: dict[str, float] = {  # seconds; a month is a twelfth of 365.25 days
    "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60,
    "h": 3600, "hr": 3600, "hour": 3600, "d": _DAY, "day": _DAY, "w": 7 * _DAY, "wk": 7 * _DAY, "week": 7 * _DAY,
    "mo": 30.4375 * _DAY, "mon": 30.4375 * _DAY, "month": 30.4375 * _DAY, "q": 91.3125 * _DAY,
    "quarter": 91.3125 * _DAY, "y": 365.25 * _DAY, "yr": 365.25 * _DAY, "year": 365.25 * _DAY,
}  # fmt: skip
_ISO_UNITS: tuple[float, ...] = (365.25 * _DAY, 30.4375 * _DAY, 7 * _DAY, _DAY, 3600, 60, 1)
MULTIPLES: dict[str, float] = {
    "": 1, "k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "g": 1e9,
    "billion": 1e9, "t": 1e12, "trillion": 1e12,
}  # fmt: skip
BYTES: dict[str, float] = {
    "": 1, "b": 1, "byte": 1, "bytes": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
    "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_ALWAYS = ("forever", "unlimited", "infinite", "inf", ".inf")
NEVER = frozenset({"never", *_ALWAYS})
_SHOWN = 60  # characters of a wrong value that are repeated

_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
_PART = re.compile(rf"\s*({_DECIMAL})\s*([A-Za-z]+)\s*")
_ISO = re.compile(
    rf"P(?=.)(?:({_DECIMAL})Y)?(?:({_DECIMAL})M)?(?:({_DECIMAL})W)?(?:({_DECIMAL})D)?"
    rf"(?:T(?=.)(?:({_DECIMAL})H)?(?:({_DECIMAL})M)?(?:({_DECIMAL})S)?)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"({_DECIMAL}(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)")
_GROUPS = re.compile(r"(?<=\d)[_,](?=\d{3}(?!\d))|(?<=\d)_(?=\d)")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def shown(text: str) -> str:
    """A wrong value in quotes, of a long one its beginning."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def duration(value: object) -> float:
    """Seconds: `90m`, `1d4h`, `2 h`, `150ms`, `30 days`, `P30D`, `PT15M`, `never`."""
    text = _text(value)
    if text.lower() in NEVER:
        return inf
    if text == "0":
        return 0.0
    if _NUMBER.fullmatch(text) and text[-1:].isdigit():
        number = text if len(text) <= _SHOWN else "5"
        raise ValueError(
            f"{number} of what? write a duration with its unit, as {number}s, {number}m, {number}h or {number}d"
        )
    seconds = _iso(text) if text[:1] in "Pp" else _parts(text)
    if seconds is None:
        raise ValueError(f"{shown(text)} is not a duration; write it as 90m, 1d4h, 2 h or P30D")
    if seconds == inf:
        raise ValueError(f"{shown(text)} is longer than anything lasts; write `never` if there is no limit")
    return seconds


def finite_duration(value: object) -> float:
    """A duration that ends."""
    seconds = duration(value)
    if seconds == inf:
        raise ValueError(f"{shown(_text(value))} is no age that a row can have; write a duration, or leave the key out")
    return seconds


def positive_duration(value: object) -> float:
    """A duration above zero."""
    seconds = duration(value)
    if not seconds:
        raise ValueError("a duration above zero is needed here, as 1h or 1d")
    return seconds


def period(value: object) -> float:
    """How often a job runs: above zero, and ever again."""
    seconds = positive_duration(value)
    if seconds == inf:
        raise ValueError(f"{shown(_text(value))} is no period; for what is not made again write `latency: manual`")
    return seconds


def length(value: object) -> float:
    """The length of a window."""
    seconds = positive_duration(value)
    if seconds == inf:
        raise ValueError(f"{shown(_text(value))} is no length of a window; write a duration, as 365d")
    return seconds


def count(value: object) -> float:
    """A number of things: `50M`, `50e6`, `50_000_000`, `20k`, `1.5 billion`."""
    return _number(value, MULTIPLES, "a count; write it as 20k, 50M, 50e6 or 50_000_000")


def size(value: object) -> float:
    """Bytes: `600`, `2kB`, `1MiB`."""
    return _number(value, BYTES, "a size in bytes; write it as 600, 2kB or 1MiB")


def money(value: object) -> float:
    """An amount of money: `6.25`, `2_000`, `50k`."""
    return _number(value, MULTIPLES, "an amount of money; write the number alone, as 6.25, 2_000 or 50k")


def budget(value: object) -> float:
    """An amount of money that can be spent."""
    number = money(value)
    if not number:
        raise ValueError("an amount above zero is needed here; leave the key out if there is no limit")
    return number


def currency(value: object) -> str:
    """A code of ISO 4217, as `USD`."""
    text = _text(value)
    if _CURRENCY.fullmatch(text) is None:
        raise ValueError(f"{shown(text)} is not the code of a currency; write it as USD or EUR")
    return text.upper()


def time_of_day(value: object) -> float:
    """Seconds after midnight: `02:00`, `14:30`, `23:59:59`."""
    text = _text(value)
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{shown(text)} is not a time of day; write it as 02:00 or 14:30")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def day(value: object) -> str:
    """A day in ISO form: `2026-11-20`; of a time stamp its day."""
    text = _text(value)
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(f"{shown(text)} is not a day; write it as 2026-11-20") from None


def flag(value: object) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    text = _text(value)
    if text.lower() not in FLAGS:
        raise ValueError(f"{shown(text)} is neither true nor false")
    return FLAGS[text.lower()]


def time_zone(value: object) -> str:
    """A name of the time zone database, as `UTC` or `Europe/Berlin`."""
    from zoneinfo import ZoneInfo, available_timezones

    text = _text(value)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError
        known = available_timezones()
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(known) if "/" in zone}
        near = get_close_matches(text, sorted(known if "/" in text else cities), 1, 0.7)
        near = [cities.get(name, name) for name in near]
        advice = f"did you mean {near[0]!r}?" if near else "write it as UTC or Europe/Berlin"
        if known:  # a machine without the database cannot tell
            raise ValueError(f"{shown(text)} is not a time zone; {advice}") from None
    return text


def _text(value: object) -> str:
    if isinstance(value, (list, tuple, dict)):
        raise ValueError(f"expected a single value, found a {'mapping' if isinstance(value, dict) else 'list'}")
    return str(value).strip()


def _iso(text: str) -> float | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    return sum(float(part) * unit for part, unit in zip(found.groups(), _ISO_UNITS, strict=True) if part)


def _parts(text: str) -> float | None:
    """The sum of `1d4h`-like parts; None if anything is left over or a unit is unknown."""
    parts = [(float(found[1]), _unit(found[2])) for found in _PART.finditer(text)]
    if not parts or _PART.sub("", text):
        return None
    return None if any(unit is None for _, unit in parts) else sum(number * (unit or 0) for number, unit in parts)


def _unit(word: str) -> float | None:
    """`M` alone could be minutes or months: it is neither."""
    if word == "M":
        raise ValueError("the unit 'M' could be minutes or months; write m or mo")
    lowered = word.lower()
    return UNITS.get(lowered, UNITS.get(lowered.removesuffix("s")) if len(lowered) > 2 else None)


def _number(value: object, units: dict[str, float], expected: str) -> float:
    text = _text(value)
    found = _NUMBER.fullmatch(_GROUPS.sub("", text))
    unit = units.get(found[2].lower()) if found and not isinstance(value, bool) else None
    number = float(found[1]) * unit if found and unit is not None else inf
    if not isfinite(number):
        raise ValueError(f"{shown(text)} is not {expected}")
    return number

"""Units, lengths and quoted points of time, as every dialect spells them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from feasilint.ir import Call, Expression, Interval, Literal, Now
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

UNITS: dict[str, str] = {
    "y": "year", "yy": "year", "yyy": "year", "yyyy": "year", "yr": "year", "yrs": "year", "years": "year", "isoyear": "year",
    "q": "quarter", "qq": "quarter", "qtr": "quarter", "quarters": "quarter",
    "mm": "month", "mon": "month", "mons": "month", "months": "month", "m": "month",
    "w": "week", "ww": "week", "iw": "week", "wk": "week", "weeks": "week", "isoweek": "week", "weekstart": "week",
    "d": "day", "dd": "day", "ddd": "day", "days": "day", "j": "day", "date": "day",
    "h": "hour", "hh": "hour", "hh24": "hour", "hr": "hour", "hrs": "hour", "hours": "hour",
    "mi": "minute", "n": "minute", "min": "minute", "mins": "minute", "minutes": "minute",
    "s": "second", "ss": "second", "sec": "second", "secs": "second", "seconds": "second",
    "ms": "millisecond", "milliseconds": "millisecond", "us": "microsecond", "microseconds": "microsecond",
    "ns": "nanosecond", "nanoseconds": "nanosecond",
}  # fmt: skip
PARTS: dict[str, str] = {
    "dow": "weekday", "dayofweek": "weekday", "dayofweek_iso": "weekday", "dayofweekiso": "weekday", "isodow": "weekday",
    "day_of_week": "weekday", "dw": "weekday", "doy": "dayofyear", "day_of_year": "dayofyear", "dayofmonth": "day",
    "day_of_month": "day", "week_of_year": "week", "weekofyear": "week", "isoweek": "week", "isoyear": "year",
    "year_of_week": "year", "epoch_second": "epoch", "epoch_seconds": "epoch",
}  # fmt: skip
_SPOKEN = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"^(?:(?P<day>-?\d+)\s+)?(?P<hour>-?\d+):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?$")
_ISO = re.compile(
    r"^P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?(?:(?P<second>\d+(?:\.\d+)?)S)?)?$"
)
_YEARS_MONTHS = re.compile(r"^(?P<year>\d+)-(?P<month>\d+)$")
_DATES = (
    "date",
    "timestamp",
    "datetime",
    "timestamptz",
    "timestampntz",
    "timestampltz",
    "date32",
    "datetime64",
    "datetime2",
)
_NAMED_DAYS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}


def unit_of(node: object, default: str = "day") -> str:
    """The canonical unit that a node names."""
    if not isinstance(node, Node):
        return default
    return named_unit("week" if isinstance(node, exp.WeekStart) else str(node.name or node.key))


def named_unit(text: str) -> str:
    """The canonical form of a unit's name."""
    plain = text.lower().split("(")[0].strip("'\" ")
    return UNITS.get(plain, plain)


# --- lengths -----------------------------------------------------------------------------------------------------------


def spoken_interval(text: str) -> Interval | None:
    """'30 days', '1 year 2 months', '12:00:00', '1-2', 'P30D'."""
    text = text.strip()
    for shape in (_ISO, _CLOCK, _YEARS_MONTHS):
        if (found := shape.match(text)) and any(found.groupdict().values()):
            return _total((float(amount), unit) for unit, amount in found.groupdict().items() if amount)
    return _total((float(amount), named_unit(unit)) for amount, unit in _SPOKEN.findall(text))


def _total(parts: Iterable[tuple[float, str]]) -> Interval | None:
    total: Interval | None = None
    for amount, unit in parts:
        part = Interval.of(amount, unit)
        if part is None:
            return None
        total = part if total is None else total + part
    return total


def length(amount: Expression, unit: str) -> Expression:
    """So many units: an interval if the number is known, else a call."""
    value = amount.value if isinstance(amount, Literal) else None
    if isinstance(value, str):
        value = number_of(value)
    if isinstance(value, Interval):
        return Literal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        known = Interval.of(value, unit)
        if known is not None:
            return Literal(known)
    return Call("interval", (amount, Literal(unit)))


def lengths(parts: Iterable[tuple[Expression, str]]) -> Expression:
    """The sum of several amounts, each with its unit."""
    made = [length(amount, unit) for amount, unit in parts]
    known = [one.value for one in made if isinstance(one, Literal) and isinstance(one.value, Interval)]
    if not made or len(known) < len(made):
        return Call("interval", tuple(made))
    total = Interval()
    for one in known:
        total += one
    return Literal(total)


def moved(start: Expression, by: Expression, sign: int) -> Expression:
    """A time `by` later (sign 1) or earlier (-1); the interval in the result is positive."""
    if isinstance(start, Call) and start.function == "unix_timestamp" and isinstance(start.args[0], Now):
        start = start.args[0]  # how the clock counts matters to plain numbers only
    if isinstance(by, Literal) and isinstance(by.value, Interval) and by.value.total_seconds < 0:
        by, sign = Literal(-by.value), -sign
    if isinstance(by, Call) and by.function == "interval" and by.args:
        amount = by.args[0]
        if isinstance(amount, Call) and amount.function == "neg":
            by, sign = Call("interval", (amount.args[0], *by.args[1:])), -sign
    return Call("add" if sign > 0 else "sub", (start, by))


# --- points ------------------------------------------------------------------------------------------------------------


def literal_time(text: str) -> datetime | None:
    """A quoted date or timestamp."""
    try:
        return datetime.fromisoformat(text.strip().replace("/", "-").replace(" UTC", "+00:00"))
    except ValueError:
        return None


def typed(inner: Expression, kind: str) -> Expression:
    """A cast; of a quoted date, interval or number the constant itself."""
    text = inner.value if isinstance(inner, Literal) and isinstance(inner.value, str) else None
    made = _quoted(text, kind) if text is not None else None
    return made if made is not None else Call("cast", (inner, Literal(kind)))


def _quoted(text: str, kind: str) -> Expression | None:
    if kind == "interval":
        spoken = spoken_interval(text)
        return Literal(spoken) if spoken is not None else None
    if kind in ("int", "bigint", "smallint"):
        return Literal(int(text)) if text.strip().isdigit() else None
    if kind not in _DATES:
        return None
    if text.strip().lower() == "epoch":
        return Literal(datetime(1970, 1, 1))
    days = _NAMED_DAYS.get(text.strip().lower())
    if days is not None:
        return moved(Now(), Literal(Interval(days=days)), 1) if days else Now()
    at = literal_time(text)
    return Literal(at) if at is not None else None

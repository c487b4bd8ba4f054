"""Points and lengths of time as Python code writes them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from feasilint.ir import Call as Op
from feasilint.ir import Interval, Literal, Now
from feasilint.lower.python import values as v
from feasilint.lower.python.operators import elementwise

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer

UNITS: dict[str, str] = {
    "y": "year", "a": "year", "year": "year", "years": "year", "ye": "year", "ys": "year", "as": "year",
    "yearend": "year",
    "q": "quarter", "qs": "quarter", "qe": "quarter", "quarters": "quarter", "mo": "month", "me": "month",
    "ms_": "month",
    "month": "month", "months": "month", "w": "week", "week": "week", "weeks": "week", "d": "day", "b": "day",
    "day": "day",
    "days": "day", "h": "hour", "hr": "hour", "hour": "hour", "hours": "hour", "bh": "hour", "t": "minute",
    "min": "minute",
    "minute": "minute", "minutes": "minute", "m_": "minute", "s": "second", "sec": "second", "second": "second",
    "seconds": "second",
    "l": "millisecond", "ms": "millisecond", "milliseconds": "millisecond", "us": "microsecond",
    "microseconds": "microsecond",
    "ns": "nanosecond", "nanoseconds": "nanosecond",
}  # fmt: skip
_OFFSET = re.compile(r"^\s*(-?\d+(?:\.\d+)?)?\s*([A-Za-z]+)")
_DATE = re.compile(r"^\d{4}-?\d{1,2}(-?\d{1,2})?([ T].*)?$|^\d{1,2}/\d{1,2}/\d{4}$")


def unit_of(text: str) -> str | None:
    """The canonical unit of a pandas offset: `D`, `15min`, `MS`, `W-SUN`."""
    found = _OFFSET.match(text)
    if found is None:
        return None
    word = found[2]
    if word in ("M", "MS", "ME"):  # upper case: months; `m` alone is minutes in numpy and polars
        return "month"
    if word in ("m", "T"):
        return "minute"
    return UNITS.get(word.lower().split("-")[0])


def length_of(text: str) -> Interval | None:
    """The length that an offset string stands for."""
    found = _OFFSET.match(text)
    unit = unit_of(text)
    if found is None or unit is None:
        return None
    amount = float(found[1]) if found[1] else 1.0
    return Interval.of(int(amount) if amount == int(amount) else amount, unit)


def as_length(call: Call, value: v.Value | None) -> Interval | None:
    """A value as a length of time."""
    found = call.m.get(value) if value is not None else None
    if isinstance(found, v.Const) and isinstance(found.value, Interval):
        return found.value
    if isinstance(found, v.Const) and isinstance(found.value, str):
        return length_of(found.value)
    return None


def timedelta(call: Call) -> v.Value | None:
    """`timedelta(days=7)`, `pd.Timedelta('30D')`, `pd.DateOffset(months=1)`, `np.timedelta64(1, 'D')`."""
    total = Interval()
    units = [(name, value) for name, value in call.kwargs.items() if UNITS.get(name) is not None]
    if call.args:
        first = as_length(call, call.args[0])
        unit = call.text(1, "unit")
        if first is None:
            units.append((unit or "days", call.args[0]))
        else:
            total = first
    for name, value in units:
        amount = call.m.get(value)
        unit = unit_of(name) or UNITS.get(name)
        made = _of(amount, unit)
        if made is None:
            return v.Scalar(Op("interval", (Literal(unit), call.expression(value)), call.origin))
        total = total + made
    return v.Const(total)


def _of(amount: v.Value, unit: str | None) -> Interval | None:
    if unit is None or not isinstance(amount, v.Const) or not isinstance(amount.value, int | float):
        return None
    return Interval.of(amount.value, unit)


def offset(unit: str) -> Transfer:
    """`pd.offsets.Day(3)`, `to_timedelta(x, unit='d')`."""

    def transfer(call: Call) -> v.Value | None:
        made = _of(call.got(0) or v.Const(1), unit)
        return v.Const(made) if made is not None else None

    return transfer


def now(call: Call) -> v.Value:
    return v.Scalar(Now(call.origin))


def timestamp(call: Call) -> v.Value | None:
    """`pd.Timestamp('2024-01-01')`, `datetime(2024, 1, 1)`; `pd.Timestamp('now')` is the clock."""
    first = call.got(0)
    if isinstance(first, v.Const) and isinstance(first.value, str):
        if first.value in ("now", "today"):
            return now(call)
        at = parse_date(first.value)
        return v.Const(at) if at is not None else v.Scalar(Op("timestamp", (call.expression(first),), call.origin))
    numbers = [value.value for value in map(call.m.get, call.args) if isinstance(value, v.Const)]
    numbers += [value for part in ("year", "month", "day") if isinstance(value := call.const(None, part), int)]
    whole = [number for number in numbers if isinstance(number, int)]
    if 3 <= len(whole) == len(numbers) and len(numbers) >= len(call.args):
        try:
            return v.Const(datetime(*whole[:6]))  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return None
    if first is not None and not isinstance(first, v.Const):
        return elementwise(call.m, "timestamp", (first,), call.node)
    return None


def to_datetime(call: Call) -> v.Value | None:
    """`pd.to_datetime(x)`: a constant date, or the same column read as time."""
    first = call.got(0)
    if isinstance(first, v.Const):
        return timestamp(call)
    if isinstance(first, v.Frame):
        return call.unknown()
    function = _COUNTED.get(call.text(None, "unit") or "", "to_datetime")
    return elementwise(call.m, function, (first,), call.node) if first is not None else None


_COUNTED = {"s": "timestamp_seconds", "ms": "timestamp_millis", "us": "timestamp_micros"}
"""Functions that read numbers, counted from 1970 on, as times, by pandas' unit of them."""


def strptime(call: Call) -> v.Value | None:
    """`datetime.strptime(text, format)`."""
    text, form = call.text(0), call.text(1)
    if text is not None and form is not None:
        try:
            return v.Const(datetime.strptime(text, form).replace(tzinfo=None))  # no zone in the data
        except ValueError:
            return None
    return elementwise(call.m, "strptime", call.args[:1], call.node) if call.args else None


def parse_date(text: str) -> datetime | None:
    if not _DATE.match(text.strip()):
        return None
    for form in (None, "%Y-%m", "%Y%m%d", "%m/%d/%Y", "%Y-%m-%d %H:%M"):
        try:
            found = datetime.fromisoformat(text.strip()) if form is None else datetime.strptime(text.strip(), form)
            return found.replace(tzinfo=None)
        except ValueError:
            continue
    return None


def part(name: str) -> Transfer:
    """A part of a date: `.dt.year`, `.month`."""

    def transfer(call: Call) -> v.Value | None:
        base = of(call)
        if base is None:
            return None
        return elementwise(call.m, "date_part", (v.Const(name), base), call.node)

    return transfer


def to_date(call: Call) -> v.Value | None:
    base = of(call)
    return elementwise(call.m, "cast", (base, v.Const("date")), call.node) if base is not None else None


def truncated(call: Call) -> v.Value | None:
    """`.dt.floor('D')`, `.dt.to_period('M')`, `.dt.normalize()`."""
    base = of(call)
    text = call.text(0, "freq") or ("D" if call.name == "normalize" else None)
    unit = unit_of(text) if text is not None else None
    if base is None:
        return None
    return elementwise(call.m, "date_trunc", (v.Const(unit or "day"), base), call.node)


def accessor(call: Call) -> v.Value | None:
    """Any other member of an accessor: a function of the column."""
    base = of(call)
    return elementwise(call.m, call.name, (base, *call.args), call.node) if base is not None else None


def of(call: Call) -> v.Value | None:
    """The column that an accessor belongs to."""
    receiver = call.receiver
    if isinstance(receiver, v.Handle):
        base = receiver.get("of")
        return call.m.get(base) if base is not None else None
    return receiver

"""Lengths of time as feature windows use them: months, days and seconds kept apart, as calendars do."""

from __future__ import annotations

from msgspec import Struct

_DAY = 86_400
_MONTH = 30.4375 * _DAY

UNITS: dict[str, tuple[int, int, float]] = {  # unit -> (months, days, seconds)
    "year": (12, 0, 0),
    "quarter": (3, 0, 0),
    "month": (1, 0, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, 3600),
    "minute": (0, 0, 60),
    "second": (0, 0, 1),
    "millisecond": (0, 0, 1e-3),
    "microsecond": (0, 0, 1e-6),
    "nanosecond": (0, 0, 1e-9),
}


class Interval(Struct, frozen=True):
    """A signed length of time. `seconds` in seconds; months are not converted to days."""

    months: int = 0
    days: int = 0
    seconds: float = 0

    @staticmethod
    def of(amount: float, unit: str) -> Interval | None:
        """`amount` of a canonical unit (`day`, `hour`, …), or None for an unknown unit or a fraction of a month."""
        if unit not in UNITS:
            return None
        months, days, seconds = UNITS[unit]
        if months and amount != int(amount):
            return None
        if days and amount != int(amount):
            return Interval(0, 0, amount * days * _DAY)
        return Interval(int(months * amount), int(days * amount), seconds * amount)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.months + other.months, self.days + other.days, self.seconds + other.seconds)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __neg__(self) -> Interval:
        return Interval(-self.months, -self.days, -self.seconds)

    def __mul__(self, factor: int) -> Interval:
        return Interval(self.months * factor, self.days * factor, self.seconds * factor)

    @property
    def total_seconds(self) -> float:
        """Length in seconds, a month taken as 30.4375 days."""
        return self.months * _MONTH + self.days * _DAY + self.seconds

    def __lt__(self, other: Interval) -> bool:
        return self.total_seconds < other.total_seconds

    def __abs__(self) -> Interval:
        return -self if self.total_seconds < 0 else self

    @property
    def iso(self) -> str:
        """ISO-8601 duration: P30D, PT30M, P1Y, P3M, P1DT12H."""
        days, seconds = self.days, self.seconds
        if seconds and seconds % _DAY == 0:
            days, seconds = days + int(seconds // _DAY), 0
        years, months = divmod(abs(self.months), 12)
        date = "".join(f"{n:g}{u}" for n, u in ((years, "Y"), (months, "M"), (abs(days), "D")) if n)
        hours, rest = divmod(abs(seconds), 3600)
        minutes, rest = divmod(rest, 60)
        clock = "".join(f"{round(n, 6):g}{u}" for n, u in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
        return "P" + date + (f"T{clock}" if clock else "") if date or clock else "PT0S"

    @property
    def words(self) -> str:
        """For people: `30-day`, `30-minute`, `12-month`, falling back to ISO-8601 for mixed lengths."""
        seconds = abs(self.seconds) + abs(self.days) * _DAY
        if self.months and not seconds:
            n, unit = (abs(self.months) // 12, "year") if self.months % 12 == 0 else (abs(self.months), "month")
            return f"{n}-{unit}"
        if self.months or not seconds:
            return self.iso
        for unit, size in (("day", _DAY), ("hour", 3600), ("minute", 60), ("second", 1)):
            if seconds % size == 0:
                return f"{int(seconds // size)}-{unit}"
        return self.iso

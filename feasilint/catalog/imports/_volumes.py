"""How many rows a day brings, from the sizes of the parts of a table."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

_WEEKS = timedelta(days=28)  # whole weeks, so that every weekday counts alike
_ID = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)?(\d\d)?")
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


class _Part(Struct, frozen=True):
    """Days from `start` to before `end`, and the rows of them."""

    start: date
    end: date
    rows: float

    def rows_since(self, day: date) -> float:
        """The rows from a day on, as if all days had the same number."""
        return self.rows * max(0, (self.end - max(self.start, day)).days) / (self.end - self.start).days


def rows_per_day(parts: Mapping[str, float], until: date | None) -> float | None:
    """The mean over the last 28 days that are complete: those before `until`, the day of the last write.

    Parts are days (`20261120`), hours (`2026112007`) or months (`202611`); None if they are anything else. Days without a part
    had no rows.
    """
    dated = [part for name, rows in parts.items() if (part := _part(name, rows)) is not None]
    complete = [part for part in dated if until is None or part.end <= until] or dated
    if not complete:
        return None
    end = max(part.end for part in complete)
    start = max(min(part.start for part in complete), end - _WEEKS)
    return sum(part.rows_since(start) for part in complete) / (end - start).days


def _part(name: str, rows: float) -> _Part | None:
    found = _ID.fullmatch(name)
    if found is None:
        return None
    try:
        start = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    days = 1 if found[3] else monthrange(start.year, start.month)[1]
    return _Part(start, start + timedelta(days=days), rows)


def written_count(number: float) -> str:
    """A count as people write it, to three digits from ten thousand on: `532`, `12.3k`, `50M`."""
    for size, unit in _UNITS:
        if number >= max(size, 10_000):
            return f"{float(f'{number / size:.3g}'):g}{unit}"
    return f"{number:.3g}" if number < 100 else str(round(number))

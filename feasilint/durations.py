"""Lengths of time in words."""

from __future__ import annotations

from math import inf

_MINUTE, _HOUR = 60, 3_600
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def duration(seconds: float) -> str:
    """Days, hours and minutes, below an hour seconds: `1 d 1 h 40 min`, `25 d 12 h`, `30 s`; `any time` without limit."""
    if seconds == inf:
        return "any time"
    if seconds and not round(seconds):
        return f"{seconds:.2g} s"
    left, parts = round(seconds), list[str]()
    if left >= _HOUR:
        left = round(left / _MINUTE) * _MINUTE
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts) or "0 s"

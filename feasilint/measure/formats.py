"""What a time format writes: `%Y-%m`, `YYYY-MM`, `EEEE`."""

from __future__ import annotations

import re
from functools import lru_cache

_DIRECTIVES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("YyGCE", ("year",)),
    **dict.fromkeys("mbBh", ("month",)),
    **dict.fromkeys("UVWg", ("week",)),
    **dict.fromkeys("de", ("day",)),
    **dict.fromkeys("HIkl", ("hour",)),
    **dict.fromkeys("Mi", ("minute",)),
    **dict.fromkeys("Sf", ("second",)),
    **dict.fromkeys("DxF", ("year", "month", "day")),
    **dict.fromkeys("cs", ("year", "month", "day", "second")),
    **dict.fromkeys("TX", ("hour", "minute", "second")),
    "R": ("hour", "minute"),
    "Q": ("quarter",),
}  # fmt: skip
_PICTURES: tuple[tuple[str, str | None], ...] = (  # longest first; None: recurs every week or half day, says nothing here
    ("yyyy", "year"), ("yyy", "year"), ("iyyy", "year"), ("rrrr", "year"), ("yy", "year"), ("y", "year"), ("month", "month"),
    ("mon", "month"), ("day", None), ("dy", None), ("ddd", None), ("dd", "day"), ("mm", "month"), ("hh24", "hour"),
    ("hh12", "hour"), ("hh", "hour"), ("mi", "minute"), ("ss", "second"), ("ff", "second"), ("ww", "week"), ("iw", "week"),
    ("q", "quarter"),
)  # fmt: skip
_PICTURE = re.compile("|".join(pattern for pattern, _ in sorted(_PICTURES, key=lambda pair: -len(pair[0]))))
_LETTER = re.compile(r"([a-zA-Z])\1*")
_LETTERS = {"y": "year", "Y": "year", "u": "year", "M": "month", "L": "month", "d": "day", "H": "hour", "h": "hour",
            "m": "minute", "s": "second", "S": "second", "w": "week", "Q": "quarter"}  # fmt: skip


@lru_cache(maxsize=1024)
def fields(form: str) -> frozenset[str]:
    """The units of time that a format writes: strftime's directives, pictures of databases, letters of Java."""
    if "%" in form:
        found = re.findall(r"%[-_0^#E]?([a-zA-Z])", form)
        return frozenset(unit for directive in found for unit in _DIRECTIVES.get(directive, ()))
    if re.search(r"MM|yy|YY", form) and not re.search(r"MI|D|HH24", form):
        return frozenset(_LETTERS[run] for run in _LETTER.findall(form) if run in _LETTERS)
    units = dict(_PICTURES)
    return frozenset(unit for found in _PICTURE.findall(form.lower()) if (unit := units[found]) is not None)


def recurs(form: str) -> bool:
    """Whether what is written comes again: a weekday, an hour, a month without its year."""
    return "year" not in fields(form)

"""From single time bounds to one window: which of them make it finite, and how long."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Interval
from feasilint.ir.expressions import fold
from feasilint.measure.model import Extent, WindowClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Relation
    from feasilint.measure.comparisons import Bound
    from feasilint.measure.moments import Moment

_Event: TypeAlias = "tuple[Relation, str]"
_ENDS = re.compile(
    r"(^|_)(end|ended|expir\w*|until|to|stop|close\w*|cancel\w*|out|valid_to)(_|$)|enddate|endtime", re.IGNORECASE
)
_PREFERENCE: dict[WindowClass, int] = {"bounded": 0, "anchored": 1, "unknown": 2}
_LOOSENESS: dict[WindowClass, int] = {"bounded": 0, "unknown": 1, "anchored": 2}
_PERIODS = (
    (Interval(months=3), Interval(months=12)),
    (Interval(months=1), Interval(months=12)),
    (Interval(days=7), Interval(months=12)),
    (Interval(days=1), Interval(months=1)),
    (Interval(seconds=3600), Interval(days=1)),
)


def combine(said: Iterable[Bound]) -> Extent | None:
    """The window that bounds on possibly several time columns make; None where none of them reaches back a finite way.

    An upper bound alone changes nothing; a constant lower bound alone still grows.
    """
    by_column: dict[_Event, list[Bound]] = defaultdict(list)
    for bound in said:
        by_column[bound.event.relation, fold(bound.event.name)].append(bound)
    found = [extent for bounds in by_column.values() for extent in _of_column(bounds)]
    if _valid_at(by_column):
        found.append(Extent("bounded", (), next(iter(by_column.values()))[0].event.name))
    return _refined(narrowest(found), [b for bounds in by_column.values() for b in bounds if b.recurs])


def narrowest(extents: Iterable[Extent]) -> Extent | None:
    """Of several windows that all hold, the one that bounds most."""
    return min(extents, key=_rank, default=None)


def widest(extents: Iterable[Extent | None]) -> Extent | None:
    """Of windows of which any may hold, the one that bounds least; None if one of them bounds nothing."""
    stated = list(extents)
    known = [extent for extent in stated if extent is not None]
    return max(known, key=_width, default=None) if len(known) == len(stated) else None


def _width(extent: Extent) -> tuple[int, float]:
    return _LOOSENESS[extent.window], max((i.total_seconds for i in extent.intervals), default=float("inf"))


def _refined(found: Extent | None, cycles: list[Bound]) -> Extent | None:
    """`month = 5` beside `year = 2024`: what recurs in each bigger unit is finite within one."""
    for bound in sorted(cycles, key=lambda b: -(b.width.total_seconds if b.width is not None else 0)):
        if found is None or found.window != "bounded" or not found.intervals or bound.width is None:
            break
        period = next((bigger for unit, bigger in _PERIODS if unit == bound.width), None)
        if period is not None and bound.width < found.intervals[0] and not period < found.intervals[0]:
            found = Extent("bounded", (bound.width,), found.time_column)
    return found


def _valid_at(by_column: dict[_Event, list[Bound]]) -> bool:
    """`start <= t AND end > t`: the rows that are valid at one moment, however long ago they began; or between two moments of one
    kind."""
    lowers = [
        (name, b.lower) for name, said in by_column.items() for b in said if b.lower is not None and b.width is None
    ]
    uppers = [
        (name, b.upper) for name, said in by_column.items() for b in said if b.upper is not None and b.width is None
    ]
    return any(
        one != other
        and lower.base == upper.base != "unknown"
        and not _ENDS.search(other[1])
        and _ENDS.search(one[1])
        and not (_is(lower, other) or _is(upper, one))
        for one, lower in lowers
        for other, upper in uppers
    )


def _is(moment: Moment, event: _Event) -> bool:
    """Whether a moment is the very column of an event: one comparison bounds both of its sides."""
    column = moment.column if moment.base == "column" else None
    return column is not None and (column.relation, fold(column.name)) == event


def _rank(extent: Extent) -> tuple[int, float]:
    return _PREFERENCE[extent.window], min((i.total_seconds for i in extent.intervals), default=float("inf"))


def _of_column(bounds: list[Bound]) -> Iterable[Extent]:
    uppers = [bound.upper for bound in bounds if bound.upper is not None and bound.width is None]
    for bound in bounds:
        if bound.upper is not None and bound.upper.base == "first":  # from the first event on, for a while
            length = bound.upper.offset
            yield Extent(
                "bounded", (length,) if length is not None and length.total_seconds > 0 else (), bound.event.name
            )
        if bound.lower is None or bound.lower.base == "first" or bound.recurs:
            continue
        if bound.width is not None:
            if bound.lower.base != "column":  # two time columns that are equal: a join key, no window
                known = (
                    () if bound.lower.base == "unknown" else (bound.width,)
                )  # the unit of what is not read is not known
                yield Extent("bounded", known, bound.event.name)
            continue
        window = _lower(bound.lower, uppers)
        if window is not None:
            since = _date(bound.lower) if window[0] == "anchored" else None
            yield Extent(window[0], window[1], bound.event.name, since=since)


def _date(moment: Moment) -> str | None:
    """A constant moment as it is written: `2020-01-01`."""
    if moment.at is None or moment.offset is None or moment.offset.total_seconds:
        return None
    return moment.at.isoformat(sep=" ").removesuffix(" 00:00:00")


def _lower(lower: Moment, uppers: list[Moment]) -> tuple[WindowClass, tuple[Interval, ...]] | None:
    if lower.base == "unknown":
        return "unknown", ()
    same = [upper for upper in uppers if _same_anchor(lower, upper)]
    if lower.base == "constant" and (same or not lower.relative):
        return _between_constants(lower, same) if same else ("anchored", ())
    if lower.base == "column" and not same and any(upper.base == "column" for upper in uppers):
        return "bounded", ()  # from one column of the spine to another
    if lower.relative or lower.base == "now":
        apart = not same and lower.base == "parameter" and any(upper.base == "parameter" for upper in uppers)
        return "bounded", () if apart else _length(lower, same)  # how far two parameters are apart is not known
    if same and any(upper.relative for upper in same):
        return "bounded", _length(lower, same)
    if lower.base == "column":
        return None
    return ("bounded", ()) if any(upper.base in ("parameter", "constant") for upper in uppers) else ("unknown", ())


def _same_anchor(a: Moment, b: Moment) -> bool:
    if a.base != b.base:
        return False
    if a.base == "column":
        return a.column is not None and b.column is not None and fold(a.column.name) == fold(b.column.name)
    return a.base != "parameter" or a.name == b.name


def _length(lower: Moment, uppers: list[Moment]) -> tuple[Interval, ...]:
    if lower.offset is None:
        return ()
    ends = [upper.offset for upper in uppers if upper.offset is not None] or [Interval()]
    length = min(ends) - lower.offset
    return (length,) if length.total_seconds > 0 else ()


def _between_constants(lower: Moment, uppers: list[Moment]) -> tuple[WindowClass, tuple[Interval, ...]]:
    lengths = [_span(lower, upper) for upper in uppers]
    known = sorted(length for length in lengths if length is not None and length.total_seconds > 0)
    return "bounded", tuple(known[:1])


def _span(lower: Moment, upper: Moment) -> Interval | None:
    if lower.at is None or upper.at is None or lower.offset is None or upper.offset is None:
        return None
    apart = upper.at - lower.at
    return Interval(days=apart.days, seconds=apart.seconds) + upper.offset - lower.offset

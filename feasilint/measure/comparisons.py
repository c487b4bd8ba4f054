"""One comparison of two times, as a bound on the column that is compared."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Call, Column, Expression, Hole, Interval, Param, Scan
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import fold, spelled
from feasilint.ir.names import timelike
from feasilint.measure.lengths import difference
from feasilint.measure.moments import Moment, moment
from feasilint.measure.rowwise import within_row
from feasilint.measure.shards import in_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Origin, Relation
    from feasilint.measure.moments import Base

FLIP = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}
COMPLEMENT = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "ne": "eq"}
_SEQUENCE = re.compile(r"(^|_)(day|week|month|quarter|year)_(seq|sk|id|key|num|number)$", re.IGNORECASE)
_YEAR = re.compile(r"(^|_)(year|yr|yyyy)$", re.IGNORECASE)
_CYCLES = {"month": "month", "mm": "month", "quarter": "quarter", "week": "week", "day": "day", "dd": "day",
           "hour": "hour", "hh": "hour"}  # fmt: skip
_WIDTHS = {"date": "day", "dayofyear": "day", "epoch": "second"}
_FOUR_DIGITS = re.compile(r"^(19|20|21)\d\d$")


class Bound(Struct, frozen=True):
    """`event` is at or after (`lower`) or at or before (`upper`) a moment; equality gives both, `width` long. `recurs`: what is
    equal comes again, as a month does every year. `role`: the relation that the code reads it of, since one source may be
    joined more than once. `origin`: of the comparison, where it is that and not its opposite that holds."""

    event: Column
    lower: Moment | None = None
    upper: Moment | None = None
    width: Interval | None = None
    recurs: bool = False
    role: Relation | None = None
    origin: Origin | None = None

    def vague(self) -> Bound:
        """The same on what is joined to it, of which nobody knows how far the bound reaches exactly."""
        lower = replace(self.lower, offset=None) if self.lower is not None else None
        upper = replace(self.upper, offset=None) if self.upper is not None else None
        return Bound(self.event, lower, upper, None, self.recurs, self.role)


def compared(operator: str, left: Expression, right: Expression, columns: Columns) -> Iterator[Bound]:
    """The bounds that a comparison of two expressions states; none if it is not about time."""
    left, right = in_full(left, right, columns), in_full(right, left, columns)
    a, b = _apart(left, right, columns) or (moment(left, columns), moment(right, columns))
    a, b = a or _part_value(left, b), b or _part_value(right, a)
    if a is None or b is None or not (_is_time(a) or _is_time(b)):
        return
    if operator != "eq" and (_recurring(a, b) or _recurring(b, a)):
        return  # from nine to five, every day
    bases = {a.base, b.base}
    if "neighbour" in bases or (bases == {"column"} and within_row((left, right), columns)):
        return
    both = [_made(op, one, other, columns) for op, one, other in ((operator, a, b), (FLIP[operator], b, a))
            if one.base == "column" and one.column is not None]  # fmt: skip
    yield from filter(looks_back, both) if _joined_to_itself(a, b) else both


def _joined_to_itself(a: Moment, b: Moment) -> bool:
    one, other = a.column, b.column
    return (
        one is not None and other is not None and (one.relation, fold(one.name)) == (other.relation, fold(other.name))
    )


def looks_back(bound: Bound) -> bool:
    """Of the two bounds that a comparison of two rows gives, that on the earlier one."""
    offsets = [end.offset for end in (bound.lower, bound.upper) if end is not None and end.offset is not None]
    return all(offset.total_seconds <= 0 for offset in offsets)


def _made(operator: str, event: Moment, anchor: Moment, columns: Columns) -> Bound:
    assert event.column is not None
    role = event.columns[0].relation
    offset = None if anchor.offset is None or event.offset is None else anchor.offset - event.offset
    moved = replace(
        anchor,
        base=_newest(event, anchor, columns) if anchor.base == "newest" else anchor.base,
        offset=offset,
        part=anchor.part or event.part,
        relative=anchor.relative or event.relative,
    )
    if operator == "eq":
        unit = event.part or anchor.part or event.unit or anchor.unit or _named_unit(event) or "day"
        width = Interval.of(1, _WIDTHS.get(unit, unit)) or Interval(days=1)
        return Bound(event.column, moved, moved, width, _recurring(event, anchor), role)
    lower, upper = (moved, None) if operator in ("gt", "ge") else (None, moved)
    return Bound(event.column, lower, upper, role=role)


def _recurring(event: Moment, anchor: Moment) -> bool:
    part = event.part or anchor.part
    return anchor.at is None and part not in (None, "year", "date", "epoch")


def _newest(event: Moment, anchor: Moment, columns: Columns) -> Base:
    """The latest time of the data itself is now; that of other data is a watermark that somebody keeps."""
    assert event.column is not None
    assert anchor.column is not None
    if fold(event.column.name) == fold(anchor.column.name):
        return "now"
    mine, theirs = (columns.settle(one.relation, one.name) for one in (event.column, anchor.column))
    same = isinstance(mine, Scan) and isinstance(theirs, Scan) and mine.source == theirs.source
    return "now" if same else "parameter"


def _named_unit(event: Moment) -> str | None:
    """The unit of a partition column such as `month`, which says nothing without its `year`."""
    names = [spelled(column.name) for column in event.columns]
    return (
        "year"
        if any(map(_YEAR.search, names))
        else next((_CYCLES[n.lower()] for n in names if n.lower() in _CYCLES), None)
    )


def _part_value(expression: Expression, other: Moment | None) -> Moment | None:
    """The constant that a part of a date is compared with: `year(ts) = 2024`, `d_year = 2024`, `month = '05'`."""
    if other is None or not isinstance(expression, Constant) or isinstance(expression.value, bool):
        return None
    value = expression.value
    if other.part in ("year", "date") and isinstance(value, int | float | str):
        return Moment("constant")
    if _FOUR_DIGITS.match(str(value)) and any(_YEAR.search(spelled(column.name)) for column in other.columns):
        return Moment("constant", at=datetime(int(str(value)), 1, 1), part="year")
    if isinstance(value, int | str) and (unit := other.part or _named_unit(other)) is not None and len(str(value)) < 3:
        return Moment("constant", part=unit)
    named = any(_SEQUENCE.search(spelled(column.name)) for column in other.columns)
    if named or (isinstance(value, str) and re.search(r"(19|20)\d\d", value) and _is_time(other)):
        return Moment("constant", part="date")
    return None


# --- differences ---------------------------------------------------------------------------------------------------------


def _apart(left: Expression, right: Expression, columns: Columns) -> tuple[Moment, Moment] | None:
    """`a - b <= length` as `a <= b + length`; the comparison's operator stays."""
    for here, there, swapped in ((left, right, False), (right, left, True)):
        found = difference(here, columns)
        if found is None:
            continue
        a, b = moment(found.later, columns), moment(found.earlier, columns)
        if a is None or b is None or not (_counts_time(here) or _is_time(a) or _is_time(b)):
            continue
        by = found.length(there, columns, a.scale or b.scale)
        if (a.base != "column" and b.base != "column") or (by is None and not _may_be_length(there)):
            continue
        offset = None if b.offset is None or by is None else b.offset + by
        moved = replace(b, offset=offset, relative=True)
        return (moved, a) if swapped else (a, moved)
    return None


def _may_be_length(expression: Expression) -> bool:
    named = isinstance(expression, Column) and not timelike(spelled(expression.name))
    return named or isinstance(expression, Param | Hole)


def _counts_time(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function not in ("sub", "div", "mul", "abs", "round", "cast")


def _is_time(found: Moment) -> bool:
    stated = found.base in ("now", "newest", "constant") and not found.plain
    if stated or found.relative or found.unit is not None or found.part is not None or found.scale is not None:
        return True
    return any(timelike(spelled(column.name)) for column in found.columns)

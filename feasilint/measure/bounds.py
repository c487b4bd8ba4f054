"""Time bounds: what predicates say about how far back rows reach."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Call, Column, Expression, Hole, Interval, Param
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import conjuncts, spelled, walk
from feasilint.measure.moments import Moment, moment, timelike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns

_FLIP = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}
_ORDER = frozenset(_FLIP)
_NULL = ("is_null", "isnull", "isna", "is")
_SEQUENCE = re.compile(r"(^|_)(day|week|month|quarter|year)_(seq|sk|id|key|num|number)$", re.IGNORECASE)
_YEAR = re.compile(r"(^|_)(year|yr)$", re.IGNORECASE)
_PART_WIDTH = {"year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day", "date": "day"}


class Bound(Struct, frozen=True):
    """`event` is at or after (`lower`) or at or before (`upper`) a moment; equality gives both, `width` long."""

    event: Column
    lower: Moment | None = None
    upper: Moment | None = None
    width: Interval | None = None


def bounds(predicate: Expression, columns: Columns) -> Iterator[Bound]:
    """The time bounds that hold wherever the predicate does."""
    for part in conjuncts(predicate):
        yield from _bound(part, columns, 0)


def mentions_hole(predicate: Expression) -> bool:
    """Whether a part of the predicate could not be read, or stands in the code as a parameter alone: it may bound anything."""
    whole = any(isinstance(part, Param) for part in conjuncts(predicate))
    return whole or any(isinstance(node, Hole) for node in walk(predicate))


def _bound(part: Expression, columns: Columns, depth: int) -> Iterator[Bound]:
    if isinstance(part, Column) and depth < 8:
        yield from _flag(part, columns, depth)
    if not isinstance(part, Call):
        return
    if part.function in _ORDER and len(part.args) == 2:
        left, right = part.args
        flag = _compared_flag(left, right)
        if flag is not None and part.function == "eq" and depth < 8:
            yield from _bound(flag, columns, depth + 1)
        yield from _compared(part.function, left, right, columns)
    elif part.function == "between" and len(part.args) == 3:
        yield from _compared("ge", part.args[0], part.args[1], columns)
        yield from _compared("le", part.args[0], part.args[2], columns)
    elif part.function in ("in", "isin") and part.args:
        yield from _listed(part, columns)
    elif part.function == "or":  # `x > t OR x IS NULL`: open ends
        stated = [arg for arg in part.args if not (isinstance(arg, Call) and arg.function in _NULL)]
        if len(stated) == 1 and depth < 8:
            yield from _bound(stated[0], columns, depth + 1)


def _flag(column: Column, columns: Columns, depth: int) -> Iterator[Bound]:
    """A boolean column stands for the predicate that it was made of."""
    relation = columns.settle(column.relation, column.name)
    made = columns.table(relation).find(column.name)
    below = (made.expression,) if made is not None else columns.step(relation, column.name)
    if len(below) == 1:
        for part in conjuncts(_condition(below[0])):
            yield from _bound(part, columns, depth + 1)


def _condition(expression: Expression) -> Expression:
    """CASE WHEN p THEN 1 ELSE 0 END, CAST(p AS int) and p.astype(int) are p."""
    while isinstance(expression, Call) and expression.args:
        if expression.function == "case" and len(expression.args) in (2, 3):
            return expression.args[0] if _is_flag(expression.args[1:]) else expression
        if expression.function not in ("cast", "astype", "coalesce", "fillna"):
            break
        expression = expression.args[0]
    return expression


def _is_flag(branches: tuple[Expression, ...]) -> bool:
    """Whether the branches of a CASE say yes and no, in this order."""
    values = [branch.value for branch in branches if isinstance(branch, Constant)]
    return len(values) == len(branches) and values[0] in (1, True) and (len(values) < 2 or not values[1])


def _compared_flag(left: Expression, right: Expression) -> Expression | None:
    """`flag = 1`, `flag = TRUE`."""
    if isinstance(left, Column) and isinstance(right, Constant) and right.value in (1, True, "Y", "y"):
        return left
    return None


def _compared(operator: str, left: Expression, right: Expression, columns: Columns) -> Iterator[Bound]:
    a, b = _difference(left, right, columns) or (moment(left, columns), moment(right, columns))
    a, b = a or _part_value(left, b), b or _part_value(right, a)
    if a is None or b is None or (a.column is None and b.column is None):
        return
    if not (_is_time(a) or _is_time(b)):
        return
    if a.base == "column" and a.column is not None:
        yield _made(operator, a, b)
    if b.base == "column" and b.column is not None:
        yield _made(_FLIP[operator], b, a)


def _part_value(expression: Expression, other: Moment | None) -> Moment | None:
    """The constant that a part of a date is compared with: `year(ts) = 2024`, `d_year = 2024`."""
    if other is None or not isinstance(expression, Constant) or isinstance(expression.value, bool):
        return None
    if other.part in ("year", "date") and isinstance(expression.value, int | float | str):
        return Moment("constant")
    named = any(_SEQUENCE.search(spelled(column.name)) for column in other.columns)
    if named or (isinstance(expression.value, str) and re.search(r"(19|20)\d\d", expression.value) and _is_time(other)):
        return Moment("constant", part="date")
    by_name = any(_YEAR.search(spelled(column.name)) for column in other.columns)
    if by_name and isinstance(expression.value, int) and 1900 <= expression.value <= 2200:
        return Moment("constant", at=datetime(expression.value, 1, 1), part="year")
    return None


def _made(operator: str, event: Moment, anchor: Moment) -> Bound:
    assert event.column is not None
    offset = None if anchor.offset is None or event.offset is None else anchor.offset - event.offset
    relative = anchor.relative or event.relative
    moved = Moment(
        anchor.base, offset, anchor.columns, anchor.at, anchor.name, anchor.unit, anchor.part or event.part, relative
    )
    if operator == "eq":
        unit = event.part or anchor.part or event.unit or anchor.unit or "day"
        return Bound(event.column, moved, moved, Interval.of(1, _PART_WIDTH.get(unit, unit)) or Interval(days=1))
    return Bound(event.column, moved) if operator in ("gt", "ge") else Bound(event.column, None, moved)


def _difference(left: Expression, right: Expression, columns: Columns) -> tuple[Moment, Moment] | None:
    """`a - b <= length` as `a <= b + length`; the comparison's operator stays."""
    for here, there, swapped in ((left, right, False), (right, left, True)):
        pair = _subtraction(here)
        if pair is None or not isinstance(there, Constant):
            continue
        unit, later, earlier = pair
        length = there.value if isinstance(there.value, Interval) else _units(there.value, unit)
        a, b = moment(later, columns), moment(earlier, columns)
        if length is None or a is None or b is None:
            continue
        offset = None if b.offset is None else b.offset + length
        moved = Moment(b.base, offset, b.columns, b.at, b.name, b.unit, b.part, True)
        return (moved, a) if swapped else (a, moved)
    return None


def _subtraction(expression: Expression) -> tuple[str, Expression, Expression] | None:
    if not isinstance(expression, Call):
        return None
    args = expression.args
    if expression.function == "date_diff" and len(args) == 3 and isinstance(args[0], Constant):
        return str(args[0].value).lower(), args[1], args[2]
    if expression.function == "sub" and len(args) == 2:
        return "day", args[0], args[1]
    if expression.function in ("days", "total_seconds", "date_part", "abs") and args:
        inner = _subtraction(args[-1])
        return ("second" if expression.function == "total_seconds" else inner[0], *inner[1:]) if inner else None
    return None


def _units(value: object, unit: str) -> Interval | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Interval.of(value, unit)
    return None


def _listed(part: Call, columns: Columns) -> Iterator[Bound]:
    event = moment(part.args[0], columns)
    values = [moment(arg, columns) for arg in part.args[1:]]
    if (
        event is None
        or event.column is None
        or not values
        or not all(v is not None and v.base == "constant" for v in values)
    ):
        return
    instants = sorted(v.at for v in values if v is not None and v.at is not None)
    if instants:
        low, high = Moment("constant", at=instants[0]), Moment("constant", at=instants[-1])
        yield Bound(event.column, low, high)


def _is_time(found: Moment) -> bool:
    if found.base in ("now", "constant") or found.relative or found.unit is not None or found.part is not None:
        return True
    return any(timelike(str(column.name)) for column in found.columns)

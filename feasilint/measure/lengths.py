"""Lengths of time and the numbers that they are made of, as far as the code states them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Call, Column, Expression, Interval, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.columns import Columns

DAY = Interval(days=1)
_DEPTH = 8
_STEPS = 16
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
}  # fmt: skip
_WRAPPING = frozenset(
    (
        "cast",
        "try_cast",
        "coalesce",
        "abs",
        "floor",
        "ceil",
        "ceiling",
        "round",
        "int",
        "float",
        "astype",
        "fillna",
        "row_code",
    )
)
_MEASURING: dict[str, str | None] = {  # functions of a difference, with the unit that they count in
    "days": "day", "total_seconds": "second", "epoch": "second", "unix_timestamp": "second", "date_part": None,
    **dict.fromkeys(_WRAPPING),
}  # fmt: skip


def behind(expression: Expression, columns: Columns) -> Expression:
    """What a column is computed from, through every step that passes it on; other expressions, and columns that come from
    a source or from several places, as they are."""
    for _ in range(_STEPS):
        if not isinstance(expression, Column):
            break
        relation = columns.settle(expression.relation, expression.name)
        made = columns.table(relation).find(expression.name)
        below = (made.expression,) if made is not None else columns.step(relation, expression.name)
        if len(below) != 1:
            break
        expression = below[0]
    return expression


def number(expression: Expression, columns: Columns, depth: int = 0) -> float | None:
    """The value of a constant expression."""
    expression = behind(expression, columns)
    if isinstance(expression, Literal):
        value = expression.value
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(expression, Call) or depth > _DEPTH:
        return None
    if expression.function in _WRAPPING and expression.args:
        return number(expression.args[0], columns, depth + 1)
    if expression.function == "neg" and expression.args:
        value = number(expression.args[0], columns, depth + 1)
        return -value if value is not None else None
    return _computed(expression, columns, depth + 1)


def _computed(call: Call, columns: Columns, depth: int) -> float | None:
    compute = _ARITHMETIC.get(call.function)
    if compute is None or len(call.args) != 2:
        return None
    left = number(call.args[0], columns, depth)
    right = number(call.args[1], columns, depth) if left is not None else None
    try:
        return compute(left, right) if left is not None and right is not None else None
    except (ZeroDivisionError, OverflowError):
        return None


def length(expression: Expression, columns: Columns, per: Interval = DAY) -> Interval | None:
    """A constant length of time; plain numbers count `per`."""
    expression = behind(expression, columns)
    if isinstance(expression, Literal) and isinstance(expression.value, Interval):
        return expression.value
    if isinstance(expression, Call):
        known = _COMPOSED.get(expression.function)
        found = known(expression, columns) if known is not None else None
        if found is not None:
            return found
    plain = number(expression, columns)
    return scaled(per, plain) if plain is not None else None


def _spoken(call: Call, columns: Columns) -> Interval | None:
    """interval(30, 'day') whose amount is known only now."""
    if len(call.args) != 2 or not isinstance(call.args[1], Literal):
        return None
    amount = number(call.args[0], columns)
    return Interval.of(amount, str(call.args[1].value)) if amount is not None else None


def _product(call: Call, columns: Columns) -> Interval | None:
    for factor, by in (call.args, call.args[::-1]) if len(call.args) == 2 else ():
        amount, one = number(by, columns), behind(factor, columns)
        if amount is not None and isinstance(one, Literal) and isinstance(one.value, Interval):
            return scaled(one.value, amount)
    return None


_COMPOSED: dict[str, Callable[[Call, Columns], Interval | None]] = {"interval": _spoken, "mul": _product}


def scaled(per: Interval, amount: float) -> Interval:
    """A length so many times; a fraction of days or months is taken in seconds."""
    if amount == int(amount):
        return per * int(amount)
    return Interval(seconds=per.total_seconds * amount)


class Difference(Struct, frozen=True):
    """`later - earlier`, counted in `per` (None: in whatever the times count) times `factor`."""

    later: Expression
    earlier: Expression
    per: Interval | None = None
    factor: float = 1

    def length(self, there: Expression, columns: Columns, scale: Interval | None) -> Interval | None:
        """The constant length that the difference is compared with; `scale`: what the times count."""
        return length(there, columns, scaled(self.per or scale or DAY, self.factor))


def difference(expression: Expression, columns: Columns, depth: int = 0) -> Difference | None:
    """The difference of two times, however it is computed and named."""
    expression = behind(expression, columns)
    if not isinstance(expression, Call) or depth > _DEPTH:
        return None
    args = expression.args
    if expression.function == "date_diff" and len(args) == 3 and isinstance(args[0], Literal):
        return Difference(args[1], args[2], Interval.of(1, str(args[0].value).lower()) or DAY)
    if expression.function == "sub" and len(args) == 2:
        return Difference(args[0], args[1])
    if expression.function in ("div", "mul") and len(args) == 2:
        return _rescaled(expression, columns, depth)
    if expression.function in _MEASURING and args:
        return _measured(expression, columns, depth)
    return None


def _rescaled(call: Call, columns: Columns, depth: int) -> Difference | None:
    inner, by = difference(call.args[0], columns, depth + 1), behind(call.args[1], columns)
    if inner is not None and call.function == "div" and isinstance(by, Literal) and isinstance(by.value, Interval):
        return replace(inner, per=by.value, factor=1)
    factor = number(by, columns)
    if inner is None or not factor:
        return None
    return replace(inner, factor=inner.factor * (factor if call.function == "div" else 1 / factor))


def _measured(call: Call, columns: Columns, depth: int) -> Difference | None:
    inner = difference(call.args[-1 if call.function == "date_part" else 0], columns, depth + 1)
    unit = _MEASURING[call.function]
    if call.function == "date_part" and isinstance(call.args[0], Literal):
        unit = "second" if call.args[0].value == "epoch" else str(call.args[0].value)
    per = Interval.of(1, unit) if unit is not None else None
    return replace(inner, per=per or inner.per) if inner is not None else None

"""What later rows say: the end of an interval, or more of a day that is over; and whose rows they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Literal, Measure, Window
from feasilint.ir.expressions import spelled
from feasilint.measure.buckets import buckets
from feasilint.measure.grain import defined, leaves
from feasilint.measure.lengths import behind
from feasilint.measure.moments import TRANSPARENT, TRUNCATING, moment
from feasilint.measure.usage import passed_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.columns import Columns
    from feasilint.ir import Expression
    from feasilint.measure.operations import Done

_UNITS = ("day", "hour", "minute")
_DAY_NAME = re.compile(r"(^|_)(date|day|dt|ds)$", re.IGNORECASE)


def ends_interval(done: Done, column: Column, columns: Columns) -> bool:
    """Whether a column is the time of the next row as it is, `LEAD(t) OVER (… ORDER BY t)`: the end of the interval that begins
    with its own row, by which other rows look it up."""
    if not _takes_its_order(done, columns):
        return False
    own = _places(done.args, columns)
    measures = (output.expression for output in passed_on(column, columns))
    return any(isinstance(made, Measure) and _places(made.args[:1], columns) == own for made in measures)


def whose(done: Done, columns: Columns) -> tuple[Expression, ...]:
    """What tells whose later rows are taken: the value; where that is the time that they are ordered by, which a calendar may
    lend, what they are partitioned by."""
    window = done.relation
    if not isinstance(window, Window) or not window.partition or not _takes_its_order(done, columns):
        return done.args
    return window.partition


def of_one_day(done: Done, columns: Columns) -> bool:
    """Whether the later rows are those of the same day or hour."""
    window = done.relation
    return isinstance(window, Window) and any(_is_a_day(key, columns) for key in window.partition)


def _is_a_day(key: Expression, columns: Columns) -> bool:
    made = behind(key, columns)
    while isinstance(made, Call) and made.function in TRANSPARENT:
        if made.function in ("date", "to_date") or (made.function == "cast" and _text(made.args[-1]) == "date"):
            return True
        made = behind(made.args[0], columns)
    if isinstance(made, Column):
        return _DAY_NAME.search(spelled(made.name)) is not None
    found = moment(made, columns) if isinstance(made, Call) and made.function in TRUNCATING else None
    return found is not None and found.unit in _UNITS and buckets(made, columns)


def _text(expression: Expression) -> str:
    return str(expression.value).lower() if isinstance(expression, Literal) else ""


def _takes_its_order(done: Done, columns: Columns) -> bool:
    window = done.relation
    if not isinstance(window, Window) or len(done.args) != 1 or done.text not in ("lead", "lag"):
        return False
    own = _places(done.args, columns)
    return any(own == _places((by,), columns) for by in window.order)


def _places(expressions: Iterable[Expression], columns: Columns) -> set[object]:
    return {place for one in expressions for place in leaves(defined(one, columns), columns)}

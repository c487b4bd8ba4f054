"""Time buckets among grouping keys: a day is a finite group, a weekday comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Expression, Hole, Interval, Measure
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import spelled
from feasilint.measure.formats import recurs
from feasilint.measure.grain import defined
from feasilint.measure.moments import TRANSPARENT, TRUNCATING, moment
from feasilint.measure.names import dated

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.columns import Columns

_FINITE_PARTS = frozenset({"year", "date", "epoch", "yearmonth"})


def buckets(key: Expression, columns: Columns) -> bool:
    """Whether the key is a time bucket that does not recur: its groups are finite."""
    expression = defined(key, columns)
    if isinstance(expression, Column):
        made = columns.table(expression.relation).find(expression.name)
        if made is not None and isinstance(made.expression, Measure):
            return _of_rows(made.expression, columns)
        return dated(spelled(expression.name))
    known = _CALLS.get(expression.function) if isinstance(expression, Call) else None
    return known is not None and isinstance(expression, Call) and bool(expression.args) and known(expression, columns)


def _of_rows(measure: Measure, columns: Columns) -> bool:
    """A time of a group's rows: the first or the latest one is as long as the group is; any one is a bucket where all are."""
    return measure.function in _PICKED and bool(measure.args) and buckets(measure.args[0], columns)


_PICKED = frozenset(("any", "first", "last"))


def _over_time(call: Call, columns: Columns) -> bool:
    """Truncating numbers is no time bucket: there must be a unit, or a column that speaks of time."""
    if any(isinstance(arg, Constant) and isinstance(arg.value, str | Interval) for arg in call.args):
        return call.function != "floor" or _speaks_of_time(call)
    if len(call.args) == 1:
        return call.function not in ("floor", "trunc") or _speaks_of_time(call)
    return any(buckets(arg, columns) for arg in call.args)


def _speaks_of_time(call: Call) -> bool:
    return any(dated(spelled(column.name)) for column in referenced(call))


def _part(call: Call, _: Columns) -> bool:
    part = call.args[0]
    return isinstance(part, Constant) and str(part.value).lower() in _FINITE_PARTS


def _written(call: Call, _: Columns) -> bool:
    """A time as text, whose format says what comes again."""
    texts = [arg.value for arg in call.args if isinstance(arg, Constant) and isinstance(arg.value, str)]
    return not texts or not all(map(recurs, texts))


def _always(_call: Call, _columns: Columns) -> bool:
    return True


def _any(call: Call, columns: Columns) -> bool:
    """month + 100 * year."""
    return any(buckets(arg, columns) for arg in call.args)


def _first(call: Call, columns: Columns) -> bool:
    return buckets(call.args[0], columns)


def _cast(call: Call, columns: Columns) -> bool:
    """A computed time as a date, such as the days of a calendar."""
    made = call.args[-1] if isinstance(defined(call.args[0], columns), Call) else None
    return (isinstance(made, Constant) and str(made.value).lower() == "date") or buckets(call.args[0], columns)


def _written_as(key: Expression, columns: Columns) -> Expression:
    """What a key is made by, without changes of its type."""
    expression = defined(key, columns)
    while isinstance(expression, Call) and expression.function in TRANSPARENT and expression.args:
        expression = defined(expression.args[0], columns)
    return expression


def recurring(key: Expression, columns: Columns) -> str | None:
    """The part of a time that a key is, where it comes again: `month`, `day`, `hour`."""
    expression = _written_as(key, columns)
    if not isinstance(expression, Call) or expression.function != "date_part" or not expression.args:
        return None
    part = expression.args[0]
    return str(part.value).lower() if isinstance(part, Constant) and not _part(expression, columns) else None


def unread_time(key: Expression, columns: Columns) -> bool:
    """Whether a key is made of a time by code that cannot be read: a bucket, as likely as not."""
    expression = _written_as(key, columns)
    if not isinstance(expression, Call) or not any(isinstance(arg, Hole) for arg in expression.args):
        return False
    times = [spelled(column.name) for column in referenced(expression)]
    return bool(times) and all(map(dated, times))


def _beginning(call: Call, columns: Columns) -> bool:
    """The first characters of a date: LEFT(ts, 7), SUBSTR(ts, 1, 10)."""
    numbers = [arg.value for arg in call.args[1:] if isinstance(arg, Constant)]
    whole = len(numbers) == 1 or numbers[:1] in ([0], [1])
    return whole and isinstance(numbers[-1], int) and numbers[-1] >= 4 and buckets(call.args[0], columns)


def _counted(call: Call, columns: Columns) -> bool:
    """So many seconds or days since an epoch, in whole steps: DIV(UNIX_SECONDS(ts), 300)."""
    found = moment(call.args[0], columns)
    return (found is not None and found.scale is not None) or buckets(call.args[0], columns)


_CALLS: dict[str, Callable[[Call, Columns], bool]] = {
    **dict.fromkeys(TRANSPARENT, _first),
    **dict.fromkeys(("cast", "try_cast", "safe_cast"), _cast),
    **dict.fromkeys(
        ("date", "to_date", "strftime", "date_format", "to_char", "format_date", "format_timestamp"), _written
    ),
    **dict.fromkeys(TRUNCATING, _over_time),
    **dict.fromkeys(("last_day", "make_date", "date_from_parts", "eomonth", "time_bucket"), _always),
    **dict.fromkeys(("add", "sub", "mul", "concat", "dpipe"), _any),
    **dict.fromkeys(("left", "substr", "substring", "slice"), _beginning),
    "div": _counted,
    "date_part": _part,
    "grouper": _over_time,
}

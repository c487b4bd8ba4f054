"""Points in time as code writes them (`CURRENT_DATE - 30`, `spine.ts`, `'2024-01-01'`), as a base and an offset."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Aggregate, Call, Column, Expression, Hole, Interval, Measure, Now, Param, Shift, Subquery
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import walk
from feasilint.measure.formats import fields
from feasilint.measure.lengths import DAY, length, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.columns import Columns
    from feasilint.ir import Relation

Base: TypeAlias = Literal["column", "now", "newest", "first", "neighbour", "constant", "parameter", "unknown"]

ZERO = Interval()
_DEPTH = 24
_ZERO_HOUR = datetime(1970, 1, 1)

# functions that change how a time is written, not which one it is
TRANSPARENT = frozenset((
    "astype", "at_time_zone", "cast", "coalesce", "convert_timezone", "date", "date_format", "datetime", "epoch",
    "format_date", "format_timestamp", "from_unixtime", "from_utc_timestamp", "iloc", "isoformat", "item",
    "julianday", "normalize", "parse_date", "parse_datetime", "parse_timestamp", "row_code", "safe_cast", "str_to_date",
    "str_to_time", "strftime", "strptime", "timestamp", "timestamp_micros", "timestamp_millis", "timestamp_seconds",
    "to_char", "to_date", "to_datetime", "to_pydatetime", "to_timestamp", "to_timestamp_ntz", "to_unix_timestamp",
    "to_utc_timestamp", "try_cast", "ts_or_ds_to_date", "tz_convert", "tz_localize", "unix_date", "unix_micros",
    "unix_millis", "unix_seconds", "unix_timestamp", "value",
))  # fmt: skip
# functions that count from an epoch: what a number is that is added to their result
EPOCHS: dict[str, Interval] = {
    **dict.fromkeys(("unix_timestamp", "unix_seconds", "to_unix_timestamp", "epoch"), Interval(seconds=1)),
    "unix_millis": Interval(seconds=1e-3), "unix_micros": Interval(seconds=1e-6), "unix_date": DAY, "julianday": DAY,
}  # fmt: skip
_READING = frozenset(
    ("from_unixtime", "timestamp_seconds", "timestamp_millis", "timestamp_micros", "to_timestamp", "to_datetime")
)
_SCALES = {3: EPOCHS["unix_millis"], 6: EPOCHS["unix_micros"]}
_TEXTUAL = frozenset({"date_format", "format_date", "format_timestamp", "strftime", "to_char"})
_EXTREMES: dict[str, Base] = {"min": "first", "first": "first", "lag": "neighbour", "lead": "neighbour"}
_PARTED = frozenset({"date_from_parts", "make_date"})
TRUNCATING = frozenset(
    {"date_trunc", "timestamp_trunc", "datetime_trunc", "trunc", "to_period", "floor", "time_slice", "time_bucket"}
)
_DATE_TYPES = ("date", "timestamp", "datetime")
_DATE_TEXT = re.compile(
    r"^\s*(?:(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:[ T].*)?|(?P<of>(?:19|20|21)\d{2})-?(?P<only>\d{2}))\s*$"
)


class Moment(Struct, frozen=True):
    """A point in time: `base` (`first`: the earliest time of a key, `newest`: the latest of all data, `neighbour`: that of the
    row before or after) moved by `offset` (None: by an unknown length).

    `columns` are the columns it was read through, outermost first; `at` the instant of a constant; `unit` what it was truncated
    or reduced to; `scale` what a number is that is added to it, where it counts from an epoch. `relative`: the code says "… minus
    an interval". `plain`: a number, which may be no date at all; `quoted`: a date that is written as a text.
    """

    base: Base
    offset: Interval | None = ZERO
    columns: tuple[Column, ...] = ()
    at: datetime | None = None
    name: str = ""
    unit: str | None = None
    part: str | None = None
    relative: bool = False
    scale: Interval | None = None
    plain: bool = False
    quoted: bool = False

    @property
    def column(self) -> Column | None:
        return self.columns[-1] if self.columns else None

    def later(self, by: Interval) -> Moment:
        """The moment moved on."""
        return replace(self, offset=None if self.offset is None else self.offset + by)


def moment(expression: Expression, columns: Columns, depth: int = 0) -> Moment | None:
    """The moment that an expression stands for, None if it is no point in time."""
    if depth > _DEPTH:
        return None
    match expression:
        case Now():
            return Moment("now")
        case Constant(value=value):
            return _constant(value)
        case Param(name=name):
            return Moment("parameter", name=name)
        case Hole(text=text, inputs=()):  # a value that a template gives
            return Moment("parameter", name=text)
        case Hole(text=text):
            return Moment("unknown", None, name=text)
        case Column():
            return _column(expression, columns, depth)
        case Subquery(function="scalar", relation=relation):
            names = columns.header(relation).names
            return moment(Column(relation, names[0]), columns, depth + 1) if names else None
        case Call():
            return _call(expression, columns, depth)
        case Shift(arg=arg):
            found = moment(arg, columns, depth + 1)
            return replace(found, base="neighbour") if found is not None else None
        case _:
            return None


def _constant(value: object) -> Moment | None:
    if isinstance(value, datetime):
        return Moment("constant", at=value.replace(tzinfo=None))
    if isinstance(value, str | int) and not isinstance(value, bool):
        at = _date(str(value))
        quoted = isinstance(value, str)
        return Moment("constant", at=at, plain=str(value).isdigit(), quoted=quoted) if at else None
    return None


def _date(text: str) -> datetime | None:
    found = _DATE_TEXT.match(text)
    if not found:
        return None
    try:
        return datetime(int(found["year"] or found["of"]), int(found["month"] or found["only"]), int(found["day"] or 1))
    except ValueError:
        return None


def _column(column: Column, columns: Columns, depth: int) -> Moment:
    relation = columns.settle(column.relation, column.name)
    bottom = Column(relation, column.name, column.origin)
    here = Moment("column", columns=(bottom,) if relation is column.relation else (column, bottom))
    made = columns.table(relation).find(column.name)
    expressions = (made.expression,) if made is not None else columns.step(relation, column.name)
    if len(expressions) != 1:
        return here
    below = expressions[0]
    if isinstance(below, Measure):
        return _extreme(relation, below, here)
    found = moment(below, columns, depth + 1)
    if found is None or found.base == "unknown":
        return here
    return replace(found, columns=(column, *found.columns))


def _extreme(relation: Relation, measure: Measure, here: Moment) -> Moment:
    """The newest time of all data may be now; the earliest time of a key is where its history begins."""
    whole = isinstance(relation, Aggregate) and not relation.keys
    if whole and measure.function in ("max", "last") and measure.args:
        return replace(here, base="newest", columns=(*here.columns, *list(referenced(measure.args[0]))[:1]))
    return replace(here, base=_EXTREMES.get(measure.function, "column"))


def _call(call: Call, columns: Columns, depth: int) -> Moment | None:
    known = _CALLS.get(call.function)
    return known(call, columns, depth) if known is not None and call.args else None


def _truncated(call: Call, columns: Columns, depth: int) -> Moment | None:
    unit, inner = _truncation(call)
    found = moment(inner, columns, depth + 1)
    return replace(found, unit=unit) if found is not None else None


def _last_day(call: Call, columns: Columns, depth: int) -> Moment | None:
    found = moment(call.args[0], columns, depth + 1)
    return replace(found, unit="month") if found is not None else None


def _part(call: Call, columns: Columns, depth: int) -> Moment | None:
    part, found = _text(call.args[0]), moment(call.args[-1], columns, depth + 1)
    if found is None or len(call.args) != 2:
        return None
    return replace(found, scale=EPOCHS["epoch"]) if part == "epoch" else replace(found, part=part)


def _since(call: Call, columns: Columns, depth: int) -> Moment | None:
    """The number of days since a constant."""
    unit, since = _text(call.args[0]), call.args[-1]
    if len(call.args) != 3 or unit is None or any(isinstance(node, Column | Now) for node in walk(since)):
        return None
    found = moment(call.args[1], columns, depth + 1)
    return replace(found, scale=Interval.of(1, unit)) if found is not None else None


def _counted_from_zero(start: Moment, by: Expression, columns: Columns, depth: int) -> Moment | None:
    """TIMESTAMP 'epoch' + seconds * INTERVAL '1 second'."""
    if start.at != _ZERO_HOUR or not (isinstance(by, Call) and by.function == "mul"):
        return None
    return next((found for arg in by.args if (found := moment(arg, columns, depth + 1)) is not None), None)


def _first_of(call: Call, columns: Columns, depth: int) -> Moment | None:
    options = (moment(arg, columns, depth + 1) for arg in call.args)
    return next((option for option in options if option is not None), None)


def _through(call: Call, columns: Columns, depth: int) -> Moment | None:
    found = moment(call.args[0], columns, depth + 1)
    if found is None and len(call.args) > 1:  # format first: PARSE_DATE('%Y%m%d', x)
        found = moment(call.args[1], columns, depth + 1)
    return _rewritten(call, found) if found is not None else None


def _rewritten(call: Call, found: Moment) -> Moment:
    """The same time as a number, a text, a day."""
    function = call.function
    if function in EPOCHS:
        return replace(found, scale=EPOCHS[function])
    if function in _READING:
        return replace(found, scale=_scale(call) if found.scale is None else None)
    if function in _TEXTUAL:
        return replace(found, unit=_finest(call) or found.unit)
    kind = _text(call.args[-1]) if function == "cast" else None
    if kind in ("bigint", "long", "int", "double"):
        return replace(found, scale=found.scale or EPOCHS["epoch"])
    to_day = function in ("date", "to_date") or kind == "date"
    return replace(found, unit=found.unit or "day", scale=None) if to_day else found


def _scale(call: Call) -> Interval | None:
    """`epoch_ms(ts)`: a number of milliseconds."""
    power = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], Constant) else None
    return _SCALES.get(power) if isinstance(power, int) else None


def _finest(call: Call) -> str | None:
    """The finest unit that a text format writes."""
    form = next((fields(text) for arg in call.args if (text := _spelled(arg)) is not None), frozenset())
    return next((unit for unit in ("second", "minute", "hour", "day", "week", "month", "year") if unit in form), None)


def _moved(call: Call, columns: Columns, depth: int) -> Moment | None:
    if len(call.args) != 2:
        return None
    start, by = call.args
    if call.function == "add" and isinstance(start, Constant) and isinstance(start.value, Interval):
        start, by = by, start
    found = moment(start, columns, depth + 1)
    if found is None:
        return None
    by_length = length(by, columns, found.scale or _counting(by, found, columns))
    if by_length is None and (counted := _counted_from_zero(found, by, columns, depth)) is not None:
        return replace(counted, scale=None)
    if by_length is None:
        other = moment(by, columns, depth + 1)
        if other is not None and other.base not in ("parameter", "unknown"):
            return None  # a difference of two moments is a length
        return replace(found, offset=None, relative=True)
    signed = by_length if call.function == "add" else -by_length
    return replace(found, offset=None if found.offset is None else found.offset + signed, relative=True)


def _counting(by: Expression, start: Moment, columns: Columns) -> Interval:
    """What a plain number counts that is added to a time of unknown scale: days, unless there are too many of them."""
    amount = number(by, columns)
    days = amount is None or (abs(amount) < 3660 and start.unit in (None, "day"))
    return DAY if days else EPOCHS["epoch"]


def _truncation(call: Call) -> tuple[str | None, Expression]:
    texts = [(at, text) for at, arg in enumerate(call.args) if (text := _text(arg)) is not None]
    at, unit = texts[0] if texts else (-1, None)
    return unit, call.args[1 if at == 0 and len(call.args) > 1 else 0]


def _text(expression: Expression) -> str | None:
    spelled_out = _spelled(expression)
    return spelled_out.lower() if spelled_out is not None else None


def _spelled(expression: Expression) -> str | None:
    return expression.value if isinstance(expression, Constant) and isinstance(expression.value, str) else None


_CALLS: dict[str, Callable[[Call, Columns, int], Moment | None]] = {
    **dict.fromkeys(TRANSPARENT, _through),
    **dict.fromkeys(TRUNCATING, _truncated),
    **dict.fromkeys(_PARTED, _first_of),
    **dict.fromkeys(("greatest", "least", "max", "min"), _first_of),
    "last_day": _last_day,
    "date_diff": _since,
    "date_part": _part,
    "add": _moved,
    "sub": _moved,
}

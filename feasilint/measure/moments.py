"""Points in time as code writes them (`CURRENT_DATE - 30`, `spine.ts`, `'2024-01-01'`), as a base and an offset."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Aggregate, Call, Column, Expression, Hole, Interval, Measure, Now, Param, Subquery
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import spelled

if TYPE_CHECKING:
    from feasilint.columns import Columns
    from feasilint.ir import Relation

Base: TypeAlias = Literal["column", "now", "first", "constant", "parameter", "unknown"]

ZERO = Interval()
_DEPTH = 24

# functions that change how a time is written, not which one it is
TRANSPARENT = frozenset(
    {
        "astype",
        "at_time_zone",
        "cast",
        "coalesce",
        "convert_timezone",
        "date",
        "date_format",
        "datetime",
        "epoch",
        "format_date",
        "format_timestamp",
        "from_unixtime",
        "from_utc_timestamp",
        "iloc",
        "isoformat",
        "item",
        "normalize",
        "parse_date",
        "parse_datetime",
        "parse_timestamp",
        "safe_cast",
        "str_to_date",
        "str_to_time",
        "strftime",
        "strptime",
        "timestamp",
        "timestamp_micros",
        "timestamp_millis",
        "timestamp_seconds",
        "to_char",
        "to_date",
        "to_datetime",
        "to_pydatetime",
        "to_timestamp",
        "to_timestamp_ntz",
        "to_unix_timestamp",
        "to_utc_timestamp",
        "try_cast",
        "ts_or_ds_to_date",
        "tz_convert",
        "tz_localize",
        "unix_date",
        "unix_micros",
        "unix_millis",
        "unix_seconds",
        "unix_timestamp",
        "value",
    }
)
TRUNCATING = frozenset({"date_trunc", "timestamp_trunc", "datetime_trunc", "trunc", "to_period", "floor", "time_slice"})
_DATE_TYPES = ("date", "timestamp", "datetime")
_TIME_NAME = re.compile(
    r"(^|_)(date|day|dt|ds|datetime|timestamp|time|ts|week|month|yearmonth|year_month|period|at|on|hour|year)(_|$|\d)"
    r"|date$|time$|timestamp|_partitiontime|_partitiondate|_table_suffix",
    re.IGNORECASE,
)
_DATE_TEXT = re.compile(r"^\s*(\d{4})-?(\d{2})-?(\d{2})([ T].*)?\s*$")


class Moment(Struct, frozen=True):
    """A point in time: `base` (`first`: the earliest time of a key) moved by `offset` (None: by an unknown length).

    `columns` are the columns it was read through, outermost first; `at` the instant of a constant; `unit` what it was truncated
    or reduced to. `relative`: the code says "… minus an interval".
    """

    base: Base
    offset: Interval | None = ZERO
    columns: tuple[Column, ...] = ()
    at: datetime | None = None
    name: str = ""
    unit: str | None = None
    part: str | None = None
    relative: bool = False

    @property
    def column(self) -> Column | None:
        return self.columns[-1] if self.columns else None


def timelike(name: str) -> bool:
    """Whether a column's name speaks of time."""
    return _TIME_NAME.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


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
        case Hole(text=text):
            return Moment("unknown", None, name=text)
        case Column():
            return _column(expression, columns, depth)
        case Subquery(function="scalar", relation=relation):
            names = columns.header(relation).names
            return moment(Column(relation, names[0]), columns, depth + 1) if names else None
        case Call():
            return _call(expression, columns, depth)
        case _:
            return None


def _constant(value: object) -> Moment | None:
    if isinstance(value, datetime):
        return Moment("constant", at=value.replace(tzinfo=None))
    if isinstance(value, str | int) and not isinstance(value, bool):
        at = _date(str(value))
        return Moment("constant", at=at) if at else None
    return None


def _date(text: str) -> datetime | None:
    found = _DATE_TEXT.match(text)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _column(column: Column, columns: Columns, depth: int) -> Moment:
    relation = columns.settle(column.relation, column.name)
    here = Moment("column", columns=(Column(relation, column.name, column.origin),))
    made = columns.table(relation).find(column.name)
    expressions = (made.expression,) if made is not None else columns.step(relation, column.name)
    if len(expressions) != 1:
        return here
    below = expressions[0]
    if isinstance(below, Measure):
        return replace(here, base=_extreme(relation, below))
    found = moment(below, columns, depth + 1)
    if found is None or found.base == "unknown":
        return here
    return replace(found, columns=(column, *found.columns))


def _extreme(relation: Relation, measure: Measure) -> Base:
    """The newest time of all data is now; the earliest time of a key is where its history begins."""
    if isinstance(relation, Aggregate) and not relation.keys and measure.function in ("max", "last"):
        return "now"
    return "first" if measure.function in ("min", "first") else "column"


def _call(call: Call, columns: Columns, depth: int) -> Moment | None:
    if call.function in ("add", "sub") and len(call.args) == 2:
        return _moved(call, columns, depth)
    if call.function in TRUNCATING and call.args:
        unit, inner = _truncation(call)
        found = moment(inner, columns, depth + 1)
        return replace(found, unit=unit) if found is not None else None
    if call.function == "date_part" and len(call.args) == 2:
        found = moment(call.args[1], columns, depth + 1)
        return replace(found, part=_text(call.args[0])) if found is not None else None
    if call.function in ("greatest", "least", "max", "min"):
        options = [moment(arg, columns, depth + 1) for arg in call.args]
        return next((option for option in options if option is not None), None)
    if call.function in TRANSPARENT and call.args:
        return _through(call, columns, depth)
    return None


def _through(call: Call, columns: Columns, depth: int) -> Moment | None:
    found = moment(call.args[0], columns, depth + 1)
    if found is None and len(call.args) > 1:  # format first: PARSE_DATE('%Y%m%d', x)
        found = moment(call.args[1], columns, depth + 1)
    to_day = call.function in ("date", "to_date") or (call.function == "cast" and _text(call.args[-1]) == "date")
    return replace(found, unit=found.unit or "day") if found is not None and to_day else found


def _moved(call: Call, columns: Columns, depth: int) -> Moment | None:
    start, by = call.args
    if call.function == "add" and isinstance(start, Constant) and isinstance(start.value, Interval):
        start, by = by, start
    found = moment(start, columns, depth + 1)
    if found is None:
        return None
    length = _length(by, found)
    if length is None:
        other = moment(by, columns, depth + 1)
        if other is not None and other.base not in ("parameter", "unknown"):
            return None  # a difference of two moments is a length
        return replace(found, offset=None, relative=True)
    signed = length if call.function == "add" else -length
    return replace(found, offset=None if found.offset is None else found.offset + signed, relative=True)


def _length(expression: Expression, start: Moment) -> Interval | None:
    if not isinstance(expression, Constant):
        return None
    if isinstance(expression.value, Interval):
        return expression.value
    if isinstance(expression.value, int | float) and not isinstance(expression.value, bool):
        days = abs(expression.value) < 3660 and start.unit in (None, "day")
        return Interval.of(expression.value, "day" if days else "second")
    return None


def _truncation(call: Call) -> tuple[str | None, Expression]:
    texts = [(at, text) for at, arg in enumerate(call.args) if (text := _text(arg)) is not None]
    at, unit = texts[0] if texts else (-1, None)
    return unit, call.args[1 if at == 0 and len(call.args) > 1 else 0]


def _text(expression: Expression) -> str | None:
    return expression.value.lower() if isinstance(expression, Constant) and isinstance(expression.value, str) else None


def label(found: Moment) -> str:
    """The column name that a moment is read from, for people."""
    return spelled(found.columns[-1].name) if found.columns else found.name

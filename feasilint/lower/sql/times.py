"""Points and lengths of time: the date functions of every dialect in one canonical form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from feasilint.ir import Call, Expression, Hole, Interval, Literal, Now
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import TABLE, Lowering, constant, number_of, operands, scalar, scalars

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.sql.scope import Scope

UNITS: dict[str, str] = {
    "y": "year", "yy": "year", "yyy": "year", "yyyy": "year", "yr": "year", "years": "year", "isoyear": "year",
    "q": "quarter", "qq": "quarter", "qtr": "quarter", "quarters": "quarter",
    "mm": "month", "mon": "month", "mons": "month", "months": "month", "m": "month",
    "w": "week", "ww": "week", "iw": "week", "wk": "week", "weeks": "week", "isoweek": "week", "weekstart": "week",
    "d": "day", "dd": "day", "ddd": "day", "days": "day", "j": "day", "date": "day",
    "h": "hour", "hh": "hour", "hh24": "hour", "hr": "hour", "hrs": "hour", "hours": "hour",
    "mi": "minute", "n": "minute", "min": "minute", "mins": "minute", "minutes": "minute",
    "s": "second", "ss": "second", "sec": "second", "secs": "second", "seconds": "second",
    "ms": "millisecond", "milliseconds": "millisecond", "us": "microsecond", "microseconds": "microsecond",
}  # fmt: skip
PARTS: dict[str, str] = {
    "dow": "weekday", "dayofweek": "weekday", "dayofweek_iso": "weekday", "dayofweekiso": "weekday", "isodow": "weekday",
    "day_of_week": "weekday", "dw": "weekday", "doy": "dayofyear", "day_of_year": "dayofyear", "dayofmonth": "day",
    "day_of_month": "day", "week_of_year": "week", "weekofyear": "week", "isoweek": "week", "isoyear": "year",
    "year_of_week": "year", "epoch_second": "epoch", "epoch_seconds": "epoch",
}  # fmt: skip
_SPOKEN = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_DATES = ("date", "timestamp", "datetime", "timestamptz", "timestampntz", "timestampltz", "date32", "datetime64")


def unit_of(node: object, default: str = "day") -> str:
    """The canonical unit that a node names."""
    if not isinstance(node, Node):
        return default
    text = "week" if isinstance(node, exp.WeekStart) else str(node.name or node.key)
    plain = text.lower().split("(")[0].strip("'\" ")
    return UNITS.get(plain, plain)


def literal_time(text: str) -> datetime | None:
    """A quoted date or timestamp."""
    try:
        return datetime.fromisoformat(text.strip().replace("/", "-").replace(" UTC", "+00:00"))
    except ValueError:
        return None


def spoken_interval(text: str) -> Interval | None:
    """'30 days', '1 year 2 months'."""
    total: Interval | None = None
    for amount, unit in _SPOKEN.findall(text):
        part = Interval.of(float(amount), UNITS.get(unit.lower(), unit.lower()))
        if part is None:
            return None
        total = part if total is None else total + part
    return total


# --- lengths -----------------------------------------------------------------------------------------------------------


def _interval(node: Node, scope: Scope) -> Expression:
    amount = node.this
    unit = node.args.get("unit")
    if isinstance(amount, exp.Literal) and not isinstance(unit, Node):
        return (
            Literal(spoken_interval(str(amount.this))) if spoken_interval(str(amount.this)) else _unknown(amount, scope)
        )
    if isinstance(unit, exp.IntervalSpan):
        unit = unit.args.get("expression") or unit.this
    return length(scalar(amount, scope), unit_of(unit)) if isinstance(amount, Node) else Call("interval", ())


def _unknown(node: Node, scope: Scope) -> Expression:
    inner = scalar(node, scope)
    return inner if isinstance(inner, Hole) else Call("interval", (inner,))


def length(amount: Expression, unit: str) -> Expression:
    """So many units: an interval if the number is known, else a call."""
    value = amount.value if isinstance(amount, Literal) else None
    if isinstance(value, str):
        value = number_of(value)
    if isinstance(value, Interval):
        return Literal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        known = Interval.of(value, unit)
        if known is not None:
            return Literal(known)
    return Call("interval", (amount, Literal(unit)))


def moved(start: Expression, by: Expression, sign: int) -> Expression:
    """A time `by` later (sign 1) or earlier (-1); the interval in the result is positive."""
    if isinstance(by, Literal) and isinstance(by.value, Interval) and by.value.total_seconds < 0:
        by, sign = Literal(-by.value), -sign
    if isinstance(by, Call) and by.function == "interval" and by.args:
        amount = by.args[0]
        if isinstance(amount, Call) and amount.function == "neg":
            by, sign = Call("interval", (amount.args[0], *by.args[1:])), -sign
    return Call("add" if sign > 0 else "sub", (start, by))


def _shifted(sign: int, unit: str = "day") -> Lowering:
    def lower(node: Node, scope: Scope) -> Expression:
        amount = scalar(node.expression, scope)
        given = isinstance(amount, Call) and amount.function == "interval"
        by = amount if given else length(amount, unit_of(node.args.get("unit"), unit))
        return moved(scalar(node.this, scope), by, sign)

    return lower


def _difference(unit: str = "day") -> Lowering:
    def lower(node: Node, scope: Scope) -> Expression:
        later, earlier = scalar(node.this, scope), scalar(node.expression, scope)
        return Call("date_diff", (Literal(unit_of(node.args.get("unit"), unit)), later, earlier))

    return lower


# --- parts -------------------------------------------------------------------------------------------------------------


def _truncated(node: Node, scope: Scope) -> Expression:
    return Call("date_trunc", (Literal(unit_of(node.args.get("unit"))), scalar(node.this, scope)))


def _part(part: str) -> Lowering:
    return lambda node, scope: Call("date_part", (Literal(part), scalar(node.this, scope)))


def _extracted(node: Node, scope: Scope) -> Expression:
    part = str(node.this.name or node.this.key).lower()
    inner = scalar(node.expression, scope)
    if part in ("date", "datetime"):
        return Call("cast", (inner, Literal(part)))
    return Call("date_part", (Literal(PARTS.get(part, UNITS.get(part, part))), inner))


# --- casts -------------------------------------------------------------------------------------------------------------


def _cast(node: Node, scope: Scope) -> Expression:
    kind = node.args.get("to")
    name = str(getattr(kind, "this", kind))
    return typed(scalar(node.this, scope), name.rsplit(".", 1)[-1].lower())


def typed(inner: Expression, kind: str) -> Expression:
    """A cast; of a quoted date or interval the constant itself."""
    text = inner.value if isinstance(inner, Literal) and isinstance(inner.value, str) else None
    if text is not None and kind == "interval" and (spoken := spoken_interval(text)) is not None:
        return Literal(spoken)
    if text is not None and kind in _DATES and (at := literal_time(text)) is not None:
        return Literal(at)
    return Call("cast", (inner, Literal(kind)))


def _as(kind: str) -> Lowering:
    return lambda node, scope: typed(scalar(node.this, scope), kind) if isinstance(node.this, Node) else Now()


def _date(node: Node, scope: Scope) -> Expression:
    """DATE(x), DATE('now', '-30 days')."""
    args = tuple(scalar(child, scope) for child in operands(node))
    moved_by = [arg.value for arg in args if isinstance(arg, Literal) and isinstance(arg.value, str)]
    return _sqlite_date(args) if "now" in moved_by or not args else typed(args[0], "date")


def _converted(node: Node, scope: Scope) -> Expression:
    """CONVERT(type, x)."""
    return typed(scalar(node.expression, scope), str(getattr(node.this, "this", "")).rsplit(".", 1)[-1].lower())


def _from_parts(node: Node, scope: Scope) -> Expression:
    parts = [scalar(child, scope) for child in operands(node)]
    values = [part.value for part in parts if isinstance(part, Literal) and isinstance(part.value, int)]
    if len(values) == len(parts) == 3:
        try:
            return Literal(datetime(values[0], values[1], values[2]))
        except ValueError:
            pass
    return Call("date_from_parts", tuple(parts))


def _named(name: str) -> Lowering:
    return lambda node, scope: Call(name, tuple(scalar(child, scope) for child in operands(node)))


_CLOCKS = (
    exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentTimestampLTZ, exp.Localtime,
    exp.Localtimestamp, exp.Systimestamp, exp.UtcDate, exp.UtcTime, exp.UtcTimestamp,
)  # fmt: skip
_LATER = (exp.DateAdd, exp.DatetimeAdd, exp.TimeAdd, exp.TimestampAdd, exp.TsOrDsAdd)
_EARLIER = (exp.DateSub, exp.DatetimeSub, exp.TimeSub, exp.TimestampSub)
_DIFFERENCES = (exp.DateDiff, exp.DatetimeDiff, exp.TimeDiff, exp.TimestampDiff, exp.TsOrDsDiff)
_TRUNCATIONS = (exp.DateTrunc, exp.DatetimeTrunc, exp.TimestampTrunc, exp.TimeTrunc)
_FIELDS: dict[type[Node], str] = {
    exp.Year: "year", exp.Quarter: "quarter", exp.Month: "month", exp.Week: "week", exp.WeekOfYear: "week",
    exp.Day: "day", exp.DayOfMonth: "day", exp.DayOfWeek: "weekday", exp.DayOfWeekIso: "weekday", exp.Dayname: "weekday",
    exp.DayOfYear: "dayofyear", exp.Hour: "hour", exp.Minute: "minute", exp.Second: "second", exp.Monthname: "month",
    exp.YearOfWeek: "year", exp.YearOfWeekIso: "year",
}  # fmt: skip

_LOWERINGS: dict[type[Node], Lowering] = {
    **dict.fromkeys(_CLOCKS, constant(Now())),
    **dict.fromkeys(_LATER, _shifted(1)),
    **dict.fromkeys(_EARLIER, _shifted(-1)),
    **dict.fromkeys(_DIFFERENCES, _difference()),
    **dict.fromkeys(_TRUNCATIONS, _truncated),
    **{kind: _part(part) for kind, part in _FIELDS.items()},
    exp.AddMonths: _shifted(1, "month"),
    exp.MonthsBetween: _difference("month"),
    exp.Interval: _interval,
    exp.Extract: _extracted,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Convert: _converted,
    exp.Date: _date,
    exp.Datetime: _as("datetime"),
    exp.Timestamp: _as("timestamp"),
    exp.TsOrDsToDate: _as("date"),
    exp.TsOrDsToTimestamp: _as("timestamp"),
    exp.TimeStrToTime: _as("timestamp"),
    exp.TimeStrToDate: _as("date"),
    exp.DateFromParts: _from_parts,
    exp.AtTimeZone: lambda node, scope: scalar(node.this, scope),
    exp.StrToDate: _named("str_to_date"),
    exp.StrToTime: _named("str_to_time"),
    exp.TimeToStr: _named("date_format"),
    exp.UnixToTime: _named("from_unixtime"),
    exp.UnixToStr: _named("from_unixtime"),
    exp.TimeToUnix: _named("unix_timestamp"),
    exp.StrToUnix: _named("unix_timestamp"),
    exp.LastDay: lambda node, scope: Call("last_day", (scalar(node.this, scope),)),
    exp.ConvertTimezone: lambda node, scope: scalar(node.args["timestamp"], scope),
}
TABLE.update(_LOWERINGS)


# --- functions that no dialect's grammar knows -------------------------------------------------------------------------

Args = tuple[Expression, ...]


def _unit_first(sign: int) -> Callable[[Args], Expression | None]:
    def lower(args: Args) -> Expression | None:
        if len(args) != 3 or not isinstance(args[0], Literal):
            return None
        unit = str(args[0].value).lower()
        return moved(args[2], length(args[1], UNITS.get(unit, unit)), sign)

    return lower


def _elapsed(args: Args) -> Expression | None:
    """DuckDB's date_sub('day', earlier, later)."""
    return Call("date_diff", (args[0], args[2], args[1])) if len(args) == 3 else None


def _amount_last(unit: str, sign: int) -> Callable[[Args], Expression | None]:
    return lambda args: moved(args[0], length(args[1], unit), sign) if len(args) == 2 else None


def _amount(unit: str) -> Callable[[Args], Expression | None]:
    return lambda args: length(args[0], unit) if args else None


def _age(args: Args) -> Expression | None:
    return Call("sub", args if len(args) == 2 else (Now(), *args))


def _sqlite_date(args: tuple[Expression, ...]) -> Expression:
    """date('now', '-30 days', …)."""
    if not args:
        return Now()
    made: Expression = Now() if isinstance(args[0], Literal) and args[0].value == "now" else typed(args[0], "date")
    for by in args[1:]:
        spoken = spoken_interval(by.value) if isinstance(by, Literal) and isinstance(by.value, str) else None
        made = moved(made, Literal(spoken), 1) if spoken is not None else made
    return made


FUNCTIONS: dict[str, Callable[[Args], Expression | None]] = {
    **dict.fromkeys(("now", "today", "getdate", "sysdate", "systimestamp", "clock_timestamp", "transaction_timestamp",
                     "statement_timestamp", "sysdatetime", "getutcdate", "curdate", "now64"), lambda _: Now()),
    "dateadd": _unit_first(1),
    "date_add": _unit_first(1),
    "timestampadd": _unit_first(1),
    "date_sub": _elapsed,
    "age": _age,
    "date": _sqlite_date,
    "datetime": _sqlite_date,
    "yesterday": lambda _: Call("sub", (Now(), Literal(Interval(days=1)))),
    **{f"subtract{unit}s": _amount_last(unit, -1) for unit in ("day", "week", "month", "year", "hour", "minute", "second")},
    **{f"add{unit}s": _amount_last(unit, 1) for unit in ("day", "week", "month", "year", "hour", "minute", "second")},
    **{f"tointerval{unit}": _amount(unit) for unit in ("day", "week", "month", "year", "hour", "minute", "second")},
}  # fmt: skip


def _anonymous(node: Node, scope: Scope) -> Expression:
    name = str(node.this).lower()
    args = scalars(node.expressions, scope)
    known = FUNCTIONS.get(name)
    made = known(args) if known is not None else None
    return made if made is not None else Call(name, args)


TABLE[exp.Anonymous] = _anonymous

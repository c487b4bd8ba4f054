"""Points and lengths of time: the date functions of every dialect in one canonical form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from feasilint.ir import Call, Expression, Hole, Literal, Now
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.calendar import (
    PARTS,
    UNITS,
    length,
    lengths,
    moved,
    named_unit,
    spoken_interval,
    typed,
    unit_of,
)
from feasilint.lower.sql.dateparts import names_part, part_first, part_last
from feasilint.lower.sql.expressions import TABLE, Lowering, constant, operands, scalar, scalars
from feasilint.lower.sql.names import number_of
from feasilint.lower.sql.timefunctions import date, lowered

if TYPE_CHECKING:
    from feasilint.lower.sql.scope import Scope

_RANGES = frozenset(("tstzrange", "tsrange", "daterange"))


# --- lengths -----------------------------------------------------------------------------------------------------------


def _interval(node: Node, scope: Scope) -> Expression:
    amount, unit = node.this, node.args.get("unit")
    quoted = isinstance(amount, exp.Literal) and bool(amount.is_string)
    if quoted and not (isinstance(unit, Node) and _plain_number(str(amount.this))):
        spoken = spoken_interval(str(amount.this))
        return Literal(spoken) if spoken is not None else _unknown(amount, scope)
    if isinstance(unit, exp.IntervalSpan):
        unit = unit.this
    return length(scalar(amount, scope), unit_of(unit)) if isinstance(amount, Node) else Call("interval", ())


def _plain_number(text: str) -> bool:
    return isinstance(number_of(text), int | float)


def _unknown(node: Node, scope: Scope) -> Expression:
    inner = scalar(node, scope)
    return inner if isinstance(inner, Hole) else Call("interval", (inner,))


def _made_interval(node: Node, scope: Scope) -> Expression:
    """MAKE_INTERVAL(days => 30)."""
    return lengths(
        (scalar(amount, scope), named_unit(_given_unit(amount, unit)))
        for unit, amount in node.args.items()
        if isinstance(amount, Node)
    )


def _given_unit(amount: Node, position: str) -> str:
    """The unit that an argument names; that of its position if it names none: older parsers go by position alone."""
    return amount.this.name if isinstance(amount, exp.Kwarg) else position


def _shifted(sign: int, unit: str = "day") -> Lowering:
    def lower(node: Node, scope: Scope) -> Expression:
        given_first = part_first(node, scope.context)
        if given_first is not None:
            amount, start = (scalar(value, scope) for value in given_first.values)
        else:
            start, amount = scalar(node.this, scope), scalar(node.expression, scope)
        counted = unit_of(given_first.unit if given_first is not None else node.args.get("unit"), unit)
        given = isinstance(amount, Call) and amount.function == "interval"
        by = amount if given else length(amount, counted)
        return _from_zero(start, amount, counted) or moved(start, by, sign)

    return lower


def _from_zero(start: Expression, amount: Expression, unit: str) -> Expression | None:
    """DATEADD(day, DATEDIFF(day, 0, x) - 30, 0): how T-SQL truncates."""
    by: Expression | None = None
    sign = 1
    if isinstance(amount, Call) and amount.function in ("add", "sub"):
        sign = 1 if amount.function == "add" else -1
        amount, by = amount.args
    if not (isinstance(start, Literal) and isinstance(amount, Call) and amount.function == "date_diff"):
        return None
    if not isinstance(amount.args[2], Literal):
        return None
    truncated = Call("date_trunc", (Literal(unit), amount.args[1]))
    return truncated if by is None else moved(truncated, length(by, unit), sign)


def _difference(unit: str = "day") -> Lowering:
    def lower(node: Node, scope: Scope) -> Expression:
        given_first = part_first(node, scope.context)
        if given_first is not None:
            earlier, later = (scalar(value, scope) for value in given_first.values)
            return Call("date_diff", (Literal(unit_of(given_first.unit)), later, earlier))
        later, earlier = scalar(node.this, scope), scalar(node.expression, scope)
        return Call("date_diff", (Literal(unit_of(node.args.get("unit"), unit)), later, earlier))

    return lower


def _days(node: Node, scope: Scope) -> Expression:
    """DuckDB's TO_DAYS(30)."""
    return length(scalar(node.this, scope), "day")


# --- ranges ------------------------------------------------------------------------------------------------------------


def _contained(node: Node, scope: Scope) -> Expression:
    """ts <@ tstzrange(low, high)."""
    inside, within = scalar(node.this, scope), scalar(node.expression, scope)
    ranged = isinstance(within, Call) and within.function in _RANGES and len(within.args) >= 2
    return Call("between", (inside, *within.args[:2])) if ranged else Call("contained", (inside, within))  # type: ignore[union-attr]


def _overlapping(node: Node, scope: Scope) -> Expression:
    """(start, end) OVERLAPS (low, high)."""
    one, other = scalars(node.this.expressions, scope), scalars(node.expression.expressions, scope)
    if len(one) != 2 or len(other) != 2:
        return Call("overlaps", (*one, *other))
    return Call("and", (Call("lt", (one[0], other[1])), Call("gt", (one[1], other[0]))))


# --- parts -------------------------------------------------------------------------------------------------------------


def _truncated(node: Node, scope: Scope) -> Expression:
    given_last = part_last(node, scope.context)
    if given_last is not None:
        return Call("date_trunc", (Literal(unit_of(given_last.unit)), scalar(given_last.values[0], scope)))
    value = _in_zone(scalar(node.this, scope), node.args.get("zone"))
    return Call("date_trunc", (Literal(unit_of(node.args.get("unit"))), value))


_ZONE = re.compile(r"[A-Za-z]+(?:[/_+-]|$)")  # no `-30 days`, which some versions of the parser take for a zone


def _in_zone(value: Expression, zone: Node | None) -> Expression:
    """A time as the clocks of a zone show it, where the code names one."""
    if not isinstance(zone, exp.Literal) or not zone.is_string:
        return value
    return Call("at_time_zone", (value, Literal(str(zone.this))))


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


def _as(kind: str) -> Lowering:
    return lambda node, scope: typed(scalar(node.this, scope), kind) if isinstance(node.this, Node) else Now()


def _date(node: Node, scope: Scope) -> Expression:
    """DATE(x), DATE(x, 'Europe/Berlin'), DATE('now', '-30 days')."""
    zone = node.args.get("zone")
    if isinstance(zone, exp.Literal) and _ZONE.match(str(zone.this)):
        return Call("date", (_in_zone(scalar(node.this, scope), zone),))
    return date(tuple(scalar(child, scope) for child in operands(node)))


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
    exp.MakeInterval: _made_interval,
    exp.ToDays: _days,
    exp.DateBin: lambda node, scope: Call("time_bucket", (scalar(node.expression, scope), scalar(node.this, scope))),
    exp.ArrayContainedBy: _contained,
    exp.Overlaps: _overlapping,
    exp.DateStrToDate: _as("date"),
    exp.FromISO8601Timestamp: _as("timestamp"),
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
    exp.AtTimeZone: lambda node, scope: _in_zone(scalar(node.this, scope), node.args.get("zone")),
    exp.StrToDate: _named("str_to_date"),
    exp.StrToTime: _named("str_to_time"),
    exp.TimeToStr: _named("date_format"),
    exp.UnixToTime: _named("from_unixtime"),
    exp.UnixToStr: _named("from_unixtime"),
    exp.TimeToUnix: _named("unix_timestamp"),
    exp.StrToUnix: _named("unix_timestamp"),
    exp.LastDay: lambda node, scope: Call("last_day", (scalar(node.this, scope),)),
    exp.ConvertTimezone: lambda node, scope: _in_zone(
        scalar(node.args["timestamp"], scope), node.args.get("target_tz")
    ),
}
TABLE.update(_LOWERINGS)


def _anonymous(node: Node, scope: Scope) -> Expression:
    name = str(node.this).lower()
    args = scalars(node.expressions, scope)
    if names_part(name, node.expressions):
        part = str(node.expressions[0].name).lower()
        args = (Literal(PARTS.get(part, UNITS.get(part, part))), *args[1:])
    made = lowered(name, args, scope.context.dialect)
    return made if made is not None else Call(name, args)


TABLE[exp.Anonymous] = _anonymous

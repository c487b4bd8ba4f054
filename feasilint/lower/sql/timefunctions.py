"""Time functions that sqlglot's grammars do not know, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Call, Expression, Interval, Literal, Now
from feasilint.lower.sql.calendar import length, lengths, moved, named_unit, spoken_interval, typed

if TYPE_CHECKING:
    from collections.abc import Callable

Args: TypeAlias = tuple[Expression, ...]
Made: TypeAlias = "Callable[[Args], Expression | None]"
_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond")


def lowered(name: str, args: Args, dialect: str) -> Expression | None:
    """The canonical form of a call of one of these functions; None for any other, and for arguments that they do not have."""
    known = _OF_DIALECT.get((dialect, name)) or _FUNCTIONS.get(name)
    return known(args) if known is not None else None


def _text(args: Args, at: int) -> str | None:
    value = args[at].value if at < len(args) and isinstance(args[at], Literal) else None  # type: ignore[union-attr]
    return value if isinstance(value, str) else None


# --- the clock, and what counts from an epoch ----------------------------------------------------------------------------


def _now(_: Args) -> Expression:
    return Now()


def _named(name: str) -> Made:
    """The same function under another name; without arguments, of the clock."""
    return lambda args: Call(name, args or (Now(),))


def _sqlite_date(args: Args) -> Expression:
    """date('now', '-30 days', …)."""
    made: Expression = typed(args[0], "timestamp") if args else Now()
    for by in args[1:]:
        spoken = spoken_interval(by.value) if isinstance(by, Literal) and isinstance(by.value, str) else None
        made = moved(made, Literal(spoken), 1) if spoken is not None else made
    return made


def date(args: Args) -> Expression:
    """DATE(x), DATE('now', '-30 days')."""
    return typed(args[0], "date") if len(args) == 1 and _text(args, 0) != "now" else _sqlite_date(args)


def _counted(name: str) -> Made:
    return lambda args: Call(name, (_sqlite_date(args),))


def _sqlite_text(args: Args) -> Expression | None:
    """strftime('%s', 'now', '-7 days')."""
    form = _text(args, 0)
    if form is None or "%" not in form or len(args) < 2:
        return None
    inner = _sqlite_date(args[1:])
    return Call("unix_timestamp", (inner,)) if form == "%s" else Call("strftime", (inner, args[0]))


def _cast(kind: str) -> Made:
    return lambda args: typed(args[0], kind) if args else None


def _written(form: str) -> Made:
    return lambda args: Call("date_format", (args[0], Literal(form))) if args else None


# --- lengths -----------------------------------------------------------------------------------------------------------


def _amount(unit: str) -> Made:
    return lambda args: length(args[0], unit) if args else None


def _spelled_amount(args: Args) -> Expression | None:
    """numtodsinterval(30, 'DAY')."""
    unit = _text(args, 1)
    return length(args[0], named_unit(unit)) if unit is not None else None


def _amounts(*units: str) -> Made:
    return lambda args: lengths(zip(args, units, strict=False)) if args else None


def _plain(unit: str) -> Made:
    """to_days(30); of anything but a number it is another function."""
    return lambda args: length(args[0], unit) if args and isinstance(args[0], Literal) else None


# --- moving ------------------------------------------------------------------------------------------------------------


def _unit_first(sign: int) -> Made:
    def lower(args: Args) -> Expression | None:
        unit = _text(args, 0)
        return moved(args[2], length(args[1], named_unit(unit)), sign) if unit is not None and len(args) == 3 else None

    return lower


def _by(unit: str, sign: int) -> Made:
    """f(time, amount), the amount in units or an interval."""

    def lower(args: Args) -> Expression | None:
        if len(args) != 2:
            return None
        given = isinstance(args[1], Call) and args[1].function == "interval"
        return moved(args[0], args[1] if given else length(args[1], unit), sign)

    return lower


def _earlier(args: Args) -> Expression | None:
    """DuckDB's date_sub('day', earlier, later); of two arguments a subtraction."""
    return Call("date_diff", (args[0], args[2], args[1])) if len(args) == 3 else _by("day", -1)(args)


def _later(args: Args) -> Expression | None:
    return _unit_first(1)(args) if len(args) == 3 else _by("day", 1)(args)


def _age(args: Args) -> Expression | None:
    return Call("sub", args if len(args) == 2 else (Now(), *args)) if args else None


def _months_apart(args: Args) -> Expression | None:
    return Call("date_diff", (Literal("month"), *args)) if len(args) == 2 else None


# --- buckets -----------------------------------------------------------------------------------------------------------


def _bucket(args: Args) -> Expression | None:
    return Call("time_bucket", args) if args else None


def _start_of(unit: str) -> Made:
    return lambda args: Call("date_trunc", (Literal(unit), args[0])) if args else None


_FUNCTIONS: dict[str, Made] = {
    **dict.fromkeys(("now", "today", "getdate", "sysdate", "systimestamp", "clock_timestamp", "transaction_timestamp",
                     "statement_timestamp", "sysdatetime", "getutcdate", "curdate", "now64"), _now),
    "yesterday": lambda _: moved(Now(), Literal(Interval(days=1)), -1),
    "tomorrow": lambda _: moved(Now(), Literal(Interval(days=1)), 1),
    "date": date,
    "datetime": _sqlite_date,
    "julianday": _counted("julianday"),
    "unixepoch": _counted("unix_timestamp"),
    "strftime": _sqlite_text,
    "unix_timestamp": _named("unix_timestamp"),
    "tounixtimestamp": _named("unix_timestamp"),
    "tounixtimestamp64milli": _named("unix_millis"),
    "tounixtimestamp64micro": _named("unix_micros"),
    "epoch_us": _named("unix_micros"),
    **dict.fromkeys(("todate", "todate32", "todateornull"), _cast("date")),
    **dict.fromkeys(("todatetime", "todatetime64", "parsedatetimebesteffort", "parsedatetime64besteffort"), _cast("timestamp")),
    "datepart": _named("date_part"),
    "datetrunc": _named("date_trunc"),
    "format_datetime": _named("date_format"),
    "formatdatetime": _named("date_format"),
    "toyyyymm": _written("%Y%m"),
    "toyyyymmdd": _written("%Y%m%d"),
    "toyyyymmddhhmmss": _written("%Y%m%d%H%M%S"),
    "yearweek": _written("%Y%U"),
    # lengths
    "numtodsinterval": _spelled_amount,
    "numtoyminterval": _spelled_amount,
    "make_interval": _amounts("year", "month", "week", "day", "hour", "minute", "second"),
    "make_dt_interval": _amounts("day", "hour", "minute", "second"),
    "make_ym_interval": _amounts("year", "month"),
    **{f"tointerval{unit}": _amount(unit) for unit in _UNITS},
    **{f"to_{unit}s": _plain(unit) for unit in _UNITS},
    # moving
    "dateadd": _later,
    "date_add": _later,
    "timestampadd": _later,
    "adddate": _later,
    "date_sub": _earlier,
    "subdate": _earlier,
    "age": _age,
    "period_diff": _months_apart,
    **{f"subtract{unit}s": _by(unit, -1) for unit in _UNITS},
    **{f"add{unit}s": _by(unit, 1) for unit in _UNITS},
    **{f"add_{unit}s": _by(unit, 1) for unit in _UNITS},
    # buckets
    **dict.fromkeys(("window", "session_window", "tumble", "tumble_start", "tumblestart", "hop", "hop_start", "hopstart",
                     "time_bucket", "time_bucket_gapfill", "date_bin", "date_bucket", "tostartofinterval"), _bucket),
    "tostartoffiveminutes": _start_of("minute"),
    "tostartoftenminutes": _start_of("minute"),
    "tostartoffifteenminutes": _start_of("minute"),
}  # fmt: skip
_OF_DIALECT: dict[tuple[str, str], Made] = {  # where a time is a number of seconds, `now() - 3600` is an hour ago
    ("clickhouse", "now"): _named("unix_timestamp"),
    ("clickhouse", "now64"): _named("unix_timestamp"),
}

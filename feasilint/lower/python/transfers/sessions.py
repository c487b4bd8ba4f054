"""Spark and Snowpark sessions: readers, writers, frames from Python data, user-defined functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Interval, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.constructing import frame_of
from feasilint.lower.python.transfers.lazy import made
from feasilint.lower.python.transfers.loading import path_name, scan_paths
from feasilint.lower.python.transfers.times import unit_of
from feasilint.lower.python.transfers.writes import MODES, store

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer


def spark(call: Call) -> v.Value:
    return v.Handle("spark.session")


def snowpark(call: Call) -> v.Value:
    return v.Handle("snowpark.session")


def created(call: Call) -> v.Value | None:
    """`spark.createDataFrame(data)`."""
    frame = frame_of(call)
    receiver = call.receiver
    library = "snowpark" if isinstance(receiver, v.Handle) and receiver.kind.startswith("snowpark") else "spark"
    return replace(frame, library=library) if isinstance(frame, v.Frame) else None


def ranged(call: Call) -> v.Value:
    from feasilint.ir import Inline

    return v.Frame(call.m.add(Inline((), call.origin)), "spark")


def loaded(call: Call) -> v.Value | None:
    """`spark.read.parquet(path)`, `spark.read.format('delta').load(path)`."""
    value = call.arg(0, "path")
    if value is None:
        return None
    relation = scan_paths(call, v.Seq(call.args, "tuple") if len(call.args) > 1 and _all_paths(call) else value)
    return v.Frame(relation, "spark") if relation is not None else None


def _all_paths(call: Call) -> bool:
    return all(
        isinstance(found, v.Const) and isinstance(found.value, str) and "/" in found.value
        for found in map(call.m.get, call.args)
    )


def _written(call: Call) -> v.Frame | None:
    receiver = call.receiver
    base = receiver.get("of") if isinstance(receiver, v.Handle) else None
    return call.m.frame(base) if base is not None else None


def writer_to(call: Call) -> v.Value:
    """`df.writeTo('db.table')`."""
    return v.Handle("spark.writer", (("of", call.target), ("table", call.arg(0) or v.NONE)))


def saved_table(call: Call) -> v.Value | None:
    """`df.write.saveAsTable('db.table')`."""
    frame = _written(call)
    receiver = call.receiver
    name = (
        call.arg(0)
        or (receiver.get("table") if isinstance(receiver, v.Handle) else None)
        or call.arg(None, "table_name")
    )
    if frame is None or name is None:
        return None
    mode = MODES.get(call.text(None, "mode") or call.name, "create")
    dialect = "snowflake" if frame.library == "snowpark" else "spark"
    store(call, frame.relation, Source(path_name(call, name), "table", dialect), mode)
    return v.NONE


def saved_file(call: Call) -> v.Value | None:
    """`df.write.parquet(path)`."""
    frame, value = _written(call), call.arg(0, "path")
    if frame is None or value is None:
        return None
    store(call, frame.relation, Source(path_name(call, value), "file"), "overwrite")
    return v.NONE


def column_of(call: Call) -> v.Value | None:
    """Snowpark's `df.col('x')`."""
    name = call.text(0)
    return made(call, "column", name) if name is not None else None


# --- functions ---


def udf(call: Call) -> v.Value | None:
    """`udf(f, type)`; as a decorator with arguments it gives the function back."""
    function = call.got(0, "f")
    return wrapped_udf(function) if isinstance(function, v.Function) else v.Handle("udf", (("f", v.NONE),))


def wrapped_udf(function: v.Value) -> v.Value:
    return v.Handle("udf", (("f", function),))


def moved_date(function: str) -> Transfer:
    """`F.date_sub(x, 30)`."""

    def transfer(call: Call) -> v.Value:
        days = call.const(1)
        by: v.Value = v.Const(Interval(days=days)) if isinstance(days, int) else call.got(1) or v.NONE
        return made(call, "call", function, (_column(call, 0), by))

    return transfer


def date_difference(call: Call) -> v.Value:
    """`F.datediff(end, start)`; Snowpark gives the unit first."""
    if len(call.args) == 3:
        return made(call, "call", "date_diff", (call.m.get(call.args[0]), _column(call, 2), _column(call, 1)))
    return made(call, "call", "date_diff", (v.Const("day"), _column(call, 0), _column(call, 1)))


def to_date(call: Call) -> v.Value:
    return made(call, "call", "cast", (_column(call, 0), v.Const("date")))


def truncated(call: Call) -> v.Value:
    """`F.date_trunc('month', x)`, `F.trunc(x, 'month')`."""
    at = 0 if call.name.endswith("date_trunc") else 1
    text = call.text(at)
    unit = (unit_of(text) or text.lower()) if text is not None else "day"
    return made(call, "call", "date_trunc", (v.Const(unit), _column(call, 1 - at)))


def part(name: str) -> Transfer:
    words = {"dayofweek": "weekday", "dayofmonth": "day", "weekofyear": "week"}
    return lambda call: made(call, "call", "date_part", (v.Const(words.get(name, name)), _column(call, 0)))


def _column(call: Call, at: int) -> v.Value:
    found = call.got(at) or v.NONE
    return made(call, "column", found.value) if isinstance(found, v.Const) and isinstance(found.value, str) else found


def called_udf(call: Call) -> v.Value:
    """A user-defined function of columns."""
    args = tuple(_column(call, at) for at in range(len(call.args)))
    return made(call, "call", "udf", args)

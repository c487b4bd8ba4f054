"""Spark and Snowpark sessions: readers, writers, frames from Python data, user-defined functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Interval, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.lazy import expression_call, made, nothing
from feasilint.lower.python.transfers.loading import path_name, scan, scan_paths
from feasilint.lower.python.transfers.times import unit_of
from feasilint.lower.python.transfers.writes import MODES, store

if TYPE_CHECKING:
    from feasilint.ir.program import WriteMode
    from feasilint.ir.relations import SourceKind
    from feasilint.lower.python.call import Call, Transfer


def spark(call: Call) -> v.Value:
    return v.Handle("spark.session")


def snowpark(call: Call) -> v.Value:
    return v.Handle("snowpark.session")


def ranged(call: Call) -> v.Value:
    from feasilint.ir import Inline, Literal, Output

    library = (
        "snowpark" if isinstance(call.receiver, v.Handle) and call.receiver.kind.startswith("snowpark") else "spark"
    )
    return v.Frame(call.m.add(Inline((Output("id", Literal(None)),), call.origin)), library)


def loaded(call: Call) -> v.Value | None:
    """`spark.read.parquet(path)`, `spark.read.format('delta').load(path)`."""
    value = call.arg(0, "path")
    if value is None:
        return _by_options(call)
    relation = scan_paths(call, v.Seq(call.args, "tuple") if len(call.args) > 1 and _all_paths(call) else value)
    return v.Frame(relation, "spark") if relation is not None else None


def loaded_table(call: Call) -> v.Value | None:
    """Snowpark's `session.read.dbapi(connect, table='t')`, `query='…'`."""
    from feasilint.lower.python.transfers.sql import run

    query, table = call.arg(None, "query"), call.arg(None, "table") or call.arg(1)
    if query is not None:
        relation = run(call, query, None)
        return v.Frame(relation, "snowpark") if relation is not None else None
    return v.Frame(scan(call, Source(path_name(call, table), "table")), "snowpark") if table is not None else None


def option(call: Call) -> v.Value | None:
    """`.format('jdbc').option('dbtable', 't').options(url=…)`: what the reader or writer is told."""
    receiver = call.receiver
    if not isinstance(receiver, v.Handle):
        return None
    if call.name in ("format", "mode", "outputMode") and call.args:
        return receiver.put(call.name, call.args[0])
    if call.name == "option" and len(call.args) > 1 and (name := call.text(0)) is not None:
        return receiver.put(f"option {name.lower()}", call.args[1])
    if call.name == "options":
        for word, value in call.kwargs.items():
            receiver = receiver.put(f"option {word.lower()}", value)
    return receiver


_TOLD: dict[str, SourceKind] = {
    "dbtable": "table", "table": "table", "sfdatabase_": "table", "path": "file", "subscribe": "stream", "topic": "stream",
    "streamname": "stream", "eventhubs.name": "stream", "collection": "table",
}  # fmt: skip
"""Options that name what is read or written."""


def _told(call: Call) -> Source | None:
    receiver = call.receiver
    if not isinstance(receiver, v.Handle):
        return None
    for word, kind in _TOLD.items():
        value = receiver.get(f"option {word}")
        if value is not None:
            return Source(path_name(call, value), kind)
    return None


def _by_options(call: Call) -> v.Value | None:
    """`….load()`: what the options say."""
    from feasilint.lower.python.transfers.sql import run

    query = call.receiver.get("option query") if isinstance(call.receiver, v.Handle) else None
    if query is not None:
        relation = run(call, query, None)
        return v.Frame(relation, "spark") if relation is not None else None
    told = _told(call)
    if told is None:
        return None
    if told.kind == "table" and told.name.lstrip().startswith("("):  # a query under a name
        text = told.name.strip()
        inner = v.Const(text[1 : text.rindex(")")] if ")" in text else text[1:])
        relation = run(call, inner, None)
        return v.Frame(relation, "spark") if relation is not None else None
    return v.Frame(scan(call, told), "spark")


def saved_frame(call: Call) -> v.Value | None:
    """Snowpark's `df.copy_into_table('t')`, `df.create_or_replace_dynamic_table('t', …)`."""
    frame, name = call.m.frame(call.target), call.arg(0, "table_name") or call.arg(None, "name")
    if frame is None or name is None:
        return None
    mode: WriteMode = "insert" if call.name == "copy_into_table" else "create"
    store(call, frame.relation, Source(path_name(call, name), "table", "snowflake"), mode)
    return v.NONE


def registered(call: Call) -> v.Value | None:
    """`session.sproc.register(func=train, name='train')`: a procedure that is called by its name."""
    function, name = call.got(0, "func"), call.text(None, "name")
    if isinstance(function, v.Function) and name is not None:
        call.m.named[f"procedure {name}"] = function
    return udf(call)


def procedure(call: Call) -> v.Value | None:
    """`F.sproc(train, session=session)`: the function, which gets the session by itself."""
    function = call.got(0, "func")
    return replace(function, me=v.Handle("snowpark.session")) if isinstance(function, v.Function) else None


def called(call: Call) -> v.Value:
    """`session.call('train', 'ORDERS')`."""
    function = call.m.named.get(f"procedure {call.text(0)}")
    if function is None:
        return nothing(call)
    return call.m.call(function, (call.target, *call.args[1:]), {}, call.node)


def registrar(call: Call) -> v.Value:
    """`session.udf(…)`, `@session.sproc`."""
    return udf(call) or v.NONE


def saved_jdbc(call: Call) -> v.Value | None:
    """`df.write.jdbc(url, 'table')`."""
    frame, name = _written(call), call.arg(1, "table")
    if frame is None or name is None:
        return None
    mode = MODES.get(call.text(2, "mode") or _mode(call) or "create", "create")
    store(call, frame.relation, Source(path_name(call, name), "table"), mode)
    return v.NONE


def each_batch(call: Call) -> v.Value | None:
    """`df.writeStream.foreachBatch(f)`: f gets the rows in parts."""
    frame, function = _written(call), call.arg(0, "func")
    if frame is None or function is None:
        return None
    call.m.call(function, (call.m.alloc(frame), call.m.unknown("batch")), {}, call.node)
    return call.target


def _all_paths(call: Call) -> bool:
    return all(
        isinstance(found, v.Const) and isinstance(found.value, str) and "/" in found.value
        for found in map(call.m.get, call.args)
    )


def _written(call: Call) -> v.Frame | None:
    receiver = call.receiver
    base = receiver.get("of") if isinstance(receiver, v.Handle) else None
    return call.m.frame(base) if base is not None else None


_METHODS = {"insertInto": "append", "insert_into": "append", "overwritePartitions": "overwrite", "replace": "overwrite"}


def _mode(call: Call) -> str | None:
    """How rows are written: by the method, an argument, or what the writer was told before."""
    receiver = call.receiver
    told = (receiver.get("mode") or receiver.get("outputMode")) if isinstance(receiver, v.Handle) else None
    found = call.m.get(told) if told is not None else v.NONE
    stated = str(found.value).lower() if isinstance(found, v.Const) and found.value is not None else None
    return _METHODS.get(call.name) or call.text(None, "mode") or stated


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
    mode = MODES.get(_mode(call) or call.name, "create")
    dialect = "snowflake" if frame.library == "snowpark" else "spark"
    store(call, frame.relation, Source(path_name(call, name), "table", dialect), mode)
    return v.NONE


def saved_file(call: Call) -> v.Value | None:
    """`df.write.parquet(path)`."""
    frame, value = _written(call), call.arg(0, "path")
    if frame is not None and value is None and (told := _told(call)) is not None:
        store(call, frame.relation, told, MODES.get(_mode(call) or "overwrite", "overwrite"))
        return v.NONE
    if frame is None or value is None:
        return None
    mode = MODES.get(_mode(call) or "overwrite", "overwrite")
    store(call, frame.relation, Source(path_name(call, value), "file"), mode)
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


def interval(call: Call) -> v.Value:
    """`F.make_interval(days=7)`: a length of time, where its parts are constants."""
    total = Interval()
    for name, value in call.kwargs.items():
        found, unit = call.m.get(value), unit_of(name)
        part = (
            Interval.of(found.value, unit)
            if isinstance(found, v.Const) and isinstance(found.value, int) and unit
            else None
        )
        if part is None:
            return expression_call()(call) or v.NONE
        total = total + part
    return v.Const(total) if call.kwargs and not call.args else expression_call()(call) or v.NONE


def moved_date(function: str) -> Transfer:
    """`F.date_sub(x, 30)`."""

    def transfer(call: Call) -> v.Value:
        days = call.const(1)
        by: v.Value = v.Const(Interval(days=days)) if isinstance(days, int) else call.got(1) or v.NONE
        return made(call, "call", function, (_column(call, 0), by), **_spelled(call))

    return transfer


def date_difference(call: Call) -> v.Value:
    """`F.datediff(end, start)`; Snowpark gives the unit first."""
    if len(call.args) == 3:
        return made(call, "call", "date_diff", (call.m.get(call.args[0]), _column(call, 2), _column(call, 1)))
    return made(call, "call", "date_diff", (v.Const("day"), _column(call, 0), _column(call, 1)))


def to_date(call: Call) -> v.Value:
    return made(call, "call", "cast", (_column(call, 0), v.Const("date")), **_spelled(call))


def truncated(call: Call) -> v.Value:
    """`F.date_trunc('month', x)`, `F.trunc(x, 'month')`."""
    at = 0 if call.name.endswith("date_trunc") else 1
    text = call.text(at)
    unit = (unit_of(text) or text.lower()) if text is not None else "day"
    return made(call, "call", "date_trunc", (v.Const(unit), _column(call, 1 - at)))


def part(name: str) -> Transfer:
    words = {"dayofweek": "weekday", "dayofmonth": "day", "weekofyear": "week"}
    return lambda call: made(
        call, "call", "date_part", (v.Const(words.get(name, name)), _column(call, 0)), **_spelled(call)
    )


def _spelled(call: Call) -> dict[str, v.Value]:
    """The function as it is written, which names its column."""
    given = (_column(call, at) for at in range(len(call.args)))
    return {"word": v.Const(call.name.rsplit(".", 1)[-1]), "given": v.Seq(tuple(given))}


def bucket(call: Call) -> v.Value:
    """`F.window('ts', '7 days')`: a time bucket under the name of the function."""
    text, word = call.text(1, "windowDuration") or call.text(None, "gapDuration"), call.name.rsplit(".", 1)[-1]
    unit = unit_of(text) if text is not None else None
    value = made(call, "call", "date_trunc", (v.Const(unit or "day"), _column(call, 0)))
    return made(call, "alias", word, (value,))


def opened_rows(call: Call) -> v.Value:
    """`F.explode(x)`, `F.posexplode(x)`: elements, whose names the type of x decides."""
    args = tuple(_column(call, at) for at in range(len(call.args)))
    word = call.name.rsplit(".", 1)[-1]
    return made(call, "call", word, args)


def _column(call: Call, at: int) -> v.Value:
    found = call.got(at) or v.NONE
    return made(call, "column", found.value) if isinstance(found, v.Const) and isinstance(found.value, str) else found


def called_udf(call: Call) -> v.Value:
    """A user-defined function of columns."""
    args = tuple(_column(call, at) for at in range(len(call.args)))
    return made(call, "call", "udf", args)

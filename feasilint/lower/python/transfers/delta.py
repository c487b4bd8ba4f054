"""Delta tables and Spark's MERGE: rows of one table put into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.loading import path_name, scan

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer


def table(kind: str) -> Transfer:
    """`DeltaTable.forName(spark, 'db.t')`, `DeltaTable.forPath(spark, path)`."""

    def transfer(call: Call) -> v.Value | None:
        value = call.args[-1] if call.args else None
        if value is None:
            return None
        return v.Handle("delta.table", (("name", v.Const(path_name(call, value))), ("kind", v.Const(kind))))

    return transfer


def _target(call: Call, handle: v.Value | None) -> Source | None:
    found = call.m.get(handle) if handle is not None else None
    name = call.m.get(found.get("name") or v.NONE) if isinstance(found, v.Handle) else v.NONE
    kind = call.m.get(found.get("kind") or v.NONE) if isinstance(found, v.Handle) else v.NONE
    if not isinstance(name, v.Const) or not isinstance(name.value, str):
        return None
    if isinstance(kind, v.Const) and kind.value == "file":
        return Source(name.value, "file")
    return Source(
        name.value, "table", "snowflake" if isinstance(kind, v.Const) and kind.value == "snowflake" else "spark"
    )


def to_frame(call: Call) -> v.Value | None:
    """`table.toDF()`: its rows."""
    target = _target(call, call.receiver)
    return v.Frame(scan(call, target), "spark") if target is not None else None


def merge(call: Call) -> v.Value | None:
    """`table.merge(updates, condition)`: written by `execute()`."""
    return v.Handle("delta.merge", (("target", call.receiver), ("source", call.arg(0, "source") or v.NONE)))


def merged_into(call: Call) -> v.Value | None:
    """`df.mergeInto('db.t', condition)`: written by `merge()`."""
    value = call.arg(0, "table")
    if value is None:
        return None
    target = v.Handle("delta.table", (("name", v.Const(path_name(call, value))), ("kind", v.Const("table"))))
    return v.Handle("delta.merge", (("target", target), ("source", call.target)))


def executed(call: Call) -> v.Value | None:
    """`….execute()`: the rows of the source are put into the table."""
    receiver = call.receiver
    if not isinstance(receiver, v.Handle):
        return None
    target = _target(call, receiver.get("target"))
    source = receiver.get("source")
    frame = call.m.frame(source) if source is not None else None
    if target is None or frame is None:
        return None
    call.m.sink(Write(frame.relation, target, "upsert", origin=call.origin))
    return v.NONE

"""Schemas of Spark: column names out of text, lists, StructTypes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Derive, Names, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known
from feasilint.lower.python.transfers.frames import own

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine

_NESTED = re.compile(r"<[^<>]*>|\([^()]*\)")
_FIELD = re.compile(r"^\s*`?([^`:\s]+)`?\s*(?::|\s)\s*\S")


def struct_type(call: Call) -> v.Value:
    """`StructType([StructField('a', …), …])`."""
    return v.Handle("spark.schema", (("fields", call.arg(0, "fields") or v.Seq(())),))


def struct_field(call: Call) -> v.Value:
    """`StructField('a', LongType())`."""
    return v.Handle("spark.field", (("name", call.arg(0, "name") or call.arg(None, "column_identifier") or v.NONE),))


def added(call: Call) -> v.Value | None:
    """`schema.add('a', LongType())`."""
    schema = call.receiver
    if not isinstance(schema, v.Handle) or not call.args:
        return None
    first = call.got(0)
    field = first if isinstance(first, v.Handle) else v.Handle("spark.field", (("name", call.args[0]),))
    fields = call.m.get(schema.get("fields") or v.NONE)
    return schema.put("fields", v.Seq((*(fields.items if isinstance(fields, v.Seq) else ()), field)))


def of_frame(call: Call) -> v.Value | None:
    """`df.schema`."""
    frame = own(call)
    names = known_names(frame.relation) if frame is not None else None
    if names is None:
        return call.unknown()
    return v.Handle("spark.schema", (("fields", v.Seq(tuple(v.Const(name) for name in names))),))


def known_names(relation: Relation) -> tuple[Name, ...] | None:
    from feasilint.ir import AllOf

    return known(AllOf(relation))


def names_in(m: Machine, value: v.Value | None) -> tuple[Name, ...] | None:
    """The columns that a schema names, None where it does not say."""
    found = m.get(value) if value is not None else None
    match found:
        case v.Const(value=str(text)):
            return _in_text(text)
        case v.Handle(kind="spark.schema"):
            return names_in(m, found.get("fields"))
        case v.Handle(kind="spark.field"):
            name = name_of(m, found.get("name") or v.NONE)
            return (name,) if name is not None else None
        case v.Seq(items=items, open=False) if any(isinstance(m.get(item), v.Handle) for item in items):
            parts = [names_in(m, item) for item in items]
            return None if None in parts else tuple(name for part in parts for name in part or ())
        case v.Seq():
            return names_of(m, found)
        case _:
            return None


def _in_text(text: str) -> tuple[Name, ...] | None:
    """`a long, b struct<c: int>`, `struct<a: int>`."""
    if "{" in text:
        return None
    bare = text.strip()
    if bare.lower().startswith("struct<") and bare.endswith(">"):
        bare = bare[len("struct<") : -1]
    while _NESTED.search(bare):
        bare = _NESTED.sub("", bare)
    found = [_FIELD.match(part) for part in bare.split(",")]
    return None if None in found else tuple(part[1] for part in found if part is not None)


def restricted(call: Call, frame: v.Frame, names: tuple[Name, ...] | None) -> v.Frame:
    """The columns that a schema says there are."""
    from msgspec.structs import replace

    if names is None:
        return frame
    return replace(
        frame, relation=call.m.add(Derive(frame.relation, (Star(Names(frame.relation, names)),), call.origin))
    )


def listed(call: Call) -> v.Value | None:
    """`schema.fieldNames()`."""
    names = names_in(call.m, call.receiver)
    return v.Seq(tuple(v.Const(name) for name in names)) if names is not None else None

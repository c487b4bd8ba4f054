"""Frames made of Python data: dicts of columns, lists of rows, parts of other frames."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Derive, Inline, Output, Pivot, Scan, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.transfers.loading import scan, scan_paths

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine


def frame_of(call: Call) -> v.Value | None:
    """`pd.DataFrame(data, columns=…)`: of a dict of columns, of rows, of another frame or array."""
    data = call.got(0, "data")
    names = call.names(2, "columns")
    index = call.got(1, "index")
    keep = index.index if isinstance(index, v.Series) else ()
    if isinstance(data, v.Dict):
        return _of_dict(call, data)
    if isinstance(data, v.Frame):
        return _renamed(call, data, names)
    if isinstance(data, v.Series) and isinstance(data.relation, Scan) and data.relation.source.kind == "api":
        return _renamed(call, v.Frame(data.relation, "pandas", keep), names)  # a part of a response holds the rows
    if isinstance(data, v.Series):
        return call.m.series_frame(data, str(names[0]) if names else None)
    if isinstance(data, v.Seq):
        return _of_rows(call, data, names)
    if isinstance(data, v.Unknown) and data.source:
        return _renamed(call, v.Frame(data.relations[0], "pandas", keep), names)
    if isinstance(data, v.Unknown) and (data.relations or data.inputs):
        relation = call.m.add(call.m.unread(data, call.node))
        return _renamed(call, v.Frame(relation, "pandas", keep), names)
    if isinstance(data, v.Handle) and data.kind == "file":
        read = scan_paths(call, data)
        return _renamed(call, v.Frame(read, "pandas", keep), names) if read is not None else None
    if isinstance(data, v.Handle):
        inner = data.get("frame") or data.get("data")
        return (
            _renamed(call, frame, names) if inner is not None and (frame := call.m.frame(inner)) is not None else None
        )
    if names is None and data is not None and data != v.NONE:
        return unknown_columns(call)
    outputs = tuple(Output(name, call.expression(v.Const(None))) for name in names or ())
    return v.Frame(call.m.add(Inline(outputs, call.origin)))


def from_dict(call: Call) -> v.Value | None:
    """`pd.DataFrame.from_dict(data, orient='index')`: the values are the rows."""
    data = call.got(0, "data")
    if call.const(1, "orient") != "index" or not isinstance(data, v.Dict) or not data.items:
        return frame_of(call)
    names = call.names(3, "columns")
    first = call.m.get(data.items[0][1])
    if not isinstance(first, v.Dict | v.Row | v.Seq):
        return unknown_columns(call)
    return _of_rows(call, v.Seq(tuple(value for _, value in data.items), open=True), names)


def unknown_columns(call: Call) -> v.Frame:
    """A frame of data that stands in no source, with columns that nobody names."""
    rows = call.m.add(Inline((), call.origin))
    return v.Frame(call.m.add(Pivot(rows, (), (), (), (), True, call.origin)))


def frame_in(library: str) -> Transfer:
    """`pl.DataFrame(data, schema=…)`: a frame of another library."""

    def transfer(call: Call) -> v.Value | None:
        schema = call.arg(1, "schema")
        kwargs = {name: value for name, value in call.kwargs.items() if name == "data"}
        if schema is not None:
            kwargs["columns"] = schema
        if schema is None or call.names(1, "schema") is None:
            kwargs.pop("columns", None)
        made = frame_of(call.at(args=call.args[:1], kwargs=kwargs))
        return replace(made, library=library, index=()) if isinstance(made, v.Frame) else None

    return transfer


def _renamed(call: Call, frame: v.Frame, names: tuple[Name, ...] | None) -> v.Value:
    from feasilint.lower.python.assignment import renamed

    if names is None:
        return replace(frame, library="pandas")
    if frame.library != "array":
        from feasilint.ir import Names, Star

        made = call.m.add(Derive(frame.relation, (Star(Names(frame.relation, names)),), call.origin))
        return replace(frame, relation=made)
    return replace(renamed(call.m, frame, v.Seq(tuple(map(v.Const, names))), call.node), library="pandas")


def _of_dict(call: Call, data: v.Dict) -> v.Value:
    outputs = []
    base: Relation | None = None
    for key, value in data.items:
        name = name_of(call.m, key)
        found = call.m.get(value)
        if isinstance(found, v.Series | v.Frame) and base is None:
            base = found.relation
        if name is not None:
            outputs.append(Output(name, call.expression(value), call.origin))
    if base is None and not data.open and (typed := _typed_in(call, data, tuple(out.name for out in outputs))):
        return typed
    made = Inline(tuple(outputs), call.origin) if base is None else Derive(base, tuple(outputs), call.origin)
    return v.Frame(call.m.add(made))


def _of_rows(call: Call, data: v.Seq, names: tuple[Name, ...] | None) -> v.Value:
    """A list of rows: only what is read from elsewhere is lineage."""
    first = call.m.get(data.items[0]) if data.items else v.NONE
    if isinstance(first, v.Dict):
        return _of_dict(call, first)
    if isinstance(first, v.Row):
        return _renamed(call, v.Frame(first.relation), names)
    if data.items and not data.open and (typed := _typed_in(call, data, names)):
        return typed
    if isinstance(first, v.Seq) and names is not None and len(first.items) == len(names):
        outputs = tuple(Output(n, call.expression(i), call.origin) for n, i in zip(names, first.items, strict=True))
        return v.Frame(call.m.add(Inline(outputs, call.origin)))
    unknown = call.m.unknown("rows made one by one", data)
    if unknown.relations or unknown.inputs:
        return v.Frame(call.m.add(call.m.unread(unknown, call.node)))
    if names is None and data.items:
        return unknown_columns(call)
    return v.Frame(
        call.m.add(Inline(tuple(Output(n, call.expression(v.Const(None))) for n in names or ()), call.origin))
    )


def _typed_in(call: Call, data: v.Value, names: tuple[Name, ...] | None) -> v.Frame | None:
    """Data that is typed into the code under a name of its own is a source of that name."""
    arguments = getattr(call.node, "args", None) or [word.value for word in getattr(call.node, "keywords", ())]
    name = arguments[0].id if arguments and isinstance(arguments[0], ast.Name) else None
    if name is None or not _is_literal(call.m, data):
        return None
    return v.Frame(scan(call, Source(name, "inline"), names))


def _is_literal(m: Machine, value: v.Value) -> bool:
    match m.get(value):
        case v.Const():
            return True
        case v.Seq(items=items, open=False):
            return all(_is_literal(m, item) for item in items)
        case v.Dict(items=pairs, open=False):
            return all(_is_literal(m, item) for _, item in pairs)
        case _:
            return False


def series_of(call: Call) -> v.Value | None:
    """`pd.Series(data)`; of a dict it is a row of named values."""
    found = call.got(0, "data")
    if isinstance(found, v.Dict | v.Series):
        return found
    names = call.names(1, "index")
    if isinstance(found, v.Seq) and names is not None and len(names) == len(found.items):
        return v.Dict(tuple((v.Const(name), item) for name, item in zip(names, found.items, strict=True)))
    return found if isinstance(found, v.Unknown) else call.unknown()

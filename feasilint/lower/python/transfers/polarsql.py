"""SQL over polars frames: contexts, `df.sql`, frames of expressions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Inline
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.engines import select
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.sql import query

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call

_OPTIONS = ("register_globals", "eager", "frames")


def context(call: Call) -> v.Value:
    """`pl.SQLContext(frames={…}, orders=df)`: frames under the names that queries use."""
    frames = call.got(0, "frames")
    named = frames.items if isinstance(frames, v.Dict) else ()
    pairs = [(str(key.value), value) for key, value in named if isinstance(key, v.Const)]
    pairs += [(name, value) for name, value in call.kwargs.items() if name not in _OPTIONS]
    for name, value in pairs:
        _register(call, name, value)
    return v.Handle("polars.sql")


def registered(call: Call) -> v.Value:
    """`context.register('orders', df)`, `context.register_many({…})`."""
    many, name = call.got(0, "frames"), call.text(0, "name")
    if isinstance(many, v.Dict):
        for key, one in many.items:
            if isinstance(key, v.Const):
                _register(call, str(key.value), one)
    value = call.arg(1, "frame")
    if name is not None and value is not None:
        _register(call, name, value)
    for word, given in call.kwargs.items():
        if word not in ("name", "frame", "frames"):
            _register(call, word, given)
    return call.target


def _register(call: Call, name: str, value: v.Value) -> None:
    frame = call.m.frame(value)
    if frame is not None:
        call.m.views[name.lower()] = frame.relation


def over_itself(call: Call) -> v.Value | None:
    """`df.sql('SELECT … FROM self')`."""
    frame = own(call)
    if frame is None:
        return None
    views = call.m.views
    call.m.views = {**views, (call.text(None, "table_name") or "self").lower(): frame.relation}
    try:
        return query("duckdb", library=frame.library)(call)
    finally:
        call.m.views = views


def selected(call: Call) -> v.Value | None:
    """`pl.select(expressions)`: a frame of expressions alone."""
    base = v.Frame(call.m.add(Inline((), call.origin)), "polars")
    made = select(call.at(target=call.m.alloc(base), receiver=base))
    return replace(made, library="polars") if isinstance(made, v.Frame) else None

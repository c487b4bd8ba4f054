"""Frames that become those of another library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call as Op
from feasilint.ir import Column, Derive, Output, Split
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import replacing
from feasilint.lower.python.transfers.grouping import group_by
from feasilint.lower.python.transfers.joining import beside

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.call import Call


def bound_beside(call: Call) -> v.Value | None:
    """`frame.cbind(other)`: columns beside each other."""
    first, second = call.m.frame(call.target), call.frame(0, "data")
    return beside(call, [first, second]) if first is not None and second is not None else None


def split_frame(call: Call) -> v.Value | None:
    """H2O's `frame.split_frame([0.8])`: one part more than ratios."""
    frame, ratios = call.m.frame(call.target), call.got(0, "ratios")
    if frame is None:
        return None
    names = ["train", "test", "validation", "part3"][: len(ratios.items) + 1 if isinstance(ratios, v.Seq) else 2]
    parts = (replace(frame, relation=call.m.add(Split(frame.relation, name, call.origin))) for name in names)
    return v.Seq(tuple(call.m.alloc(part) for part in parts), "tuple")


def each(call: Call) -> v.Value:
    """`dask.persist(x, y)`: the arguments themselves, computed."""
    return v.Seq(tuple(call.args), "tuple")


def as_h2o(call: Call) -> v.Value | None:
    """`hc.asH2OFrame(df)`, `h2o.H2OFrame(df)`."""
    frame = call.frame(0)
    return replace(frame, library="h2oframe") if frame is not None else None


def grouped(call: Call) -> v.Value | None:
    """H2O's `frame.group_by(['k'])`: what is made of the groups has the keys as columns."""
    groups = group_by(call)
    return replace(groups, as_index=False) if isinstance(groups, v.GroupBy) else groups


def as_spark(call: Call) -> v.Value | None:
    frame = call.frame(0)
    return replace(frame, library="spark", index=()) if frame is not None else None


def applied_to(call: Call) -> v.Value | None:
    """cuDF's `df.groupby('k').apply_grouped(function, incols=['x'], outcols={'z': np.float32})`: new columns of some others."""
    frame = call.receiver.frame if isinstance(call.receiver, v.GroupBy) else call.m.frame(call.target)
    inputs, outputs = (_keys(call, call.got(at, name)) for at, name in ((1, "incols"), (2, "outcols")))
    if frame is None or not inputs or not outputs:
        return None
    made = Op("apply", tuple(Column(frame.relation, name) for name in inputs), call.origin)
    new = (Output(name, made, call.origin) for name in outputs)
    return replace(frame, relation=call.m.add(Derive(frame.relation, replacing(frame.relation, *new), call.origin)))


def _keys(call: Call, value: v.Value | None) -> tuple[Name, ...]:
    """The columns that a list or the keys of a mapping name."""
    if isinstance(value, v.Dict):
        return tuple(name for key, _ in value.items if (name := name_of(call.m, key)) is not None)
    return names_of(call.m, value) or () if value is not None else ()

"""Aggregates that a feature store computes over time, as they are declared: a function, a column, a window and an offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Frame, Interval, Output, Window
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.transfers.binding import Binder, label
from feasilint.lower.python.transfers.lazy import made
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call, Transfer


def tile(function: str) -> Transfer:
    """`Feature.sum('amount', '7d', offset='1d')`."""

    def transfer(call: Call) -> v.Value | None:
        column, window = call.text(0, "column"), call.arg(1, "window")
        if column is None or window is None:
            return None
        offset = call.arg(2, "offset") if call.name.rsplit(".", 1)[-1] not in _COUNTED else call.arg(3, "offset")
        parts = {"window": window, "offset": offset if offset is not None else v.NONE}
        return made(call, "measure", function, (made(call, "column", column),), **parts)

    return transfer


_COUNTED = ("last_n", "last_distinct_n", "first_n", "first_distinct_n")  # between window and offset: n


def tiled(call: Call, frame: v.Frame, view: v.Handle) -> v.Frame:
    """The frame of a view that declares such aggregates: keys, time and features; others keep their frame."""
    declared = call.m.get(view.get("features") or v.NONE)
    features = [call.m.get(item) for item in declared.items] if isinstance(declared, v.Seq) else []
    keys, time = entity_keys(call, view), names_of(call.m, view.get("timestamp_col") or v.NONE) or ()
    if not features or not all(_is_tile(feature) for feature in features):
        return frame
    relation = frame.relation
    for feature in features:
        relation = _windowed(call, frame.relation, relation, cast("v.Lazy", feature), keys, time)
    kept = (*keys, *time, *(label(feature) for feature in features))
    outputs = tuple(Output(name, Column(relation, name)) for name in kept)
    return replace(frame, relation=call.m.add(Derive(relation, outputs, call.origin)))


def _is_tile(feature: v.Value) -> bool:
    inner = _inner(feature)
    return inner is not None and inner.get("window") is not None


def _inner(feature: v.Value) -> v.Lazy | None:
    while isinstance(feature, v.Lazy) and feature.op == "alias":
        feature = feature.args[0]
    return feature if isinstance(feature, v.Lazy) else None


def entity_keys(call: Call, view: v.Handle) -> tuple[Name, ...]:
    """The columns that the entities of a feature view are joined by."""
    entities = call.m.get(view.get("entities") or view.get("1") or v.NONE)
    found = [call.m.get(item) for item in entities.items] if isinstance(entities, v.Seq) else []
    keys = [entity.get("join_keys") or entity.get("1") for entity in found if isinstance(entity, v.Handle)]
    return tuple(dict.fromkeys(name for key in keys if key is not None for name in names_of(call.m, key) or ()))


def _windowed(
    call: Call, events: Relation, below: Relation, feature: v.Lazy, keys: tuple[Name, ...], time: tuple[Name, ...]
) -> Relation:
    inner = cast("v.Lazy", _inner(feature))
    binder = Binder(call.m, events)
    length, back = as_length(call, inner.get("window")), as_length(call, inner.get("offset")) or Interval()
    frame = Frame("range", -(length + back) if length is not None else None, -back)
    output = Output(label(feature), binder.measure(inner), binder.origin(inner))
    partition = tuple(Column(events, key) for key in keys)
    order = tuple(Column(events, name) for name in time)
    return call.m.add(Window(below, partition, order, frame, (output,), binder.origin(inner)))

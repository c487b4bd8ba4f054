"""Frames that become those of another library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.joining import beside

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def bound_beside(call: Call) -> v.Value | None:
    """`frame.cbind(other)`: columns beside each other."""
    first, second = call.m.frame(call.target), call.frame(0, "data")
    return beside(call, [first, second]) if first is not None and second is not None else None


def each(call: Call) -> v.Value:
    """`dask.persist(x, y)`: the arguments themselves, computed."""
    return v.Seq(tuple(call.args), "tuple")


def as_pandas(call: Call) -> v.Value | None:
    frame = call.frame(0)
    return replace(frame, library="pandas") if frame is not None else None


def as_spark(call: Call) -> v.Value | None:
    frame = call.frame(0)
    return replace(frame, library="spark", index=()) if frame is not None else None

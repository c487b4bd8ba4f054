"""Recommenders: ratings of items by users, as frames or sparse matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Column
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, narrowed
from feasilint.lower.python.transfers.tensors import tensors
from feasilint.lower.python.transfers.training import only

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def ratings(call: Call) -> v.Value | None:
    """`surprise.Dataset.load_from_df(df[['user', 'item', 'rating']], reader)`: the third column is the label."""
    frame = call.frame(0, "df")
    names = known(narrowed(frame.relation, frame.index)) if frame is not None else None
    if frame is None or names is None or len(names) < 3:
        return tensors(frame) if frame is not None else None
    label = v.Series(frame.relation, Column(frame.relation, names[2], call.origin), names[2])
    return tensors(call.m.alloc(only(call, frame, names[:2])), label)


def pair(call: Call) -> v.Value | None:
    """`surprise.model_selection.train_test_split(data)`."""
    data = call.arg(0, "data")
    return v.Seq((data, data), "tuple") if data is not None else None


def matrix(call: Call) -> v.Value | None:
    """`coo_matrix((values, (rows, columns)))`: made of three columns; of a frame or an array it has its columns."""
    found = call.got(0, "arg1")
    if not isinstance(found, v.Seq) or found.kind != "tuple" or len(found.items) != 2:
        return found if isinstance(found, v.Frame) else None
    places = call.m.get(found.items[1])
    axes = places.items if isinstance(places, v.Seq) else (places,)
    return tensors(v.Seq((found.items[0], *axes), "tuple"))

"""Training beyond scikit-learn's protocol: tensors, forecasters, feature synthesis, set-up calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.fits import fit_unknown

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def selector(call: Call) -> v.Value:
    """`make_column_selector(dtype_include=…)`: chosen when it is applied."""
    return v.Handle("selector", tuple(call.kwargs.items()))


def folds(call: Call) -> v.Value | None:
    """`KFold().split(X)`: indexes of one fold stand for all."""
    pair = v.Seq((call.m.unknown("train_index"), call.m.unknown("test_index")), "tuple")
    return v.Seq((pair,), "list", True)


def scored(call: Call) -> v.Value:
    """A metric: no data."""
    return call.m.unknown(call.name.rsplit(".", 1)[-1], *call.args)


def generated(call: Call) -> v.Value | None:
    """`make_classification(…)`: data of no source."""
    from feasilint.ir import Inline

    frame = v.Frame(call.m.add(Inline((), call.origin)), "array")
    return v.Seq((call.m.alloc(frame), call.m.unknown("y")), "tuple")


def train_unknown(call: Call) -> v.Value | None:
    """`.train(…)` of something unknown that is given data."""
    if not any(isinstance(call.m.get(value), v.Frame | v.Handle) for value in call.values):
        return None
    return fit_unknown(call)


def transform_unknown(call: Call) -> v.Value | None:
    """`.fit_transform(X)` of something unknown."""
    frame = call.got(0, "X")
    if isinstance(frame, v.Series):
        return frame
    return replace(frame, library="array") if isinstance(frame, v.Frame) else None

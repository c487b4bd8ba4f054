"""Training beyond scikit-learn's protocol: tensors, forecasters, feature synthesis, set-up calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Fit, Minus, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.fits import add_fit, fit_unknown
from feasilint.lower.python.transfers.loading import path_name, scan, source_of

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet
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


def tensor_data(call: Call) -> v.Value:
    """`from_tensor_slices((X, y))`, `TensorDataset(X, y)`."""
    found = call.got(0)
    items = found.items if isinstance(found, v.Seq) and found.kind == "tuple" else call.args
    parts = tuple(zip(("data", "label"), items, strict=False))
    return v.Handle("tensors", parts)


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


def fit_prophet(call: Call) -> v.Value | None:
    """`Prophet().fit(df)`: `y` is the label, `ds` the time."""
    frame = call.frame(0, "df")
    if frame is None:
        return None
    from feasilint.ir import Names

    whole = narrowed(frame.relation, frame.index)
    call.m.sink(Fit("prophet.Prophet", Minus(whole, ("y",)), Names(frame.relation, ("y",)), None, call.origin))
    return call.target


def train_named(call: Call) -> v.Value | None:
    """`model.train(x=names, y=name, training_frame=frame)`."""
    frame = call.frame(None, "training_frame")
    if frame is None:
        return None
    from feasilint.ir import Names

    names, label = call.names(0, "x"), call.names(1, "y")
    features: ColumnSet = Names(frame.relation, names) if names is not None else narrowed(frame.relation, frame.index)
    add_fit(call, call.name, features, Names(frame.relation, label) if label is not None else None)
    return call.target


def setup(call: Call) -> v.Value | None:
    """`pycaret.classification.setup(data, target=…)`."""
    from feasilint.ir import Names

    frame, target = call.frame(0, "data"), call.names(1, "target")
    if frame is None:
        return None
    label = Names(frame.relation, target) if target is not None else None
    add_fit(call, "pycaret", narrowed(frame.relation, (*frame.index, *(target or ()))), label)
    return v.NONE


def uploaded_data(call: Call) -> v.Value:
    """`session.upload_data(path, bucket, key_prefix)`: gives the address in the bucket."""
    path, bucket, key = call.arg(0, "path"), call.arg(1, "bucket"), call.arg(2, "key_prefix")
    texts = [str(as_text(call.m, part).value) if part is not None else "{default_bucket}" for part in (bucket, key)]
    address = f"s3://{'/'.join(texts)}"
    if path is not None:
        name = path_name(call, path)
        address = f"{address}/{name.rstrip('/').rsplit('/', 1)[-1]}" if "." in name.rsplit("/", 1)[-1] else address
        relation = scan(call, source_of(call.m, name))
        call.m.sink(Write(relation, Source(address, "file"), "overwrite", origin=call.origin))
    return v.Const(address)


def remote_data(call: Call, value: v.Value | None) -> ColumnSet | None:
    """The data of a training job elsewhere: an address, or channels of them by name."""
    found = call.m.get(value) if value is not None else None
    if isinstance(found, v.Dict):
        named = [found.get(name) for name in ("train", "training")]
        chosen = next((item for item in named if item is not None), found.items[0][1] if found.items else None)
        return remote_data(call, chosen)
    if isinstance(found, v.Handle) and found.kind == "sagemaker.input":
        return remote_data(call, found.get("0") or found.get("s3_data"))
    if isinstance(found, v.Const) and isinstance(found.value, str):
        return AllOf(scan(call, source_of(call.m, found.value)))
    return None

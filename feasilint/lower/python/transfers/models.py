"""Training beyond scikit-learn's protocol: tensors, forecasters, feature synthesis, set-up calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.fits import fit_unknown
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

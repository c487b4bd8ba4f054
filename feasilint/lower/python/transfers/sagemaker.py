"""Training jobs of SageMaker: data that is written, uploaded and trained on elsewhere, under addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Minus, Names, Scan, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import header, layout
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.fits import add_fit
from feasilint.lower.python.transfers.loading import path_name, scan, source_of

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Relation
    from feasilint.lower.python.call import Call

_FIRST = re.compile(r"xgboost|linear-learner|knn|lightgbm|catboost")
"""Algorithms of SageMaker that take the first column of a CSV file as the label."""

_TARGETS = (
    ("AutoMLProblemTypeConfig", "TabularJobConfig", "TargetAttributeName"),
    ("AutoMLProblemTypeConfig", "TimeSeriesForecastingJobConfig", "TimeSeriesConfig", "TargetAttributeName"),
)
"""Where the second interface of AutoML is told the label."""


def image(call: Call) -> v.Value:
    """`sagemaker.image_uris.retrieve('xgboost', region)`: the image of an algorithm, by the name that is in the call."""
    words = [text.value for text in map(call.m.get, call.values) if isinstance(text, v.Const)]
    named = next((str(word) for word in words if _FIRST.search(str(word))), None)
    return v.Const(f"{{image}}/{named}") if named is not None else call.unknown()


def estimator(call: Call) -> v.Value:
    """`sagemaker.estimator.Estimator(image, role)`."""
    names = ("image_uri", "image_name")
    given = call.arg(0) or next((call.kwargs[name] for name in names if name in call.kwargs), None)
    return v.Estimator(call.name, options=(("image", given),) if given is not None else ())


def tuner(call: Call) -> v.Value:
    """`HyperparameterTuner(estimator, metric, ranges)`: it is the estimator that is fitted."""
    found = call.got(0, "estimator")
    return found if isinstance(found, v.Estimator) else v.Estimator(call.name)


def fit(call: Call, model: v.Estimator, data: v.Value | None, features: ColumnSet | None) -> None:
    """`estimator.fit({'train': address})`."""
    drawn = features or _remote(call, data or call.arg(None, "inputs"))
    add_fit(call, model.name, drawn, _first_column(call, model, drawn))


def _first_column(call: Call, model: v.Estimator, data: ColumnSet | None) -> ColumnSet | None:
    chosen = model.option("image")
    name = call.m.get(chosen) if chosen is not None else None
    if not isinstance(name, v.Const) or not _FIRST.search(str(name.value)) or not isinstance(data, AllOf):
        return None
    relation = _stored(call, data.relation)
    first = layout(relation)[0] if relation is not None and layout(relation) else None
    return Names(data.relation, (first,)) if first is not None else None


def job(call: Call) -> v.Value:
    """`client.create_training_job(InputDataConfig=[…], AlgorithmSpecification={…})`, also inside a tuning job's definition, and
    `create_auto_ml_job`, which names the label: jobs by the names of the service's own interface."""
    given: v.Value = v.Dict(tuple((v.Const(name), value) for name, value in call.kwargs.items()))
    given = _inside(call, given, "TrainingJobDefinition") or given
    channels = _inside(call, given, "InputDataConfig") or _inside(call, given, "AutoMLJobInputDataConfig")
    chosen = _channel(call, call.m.get(channels)) if channels is not None else None
    data = _remote(call, _inside(call, chosen, "DataSource", "S3DataSource", "S3Uri")) if chosen is not None else None
    if data is None:
        return v.NONE
    image = _inside(call, given, "AlgorithmSpecification", "TrainingImage")
    model = v.Estimator(call.name, options=(("image", image),) if image is not None else ())
    targets = [_inside(call, chosen, "TargetAttributeName"), *(_inside(call, given, *path) for path in _TARGETS)]
    target = call.m.get(next((one for one in targets if one is not None), v.NONE))
    if isinstance(target, v.Const) and isinstance(target.value, str) and isinstance(data, AllOf):
        add_fit(call, call.name, Minus(data, (target.value,)), Names(data.relation, (target.value,)))
    else:
        add_fit(call, call.name, data, _first_column(call, model, data))
    return v.NONE


def _inside(call: Call, value: v.Value | None, *path: str) -> v.Value | None:
    """What lies in dictionaries of dictionaries."""
    for name in path:
        found = call.m.get(value) if value is not None else None
        value = found.get(name) if isinstance(found, v.Dict) else None
    return value


def _channel(call: Call, channels: v.Value) -> v.Value | None:
    """The channel of a training job that is trained on: by its name, else the first one."""
    items = channels.items if isinstance(channels, v.Seq) else ()
    names = [call.m.get(_inside(call, item, "ChannelName") or v.NONE) for item in items]
    trained = (
        item
        for item, name in zip(items, names, strict=True)
        if isinstance(name, v.Const) and name.value in ("train", "training")
    )
    return next(trained, items[0] if items else None)


def _stored(call: Call, relation: Relation | None) -> Relation | None:
    """What this document has written under the address that is read."""
    for _ in range(8):
        if not isinstance(relation, Scan) or header(relation) is not None:
            return relation
        write = call.m.builder.written(relation.source.name)
        relation = write.relation if write is not None else None
    return relation


def _remote(call: Call, value: v.Value | None) -> ColumnSet | None:
    """The data of a training job elsewhere: an address, or channels of them by name."""
    found = call.m.get(value) if value is not None else None
    if isinstance(found, v.Dict):
        named = [found.get(name) for name in ("train", "training")]
        chosen = next((item for item in named if item is not None), found.items[0][1] if found.items else None)
        return _remote(call, chosen)
    if isinstance(found, v.Handle) and found.kind == "sagemaker.input":
        return _remote(call, found.get("0") or found.get("s3_data"))
    if isinstance(found, v.Const) and isinstance(found.value, str):
        address = str(found.value)
        name = next(iter(call.m.builder.below(address)), address)
        write = call.m.builder.written(name)
        if write is not None and "{" in name:  # no name that is only partly known is linked
            return AllOf(_stored(call, write.relation) or write.relation)
        return AllOf(scan(call, source_of(call.m, name)))
    return None


# --- uploads ---


def uploaded_data(call: Call) -> v.Value:
    """`session.upload_data(path, bucket, key_prefix)`: gives the address in the bucket."""
    path, bucket, key = call.arg(0, "path"), call.arg(1, "bucket"), call.arg(2, "key_prefix")
    texts = [str(as_text(call.m, part).value) if part is not None else "{default_bucket}" for part in (bucket, key)]
    return _copied(call, path, f"s3://{'/'.join(texts)}")


def uploaded_to(call: Call) -> v.Value | None:
    """`S3Uploader.upload(path, address)`: gives the address of the file."""
    path, address = call.arg(0, "local_path"), call.arg(1, "desired_s3_uri")
    return _copied(call, path, str(as_text(call.m, address).value)) if address is not None else None


def _copied(call: Call, path: v.Value | None, address: str) -> v.Value:
    """A file or all files of a folder under an address."""
    name = path_name(call, path).rstrip("/") if path is not None else ""
    last = name.rsplit("/", 1)[-1]
    if "." in last:
        address = f"{address.rstrip('/')}/{last}"
        _copy(call, name, address)
    elif name:
        inside = call.m.builder.below(name)
        for file in inside:
            _copy(
                call,
                file,
                f"{address.rstrip('/')}/{file.removeprefix('./').removeprefix(name.removeprefix('./')).lstrip('/')}",
            )
        if not inside:
            _copy(call, name, address)
    return v.Const(address)


_DATA = re.compile(
    r"\.(?:csv|tsv|parquet|jsonl?|txt|libsvm|data|npy|npz|recordio|pbr|orc|avro)(?:\.gz|\.zip)?$|/[^.]*$"
)


def _copy(call: Call, name: str, address: str) -> None:
    """A file under another address: one that is written here, or one of data, but no model."""
    if call.m.builder.written(name) is None and not _DATA.search(f"/{name}"):
        return
    relation = scan(call, source_of(call.m, name))
    call.m.sink(Write(relation, Source(address, "file"), "overwrite", origin=call.origin))


def uploaded_object(call: Call) -> v.Value:
    """`bucket.Object(key).upload_file(path)`: the object holds the file."""
    held, path = call.receiver, call.arg(0, "Filename")
    target = held.get("path") if isinstance(held, v.Handle) else None
    if target is not None and path is not None:
        _copy(call, path_name(call, path), str(as_text(call.m, target).value))
    return v.NONE


def uploaded_into(call: Call) -> v.Value:
    """`bucket.upload_file(path, key)`."""
    held, path, key = call.receiver, call.arg(0, "Filename"), call.arg(1, "Key")
    bucket = held.get("0") if isinstance(held, v.Handle) else None
    if bucket is not None and path is not None and key is not None:
        address = f"s3://{as_text(call.m, bucket).value}/{as_text(call.m, key).value}"
        _copy(call, path_name(call, path), address)
    return v.NONE

"""Data sets of tensors: what tf.data and PyTorch make of files, frames and arrays, and training loops over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Fit
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.estimators import columns_of
from feasilint.lower.python.transfers.fits import add_fit
from feasilint.lower.python.transfers.joining import stacked
from feasilint.lower.python.transfers.loading import scan_paths
from feasilint.lower.python.transfers.training import only, without

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer


def tensors(data: v.Value, label: v.Value | None = None) -> v.Handle:
    return v.Handle("tensors", (("data", data), *((("label", label),) if label is not None else ())))


def sliced(call: Call) -> v.Value:
    """`from_tensor_slices((X, y))`, `TensorDataset(X, y)`."""
    found = call.got(0)
    items = found.items if isinstance(found, v.Seq) and found.kind == "tuple" else call.args
    return tensors(*items[:2]) if items else v.Handle("tensors")


def windowed(call: Call) -> v.Value | None:
    """`timeseries_dataset_from_array(data, targets, sequence_length=…)`: rows in sequences."""
    data, targets = call.arg(0, "data"), call.got(1, "targets")
    if data is None:
        return None
    return tensors(data) if targets is None or targets == v.NONE else tensors(data, targets)


def csv_files(call: Call) -> v.Value | None:
    """`make_csv_dataset(pattern, batch_size, column_names, label_name=…, select_columns=…)`."""
    value = call.arg(0, "file_pattern")
    names = call.names(None, "select_columns") or call.names(2, "column_names")
    label = call.names(4, "label_name")
    if names is not None and any(str(name).isdigit() for name in names):  # chosen by position
        names = None
    relation = scan_paths(call, value, names) if value is not None else None
    if relation is None:
        return None
    frame = v.Frame(relation)
    if not label:
        return tensors(call.m.alloc(frame))
    target = v.Series(relation, Column(relation, label[0], call.origin), label[0])
    return tensors(call.m.alloc(without(call, frame, label)), target)


def lines_of(call: Call) -> v.Value | None:
    """`tf.data.TextLineDataset(files)`: the lines, not yet taken apart."""
    value = call.arg(0, "filenames")
    relation = scan_paths(call, value) if value is not None else None
    return tensors(call.m.alloc(v.Frame(relation, "array"))) if relation is not None else None


def decoded(call: Call) -> v.Value | None:
    """`tf.io.decode_csv(line, record_defaults)`: as many columns as there are defaults."""
    frame, defaults = call.frame(0, "records"), call.got(1, "record_defaults")
    if frame is None or not isinstance(defaults, v.Seq) or defaults.open:
        return None
    names = [f"{{column {at}}}" for at in range(len(defaults.items))]
    return v.Seq(tuple(v.Series(frame.relation, Column(frame.relation, name, call.origin), name) for name in names))


def mapped(call: Call) -> v.Value | None:
    """`dataset.map(f)`: f sees the features of a batch, and its label where it has one."""
    function, parts = call.got(0, "map_func"), call.receiver
    if not isinstance(function, v.Function) or not isinstance(parts, v.Handle):
        return call.target
    made = call.m.call(function, tuple(value for _, value in parts.parts), {}, call.node)
    found = call.m.get(made)
    if isinstance(found, v.Seq) and found.kind == "tuple":
        return tensors(*found.items[:2])
    return tensors(made, parts.get("label")) if isinstance(found, v.Frame | v.Dict | v.Series) else call.target


def from_frame(call: Call) -> v.Value | None:
    """`tfdf.keras.pd_dataframe_to_tf_dataset(df, label='y')`."""
    frame, label = call.frame(0, "dataframe"), call.names(1, "label")
    if frame is None:
        return None
    if not label:
        return tensors(frame)
    return tensors(without(call, frame, label), v.Series(frame.relation, Column(frame.relation, label[0]), label[0]))


def named_inputs(call: Call) -> v.Value | None:
    """`tf.estimator.inputs.pandas_input_fn(x=df, y=labels)`."""
    data, label = call.arg(0, "x"), call.arg(1, "y")
    return tensors(data, label) if data is not None else None


def estimated(call: Call) -> v.Value | None:
    """`tf.estimator.train_and_evaluate(estimator, TrainSpec(input_fn=…), …)`."""
    model, spec = call.got(0, "estimator"), call.got(1, "train_spec")
    function = (spec.get("input_fn") or spec.get("0")) if isinstance(spec, v.Handle) else None
    found = call.m.get(function) if function is not None else None
    data = call.m.get(call.m.call(found, (), {}, call.node)) if isinstance(found, v.Function) else found
    label = data.get("label") if isinstance(data, v.Handle) else None
    if isinstance(data, v.Seq) and len(data.items) == 2:
        data, label = data.items
    name = model.name if isinstance(model, v.Estimator) else call.name
    add_fit(call, name, columns_of(call.m, data), columns_of(call.m, label) if label is not None else None)
    return v.NONE


# --- images and arrays ---


def flowing(call: Call) -> v.Value | None:
    """`generator.flow_from_dataframe(df, folder, x_col=…, y_col=…)`: files by name, and their labels."""
    frame, data, label = call.frame(0, "dataframe"), call.names(2, "x_col"), call.names(3, "y_col")
    if frame is None:
        return None
    files = only(call, frame, data or ("filename",))
    return tensors(call.m.alloc(files), call.m.alloc(only(call, frame, label or ("class",))))


def folder(call: Call) -> v.Value | None:
    """`generator.flow_from_directory(folder)`: the files of a folder, labelled by the folders in it."""
    value = call.arg(0, "directory")
    relation = scan_paths(call, value) if value is not None else None
    if relation is None:
        return None
    label = v.Series(relation, Column(relation, "label", call.origin), "label")
    return tensors(call.m.alloc(v.Frame(relation, "array")), label)


def side_by_side(call: Call) -> v.Value | None:
    """`np.c_[a, b]`."""
    found = call.got(0)
    return stacked(call.at(args=(found,))) if isinstance(found, v.Seq) else found


# --- PyTorch ---


def loader(call: Call) -> v.Value | None:
    """`DataLoader(dataset)`: of the code's own data set what one item holds."""
    value = call.arg(0, "dataset")
    found = call.m.get(value) if value is not None else None
    if not isinstance(found, v.Instance) or value is None:
        return found
    from feasilint.lower.python.attributes import class_member

    item = class_member(call.m, found.of, "__getitem__")
    if not isinstance(item, v.Function):
        return None
    made = call.m.call(replace(item, me=value), (call.m.unknown("index"),), {}, call.node)
    return v.Seq((made,), "list", True)


def parted(call: Call) -> v.Value | None:
    """`random_split(dataset, lengths)`."""
    value, lengths = call.arg(0, "dataset"), call.got(1, "lengths")
    count = len(lengths.items) if isinstance(lengths, v.Seq) else 2
    return v.Seq((value,) * count, "tuple") if value is not None else None


def applied(call: Call) -> v.Value | None:
    """`model(X)` of a network: a prediction that remembers what it is of."""
    data = [value for value in call.values if columns_of(call.m, value) is not None]
    if not data:
        return None
    name = getattr(call.receiver, "of", None)
    title = name.node.name if name is not None else "torch.nn.Module"
    return v.Handle("prediction", (("data", v.Seq(tuple(data))), ("model", v.Const(title))))


def module_called(call: Call) -> v.Value | None:
    """`criterion(prediction, y)` is a loss; `layer(X)` a prediction."""
    made = loss(call)
    return made if made is not None else applied(call)


def instance_called(call: Call) -> v.Value | None:
    """A call of an object of the code's own class: a network, if its class is made from one."""
    found = call.receiver
    bases = found.of.bases if isinstance(found, v.Instance) else ()
    return applied(call) if any(isinstance(base, v.Library) and "Module" in base.path for base in bases) else None


def loss(call: Call) -> v.Value | None:
    """`F.cross_entropy(prediction, y)`."""
    first, second = (call.got(0, "input"), call.arg(1, "target"))
    if not isinstance(first, v.Handle) or first.kind != "prediction" or second is None:
        return first if isinstance(first, v.Handle) and first.kind == "prediction" else None
    return v.Handle("loss", (*first.parts, ("label", second)))


def trained(call: Call) -> v.Value:
    """`loss.backward()`: a step of the training; only one of them is told of each call."""
    found = call.receiver
    if isinstance(found, v.Handle) and not call.m.builder.has(Fit, call.origin):
        name = found.get("model")
        title = str(name.value) if isinstance(name, v.Const) else "torch"
        label = found.get("label")
        add_fit(call, title, columns_of(call.m, found.get("data")), columns_of(call.m, label))
    return v.NONE


def trained_with(*names: str, at: int | None = None) -> Transfer:
    """`trainer.fit(model, loader)`, `Trainer(model, train_dataset=data).train()`: what the data is called there."""

    def transfer(call: Call) -> v.Value | None:
        held = call.receiver if isinstance(call.receiver, v.Handle) else v.Handle("")
        values = [call.arg(None, name) or held.get(name) for name in names]
        data = (
            call.arg(at) if at is not None and at < len(call.args) else next((x for x in values if x is not None), None)
        )
        found = call.m.get(data) if data is not None else None
        label: v.Value | None = found.get("label") if isinstance(found, v.Handle) else None
        if isinstance(found, v.Seq) and found.items:  # a loader: its first batch
            batch = call.m.get(found.items[0])
            if isinstance(batch, v.Seq) and len(batch.items) > 1:
                found, label = batch.items[0], batch.items[-1]
        features = columns_of(call.m, found)
        if features is None:
            return None
        add_fit(call, held.kind, features, columns_of(call.m, label))
        return v.NONE

    return transfer

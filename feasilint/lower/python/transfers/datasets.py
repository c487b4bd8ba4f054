"""Data sets that come with libraries: what their loaders give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Column, Derive, Names, Scan, Source, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.loading import path_name
from feasilint.lower.python.transfers.tensors import tensors

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.lower.python.call import Call, Transfer


def _scan(call: Call, name: str, columns: tuple[str, ...] | None = None) -> Relation:
    return call.m.add(Scan(Source(name, "file"), columns, call.origin))


def _name(call: Call) -> str:
    """`shap.datasets.adult` is `shap.adult`: what it is called where everybody looks for it."""
    words = call.name.split(".")
    named = call.text(0) if words[-1] in ("get_data", "get_rdataset", "load_builtin", "data") else None
    return f"{words[0]}.{named or '.'.join(w for w in words[1:] if w not in _WORDLESS)}"


_WORDLESS = ("datasets", "api", "keras", "load_data", "load_pandas", "load", "data")


def frame(library: str = "pandas") -> Transfer:
    """A loader that gives one frame."""
    return lambda call: v.Frame(_scan(call, _name(call)), library)


def bunch(columns: tuple[str, ...] | None = None, target: str = "target") -> Transfer:
    """A loader that gives data and target together, or as a pair with `return_X_y`: `load_iris()`."""

    def transfer(call: Call) -> v.Value:
        relation = _scan(call, _name(call), (*columns, target) if columns is not None else None)
        data = relation
        if columns is not None:
            data = call.m.add(Derive(relation, (Star(Names(relation, columns)),), call.origin))
        library = "pandas" if call.flag("as_frame") else "array"
        held = call.m.alloc(v.Frame(data, library if columns is not None else "pandas"))
        label = v.Series(relation, Column(relation, target, call.origin), target)
        if call.flag("return_X_y"):
            return v.Seq((held, label), "tuple")
        whole = call.m.alloc(v.Frame(relation))
        return v.Handle("bunch", (("data", held), ("target", label), ("frame", whole)))

    return transfer


def described(call: Call) -> v.Value:
    """`sm.datasets.engel.load_pandas()`, `get_rdataset('Duncan')`: the frame is its `data`."""
    held = call.m.alloc(v.Frame(_scan(call, _name(call))))
    return v.Handle("bunch", (("data", held), ("frame", held), ("exog", held)))


def pair(columns: tuple[str, ...] | None = None) -> Transfer:
    """A loader that gives features and label: `shap.datasets.adult()`."""

    def transfer(call: Call) -> v.Value:
        relation = _scan(call, _name(call), (*columns, "target") if columns is not None else None)
        data = relation
        if columns is not None:
            data = call.m.add(Derive(relation, (Star(Names(relation, columns)),), call.origin))
        label = v.Series(relation, Column(relation, "target", call.origin), "target")
        return v.Seq((call.m.alloc(v.Frame(data)), label), "tuple")

    return transfer


def halves(call: Call) -> v.Value:
    """A loader that gives a frame for training and one for tests: `catboost.datasets.titanic()`."""
    relation = _scan(call, _name(call))
    return v.Seq(tuple(call.m.alloc(v.Frame(relation)) for _ in range(2)), "tuple")


def halved_pairs(call: Call) -> v.Value:
    """`(x_train, y_train), (x_test, y_test) = mnist.load_data()`."""
    relation = _scan(call, _name(call))
    label = v.Series(relation, Column(relation, "label", call.origin), "label")
    sides = (v.Seq((call.m.alloc(v.Frame(relation, "array")), label), "tuple") for _ in range(2))
    return v.Seq(tuple(sides), "tuple")


def data_set(call: Call) -> v.Value:
    """`torchvision.datasets.MNIST(root)`: a data set of tensors."""
    relation = _scan(call, _name(call))
    label = v.Series(relation, Column(relation, "label", call.origin), "label")
    return tensors(call.m.alloc(v.Frame(relation, "array")), label)


def class_of(kind: str) -> Transfer:
    """`AirPassengersDataset()`: loaded by its `load`."""
    return lambda call: v.Handle(kind, (("name", v.Const(_name(call))),))


def loaded(library: str) -> Transfer:
    """`AirPassengersDataset().load()`."""

    def transfer(call: Call) -> v.Value | None:
        name = call.receiver.get("name") if isinstance(call.receiver, v.Handle) else None
        return v.Frame(_scan(call, str(name.value)), library) if isinstance(name, v.Const) else None

    return transfer


def tfds(call: Call) -> v.Value | None:
    """`tfds.load(name, split=[…], with_info=True)`: a data set per split."""
    value = call.arg(0, "name")
    if value is None:
        return None
    relation = _scan(call, f"tensorflow_datasets:{path_name(call, value)}")
    one = tensors(call.m.alloc(v.Frame(relation)))
    if call.flag("as_supervised"):
        one = tensors(one.parts[0][1], v.Series(relation, Column(relation, "label", call.origin), "label"))
    split = call.got(1, "split")
    made: v.Value = one
    if isinstance(split, v.Seq):
        made = v.Seq((one,) * len(split.items), "tuple")
    elif split is None:
        made = call.m.alloc(v.Dict(tuple((v.Const(name), one) for name in ("train", "test", "validation")), True))
    return v.Seq((made, call.m.unknown("info")), "tuple") if call.flag("with_info") else made


def item(call: Call) -> v.Value | None:
    """`iris['data']`."""
    name = call.text(0)
    if name is None or not isinstance(call.receiver, v.Handle):
        return None
    found = call.receiver.get(name)
    if found is None and name in ("feature_names", "columns"):
        held = call.m.frame(call.receiver.get("data") or v.NONE)
        return v.Columns(AllOf(held.relation), held.relation) if held is not None else None
    return found

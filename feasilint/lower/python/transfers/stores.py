"""Feature stores: groups that frames are inserted into, views that models are trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Derive, Names, Scan, Source, Split, Star
from feasilint.ir.traversal import scans
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.writes import store

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.call import Call


def _name(call: Call, handle: v.Value) -> str:
    """The name that a group or view was asked for by."""
    value = (handle.get("name") or handle.get("0")) if isinstance(handle, v.Handle) else None
    return str(as_text(call.m, value).value) if value is not None else "{feature group}"


def group(call: Call) -> v.Value:
    """`fs.get_or_create_feature_group(name, primary_key=[…], event_time=…)`: who and when its rows are about is remembered, for
    views leave that out."""
    told = tuple(name for word in ("primary_key", "event_time") for name in call.names(None, word) or ())
    made = v.Handle(
        "hopsworks.group", (*((str(at), value) for at, value in enumerate(call.args)), *call.kwargs.items())
    )
    if told:
        call.m.named[f"keys of {_name(call, made)}"] = v.Seq(tuple(v.Const(name) for name in told))
    return made


def insert(call: Call) -> v.Value | None:
    """`feature_group.insert(df)`: a table of features."""
    frame = call.frame(0, "features")
    if frame is not None:
        store(call, frame.relation, Source(_name(call, call.receiver), "table"), "insert", feature_group=True)
    return v.NONE


def read_group(call: Call) -> v.Value:
    return v.Frame(call.m.add(Scan(Source(_name(call, call.receiver), "table"), None, call.origin)))


def select_group(call: Call) -> v.Value:
    """`group.select(['a', 'b'])`."""
    frame, names = read_group(call), call.names(0)
    if not isinstance(frame, v.Frame) or names is None:
        return frame
    chosen = (Star(Names(frame.relation, names)),)
    return replace(frame, relation=call.m.add(Derive(frame.relation, chosen, call.origin)))


def select_except(call: Call) -> v.Value:
    frame = read_group(call)
    names = call.names(0)
    if not isinstance(frame, v.Frame) or not names:
        return frame
    return replace(
        frame, relation=call.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, names)),), call.origin))
    )


def view(call: Call) -> v.Value:
    """`fs.get_or_create_feature_view(name, query=…, labels=[…])`: others ask for the view by its name."""
    made = v.Handle("hopsworks.view", (*((str(at), value) for at, value in enumerate(call.args)), *call.kwargs.items()))
    query = made.get("query")
    frame = call.m.frame(query) if query is not None else None
    if frame is not None:
        store(call, frame.relation, Source(_name(call, made), "feature_view"), "view")
    return made


def _rows(call: Call) -> v.Frame:
    receiver = call.receiver
    query = receiver.get("query") if isinstance(receiver, v.Handle) else None
    frame = call.m.frame(query) if query is not None else None
    library = "polars" if call.text(None, "dataframe_type") == "polars" else "pandas"
    if frame is not None:
        return replace(frame, library=library)
    return v.Frame(call.m.add(Scan(Source(_name(call, receiver), "feature_view"), None, call.origin)))


def read_view(call: Call) -> v.Value:
    return _rows(call)


def batch_data(call: Call) -> v.Value:
    """`view.get_batch_data()`: the features alone."""
    frame = _rows(call)
    gone = (*_labels(call), *_beside(call, frame))
    return replace(frame, relation=call.m.add(_without(call, frame, gone))) if gone else frame


def _without(call: Call, frame: v.Frame, names: tuple[Name, ...]) -> Derive:
    return Derive(frame.relation, (Star(narrowed(frame.relation, names)),), call.origin)


_ASKED = {"primary_key": ("primary_key", "primary_keys"), "event_time": ("event_time",)}


def _beside(call: Call, frame: v.Frame) -> tuple[Name, ...]:
    """What a view leaves out unless it is asked for: keys, event times and columns that only help."""
    groups = {f"keys of {scan.source.name}" for scan in scans([frame.relation])}
    keys = [call.m.named[group] for group in sorted(groups) if group in call.m.named]
    asked = any(call.flag(word) for words in _ASKED.values() for word in words)
    found = [] if asked else [name for value in keys for name in names_of(call.m, value) or ()]
    receiver = call.receiver
    for word in ("training_helper_columns", "inference_helper_columns"):
        told = receiver.get(word) if isinstance(receiver, v.Handle) else None
        if told is not None and not call.flag(word):
            found += names_of(call.m, told) or ()
    return tuple(dict.fromkeys(found))


def _labels(call: Call) -> tuple[Name, ...]:
    receiver = call.receiver
    value = receiver.get("labels") if isinstance(receiver, v.Handle) else None
    return names_of(call.m, value) or () if value is not None else ()


def _parts(call: Call, frame: v.Frame) -> tuple[v.Value, v.Value]:
    labels = _labels(call)
    features = call.m.add(_without(call, frame, (*labels, *_beside(call, frame))))
    target: v.Value = call.m.unknown("labels")
    if labels:
        target = v.Frame(call.m.add(Derive(frame.relation, (Star(Names(frame.relation, labels)),), call.origin)))
    return call.m.alloc(replace(frame, relation=features)), call.m.alloc(target)


def training_pair(call: Call) -> v.Value:
    """`view.training_data()`: features and labels."""
    return v.Seq(_parts(call, _rows(call)), "tuple")


def training_split(call: Call) -> v.Value:
    """`view.train_test_split()`: X_train, X_test, y_train, y_test."""
    frame = _rows(call)
    names = ("train", "validation", "test") if "validation" in call.name else ("train", "test")
    sides = [
        _parts(call, replace(frame, relation=call.m.add(Split(frame.relation, name, call.origin)))) for name in names
    ]
    return v.Seq((*(features for features, _ in sides), *(labels for _, labels in sides)), "tuple")


def store_query(call: Call) -> v.Value | None:
    from feasilint.lower.python.transfers.sql import run

    value = call.arg(0)
    relation = run(call, value, "spark") if value is not None else None
    return v.Frame(relation) if relation is not None else None

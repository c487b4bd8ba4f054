"""Feature stores: groups that frames are inserted into, views that models are trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Join, Names, Opaque, Output, Scan, Source, Split, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.loading import path_name
from feasilint.lower.python.transfers.tiles import tiled
from feasilint.lower.python.transfers.writes import store

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call


def _name(call: Call, handle: v.Value) -> str:
    """The name that a group or view was asked for by."""
    value = (handle.get("name") or handle.get("0")) if isinstance(handle, v.Handle) else None
    return str(as_text(call.m, value).value) if value is not None else "{feature group}"


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
    """`fs.get_or_create_feature_view(name, query=…, labels=[…])`."""
    return v.Handle("hopsworks.view", (*((str(at), value) for at, value in enumerate(call.args)), *call.kwargs.items()))


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


def _labels(call: Call) -> tuple[Name, ...]:
    receiver = call.receiver
    value = receiver.get("labels") if isinstance(receiver, v.Handle) else None
    return names_of(call.m, value) or () if value is not None else ()


def _parts(call: Call, frame: v.Frame) -> tuple[v.Value, v.Value]:
    labels = _labels(call)
    features = call.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, labels)),), call.origin))
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


def historical(call: Call) -> v.Value:
    """Feast: features by `view:name` joined to an entity frame."""
    spine = call.frame(0, "entity_df")
    names = call.names(1, "features") or ()
    relation = spine.relation if spine is not None else call.m.add(Opaque((), "the entity frame", origin=call.origin))
    by_view: dict[str, list[str]] = {}
    for name in names:
        group, _, feature = str(name).partition(":")
        by_view.setdefault(group, []).append(feature)
    for group, features in by_view.items():
        scan = call.m.add(Scan(Source(group, "feature_view"), None, call.origin))
        chosen = call.m.add(Derive(scan, tuple(Output(f, Column(scan, f), call.origin) for f in features), call.origin))
        relation = call.m.add(Join(relation, chosen, "asof", None, (), ("", ""), origin=call.origin))
    return v.Handle("query", (("frame", call.m.alloc(v.Frame(relation))),))


# --- Databricks ---


def created_table(call: Call) -> v.Value:
    """`fs.create_table(name, df=df)`: with a frame it is written at once."""
    frame, name = call.frame(None, "df"), call.arg(0, "name")
    if frame is not None and name is not None:
        store(call, frame.relation, Source(path_name(call, name), "table", "spark"), "create", feature_group=True)
    return v.NONE


def read_table(call: Call) -> v.Value | None:
    name = call.arg(0, "name")
    if name is None:
        return None
    return v.Frame(call.m.add(Scan(Source(path_name(call, name), "table", "spark"), None, call.origin)), "spark")


def training_set(call: Call) -> v.Value | None:
    """`fs.create_training_set(df, feature_lookups=[…], label=…)`."""
    frame, lookups = call.frame(0, "df"), call.got(1, "feature_lookups")
    if frame is None:
        return None
    relation = frame.relation
    for item in lookups.items if isinstance(lookups, v.Seq) else ():
        lookup = call.m.get(item)
        table = lookup.get("table_name") if isinstance(lookup, v.Handle) else None
        if table is None or not isinstance(lookup, v.Handle):
            continue
        scan = call.m.add(Scan(Source(path_name(call, table), "feature_view", "spark"), None, call.origin))
        keys = names_of(call.m, lookup.get("lookup_key") or v.NONE) or ()
        relation = call.m.add(Join(relation, scan, "left", None, keys, ("", ""), origin=call.origin))
    return v.Handle("databricks.training_set", (("frame", call.m.alloc(v.Frame(relation, "spark"))),))


def loaded_set(call: Call) -> v.Value | None:
    receiver = call.receiver
    return receiver.get("frame") if isinstance(receiver, v.Handle) else None


# --- Snowflake ---


def registered(call: Call) -> v.Value | None:
    """`fs.register_feature_view(view, version)`: the frame of the view becomes a table of features."""
    view = call.got(0, "feature_view")
    frame = _defining(call, view)
    if frame is None:
        return None
    store(call, frame.relation, Source(_name(call, view or v.NONE), "table", "snowflake"), "create", feature_group=True)
    return call.arg(0, "feature_view")


def _defining(call: Call, view: v.Value | None) -> v.Frame | None:
    value = view.get("feature_df") or view.get("2") if isinstance(view, v.Handle) else None
    frame = call.m.frame(value) if value is not None else None
    return tiled(call, frame, view) if frame is not None and isinstance(view, v.Handle) else None


def named_view(call: Call) -> v.Value:
    return v.Handle("snowflake.view", (("name", call.arg(0, "name") or v.NONE),))


def _view_relation(call: Call, view: v.Value) -> Relation:
    frame = _defining(call, view)
    if frame is not None:
        return frame.relation
    return call.m.add(Scan(Source(_name(call, view), "feature_view", "snowflake"), None, call.origin))


def read_registered(call: Call) -> v.Value | None:
    view = call.got(0, "feature_view")
    return v.Frame(_view_relation(call, view), "snowpark") if view is not None else None


def spine_joined(call: Call) -> v.Value | None:
    """`fs.generate_training_set(spine_df, features=[view, …])`."""
    spine = call.frame(None, "spine_df") or call.frame(0)
    features = call.got(None, "features") or call.got(1)
    if spine is None:
        return None
    relation = spine.relation
    for item in features.items if isinstance(features, v.Seq) else ():
        view = call.m.get(item)
        relation = call.m.add(
            Join(relation, _view_relation(call, view), "left", None, (), ("", ""), origin=call.origin)
        )
    return v.Frame(relation, "snowpark")

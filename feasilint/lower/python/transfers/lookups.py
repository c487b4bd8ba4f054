"""Feature stores that join features to the rows of a frame: Feast, Databricks, Snowflake, Tecton."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import AsOf, Column, Derive, Join, Names, Opaque, Output, Scan, Source, Star
from feasilint.ir import Call as Op
from feasilint.ir.expressions import spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import header, narrowed, replacing
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.loading import path_name
from feasilint.lower.python.transfers.tiles import entity_keys, tiled
from feasilint.lower.python.transfers.writes import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Name, Relation
    from feasilint.ir.relations import JoinKind
    from feasilint.lower.python.call import Call, Transfer


class Chosen(NamedTuple):
    """Features of one view: their names there and in the result; none: all that the view has."""

    view: str
    names: tuple[tuple[Name, Name], ...] | None = None


def _joined(
    call: Call, left: Relation, chosen: Chosen, keys: tuple[Name, ...] = (), asof: AsOf | None = None
) -> Relation:
    """The rows with the features of a view beside them."""
    scan = call.m.add(Scan(Source(chosen.view, "feature_view"), None, call.origin))
    right: Relation = scan
    if chosen.names is not None:
        outputs = (Output(new, Column(scan, old), call.origin) for old, new in chosen.names)
        kept = (Star(Names(scan, keys)),) if keys else ()
        right = call.m.add(Derive(scan, (*kept, *outputs), call.origin))
    kind: JoinKind = "asof" if asof is not None or not keys else "left"
    return call.m.add(Join(left, right, kind, None, keys, ("", ""), asof, call.origin))


def _word(call: Call, value: v.Value | None) -> str:
    return str(as_text(call.m, value).value) if value is not None else "{view}"


# --- Feast ---


def historical(call: Call) -> v.Value:
    """Features by `view:name`, or those of a service, joined to an entity frame."""
    relation = _spine(call)
    full = call.flag("full_feature_names")
    for chosen in _asked(call, call.got(1, "features"), full):
        relation = _joined(call, relation, chosen)
    return v.Handle("query", (("frame", call.m.alloc(v.Frame(relation))),))


def online(call: Call) -> v.Value:
    """`store.get_online_features(features, entity_rows)`: the features alone."""
    relation: Relation = call.m.add(Opaque((), "the entity rows", origin=call.origin, mixes=True))
    for chosen in _asked(call, call.got(0, "features"), call.flag("full_feature_names")):
        relation = _joined(call, relation, chosen)
    return v.Handle("query", (("frame", call.m.alloc(v.Frame(relation))),))


def _spine(call: Call) -> Relation:
    from feasilint.lower.python.transfers.sql import looks_like_sql, run

    value, text = call.arg(0, "entity_df"), call.text(0, "entity_df")
    queried = run(call, value, None) if value is not None and text is not None and looks_like_sql(text) else None
    frame = call.m.frame(value) if value is not None and queried is None else None
    if queried is not None or frame is not None:
        return queried or frame.relation  # type: ignore[union-attr]
    return call.m.add(Opaque((), "the entity frame", origin=call.origin, mixes=True))


def _asked(call: Call, value: v.Value | None, full: bool) -> list[Chosen]:
    """What a list of `view:name`, of views, or a service asks for."""
    if isinstance(value, v.Handle) and value.kind == "feast.service":
        listed = value.get("features") or value.get("1")
        return _asked(call, call.m.get(listed), full) if listed is not None else [Chosen(_named(call, value))]
    if not isinstance(value, v.Seq):
        return []
    found: dict[str, list[tuple[Name, Name]] | None] = {}
    for item in map(call.m.get, value.items):
        if isinstance(item, v.Handle):
            name = _named(call, item)
            fields = _fields(call, item)
            found[name] = None if fields is None else [(f, f"{name}__{spelled(f)}" if full else f) for f in fields]
        else:
            view, _, feature = _word(call, item).partition(":")
            found[view] = [*(found.get(view) or ()), (feature, f"{view}__{feature}" if full else feature)]
    return [Chosen(view, tuple(names) if names is not None else None) for view, names in found.items()]


def _named(call: Call, handle: v.Handle) -> str:
    return _word(call, handle.get("name") or handle.get("0"))


def _fields(call: Call, view: v.Handle) -> tuple[Name, ...] | None:
    """The features that a view declares: `schema=[Field(name=…)]`, or those chosen of it."""
    chosen = view.get("chosen")
    if chosen is not None:
        return names_of(call.m, chosen)
    listed = call.m.get(view.get("schema") or view.get("features") or v.NONE)
    fields = [call.m.get(item) for item in listed.items] if isinstance(listed, v.Seq) and not listed.open else []
    names = [_named(call, field) for field in fields if isinstance(field, v.Handle)]
    return tuple(names) if names else None


def projected(call: Call) -> v.Value | None:
    """`view[['a', 'b']]`: some features of a view."""
    return call.receiver.put("chosen", call.args[0]) if isinstance(call.receiver, v.Handle) else None


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
    """`fs.create_training_set(df, feature_lookups=[…], label=…, exclude_columns=[…])`."""
    frame, lookups = call.frame(0, "df"), call.got(1, "feature_lookups") or call.got(None, "features")
    if frame is None:
        return None
    relation = frame.relation
    for lookup in map(call.m.get, lookups.items) if isinstance(lookups, v.Seq) else ():
        if isinstance(lookup, v.Handle):
            relation = _looked_up(call, relation, lookup)
    gone = call.names(None, "exclude_columns")
    if gone:
        relation = call.m.add(Derive(relation, (Star(narrowed(relation, gone)),), call.origin))
    return v.Handle("databricks.training_set", (("frame", call.m.alloc(v.Frame(relation, "spark"))),))


def _looked_up(call: Call, relation: Relation, lookup: v.Handle) -> Relation:
    """`FeatureLookup(table_name, feature_names, lookup_key, timestamp_lookup_key=…, rename_outputs={…})`; a function of
    features adds its output."""
    if lookup.kind == "feature.function":
        output = _word(call, lookup.get("output_name"))
        bound = call.m.get(lookup.get("input_bindings") or v.NONE)
        inputs = [names_of(call.m, value) for _, value in bound.items] if isinstance(bound, v.Dict) else []
        parts = tuple(Column(relation, name) for names in inputs for name in names or ())
        made = Output(output, Op(_word(call, lookup.get("udf_name")), parts, call.origin), call.origin)
        return call.m.add(Derive(relation, replacing(relation, made), call.origin))
    table = lookup.get("table_name") or lookup.get("0")
    if table is None:
        return relation
    keys = names_of(call.m, lookup.get("lookup_key") or lookup.get("1") or v.NONE) or ()
    names = names_of(call.m, lookup.get("feature_names") or lookup.get("feature_name") or v.NONE)
    renamed = call.m.get(lookup.get("rename_outputs") or v.NONE)
    new = (
        {k.value: call.m.get(x) for k, x in renamed.items if isinstance(k, v.Const)}
        if isinstance(renamed, v.Dict)
        else {}
    )
    pairs = tuple((name, _new_name(new.get(name), name)) for name in names) if names is not None else None
    time = names_of(call.m, lookup.get("timestamp_lookup_key") or v.NONE)
    asof = AsOf(Column(relation, time[0]), Column(relation, time[0])) if time else None
    return _joined(call, relation, Chosen(path_name(call, table), pairs), keys, asof)


def _new_name(value: v.Value | None, name: Name) -> Name:
    return value.value if isinstance(value, v.Const) and isinstance(value.value, str) else name


def loaded_set(call: Call) -> v.Value | None:
    receiver = call.receiver
    return receiver.get("frame") if isinstance(receiver, v.Handle) else None


# --- Snowflake ---


def registered(call: Call) -> v.Value | None:
    """`fs.register_feature_view(view, version)`: the frame of the view becomes a table of features."""
    view = call.got(0, "feature_view")
    frame = _defining(call, view)
    if frame is None or not isinstance(view, v.Handle):
        return None
    store(call, frame.relation, Source(_named(call, view), "table", "snowflake"), "create", feature_group=True)
    return call.arg(0, "feature_view")


def _defining(call: Call, view: v.Value | None) -> v.Frame | None:
    value = view.get("feature_df") or view.get("2") if isinstance(view, v.Handle) else None
    frame = call.m.frame(value) if value is not None else None
    return tiled(call, frame, view) if frame is not None and isinstance(view, v.Handle) else None


def named_view(call: Call) -> v.Value:
    return v.Handle("snowflake.view", (("name", call.arg(0, "name") or v.NONE),))


def sliced(call: Call) -> v.Value | None:
    """`view.slice(['a', 'b'])`."""
    return call.receiver.put("slice", call.args[0]) if isinstance(call.receiver, v.Handle) and call.args else None


def _view_relation(call: Call, view: v.Value) -> Relation:
    frame = _defining(call, view)
    if frame is not None:
        return frame.relation
    name = _named(call, view) if isinstance(view, v.Handle) else "{view}"
    return call.m.add(Scan(Source(name, "feature_view", "snowflake"), None, call.origin))


def read_registered(call: Call) -> v.Value | None:
    view = call.got(0, "feature_view")
    return v.Frame(_view_relation(call, view), "snowpark") if view is not None else None


def spine_joined(call: Call) -> v.Value | None:
    """`fs.generate_training_set(spine_df, features=[view, …], exclude_columns=[…])`."""
    spine = call.frame(None, "spine_df") or call.frame(0)
    features = call.got(None, "features") or call.got(1)
    if spine is None:
        return None
    relation = spine.relation
    for item in features.items if isinstance(features, v.Seq) else ():
        view = call.m.get(item)
        if isinstance(view, v.Handle):
            relation = _with_view(call, relation, view)
    gone = call.names(None, "exclude_columns")
    if gone:
        relation = call.m.add(Derive(relation, (Star(narrowed(relation, gone)),), call.origin))
    return v.Frame(relation, "snowpark")


def _with_view(call: Call, left: Relation, view: v.Handle) -> Relation:
    """The rows of a view by the keys of its entities; its own time is left out."""
    right = _view_relation(call, view)
    keys = entity_keys(call, view)
    time = names_of(call.m, view.get("timestamp_col") or v.NONE) or ()
    names = names_of(call.m, view.get("slice") or v.NONE)
    if names is not None:
        right = call.m.add(Derive(right, (Star(Names(right, (*keys, *names))),), call.origin))
    elif time and not call.flag("include_feature_view_timestamp_col"):
        right = call.m.add(Derive(right, (Star(narrowed(right, time)),), call.origin))
    shared = keys if keys and all(key in (header(right) or keys) for key in keys) else ()
    return call.m.add(Join(left, right, "left", None, shared, ("", ""), origin=call.origin))


# --- Tecton ---


def asked_for(kind: str) -> Transfer:
    """`workspace.get_feature_service('fraud')`."""
    return lambda call: v.Handle(kind, (("name", call.arg(0, "name") or v.NONE),))


def for_events(call: Call) -> v.Value | None:
    """`service.get_features_for_events(events)`: the events with the features beside them; without events the features alone."""
    frame = call.frame(0, "spine") or call.frame(None, "events")
    name = _named(call, call.receiver) if isinstance(call.receiver, v.Handle) else "{view}"
    if frame is None:
        return v.Frame(call.m.add(Scan(Source(name, "feature_view"), None, call.origin)))
    return replace(frame, relation=_joined(call, frame.relation, Chosen(name)))


def example_tables(tables: Mapping[str, str]) -> Transfer:
    """Snowflake's `ExampleHelper.load_example('wine_quality_features')`: the names of the tables that it fills."""

    def transfer(call: Call) -> v.Value | None:
        table = tables.get(call.text(0, "example_name") or call.text(0, "source_data_name") or "")
        return call.m.alloc(v.Seq((v.Const(table),))) if table is not None else None

    return transfer

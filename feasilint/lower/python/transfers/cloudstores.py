"""Feature stores of clouds: SageMaker, Vertex AI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Join, Output, Scan, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.loading import scan, scan_paths
from feasilint.lower.python.transfers.writes import store

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.lower.python.call import Call


def _name(call: Call, *parts: str) -> str:
    found = call.receiver
    values = (found.get(part) for part in parts) if isinstance(found, v.Handle) else iter(())
    value = next((value for value in values if value is not None), None)
    return str(as_text(call.m, value).value) if value is not None else "{feature group}"


# --- SageMaker ---


def ingested(call: Call) -> v.Value:
    """`group.ingest(data_frame=df)`."""
    frame = call.frame(0, "data_frame")
    if frame is not None:
        store(call, frame.relation, Source(_name(call, "name", "0"), "table"), "insert", feature_group=True)
    return v.NONE


def athena(call: Call) -> v.Value:
    """`group.athena_query()`: a query over the table of the group."""
    name = v.Const(_name(call, "name", "0"))
    return v.Handle("athena", (("table_name", name), ("rows", call.m.alloc(v.Dict()))))


def athena_run(call: Call) -> v.Value:
    """`query.run(query_string=…)`: what it selects is fetched later."""
    from feasilint.lower.python.transfers.sql import run

    value = call.arg(0, "query_string")
    relation = run(call, value, "trino") if value is not None else None
    slot = call.receiver.get("rows") if isinstance(call.receiver, v.Handle) else None
    if relation is not None and slot is not None:
        call.m.set(slot, v.Dict(((v.Const("frame"), call.m.alloc(v.Frame(relation))),)))
    return v.NONE


def athena_rows(call: Call) -> v.Value | None:
    """`query.as_dataframe()`."""
    slot = call.receiver.get("rows") if isinstance(call.receiver, v.Handle) else None
    held = call.m.get(slot) if slot is not None else None
    return held.get("frame") if isinstance(held, v.Dict) else None


def athena_table(call: Call) -> v.Value | None:
    return call.receiver.get("table_name") if isinstance(call.receiver, v.Handle) else None


# --- Vertex AI ---


def entity_type(call: Call) -> v.Value:
    """`featurestore.get_entity_type('users')`."""
    return v.Handle("vertex.entity", (("name", call.arg(0, "entity_type_id") or v.NONE),))


def ingested_frame(call: Call) -> v.Value:
    """`entity_type.ingest_from_df(feature_ids, feature_time, df_source)`."""
    frame = call.frame(2, "df_source")
    if frame is not None:
        store(call, frame.relation, Source(_name(call, "name"), "table"), "insert", feature_group=True)
    return v.NONE


def ingested_source(call: Call) -> v.Value:
    """`entity_type.ingest_from_bq(feature_ids, feature_time, bq_source_uri)`, `ingest_from_gcs`."""
    table, files = call.arg(2, "bq_source_uri"), call.arg(2, "gcs_source_uris")
    relation: Relation | None = None
    if "bq" in call.name and table is not None:
        name = str(as_text(call.m, table).value).removeprefix("bq://")
        relation = scan(call, Source(name, "table", "bigquery"))
    elif files is not None:
        relation = scan_paths(call, files)
    if relation is not None:
        store(call, relation, Source(_name(call, "name"), "table"), "insert", feature_group=True)
    return v.NONE


def read_entities(call: Call) -> v.Value:
    """`entity_type.read(entity_ids, feature_ids)`."""
    names = call.names(1, "feature_ids")
    columns = None if names is None or "*" in names else names
    return v.Frame(call.m.add(Scan(Source(_name(call, "name"), "feature_view"), columns, call.origin)))


def served_frame(call: Call) -> v.Value | None:
    """`featurestore.batch_serve_to_df(serving_feature_ids={'users': ['age']}, read_instances_df=df)`."""
    frame = call.frame(1, "read_instances_df")
    relation = _served(call, frame.relation if frame is not None else None)
    return replace(frame, relation=relation) if frame is not None and relation is not None else None


def served_table(call: Call) -> v.Value:
    """`batch_serve_to_bq(bq_destination_output_uri, …)`, `batch_serve_to_gcs(gcs_destination_output_uri_prefix, …)`."""
    target = call.arg(0, "bq_destination_output_uri") or call.arg(None, "gcs_destination_output_uri_prefix")
    instances = call.arg(2, "read_instances_uri")
    rows: Relation | None = None
    if instances is not None:
        name = str(as_text(call.m, instances).value)
        table = name.removeprefix("bq://")
        rows = scan(call, Source(table, "table", "bigquery") if name.startswith("bq://") else Source(name, "file"))
    relation = _served(call, rows)
    if target is not None and relation is not None:
        address = str(as_text(call.m, target).value)
        kind = (
            Source(address.removeprefix("bq://"), "table", "bigquery") if "bq" in call.name else Source(address, "file")
        )
        call.m.sink(Write(relation, kind, "overwrite", feature_group=True, origin=call.origin))
    return v.NONE


def _served(call: Call, rows: Relation | None) -> Relation | None:
    """The features of each entity type beside the instances."""
    asked = call.got(0 if call.name.endswith("_df") else 1, "serving_feature_ids")
    relation = rows
    for key, value in asked.items if isinstance(asked, v.Dict) else ():
        names = names_of(call.m, value)
        side: Relation = call.m.add(Scan(Source(str(as_text(call.m, key).value), "feature_view"), None, call.origin))
        if names is not None and "*" not in names:
            side = call.m.add(Derive(side, tuple(Output(n, Column(side, n), call.origin) for n in names), call.origin))
        relation = (
            side
            if relation is None
            else call.m.add(Join(relation, side, "asof", None, (), ("", ""), origin=call.origin))
        )
    return relation

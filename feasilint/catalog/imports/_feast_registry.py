"""The registry of Feast as `feast registry-dump` writes it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING

from feasilint.catalog.imports._feast import (
    DUMMY,
    ON_DISK,
    Contents,
    DataSource,
    Service,
    View,
    carrier_of,
    dialect_of,
    physical_of,
)
from feasilint.catalog.imports.artefact import ArtefactError, Note, day, listed, mapping, read_json, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports._feast import Flavour, Types

_VIEWS: dict[str, Flavour] = {
    "featureViews": "feature",
    "streamFeatureViews": "feature",
    "onDemandFeatureViews": "on_demand",
    "labelViews": "label",
}
_LISTS = ("dataSources", "entities", "featureServices", *_VIEWS)
_CLASSES = {  # type of a source, as a word or as its number in the proto -> class
    "BATCH_FILE": "FileSource", "BATCH_SNOWFLAKE": "SnowflakeSource", "BATCH_BIGQUERY": "BigQuerySource",
    "BATCH_REDSHIFT": "RedshiftSource", "STREAM_KAFKA": "KafkaSource", "STREAM_KINESIS": "KinesisSource",
    "REQUEST_SOURCE": "RequestSource", "PUSH_SOURCE": "PushSource", "BATCH_TRINO": "TrinoSource",
    "BATCH_SPARK": "SparkSource", "BATCH_ATHENA": "AthenaSource", "BATCH_ICEBERG": "IcebergSource",
}  # fmt: skip
_NUMBERS = {
    1: "BATCH_FILE", 2: "BATCH_BIGQUERY", 3: "STREAM_KAFKA", 4: "STREAM_KINESIS", 5: "BATCH_REDSHIFT", 7: "REQUEST_SOURCE",
    8: "BATCH_SNOWFLAKE", 9: "PUSH_SOURCE", 10: "BATCH_TRINO", 11: "BATCH_SPARK", 12: "BATCH_ATHENA", 13: "BATCH_ICEBERG",
}  # fmt: skip
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read_registry(path: str) -> Contents:
    """What a dump declares. Raises ArtefactError where it is none."""
    if path.endswith((".db", ".pb")):
        raise ArtefactError(
            path, None, "a binary registry; write it as JSON with `feast registry-dump > registry.json`"
        )
    data = mapping(read_json(path))
    if not any(key in data for key in _LISTS):
        raise ArtefactError(path, None, f"no registry dump of Feast: it has none of {', '.join(_LISTS)}")
    keys = _join_keys(data)
    views = tuple(
        _view(mapping(item), flavour, keys, path)
        for list_, flavour in _VIEWS.items()
        for item in listed(data.get(list_))
    )
    services = tuple(_service(mapping(item), path) for item in listed(data.get("featureServices")))
    sources = tuple(found for item in listed(data.get("dataSources")) if (found := _source(item, path)) is not None)
    nameless = sum(not view.name for view in views) + sum(not service.name for service in services)
    notes = (Note(path, None, f"{nameless} views or services without a name are left out"),) if nameless else ()
    return Contents(
        path,
        "feast registry",
        sources + tuple(_requests(data, path)),
        tuple(view for view in views if view.name),
        tuple(service for service in services if service.name),
        max(_days(data), default=None),
        ON_DISK if _on_disk(data) else None,
        notes,
    )


def _on_disk(data: dict[str, object]) -> bool:
    """Whether the tables of the online store are those of SQLite: they have the path of a file."""
    tables = [mapping(item) for item in listed(data.get("infra"))]
    return bool(tables) and all("path" in table for table in tables)


def _join_keys(data: dict[str, object]) -> dict[str, str]:
    """The join key of each entity."""
    specs = [mapping(mapping(item).get("spec")) for item in listed(data.get("entities"))]
    return {name: text(spec.get("joinKey")) or name for spec in specs if (name := text(spec.get("name")))}


def _source(value: object, path: str) -> DataSource | None:
    data = mapping(value)
    if not data:
        return None
    stated = data.get("type")
    word = _NUMBERS.get(stated, "") if isinstance(stated, int) else str(stated)
    told = text(data.get("dataSourceClassType"))
    kind = _CLASSES.get(word) or (told or "").rsplit(".", 1)[-1]
    options = _options(data)
    schema = mapping(data.get("requestDataOptions")).get("schema")
    return DataSource(
        name=text(data.get("name")) or "",
        carrier=carrier_of(kind),
        physical=physical_of(options),
        query=options.get("query"),
        dialect=dialect_of(kind),
        timestamp=text(data.get("timestampField")) or text(data.get("eventTimestampColumn")),
        created=text(data.get("createdTimestampColumn")),
        partition=text(data.get("datePartitionColumn")),
        batch=_source(data.get("batchSource"), path),
        fields=_fields(schema) if isinstance(schema, list) else dict.fromkeys(mapping(schema)),
        owner=text(data.get("owner")),
        tags=_tags(data),
        path=path,
    )


def _options(data: Mapping[str, object]) -> dict[str, str | None]:
    """What the options of a source say, whatever warehouse they are for; those of a source of one's own are packed JSON."""
    found: dict[str, object] = {}
    for key, value in data.items():
        if key == "customOptions":
            found.update(_unpacked(mapping(value).get("configuration")))
        elif key.endswith("Options") and key != "requestDataOptions":
            found.update({_SNAKE.sub("_", name).lower(): inner for name, inner in mapping(value).items()})
    return {name: text(value) for name, value in found.items()}


def _unpacked(value: object) -> dict[str, object]:
    if not isinstance(value, str):
        return {}
    try:
        return mapping(json.loads(base64.b64decode(value, validate=True)))
    except (ValueError, binascii.Error, RecursionError):  # of a plug-in that packs something else
        return {}


def _requests(data: dict[str, object], path: str) -> Iterator[DataSource]:
    """Requests stand in the views that take them alone."""
    for item in listed(data.get("onDemandFeatureViews")):
        for part in _inputs(mapping(mapping(item).get("spec"))).values():
            found = _source(part.get("requestDataSource"), path)
            if found is not None:
                yield found


def _inputs(spec: dict[str, object]) -> dict[str, dict[str, object]]:
    return {name: mapping(part) for name, part in mapping(spec.get("sources") or spec.get("inputs")).items()}


def _view(item: dict[str, object], flavour: Flavour, keys: Mapping[str, str], path: str) -> View:
    spec, meta = mapping(item.get("spec")), mapping(item.get("meta"))
    batch, stream = _source(spec.get("batchSource"), path), _source(spec.get("streamSource"), path)
    features, columns = _fields(spec.get("features")), _fields(spec.get("entityColumns"))
    named = tuple(keys.get(name, name) for name in listed(spec.get("entities")) if isinstance(name, str))
    ends = [text(mapping(run).get("endTime")) for run in listed(meta.get("materializationIntervals"))]
    return View(
        name=text(spec.get("name")) or "",
        flavour=flavour,
        keys=tuple(key for key in dict.fromkeys(named or columns) if key not in (DUMMY, "__dummy")),
        columns={name: kind for name, kind in {**columns, **features}.items() if name != DUMMY},
        features=features,
        ttl=_seconds(spec.get("ttl")),
        online=spec.get("online") is True,
        enabled=spec.get("disabled") is not True,
        source=stream or batch or _source(spec.get("source"), path),
        inputs=tuple(_inputs(spec)) or tuple(_names(spec.get("sourceViews"))),
        materialized=tuple(end for end in ends if end is not None),
        owner=text(spec.get("owner")),
        tags=_tags(spec),
        path=path,
    )


def _names(value: object) -> Iterator[str]:
    """The names of views that a view is computed from."""
    for item in listed(value):
        name = text(mapping(item).get("featureViewName")) or text(mapping(mapping(item).get("spec")).get("name"))
        if name is not None:
            yield name


def _service(item: dict[str, object], path: str) -> Service:
    spec = mapping(item.get("spec"))
    features = [mapping(part) for part in listed(spec.get("features"))]
    return Service(
        name=text(spec.get("name")) or "",
        features=tuple(
            (name, tuple(_fields(part.get("featureColumns"))))
            for part in features
            if (name := text(part.get("featureViewName"))) is not None
        ),
        owner=text(spec.get("owner")),
        tags=_tags(spec),
        path=path,
    )


def _fields(value: object) -> Types:
    """Types of columns by their names."""
    found = [mapping(item) for item in listed(value)]
    kinds = {name: text(item.get("valueType")) for item in found if (name := text(item.get("name"))) is not None}
    return {name: kind.lower() if kind is not None else None for name, kind in kinds.items()}


def _tags(data: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in mapping(data.get("tags")).items() if isinstance(value, str)}


def _seconds(value: object) -> float:
    """The length of a protobuf duration: `86400s`."""
    found = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else 0


def _days(data: dict[str, object]) -> Iterator[str]:
    """The days on which something was changed or materialized."""
    for name in _LISTS:
        for item in listed(data.get(name)):
            meta = mapping(mapping(item).get("meta"))
            runs = [mapping(run).get("endTime") for run in listed(meta.get("materializationIntervals"))]
            yield from (
                found for value in (meta.get("lastUpdatedTimestamp"), *runs) if (found := day(value)) is not None
            )

"""From the servers of a data contract to the physical names of its tables, topics and files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.catalog.imports._environments import is_production
from feasilint.catalog.imports._urls import without_secrets
from feasilint.catalog.names import folded, is_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Form: TypeAlias = Literal["table", "stream", "file", "api"]

_IN_DATABASE = ("database", "schema")
_IN_CATALOG = ("catalog", "schema")
_QUALIFIERS: dict[str, tuple[str, ...]] = {  # what stands in front of a table, by type of server
    "athena": _IN_CATALOG, "bigquery": ("project", "dataset"), "databricks": _IN_CATALOG, "dremio": ("schema",),
    "duckdb": ("schema",), "oracle": ("schema",), "presto": _IN_CATALOG, "trino": _IN_CATALOG, "unity": _IN_CATALOG,
}  # fmt: skip
_STREAMS = {"kafka": "kafka", "kinesis": "kinesis", "pubsub": "pubsub", "pulsar": "pulsar", "eventhub": "eventhub"}
_FILES = {"s3", "gcs", "gs", "azure", "adls", "sftp", "ftp", "local", "hdfs", "file", "minio"}
_SAME = {"postgresql": "postgres", "event-hub": "eventhub", "eventhubs": "eventhub", "google-pubsub": "pubsub"}
_TOPIC_KEYS = ("topic", "stream")
_LOCATION_KEYS = ("location", "path")
_TABLE_HOLE = re.compile(r"\{\s*(?:model|schema|table|object|name)\s*\}", re.IGNORECASE)


class Server(Struct, frozen=True):
    """One server of a contract. `label` is what the contract calls it, `values` what else it states."""

    label: str
    type: str
    environment: str | None
    values: Mapping[str, str]

    @property
    def kind(self) -> str:
        word = self.type.lower().replace("_", "-")
        return _SAME.get(word, word)

    @property
    def production(self) -> bool | None:
        """What its environment says, else its name."""
        stated = is_production(self.environment)
        return is_production(self.label) if stated is None else stated


class Place(Struct, frozen=True):
    """Where a table of a contract lies. `production`: its server says that it is of production."""

    name: str
    form: Form
    production: bool


def current(servers: Sequence[Server]) -> tuple[Server, ...]:
    """The servers that are not said to be of another environment than production; all of them if each is."""
    return tuple(server for server in servers if server.production is not False) or tuple(servers)


def place(server: Server, table: str, *, alone: bool) -> Place | None:
    """Where a table lies on a server, None if the server does not say. `alone`: the contract has no other table."""
    form, name = _name(server, table, alone)
    return None if name is None else Place(name, form, server.production is True)


def _name(server: Server, table: str, alone: bool) -> tuple[Form, str | None]:
    kind = server.kind
    if kind in _STREAMS:
        topic = next((server.values[key] for key in _TOPIC_KEYS if key in server.values), table)
        return "stream", topic if "://" in topic else f"{_STREAMS[kind]}://{topic}"
    if kind == "api":
        return "api", _located(server, table, alone)
    if kind in _FILES:
        return "file", _located(server, table, alone)
    return ("file", without_secrets(table)) if is_path(table) else ("table", _qualified(server, table))


def _located(server: Server, table: str, alone: bool) -> str | None:
    """The location with the table in its hole; the table alone if it is a path itself."""
    location = next((server.values[key] for key in _LOCATION_KEYS if key in server.values), None)
    if "://" in table or location is None:
        return without_secrets(table) if is_path(table) else None
    bare = without_secrets(location)
    if _TABLE_HOLE.search(bare):
        return _TABLE_HOLE.sub(lambda _: table, bare)
    if is_path(table):
        return f"{bare.rstrip('/')}/{table}"
    return bare if alone else None


def _qualified(server: Server, table: str) -> str:
    """A table below its database and schema, of which the name of the table may state some itself."""
    keys = _QUALIFIERS.get(server.kind, _IN_DATABASE)
    before = [server.values[key] for key in keys if key in server.values]
    if server.kind == "custom":
        before = _custom(server)
    stated = folded(table).count(".")
    return ".".join((*before[: max(0, len(before) - stated)], table))


def _custom(server: Server) -> list[str]:
    """Of a server of no known type: whatever it states of a catalog and a schema."""
    found = (
        next((server.values[key] for key in keys if key in server.values), None)
        for keys in (("catalog", "project", "database"), ("schema", "dataset"))
    )
    return [value for value in found if value is not None]

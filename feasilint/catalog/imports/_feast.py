"""What a Feast repository declares, whether it was read from its Python files or from a dump of its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.catalog.imports.artefact import Note

Carrier: TypeAlias = Literal["batch", "stream", "push", "request"]
Flavour: TypeAlias = Literal["feature", "on_demand", "label"]
Types: TypeAlias = "Mapping[str, str | None]"

DUMMY = "__dummy_id"
"""The join key of views without entities."""


class DataSource(Struct, frozen=True, kw_only=True):
    """Where rows come from. `physical` is the table, the path or the topic; a source without one may have a `query`."""

    name: str
    carrier: Carrier
    physical: str | None = None
    query: str | None = None
    dialect: str | None = None
    timestamp: str | None = None
    created: str | None = None
    partition: str | None = None
    batch: DataSource | None = None
    fields: Types = field(default_factory=dict)
    owner: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    line: int | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What tells it from others: a source that a view holds is a copy of the one that is declared."""
        return self.name, self.carrier, self.physical, self.query

    def is_same(self, other: DataSource | None) -> bool:
        """Whether another one is the same source."""
        return other is not None and self.key == other.key


class View(Struct, frozen=True, kw_only=True):
    """A view of features. `inputs` are the names of the views and requests that it computes from; `materialized` the times until
    which it was brought into the online store (ISO), None where nobody has recorded that; `ttl` in seconds."""

    name: str
    flavour: Flavour = "feature"
    keys: tuple[str, ...] = ()
    columns: Types = field(default_factory=dict)
    features: Types = field(default_factory=dict)
    ttl: float = 0
    online: bool = True
    enabled: bool = True
    source: DataSource | None = None
    inputs: tuple[str, ...] = ()
    materialized: tuple[str, ...] | None = None
    owner: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    line: int | None = None


class Service(Struct, frozen=True, kw_only=True):
    """The features that one version of a model takes: of each view some, or (None) all."""

    name: str
    features: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    owner: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    line: int | None = None


class Contents(Struct, frozen=True):
    """All that was declared. `path` is the file that stands for it, `as_of` the last day that it speaks of; `unserved` says why
    nothing of it is known to be served in production, if so."""

    path: str
    origin: str
    sources: tuple[DataSource, ...] = ()
    views: tuple[View, ...] = ()
    services: tuple[Service, ...] = ()
    as_of: str | None = None
    unserved: str | None = None
    notes: tuple[Note, ...] = ()


ON_DISK = "the online store is SQLite, a file on one machine; whether its views are served in production is not known"

_CATALOG_PARTS = (("database",), ("schema", "scope"), ("table", "table_ref", "collection"))
_SCHEMES = (("topic", "kafka"), ("stream_name", "kinesis"))
_PATHS = ("path", "uri")
_DIALECTS = {  # of the class of a source
    "BigQuerySource": "bigquery", "SnowflakeSource": "snowflake", "RedshiftSource": "redshift", "AthenaSource": "athena",
    "TrinoSource": "trino", "SparkSource": "spark", "PostgreSQLSource": "postgres", "ClickhouseSource": "clickhouse",
    "MsSqlServerSource": "tsql", "OracleSource": "oracle",
}  # fmt: skip
_CARRIERS: dict[str, Carrier] = {
    "KafkaSource": "stream", "KinesisSource": "stream", "PushSource": "push", "RequestSource": "request",
    "RequestDataSource": "request",
}  # fmt: skip


def carrier_of(kind: str) -> Carrier:
    """How rows of a class of sources come."""
    return _CARRIERS.get(kind, "batch")


def dialect_of(kind: str) -> str | None:
    """The SQL dialect of a class of sources."""
    return _DIALECTS.get(kind)


def physical_of(options: Mapping[str, str | None]) -> str | None:
    """The name of what is read: a topic, a table with what it lies in, else a path; None if it is a query."""
    for option, scheme in _SCHEMES:
        if options.get(option):
            return f"{scheme}://{options[option]}"
    *around, last = (next((options[name] for name in names if options.get(name)), None) for names in _CATALOG_PARTS)
    if last:
        known = around if "." not in last else []
        return ".".join(part for part in (*known, last) if part)
    return next((options[name] for name in _PATHS if options.get(name)), None)

"""What dumps of an information schema say of tables: one reader for each of its views, told apart by their columns."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.catalog.imports._rows import number, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.catalog.imports._rows import Row

_CATALOGS = ("table_catalog", "catalog_name", "database_name", "object_database", "table_cat", "project_id")
_SCHEMAS = ("table_schema", "schema_name", "object_schema", "table_schem", "dataset_id")
_TABLES = ("table_name", "object_name", "table_id")
_COMMENTS = ("comment", "table_comment", "column_comment", "remarks", "description")
_NO_CATALOG = frozenset({"def", "none"})  # MySQL has none
_SYSTEM_SCHEMAS = re.compile(
    r"information_schema|pg_catalog|pg_toast.*|pg_temp.*|performance_schema|sys|mysql|db_\w+|guest|__databricks_internal",
    re.I,
)
_SYSTEM_CATALOGS = frozenset({"system", "samples", "snowflake", "snowflake_sample_data", "__databricks_internal"})
_YES = frozenset({"yes", "true", "y", "1", "t"})
_LABEL = re.compile(r"STRUCT\(\s*\"([^\"]+)\"\s*,\s*\"([^\"]*)\"\s*\)", re.I)
_OWN_TAG = re.compile(r"feasilint[._](\w+)", re.I)

Name: TypeAlias = "tuple[str | None, str | None, str]"


class Told(Struct):
    """What is told of one table. `columns`: position and type; `parts`: rows of each; `keys`: columns of each constraint."""

    name: Name
    kind: str | None = None
    owner: str | None = None
    location: str | None = None
    clustering: str | None = None
    comment: str | None = None
    rows: float | None = None
    size: float | None = None
    retention: str | None = None
    written: datetime | None = None
    parts: dict[str, float] = field(default_factory=dict)
    part_bytes: float = 0
    columns: dict[str, tuple[float, str | None]] = field(default_factory=dict)
    column_comments: dict[str, str] = field(default_factory=dict)
    column_tags: dict[str, list[str]] = field(default_factory=dict)
    column_own: dict[str, dict[str, object]] = field(default_factory=dict)
    partitioned: list[str] = field(default_factory=list)
    keys: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    primary: set[str] = field(default_factory=set)
    distinct: dict[str, float] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    deprecated: bool = False
    own: dict[str, object] = field(default_factory=dict)


class _View(Struct, frozen=True):
    """How rows of one shape are read: by which readers, and which columns name the table."""

    readers: tuple[_Reader, ...]
    named_by: tuple[str, ...]
    looked: bool


class Dump(Struct):
    """All tables, and when somebody looked (`read_at` of the rows)."""

    tables: dict[Name, Told] = field(default_factory=dict)
    read_at: datetime | None = None
    _views: dict[tuple[str, ...], _View] = field(default_factory=dict)
    _known: dict[tuple[object, ...], Told | None] = field(default_factory=dict)

    def take(self, row: Row) -> bool:
        """Take a row in; False if it is none of an information schema."""
        shape = tuple(row)
        view = self._views.get(shape)
        if view is None:
            view = self._views[shape] = _view_of(frozenset(shape))
        if view.looked:
            looked = moment(row.get("read_at"))
            self.read_at = max(looked, self.read_at or looked) if looked is not None else self.read_at
        told = self._told(row, view)
        if told is not None:
            for reader in view.readers:
                reader(row, told)
        return bool(view.readers)

    def _told(self, row: Row, view: _View) -> Told | None:
        """The table of a row; None for those of the system."""
        stated = tuple([str(row[key]) for key in view.named_by])
        if stated not in self._known:
            name = _name(row) if view.readers else None
            self._known[stated] = None if name is None else self.tables.setdefault(name, Told(name))
        return self._known[stated]


def moment(value: object) -> datetime | None:
    """A timestamp as warehouses write it, in UTC if it has a zone; also seconds, milli- and microseconds since 1970."""
    text = words(value)
    if text is None:
        return None
    since = number(text)
    plain = re.sub(r"\s*(?:UTC|Z|GMT)$", "", re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", text))
    try:
        if since is not None:
            return _of_epoch(since)
        found = datetime.fromisoformat(plain)
        return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def _of_epoch(since: float) -> datetime | None:
    seconds = next((since / unit for unit in (1, 1e3, 1e6) if 1e8 < since / unit < 1e10), None)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _name(row: Row) -> Name | None:
    """Catalog, schema and table; None for those of the system, and for rows that name none."""
    catalog, schema, table = (_first(row, keys) for keys in (_CATALOGS, _SCHEMAS, _TABLES))
    if table is None or words(row.get("deleted")) in ("true", "TRUE"):
        return None
    if is_of_system(catalog, schema):
        return None
    return None if catalog is not None and catalog.lower() in _NO_CATALOG else catalog, schema, table


def is_of_system(catalog: str | None, schema: str | None) -> bool:
    """Whether a schema is the database's own."""
    of_system = schema is not None and _SYSTEM_SCHEMAS.fullmatch(schema) is not None
    return of_system or (catalog is not None and catalog.lower() in _SYSTEM_CATALOGS)


def _first(row: Row, keys: Sequence[str]) -> str | None:
    for key in keys:
        if key in row:
            return words(row[key])
    return None


def _table(row: Row, told: Told) -> None:
    """TABLES of any database, TABLE_STORAGE and `__TABLES__` of BigQuery."""
    told.kind = words(row.get("table_type")) or told.kind
    if told.kind == "EXTERNAL" and "storage_path" not in row:
        told.kind = "EXTERNAL TABLE"  # in Unity Catalog alone most tables are, and say where they lie
    if _is_yes(row.get("is_dynamic")):
        told.kind = "DYNAMIC TABLE"
    told.owner = words(row.get("table_owner")) or told.owner
    if (told.kind or "").upper() == "EXTERNAL":
        told.location = words(row.get("storage_path")) or told.location
    told.clustering = words(row.get("clustering_key")) or told.clustering
    if "column_name" not in row:
        told.comment = _comment(row) or told.comment
    for rows, size in (
        ("row_count", "bytes"),
        ("row_count", "size_bytes"),
        ("total_rows", "total_logical_bytes"),
        ("table_rows", "data_length"),
    ):
        if rows in row and size in row and number(row[rows]) is not None:
            told.rows, told.size = number(row[rows]), number(row[size])
    written = row.get("storage_last_modified_time", row.get("last_modified_time"))
    told.written = moment(written) or told.written


def _column(row: Row, told: Told) -> None:
    """COLUMNS of any database."""
    name = words(row.get("column_name"))
    if name is None:
        return
    if _is_yes(row.get("is_partitioning_column")) or words(row.get("partition_index")) is not None:
        told.partitioned.append(name)
    if words(row.get("clustering_ordinal_position")) == "1":
        told.clustering = name
    if not _is_yes(row.get("is_hidden")):
        at = number(row.get("ordinal_position"))
        if row.get("column_key") == "PRI":  # MySQL's
            told.keys.setdefault("column_key", []).append((at or 0, name))
            told.primary.add("column_key")
        told.columns[name] = (len(told.columns) if at is None else at, _type(row))
        comment = _comment(row)
        if comment is not None:
            told.column_comments[name] = comment


def _comment(row: Row) -> str | None:
    return next((comment for key in _COMMENTS if (comment := words(row.get(key))) is not None), None)


def _type(row: Row) -> str | None:
    """The type as it was declared, as far as a view tells."""
    kind = words(row.get("full_data_type")) or words(row.get("column_type")) or words(row.get("data_type"))
    inner = words(row.get("udt_name"))
    if inner is None or kind not in ("ARRAY", "USER-DEFINED"):
        return kind
    return f"{inner.removeprefix('_')}[]" if kind == "ARRAY" else inner


def _field(row: Row, told: Told) -> None:
    """COLUMN_FIELD_PATHS of BigQuery: columns and the fields inside of them."""
    path = words(row.get("field_path"))
    if path is not None:
        told.columns.setdefault(path, (float("inf"), words(row.get("data_type"))))
        tags = row.get("policy_tags")
        if tags if isinstance(tags, list) else (words(tags) or "[]") != "[]":
            told.column_tags.setdefault(path, []).append("policy tag")


def _part(row: Row, told: Told) -> None:
    """PARTITIONS of BigQuery. A part may have a row for each tier of storage."""
    part, rows = words(row.get("partition_id")), number(row.get("total_rows"))
    written = moment(row.get("last_modified_time"))
    if written is not None:
        told.written = max(written, told.written or written)
    if rows is not None:
        told.parts[part or ""] = told.parts.get(part or "", 0) + rows
        told.part_bytes += number(row.get("total_logical_bytes")) or 0


def _key(row: Row, told: Told) -> None:
    """KEY_COLUMN_USAGE, and what SHOW PRIMARY KEYS of Snowflake gives."""
    constraint, column = words(row.get("constraint_name")), words(row.get("column_name"))
    if constraint is None or column is None:
        return
    at = number(row.get("key_sequence", row.get("ordinal_position")))
    told.keys.setdefault(constraint, []).append((at or 0, column))
    if "key_sequence" in row or constraint == "PRIMARY" or constraint.endswith(("_pkey", ".pk$")):
        told.primary.add(constraint)


def _distinct(row: Row, told: Told) -> None:
    """How many values a database believes that a column has."""
    column, values = words(row.get("column_name")), number(row.get("distinct_values"))
    if column is not None and values is not None:
        told.distinct[column] = values


def _constraint(row: Row, told: Told) -> None:
    """TABLE_CONSTRAINTS."""
    constraint = words(row.get("constraint_name"))
    if constraint is not None and (words(row.get("constraint_type")) or "").upper() == "PRIMARY KEY":
        told.primary.add(constraint)


def _tag(row: Row, told: Told) -> None:
    """TABLE_TAGS and COLUMN_TAGS of Unity Catalog, TAG_REFERENCES of Snowflake."""
    tag, value, column = (words(row.get(key)) for key in ("tag_name", "tag_value", "column_name"))
    if tag is None:
        return
    own = _OWN_TAG.fullmatch(tag)
    flag = tag if value is None else f"{tag}={value}"
    if own is not None:
        (told.own if column is None else told.column_own.setdefault(column, {}))[own[1].lower()] = value
    elif column is not None:
        told.column_tags.setdefault(column, []).append(flag)
    else:
        told.flags.append(flag)
        told.deprecated |= tag.lower().endswith("certification_status") and (value or "").lower() == "deprecated"


def _option(row: Row, told: Told) -> None:
    """TABLE_OPTIONS of BigQuery: labels, and how long partitions are kept."""
    option, value = words(row.get("option_name")), words(row.get("option_value"))
    if option == "partition_expiration_days" and number(value):
        told.retention = f"{number(value):g}d"
    if option == "labels" and value is not None:
        for name, label in _LABEL.findall(value):
            _tag({"tag_name": name, "tag_value": label}, told)


def _definition(row: Row, told: Told) -> None:
    """VIEWS."""
    if "view_definition" in row:
        told.kind = told.kind or "VIEW"


def _is_yes(value: object) -> bool:
    return (words(value) or "").lower() in _YES


_Reader: TypeAlias = "Callable[[Row, Told], None]"
_VIEWS: tuple[tuple[frozenset[str], _Reader], ...] = (  # the columns by which a view is known, the most telling first
    (frozenset({"partition_id", "total_rows"}), _part),
    (frozenset({"field_path", "column_name"}), _field),
    (frozenset({"constraint_name", "constraint_type"}), _constraint),
    (frozenset({"constraint_name", "column_name", "key_sequence"}), _key),
    (frozenset({"constraint_name", "column_name", "ordinal_position"}), _key),
    (frozenset({"tag_name", "tag_value"}), _tag),
    (frozenset({"option_name", "option_value"}), _option),
    (frozenset({"column_name", "distinct_values"}), _distinct),
    (frozenset({"column_name", "data_type"}), _column),
    (frozenset({"column_name", "full_data_type"}), _column),
    (frozenset({"column_name", "column_type"}), _column),
    (frozenset({"view_definition"}), _definition),
    (frozenset({"table_type"}), _table),
    (frozenset({"total_rows"}), _table),
    (frozenset({"row_count"}), _table),
    (frozenset({"table_owner"}), _table),
)
_OF_TABLES = frozenset({"table_type", "table_owner", "row_count", "clustering_key", "storage_path"})


def _view_of(columns: frozenset[str]) -> _View:
    """The view that has these columns; a query may have joined what TABLES says to COLUMNS."""
    found = next((reader for known, reader in _VIEWS if known <= columns and columns & set(_TABLES)), None)
    readers = (found, _table) if found is _column and columns & _OF_TABLES else () if found is None else (found,)
    named_by = tuple(key for key in (*_CATALOGS, *_SCHEMAS, *_TABLES, "deleted") if key in columns)
    return _View(readers, named_by, "read_at" in columns)

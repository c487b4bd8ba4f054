"""The columns of messages, from the JSON Schema or the Avro schema of their payload."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from feasilint.catalog.imports._contract_words import is_true, sensitive
from feasilint.catalog.imports.artefact import Entry, listed, mapping, stated, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.imports._references import References

_DEEPEST = 12  # of records in records
_MOST = 5_000  # columns of one message
_FORMATS = {"date-time": "timestamp", "date": "date", "time": "time"}
_PARTS = ("allOf", "oneOf", "anyOf")


def columns(payload: object, references: References) -> dict[str, Entry]:
    """Columns of a payload, fields of objects as `address.street`; empty for formats that are not known."""
    schema = references.resolved(payload)
    if "schema" in schema and "schemaFormat" in schema:
        schema = references.resolved(schema["schema"])
    read = _avro(schema, "", references) if schema.get("type") == "record" else _json(schema, "", references, ())
    found: dict[str, Entry] = {}
    for name, column in islice(read, _MOST):
        found.setdefault(name, column)
    return found


def _json(
    schema: Entry, before: str, references: References, around: tuple[object, ...]
) -> Iterator[tuple[str, Entry]]:
    """What properties say, and those of all schemas that this one is put together from; `around`: the references on the way,
    which are followed once."""
    for name, value in mapping(schema.get("properties")).items():
        if not name.strip():
            continue
        item = references.resolved(value)
        yield f"{before}{name}", _column(item)
        yield from _inside(item.get("items", value), f"{before}{name}.", references, around)
    for part in (part for key in _PARTS for part in listed(schema.get(key))):
        yield from _inside(part, before, references, around)


def _inside(
    value: object, before: str, references: References, around: tuple[object, ...]
) -> Iterator[tuple[str, Entry]]:
    reference = mapping(value).get("$ref")
    if len(around) < _DEEPEST and (reference is None or reference not in around):
        yield from _json(references.resolved(value), before, references, (*around, reference))


def _column(item: Entry) -> Entry:
    kinds = item.get("type")
    named = [kind for kind in map(text, kinds if isinstance(kinds, list) else [kinds]) if kind not in (None, "null")]
    form = text(item.get("format"))
    kind = _FORMATS.get(form or "", next(iter(named), None))
    tags = [*listed(item.get("tags")), *listed(item.get("confluent:tags"))]
    flags = sensitive(item.get("x-classification"), tags, pii=is_true(item.get("x-pii")) or is_true(item.get("pii")))
    retired = "deprecated" if is_true(item.get("deprecated")) else None
    return stated(type=kind, flags=flags, availability=retired) | mapping(item.get("x-feasilint"))


def _avro(record: Entry, before: str, references: References, depth: int = 0) -> Iterator[tuple[str, Entry]]:
    """The fields of a record; of a union what is not null."""
    if depth > _DEEPEST:
        return
    for field in map(mapping, listed(record.get("fields"))):
        name = text(field.get("name"))
        if name is None:
            continue
        kind = _of_union(field.get("type"))
        described = references.resolved(kind)
        flags = sensitive(None, listed(field.get("confluent:tags")), pii=False)
        written = text(described.get("logicalType")) or text(described.get("type")) or text(kind)
        yield f"{before}{name}", stated(type=written, flags=flags)
        inner = references.resolved(_of_union(described.get("items"))) if "items" in described else described
        yield from _avro(inner, f"{before}{name}.", references, depth + 1)


def _of_union(kind: object) -> object:
    return next((one for one in kind if one not in ("null", None)), None) if isinstance(kind, list) else kind

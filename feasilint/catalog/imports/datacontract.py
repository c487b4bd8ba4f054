"""Contracts of the Data Contract Specification, versions up to 1.2."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from feasilint.catalog.imports._agreed import agreed_duration, agreed_retention, how_often, latency_class
from feasilint.catalog.imports._contract import Contract, Notes, Table, entries
from feasilint.catalog.imports._contract_files import contracts
from feasilint.catalog.imports._contract_words import DRAFT, RETIRED, is_of_loading, is_true, sensitive
from feasilint.catalog.imports._servers import Server
from feasilint.catalog.imports.artefact import Entry, Imported, listed, mapping, stated, text
from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from feasilint.catalog.tree import Tree

_DEEPEST = 12  # of structs in structs, and of definitions that refer to each other
_MOST = 5_000  # columns of one model: definitions may hold each other
_TABLE_KEY = re.compile(r"(?:postgres|databricks|snowflake|sqlserver|bigquery|redshift|oracle|mysql|trino|glue)Table")
_TYPE_KEY = re.compile(
    r"(?:postgres|databricks|snowflake|sqlserver|bigquery|redshift|oracle|mysql|trino|glue|physical)Type"
)


def read(location: str) -> Iterator[Imported]:
    """The contracts in a file, or in all YAML files below a folder. Raises ArtefactError."""
    yield from contracts(location, "dataContractSpecification", None, _imported)


def _imported(tree: Tree) -> Imported:
    data, notes = mapping(tree.data), Notes(tree)
    if not mapping(data.get("models")):
        notes.add(("models",), "it has no models, so that there is no table to speak of")
    found = entries(_contract(data, notes), notes)
    return Imported("data contract", tree.path, sources=found, notes=notes.listed())


def _contract(data: Entry, notes: Notes) -> Contract:
    info = mapping(data.get("info"))
    status = (text(info.get("status")) or "").lower()
    contact = mapping(info.get("contact"))
    reach = (text(contact.get(key)) for key in ("email", "url", "name"))
    return Contract(
        servers=tuple(_servers(data)),
        tables=tuple(_tables(data, notes)),
        owner=_owner(text(info.get("owner")), next(filter(None, reach), None)),
        retired=f"its contract is {status}" if status in RETIRED else None,
        draft=status in DRAFT,
        own=_own(data) | _own(info),
    )


def _owner(owner: str | None, contact: str | None) -> Entry:
    """An owner that is an address is no team, but somebody to ask."""
    is_address = owner is not None and ("@" in owner or owner.startswith("#"))
    return stated(team=None if is_address else owner, contact=contact or (owner if is_address else None))


def _servers(data: Entry) -> Iterator[Server]:
    for label, item in mapping(data.get("servers")).items():
        values = {key: value for key, value in mapping(item).items() if isinstance(value, str) and value.strip()}
        yield Server(label, values.get("type", ""), values.get("environment"), values)


def _tables(data: Entry, notes: Notes) -> Iterator[Table]:
    definitions = mapping(data.get("definitions"))
    models = mapping(data.get("models"))
    for name, model in models.items():
        if not name.strip():
            notes.add(("models",), "a model without name is left out")
            continue
        item = mapping(model)
        config = mapping(item.get("config"))
        fields = _named(mapping(item.get("fields")), definitions)
        columns = dict(islice(_columns(fields, definitions), _MOST))
        yield Table(
            name=name,
            physical=next((text(value) or name for key, value in config.items() if _TABLE_KEY.fullmatch(key)), name),
            columns=columns,
            grain=_grain(item, fields),
            flags=("view",) if (text(item.get("type")) or "").lower() == "view" else (),
            levels=_levels(data, name, columns, notes, alone=len(models) == 1),
            own=_own(item),
        )


def _resolved(field: Entry, definitions: Entry) -> Entry:
    """A field with what the definition says that it refers to; its own words count more."""
    for _ in range(_DEEPEST):
        reference = text(field.get("$ref"))
        if reference is None or not reference.startswith("#/definitions/"):
            break
        found: object = definitions
        for step in reference.removeprefix("#/definitions/").split("/"):
            found = mapping(found).get(step)
        own = {key: value for key, value in field.items() if key != "$ref"}
        field = {**mapping(found), **own}
    return field


def _named(fields: Entry, definitions: Entry) -> dict[str, Entry]:
    """The fields that have a name, with what their definitions say."""
    return {key: _resolved(mapping(field), definitions) for key, field in fields.items() if key.strip()}


def _columns(fields: dict[str, Entry], definitions: Entry, before: str = "") -> Iterator[tuple[str, Entry]]:
    """Columns and the fields inside of them: `address.street`."""
    for name, field in fields.items():
        if not name.strip():
            continue
        yield f"{before}{name}", _column(field)
        if before.count(".") < _DEEPEST:
            inner = {**mapping(mapping(field.get("items")).get("fields")), **mapping(field.get("fields"))}
            yield from _columns(_named(inner, definitions), definitions, f"{before}{name}.")


def _column(field: Entry) -> Entry:
    config = mapping(field.get("config"))
    physical = (text(value) for key, value in config.items() if _TYPE_KEY.fullmatch(key))
    kind = next(filter(None, physical), None) or text(field.get("type"))
    flags = sensitive(field.get("classification"), field.get("tags"), pii=is_true(field.get("pii")))
    return stated(type=kind, flags=flags) | _own(field)


def _grain(model: Entry, fields: dict[str, Entry]) -> tuple[str, ...]:
    stated_keys = tuple(key for key in map(text, listed(model.get("primaryKey"))) if key is not None)
    marked = (
        name for name, field in fields.items() if is_true(field.get("primaryKey")) or is_true(field.get("primary"))
    )
    return stated_keys or tuple(marked)


def _levels(data: Entry, model: str, columns: Collection[str], notes: Notes, *, alone: bool) -> Entry:
    levels = mapping(data.get("servicelevels"))
    found: Entry = {}
    for name, reader in _READERS:
        level = mapping(levels.get(name))
        try:
            found |= reader(level) if level and _is_about(level, model, columns, alone=alone) else {}
        except ValueError as error:
            notes.add(("servicelevels", name), f"{name} is not taken over: {error}")
    return found | _clocks(levels, model, columns, alone=alone)


def _latency(level: Entry) -> Entry:
    return stated(promised_within=_given(level, "threshold"))


def _retention(level: Entry) -> Entry:
    if is_true(level.get("unlimited")):
        return {"retention": "never"}
    period = text(level.get("period"))
    return {} if period is None else {"retention": agreed_retention(period)}


def _frequency(level: Entry) -> Entry:
    """Streams and what is done by hand have no period; of batches the cron expression is more exact than the interval."""
    named = latency_class(text(level.get("type")) or "")
    schedule = text(level.get("cron")) or text(level.get("interval"))
    if named in ("streaming", "manual") or schedule is None:
        return stated(latency=named)
    return stated(latency=named) | how_often(schedule)


def _given(level: Entry, key: str) -> str | None:
    value = text(level.get(key))
    return None if value is None else agreed_duration(value)


_READERS: tuple[tuple[str, Callable[[Entry], Entry]], ...] = (
    ("latency", _latency),
    ("freshness", _latency),  # the age of the newest row itself: it counts more than the time on the way
    ("retention", _retention),
    ("frequency", _frequency),
)
_FIELD_KEYS = ("sourceTimestampField", "processedTimestampField", "timestampField")


def _is_about(level: Entry, model: str, columns: Collection[str], *, alone: bool) -> bool:
    """A level that names a field is about the model of that field, any other about all."""
    named = [field for key in _FIELD_KEYS if (field := text(level.get(key))) is not None]
    return not named or any(_local(field, model, columns, alone=alone) is not None for field in named)


def _local(field: str, model: str, columns: Collection[str], *, alone: bool) -> str | None:
    """The column of this model that `model.field` names; of a contract of one model the field will do."""
    first, _, rest = field.partition(".")
    if folded(first) == folded(model) and rest in columns:
        return rest
    return field if alone and field in columns else None


def _clocks(levels: Entry, model: str, columns: Collection[str], *, alone: bool) -> Entry:
    """When an event happened, and when its row was there."""
    latency, freshness = mapping(levels.get("latency")), mapping(levels.get("freshness"))
    source, processed, newest = (
        None if field is None else _local(field, model, columns, alone=alone)
        for field in (
            text(latency.get("sourceTimestampField")),
            text(latency.get("processedTimestampField")),
            text(freshness.get("timestampField")),
        )
    )
    if newest is not None and is_of_loading(newest):
        newest, processed = None, processed or newest
    return stated(event_time=source or (newest if newest != processed else None), available_at=processed)


def _own(item: Entry) -> Entry:
    """What people say to feasilint, beside the rest or under `config`."""
    return mapping(item.get("feasilint")) | mapping(mapping(item.get("config")).get("feasilint"))

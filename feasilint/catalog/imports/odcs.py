"""Contracts of the Open Data Contract Standard, versions 3.x."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports import _odcs_levels as levels
from feasilint.catalog.imports._contract import Contract, Notes, Table, entries
from feasilint.catalog.imports._contract_files import contracts
from feasilint.catalog.imports._contract_words import DRAFT, RETIRED, is_true, sensitive
from feasilint.catalog.imports._servers import Server
from feasilint.catalog.imports._types import is_temporal
from feasilint.catalog.imports.artefact import Entry, Imported, listed, mapping, stated, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.tree import Path, Tree

_LEADS = frozenset({"owner", "data owner", "data product owner", "product owner", "dpo", "data steward", "steward"})
_DEEPEST = 12  # of structs in structs


def read(location: str) -> Iterator[Imported]:
    """The contracts in a file, or in all YAML files below a folder. Raises ArtefactError."""
    yield from contracts(location, "kind", "DataContract", _imported)


def _imported(tree: Tree) -> Imported:
    data, notes = mapping(tree.data), Notes(tree)
    version = text(data.get("apiVersion")) or ""
    if version.removeprefix("v").startswith(("0", "1", "2")):
        notes.add(("apiVersion",), f"version {version} is not read; migrate the contract to 3.0 or later")
    elif not listed(data.get("schema")):
        notes.add(("schema",), "it has no schema, so that there is no table to speak of")
    found = entries(_contract(data, notes), notes)
    return Imported("ODCS contract", tree.path, sources=found, notes=notes.listed())


def _contract(data: Entry, notes: Notes) -> Contract:
    status = (text(data.get("status")) or "").lower()
    tables = tuple(_tables(data, notes))
    agreed = levels.agreed(data, tables, notes)
    retired = f"its contract is {status}" if status in RETIRED else agreed.ended
    return Contract(
        servers=tuple(_servers(data)),
        tables=agreed.tables,
        owner=_owner(data),
        flags=agreed.flags,
        retired=retired,
        draft=status in DRAFT,
        own=_own(data),
    )


def _servers(data: Entry) -> Iterator[Server]:
    for item in map(mapping, listed(data.get("servers"))):
        custom = {name: value for name, value in _custom(item) if isinstance(value, str)}
        values = {key: value for key, value in item.items() if isinstance(value, str) and value.strip()}
        kind = custom.get("customType") if values.get("type") == "custom" else None
        label = values.get("server") or values.get("type") or "?"
        yield Server(label, kind or values.get("type", ""), values.get("environment"), {**custom, **values})


def _tables(data: Entry, notes: Notes) -> Iterator[Table]:
    for index, item in enumerate(map(mapping, listed(data.get("schema")))):
        name = text(item.get("name")) or text(item.get("physicalName"))
        if _is_column(item):
            notes.add(
                ("schema",), "it lists columns where tables should be; list tables, with columns under `properties`"
            )
            continue
        if name is None:
            notes.add(("schema", index), "a schema without name or physicalName is left out")
            continue
        properties = [mapping(column) for column in listed(item.get("properties"))]
        yield Table(
            name=name,
            physical=text(item.get("physicalName")) or name,
            columns=dict(_columns(properties, notes, ("schema", index))),
            grain=tuple(_positioned(properties, "primaryKey", "primaryKeyPosition")),
            partition=_partition(properties),
            flags=("view",) if "view" in (text(item.get("physicalType")) or "").lower().split() else (),
            retired="its contract says that it is deprecated" if is_true(item.get("deprecated")) else None,
            own=_own(item),
        )


def _is_column(item: Entry) -> bool:
    """Whether an item of a schema is what only properties are; some write contracts that way."""
    logical = text(item.get("logicalType")) or "object"
    return "properties" not in item and (logical != "object" or bool({"type", "required"} & item.keys()))


def _columns(properties: Sequence[Entry], notes: Notes, path: Path, before: str = "") -> Iterator[tuple[str, Entry]]:
    """Columns and the fields inside of them: `address.street`."""
    for item in properties:
        name = _column_name(item)
        if name is None:
            notes.add(path, "a property without name is left out")
            continue
        yield f"{before}{name}", _column(item)
        if before.count(".") < _DEEPEST:
            inner = (*listed(item.get("properties")), *listed(mapping(item.get("items")).get("properties")))
            yield from _columns([mapping(field) for field in inner], notes, path, f"{before}{name}.")


def _column_name(item: Entry) -> str | None:
    return text(item.get("physicalName")) or text(item.get("name"))


def _column(item: Entry) -> Entry:
    deprecated = "deprecated" if is_true(item.get("deprecated")) else None
    kind = text(item.get("physicalType")) or text(item.get("logicalType"))
    return stated(type=kind, flags=_flags(item), availability=deprecated) | _own(item)


def _flags(item: Entry) -> list[str]:
    pii = any(name.lower() == "pii" and is_true(value) for name, value in _custom(item))
    flags = sensitive(item.get("classification"), item.get("tags"), pii=pii)
    return [*flags, "critical data element"] if is_true(item.get("criticalDataElement")) else flags


def _positioned(properties: Sequence[Entry], flag: str, position: str) -> list[str]:
    """The names of the columns that say so, in the order of their positions."""
    marked = [item for item in properties if is_true(item.get(flag)) and _column_name(item)]
    ordered = sorted(marked, key=lambda item: _number(item.get(position)))
    return [name for item in ordered if (name := _column_name(item)) is not None]


def _partition(properties: Sequence[Entry]) -> str | None:
    """The partition column; of several the only one that is a time."""
    names = _positioned(properties, "partitioned", "partitionKeyPosition")
    times = [
        name
        for item in properties
        if (name := _column_name(item)) in names and is_temporal(item.get("logicalType"), item.get("physicalType"))
    ]
    return names[0] if len(names) == 1 else times[0] if len(times) == 1 else None


def _owner(data: Entry) -> Entry:
    """The team and its channel; where a contract has neither, the member who is said to own it."""
    team = data.get("team")
    members = [mapping(member) for member in listed(team) or listed(mapping(team).get("members"))]
    owning = (
        member for member in members if (text(member.get("role")) or "").lower() in _LEADS and not member.get("dateOut")
    )
    lead = next((text(member.get("username")) or text(member.get("name")) for member in owning), None)
    return stated(team=text(mapping(team).get("name")), contact=_channel(data) or lead)


def _channel(data: Entry) -> str | None:
    """The first channel in which somebody answers."""
    channels = [mapping(channel) for channel in listed(data.get("support"))]
    answering = [item for item in channels if (text(item.get("scope")) or "").lower() != "announcements"]
    for item in answering:
        name, url, tool = (text(item.get(key)) for key in ("channel", "url", "tool"))
        if url is not None and url.startswith("mailto:"):
            return url.removeprefix("mailto:")
        if name is not None:
            return f"#{name}" if (tool or "").lower() == "slack" and not name.startswith("#") else name
    return None


def _own(item: Entry) -> Entry:
    """What people say to feasilint: the custom property `feasilint`, or several `feasilint.…`."""
    said: Entry = {}
    for name, value in _custom(item):
        if name == "feasilint":
            said |= mapping(value)
        elif name.startswith("feasilint."):
            said[name.removeprefix("feasilint.")] = value
    return said


def _custom(item: Entry) -> Iterator[tuple[str, object]]:
    for custom in map(mapping, listed(item.get("customProperties"))):
        name = text(custom.get("property"))
        if name is not None:
            yield name, custom.get("value")


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("inf")

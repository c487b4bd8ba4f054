"""What dbt has found in the warehouse: columns and sizes (catalog.json), the age of sources (sources.json, freshness.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from feasilint.catalog.imports._dbt_artefacts import Catalog, Result, Results, Table, decoded, each, unknown_version
from feasilint.catalog.imports._dbt_entries import united
from feasilint.catalog.imports.artefact import Imported, Note, day, stated, written_duration
from feasilint.catalog.names import folded
from feasilint.dbt.plain import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.catalog.imports.artefact import Entry

    Entries = Mapping[str, Entry] | None  # those of the manifest or the project, by dbt's ids

_VOLUMES = (("row_count", "bytes", 1), ("num_rows", "num_bytes", 1), ("rows", "bytes", 1), ("rows", "size", 2**20))
"""What adapters call the number of rows and the size, and how many bytes the size counts in."""
_ADMINISTRATORS = frozenset({
    "accountadmin", "admin", "awsuser", "dbo", "hadoop", "hive", "orgadmin", "postgres", "public", "rdsadmin", "root", "sa",
    "securityadmin", "spark", "sysadmin", "user", "useradmin",
})  # fmt: skip
"""Roles that own tables in the warehouse and answer no questions."""


def catalogued(path: str, told: Entries) -> Imported:
    """What catalog.json says, under the names that dbt gives its tables. `columns` of a table are all that it has; what is
    told of them marks them. Raises ArtefactError."""
    catalog = decoded(path, Catalog)
    notes = list(unknown_version(catalog.metadata, path))
    entries: dict[str, Entry] = {}
    for key, table in each({**catalog.sources, **catalog.nodes}, Table, path, notes):
        entry = (told or {}).get(key, {})
        name = entry.get("name") or _name(mapping(table.metadata))
        if name is not None:
            entries[key] = {"name": name, **_seen(table, entry)}
    as_of = day(catalog.metadata.generated_at)
    return Imported("dbt catalog", path, as_of, tuple(united(entries)), notes=tuple(notes))


def measured(path: str, origin: str, told: Entries) -> Imported:
    """The age of the newest row of each table when dbt looked. Raises ArtefactError."""
    results = decoded(path, Results)
    notes = list(unknown_version(results.metadata, path))
    entries: dict[str, Entry] = {}
    for raw in results.results:
        result = _result(raw)
        key = text(result.unique_id)
        entry = (told or {}).get(key) if key is not None else None
        if entry is None:
            notes.append(Note(path, None, f"{key}: the manifest beside this file does not have it; run `dbt parse`"))
        elif isinstance(age := result.max_loaded_at_time_ago_in_s, int | float) and age >= 0:
            entries[str(key)] = {"name": entry["name"], "measured_age": written_duration(age)}
        else:
            notes.append(Note(path, None, f"{key}: {_no_age(result)}; it was left out"))
    as_of = day(results.metadata.generated_at)
    return Imported(origin, path, as_of, tuple(united(entries)), notes=tuple(notes))


def _no_age(result: Result) -> str:
    if isinstance(result.max_loaded_at_time_ago_in_s, int | float):
        return "its newest row is from the future, look at the time zone of its loaded_at_field"
    return f"dbt has measured no age ({text(result.status) or 'no status'})"


def _result(raw: msgspec.Raw) -> Result:
    try:
        return msgspec.json.decode(raw, type=Result)
    except (msgspec.DecodeError, RecursionError):
        return Result()


def _name(metadata: Mapping[str, object]) -> str | None:
    """The name in the warehouse of a table that no manifest knows."""
    parts = [text(metadata.get(key)) for key in ("database", "schema", "name")]
    return ".".join(part for part in parts if part is not None) if parts[-1] is not None else None


def _seen(table: Table, told: Entry) -> Entry:
    rows, size = _volume(mapping(table.stats))
    grain = told.get("grain")
    alone = grain[0] if isinstance(grain, list) and len(grain) == 1 and rows else None
    return stated(
        columns=_columns(mapping(table.columns), told.get("columns")),
        row_bytes=round(size / rows) if size >= rows > 0 else None,
        keys={alone: {"distinct": round(rows)}} if alone is not None else None,
        owner=_owner(table) if "owner" not in told else None,
    )


def _owner(table: Table) -> str | None:
    role = text(mapping(table.metadata).get("owner"))
    return None if role is None or role.lower() in _ADMINISTRATORS else role


def _columns(found: Mapping[str, object], told: object) -> Entry:
    """All columns, spelled as the manifest does, with their types and with what marks them there."""
    given = told if isinstance(told, dict) else dict.fromkeys(told) if isinstance(told, list) else {}
    known = {folded(name): name for name in given}
    columns: Entry = {}
    for written, column in found.items():
        name = known.get(folded(written), written)
        if name.strip():
            columns[name] = {**stated(type=text(mapping(column).get("type"))), **mapping(given.get(name))}
    return columns


def _volume(stats: Mapping[str, object]) -> tuple[float, float]:
    """Rows and bytes; zero where they are not known."""
    known = [(rows, size, unit) for rows, size, unit in _VOLUMES if rows in stats]
    rows, size, unit = min(known, key=lambda names: names[1] not in stats, default=("", "", 0))
    return _number(stats.get(rows)), _number(stats.get(size)) * unit


def _number(stat: object) -> float:
    value = mapping(stat).get("value")
    if isinstance(value, str):
        value = value.replace(",", "").strip()
        value = float(value) if value.replace(".", "", 1).isdecimal() else 0
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0

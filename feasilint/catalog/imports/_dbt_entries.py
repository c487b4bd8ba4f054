"""The entries of the sources, models, seeds and snapshots that dbt knows, by their id."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import UNSET

from feasilint.catalog.imports import _dbt_keys as keys
from feasilint.catalog.imports import _dbt_said as said
from feasilint.catalog.imports._queried import column_of_query
from feasilint.catalog.imports.artefact import day, stated, written_duration
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.names import folded, is_path
from feasilint.catalog.scalars import duration
from feasilint.dbt.plain import items, mapping, text
from feasilint.dbt.schedule import period, schedule_of
from feasilint.lower.modelled import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports._dbt_artefacts import Node
    from feasilint.catalog.imports._dbt_nodes import Declared, Stored
    from feasilint.catalog.imports.artefact import Entry

_COLUMN = re.compile(
    r"(?:cast\s*\(\s*)?[\"`]?([A-Za-z_]\w*)[\"`]?(?:\s*::\s*[\w ]+(?:\(\d+\))?|\s+as\s+[\w ]+\))?", re.IGNORECASE
)
_PARTITIONS = ("partition_by", "partitioned_by")
_EXPIRY = "partition_expiration_days"


def entries(declared: Declared) -> dict[str, Entry]:
    """The entries of what is stored, by id. What is odd is noted in what was declared."""
    tested = keys.tested(declared.tests)
    made = {key: _entry(declared, key, table, tested.get(key)) for key, table in declared.tables.items()}
    _replace(declared, made)
    return made


def _entry(declared: Declared, key: str, table: Stored, tested: keys.Tested | None) -> Entry:
    node = table.node
    meta, config = said.meta_of(node), said.config_of(node)
    semantic = declared.semantic.get(key)
    entity = () if semantic is None else keys.entity_of(semantic)
    event_time = text(config.get("event_time")) or (None if semantic is None else keys.time_of(semantic))
    return {
        "name": table.name,
        **stated(
            aliases=list(dict.fromkeys((*table.aliases, *_locations(node, table.name)))),
            **_deprecated(node, declared.today),
            **_schedule(declared, key, config),
            promised_within=_promise(node),
            kind="scd2" if text(node.resource_type) == "snapshot" else None,
            grain=list(keys.grain(node, tested, declared.adapter, entity)),
            event_time=event_time,
            available_at=_loaded_at(declared, key, node, event_time),
            partition=_partition(config),
            retention=_retention(config),
            flags=said.table_flags(meta, config.get("tags")),
            columns=_columns(node),
            owner=_owner(node, meta, declared.groups),
        ),
        **said.own(meta),
    }


def _locations(node: Node, name: str) -> list[str]:
    """The files that an external table is made of."""
    location = text(mapping(node.external).get("location"))
    if location is None or location == name or not is_path(location) or location.startswith("@") or "{" in location:
        return []
    return [location]


# --- how old ---------------------------------------------------------------------------------------------------------


def _schedule(declared: Declared, key: str, config: Mapping[str, object]) -> Entry:
    """How often a table is built. Tags of a source do not say how often others load it."""
    if text(config.get("materialized")) in VIEWS:
        return {}
    schedule = schedule_of({**config, "tags": []} if key.startswith("source.") else config)
    if schedule is None:
        return {}
    try:
        found = refreshed(schedule.every)
    except ValueError as error:
        declared.note(key, f"{error}, which {schedule.stated_by} states; it was left out")
        return {}
    if not found:
        said_by = f"`{schedule.every}` of {schedule.stated_by}"
        declared.note(key, f"{said_by} is no schedule that is known; write it as `daily`, `4 hours` or cron")
    return found


def _promise(node: Node) -> str | None:
    """The age at which somebody is alarmed: in older versions it stands at the source, in newer ones in its settings, too."""
    given = mapping(node.freshness if node.freshness is not UNSET else None) or (
        mapping(mapping(node.config).get("freshness")) if node.freshness is UNSET else {}
    )
    found = (period(given.get(key)) for key in ("error_after", "warn_after"))
    return next(
        (written_duration(duration(str(after))) for after in found if after is not None and after.count > 0), None
    )


def _loaded_at(declared: Declared, key: str, node: Node, event_time: str | None) -> str | None:
    """The column that says when rows were loaded; not one that is declared to say when their event happened."""
    stated_as = text(node.loaded_at_field) or text(mapping(node.config).get("loaded_at_field"))
    if stated_as is None:
        return None
    cast = _COLUMN.fullmatch(stated_as.strip())
    column = cast[1] if cast is not None else _only_column(stated_as, declared.adapter)
    if column is None:
        advice = "state the column as meta.feasilint.available_at"
        declared.note(key, f"its loaded_at_field has several columns or none; {advice}")
    return column if column != event_time else None


@lru_cache(maxsize=256)  # sources of one loader say the same
def _only_column(expression: str, adapter: str | None) -> str | None:
    """The one column that an expression is made of."""
    from feasilint.lower.sql.adapter import canonical_dialect

    dialect = adapter if adapter is not None and canonical_dialect(adapter) is not None else None
    query = f"SELECT {expression} AS loaded_at FROM source"  # noqa: S608 - nobody runs it
    found = column_of_query(query, "loaded_at", dialect)
    return found[1] if found is not None and _COLUMN.fullmatch(found[1]) else None


# --- what it is ------------------------------------------------------------------------------------------------------


def _deprecated(node: Node, today: str | None) -> Entry:
    """That a model is deprecated, or will be."""
    since = day(node.deprecation_date)
    if since is None:
        return {}
    if today is not None and since <= today:
        return {"availability": "deprecated", "reason": f"deprecated since {since}"}
    return {"reason": f"to be deprecated on {since}"}


def _replace(declared: Declared, made: Mapping[str, Entry]) -> None:
    """What is deprecated is replaced by the latest version of the same model."""
    for key, entry in made.items():
        node = declared.tables[key].node
        latest = text(node.latest_version)
        if day(node.deprecation_date) is None or latest is None or latest == text(node.version):
            continue
        newest = made.get(f"{key.rpartition('.v')[0]}.v{latest}")
        if newest is not None:
            entry.setdefault("use_instead", newest["name"])


def _partition(config: Mapping[str, object]) -> str | None:
    for key in _PARTITIONS:
        given = config.get(key)
        column = keys.names(mapping(given).get("field") if isinstance(given, dict) else items(given))
        if len(column) == 1:
            return column[0]
    return None


def _retention(config: Mapping[str, object]) -> str | None:
    days = config.get(_EXPIRY)
    return f"{days}d" if isinstance(days, int) and not isinstance(days, bool) and days > 0 else None


def _columns(node: Node) -> Entry | list[str]:
    """The columns by name; a list of names where nothing more is known of any."""
    found = {name: _column(mapping(column)) for name, column in mapping(node.columns).items() if name.strip()}
    return {name: one or {} for name, one in found.items()} if any(found.values()) else list(found)


def _column(given: Mapping[str, object]) -> Entry:
    config = mapping(given.get("config"))
    meta = {**mapping(given.get("meta")), **mapping(config.get("meta"))}
    tags = [*items(given.get("tags")), *items(config.get("tags"))]
    flags = said.column_flags(meta, tags, given.get("policy_tags") or config.get("policy_tags"))
    return {**stated(type=text(given.get("data_type")), flags=flags), **said.own(meta)}


def _owner(node: Node, meta: Mapping[str, object], groups: Mapping[str, Node]) -> Entry | str | None:
    """The owner that a table names itself, else that of its group."""
    group = text(mapping(node.config).get("group")) or text(node.group)
    found = said.owner_in(meta)
    if found is not None or group is None:
        return found
    return said.owner(groups[group].owner) if group in groups else group


def united(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """The entries, those of one name as one: of two values the first counts."""
    by_name: dict[str, Entry] = {}
    for entry in entries.values():
        name = folded(str(entry["name"]))
        by_name[name] = {**entry, **by_name.get(name, {})}
    yield from by_name.values()

"""What is told of tables, as entries of a catalog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.catalog.imports._comments import said
from feasilint.catalog.imports._types import is_temporal
from feasilint.catalog.imports._volumes import rows_per_day, written_count
from feasilint.catalog.imports.artefact import Entry, stated, written_duration
from feasilint.catalog.names import unsharded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.imports._dumped import Dump, Name, Told

_PLAIN = frozenset({"BASE TABLE", "TABLE", "MANAGED", "EXTERNAL"})
_ROLES = frozenset({"accountadmin", "sysadmin", "securityadmin", "useradmin", "orgadmin", "postgres", "root", "admin"})
_NUMBERED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)  # a service principal
_NAMES = re.compile(r"[\"`]?([A-Za-z_][\w$]*)[\"`]?(?!\w*\()")
_BY = re.compile(r"^\s*(?:LINEAR|RANGE|LIST|HASH)\s*\((.*)\)\s*$", re.IGNORECASE | re.DOTALL)
_DAY_OF_SHARD = re.compile(r"(\d{8}|\d{6})(?!.*\d)")


def entries(dump: Dump) -> Iterator[Entry]:
    """One for each table, with the name that SQL has for it."""
    for name, tables in _together(dump.tables):
        newest = tables[-1]
        shards = _of_shards(tables) if len(tables) > 1 else {}
        yield _entry(name, newest, dump) | shards | newest.own


def _together(tables: dict[Name, Told]) -> Iterator[tuple[str, Sequence[Told]]]:
    """Tables by name; those of one day each are one, the newest last."""
    groups: dict[Name, list[Told]] = {}
    for (catalog, schema, table), told in tables.items():
        groups.setdefault((catalog, schema, _whole(table)), []).append(told)
    for whole, group in groups.items():
        group.sort(key=lambda told: told.name[2])
        yield ".".join(filter(None, group[0].name if len(group) == 1 else whole)), group


def _whole(table: str) -> str:
    """`events_*` for `events_20261120`, anything else as it is."""
    found = unsharded(table)
    return found[0] if found and "." not in table else table


def _of_shards(shards: Sequence[Told]) -> Entry:
    """Every shard is a part of the whole."""
    parts = {
        day[1]: told.rows for told in shards if (day := _DAY_OF_SHARD.search(told.name[2])) and told.rows is not None
    }
    per_day = rows_per_day(parts, None) if len(parts) > 1 else None
    rows = sum(told.rows or 0 for told in shards)
    size = sum(told.size or 0 for told in shards)
    return stated(
        rows_per_day=None if per_day is None else written_count(per_day),
        row_bytes=str(round(size / rows)) if rows and size else None,
    )


def _entry(name: str, told: Told, dump: Dump) -> Entry:
    kind = (told.kind or "").upper()
    flags = [kind.lower().replace("_", " ")] if kind and kind not in _PLAIN else []
    entry = stated(
        name=name,
        aliases=[told.location] if told.location else [],
        owner=_owner(told.owner),
        grain=_grain(told),
        keys={column: {"distinct": written_count(values)} for column, values in told.distinct.items()},
        partition=_partition(told),
        retention=told.retention,
        flags=[*flags, *told.flags],
        columns=dict(_columns(told)),
        measured_age=_age(told, dump),
    )
    comment = said(told.comment)
    reason = comment.deprecated or ("its tag says so" if told.deprecated else None)
    retired = {} if reason is None else {"availability": "deprecated", "reason": reason}
    return entry | _volume(told, dump) | retired | comment.own


def _columns(told: Told) -> Iterator[tuple[str, Entry]]:
    for name in sorted(told.columns, key=lambda name: told.columns[name][0]):
        comment = said(told.column_comments.get(name))
        retired = {} if comment.deprecated is None else {"availability": "deprecated", "reason": comment.deprecated}
        flags = [*told.column_tags.get(name, ()), *(["pii"] if comment.pii else ())]
        yield (
            name,
            stated(type=told.columns[name][1], flags=flags) | retired | comment.own | told.column_own.get(name, {}),
        )


def _volume(told: Told, dump: Dump) -> Entry:
    rows, size = (sum(told.parts.values()), told.part_bytes) if told.parts else (told.rows or 0, told.size or 0)
    until = told.written or dump.read_at
    per_day = rows_per_day(told.parts, None if until is None else until.date())
    return stated(
        rows_per_day=None if per_day is None else written_count(per_day),
        row_bytes=str(round(size / rows)) if rows and size else None,
    )


def _age(told: Told, dump: Dump) -> str | None:
    """How long nothing had been written when somebody looked."""
    if told.written is None or dump.read_at is None or told.written > dump.read_at:
        return None
    return written_duration(round((dump.read_at - told.written).total_seconds() / 60) * 60)


def _grain(told: Told) -> list[str]:
    """The columns of the primary key."""
    keys = [told.keys[constraint] for constraint in sorted(told.primary) if constraint in told.keys]
    return list(dict.fromkeys(column for _, column in sorted(keys[0]))) if keys else []


def _partition(told: Told) -> str | None:
    """The partition column, of several the only one that is a time; else what a table is clustered by first, if that is one."""
    if len(told.partitioned) == 1:
        return told.partitioned[0]
    times = _times(told.partitioned, told)
    if not told.partitioned and told.clustering is not None:
        inner = re.sub(r"^\s*LINEAR\s*\((.*)\)\s*$", r"\1", told.clustering, flags=re.IGNORECASE | re.DOTALL).strip(
            "() "
        )
        times = _times(_NAMES.findall(_first_of(inner)), told)
    return times[0] if len(times) == 1 else None


def _first_of(expressions: str) -> str:
    """The first of several expressions: up to the first comma that is in no bracket."""
    depth = 0
    for at, sign in enumerate(expressions):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            return expressions[:at]
    return expressions


def _times(names: Iterable[str], told: Told) -> list[str]:
    known = {name.lower(): name for name in told.columns}
    found = [known[name.lower()] for name in names if name.lower() in known]
    return [name for name in dict.fromkeys(found) if is_temporal(told.columns[name][1])]


def _owner(owner: str | None) -> str | None:
    """A person, a group or a role; not those that own everything, nor a number."""
    return None if owner is None or owner.lower() in _ROLES or _NUMBERED.fullmatch(owner) else owner

"""OpenLineage: datasets by the events that jobs have sent, with the pace at which they were seen to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports import _tags
from feasilint.catalog.imports._observed import instant
from feasilint.catalog.imports._openlineage_events import events
from feasilint.catalog.imports._openlineage_names import is_stream, physical_name
from feasilint.catalog.imports._openlineage_seen import Lineage, Seen
from feasilint.catalog.imports.artefact import (
    ArtefactError,
    Imported,
    Note,
    listed,
    mapping,
    stated,
    text,
    written_duration,
)
from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.imports.artefact import Entry

_TOPICS, _VIEWS = frozenset({"TOPIC", "STREAM"}), frozenset({"VIEW"})
_DBT_VIEWS = ("view", "ephemeral")
_NESTED = frozenset({"struct", "record", "row", "object"})
_PEOPLE, _TEAMS = frozenset({"user", "person", "email"}), frozenset({"team", "group", "org"})
_DIGITS = 3  # of volumes, which are never the same on two days


def read(location: str) -> Iterator[Imported]:
    """What the events of a file or a folder say. Raises ArtefactError if there are none."""
    reader = _Entries(location)
    lineage = Lineage()
    for event in events(location, reader.notes):
        lineage.add(event)
    if not lineage.events and not reader.notes:
        raise ArtefactError(location, None, "no events of OpenLineage; write one a line, as its file transport does")
    entries = tuple(reader.entries(lineage))
    if not entries and not reader.notes:
        known = f"{lineage.events} events tell of {len(lineage.datasets)} datasets nothing but their names"
        reader.notes.append(Note(location, None, f"{known}; a pace needs three runs that are spread over a day"))
    as_of = lineage.last.date().isoformat() if lineage.last is not None else None
    yield Imported("openlineage", location, as_of, entries, notes=tuple(reader.notes))


class _Entries:
    """The entries of what was seen. A dataset of which nothing is known but its name becomes none."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.notes: list[Note] = []

    def entries(self, lineage: Lineage) -> Iterator[Entry]:
        """Entries, of one dataset under several names one."""
        found: dict[str, Entry] = {}
        for seen in lineage.datasets.values():
            name = physical_name(seen.namespace, seen.name)
            if name is not None and "{" not in name:
                entry = self._entry(seen, name)
                _unite(found.setdefault(folded(name), entry), entry)
        for key, entry in list(found.items()):
            other = next((found[alias] for alias in map(folded, _names(entry.get("aliases"))) if alias in found), entry)
            if other is not entry:  # a path that is known as a table, too
                _unite(other, {**entry, "aliases": [str(entry["name"]), *_names(entry.get("aliases"))]})
                del found[key]
        replacing = {entry.get("use_instead") for entry in found.values()}
        taken = set(found)
        for entry in found.values():
            aliases = [alias for alias in _names(entry.pop("aliases", None)) if folded(alias) not in taken]
            taken.update(map(folded, aliases))
            named = stated(name=entry.pop("name"), aliases=aliases)
            if entry or aliases or named["name"] in replacing:
                yield named | entry

    def _entry(self, seen: Seen, name: str) -> Entry:
        tags = _tags_of(seen, None)
        stream = seen.streaming or is_stream(seen.namespace) or _kind(seen) in _TOPICS
        gone = seen.renamed is not None or (seen.lifecycle is not None and seen.lifecycle[0] == "DROP")
        return (
            stated(
                name=name,
                aliases=[alias for place, other in seen.aliases if (alias := physical_name(place, other)) is not None],
                availability="deprecated" if gone else "production" if stream and seen.production else None,
                latency="streaming" if stream else None,
                **({} if stream or _is_view(seen) else self._pace(seen, name)),
                measured_age=_measured_age(seen),
                rows_per_day=_rounded(seen.rows_per_day),
                row_bytes=_rounded(seen.row_bytes),
                flags=_tags.flags(tags),
                columns=_columns(seen),
                owner=_owner(seen),
                use_instead=physical_name(*seen.renamed) if seen.renamed is not None else None,
                reason=_ended(seen) if gone else None,
            )
            | _tags.spoken(tags)
            | {key: value for key, value in mapping(seen.facets.get("feasilint")).items() if not key.startswith("_")}
        )

    def _pace(self, seen: Seen, name: str) -> Entry:
        runs = seen.runs
        if runs is None:
            return {}
        self.notes.append(Note(self.path, None, f"`{name}`: {runs}"))
        took = seen.took
        return stated(period=runs.period, run_time=written_duration(round(took)) if took and took >= 1 else None)


def _ended(seen: Seen) -> str | None:
    word, at = seen.lifecycle or ("", None)
    return f"{'renamed' if word == 'RENAME' else 'dropped'} on {at:%Y-%m-%d}" if at is not None else None


def _unite(entry: Entry, other: Entry) -> None:
    """Complete an entry by what another one says of the same dataset."""
    for key, value in other.items():
        if key in ("aliases", "flags"):
            entry[key] = list(dict.fromkeys([*_names(entry.get(key)), *_names(value)]))
        else:
            entry.setdefault(key, value)


def _names(value: object) -> list[str]:
    return [item for item in listed(value) if isinstance(item, str)]


def _kind(seen: Seen) -> str:
    return str(mapping(seen.facets.get("datasetType")).get("datasetType")).upper()


def _is_view(seen: Seen) -> bool:
    """A view has no rows of its own; a materialized one is a table."""
    stored = str(mapping(seen.facets.get("datasetType")).get("subType")).upper() == "MATERIALIZED"
    made = mapping(mapping(seen.facets.get("dbt_model")).get("config")).get("materialized")
    return made in _DBT_VIEWS or (_kind(seen) in _VIEWS and not stored)


def _measured_age(seen: Seen) -> str | None:
    """How old the last change was when somebody looked."""
    if seen.metrics is None or seen.metrics[1] is None:
        return None
    changed = instant(seen.metrics[0].get("lastUpdated"))
    age = (seen.metrics[1] - changed).total_seconds() if changed is not None else -1
    return written_duration(round(age)) if age >= 0 else None


def _columns(seen: Seen) -> dict[str, object]:
    """Types of columns; fields of structs as `address.street`. Without types they may be a few of them, as dbt knows them."""
    found: dict[str, object] = {}
    fields = list(_fields(mapping(seen.facets.get("schema")).get("fields"), ""))
    for name, kind in fields if all(kind for _, kind in fields) else ():
        flags = _tags.flags(_tags_of(seen, name))
        found[name] = stated(type=kind, flags=flags) if flags else kind
    return found


def _fields(value: object, above: str) -> Iterator[tuple[str, str | None]]:
    for item in listed(value):
        field = mapping(item)
        name, kind = text(field.get("name")), text(field.get("type"))
        if name is not None:
            yield f"{above}{name}", kind
            if kind is not None and kind.split("<", 1)[0].lower() in _NESTED and above.count(".") < _DEEPEST:
                yield from _fields(field.get("fields"), f"{above}{name}.")


_DEEPEST = 8


def _tags_of(seen: Seen, column: str | None) -> dict[str, str]:
    """The tags of the dataset as such, or of one of its columns."""
    tags = [mapping(item) for item in listed(mapping(seen.facets.get("tags")).get("tags"))]
    return {
        key: text(tag.get("value")) or ""
        for tag in tags
        if (key := text(tag.get("key"))) is not None and text(tag.get("field")) == column
    }


def _owner(seen: Seen) -> Entry:
    """The first owner: `team:data`, `user:jdoe`; of a dataset without one that of the job that writes it."""
    named = listed(mapping(seen.facets.get("ownership")).get("owners")) or seen.job_owners
    words = [name for item in named if (name := text(mapping(item).get("name"))) is not None]
    if not words:
        return {}
    kind, mark, name = words[0].partition(":")
    if mark and kind.lower() in _PEOPLE:
        return stated(contact=name)
    return stated(team=name) if mark and kind.lower() in _TEAMS else _tags.owner(words[0], {})


def _rounded(number: float | None) -> int | None:
    if not number or number < 1:
        return None
    whole = round(number)
    return round(whole, _DIGITS - len(str(whole))) if len(str(whole)) > _DIGITS else whole

"""Feast: a feature repository, read from its files without importing them, or a dump of a registry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.imports import _tags
from feasilint.catalog.imports._feast_registry import read_registry
from feasilint.catalog.imports._feast_repository import SETTINGS, read_repository, repositories
from feasilint.catalog.imports._observed import observed
from feasilint.catalog.imports._queried import column_of_query
from feasilint.catalog.imports._urls import without_secrets
from feasilint.catalog.imports.artefact import Imported, Note, stated, written_duration
from feasilint.catalog.names import folded, is_path, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.imports._feast import Contents, DataSource, Service, Types, View
    from feasilint.catalog.imports.artefact import Entry

_HOLE = re.compile(r"\{[^{}]*\}")


def read(location: str) -> Iterator[Imported]:
    """What a feature repository, each one below a folder, or a registry dump declares. Raises ArtefactError."""
    if Path(location).is_dir() or Path(location).name == SETTINGS:
        for folder in repositories(location):
            yield from _imported(read_repository(folder))
    else:
        yield from _imported(read_registry(location))


def _imported(contents: Contents) -> Iterator[Imported]:
    """One for each file that declares something."""
    reader = _Entries(contents)
    entries: dict[str, list[Entry]] = {}
    for path, entry in reader.entries():
        entries.setdefault(path, []).append(entry)
    notes = (*contents.notes, *reader.notes)
    if not entries and not notes:
        notes = (Note(contents.path, None, "nothing is declared here that a catalog could take over"),)
    for path in dict.fromkeys((*entries, *(note.path for note in notes), contents.path)):
        found, told = tuple(entries.get(path, ())), tuple(note for note in notes if note.path == path)
        if found or told:
            yield Imported(contents.origin, path, contents.as_of, found, notes=told)


class _Entries:
    """The entries of a catalog that a repository gives."""

    def __init__(self, contents: Contents) -> None:
        self.views = {view.name: view for view in contents.views}
        self.services = contents.services
        self.unserved = contents.unserved
        self.sources = tuple(_with_batches(contents))
        self.readers: dict[tuple[str | None, ...], list[View]] = {}
        for view in self.views.values():
            for source in filter(None, (view.source, _batch(view))):
                self.readers.setdefault(source.key, []).append(view)
        self.requests = {source.name for source in self.sources if source.carrier == "request"}
        self.notes = [Note(contents.path, None, contents.unserved)] if contents.unserved and contents.views else []

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Entries with the files that they come from, none twice under one name."""
        taken: dict[str, str] = {}
        found: tuple[tuple[str, DataSource | View | Service, Entry], ...]
        found = (*self._of_sources(), *self._of_views(), *self._of_services())
        for what, item, entry in found:
            name = folded(str(entry["name"]))
            if name in taken:
                self._note(item, f"the {what} `{entry['name']}` has the name of a {taken[name]}; it is left out")
                continue
            taken[name] = what
            yield item.path, entry

    def _note(self, item: DataSource | View | Service, message: str) -> None:
        note = Note(item.path, item.line, message)
        if note not in self.notes:
            self.notes.append(note)

    # --- sources ---

    def _of_sources(self) -> Iterator[tuple[str, DataSource, Entry]]:
        tables: dict[str, tuple[DataSource, Entry]] = {}
        for source in self.sources:
            for name, entry in self._of_source(source):
                first = tables.setdefault(folded(name), (source, entry))
                if first[1] is not entry:
                    self._add(first[1], entry, source)
        for source, entry in tables.values():
            yield _CALLED[source.carrier], source, entry

    def _add(self, entry: Entry, other: Entry, source: DataSource) -> None:
        """A table that several sources read: what they say differently nobody knows."""
        for key, value in other.items():
            if entry.setdefault(key, value) != value and key not in ("name", "flags"):
                self._note(
                    source, f"`{entry['name']}` has two values of {key}, {entry[key]} and {value}; the first counts"
                )

    def _of_source(self, source: DataSource) -> Iterator[tuple[str, Entry]]:
        if source.carrier in ("request", "push") and not source.name:
            self._note(source, f"a {_CALLED[source.carrier]} without a name is left out")
        elif source.carrier == "request":
            entry = self._described(source, source.name, availability="request", latency="request")
            yield source.name, entry | stated(columns=_columns(source.fields))
        elif source.carrier == "push":
            used = self._served_by(source)
            if used:
                yield source.name, self._described(source, source.name, availability="production")
        elif source.physical is None and source.query is not None:
            yield from self._of_query(source)
        else:
            yield from self._of_table(source)

    def _of_table(self, source: DataSource) -> Iterator[tuple[str, Entry]]:
        name = _known_name(source.physical)
        if name is None:
            self._note(source, f"what `{source.name}` reads depends on what only a run knows; it is left out")
            return
        stream = source.carrier == "stream"
        yield (
            name,
            self._described(
                source,
                name,
                availability="production" if self._in_production(source) else None,
                latency="streaming" if stream else None,
                stream_twin=None if stream else self._twin(source),
                kind=self._kind(source),
                event_time=source.timestamp,
                available_at=source.created,
                partition=source.partition,
            ),
        )

    def _of_query(self, source: DataSource) -> Iterator[tuple[str, Entry]]:
        """Of a query only its time column says something of a table."""
        found = column_of_query(source.query or "", source.timestamp or "", source.dialect)
        if found is None:
            self._note(source, f"`{source.name}` reads a query, whose tables it says nothing about; they are left out")
            return
        yield found[0], stated(name=found[0], event_time=found[1])

    def _described(self, source: DataSource, name: str, **values: object) -> Entry:
        whose = _tags.owner(source.owner, source.tags)
        if _tags.deprecated(source.tags):
            values["availability"] = "deprecated"
        return stated(name=name, **values, flags=_tags.flags(source.tags), owner=whose) | _tags.spoken(source.tags)

    def _readers(self, source: DataSource) -> list[View]:
        return self.readers.get(source.key, [])

    def _served_by(self, source: DataSource) -> bool:
        return any(view.flavour == "feature" and self._served(view) for view in self._readers(source))

    def _in_production(self, source: DataSource) -> bool:
        """Whether a served view follows it, or a job has brought its rows into the online store; of a file on a developer's disk
        that proves nothing."""
        if source.carrier == "stream":
            return self._served_by(source)
        remote = source.physical is not None and ("://" in source.physical or "/" not in source.physical)
        return remote and any(
            view.flavour == "feature" and view.online and view.materialized for view in self._readers(source)
        )

    def _kind(self, source: DataSource) -> str | None:
        readers = self._readers(source)
        return "label" if readers and all(view.flavour == "label" for view in readers) else None

    def _twin(self, source: DataSource) -> str | None:
        """The stream, or what the application pushes, that carries the same rows sooner."""
        for fast in self.sources:
            if source.is_same(fast.batch) and fast.carrier == "stream":
                return _known_name(fast.physical)
            if source.is_same(fast.batch) and fast.carrier == "push" and self._served_by(fast):
                return fast.name
        return None

    # --- views and services ---

    def _of_views(self) -> Iterator[tuple[str, View, Entry]]:
        for view in self.views.values():
            source = view.source
            rows = _batch(view) or source
            entry = stated(
                name=view.name,
                availability=self._availability(view),
                latency=self._latency(view),
                period=self._period(view),
                kind="label" if view.flavour == "label" else None,
                grain=list(view.keys),
                event_time=rows.timestamp if rows is not None else None,
                available_at=rows.created if rows is not None else None,
                retention=written_duration(view.ttl) if view.ttl else None,
                columns=_columns(view.columns),
                flags=_tags.flags(view.tags),
                owner=_tags.owner(view.owner, view.tags),
            )
            yield "feature view", view, entry | _tags.spoken(view.tags)

    def _availability(self, view: View) -> str | None:
        if view.flavour == "label":
            return "training_only"
        if _tags.deprecated(view.tags):
            return "deprecated"
        if self._served(view):
            return "production"
        if view.flavour == "feature" and not self._ready(view):
            self._note(view, f"`{view.name}` {_why_not(view)}; state its availability if you know it")
        return None

    def _served(self, view: View, above: tuple[str, ...] = ()) -> bool:
        """Whether its features can be had at prediction time."""
        if self.unserved or view.flavour == "label" or view.name in above:
            return False
        if view.flavour == "on_demand":
            inputs = [self.views.get(name) for name in view.inputs if name not in self.requests]
            return all(found is not None and self._served(found, (*above, view.name)) for found in inputs)
        return self._ready(view)

    def _ready(self, view: View) -> bool:
        """Whether its own settings have it served; what is pushed or streamed needs no materialization."""
        fast = view.source is not None and view.source.carrier != "batch"
        return view.online and view.enabled and (fast or view.materialized is None or bool(view.materialized))

    def _latency(self, view: View) -> str | None:
        if view.flavour == "on_demand" and view.inputs and self.requests.issuperset(view.inputs):
            return "request"
        fast = view.source is not None and view.source.carrier == "stream"
        return "streaming" if fast and self._served(view) else None

    def _period(self, view: View) -> str | None:
        seen = observed(view.materialized or ())
        if seen is None:
            return None
        self._note(view, f"`{view.name}`: {seen}")
        return seen.period

    def _of_services(self) -> Iterator[tuple[str, Service, Entry]]:
        for service in self.services:
            parts = [(self.views.get(view), names) for view, names in service.features]
            columns: dict[str, str | None] = {}
            for view, names in parts:
                known = view.features if view is not None else {}
                columns.update({name: known.get(name) for name in (known if names is None else names)})
            served = bool(parts) and all(view is not None and self._served(view) for view, _ in parts)
            entry = stated(
                name=service.name,
                availability="production" if served else None,
                columns=_columns(columns),
                flags=_tags.flags(service.tags),
                owner=_tags.owner(service.owner, service.tags),
            )
            yield "feature service", service, entry | _tags.spoken(service.tags)


_CALLED = {"batch": "table", "stream": "stream", "push": "push source", "request": "request"}


def _with_batches(contents: Contents) -> Iterator[DataSource]:
    """All sources, also those that stand only inside of others or of views, each once."""
    found: set[tuple[str | None, ...]] = set()
    outer = (*contents.sources, *(view.source for view in contents.views if view.source is not None))
    for source in outer:
        for one in (source, source.batch):
            if one is not None and one.key not in found:
                found.add(one.key)
                yield one


def _batch(view: View) -> DataSource | None:
    return view.source.batch if view.source is not None and view.source.batch is not None else None


def _columns(types: Types) -> dict[str, object]:
    return {name: kind or {} for name, kind in types.items()}


def _why_not(view: View) -> str:
    if not view.online:
        return "is not served online (`online=False`)"
    return "is disabled" if not view.enabled else "has never been materialized, the online store has none of its rows"


def _known_name(physical: str | None) -> str | None:
    """A name as a catalog has it: of a table without unknown parts in front, of a path with wildcards for them; None if too
    little is left."""
    if not physical or "{" not in physical:
        return without_secrets(physical) if physical else None
    if is_path(physical):
        last = parts(physical)[-1]
        return _HOLE.sub("*", without_secrets(physical)) if "{" not in last and not physical.startswith("{") else None
    known = parts(physical)
    while known and "{" in known[0]:
        known = known[1:]
    return ".".join(known) if len(known) > 1 and "{" not in "".join(known) else None

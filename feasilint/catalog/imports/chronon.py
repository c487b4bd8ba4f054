"""Chronon: compiled group-bys, joins and staging queries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from feasilint.cadence import cadence
from feasilint.catalog.imports import _tags
from feasilint.catalog.imports._agreed import agreed_day, today
from feasilint.catalog.imports._chronon_confs import (
    Conf,
    Input,
    group_bys,
    inputs,
    is_fresh,
    is_on,
    is_temporal,
    read_confs,
)
from feasilint.catalog.imports._queried import column_of_query
from feasilint.catalog.imports.artefact import Imported, Note, listed, mapping, stated, text
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.imports.artefact import Entry

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_PARTITION = re.compile(r"(?P<table>[^/]+)/(?P<column>\w+)=\{\{")  # `db.table/ds={{ ds }}`
_DEFAULT_SCHEDULE, _NEVER = "@daily", "@never"
_DS = "ds"  # the partition of everything that Chronon writes
_DAILY = "1d"


def read(location: str) -> Iterator[Imported]:
    """What a conf, or all below a folder, say. Raises ArtefactError if there are none."""
    reader = _Confs()
    confs = list(read_confs(location, reader.notes))
    entries: dict[str, list[Entry]] = {}
    for path, entry in reader.entries(confs):
        entries.setdefault(path, []).append(entry)
    for path in dict.fromkeys((*entries, *(note.path for note in reader.notes))):
        told = tuple(dict.fromkeys(note for note in reader.notes if note.path == path))
        yield Imported("chronon", path, None, tuple(entries.get(path, ())), notes=told)


class _Confs:
    """The entries of confs: the tables that they write, and what these and others read."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def entries(self, confs: list[Conf]) -> Iterator[tuple[str, Entry]]:
        """Entries with the first file that speaks of them."""
        found: dict[str, tuple[str, Entry]] = {}
        for conf in confs:
            for entry in self._written(conf):
                self._take(found, conf.path, entry)
        written = set(found)
        for conf in confs:
            for source in inputs(conf):
                for entry in self._read(source):
                    if folded(str(entry["name"])) not in written:  # the job that writes it knows better
                        self._take(found, conf.path, entry)
        yield from found.values()

    def _take(self, found: dict[str, tuple[str, Entry]], path: str, entry: Entry) -> None:
        """Several confs read one table: what they say differently nobody knows."""
        _, first = found.setdefault(folded(str(entry["name"])), (path, entry))
        for key, value in entry.items():
            if first.setdefault(key, value) != value and key != "name":
                message = f"`{first['name']}` has two values of {key}, {first[key]} and {value}; the first counts"
                self.notes.append(Note(path, None, message))

    # --- tables that jobs write ---

    def _written(self, conf: Conf) -> Iterator[Entry]:
        table = conf.table
        if table is None:
            message = "its table has no namespace; state outputNamespace, or the namespace of its team in teams.json"
            self.notes.append(
                Note(conf.path, None, message if text(conf.meta.get("name")) else "this conf has no name")
            )
            return
        served = is_on(conf.meta.get("online")) and conf.kind != "staging_queries"
        if conf.kind == "group_bys" and not served and not text(conf.data.get("backfillStartDate")):
            return  # nothing is written, only joins make use of it
        said = self._said(conf)
        tags = {name: value for name, value in _tags_of(said).items() if isinstance(value, str)}
        over, ends = self._deprecation(conf)
        entry = stated(
            name=table,
            availability="deprecated" if over else "production" if served else None,
            **self._pace(conf, said, served=served),
            grain=_grain(conf),
            partition=None if _is_view(conf) else _DS,
            flags=[*_tags.flags(tags), *ends],
            owner=stated(team=text(conf.meta.get("team"))),
        )
        yield entry | _tags.spoken(tags) | mapping(said.get("feasilint"))
        if listed(mapping(conf.data.get("labelPart")).get("labels")):
            yield self._labels(conf, table)

    def _labels(self, conf: Conf, table: str) -> Entry:
        """The outcomes that are joined to the rows of a join once they are known."""
        part = mapping(conf.data.get("labelPart"))
        days = part.get("leftEndOffset")
        waits = f"{days}d" if isinstance(days, int) and not isinstance(days, bool) and days > 0 else None
        return stated(
            name=f"{table}_labels",
            availability="training_only",
            kind="label",
            **self._schedule(conf, mapping(part.get("metaData"))),
            blind_spot=waits,
            partition=_DS,
            owner=stated(team=text(conf.meta.get("team"))),
        )

    def _pace(self, conf: Conf, said: dict[str, object], *, served: bool) -> Entry:
        """How old values are: those that follow a stream are young once they are served, all others are as old as the job."""
        parts = group_bys(conf.data) if conf.kind == "joins" else [conf.data]
        if served and parts and all(map(is_fresh, parts)):
            return {"latency": "streaming"}
        if _is_view(conf):
            return {}
        slow = [mapping(part.get("metaData")) for part in parts if not is_fresh(part)] if served else []
        lags = [_lag(_custom(meta)) for meta in slow if meta is not conf.meta] + [_lag(said)]
        paces = [self._schedule(conf, meta) for meta in (conf.meta, *slow)]
        slowest = max(paces, key=lambda pace: _seconds(pace.get("period")))
        return slowest | stated(blind_spot=f"{max(lags)}d" if max(lags) else None)

    def _schedule(self, conf: Conf, meta: dict[str, object]) -> Entry:
        words = text(meta.get("offlineSchedule")) or _DEFAULT_SCHEDULE
        try:
            found = refreshed(words) if words != _NEVER else {}
        except ValueError as error:
            self.notes.append(Note(conf.path, None, str(error)))
            return {}
        return {
            key: value for key, value in found.items() if key == "period"
        }  # the offset is that of the first task alone

    def _deprecation(self, conf: Conf) -> tuple[bool, list[str]]:
        """Whether its end has come, and what is to be said of one that will."""
        said = text(conf.meta.get("deprecationDate"))
        if said is None:
            return False, []
        try:
            over = agreed_day(said) <= today()
        except ValueError as error:
            self.notes.append(Note(conf.path, None, f"deprecationDate: {error}"))
            return False, []
        return over, [] if over else [f"deprecated from {said}"]

    def _said(self, conf: Conf) -> dict[str, object]:
        """What somebody has added by keywords and tags."""
        raw = text(conf.meta.get("customJson"))
        found = _custom(conf.meta)
        if raw is not None and not found and raw != "{}":
            self.notes.append(Note(conf.path, None, "its customJson is no mapping; tags and lag are not read"))
        return found

    # --- tables and topics that jobs read ---

    def _read(self, source: Input) -> Iterator[Entry]:
        if source.kind == "events":
            yield from self._events(source)
        else:
            yield from self._entities(source)

    def _events(self, source: Input) -> Iterator[Entry]:
        query = mapping(source.data.get("query"))
        topic = _topic(source.data.get("topic"))
        yield from self._table(source, source.data.get("table"), query.get("timeColumn"), topic, kind="events")
        yield from self._stream(source, topic, _column(query.get("timeColumn"), "topic"))

    def _entities(self, source: Input) -> Iterator[Entry]:
        """A snapshot of each day; what changes in between comes as mutations."""
        query = mapping(source.data.get("query"))
        topic = _topic(source.data.get("mutationTopic"))
        moment = query.get("timeColumn")
        yield from self._table(source, source.data.get("snapshotTable"), moment, topic, kind="snapshot", period=_DAILY)
        changed = query.get("mutationTimeColumn")
        yield from self._table(source, source.data.get("mutationTable"), changed, topic, kind="events")
        yield from self._stream(source, topic, _column(changed, "topic"))

    def _table(self, source: Input, table: object, moment: object, topic: str | None, **more: str) -> Iterator[Entry]:
        name = (text(table) or "").split("/", 1)[0]  # `db.table/system=mobile` reads a part of it
        if not name:
            return
        if "{" in name:
            self.notes.append(
                Note(source.path, None, f"the table `{name}` is not known before its job runs; it is left out")
            )
            return
        stated_column = text(mapping(source.data.get("query")).get("partitionColumn"))
        yield stated(
            name=name,
            **more,
            event_time=_column(moment, name),
            partition=_waited_for(source, name) or stated_column,
            stream_twin=topic,
        )

    def _stream(self, source: Input, topic: str | None, event_time: str | None) -> Iterator[Entry]:
        if topic is not None:
            availability = "production" if source.served else None
            yield stated(name=topic, availability=availability, latency="streaming", event_time=event_time)


def _tags_of(said: dict[str, object]) -> dict[str, object]:
    return mapping(said.get("groupby_tags")) or mapping(said.get("join_tags"))


def _custom(meta: dict[str, object]) -> dict[str, object]:
    try:
        return mapping(json.loads(text(meta.get("customJson")) or "{}"))
    except (json.JSONDecodeError, RecursionError):
        return {}


def _lag(said: dict[str, object]) -> int:
    """How many days older a partition is than the one that a job would take by its day."""
    lag = said.get("lag")
    return lag if isinstance(lag, int) and not isinstance(lag, bool) and lag > 0 else 0


def _seconds(period: object) -> float:
    found = cadence(period) if isinstance(period, str) else None
    return found.longest if found is not None else 0


def _is_view(conf: Conf) -> bool:
    return conf.kind == "staging_queries" and is_on(conf.data.get("createView"))


def _grain(conf: Conf) -> list[str]:
    """The keys of a group-by with its day, and the moment if it is computed for moments; the identity of a join's rows."""
    if conf.kind == "joins":
        return [name for item in listed(conf.data.get("rowIds")) if (name := text(item)) is not None]
    keys = [name for item in listed(conf.data.get("keyColumns")) if (name := text(item)) is not None]
    return [*keys, _DS, *(["ts"] if is_temporal(conf.data) else [])] if keys else []


def _topic(value: object) -> str | None:
    """`kafka://topic/host=…/port=…`, or the bare topic."""
    words = text(value)
    if words is None:
        return None
    scheme, mark, rest = words.rpartition("://")
    name = rest.split("/", 1)[0]
    return f"{scheme if mark else 'kafka'}://{name}" if name and "{" not in name else None


def _column(expression: object, table: str) -> str | None:
    """The one column that an expression is made of."""
    words = text(expression)
    if words is None or _IDENTIFIER.fullmatch(words):
        return words
    found = column_of_query(f"SELECT {words} AS moment FROM {table}", "moment", "spark")  # noqa: S608
    return found[1] if found is not None else None


def _waited_for(source: Input, table: str) -> str | None:
    """The partition column that jobs wait for."""
    found = (_PARTITION.match(words) for words in source.waits)
    return next((match["column"] for match in found if match and match["table"] == table), None)

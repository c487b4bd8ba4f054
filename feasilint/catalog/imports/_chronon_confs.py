"""Compiled confs of Chronon: the thrift objects as JSON, below `group_bys`, `joins` and `staging_queries`, without an ending."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.imports.artefact import ArtefactError, Note, listed, mapping, read_text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("group_bys", "joins", "staging_queries")
_FOLDERS = frozenset(KINDS)
TEMPORAL = 0  # of the accuracies; the other one is of midnight
TEAMS = "teams.json"

_UNSAFE = re.compile(r"[^a-zA-Z0-9_]")
_ABOVE = 5  # folders above a conf in which the settings of the teams are looked for


class Conf(Struct, frozen=True):
    """A conf of a file. `kind` is the folder that it is in; `namespace` where its tables go by the settings of its team."""

    path: str
    kind: str
    data: dict[str, object]
    namespace: str | None = None

    @property
    def meta(self) -> dict[str, object]:
        return mapping(self.data.get("metaData"))

    @property
    def table(self) -> str | None:
        """The name of the table that its job writes."""
        name, namespace = text(self.meta.get("name")), text(self.meta.get("outputNamespace")) or self.namespace
        return f"{namespace}.{_UNSAFE.sub('_', name)}" if name and namespace else None


class Input(Struct, frozen=True):
    """A source of a conf with the metadata of the conf that reads it. `served`: whether that is served online."""

    path: str
    kind: str  # events or entities
    data: dict[str, object]
    served: bool
    waits: tuple[str, ...]


def read_confs(location: str, notes: list[Note]) -> Iterator[Conf]:
    """The confs of a file, or of all files below the folders of confs. Raises ArtefactError if there are none."""
    start = Path(location)
    found = [start] if start.is_file() else sorted(_files(start))
    teams: dict[Path, dict[str, object]] = {}
    count = 0
    for path in found:
        conf = _conf(path, teams, notes, alone=start.is_file())
        if conf is not None:
            count += 1
            yield conf
    if not count:
        what = "no compiled conf of Chronon" if found else f"no compiled confs below {', '.join(KINDS)}"
        raise ArtefactError(location, None, f"{what}; compile.py writes them, by default into the folder `production`")


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        source = path.suffix.startswith((".py", ".md", ".swp")) or path.name.startswith(".")
        if not source and not _FOLDERS.isdisjoint(path.parts[:-1]) and path.is_file():
            yield path


def _conf(path: Path, teams: dict[Path, dict[str, object]], notes: list[Note], *, alone: bool) -> Conf | None:
    name = path.as_posix()
    try:
        data = mapping(json.loads(read_text(name)))
    except ArtefactError as error:
        notes.append(error.note)
        return None
    except (json.JSONDecodeError, RecursionError) as error:
        if alone or not isinstance(error, json.JSONDecodeError) or error.pos:  # other files have no brace in front
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            notes.append(Note(name, line, "not JSON; compile it again"))
        return None
    kind = _kind(path, data)
    if kind is None or not mapping(data.get("metaData")):
        return None
    return Conf(name, kind, data, _namespace(path, mapping(data.get("metaData")), teams))


def _kind(path: Path, data: dict[str, object]) -> str | None:
    """The nearest folder that says it, else what only such a conf has."""
    named = next((part for part in reversed(path.parts[:-1]) if part in KINDS), None)
    if named is not None:
        return named
    signs = {
        "joinParts": "joins",
        "left": "joins",
        "keyColumns": "group_bys",
        "sources": "group_bys",
        "query": "staging_queries",
    }
    return next((kind for sign, kind in signs.items() if sign in data), None)


def _namespace(path: Path, meta: dict[str, object], teams: dict[Path, dict[str, object]]) -> str | None:
    """The namespace of the team, else that of all teams, by the nearest settings above."""
    for folder in list(path.parents)[:_ABOVE]:
        if folder not in teams:
            teams[folder] = _teams(folder / TEAMS)
        if teams[folder]:
            team = text(meta.get("team")) or str(meta.get("name")).split(".", 1)[0]
            found = (mapping(teams[folder].get(name)).get("namespace") for name in (team, "default"))
            return next(filter(None, map(text, found)), None)
    return None


def _teams(path: Path) -> dict[str, object]:
    try:
        return mapping(json.loads(read_text(str(path)))) if path.is_file() else {}
    except (ArtefactError, json.JSONDecodeError, RecursionError):  # its absence costs names, which is told there
        return {}


# --- what a conf reads ---


def inputs(conf: Conf) -> Iterator[Input]:
    """The sources of a conf and of the confs inside it."""
    if conf.kind == "group_bys":
        yield from _of_group_by(conf.data, conf.path, 0)
    elif conf.kind == "joins":
        yield from _of_join(conf.data, conf.path, 0)


def group_bys(join: dict[str, object]) -> list[dict[str, object]]:
    """The group-bys that a join takes its features from."""
    return [mapping(mapping(part).get("groupBy")) for part in listed(join.get("joinParts"))]


def is_on(value: object) -> bool:
    """Whether a flag is set; thrift writes 1."""
    return value is True or (value == 1 and not isinstance(value, float))


def is_fresh(group_by: dict[str, object]) -> bool:
    """Whether its values follow a stream: by its accuracy, which is that of moments if a topic is there and nothing is said."""
    streams = any(_topic(mapping(source), 0) for source in listed(group_by.get("sources")))
    return streams and group_by.get("accuracy", TEMPORAL) == TEMPORAL


def is_temporal(group_by: dict[str, object]) -> bool:
    """Whether it is computed for moments, and not for midnights."""
    return is_fresh(group_by) or group_by.get("accuracy") == TEMPORAL


_DEEP = 20  # joins of group-bys of joins


def _topic(source: dict[str, object], deep: int) -> object:
    joined = mapping(mapping(source.get("joinSource")).get("join"))
    if joined and deep < _DEEP:
        return _topic(mapping(joined.get("left")), deep + 1)
    events, entities = mapping(source.get("events")), mapping(source.get("entities"))
    return text(events.get("topic")) or text(entities.get("mutationTopic"))


def _of_group_by(data: dict[str, object], path: str, deep: int) -> Iterator[Input]:
    meta = mapping(data.get("metaData"))
    for source in listed(data.get("sources")):
        yield from _of_source(mapping(source), meta, path, deep)


def _of_join(data: dict[str, object], path: str, deep: int) -> Iterator[Input]:
    yield from _of_source(mapping(data.get("left")), mapping(data.get("metaData")), path, deep)
    labels = listed(mapping(data.get("labelPart")).get("labels"))
    externals = [
        mapping(mapping(part).get("source")).get("offlineGroupBy") for part in listed(data.get("onlineExternalParts"))
    ]
    parts = [*group_bys(data), *(mapping(mapping(label).get("groupBy")) for label in labels), *map(mapping, externals)]
    for part in parts:
        yield from _of_group_by(part, path, deep)


def _of_source(source: dict[str, object], meta: dict[str, object], path: str, deep: int) -> Iterator[Input]:
    waits = tuple(found for dependency in listed(meta.get("dependencies")) if (found := _spec(dependency)) is not None)
    for kind in ("events", "entities"):
        data = mapping(source.get(kind))
        if data:
            yield Input(path, kind, data, is_on(meta.get("online")), waits)
    joined = mapping(mapping(source.get("joinSource")).get("join"))
    if joined and deep < _DEEP:
        yield from _of_join(joined, path, deep + 1)


def _spec(dependency: object) -> str | None:
    """The partition that a job waits for: bare, or in the JSON of a dependency."""
    words = text(dependency)
    if words is None or not words.startswith("{"):
        return words
    try:
        return text(mapping(json.loads(words)).get("spec"))
    except (json.JSONDecodeError, RecursionError):
        return None

"""A feature repository of Feast: a folder with `feature_store.yaml` and the Python files that define sources and views.

As Feast does, only what the top level of a file has a name for counts; nothing is imported or run.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.catalog.imports._feast import (
    DUMMY,
    ON_DISK,
    Contents,
    DataSource,
    Service,
    View,
    carrier_of,
    dialect_of,
    physical_of,
)
from feasilint.catalog.imports._objects import Hole, Made, Named, Project, folder_of_project, objects
from feasilint.catalog.imports.artefact import ArtefactError, Note, mapping, read_text, read_yaml, text
from feasilint.ir import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.catalog.imports._feast import Flavour, Types

SETTINGS = "feature_store.yaml"

_IGNORED = (".git", ".venv", "**/.ipynb_checkpoints", "**/.pytest_cache", "**/__pycache__")
_FLAVOURS: dict[str, Flavour] = {
    "FeatureView": "feature", "BatchFeatureView": "feature", "StreamFeatureView": "feature", "stream_feature_view": "feature",
    "batch_feature_view": "feature", "OnDemandFeatureView": "on_demand", "on_demand_feature_view": "on_demand",
    "LabelView": "label",
}  # fmt: skip
_OFFLINE = frozenset({"BatchFeatureView"})  # unless it says otherwise; its decorator is online
_POSITIONS = {  # what may be given without a name, in any version
    "Entity": ("name", "value_type"), "Field": ("name", "dtype"), "Feature": ("name", "dtype"), "Array": ("of",), "Set": ("of",),
    "FeatureView": ("name", "entities", "ttl"), "FeatureService": ("name", "features"), "RequestSource": ("name", "schema"),
    "Duration": ("seconds",),
}  # fmt: skip
_METHODS = dict.fromkeys(_FLAVOURS, "feast.view")  # `view[["a", "b"]]`
_TYPES = {"float32": "float", "float64": "double"}
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ABSOLUTE = re.compile(r"[/\\{]|[A-Za-z]:[/\\]")
_OFFLINE_PARTS = {  # what an offline store states for the sources of a class
    "SnowflakeSource": ("snowflake", ("database", "schema")),
    "RedshiftSource": ("redshift", ("database",)),
}


class Settings(Struct, frozen=True):
    """What `feature_store.yaml` says: where tables lie, and why nothing is known to be served, if so."""

    folder: str
    offline: Mapping[str, object]
    unserved: str | None


def repositories(location: str) -> Iterator[str]:
    """The folders with a `feature_store.yaml` at or below a location, as they are named from it."""
    start = Path(location)
    if start.is_file():
        yield posixpath.dirname(location) or "."
        return
    found = sorted(path.parent.as_posix() for path in start.rglob(SETTINGS) if not _hidden(path.relative_to(start)))
    if not found:
        raise ArtefactError(
            location, None, f"no {SETTINGS} here; name a feature repository or what `feast registry-dump` wrote"
        )
    yield from found


def read_repository(folder: str) -> Contents:
    """What the files of a repository declare."""
    path = posixpath.join(folder, SETTINGS) if folder != "." else SETTINGS
    notes: list[Note] = []
    settings = _settings(folder, path, notes)
    made: dict[tuple[object, ...], Made] = {}
    root = folder_of_project(folder)
    project = Project(("feast", "google.protobuf"), root, (folder, root), _METHODS)
    for file in _files(folder):
        code = read_text(file)
        reading = objects(file, code, project)
        notes.extend(reading.notes if "feast" in code else ())  # what is wrong elsewhere is nobody's concern here
        for item in reading.objects:  # a file that another one imports is met twice
            called = [_text(_given(item, name)) for name in ("name", "table", "path")]
            made.setdefault((item.kind, item.path, item.line, *called), item)
    reader = _Reader(settings, dict(filter(None, map(_entity, made.values()))))
    found = [reader.declared(item) for item in made.values()]
    return Contents(
        path,
        "feast repository",
        tuple(item for item in found if isinstance(item, DataSource)),
        tuple(item for item in found if isinstance(item, View)),
        tuple(item for item in found if isinstance(item, Service)),
        None,
        settings.unserved,
        (*notes, *dict.fromkeys(reader.notes)),
    )


def _settings(folder: str, path: str, notes: list[Note]) -> Settings:
    try:
        stated = mapping(read_yaml(path))
    except ArtefactError as error:
        notes.append(error.note)
        return Settings(
            folder, {}, f"{SETTINGS} cannot be read; whether its views are served in production is not known"
        )
    return Settings(folder, mapping(stated.get("offline_store")), _unserved(stated))


def _unserved(stated: dict[str, object]) -> str | None:
    store = stated.get("online_store", "sqlite" if stated.get("provider", "local") == "local" else "")
    if store is None:
        return f"{SETTINGS} has no online store; nothing is served in production from here"
    kind = str(mapping(store).get("type", "sqlite")) if isinstance(store, dict) else str(store)
    return ON_DISK if kind.endswith(("sqlite", "SqliteOnlineStore", ".db")) else None


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in ("node_modules", "site-packages") for part in path.parts[:-1])


def _files(folder: str) -> Iterator[str]:
    """The Python files that Feast would import."""
    root = Path(folder)
    ignored = {path for pattern in (*_IGNORED, *_ignored(root)) for path in _matching(root, pattern)}
    for path in sorted(root.rglob("*.py")):
        if path.name != "__init__.py" and path.is_file() and ignored.isdisjoint((path, *path.parents)):
            yield path.as_posix()


def _ignored(root: Path) -> list[str]:
    file = root / ".feastignore"
    lines = read_text(str(file)).split("\n") if file.is_file() else []
    return [line.strip() for text in lines if (line := text.split("#", 1)[0]).strip()]


def _matching(root: Path, pattern: str) -> Iterable[Path]:
    try:
        return list(root.glob(pattern))
    except (ValueError, NotImplementedError):  # an absolute or empty pattern matches nothing here
        return []


class _Reader:
    """Objects of Feast's classes as what they declare; what is not known of them is noted."""

    def __init__(self, settings: Settings, entities: Mapping[str, tuple[str, str | None]]) -> None:
        self.settings = settings
        self.entities = entities
        self.notes: list[Note] = []

    def declared(self, item: Made) -> DataSource | View | Service | None:
        """What an object declares; None if it is something else, or nobody knows its name."""
        if item.kind in _FLAVOURS:
            return self._view(item, _FLAVOURS[item.kind])
        if item.kind.endswith("Source"):
            return self._source(item)
        return self._service(item) if item.kind == "FeatureService" else None

    def _note(self, item: Made, message: str) -> None:
        self.notes.append(Note(item.path, item.line, message))

    def _name(self, item: Made, what: str) -> str | None:
        name = _text(_given(item, "name"))
        if name is None or "{" in name:
            self._note(item, f"the name of this {what} depends on what only a run knows; it is left out")
            return None
        return name

    # --- sources ---

    def _source(self, value: object) -> DataSource | None:
        if not isinstance(value, Made) or not value.kind.endswith("Source"):
            return None
        options = {name: _text(_given(value, name)) for name in value.given}
        if value.kind == "FileSource" and "0" in value.given:
            options["path"] = _text(value.given["0"])
        store, parts = _OFFLINE_PARTS.get(value.kind, ("", ()))
        if store in str(self.settings.offline.get("type")):
            options |= {part: options.get(part) or text(self.settings.offline.get(part)) for part in parts}
        physical = self._located(physical_of(options), value)
        return DataSource(
            name=options.get("name") or physical or "",
            carrier=carrier_of(value.kind),
            physical=physical,
            query=options.get("query"),
            dialect=dialect_of(value.kind),
            timestamp=options.get("timestamp_field") or options.get("event_timestamp_column"),
            created=options.get("created_timestamp_column"),
            partition=options.get("date_partition_column"),
            batch=self._source(value.get("batch_source")),
            fields=_types(value.get("schema", "1")),
            owner=options.get("owner"),
            tags=_tags(value),
            path=value.path,
            line=value.line,
        )

    def _located(self, physical: str | None, item: Made) -> str | None:
        """Paths are relative to the repository."""
        if physical is None or item.kind != "FileSource" or "://" in physical or _ABSOLUTE.match(physical):
            return physical
        path = posixpath.normpath(physical)
        within = path.startswith(f"{self.settings.folder}/")  # put together from `__file__`
        return path if within else posixpath.normpath(posixpath.join(self.settings.folder, path))

    # --- views and services ---

    def _view(self, item: Made, flavour: Flavour) -> View | None:
        name = self._name(item, "view")
        if name is None:
            return None
        keys = dict(self._key(value) for value in _items(_given(item, "entities")))
        keys.pop(DUMMY, None)
        schema = _types(item.get("schema", "features"))
        features = {column: kind for column, kind in schema.items() if column not in keys}
        given = item.get("source", "stream_source", "batch_source", "input", "sources", "inputs", "0")
        inputs = tuple(self._inputs(given, item)) if flavour == "on_demand" or not _is_source(given) else ()
        source = self._source(given)
        if source is None and not inputs and flavour != "label":
            self._note(item, f"the source of `{name}` is not known{_from(given)}; state in the catalog what it reads")
        if isinstance(batch := item.get("batch_source"), Made) and source is not None and source.batch is None:
            source = source if source.carrier == "batch" else replace(source, batch=self._source(batch))
        return View(
            name=name,
            flavour=flavour,
            keys=tuple(keys),
            columns={**{key: schema.get(key, kind) for key, kind in keys.items()}, **features},
            features=features,
            ttl=_seconds(_given(item, "ttl")),
            online=item.given.get("online", item.kind not in _OFFLINE) is not False,
            enabled=item.given.get("enabled") is not False,
            source=source,
            inputs=inputs,
            owner=_text(item.get("owner")),
            tags=_tags(item),
            path=item.path,
            line=item.line,
        )

    def _key(self, value: object) -> tuple[str, str | None]:
        """The join key of an entity, which older versions only name, and its type."""
        found = _entity(value) if isinstance(value, Made) else None
        name = _text(value) or "{entity}"
        return found[1] if found is not None else self.entities.get(name, (name, None))

    def _inputs(self, value: object, view: Made) -> Iterator[str]:
        """The names of the views and requests that a view is computed from."""
        items = list(value.values()) if isinstance(value, dict) else _items(value)
        for item in items:
            name = _text(_given(item, "name")) if isinstance(item, Made) else None
            if name is not None:
                yield name
            else:
                self._note(
                    view, f"one of the inputs of this view is not known{_from(item)}; its availability is not stated"
                )
                yield ""

    def _service(self, item: Made) -> Service | None:
        name = self._name(item, "service")
        if name is None:
            return None
        views = [view for view in _items(_given(item, "features")) if isinstance(view, Made)]
        return Service(
            name=name,
            features=tuple(
                (called, _chosen(view)) for view in views if (called := _text(_given(view, "name"))) is not None
            ),
            owner=_text(item.get("owner")),
            tags=_tags(item),
            path=item.path,
            line=item.line,
        )


# --- values ---


def _given(item: Made, name: str) -> object:
    """What was given under a name or at its place."""
    places = _POSITIONS.get(item.kind, ())
    value = item.given.get(name)
    return item.given.get(str(places.index(name))) if value is None and name in places else value


def _text(value: object) -> str | None:
    """Text with holes where only a run knows it."""
    if isinstance(value, Hole):
        return f"{{{value.text}}}"
    return text(value)


def _from(value: object) -> str:
    word = value.text if isinstance(value, Hole) else value.name if isinstance(value, Named) else None
    return f" (`{word}`)" if word else ""


def _is_source(value: object) -> bool:
    return (
        isinstance(value, Hole | Named) or value is None or (isinstance(value, Made) and value.kind.endswith("Source"))
    )


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if isinstance(value, Made) else []


def _entity(item: Made) -> tuple[str, tuple[str, str | None]] | None:
    """The name of an entity, with its join key and the key's type."""
    name = _text(_given(item, "name"))
    if item.kind != "Entity" or name is None:
        return None
    keys = [_text(key) for key in _items(item.get("join_keys"))]
    return name, (next(iter(keys), None) or _text(item.get("join_key")) or name, _type(_given(item, "value_type")))


def _chosen(view: Made) -> tuple[str, ...] | None:
    chosen = view.given.get("chosen")
    return tuple(name for item in _items(chosen) if (name := _text(item)) is not None) if chosen is not None else None


def _types(value: object) -> Types:
    """Types of columns: of fields, of what they were called before, and of a mapping."""
    if isinstance(value, dict):
        return {name: _type(kind) for name, kind in value.items()}
    fields = [item for item in _items(value) if isinstance(item, Made)]
    return {name: _type(_given(item, "dtype")) for item in fields if (name := _text(_given(item, "name"))) is not None}


def _type(value: object) -> str | None:
    """A type as the registry calls it: `float`, `int64_list`."""
    if isinstance(value, Named):
        word = _SNAKE.sub("_", value.name.rsplit(".", 1)[-1]).lower()
        return _TYPES.get(word, word)
    if not isinstance(value, Made):
        return None
    if value.kind in ("Array", "Set"):
        inner = _type(_given(value, "of") or value.get("base_type"))
        nested = inner is None or inner.endswith(("_list", "_set"))
        return f"{'value' if nested else inner}_{'list' if value.kind == 'Array' else 'set'}"
    return value.kind.lower()


def _tags(item: Made) -> dict[str, str]:
    tags = item.given.get("tags")
    return {name: found for name, value in mapping(tags).items() if (found := _text(value)) is not None}


def _seconds(value: object) -> float:
    """A `timedelta`, or the `Duration` of older versions."""
    if isinstance(value, Interval):
        return max(value.total_seconds, 0)
    seconds = _given(value, "seconds") if isinstance(value, Made) else None
    return float(seconds) if isinstance(seconds, int | float) else 0

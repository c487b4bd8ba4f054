"""A catalog as JSON and back. What few readers need (columns, places) is decoded when somebody looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import astuple

from feasilint.catalog.model import (
    Catalog,
    ColumnEntry,
    KeyVolume,
    Mark,
    ModelEntry,
    Owner,
    PredictionPoint,
    Provenance,
    SourceEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")
_Row: TypeAlias = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


class Lazy(Mapping[str, V]):
    """A mapping that is made when it is first looked at."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], dict[str, V]]) -> None:
        self._make = make
        self._made: dict[str, V] | None = None

    @property
    def _content(self) -> dict[str, V]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> V:
        return self._content[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)


def encode(catalog: Catalog, paths: tuple[str, ...]) -> str:
    """The catalog as lines of JSON: the first one holds all but the details, which it refers to by their line. Places name files
    by their index in `paths`."""
    writer = _Writer({path: number for number, path in enumerate(paths)})
    content = {
        "points": [writer.row(point) for point in catalog.prediction_points],
        "models": [writer.row(model) for model in catalog.models],
        "sources": [writer.row(source) for source in catalog.sources],
    }
    return "\n".join((_dumps(content), *writer.details))


def decode(text: str, paths: tuple[str, ...], root: str) -> Catalog:
    """The catalog in these lines. Raises ValueError, KeyError, IndexError or TypeError if there is none."""
    first, *details = text.split("\n")
    content = json.loads(first)
    reader = _Reader(paths, details)
    return Catalog(
        paths[0],
        root,
        tuple(PredictionPoint(**reader.arguments(row)) for row in content["points"]),
        tuple(ModelEntry(**reader.arguments(row)) for row in content["models"]),
        tuple(SourceEntry(**reader.arguments(row)) for row in content["sources"]),
    )


class _Writer(Struct):
    index: dict[str, int]
    details: list[str] = field(default_factory=list)

    def row(self, entry: Any) -> _Row:
        """The fields that are stated: as JSON gives them back, lists that were tuples, and those that need a decoder."""
        plain: dict[str, Any] = {}
        lists: dict[str, Any] = {}
        special: dict[str, Any] = {}
        for name in entry.__struct_fields__:
            value = getattr(entry, name)
            if value is None or value == () or value == {}:
                continue
            if name in _ENCODERS:
                special[name] = _ENCODERS[name](self, value)
            else:
                (lists if isinstance(value, tuple) else plain)[name] = value
        return plain, lists, special

    def owner(self, owner: Owner) -> object:
        return [owner.team, owner.contact]

    def mark(self, mark: Mark) -> list[int]:
        return [self.index[mark.path], mark.line, mark.column]

    def provenance(self, records: tuple[Provenance, ...]) -> object:
        return [self.row(record) for record in records]

    def keys(self, keys: Mapping[str, KeyVolume | str]) -> object:
        return {name: key if isinstance(key, str) else [*astuple(key)] for name, key in keys.items()}

    def columns(self, columns: Mapping[str, ColumnEntry]) -> int:
        return self._detail([self.row(column) for column in columns.values()])

    def marks(self, marks: Mapping[str, Mark]) -> int:
        return self._detail({name: self.mark(mark) for name, mark in marks.items()})

    def _detail(self, value: object) -> int:
        self.details.append(_dumps(value))
        return len(self.details) - 1


class _Reader(Struct, frozen=True):
    paths: tuple[str, ...]
    details: list[str]

    def arguments(self, row: _Row) -> dict[str, Any]:
        """The arguments of an entry."""
        plain, lists, special = row
        arguments = dict(plain)
        for name, value in lists.items():
            arguments[name] = tuple(value)
        for name, value in special.items():
            arguments[name] = _DECODERS[name](self, value)
        return arguments

    def owner(self, value: list[str | None]) -> Owner:
        return Owner(*value)

    def mark(self, value: list[int]) -> Mark:
        return Mark(self.paths[value[0]], value[1], value[2])

    def keys(self, value: dict[str, list[float | None] | str]) -> dict[str, KeyVolume | str]:
        return {name: key if isinstance(key, str) else KeyVolume(*key) for name, key in value.items()}

    def provenance(self, rows: list[_Row]) -> tuple[Provenance, ...]:
        return tuple(Provenance(**self.arguments(row)) for row in rows)

    def columns(self, line: int) -> Lazy[ColumnEntry]:
        return Lazy(partial(_columns, self.details[line], self.paths))

    def marks(self, line: int) -> Lazy[Mark]:
        return Lazy(partial(_marks, self.details[line], self.paths))


def _columns(text: str, paths: tuple[str, ...]) -> dict[str, ColumnEntry]:
    reader = _Reader(paths, [])
    entries = (ColumnEntry(**reader.arguments(row)) for row in json.loads(text))
    return {entry.name: entry for entry in entries}


def _marks(text: str, paths: tuple[str, ...]) -> dict[str, Mark]:
    reader = _Reader(paths, [])
    return {name: reader.mark(mark) for name, mark in json.loads(text).items()}


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_ENCODERS: dict[str, Callable[[_Writer, Any], object]] = {
    "owner": _Writer.owner,
    "mark": _Writer.mark,
    "marks": _Writer.marks,
    "keys": _Writer.keys,
    "provenance": _Writer.provenance,
    "columns": _Writer.columns,
}
_DECODERS: dict[str, Callable[[_Reader, Any], object]] = {
    "owner": _Reader.owner,
    "mark": _Reader.mark,
    "marks": _Reader.marks,
    "keys": _Reader.keys,
    "provenance": _Reader.provenance,
    "columns": _Reader.columns,
}

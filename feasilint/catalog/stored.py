"""A catalog as JSON and back. What few readers need (columns, places) is decoded when somebody looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from feasilint.catalog.model import (
    Catalog,
    ColumnEntry,
    KeyVolume,
    Mark,
    ModelEntry,
    Owner,
    PredictionPoint,
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
    """The catalog as one line of JSON; places name files by their index in `paths`."""
    index = {path: number for number, path in enumerate(paths)}
    return _dumps(
        {
            "points": [_row(point, index) for point in catalog.prediction_points],
            "models": [_row(model, index) for model in catalog.models],
            "sources": [_row(source, index) for source in catalog.sources],
        }
    )


def decode(text: str, paths: tuple[str, ...], root: str) -> Catalog:
    """The catalog in this JSON. Raises ValueError, KeyError or TypeError if it is none."""
    stored = json.loads(text)
    return Catalog(
        paths[0],
        root,
        tuple(PredictionPoint(**_values(row, paths)) for row in stored["points"]),
        tuple(ModelEntry(**_values(row, paths)) for row in stored["models"]),
        tuple(SourceEntry(**_values(row, paths)) for row in stored["sources"]),
    )


# --- encoding -----------------------------------------------------------------------------------------------------------


def _row(entry: Any, index: dict[str, int]) -> _Row:
    """The fields that are stated: as JSON gives them back, lists that were tuples, and those that need a decoder."""
    plain: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    special: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value is None or value == () or value == {}:
            continue
        if field.name in _ENCODERS:
            special[field.name] = _ENCODERS[field.name](value, index)
        else:
            (lists if isinstance(value, tuple) else plain)[field.name] = value
    return plain, lists, special


def _encode_owner(owner: Owner, _index: dict[str, int]) -> object:
    return [owner.team, owner.contact]


def _encode_mark(mark: Mark, index: dict[str, int]) -> object:
    return [index[mark.path], mark.line, mark.column]


def _encode_keys(keys: Mapping[str, KeyVolume], _index: dict[str, int]) -> object:
    return {name: [key.distinct, key.active_per_day, key.max_rows_per_day] for name, key in keys.items()}


def _encode_columns(columns: Mapping[str, ColumnEntry], index: dict[str, int]) -> object:
    return _dumps([_row(column, index) for column in columns.values()])


def _encode_marks(marks: Mapping[str, Mark], index: dict[str, int]) -> object:
    return _dumps({name: _encode_mark(mark, index) for name, mark in marks.items()})


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_ENCODERS: dict[str, Callable[[Any, dict[str, int]], object]] = {
    "owner": _encode_owner,
    "mark": _encode_mark,
    "marks": _encode_marks,
    "keys": _encode_keys,
    "columns": _encode_columns,
}


# --- decoding -----------------------------------------------------------------------------------------------------------


def _values(row: _Row, paths: tuple[str, ...]) -> dict[str, Any]:
    """The arguments of an entry."""
    plain, lists, special = row
    arguments = dict(plain)
    for name, value in lists.items():
        arguments[name] = tuple(value)
    for name, value in special.items():
        arguments[name] = _DECODERS[name](value, paths)
    return arguments


def _decode_owner(value: list[str | None], _paths: tuple[str, ...]) -> Owner:
    return Owner(*value)


def _decode_mark(value: list[int], paths: tuple[str, ...]) -> Mark:
    return Mark(paths[value[0]], value[1], value[2])


def _decode_keys(value: dict[str, list[float | None]], _paths: tuple[str, ...]) -> dict[str, KeyVolume]:
    return {name: KeyVolume(*key) for name, key in value.items()}


def _decode_columns(text: str, paths: tuple[str, ...]) -> Lazy[ColumnEntry]:
    return Lazy(partial(_columns, text, paths))


def _decode_marks(text: str, paths: tuple[str, ...]) -> Lazy[Mark]:
    return Lazy(partial(_marks, text, paths))


def _columns(text: str, paths: tuple[str, ...]) -> dict[str, ColumnEntry]:
    entries = (ColumnEntry(**_values(row, paths)) for row in json.loads(text))
    return {entry.name: entry for entry in entries}


def _marks(text: str, paths: tuple[str, ...]) -> dict[str, Mark]:
    return {name: _decode_mark(mark, paths) for name, mark in json.loads(text).items()}


_DECODERS: dict[str, Callable[[Any, tuple[str, ...]], object]] = {
    "owner": _decode_owner,
    "mark": _decode_mark,
    "marks": _decode_marks,
    "keys": _decode_keys,
    "columns": _decode_columns,
}

"""A catalog as bytes and back. Of a large one few sources are ever looked at, so each is decoded when it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from msgspec import Raw, Struct, msgpack
from msgspec.structs import force_setattr

from feasilint.catalog.index import First, Index
from feasilint.catalog.model import (
    Budgets,
    Catalog,
    ColumnEntry,
    KeyVolume,
    Mark,
    Match,
    ModelEntry,
    Owner,
    PredictionPoint,
    Prices,
    Provenance,
    RuleEntry,
    RuleExample,
    SourceEntry,
    Windows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    _Marked = PredictionPoint | ModelEntry | SourceEntry | RuleEntry | Prices | Budgets | Windows

_KEPT = (
    Catalog,
    Prices,
    Budgets,
    SourceEntry,
    ColumnEntry,
    KeyVolume,
    Owner,
    Provenance,
    ModelEntry,
    PredictionPoint,
    RuleEntry,
    Match,
    RuleExample,
    Mark,
)
SHAPE = "; ".join(f"{kind.__name__} {' '.join(kind.__struct_fields__)}" for kind in _KEPT)  # decoding goes by it


class _Names(Struct, array_like=True):
    """The parts of an index."""

    exact: Raw
    shards: Raw
    tails: Raw
    patterns: Raw
    written: Raw


class _Content(Struct, array_like=True):
    points: tuple[PredictionPoint, ...]
    models: tuple[ModelEntry, ...]
    sources: tuple[Raw, ...]
    prices: Prices
    budgets: Budgets
    windows: Windows
    rules: tuple[RuleEntry, ...]
    names: _Names


_CONTENT = msgpack.Decoder(_Content)
_SOURCE = msgpack.Decoder(SourceEntry)
_FIRST = msgpack.Decoder(First)
_TAILS = msgpack.Decoder(dict[str, list[int]])
_PATTERNS = msgpack.Decoder(list[tuple[str, int]])
_WRITTEN = msgpack.Decoder(list[str])


def encode(catalog: Catalog) -> bytes:
    """The catalog and the index of its names."""
    packed = msgpack.encode
    index = Index(catalog.sources)
    content = _Content(
        catalog.prediction_points,
        catalog.models,
        tuple(Raw(packed(source)) for source in catalog.sources),
        catalog.prices,
        catalog.budgets,
        catalog.windows,
        catalog.rules,
        _Names(*(Raw(packed(getattr(index, part))) for part in _Names.__struct_fields__)),
    )
    return packed(content)


def decode(data: memoryview, path: str, root: str, moved: Mapping[str, str]) -> Catalog:
    """The catalog in these bytes. `moved`: what files are called now, by what they were called then. Raises ValueError."""
    content = _CONTENT.decode(data)
    singles = (content.prices, content.budgets, content.windows)
    entries: tuple[_Marked, ...] = (*content.points, *content.models, *content.rules, *singles)
    for entry in entries:
        _move(entry, moved)
    sources = KeptSources(content.sources, content.names, moved)
    return Catalog(path, root, content.points, content.models, sources, *singles, content.rules)


class KeptIndex(Index):
    """An index that is decoded part by part."""

    def __init__(self, names: _Names) -> None:
        self._names = names

    @cached_property
    def exact(self) -> First:
        return _FIRST.decode(self._names.exact)

    @cached_property
    def shards(self) -> First:
        return _FIRST.decode(self._names.shards)

    @cached_property
    def tails(self) -> dict[str, list[int]]:
        return _TAILS.decode(self._names.tails)

    @cached_property
    def patterns(self) -> list[tuple[str, int]]:
        return _PATTERNS.decode(self._names.patterns)

    @cached_property
    def written(self) -> list[str]:
        return _WRITTEN.decode(self._names.written)


class KeptSources(Sequence[SourceEntry]):
    """The sources of a catalog that was kept; equal to a tuple of them. `known` is the index of their names."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, rows: tuple[Raw, ...], names: _Names, moved: Mapping[str, str]) -> None:
        self._rows = rows
        self._moved = moved
        self._made: dict[int, SourceEntry] = {}
        self.known = KeptIndex(names)

    @overload
    def __getitem__(self, at: int) -> SourceEntry: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[SourceEntry, ...]: ...
    def __getitem__(self, at: int | slice) -> SourceEntry | tuple[SourceEntry, ...]:
        numbers = range(len(self._rows))
        return (
            tuple(self._entry(number) for number in numbers[at]) if isinstance(at, slice) else self._entry(numbers[at])
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[SourceEntry]:
        return (self._entry(number) for number in range(len(self._rows)))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (KeptSources, tuple)) else NotImplemented

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type, tuple[tuple[SourceEntry, ...]]]:
        return tuple, (tuple(self),)

    def _entry(self, number: int) -> SourceEntry:
        entry = self._made.get(number)
        if entry is None:
            entry = self._made[number] = _SOURCE.decode(self._rows[number])
            _move(entry, self._moved)
        return entry


def index_of(sources: Sequence[SourceEntry]) -> Index:
    """The index of the names of these sources, which those that were kept have with them."""
    return sources.known if isinstance(sources, KeptSources) else Index(sources)


def _move(entry: _Marked, moved: Mapping[str, str]) -> None:
    """Call the files of an entry that nobody has seen yet what they are called now."""
    if moved:
        for mark in _marks(entry):
            if mark is not None:
                force_setattr(mark, "path", moved.get(mark.path, mark.path))


def _marks(entry: _Marked) -> Iterator[Mark | None]:
    if isinstance(entry, Prices | Budgets | Windows):
        yield from entry.marks.values()
        return
    yield entry.mark
    if isinstance(entry, ModelEntry | SourceEntry):
        yield from (record.mark for record in entry.provenance)
    if isinstance(entry, SourceEntry):
        yield from entry.marks.values()
        yield from entry.overridden.values()
        yield from (column.mark for column in entry.columns.values())

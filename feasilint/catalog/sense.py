"""Values of one entry that cannot be true together."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.catalog.names import folded
from feasilint.durations import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.catalog.layers import Layers
    from feasilint.catalog.schema import PredictionPointSchema, SourceSchema
    from feasilint.catalog.tree import Path, Problem

    _Said: TypeAlias = tuple[Path, str]


def problems(layers: Layers) -> Iterator[Problem]:
    """What is wrong with each entry, at the value that is to be looked at first."""
    for entry in layers.sources:
        yield from (entry.place(path).problem(message) for path, message in of_source(entry.schema))
    for entry in layers.points:
        yield from (entry.place(path).problem(message) for path, message in _mode(entry.schema))


def of_source(source: SourceSchema) -> Iterator[_Said]:
    """What is wrong with one source: the path of a value in it, and why that cannot be true."""
    for check in _OF_SOURCES:
        yield from check(source)


def _job(source: SourceSchema) -> Iterator[_Said]:
    """A job that starts after its next one, or that sees only what is deleted already."""
    period, offset, blind, kept = source.period, source.offset, source.blind_spot, source.retention
    if period is not None and offset is not None and offset >= period:
        yield ("offset",), f"a job that starts every {duration(period)} has an offset below that"
    if blind is not None and kept is not None and blind >= kept:
        yield ("blind_spot",), f"rows are kept for {duration(kept)} only: no job would ever see one"


def _volumes(source: SourceSchema) -> Iterator[_Said]:
    """Parts that are larger than the whole."""
    rows = source.rows_per_day
    for name, key in source.keys.items():
        if key.max_rows_per_day is not None and rows is not None and key.max_rows_per_day > rows:
            yield ("keys", name, "max_rows_per_day"), f"the whole source has {rows:,.0f} rows per day"
        if key.active_per_day is not None and key.distinct is not None and key.active_per_day > key.distinct:
            yield ("keys", name, "active_per_day"), f"there are only {key.distinct:,.0f} different values"


def _itself(source: SourceSchema) -> Iterator[_Said]:
    """A source that stands in for itself."""
    names = {folded(name) for name in (source.name, *source.aliases)}
    if source.use_instead is not None and folded(source.use_instead) in names:
        yield ("use_instead",), "this is the source itself; name another one, or leave the key out"
    if source.stream_twin is not None and folded(source.stream_twin) == folded(source.name):
        yield ("stream_twin",), "this is the source itself; name its stream, or leave the key out"


_OF_SOURCES: tuple[Callable[[SourceSchema], Iterable[_Said]], ...] = (_job, _volumes, _itself)


def _mode(point: PredictionPointSchema) -> Iterator[_Said]:
    """A time of a run where nothing runs."""
    if point.run_at is not None and point.mode != "batch":
        yield ("run_at",), f"only a batch run has a time of day, and the mode is {point.mode}"

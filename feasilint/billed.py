"""How many bytes of a row a scan is billed for, and how often a day it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.cadence import cadence
from feasilint.ir import Write
from feasilint.ir.expressions import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Program, Source
    from feasilint.ledger import Use
    from feasilint.rule import Feature

_DAY = 86_400.0
_WIDTHS: tuple[tuple[re.Pattern[str], float], ...] = tuple(  # logical bytes of a value, as BigQuery counts them
    (re.compile(pattern), width)
    for pattern, width in (
        (r"bool", 1), (r"tinyint|int8\b|byte", 1), (r"smallint|int2\b|int16", 2),
        (r"(big|u)?int|long|serial|float|double|real|date|time|timestamp", 8),
        (r"decimal|numeric|number|money|uuid|interval", 16), (r"str|text|(n?var)?char", 20),
    )
)  # fmt: skip
_UNTYPED = 8.0
_INCREMENTAL = ("incremental", "dynamic", "materialized view", "materialized_view", "streaming")
_CLASSES = {"hourly": 24.0, "daily": 1.0}


class Billed(Struct, frozen=True):
    """Bytes of one row: of the `columns` that are read, each with its width, no more than the `whole` row. `guessed` are the
    columns whose type nobody declares, or that have no fixed width."""

    columns: tuple[tuple[str, float], ...]
    whole: float | None = None
    guessed: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        found = sum(width for _, width in self.columns) or _UNTYPED
        return min(found, self.whole) if self.whole is not None else found


class Refreshes(Struct, frozen=True):
    """How often a day something is computed, and who says so; `assumed` if nobody does."""

    per_day: float
    why: str
    assumed: bool = False


def billed_bytes(entry: SourceEntry | None, source: Source, features: Iterable[Feature]) -> Billed:
    """The columns of a source that the features read, as values or in conditions, with the widths of their declared types."""
    read = (one for feature in features for one in feature.inputs if one.source == source and one.column != "*")
    names = {fold(one.column): one.column for one in read}
    types = {fold(name): column.type for name, column in entry.columns.items()} if entry is not None else {}
    found = [(name, _width(types.get(key))) for key, name in sorted(names.items())]
    return Billed(
        tuple((name, width or _UNTYPED) for name, width in found),
        entry.row_bytes if entry is not None else None,
        tuple(name for name, width in found if width in (None, 20)),
    )


def width_of(entry: SourceEntry, column: str) -> float:
    """Bytes of a value of a column: by its declared type, else those of most types."""
    declared = next((one.type for name, one in entry.columns.items() if fold(name) == fold(column)), None)
    return _width(declared) or _UNTYPED


def _width(declared: str | None) -> float | None:
    if declared is None:
        return None
    return next((width for pattern, width in _WIDTHS if pattern.match(declared.lower())), None)


def incremental(use: Use, programs: Mapping[str, Program]) -> bool:
    """Whether all tables that the document of an aggregation writes are kept incrementally, as their project says."""
    program = programs.get(use.aggregation.place.path)
    sinks = program.sinks if program is not None else ()
    made = [
        sink.refresh for sink in sinks if isinstance(sink, Write) and sink.target is not None and not sink.temporary
    ]
    kinds = [(one.materialized or "").lower() if one is not None else "" for one in made]
    return bool(kinds) and all(any(word in kind for word in _INCREMENTAL) for kind in kinds)


def refreshes(use: Use, programs: Mapping[str, Program], matcher: Matcher | None, assumed: float) -> Refreshes:
    """How often an aggregation is computed: as the table is made that its document writes, as its model is run, as its source is
    loaded, else as often as is assumed."""
    stated = (*_of_tables(use, programs, matcher), *_of_point(use), *_of_source(use.read.entry))
    return next(iter(stated), Refreshes(assumed, "which is assumed (--refreshes)", assumed=True))


def _of_tables(use: Use, programs: Mapping[str, Program], matcher: Matcher | None) -> Iterator[Refreshes]:
    program = programs.get(use.aggregation.place.path)
    for sink in program.sinks if program is not None else ():
        if not isinstance(sink, Write) or sink.target is None or sink.temporary:
            continue
        entry = matcher.find(sink.target, use.aggregation.place.path) if matcher is not None else None
        if entry is not None and entry.period:
            yield Refreshes(_DAY / entry.period, f"`period` of `{entry.name}`")
        elif sink.refresh is not None and sink.refresh.every is not None:
            yield from _of_schedule(sink.refresh.every, sink.target.name)


def _of_schedule(every: str, table: str) -> Iterator[Refreshes]:
    try:
        found = cadence(every)
    except ValueError:
        return
    if found is not None:
        yield Refreshes(_DAY / found.longest, f"schedule `{every}` of `{table}`")


def _of_point(use: Use) -> Iterator[Refreshes]:
    point = use.feature.point
    if point is not None and point.mode == "batch":
        yield Refreshes(1, f"the batch run of `{point.name}`, taken for a daily one", assumed=point.run_at is None)


def _of_source(entry: SourceEntry | None) -> Iterator[Refreshes]:
    if entry is None:
        return
    if entry.period:
        yield Refreshes(_DAY / entry.period, f"as often as `{entry.name}` is loaded (`period`)")
    elif entry.latency in _CLASSES:
        yield Refreshes(_CLASSES[entry.latency], f"as often as `{entry.name}` is loaded (`{entry.latency}`)")

"""Which aggregations accumulate the events of a key, and which inputs those events are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.expressions import spelled
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.measure.names import eventful

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.model import SourceEntry
    from feasilint.measure.model import Aggregation, Input

_STATES = ("snapshot", "scd1", "scd2", "dimension")  # kinds whose rows are states: a window over them counts no events
_ABSENT = ("training_only", "vendor")
_STATELESS = frozenset({"any", "lag", "last", "lead", "ewm"})  # no summary of history, or one that forgets it


def events(inputs: Iterable[Input], aggregation: Aggregation) -> list[Input]:
    """The inputs of a measure that are events which production has; those whose values it takes, if it takes any.

    Where it is not known what a measure reads, it may be any input of its feature.
    """
    sources = aggregation.gathers or aggregation.sources
    own = [read for read in inputs if read.source in sources or not sources]
    found = [read for read in own if eventlike(read.entry)]
    told = [read for read in found if read.role == "value"] or found
    return sorted(told, key=lambda read: ((read.source, read.column) not in aggregation.values, *_telling(read)))


def _telling(read: Input) -> tuple[object, ...]:
    """Which input of a measure stands for all: one of events, by its entry or its name; without a value the event time, else a
    key, else a condition; and of those the one that the code reads first."""
    time = read.entry.event_time if read.entry is not None else None
    events = time is not None or eventful(read.source.name)
    return not events, read.role != "value", read.column != time, read.role != "group_by", _position(read)


def _position(read: Input) -> tuple[str, int, int]:
    place = read.read
    span = place.span if place is not None else None
    if place is None or span is None:
        return ("", 0, 0)
    return place.path, -1 if span.cell is None else span.cell, span.line


def eventlike(entry: SourceEntry | None) -> bool:
    """Whether the rows of a source may be events that production has."""
    return entry is None or (entry.kind not in _STATES and entry.availability not in _ABSENT)


def accumulates(aggregation: Aggregation) -> bool:
    """Whether an aggregation gathers up the rows of a key: no rank, no date that is written once."""
    return aggregation.function not in _STATELESS and _summarises(aggregation) and not _is_a_date(aggregation)


def _is_a_date(aggregation: Aggregation) -> bool:
    """The first or last time of something: one timestamp per key, which is written once or overwritten."""
    names, time = aggregation.arguments, aggregation.extent.time_column
    dates = bool(names) and (all(map(timelike, names)) or (time is not None and spelled(time) in names))
    return aggregation.function in ("min", "max", "first", "last") and dates


def _summarises(aggregation: Aggregation) -> bool:
    """Not a rank, and of a growing frame neither end: the last value is that of the row, the first one never changes. A row
    number counts rows, so that only with a frame it is a value. A running sum of ones, over all rows, only numbers them."""
    if aggregation.running:
        if aggregation.function == "sum" and not aggregation.keys and not aggregation.values:
            return False
        return aggregation.function == "row_number" or not (
            aggregation.function in ("first", "last") or traits(aggregation.function).ordinal
        )
    return bool(aggregation.keys) and not traits(aggregation.function).ordinal

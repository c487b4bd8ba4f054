"""Doubts that a catalog gives rise to by itself, without looking at the code that reads its sources."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from feasilint.catalog.care.doubt import Doubt, of_source
from feasilint.catalog.match import Matcher
from feasilint.catalog.model import LATENCY_AGES
from feasilint.catalog.names import folded, is_wild
from feasilint.durations import duration
from feasilint.ir import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.catalog.model import Catalog, SourceEntry

_UNSERVED = frozenset({"deprecated", "vendor", "sandbox", "training_only"})
_ONE_COLUMN = ("event_time", "available_at", "partition")
_COLUMNS = ("grain", "keys", "bounded_keys")
_SLACK = 4.0  # a class and a period may differ by this factor before they contradict each other


def doubts(catalog: Catalog, today: date, stale_after: float) -> Iterator[Doubt]:
    """All of them. `stale_after`: the age in seconds from which on an import is old."""
    for check in _OF_SOURCES:
        for entry in catalog.sources:
            yield from check(entry)
    yield from _claimed_twice(catalog)
    yield from _shadowed(catalog)
    yield from _references(catalog, Matcher(catalog))
    yield from _points(catalog)
    yield from _stale(catalog, today, stale_after)


def _columns(entry: SourceEntry) -> Iterator[Doubt]:
    """Keys that name a column which is not listed while one with nearly the same name is. A list need not be a whole one."""
    known = [name.casefold() for name in entry.columns]
    named: list[tuple[str, str]] = [(key, column) for key in _ONE_COLUMN if (column := getattr(entry, key))]
    named += [(key, column) for key in _COLUMNS for column in getattr(entry, key)]
    for key, column in named:
        if column.casefold() not in known:
            for near in get_close_matches(column.casefold(), known, 1, 0.8):
                said = f"{key} names `{column}`, which is not among the columns; did you mean `{near}`?"
                yield of_source(entry, key, "missing-column", said)


def _ages(entry: SourceEntry) -> Iterator[Doubt]:
    """Statements about age that cannot all be right."""
    age = entry.staleness
    if age is None:
        return
    if entry.period is not None and entry.worst_age is not None and entry.latency in LATENCY_AGES:
        low, high = sorted((age.worst, entry.worst_age))
        if high > low * _SLACK and entry.worst_age > 0:
            said = f"latency {entry.latency} means {duration(entry.worst_age)}, the period gives {duration(age.worst)}"
            yield of_source(entry, "latency", "contradicting-age", f"{said}; the period counts, so drop one of the two")
    if entry.measured_age is not None and entry.measured_age > age.worst:
        said = f"a row was found {duration(entry.measured_age)} old, older than {duration(age.worst)} at worst"
        yield of_source(entry, "measured_age", "contradicting-age", f"{said}; check the period or the latency")
    if entry.promised_within is not None and entry.promised_within < age.least:
        said = f"promised within {duration(entry.promised_within)}, but never younger than {duration(age.least)}"
        yield of_source(entry, "promised_within", "contradicting-age", f"{said}; correct one of the two")


def _kinds(entry: SourceEntry) -> Iterator[Doubt]:
    """What a source of its kind should say."""
    if entry.kind == "events" and entry.event_time is None:
        yield of_source(
            entry, "kind", "no-clock", "a source of events without event_time; say which column has the time"
        )
    late = any(column.known_after is not None for column in entry.columns.values())
    if entry.kind == "label" and not late:
        yield of_source(
            entry, "kind", "no-delay", "labels, and no column says known_after; say how long after the event they exist"
        )
    if entry.availability == "deprecated" and entry.use_instead is None:
        yield of_source(entry, "availability", "no-replacement", "deprecated, and nothing says what to use_instead")


_OF_SOURCES: tuple[Callable[[SourceEntry], Iterator[Doubt]], ...] = (_columns, _ages, _kinds)


def _claimed_twice(catalog: Catalog) -> Iterator[Doubt]:
    """Names that two entries have: a lookup finds the first only, so that one may never be found at all."""
    first: dict[str, SourceEntry] = {}
    for entry in catalog.sources:
        names = list(dict.fromkeys(folded(name) for name in (entry.name, *entry.aliases)))
        others = {name: first.setdefault(name, entry) for name in names}
        if all(other is not entry for other in others.values()):
            said = f"no lookup finds it: all its names are those of {_there(others[names[0]])}; put what it says there"
            yield of_source(entry, "name", "unreachable-source", said)
            continue
        for name, other in others.items():
            if other is not entry:
                key = "name" if name == names[0] else "aliases"
                said = f"`{name}` is a name of {_there(other)}, too, where it is looked up; remove one of the two"
                yield of_source(entry, key, "claimed-twice", said)


def _shadowed(catalog: Catalog) -> Iterator[Doubt]:
    """Patterns that never count, because one declared before them with the same beginning fits all that they fit."""
    by_start: dict[str, list[tuple[str, SourceEntry]]] = {}
    for entry in catalog.sources:
        for name in (folded(name) for name in (entry.name, *entry.aliases) if is_wild(name)):
            start = name[: min(name.find(char) for char in "*?[" if char in name)]
            before = by_start.setdefault(start, [])
            over = next((one for one in before if one[1] is not entry and fnmatchcase(name, one[0])), None)
            if over is not None:
                said = f"`{name}` never counts: `{over[0]}` of {_there(over[1])} fits the same and comes first; put it behind"
                yield of_source(entry, "name", "shadowed-pattern", said)
            before.append((name, entry))


def _references(catalog: Catalog, matcher: Matcher) -> Iterator[Doubt]:
    """Sources that entries speak of."""
    for entry in catalog.sources:
        for key in ("use_instead", "stream_twin"):
            name = getattr(entry, key)
            if not isinstance(name, str) or " " in name:  # a sentence is advice
                continue
            other = matcher.find(Source(name, "stream" if key == "stream_twin" else "table"))
            if other is None:
                yield of_source(
                    entry, key, "undeclared-name", f"{key}: nothing is known about `{name}`; add an entry for it"
                )
            elif key == "use_instead" and other.availability in _UNSERVED:
                said = f"use_instead: `{name}` is {other.availability} itself; name a source that production has"
                yield of_source(entry, key, "bad-replacement", said)


def _points(catalog: Catalog) -> Iterator[Doubt]:
    used = {model.prediction_point for model in catalog.models}
    for point in catalog.prediction_points:
        if point.name not in used:
            said = "no model is called here; name it in a model's prediction_point, or remove it"
            yield Doubt(point.mark, "idle-prediction-point", point.name, said)
    for model in catalog.models:
        if model.prediction_point is None:
            said = (
                "no prediction_point: its findings have the mildest of their severities; say where the model is called"
            )
            yield Doubt(model.mark, "no-prediction-point", model.name, said)


def _stale(catalog: Catalog, today: date, stale_after: float) -> Iterator[Doubt]:
    """Imports that nobody has repeated for long."""
    entries: Iterable[tuple[str, object]] = (
        *((entry.name, entry.provenance) for entry in catalog.sources),
        *((model.name, model.provenance) for model in catalog.models),
    )
    for name, records in entries:
        for record in records if isinstance(records, tuple) else ():
            age = (today - date.fromisoformat(record.as_of)).days if record.as_of else 0
            if age * 86_400 > stale_after:
                said = f"what {record.origin} says is {age} days old; import it again, or remove what it no longer says"
                yield Doubt(record.mark, "stale-provenance", name, said)


def _there(entry: SourceEntry) -> str:
    return f"{entry.name} ({entry.mark.path}:{entry.mark.line})" if entry.mark else entry.name

"""The service levels of an ODCS contract, as keys of a catalog for the tables that they are said of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.catalog.imports._agreed import (
    agreed_day,
    agreed_duration,
    agreed_retention,
    how_often,
    time_of_availability,
    today,
)
from feasilint.catalog.imports._contract_words import is_of_loading
from feasilint.catalog.imports._types import is_temporal
from feasilint.catalog.imports.artefact import Entry, listed, mapping, text, written_duration
from feasilint.catalog.names import folded
from feasilint.catalog.scalars import positive_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feasilint.catalog.imports._contract import Notes, Table
    from feasilint.catalog.tree import Path

_SYNONYMS = {
    "ly": "latency", "fy": "frequency", "re": "retention", "es": "endofsupport", "el": "endoflife", "ga": "generalavailability",
    "freshness": "latency",
}  # fmt: skip
_ENDS = {"endofsupport": "end of support", "endoflife": "end of life"}
_FOREVER = frozenset({"unlimited", "forever", "infinite", "never", "-1"})
_DAILY = ("1d", "24h", "P1D", "PT24H")


class Agreed(Struct, frozen=True):
    """The tables with their levels, and what is said of the contract as a whole. `ended`: why it is over, if it is."""

    tables: tuple[Table, ...]
    flags: tuple[str, ...]
    ended: str | None


class _Level(Struct, frozen=True):
    """One service level. `elements` are the tables and columns that it is about, empty for all."""

    name: str
    item: Entry
    path: Path
    elements: tuple[str, ...]


def agreed(data: Entry, tables: Sequence[Table], notes: Notes) -> Agreed:
    """Every level at the tables that it is about; levels that say nothing to a catalog are passed over."""
    found: dict[str, Entry] = {table.name: {} for table in tables}
    flags: list[str] = []
    ended = None
    for level in _levels(data):
        try:
            if level.name in _ENDS:
                day = agreed_day(level.item.get("value"))
                flags.append(f"{_ENDS[level.name]} {day.isoformat()}")
                ended = flags[-1] if day <= today() else ended
            elif level.name in _READERS:
                said = _READERS[level.name](level.item)
                for table in _about(level, tables, notes):
                    found[table.name] = _joined(found[table.name], said | _clock(level, table))
        except ValueError as error:
            notes.add((*level.path, "value"), f"{text(level.item.get('property'))} is not taken over: {error}")
    return Agreed(tuple(replace(table, levels=_written(found[table.name])) for table in tables), tuple(flags), ended)


def _levels(data: Entry) -> Iterator[_Level]:
    everywhere = text(data.get("slaDefaultElement"))
    for index, item in enumerate(map(mapping, listed(data.get("slaProperties")))):
        word = re.sub(r"[\s_-]", "", text(item.get("property")) or "").lower()
        elements = (text(item.get("element")) or everywhere or "").split(",")
        about = tuple(element.strip() for element in elements if element.strip())
        yield _Level(_SYNONYMS.get(word, word), item, ("slaProperties", index), about)


def _latency(item: Entry) -> Entry:
    return {"promised_within": agreed_duration(item.get("value"), item.get("unit"))}


def _retention(item: Entry) -> Entry:
    value = str(item.get("value")).strip()
    return {"retention": "never" if value.lower() in _FOREVER else agreed_retention(value, item.get("unit"))}


def _frequency(item: Entry) -> Entry:
    """The schedule if one is stated: it is more exact than the number."""
    schedule, value, unit = (text(item.get(key)) for key in ("schedule", "value", "unit"))
    if schedule is not None or (value is not None and unit is None):
        return how_often(schedule or value or "")
    period = agreed_duration(value, unit)
    positive_duration(period)
    return {"period": period}


def _time_of_availability(item: Entry) -> Entry:
    return {"offset": float(time_of_availability(str(item.get("value"))))}


_READERS: dict[str, Callable[[Entry], Entry]] = {
    "latency": _latency,
    "retention": _retention,
    "frequency": _frequency,
    "timeofavailability": _time_of_availability,
}


def _about(level: _Level, tables: Sequence[Table], notes: Notes) -> Iterator[Table]:
    """The tables that a level is about: named, or the only ones with such a column."""
    if not level.elements:
        yield from tables
    for element in level.elements:
        named = [table for table in tables if _column(element, table) is not None]
        if not named:
            last = folded(element).rpartition(".")[2]
            named = [table for table in tables if last in map(folded, table.columns)]
        if len(named) == 1:
            yield named[0]
        elif tables:
            notes.add((*level.path, "element"), f"`{element}` is no element of this contract; write it as table.column")


def _column(element: str, table: Table) -> str | None:
    """The column that an element names in a table, empty for the table as such; None if it is about another one."""
    whole = folded(element)
    for name in (table.name, table.physical):
        if whole == folded(name):
            return ""
        if whole.startswith(f"{folded(name)}."):
            return whole.removeprefix(f"{folded(name)}.")
    return None


def _clock(level: _Level, table: Table) -> Entry:
    """The time that a latency is measured on: that of the event, or that at which a row was there."""
    last = {folded(element).rpartition(".")[2] for element in level.elements}
    names = [name for name, column in table.columns.items() if folded(name) in last and is_temporal(column.get("type"))]
    if level.name != "latency" or len(names) != 1:
        return {}
    return {"available_at" if is_of_loading(names[0]) else "event_time": names[0]}


def _joined(known: Entry, said: Entry) -> Entry:
    """What was said first counts; of several times of availability the latest."""
    times = [seconds for seconds in (known.get("offset"), said.get("offset")) if isinstance(seconds, float)]
    return said | known | ({"offset": max(times)} if times else {})


def _written(levels: Entry) -> Entry:
    """A time of day says something of a daily period only."""
    seconds = levels.get("offset")
    if not isinstance(seconds, float):
        return levels
    others = {key: value for key, value in levels.items() if key != "offset"}
    return others | ({"offset": written_duration(seconds)} if others.get("period") in _DAILY else {})

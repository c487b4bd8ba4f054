"""What imported values change in an entry of a catalog: hand edits stay, earlier imports are brought up to date.

An entry's provenance has a record for each artefact, with the keys that were taken from it and a fingerprint of each value.
So it is known of every key whether the value is still the one that was imported:

- a key that the entry lacks is added; one that was imported before and has been deleted since stays away;
- a value that is still the imported one is replaced, or removed if the artefact does not state it any more;
- a value that somebody wrote stays. Mappings are completed item by item, lists of names united, and where the two say different
  things that is told, until the artefact says what it said before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from msgspec import Struct, field
from pydantic import BaseModel, ValidationError

from feasilint.catalog.fingerprint import fingerprint, texted
from feasilint.catalog.schema import ModelSchema, PredictionPointSchema, SourceSchema
from feasilint.catalog.sense import of_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.imports.artefact import Imported

Data: TypeAlias = "dict[str, object]"  # an entry as YAML has it, scalars as text

SHAPES: dict[str, type[BaseModel]] = {
    "sources": SourceSchema,
    "models": ModelSchema,
    "prediction_points": PredictionPointSchema,
}
_REQUIRED: dict[type[BaseModel], Data] = {  # what an entry needs so that one of its keys can be looked at
    SourceSchema: {"name": "x"},
    ModelSchema: {"name": "x", "paths": ["x"]},
    PredictionPointSchema: {"mode": "batch"},
}
_UNITED = frozenset({"aliases", "flags", "bounded_keys", "paths"})
_BARE = {"columns": "type", "keys": "distinct"}  # what bare text of an item stands for
_BY_NAME = frozenset(_BARE)  # a list of names stands for a mapping
_OF_THE_ENTRY = frozenset({"name", "provenance"})


class Merged(Struct, frozen=True):
    """An entry with what was imported. `conflicts`: keys that keep another value than the artefact's, in words."""

    entry: Data
    conflicts: tuple[str, ...] = ()


class _Merging(Struct):
    """The merging of one entry of one artefact; `recorded`: the fingerprints of the last time, `keys`: those of this time."""

    entry: Data
    shape: type[BaseModel]
    origin: str
    recorded: dict[str, str]
    overwrite: bool
    keys: dict[str, str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    def take(self, key: str, wanted: object) -> None:
        """Merge one key that the artefact states."""
        present = self.entry.get(key)
        before = self.recorded.get(key)
        if self.overwrite or (_nothing(key, present) and before is None):
            self._put(key, wanted)
        elif _nothing(key, present) or before == fingerprint(wanted):
            self.keys[key] = before or fingerprint(wanted)
        elif before == fingerprint(present):
            self._put(key, wanted)
        elif not _same(self.shape, key, present, wanted):
            self._reconcile(key, present, wanted)

    def drop(self, key: str) -> None:
        """Remove a key that the artefact does not state any more, if its value is still the imported one."""
        if fingerprint(self.entry.get(key)) == self.recorded[key]:
            self.entry.pop(key, None)

    def _put(self, key: str, value: object) -> None:
        self.entry[key] = value
        self.keys[key] = fingerprint(value)

    def _reconcile(self, key: str, present: object, wanted: object) -> None:
        """Somebody wrote another value by hand."""
        if key in _BY_NAME:
            present = dict.fromkeys(present) if isinstance(present, list) else present
        if isinstance(present, dict) and isinstance(wanted, dict):
            self.entry[key] = self._completed(key, present, wanted)
            self.keys[key] = fingerprint(wanted)
        elif key in _UNITED:
            self.entry[key] = list(dict.fromkeys([*_names(present), *_names(wanted)]))
            self.keys[key] = fingerprint(wanted)
        else:
            self._tell(key, present, wanted)

    def _completed(self, where: str, present: Data, wanted: Data) -> Data:
        """A mapping with the items that it lacks, at any depth."""
        known = {name.casefold(): name for name in present}
        completed = dict(present)
        for item, value in wanted.items():
            name = known.get(item.casefold(), item)
            there = completed.get(name)
            if there in (None, {}):
                completed[name] = value
                continue
            path = f"{where}.{name}"
            if where in _BY_NAME:
                there, value = _spelled_out(where, there), _spelled_out(where, value)
            if isinstance(there, dict) and isinstance(value, dict):
                both = self._completed(path, there, value)
                completed[name] = both if both != there else completed[name]
            elif texted(there) != texted(value):
                self._tell(path, there, value)
        return completed

    def _tell(self, where: str, present: object, wanted: object) -> None:
        self.conflicts.append(f"{where} stays {_shown(present)}; {self.origin} says {_shown(wanted)}")


def merged(have: Data, want: Data, imported: Imported, section: str, today: str, *, overwrite: bool = False) -> Merged:
    """An entry of a section with what an artefact states of it. `today` (ISO) stands in for a day that it does not tell."""
    taken = records(have.get("provenance"))
    own = _own(taken, imported)
    work = _Merging(dict(have), SHAPES[section], imported.origin, _keys(own), overwrite)
    for key, value in want.items():
        if key not in _OF_THE_ENTRY:
            work.take(key, _brief(key, texted(value)))
    for key in work.recorded:
        if key not in want:
            work.drop(key)
    _make_sense(work, have)
    entry = work.entry
    kept = [record for record in taken if record is not own]
    if work.keys:
        kept.append(_record(imported, today, work.keys))
    entry.pop("provenance", None)
    if kept:
        entry["provenance"] = kept
    return Merged(entry, tuple(work.conflicts))


def _make_sense(work: _Merging, have: Data) -> None:
    """Give up imported values that cannot be true beside what somebody wrote."""
    while complaints := _complaints(work.shape, work.entry):
        for key in [key for key in work.keys if work.entry.get(key) != have.get(key)]:
            without = {name: value for name, value in {**work.entry, key: have.get(key)}.items() if value is not None}
            if len(_complaints(work.shape, without)) < len(complaints):
                said = complaints[0].removeprefix(f"{key}: ")
                work.conflicts.append(f"{key} is not taken over: {said}")
                work.entry = without
                del work.keys[key]
                break
        else:
            return


def _complaints(shape: type[BaseModel], entry: Data) -> list[str]:
    """What cannot be true together in an entry."""
    if shape is not SourceSchema:
        return []
    try:
        source = SourceSchema.model_validate(entry)
    except ValidationError:
        return []
    return [f"{'.'.join(map(str, path))}: {message}" for path, message in of_source(source)]


def taken_from(entry: Data, imported: Imported) -> bool:
    """Whether an entry has values of this artefact."""
    return _own(records(entry.get("provenance")), imported) is not None


def _record(imported: Imported, today: str, keys: dict[str, str]) -> Data:
    return {"from": imported.origin, "path": imported.path, "as_of": imported.as_of or today, "keys": keys}


def records(provenance: object) -> list[Data]:
    """The records of an entry's provenance, however they are written."""
    items = provenance if isinstance(provenance, list) else [provenance]
    return [dict(item) if isinstance(item, dict) else {"from": item} for item in items if item]


def _own(taken: list[Data], imported: Imported) -> Data | None:
    """The record of this artefact; of one that has moved, if it is the only one of its kind."""
    same = [record for record in taken if record.get("from") == imported.origin]
    exact = [record for record in same if record.get("path") == imported.path]
    found = exact or (same if len(same) == 1 else [])
    return found[0] if found else None


def _keys(record: Data | None) -> dict[str, str]:
    keys = (record or {}).get("keys")
    return {key: str(value) for key, value in keys.items()} if isinstance(keys, dict) else {}


def _nothing(key: str, value: object) -> bool:
    return value is None or (key == "availability" and value == "unknown")


def _same(shape: type[BaseModel], key: str, one: object, other: object) -> bool:
    """Whether two ways of writing a value mean the same, as `24h` and `1d`."""
    return texted(one) == texted(other) or _meaning(shape, key, one) == _meaning(shape, key, other) is not None


def _meaning(shape: type[BaseModel], key: str, value: object) -> object:
    try:
        return getattr(shape.model_validate({**_REQUIRED[shape], key: value}), key)
    except ValidationError:
        return None


def _brief(key: str, value: object) -> object:
    """Columns and keys of which only one thing is known, as bare text."""
    if key not in _BY_NAME or not isinstance(value, dict):
        return value
    return {name: _bare(key, item) for name, item in value.items()}


def _bare(key: str, item: object) -> object:
    only = _BARE[key]
    return item[only] if isinstance(item, dict) and list(item) == [only] else item or None


def _spelled_out(key: str, value: object) -> object:
    """Bare text of a column or a key as the mapping that it stands for."""
    return {_BARE[key]: value} if isinstance(value, str) else value


def _names(value: object) -> Iterable[str]:
    return [value] if isinstance(value, str) else cast("list[str]", value) if isinstance(value, list) else ()


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)

"""The entries of a catalog to the values that the engine uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from feasilint.catalog.model import (
    LATENCY_AGES,
    Budgets,
    Catalog,
    ColumnEntry,
    KeyVolume,
    LatencyClass,
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
from feasilint.catalog.tree import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from feasilint.catalog.layers import Entry, Layers
    from feasilint.catalog.schema import ColumnSchema, OwnerSchema
    from feasilint.catalog.tree import Path

    _Single = TypeVar("_Single", Prices, Budgets, Windows)


def catalog(layers: Layers, path: str | None, root: str) -> Catalog:
    """The catalog of these entries."""
    ages: dict[LatencyClass, float] = dict(LATENCY_AGES)
    ages.update({entry.name: entry.schema for entry in layers.ages})  # type: ignore[misc]
    return Catalog(
        path,
        root,
        tuple(PredictionPoint(entry.name, **_fields(entry.schema), mark=_key_mark(entry)) for entry in layers.points),
        tuple(_model(entry) for entry in layers.models),
        tuple(_source(entry, ages) for entry in layers.sources),
        _single(layers.single.get("prices"), Prices),
        _single(layers.single.get("budgets"), Budgets),
        _single(layers.single.get("windows"), Windows),
        tuple(_rule(entry) for entry in layers.rules),
    )


def _single(entry: Entry | None, kind: type[_Single]) -> _Single:
    if entry is None:
        return kind()
    stated = {key: value for key, value in _fields(entry.schema).items() if value is not None}
    return kind(**stated, marks=_key_marks(entry, ()))


def _model(entry: Entry) -> ModelEntry:
    fields = _fields(entry.schema)
    fields["owner"] = _owner(entry.schema.owner)
    fields["provenance"] = tuple(_provenance(entry))
    return ModelEntry(**fields, mark=_mark(entry, ()))


def _rule(entry: Entry) -> RuleEntry:
    rule = entry.schema
    fields = _fields(rule)
    fields["match"] = Match(**_fields(rule.match))
    fields["examples"] = tuple(RuleExample(**_fields(example)) for example in rule.examples)
    return RuleEntry(**fields, mark=_mark(entry, ()))


def _source(entry: Entry, ages: dict[LatencyClass, float]) -> SourceEntry:
    source = entry.schema
    fields = _fields(source)
    fields["availability"] = source.availability or "unknown"
    fields["worst_age"] = None if source.latency is None else ages[source.latency]
    fields["keys"] = {name: KeyVolume(**_fields(key)) for name, key in source.keys.items()}
    fields["columns"] = _columns(source.columns, _key_marks(entry, ("columns",)))
    fields["owner"] = _owner(source.owner)
    fields["provenance"] = tuple(_provenance(entry))
    return SourceEntry(
        **fields,
        mark=_mark(entry, ()),
        marks=_key_marks(entry, ()),
        overridden={spelled(path): place.mark for path, place in entry.overridden.items()},
    )


def _columns(columns: dict[str, ColumnSchema], marks: dict[str, Mark]) -> dict[str, ColumnEntry]:
    return {name: ColumnEntry(name, **column.__dict__, mark=marks.get(name)) for name, column in columns.items()}


def _provenance(entry: Entry) -> Iterator[Provenance]:
    for index, record in enumerate(entry.schema.provenance):
        yield Provenance(**_fields(record), mark=_mark(entry, ("provenance", index)))


def _mark(entry: Entry, path: Path) -> Mark | None:
    """Data that comes from no file has no places."""
    place = entry.place(path)
    return place.mark if place.part.tree.written else None


def _key_mark(entry: Entry) -> Mark | None:
    return entry.at.part.tree.key_mark(entry.at.path) if entry.at.part.tree.written else None


def _key_marks(entry: Entry, path: Path) -> dict[str, Mark]:
    """The places of the keys at this path, those that other files state included."""
    here = entry.at
    marks = here.part.tree.key_marks((*here.path, *path))
    for where, place in entry.elsewhere.items():
        if where[:-1] == path:
            marks[str(where[-1])] = place.part.tree.key_mark(place.path)
    return marks


def _owner(owner: OwnerSchema | None) -> Owner | None:
    return None if owner is None else Owner(owner.team, owner.contact)


def _fields(entry: BaseModel) -> dict[str, Any]:
    """The values of a model by field: schema and entry call them the same."""
    return dict(entry.__dict__)

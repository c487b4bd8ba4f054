"""Validated catalog files to the values that the engine uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from feasilint.catalog.model import (
    LATENCY_AGES,
    Catalog,
    ColumnEntry,
    KeyVolume,
    LatencyClass,
    Mark,
    ModelEntry,
    Owner,
    PredictionPoint,
    Provenance,
    SourceEntry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic import BaseModel

    from feasilint.catalog.schema import CatalogSchema, OwnerSchema, ProvenanceSchema, SourceSchema
    from feasilint.catalog.tree import Path, Tree


class Part(Struct, frozen=True):
    """One validated file of a catalog."""

    schema: CatalogSchema
    tree: Tree


def catalog(parts: Sequence[Part], path: str | None, root: str) -> Catalog:
    """The files of a catalog in one."""
    ages: dict[LatencyClass, float] = dict(LATENCY_AGES)
    for part in parts:
        ages.update(part.schema.latency_classes)
    return Catalog(
        path,
        root,
        tuple(point for part in parts for point in _points(part)),
        tuple(model for part in parts for model in _models(part)),
        tuple(source for part in parts for source in _sources(part, ages)),
    )


def _points(part: Part) -> Iterator[PredictionPoint]:
    marks = part.tree.key_marks(("prediction_points",))
    for name, point in part.schema.prediction_points.items():
        yield PredictionPoint(name, **_fields(point), mark=marks.get(name))


def _models(part: Part) -> Iterator[ModelEntry]:
    for index, model in enumerate(part.schema.models):
        path: Path = ("models", index)
        fields = {**_fields(model), "owner": _owner(model.owner)}
        fields["provenance"] = tuple(_provenance(model.provenance, part.tree, path))
        yield ModelEntry(**fields, mark=_mark(part.tree, path))


def _sources(part: Part, ages: dict[LatencyClass, float]) -> Iterator[SourceEntry]:
    for index, source in enumerate(part.schema.sources):
        yield _source(source, part.tree, ("sources", index), ages)


def _source(source: SourceSchema, tree: Tree, path: Path, ages: dict[LatencyClass, float]) -> SourceEntry:
    fields = _fields(source)
    fields["availability"] = source.availability or "unknown"
    fields["worst_age"] = None if source.latency is None else ages[source.latency]
    fields["keys"] = {name: KeyVolume(**_fields(key)) for name, key in source.keys.items()}
    fields["columns"] = dict(_columns(source, tree.key_marks((*path, "columns"))))
    fields["owner"] = _owner(source.owner)
    fields["provenance"] = tuple(_provenance(source.provenance, tree, path))
    return SourceEntry(**fields, mark=_mark(tree, path), marks=tree.key_marks(path))


def _provenance(records: Iterable[ProvenanceSchema], tree: Tree, path: Path) -> Iterator[Provenance]:
    for index, record in enumerate(records):
        yield Provenance(**_fields(record), mark=_mark(tree, (*path, "provenance", index)))


def _columns(source: SourceSchema, places: dict[str, Mark]) -> Iterator[tuple[str, ColumnEntry]]:
    for name, column in source.columns.items():
        yield name, ColumnEntry(name, **_fields(column), mark=places.get(name))


def _mark(tree: Tree, path: Path) -> Mark | None:
    """Data that comes from no file has no places."""
    return tree.mark(path) if tree.written else None


def _owner(owner: OwnerSchema | None) -> Owner | None:
    return None if owner is None else Owner(owner.team, owner.contact)


def _fields(entry: BaseModel) -> dict[str, Any]:
    """The values of a model by field: schema and entry call them the same."""
    return dict(entry.__dict__)

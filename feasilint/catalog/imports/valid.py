"""Imported entries without the values that no catalog may have; each of those becomes a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from feasilint.catalog.imports.artefact import Note
from feasilint.catalog.schema import ModelSchema, PredictionPointSchema, SourceSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.imports.artefact import Entry, Imported


def validated(imported: Imported) -> Imported:
    """The same with entries that a catalog accepts."""
    notes: list[Note] = []
    return replace(
        imported,
        sources=tuple(_valid(imported.sources, SourceSchema, imported.path, notes)),
        models=tuple(_valid(imported.models, ModelSchema, imported.path, notes)),
        prediction_points={
            name: entry
            for name, point in imported.prediction_points.items()
            for entry in _valid([point], PredictionPointSchema, imported.path, notes)
        },
        notes=(*imported.notes, *notes),
    )


def _valid(entries: Iterable[Entry], shape: type[BaseModel], path: str, notes: list[Note]) -> Iterator[Entry]:
    for entry in entries:
        left = dict(entry)
        problem = _problem(left, shape)
        while problem is not None:
            key, message = problem
            known = key in left
            notes.append(Note(path, None, f"{entry.get('name', 'an entry')}: {key}: {message}; left out"))
            if not known or key == "name":
                break
            del left[key]
            problem = _problem(left, shape)
        if problem is None:
            yield left


def _problem(entry: Entry, shape: type[BaseModel]) -> tuple[str, str] | None:
    """The key and the message of the first thing that is wrong with an entry."""
    try:
        shape.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return str(first["loc"][0]) if first["loc"] else "", first["msg"]
    return None

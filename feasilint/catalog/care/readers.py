"""Doubts that come up when a catalog is held against the code that reads its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.care.doubt import Doubt, of_source
from feasilint.catalog.model import Mark
from feasilint.census import distinct
from feasilint.ir import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import Catalog, SourceEntry
    from feasilint.census import Census, Use
    from feasilint.ir.relations import SourceKind
    from feasilint.rule import Feature

_ASKED = frozenset({"table", "file", "url", "api", "stream", "feature_view"})  # kinds that a catalog may be asked about


def doubts(catalog: Catalog, census: Census) -> Iterator[Doubt]:
    """All of them."""
    features = _features(census)
    spoken_of = _spoken_of(catalog, census)
    read = {use.entry.name for use in census.uses if use.entry is not None} | set(features)
    for entry in catalog.sources:
        if entry.name not in read and entry.name not in spoken_of:
            yield of_source(
                entry, "name", "nobody-reads", "no notebook or SQL file reads it; check the name, or remove the entry"
            )
        yield from _needed(entry, features.get(entry.name, 0))
    yield from _models(catalog, census)
    yield from _undeclared(census)


def _features(census: Census) -> dict[str, int]:
    """How many features depend on each entry, by its name."""
    found: dict[str, list[Feature]] = {}
    for feature in census.features:
        for read in feature.inputs:
            if read.entry is not None:
                found.setdefault(read.entry.name, []).append(feature)
    return {entry: len(distinct(features)) for entry, features in found.items()}


def _needed(entry: SourceEntry, features: int) -> Iterator[Doubt]:
    """What should be known of a source that features depend on."""
    if not features:
        return
    depend = "1 feature depends on it" if features == 1 else f"{features} features depend on it"
    if entry.availability == "unknown":
        said = f"{depend}, and nobody says whether production has it; state its availability"
        yield of_source(entry, "availability", "unknown-availability", said)
    elif entry.availability == "production" and entry.staleness is None:
        said = f"{depend}, and nobody says how old its newest row is; state its latency or its period"
        yield of_source(entry, "name", "unknown-age", said)
    if entry.owner is None:
        empty = "owner" in entry.marks
        lacking = "`owner` is empty (a # begins a comment unless it is quoted)" if empty else "it has no owner"
        yield of_source(entry, "owner" if empty else "name", "no-owner", f"{depend}, and {lacking}; say whom to ask")


def _spoken_of(catalog: Catalog, census: Census) -> set[str]:
    """The entries that other entries name, as their stream or their replacement."""
    named = ((name, kind) for entry in catalog.sources for name, kind in _named(entry))
    found = (census.matcher.find(Source(name, kind)) for name, kind in named)
    return {entry.name for entry in found if entry is not None}


def _named(entry: SourceEntry) -> Iterator[tuple[str, SourceKind]]:
    if entry.use_instead:
        yield entry.use_instead, "table"
    if entry.stream_twin:
        yield entry.stream_twin, "stream"


def _models(catalog: Catalog, census: Census) -> Iterator[Doubt]:
    taken = {id(model) for path in census.documents if (model := census.matcher.model_for(path)) is not None}
    taken |= {id(feature.entry) for feature in census.features}
    for model in catalog.models:
        if id(model) not in taken:
            said = f"no file is this model's: {', '.join(model.paths)} fit none, or an earlier model has them; correct the paths"
            yield Doubt(model.mark, "no-files", model.name, said)


def _undeclared(census: Census) -> Iterator[Doubt]:
    for use in census.uses:
        named = not (use.source.dynamic or use.source.blank)
        if use.entry is None and use.features and use.source.kind in _ASKED and named:
            count = len(distinct(use.features))
            depend = "1 feature depends on it" if count == 1 else f"{count} features depend on it"
            yield Doubt(
                _place(use), "undeclared-source", use.source.name, f"{depend}, and the catalog does not know it"
            )


def _place(use: Use) -> Mark:
    path, span = use.places[0].path, use.places[0].span
    if span is None:
        return Mark(path, 1, 1)
    return Mark(path if span.cell is None else f"{path}:cell {span.cell + 1}", span.line, span.column)

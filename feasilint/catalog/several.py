"""The catalogs of several folders, as where parts of a repository keep their own: each document is judged by the nearest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.catalog.match import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.model import Catalog, ModelEntry, PredictionPoint, SourceEntry
    from feasilint.ir import Source


def together(catalogs: Sequence[Catalog]) -> Catalog:
    """One catalog that has all that these have, and knows what is whose."""
    first, *others = catalogs
    if not others:
        return first
    return replace(
        first,
        path=", ".join(catalog.path for catalog in catalogs if catalog.path),
        prediction_points=tuple(point for catalog in catalogs for point in catalog.prediction_points),
        models=tuple(model for catalog in catalogs for model in catalog.models),
        sources=tuple(source for catalog in catalogs for source in catalog.sources),
        rules=tuple({rule.code: rule for catalog in reversed(catalogs) for rule in catalog.rules}.values()),
        parts=tuple(catalogs),
    )


def matcher_of(catalog: Catalog) -> Matcher:
    """What looks sources and models up in a catalog, or in those that it is put together of."""
    return Matchers(catalog) if catalog.parts else Matcher(catalog)


class Matchers(Matcher):
    """Looks sources and models up in the nearest of several catalogs; sources, if that does not know them, in the others."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._parts = tuple(Matcher(part) for part in catalog.parts)
        self._roots = tuple(os.path.join(os.path.abspath(part.root), "") for part in catalog.parts)  # noqa: PTH100, PTH118
        self._homes: dict[str, Matcher | None] = {}

    def find(self, source: Source, document: str | None = None) -> SourceEntry | None:
        return next(filter(None, (part.find(source, document) for part in self._order(document))), None)

    def nearest(self, source: Source, limit: int = 3) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for part in self._parts for name in part.nearest(source, limit)))[:limit]

    def model_for(self, path: str) -> ModelEntry | None:
        home = self._home(path)
        return None if home is None else home.model_for(path)

    def model_named(self, name: str, document: str) -> ModelEntry | None:
        return next(filter(None, (part.model_named(name, document) for part in self._order(document))), None)

    def point_named(self, name: str, document: str) -> PredictionPoint | None:
        return next(filter(None, (part.point_named(name, document) for part in self._order(document))), None)

    def point_for(self, model: ModelEntry | None) -> PredictionPoint | None:
        if model is None:
            return None
        return next((one.point_for(model) for one in self._parts if any(model is m for m in one.catalog.models)), None)

    def _order(self, document: str | None) -> Iterator[Matcher]:
        """The matcher of the nearest catalog, then the others."""
        home = None if document is None else self._home(document)
        if home is not None:
            yield home
        yield from (part for part in self._parts if part is not home)

    def _home(self, document: str) -> Matcher | None:
        """The matcher of the nearest catalog above a document."""
        if document not in self._homes:
            path = os.path.abspath(document)  # noqa: PTH100 - links are not followed
            around = [
                (len(root), part) for root, part in zip(self._roots, self._parts, strict=True) if path.startswith(root)
            ]
            self._homes[document] = max(around, key=lambda found: found[0], default=(0, None))[1]
        return self._homes[document]

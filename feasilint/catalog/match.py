"""Which catalog entry a source in the code belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feasilint.catalog.model import Catalog, ModelEntry, PredictionPoint, SourceEntry
    from feasilint.ir import Source


class Matcher:
    """Looks sources and models up in one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def find(self, source: Source) -> SourceEntry | None:
        raise NotImplementedError

    def nearest(self, source: Source, limit: int = 3) -> tuple[str, ...]:
        raise NotImplementedError

    def model_for(self, path: str) -> ModelEntry | None:
        raise NotImplementedError

    def point_for(self, model: ModelEntry | None) -> PredictionPoint | None:
        raise NotImplementedError

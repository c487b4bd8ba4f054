"""To which declared model a document belongs, and where it is judged: as a comment in it says, else by its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import ModelEntry, PredictionPoint
    from feasilint.ir import Program

MODEL, POINT = "model", "prediction_point"
KEYS = (MODEL, POINT)


class Belonging:
    """Looks models and prediction points of documents up."""

    def __init__(self, matcher: Matcher, programs: Iterable[Program]) -> None:
        self._matcher = matcher
        self._said = {(p.path, one.key): one.value for p in programs for one in reversed(p.remarks)}  # the first counts
        self._found: dict[str, tuple[ModelEntry | None, PredictionPoint | None]] = {}

    def model(self, path: str) -> ModelEntry | None:
        """The declared model of a document."""
        return self._of(path)[0]

    def point(self, path: str) -> PredictionPoint | None:
        """The prediction point of a document, or else of its model."""
        return self._of(path)[1]

    def claimed(self, path: str) -> bool:
        """Whether somebody has declared that a document makes a model."""
        return self.model(path) is not None or self.point(path) is not None

    def _of(self, path: str) -> tuple[ModelEntry | None, PredictionPoint | None]:
        if path not in self._found:
            model, point = self._said.get((path, MODEL)), self._said.get((path, POINT))
            entry = None if model is None else self._matcher.model_named(model, path)
            entry = entry or self._matcher.model_for(path)
            named = None if point is None else self._matcher.point_named(point, path)
            self._found[path] = entry, named or self._matcher.point_for(entry)
        return self._found[path]

"""Which catalog entry a source in the code belongs to.

A source is looked up by its folded name (case and quotes do not count) among the names and aliases of the catalog, in this order:

1. the name as it is; for files also relative to the document that reads them, for streams with a scheme in front;
2. the name as a whole of one day's shard: `events_20240101` and `events_2024*` as `events_*` or `events`;
3. patterns that start with literal text (`s3://lake/tx/*`), the longest start first;
4. a folder of the catalog that a file lies in;
5. the tail, in whole parts: `db.payments.transactions` in the code is `payments.transactions` in the catalog, and
   `transactions` in the code is the only entry that ends in it. A name of one part in the catalog means just that:
   `transactions` is not `sandbox.transactions`; write `*.transactions` for that;
6. patterns that start with a wildcard.

A name with {holes} is never an entry by its whole name; unknown parts in front of it are left off for the tail, and
patterns match it as it is.
"""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from feasilint.catalog.globs import NameGlobs, PathPatterns
from feasilint.catalog.index import tail
from feasilint.catalog.names import folded, is_path, is_url, joined, parts, unsharded
from feasilint.catalog.stored import index_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.catalog.model import Catalog, ModelEntry, PredictionPoint, SourceEntry
    from feasilint.catalog.similar import SimilarNames
    from feasilint.ir import Source

_STREAM_SCHEMES = ("kafka", "kinesis", "pubsub", "pulsar", "eventhub")
_DEFAULT_SCHEMAS = frozenset({"public", "dbo", "main", "default"})


class Matcher:
    """Looks sources and models up in one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._index = index_of(catalog.sources)
        self._points = {point.name: point for point in catalog.prediction_points}
        self._models = [(PathPatterns(model.paths), model) for model in catalog.models]
        self._similar: SimilarNames | None = None
        self._found: dict[tuple[Source, str | None], SourceEntry | None] = {}
        self._steps: tuple[Callable[[str], SourceEntry | None], ...] = (
            self._by_name,
            self._by_shard,
            self._by_anchored_glob,
            self._by_folder,
            self._by_tail,
            self._by_glob,
        )

    def find(self, source: Source, document: str | None = None) -> SourceEntry | None:
        """The entry of a source; `document` is the file that reads it."""
        key = (source, document)
        if key not in self._found:
            names = tuple(self._names(source, document))
            tries = (step(name) for step in self._steps for name in names)
            self._found[key] = next((entry for entry in tries if entry is not None), None)
        return self._found[key]

    def nearest(self, source: Source, limit: int = 3) -> tuple[str, ...]:
        """Names in the catalog that look like this source's, closest first."""
        if self._similar is None:
            from feasilint.catalog.similar import SimilarNames

            self._similar = SimilarNames(self._index.written)
        return self._similar.nearest(source.name, limit)

    def recorded(self, entry: SourceEntry) -> bool:
        """Whether the events of a stream can be read from a table or files, too: by another name of its entry, or of a source
        whose `stream_twin` it is."""
        names = [folded(name) for name in (entry.name, *entry.aliases)]
        topics = [name for name in names if name.startswith(_STREAM_SCHEMES) and is_url(name)]
        return 0 < len(topics) < len(names) or any(_topic(name) in self._twins for name in names)

    @cached_property
    def _twins(self) -> frozenset[str]:
        """The topics that are the stream of some source."""
        return frozenset(_topic(folded(entry.stream_twin)) for entry in self.catalog.sources if entry.stream_twin)

    def model_for(self, path: str) -> ModelEntry | None:
        """The first declared model with a pattern for this file."""
        relative = self._relative(path)
        return next((model for patterns, model in self._models if patterns.matches(relative)), None)

    def model_named(self, name: str, document: str) -> ModelEntry | None:  # noqa: ARG002 - other matchers go by it
        """The declared model of this name, as a document means it."""
        return next((model for _, model in self._models if model.name == name), None)

    def point_named(self, name: str, document: str) -> PredictionPoint | None:  # noqa: ARG002
        """The declared prediction point of this name, as a document means it."""
        return self._points.get(name)

    def point_for(self, model: ModelEntry | None) -> PredictionPoint | None:
        """The prediction point that a model is declared for."""
        return None if model is None or model.prediction_point is None else self._points.get(model.prediction_point)

    def _names(self, source: Source, document: str | None) -> Iterator[str]:
        """The names under which a source may be declared."""
        name = folded(source.name)
        yield name
        if source.kind == "stream" and not is_url(name):
            yield from (f"{scheme}://{name}" for scheme in _STREAM_SCHEMES)
        if is_path(name) and not is_url(name):
            if document:
                folder = posixpath.dirname(self._relative(document))
                yield folded(posixpath.join(folder, source.name.replace("\\", "/")))
            yield folded(self._relative(source.name))
        schema, _, table = name.partition(".")
        if schema in _DEFAULT_SCHEMAS and not is_path(name):
            yield table

    def _relative(self, path: str) -> str:
        """A path as seen from the catalog's folder."""
        return os.path.relpath(path or ".", self.catalog.root).replace(os.sep, "/")

    def _entry(self, position: int | None) -> SourceEntry | None:
        return None if position is None else self.catalog.sources[position]

    def _by_name(self, name: str) -> SourceEntry | None:
        return None if "{" in name else self._entry(self._index.exact.get(name))

    def _by_shard(self, name: str) -> SourceEntry | None:
        """The declared table whose shard this is, or of which another shard is declared."""
        wholes = unsharded(name)
        tables = (self._index.exact, self._index.shards) if wholes else ()
        return self._entry(next((table[whole] for table in tables for whole in wholes if whole in table), None))

    def _by_anchored_glob(self, name: str) -> SourceEntry | None:
        return self._entry(self._globs.find(name, anchored=True))

    def _by_glob(self, name: str) -> SourceEntry | None:
        return self._entry(self._globs.find(name, anchored=False))

    @cached_property
    def _globs(self) -> NameGlobs[int]:
        return NameGlobs(self._index.patterns)

    def _by_folder(self, name: str) -> SourceEntry | None:
        """The nearest declared folder around a file; a whole bucket or root is none."""
        steps = parts(name) if is_path(name) else ()
        folders = (joined(steps[:end], name) for end in range(len(steps) - 1, 1, -1))
        exact = self._index.exact
        return self._entry(next((exact[folder] for folder in folders if folder in exact), None))

    def _by_tail(self, name: str) -> SourceEntry | None:
        """What the code says without its first parts, two at least; else the only entry that ends in what the code says."""
        known = () if is_url(name) else _known(name)
        for start in range(len(known) - 1):
            end = joined(known[start:], name)
            entry = self._by_name(end) or self._by_shard(end)
            if entry is not None:
                return entry
        return self._only(known, name) if known else None

    def _only(self, known: tuple[str, ...], name: str) -> SourceEntry | None:
        """The single entry that ends in these parts."""
        here = tail(known, name)
        for end in (here, *unsharded(here)):
            found = set(self._index.tails.get(end, ()))
            if len(found) == 1:
                return self._entry(found.pop())
        return None


def _topic(name: str) -> str:
    """A stream's name without its scheme."""
    return name.partition("://")[2] or name


def _known(name: str) -> tuple[str, ...]:
    """The parts of a name behind those in front that are unknown or say nothing; none if a later one is unknown."""
    steps = list(parts(name))
    while steps and ("{" in steps[0] or steps[0] in (".", "..")):
        del steps[0]
    return () if any("{" in step for step in steps[:-1]) else tuple(steps)

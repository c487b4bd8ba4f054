"""What is believed about one source, why, and what depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.fingerprint import fingerprint
from feasilint.catalog.merge import records
from feasilint.catalog.names import folded
from feasilint.ir import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.model import Mark, SourceEntry
    from feasilint.catalog.tree import Tree
    from feasilint.census import Census
    from feasilint.findings import Place
    from feasilint.ir.relations import SourceKind
    from feasilint.rule import Feature

_KINDS: tuple[SourceKind, ...] = ("table", "file", "stream", "feature_view", "url", "api")
_SILENT = frozenset({"name", "provenance"})


class Statement(Struct, frozen=True):
    """One key that the catalog states. `value` as it is written; `origin` says who: a hand, or an import."""

    key: str
    value: object
    mark: Mark
    origin: str


class Belief(Struct, frozen=True):
    """Everything about one name. `entry` None: the catalog does not know it; `nearest` are names that look like it then.

    `places`: where it is read; `features`: those that depend on it, or pass through it where the code makes it.
    """

    name: str
    entry: SourceEntry | None = None
    statements: tuple[Statement, ...] = ()
    places: tuple[Place, ...] = ()
    features: tuple[Feature, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def unheard(self) -> bool:
        """Whether neither the catalog nor the code knows the name."""
        return self.entry is None and not self.places and not self.features


def belief(name: str, census: Census, trees: Sequence[Tree]) -> Belief:
    """What is believed about the source that `name` is a name, an alias or the end of the name of."""
    found = (census.matcher.find(Source(name, kind)) for kind in _KINDS)
    entry = next((one for one in found if one is not None), None)
    uses = [use for use in census.uses if _same(name, entry, use.source.name, use.entry)]
    return Belief(
        name if entry is None else entry.name,
        entry,
        tuple(_statements(entry, trees)) if entry is not None else (),
        tuple(place for use in uses for place in use.places),
        tuple(feature for feature in census.features if _depends(feature, name, entry)),
        () if entry is not None else census.matcher.nearest(Source(name, "table")),
    )


def _same(name: str, entry: SourceEntry | None, other: str, other_entry: SourceEntry | None) -> bool:
    if entry is not None and other_entry is not None:
        return entry.name == other_entry.name
    return folded(name) == folded(other)


def _depends(feature: Feature, name: str, entry: SourceEntry | None) -> bool:
    if entry is None and feature.kind == "table" and f".{folded(feature.target)}".endswith(f".{folded(name)}"):
        return True
    return any(
        _same(name, entry, read.source.name, read.entry)
        or (entry is None and any(_ends(step, name) for step in read.path))
        for read in feature.inputs
    )


def _ends(step: str, name: str) -> bool:
    """Whether the table of a column on the way is called so, with or without the schema in front."""
    return f".{folded(step).rpartition('.')[0]}".endswith(f".{folded(name)}")


def _statements(entry: SourceEntry, trees: Sequence[Tree]) -> Iterator[Statement]:
    """The keys of an entry as its files have them."""
    for tree in trees:
        sources = tree.data.get("sources") if isinstance(tree.data, dict) else None
        for index, item in enumerate(sources if isinstance(sources, list) else ()):
            if isinstance(item, dict) and folded(str(item.get("name"))) == folded(entry.name):
                marks = tree.key_marks(("sources", index))
                taken = records(item.get("provenance"))
                for key, value in item.items():
                    if key not in _SILENT and value is not None and key in marks:
                        yield Statement(key, value, marks[key], _origin(key, value, taken))


def _origin(key: str, value: object, taken: Iterable[dict[str, object]]) -> str:
    """Who states a value. Provenance without keys speaks of the whole entry."""
    for record in taken:
        day = f" of {record['as_of']}" if record.get("as_of") else ""
        keys = record.get("keys")
        if not isinstance(keys, dict) or not keys:
            return f"{record['from']}{day}"
        if key in keys:
            return f"{record['from']}{day}{'' if keys[key] == fingerprint(value) else ', edited since'}"
    return "written by hand"

"""What several files of a catalog say of one thing, put together.

A file that includes another by its path stands beside it; one that includes a package stands above that. Entries of one name are
one entry: what only one file states is taken, lists of names are united, and of two values the one that stands higher counts.
Two values side by side are a problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field
from pydantic import BaseModel

from feasilint.catalog.names import folded
from feasilint.catalog.scalars import shown
from feasilint.catalog.tree import Path, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.model import Mark
    from feasilint.catalog.schema import CatalogSchema

_UNITED = frozenset({"aliases", "flags", "bounded_keys", "provenance"})
_BY_NAME = frozenset({"columns", "keys"})
_NAME = frozenset({"name"})
_Found: TypeAlias = "tuple[str, BaseModel, Place]"


class Part(Struct, frozen=True):
    """One validated file of a catalog. `level`: how many packages are between it and the main file."""

    schema: CatalogSchema
    tree: Tree
    level: int = 0


class Place(Struct, frozen=True):
    """A place in a file."""

    part: Part
    path: Path

    @property
    def mark(self) -> Mark:
        return self.part.tree.mark(self.path)

    def below(self, path: Path) -> Place:
        return Place(self.part, (*self.path, *path))

    def problem(self, message: str) -> Problem:
        return Problem(self.mark, self.path, message)


class Entry(Struct):
    """A thing as all files together describe it. `elsewhere`: the places of values that another file than the first states, by
    their paths in the entry; `overridden`: those of values that do not count."""

    name: str
    schema: Any
    at: Place
    elsewhere: dict[Path, Place] = field(default_factory=dict)
    overridden: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path = ()) -> Place:
        """Where the value at this path of the entry is stated."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.elsewhere:
                return self.elsewhere[path[:end]].below(path[end:])
        return self.at.below(path)


class Layers(Struct):
    """A catalog by its entries."""

    points: list[Entry]
    models: list[Entry]
    sources: list[Entry]
    rules: list[Entry]
    ages: list[Entry]
    single: dict[str, Entry]
    problems: list[Problem]


def layers(parts: Sequence[Part]) -> Layers:
    """The entries of all files, in the order of the files."""
    problems: list[Problem] = []
    ranked = sorted(parts, key=lambda part: part.level)
    order = {id(part): at for at, part in enumerate(parts)}

    def united(found: Iterable[_Found]) -> list[Entry]:
        entries = list(_united(found, problems))
        return sorted(entries, key=lambda entry: order[id(entry.at.part)])

    return Layers(
        united(found for part in ranked for found in _by_key(part, "prediction_points")),
        united(found for part in ranked for found in _listed(part, "models")),
        united(found for part in ranked for found in _listed(part, "sources")),
        united(found for part in ranked for found in _listed(part, "rules")),
        united(found for part in ranked for found in _by_key(part, "latency_classes")),
        {entry.name: entry for entry in united(found for part in ranked for found in _singles(part))},
        problems,
    )


def _by_key(part: Part, section: str) -> Iterator[_Found]:
    for name, schema in getattr(part.schema, section).items():
        yield name, schema, Place(part, (section, name))


def _listed(part: Part, section: str) -> Iterator[_Found]:
    for index, schema in enumerate(getattr(part.schema, section)):
        yield schema.name, schema, Place(part, (section, index))


def _singles(part: Part) -> Iterator[_Found]:
    for section in ("prices", "budgets", "windows"):
        schema = getattr(part.schema, section)
        if schema is not None:
            yield section, schema, Place(part, (section,))


def _united(found: Iterable[_Found], problems: list[Problem]) -> Iterator[Entry]:
    entries: dict[str, Entry] = {}
    for name, schema, place in found:
        entry = entries.setdefault(folded(name), Entry(name, schema, place))
        if entry.at.part is not place.part:  # twice in one file is told elsewhere
            _Merging(entry, place, problems).take(schema)
    yield from entries.values()


class _Merging(Struct):
    """The merging of what a further file says into an entry."""

    entry: Entry
    place: Place
    problems: list[Problem]

    def take(self, theirs: Any) -> None:
        """Take all that the other file says."""
        mine = self.entry.schema
        if isinstance(mine, BaseModel):
            self.entry.schema = self._merged(mine, theirs, (), ())
        elif mine != theirs:
            self._differ((), ())

    def _merged(self, mine: BaseModel, theirs: BaseModel, here: Path, there: Path) -> BaseModel:
        """One with the keys of both. `here` and `there`: the paths of both in their entries."""
        changed: dict[str, Any] = {}
        for key in (key for key in type(theirs).model_fields if key in theirs.model_fields_set - _NAME):
            old, new = getattr(mine, key), getattr(theirs, key)
            at, of = (*here, key), (*there, key)
            if key not in mine.model_fields_set:
                changed[key] = new
                self.entry.elsewhere[at] = self.place.below(of)
            elif key in _UNITED:
                changed[key] = self._both(old, new, at, of)
            elif key in _BY_NAME:
                changed[key] = self._each(old, new, at, of)
            elif old != new:
                self._differ(at, of)
        return mine.model_copy(update=changed)

    def _both(self, old: tuple[Any, ...], new: tuple[Any, ...], here: Path, there: Path) -> tuple[Any, ...]:
        added = [(at, item) for at, item in enumerate(new) if item not in old]
        for position, (at, _) in enumerate(added, len(old)):
            self.entry.elsewhere[(*here, position)] = self.place.below((*there, at))
        return (*old, *(item for _, item in added))

    def _each(self, old: dict[str, Any], new: dict[str, Any], here: Path, there: Path) -> dict[str, Any]:
        known = {name.casefold(): name for name in old}
        both = dict(old)
        for name, theirs in new.items():
            mine = known.get(name.casefold())
            if mine is None:
                both[name] = theirs
                self.entry.elsewhere[(*here, name)] = self.place.below((*there, name))
            else:
                both[mine] = self._merged(old[mine], theirs, (*here, mine), (*there, name))
        return both

    def _differ(self, here: Path, there: Path) -> None:
        mine, theirs = self.entry.place(here), self.place.below(there)
        if mine.part.level < theirs.part.level:
            self.entry.overridden[here] = theirs
            return
        mark = mine.mark
        where = f"{mark.path}:{mark.line}:{mark.column}"
        self.problems.append(theirs.problem(f"{_raw(theirs)} here, but {_raw(mine)} at {where}; leave out one of them"))


def _raw(place: Place) -> str:
    """A value as it is written."""
    return shown(_flow(place.part.tree.value(place.path))) if place.part.tree.written else "a value"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(_flow, value))}]" if isinstance(value, list) else str(value)

"""Which entries of which files of a catalog an import changes, and into what."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.catalog.imports.artefact import Note
from feasilint.catalog.imports.valid import validated
from feasilint.catalog.merge import Data, merged, taken_from
from feasilint.catalog.names import folded, is_path, is_wild, parts, unsharded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.imports.artefact import Imported
    from feasilint.catalog.tree import Path, Tree

Place: TypeAlias = "tuple[str, Path]"  # a file of the catalog, and where in its data


class Tally(Struct, frozen=True):
    """What one artefact has brought. Counts are of entries; `values` those that were set or removed."""

    imported: Imported
    added: int = 0
    changed: int = 0
    same: int = 0
    values: int = 0
    notes: tuple[Note, ...] = ()


class Update(Struct, frozen=True):
    """The data of a catalog's files before and after. `files`: by path, those that change."""

    files: dict[str, tuple[Data, Data]]
    tallies: tuple[Tally, ...]


class _Draft(Struct):
    """One entry that may change."""

    place: Place
    data: Data
    name: str
    line: int | None = None


def update(
    trees: Sequence[Tree], artefacts: Iterable[Imported], into: str, today: str, *, overwrite: bool = False
) -> Update:
    """Merge artefacts, one after the other, into the files of a catalog. New entries go to the file `into`."""
    before = {tree.path: tree.data if isinstance(tree.data, dict) else {} for tree in trees}
    before.setdefault(into, {})
    work = _Updating(deepcopy(before), into, today, overwrite)
    work.index(trees)
    tallies = tuple(work.take(validated(imported)) for imported in artefacts)
    changed = {path: (old, work.files[path]) for path, old in before.items() if work.files[path] != old}
    return Update(changed, tallies)


class _Updating(Struct):
    files: dict[str, Data]
    into: str
    today: str
    overwrite: bool
    _drafts: dict[str, list[_Draft]] = field(default_factory=dict)  # by section
    _by_name: dict[tuple[str, str], _Draft] = field(default_factory=dict)
    _by_tail: dict[str, list[_Draft]] = field(default_factory=dict)

    def index(self, trees: Sequence[Tree]) -> None:
        """Know the entries that exist, by their names and the tails of these."""
        for tree in trees:
            for section in ("sources", "models", "prediction_points"):
                for place, data in _entries(self.files[tree.path], section):
                    name = str(data.get("name", place[-1]))
                    self._known(section, _Draft((tree.path, place), data, name, tree.mark(place).line))

    def take(self, imported: Imported) -> Tally:
        """Merge one artefact."""
        counts = {"added": 0, "changed": 0, "same": 0, "values": 0}
        notes = [*imported.notes]
        met: set[int] = set()
        for section, entries in _sections(imported):
            ambiguous = self._ambiguous(entries) if section == "sources" else frozenset()
            for entry in entries:
                draft = self._find(section, entry, ambiguous)
                self._merge(section, entry, draft, imported, counts, notes)
                if draft is not None:
                    met.add(id(draft.data))
        notes.extend(self._vanished(imported, met))
        return Tally(imported, notes=tuple(notes), **counts)

    def _merge(
        self,
        section: str,
        entry: Data,
        draft: _Draft | None,
        imported: Imported,
        counts: dict[str, int],
        notes: list[Note],
    ) -> None:
        have = draft.data if draft is not None else {"name": entry["name"]} if "name" in entry else {}
        result = merged(have, entry, imported, section, self.today, overwrite=self.overwrite)
        if draft is None:
            counts["added"] += 1
            self._add(section, entry, result.entry)
            return
        notes.extend(Note(draft.place[0], draft.line, f"{draft.name}: {conflict}") for conflict in result.conflicts)
        values = _differences(have, result.entry)
        counts["changed" if values else "same"] += 1
        counts["values"] += values
        if result.entry != have:
            have.clear()
            have.update(result.entry)

    def _add(self, section: str, entry: Data, data: Data) -> None:
        file = self.files[self.into]
        name = str(entry.get("name"))
        place: Path
        if section == "prediction_points":
            points = file.get(section)
            if not isinstance(points, dict):
                file[section] = points = {}
            name = str(data.pop("name"))
            points[name] = data
            place = (section, name)
        else:
            items = file.get(section)
            if not isinstance(items, list):
                file[section] = items = []
            items.append(data)
            place = (section, len(items) - 1)
        self._known(section, _Draft((self.into, place), data, name))

    def _known(self, section: str, draft: _Draft) -> None:
        self._drafts.setdefault(section, []).append(draft)
        aliases = draft.data.get("aliases")
        for name in (draft.name, *(aliases if isinstance(aliases, list) else [aliases] if aliases else ())):
            self._by_name.setdefault((section, folded(str(name))), draft)
            if section == "sources" and not is_wild(str(name)):
                for tail in _tails(folded(str(name))):
                    self._by_tail.setdefault(tail, []).append(draft)

    def _find(self, section: str, entry: Data, ambiguous: frozenset[str]) -> _Draft | None:
        """The entry for this name: by name or alias, else the only one of which one name ends in the other."""
        name = folded(str(entry["name"]))
        exact = self._by_name.get((section, name))
        if exact is not None or section != "sources" or name in ambiguous:
            return exact
        return self._by_its_tail(name)

    def _by_its_tail(self, name: str) -> _Draft | None:
        if is_path(name):
            return None
        longer = {id(draft): draft for draft in self._by_tail.get(name, ())}
        shorter = (self._by_name.get(("sources", tail)) for tail in _tails(name) if "." in tail)
        candidates = [*longer.values(), *(draft for draft in shorter if draft is not None)]
        return candidates[0] if len(candidates) == 1 and candidates[0].line is not None else None

    def _ambiguous(self, entries: Sequence[Data]) -> frozenset[str]:
        """The names that share the entry that they would be merged into with another name of the same artefact."""
        wanted: dict[int, list[str]] = {}
        for entry in entries:
            name = folded(str(entry["name"]))
            draft = None if ("sources", name) in self._by_name else self._by_its_tail(name)
            if draft is not None:
                wanted.setdefault(id(draft), []).append(name)
        return frozenset(name for names in wanted.values() if len(names) > 1 for name in names)

    def _vanished(self, imported: Imported, met: set[int]) -> Iterator[Note]:
        """Entries that were taken from this artefact and are not in it any more."""
        if not met:
            return
        for drafts in self._drafts.values():
            for draft in drafts:
                if draft.line is not None and id(draft.data) not in met and taken_from(draft.data, imported):
                    gone = f"{draft.name} is not in {imported.path} any more; remove the entry if nobody reads it"
                    yield Note(draft.place[0], draft.line, gone)


def _sections(imported: Imported) -> Iterator[tuple[str, Sequence[Data]]]:
    yield "prediction_points", [{"name": name, **point} for name, point in imported.prediction_points.items()]
    yield "models", imported.models
    yield "sources", imported.sources


def _entries(data: Data, section: str) -> Iterator[tuple[Path, Data]]:
    held = data.get(section)
    if isinstance(held, dict):
        for name, item in held.items():
            if isinstance(item, dict):
                yield (section, name), item
    for index, item in enumerate(held if isinstance(held, list) else ()):
        if isinstance(item, dict):
            yield (section, index), item


def _tails(name: str) -> Iterator[str]:
    """The shorter names that a table's name ends in, and the whole of which it is a shard."""
    if not is_path(name):
        steps = parts(name)
        for start in range(1, len(steps)):
            yield ".".join(steps[start:])
    yield from unsharded(name)


def _differences(old: object, new: object) -> int:
    """How many values differ; provenance does not count."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = (old.keys() | new.keys()) - {"provenance"}
        return sum(_differences(old.get(key), new.get(key)) for key in keys)
    return int(old != new)

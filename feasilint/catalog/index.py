"""The names of a catalog's sources, ready to be looked up. Each part is made when somebody asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from feasilint.catalog.names import folded, is_path, is_url, is_wild, joined, parts, unsharded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.catalog.model import SourceEntry

First: TypeAlias = dict[str, int]  # the position of the first entry by a name


class Index:
    """Names and aliases, folded, each with the position of its entry."""

    def __init__(self, sources: Sequence[SourceEntry]) -> None:
        self._sources = sources

    @cached_property
    def exact(self) -> First:
        """Entries by their names."""
        return _first(self._folded)

    @cached_property
    def shards(self) -> First:
        """Entries by what a name that is one day's shard may be called as a whole."""
        tame = ((name, at) for name, at in self._folded if not is_wild(name))
        return _first((whole, at) for name, at in tame for whole in unsharded(name))

    @cached_property
    def tails(self) -> dict[str, list[int]]:
        """All entries by the ends of their names, in whole parts."""
        found: dict[str, list[int]] = {}
        for name, at in self._folded:
            steps = () if is_url(name) else parts(name)
            for start in range(1, len(steps)):
                found.setdefault(tail(steps[start:], name), []).append(at)
        return found

    @cached_property
    def patterns(self) -> list[tuple[str, int]]:
        """Names with wildcards, as they are declared."""
        return [(name, at) for name, at in self._folded if is_wild(name)]

    @cached_property
    def written(self) -> list[str]:
        """The names of entries as they are written, but patterns."""
        return [entry.name for entry in self._sources if not is_wild(entry.name)]

    @cached_property
    def _folded(self) -> list[tuple[str, int]]:
        return [(folded(name), at) for at, one in enumerate(self._sources) for name in (one.name, *one.aliases)]


def tail(steps: tuple[str, ...], name: str) -> str:
    """The key of a tail; those of files and tables do not mix."""
    return f"{'/' if is_path(name) else ''}{joined(steps, name)}"


def _first(names: Iterable[tuple[str, int]]) -> First:
    found: First = {}
    for name, at in names:
        found.setdefault(name, at)
    return found

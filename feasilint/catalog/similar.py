"""Names that look like another one: what a person may have meant."""

from __future__ import annotations

from collections import Counter, defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from feasilint.catalog.names import folded, parts

if TYPE_CHECKING:
    from collections.abc import Iterable

_CANDIDATES = 50  # compared in full; the others share less with the name
_CLOSE = 0.72


class SimilarNames:
    """Finds close names among many: those that share most groups of three letters are compared letter by letter."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._folded = tuple(folded(name) for name in self._names)
        self._by_group: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(self._folded):
            for group in _groups(name):
                self._by_group[group].append(index)

    def nearest(self, name: str, limit: int) -> tuple[str, ...]:
        """Up to `limit` close names, closest first."""
        wanted = folded(name)
        shared = Counter(index for group in sorted(_groups(wanted)) for index in self._by_group.get(group, ()))
        scored = [(_closeness(wanted, self._folded[index]), index) for index, _ in shared.most_common(_CANDIDATES)]
        close = sorted((-score, index) for score, index in scored if score >= _CLOSE)
        return tuple(self._names[index] for _, index in close[:limit])


def _groups(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _closeness(one: str, other: str) -> float:
    """The better of the likeness of the whole names and, a little less, that of their last parts."""
    last_one, last_other = parts(one)[-1:], parts(other)[-1:]
    return max(_ratio(one, other), 0.95 * _ratio("".join(last_one), "".join(last_other)))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio() if one and other else 0.0

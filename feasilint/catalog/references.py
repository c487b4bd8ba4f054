"""Names of a catalog: each once in a file, and references lead to something that exists.

It looks at the data as written, so that these problems show beside those of single values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.names import folded
from feasilint.catalog.remedy import remedy
from feasilint.catalog.tree import Path, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from feasilint.catalog.model import Mark

    _Named: TypeAlias = tuple[str, Tree, Path]


def problems(trees: Sequence[Tree]) -> Iterator[Problem]:
    """Things that one file declares twice, and models at prediction points that nobody declares."""
    for tree in trees:
        points = [(name, tree, path) for name, path in _keys(tree, "prediction_points")]
        yield from _duplicates("prediction point", points)
        yield from _duplicates("model", _texts(tree, "models", "name"))
        yield from _duplicates("source", _texts(tree, "sources", "name"))
        yield from _duplicates("rule", _texts(tree, "rules", "name"))
        yield from _duplicates("rule", _texts(tree, "rules", "code"))
    if all(tree.data is not None for tree in trees):
        yield from _unknown_points(trees, {name for tree in trees for name, _ in _keys(tree, "prediction_points")})


def _duplicates(noun: str, entries: Iterable[_Named]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for name, tree, path in entries:
        where = first.setdefault(folded(name), path)
        if where != path:
            mark = _name_mark(tree, where)
            message = f"the {noun} {name!r} is already declared at {mark.path}:{mark.line}:{mark.column}"
            yield Problem(_name_mark(tree, path), path, message)


def _name_mark(tree: Tree, path: Path) -> Mark:
    """A name is the key of a mapping, or the value of `name`."""
    return tree.mark(path) if path[-1] == "name" else tree.key_mark(path)


def _unknown_points(trees: Sequence[Tree], points: set[str]) -> Iterator[Problem]:
    declared = f"declared are {', '.join(sorted(points))}" if points else "declare it under prediction_points"
    for tree in trees:
        for name, _, path in _texts(tree, "models", "prediction_point"):
            if name not in points:
                advice = remedy(name, points, declared)
                yield Problem(tree.mark(path), path, f"no prediction point is called {name!r}; {advice}")


def _keys(tree: Tree, section: str) -> Iterator[tuple[str, Path]]:
    """The keys of a section that is a mapping."""
    for key in _mapping(_mapping(tree.data).get(section)):
        if isinstance(key, str):
            yield key, (section, key)


def _texts(tree: Tree, section: str, key: str) -> Iterator[_Named]:
    """The texts under a key of the items of a section that is a list."""
    items = _mapping(tree.data).get(section)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        value = _mapping(item).get(key)
        if isinstance(value, str):
            yield value.strip(), tree, (section, index, key)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}

"""Settings from several places as one: which win, which add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.dbt.plain import items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Config = Mapping[str, object]

_SYNONYMS = {"project": "database", "dataset": "schema", "catalog": "database", "data_space": "database"}
"""How adapters call the parts of a relation's name."""


def levels(tree: object, names: Sequence[str]) -> Iterator[Config]:
    """The settings on the way down a tree of folders, as in `models:` of dbt_project.yml; outermost first."""
    for level in range(len(names) + 1):
        if not isinstance(tree, dict):
            return
        yield dict(_stated(mapping(tree)))
        tree = tree.get(names[level]) if level < len(names) else None


def _stated(level: Config) -> Iterator[tuple[str, object]]:
    """A key with a plus is a setting, and one without if it cannot be a folder."""
    for key, value in level.items():
        if key.startswith("+"):
            yield key[1:].strip(), value
        elif not isinstance(value, dict):
            yield key, value


def merged(*configs: Config) -> dict[str, object]:
    """Settings merged as dbt does it, the strongest last: tags add up, entries of `meta` replace each other."""
    result: dict[str, object] = {}
    for config in configs:
        for written, value in config.items():
            key = _SYNONYMS.get(written, written)
            merge = _MERGES.get(key)
            result[key] = value if merge is None else merge(result.get(key), value)
    return result


def _added(old: object, new: object) -> object:
    return list(dict.fromkeys(str(item) for item in (*items(old), *items(new)) if item is not None))


def _updated(old: object, new: object) -> object:
    return {**mapping(old), **mapping(new)}


_MERGES: dict[str, Callable[[object, object], object]] = {
    "tags": _added,
    "meta": _updated,
    "grants": _updated,
    "column_types": _updated,
}

"""How two catalogs differ: entries that come, go or state something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.tree import Tree

_Entries: TypeAlias = "dict[tuple[str, str], dict[str, object]]"
_SECTIONS = {
    "sources": "source",
    "models": "model",
    "prediction_points": "prediction point",
    "latency_classes": "latency class",
}
_SILENT = frozenset({"name", "provenance"})


class Change(Struct, frozen=True):
    """One entry that differs. `keys`: what it said and says, None for nothing; empty for an entry that comes or goes."""

    noun: str
    name: str
    before: bool
    after: bool
    keys: dict[str, tuple[object, object]]


def changes(old: Sequence[Tree], new: Sequence[Tree]) -> Iterator[Change]:
    """All entries that differ, in the order of the sections."""
    before, after = _entries(old), _entries(new)
    for section, name in {**before, **after}:
        one, other = before.get((section, name)), after.get((section, name))
        if one is None or other is None:
            written = (one or other or {}).get("name", name)
            yield Change(_SECTIONS[section], str(written), one is not None, other is not None, {})
        elif keys := dict(_differences(one, other)):
            yield Change(_SECTIONS[section], str(other.get("name", name)), True, True, keys)


def _entries(trees: Sequence[Tree]) -> _Entries:
    found: _Entries = {}
    for section in _SECTIONS:
        for tree in trees:
            held = tree.data.get(section) if isinstance(tree.data, dict) else None
            if isinstance(held, dict):
                for name, item in held.items():
                    found.setdefault((section, folded(name)), {"name": name}).update(_mapping(item))
            for item in held if isinstance(held, list) else ():
                found.setdefault((section, folded(str(item.get("name")))), {}).update(item)
    return found


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"age": value}


def _differences(
    one: dict[str, object], other: dict[str, object], prefix: str = ""
) -> Iterator[tuple[str, tuple[object, object]]]:
    """The keys with other values, those of columns and other mappings one by one."""
    for key in {**one, **other}:
        before, after = one.get(key), other.get(key)
        if (prefix == "" and key in _SILENT) or before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", (before, after)

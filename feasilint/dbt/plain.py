"""Plain data of unknown shape, as YAML and JSON give it, taken for what is wanted or for nothing."""

from __future__ import annotations

from collections.abc import Mapping


def mapping(value: object) -> Mapping[str, object]:
    """The mapping, its keys as text; anything else is empty."""
    if not isinstance(value, Mapping):
        return {}
    return value if all(isinstance(key, str) for key in value) else {str(key): item for key, item in value.items()}


def items(value: object) -> list[object]:
    """The list, or the single value as one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def mappings(value: object) -> list[Mapping[str, object]]:
    """Those items of a list that are mappings."""
    return [mapping(item) for item in items(value) if isinstance(item, Mapping)]


def texts(value: object) -> tuple[str, ...]:
    """The texts and numbers of a list, or the single one."""
    return tuple(str(item) for item in items(value) if isinstance(item, str | int | float))


def text(value: object) -> str | None:
    """The text or number, if it is one that is not empty."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None

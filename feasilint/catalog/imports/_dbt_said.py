"""What people write into `meta`, `tags` and `owner` of dbt, in the words of a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports.artefact import stated
from feasilint.dbt.configs import merged
from feasilint.dbt.plain import items, mapping, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports._dbt_artefacts import Node
    from feasilint.catalog.imports.artefact import Entry

    Meta = Mapping[str, object]

OWN = "feasilint"
"""The key of `meta` whose entries are keys of the catalog, and beat everything."""

_OWNER_KEYS = ("owner", "owners", "data_owner", "team")
_TEAM, _CONTACT = ("team", "name"), ("contact", "slack", "channel", "email")
_YES = ("true", "yes", "y", "1")
_MARKS = {  # keys of `meta` that mark something when they are true
    "pii": "pii", "contains_pii": "pii", "is_pii": "pii", "has_pii": "pii", "phi": "phi", "contains_phi": "phi",
    "pci": "pci", "gdpr": "gdpr", "sensitive": "sensitive", "is_sensitive": "sensitive", "personal_data": "personal data",
}  # fmt: skip
_CLASSES = ("classification", "data_classification", "security_classification", "sensitivity", "privacy")
_PRIVATE = {*_MARKS.values(), "confidential", "restricted", "secret"}


def meta_of(node: Node) -> Meta:
    """All of `meta`: what its source says, what the node says, what its settings say; the last beats the others."""
    config = mapping(mapping(node.config).get("meta"))
    return {**mapping(node.source_meta), **mapping(node.meta), **config}


def config_of(node: Node) -> Meta:
    """The settings of a node, with the tags and the meta that older versions keep beside them."""
    return merged({"tags": node.tags, "meta": meta_of(node)}, mapping(node.config))


def own(meta: Meta) -> Entry:
    """The keys of the catalog that somebody has written there."""
    return {key: value for key, value in mapping(meta.get(OWN)).items() if value is not None}


def owner_in(meta: Meta) -> Entry | str | None:
    """The owner that `meta` names."""
    return next((found for key in _OWNER_KEYS if (found := owner(meta.get(key))) is not None), None)


def owner(value: object) -> Entry | str | None:
    """An owner: a text, a mapping with a name and an address, or the first of several."""
    first = next(iter(items(value)), None)
    given = mapping(first)
    if not given:
        return _word(first)
    found = stated(team=_first(given, _TEAM), contact=_first(given, _CONTACT))
    return found or None


def column_flags(meta: Meta, tags: object, policies: object = None) -> list[str]:
    """What marks a column: its tags, and what its meta says of it."""
    return list(dict.fromkeys((*texts(tags), *_marks(meta), *(["policy tag"] if items(policies) else []))))


def table_flags(meta: Meta, tags: object) -> list[str]:
    """What marks a table: of its tags only those that say that it is to be protected; the others select what is run."""
    return list(dict.fromkeys((*(tag.lower() for tag in texts(tags) if tag.lower() in _PRIVATE), *_marks(meta))))


def _marks(meta: Meta) -> Iterator[str]:
    for key, value in meta.items():
        flag = _MARKS.get(key.lower())
        if flag is not None and (value is True or (isinstance(value, str) and value.strip().lower() in _YES)):
            yield flag
    yield from (found for key in _CLASSES if (found := _word(meta.get(key))) is not None)


def _first(given: Meta, keys: tuple[str, ...]) -> str | None:
    found = (_word(next(iter(items(given.get(key))), None)) for key in keys)
    return next((word for word in found if word is not None), None)


def _word(value: object) -> str | None:
    found = text(value)
    return found.strip() or None if found is not None else None

"""Words of contracts: what a status means, what is sensitive, what is true."""

from __future__ import annotations

import re

from feasilint.catalog.imports.artefact import listed, text

RETIRED = frozenset({"deprecated", "retired", "decommissioned", "sunset", "archived"})
DRAFT = frozenset({"proposed", "draft", "development", "in development", "in-development", "planned", "inactive"})
_HARMLESS = frozenset({"public", "none", "open", "unclassified"})
_OF_LOADING = re.compile(r"load|ingest|process|etl|insert|arriv|sync|available", re.IGNORECASE)
_TRUE = frozenset({"true", "yes", "on", "1"})


def is_true(value: object) -> bool:
    """Whether a scalar, which is read as text, says yes."""
    return isinstance(value, str) and value.strip().lower() in _TRUE


def sensitive(classification: object, tags: object, *, pii: bool) -> list[str]:
    """The flags of a column: its classification unless that is harmless, `pii` if anything says so."""
    word = text(classification)
    flags = [word] if word is not None and word.lower() not in _HARMLESS else []
    tagged = any(isinstance(tag, str) and tag.lower() == "pii" for tag in listed(tags))
    return list(dict.fromkeys([*flags, *(["pii"] if pii or tagged else [])]))


def is_of_loading(column: str) -> bool:
    """Whether a time is named like that at which a row was there, not like that of its event."""
    return _OF_LOADING.search(column) is not None

"""What tags of people's own say: the keys of a catalog under `feasilint`, whose team it is, and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports.artefact import stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.catalog.imports.artefact import Entry

_PREFIX = "feasilint"
_YES = frozenset({"true", "yes", ""})  # no 1: that is a tier, a version, a priority
_SPOKEN_FOR = frozenset({"deprecated", "team", "owner"})


def spoken(tags: Mapping[str, str]) -> Entry:
    """The keys of a catalog entry that tags state: `feasilint.latency: daily`, `feasilint: "{latency: daily}"`."""
    found: Entry = {}
    for name, value in tags.items():
        head, _, key = name.partition(".")
        if head == _PREFIX:
            read = _read(value)
            found.update({key: read} if key else read if isinstance(read, dict) else {})
    return found


def named(tags: Iterable[str]) -> dict[str, str]:
    """The tags of a list that are a name with a value: `feasilint.latency=daily`."""
    pairs = (tag.partition("=") for tag in tags if "=" in tag)
    return {name.strip(): value.strip() for name, _, value in pairs}


def flags(tags: Mapping[str, str]) -> list[str]:
    """The tags that are set and say nothing more: `pii: "true"`."""
    return [
        name
        for name, value in tags.items()
        if value.strip().lower() in _YES and name not in _SPOKEN_FOR and name.partition(".")[0] != _PREFIX
    ]


def deprecated(tags: Mapping[str, str]) -> bool:
    """Whether a tag `deprecated` is set."""
    return tags.get("deprecated", "no").strip().lower() in _YES


def owner(contact: str | None, tags: Mapping[str, str]) -> Entry:
    """Whose it is, as a person, a channel or a team."""
    told = contact or tags.get("owner")
    person = told is not None and (told.startswith(("#", "@")) or "@" in told)
    return stated(team=tags.get("team") or (None if person else told), contact=told if person else None)


def _read(value: str) -> object:
    """A value as YAML has it: lists and mappings in brackets, all else is text."""
    if not value.lstrip().startswith(("[", "{")):
        return value
    from feasilint.catalog.tree import parse

    tree, problems = parse(value, _PREFIX)
    return value if problems else tree.data

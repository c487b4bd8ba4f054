"""References of JSON and YAML documents to parts of themselves."""

from __future__ import annotations

from urllib.parse import unquote

from feasilint.catalog.imports.artefact import Entry, mapping

_LONGEST = 20  # of references to references


class References:
    """Follows `$ref` inside of one document. `foreign`: those that lead elsewhere, which nobody follows."""

    def __init__(self, document: object) -> None:
        self._document = document
        self.foreign: dict[str, None] = {}

    def resolved(self, value: object) -> Entry:
        """The mapping that a value is or refers to, with what stands beside the reference; empty if there is none."""
        item = mapping(value)
        for _ in range(_LONGEST):
            reference = item.get("$ref")
            if not isinstance(reference, str):
                return item
            beside = {key: found for key, found in item.items() if key != "$ref"}
            item = {**mapping(self._at(reference)), **beside}
        return {}

    def name(self, value: object) -> str | None:
        """The last step of a reference."""
        reference = mapping(value).get("$ref")
        return _unescaped(reference.rpartition("/")[2]) if isinstance(reference, str) else None

    def _at(self, reference: str) -> object:
        if not reference.startswith("#"):
            self.foreign.setdefault(reference)
            return None
        found = self._document
        for step in reference[1:].split("/")[1:]:
            key = _unescaped(step)
            if isinstance(found, list):
                found = found[int(key)] if key.isdecimal() and int(key) < len(found) else None
            else:
                found = mapping(found).get(key)
        return found


def _unescaped(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")

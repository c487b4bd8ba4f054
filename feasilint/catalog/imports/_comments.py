"""What comments on tables and columns say to others than people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports.artefact import mapping

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Entry

_OWN = re.compile(r"\bfeasilint:\s*(\{.*\})", re.DOTALL)
_DEPRECATED = re.compile(r"\W*deprecated\b", re.IGNORECASE)
_PII = re.compile(r"(?<!\bno )(?<!\bnot )(?<!\bnon[- ])(?<!\bwithout )\bPII\b", re.IGNORECASE)


class Said(Struct, frozen=True):
    """`own`: keys of a catalog that the comment states; `deprecated`: the rest of it, if it starts with that word."""

    own: Entry = field(default_factory=dict)
    deprecated: str | None = None
    pii: bool = False


_NOTHING = Said()


def said(comment: str | None) -> Said:
    """`Deprecated: use x`, `PII`, `feasilint: {retention: 3y}`."""
    if comment is None:
        return _NOTHING
    found = _OWN.search(comment)
    own = {} if found is None else _parsed(found[1])
    plain = _OWN.sub("", comment).strip()
    deprecated = plain if _DEPRECATED.match(plain) else None
    return (
        Said(own, deprecated, _PII.search(comment) is not None)
        if own or deprecated or "pii" in comment.lower()
        else _NOTHING
    )


def _parsed(written: str) -> Entry:
    from feasilint.catalog.tree import parse

    return mapping(parse(written, "comment")[0].data)

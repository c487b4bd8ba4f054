"""Doubts about a catalog: what is valid and may still be wrong, forgotten or out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from feasilint.catalog.model import Mark, SourceEntry


class Doubt(Struct, frozen=True):
    """One doubt. `kind` is its short name, `about` the entry; `message` says what is odd and what to do."""

    mark: Mark | None
    kind: str
    about: str
    message: str

    def __str__(self) -> str:
        where = f"{self.mark.path}:{self.mark.line}:{self.mark.column}: " if self.mark else ""
        return f"{where}{self.about}: {self.message} [{self.kind}]"


def of_source(entry: SourceEntry, key: str, kind: str, message: str) -> Doubt:
    """A doubt about one key of a source."""
    return Doubt(entry.marks.get(key) or entry.mark, kind, entry.name, message)

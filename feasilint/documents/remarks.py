"""Comments that say to what a document belongs: `# feasilint: model=fraud prediction_point=checkout`.

They stand anywhere in it, in the forms of ignore comments. What follows the last `key=value` is for people. Other words in the
same places are kept, so that a misspelt one can be told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.documents.ignores import Lines, addressed
from feasilint.ir import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.documents.model import Cell, Document

_ADDRESSED = re.compile(r"(?:^|\#|--)\s*feasilint:\s*(?=[A-Za-z_-]+\s*[=\[])", re.IGNORECASE)
_PAIR = re.compile(r"\s*[,;]?\s*(?P<key>[A-Za-z_-]+)\s*=\s*(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,;]+)")
_BRACKETED = re.compile(r"(?P<key>[A-Za-z_-]+)\s*\[")


def remarks(document: Document) -> tuple[Remark, ...]:
    """What comments say of the document, in its order."""
    return tuple(found for cell in document.cells for found in _cell_remarks(cell))


def _cell_remarks(cell: Cell) -> Iterator[Remark]:
    comments = [(comment, found.end()) for comment in addressed(cell) if (found := _ADDRESSED.search(comment.inner))]
    if not comments:
        return
    place = Lines(cell, ()).place
    for comment, start in comments:
        span = place.span(comment.start, comment.end)
        yield from (Remark(key, value, span) for key, value in _said(comment.inner, start))


def _said(text: str, at: int) -> Iterator[tuple[str, str]]:
    bracketed = _BRACKETED.match(text, at)
    if bracketed and bracketed["key"].lower() != "ignore":
        yield bracketed["key"].lower(), ""
    while found := _PAIR.match(text, at):
        yield found["key"].lower(), found["value"].strip("'\"")
        at = found.end()

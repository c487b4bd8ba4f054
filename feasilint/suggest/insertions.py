"""Text that is put into a fragment, and where that is in its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.findings import Edit
from feasilint.ir import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Fragment


class Insertion(Struct, frozen=True, order=True, gc=False):
    """Text that goes before the character at an offset of a fragment."""

    at: int
    text: str


def inserted(made: Iterable[Insertion], text: str) -> str:
    """The text with these insertions."""
    for one in reversed(_merged(made)):
        text = text[: one.at] + one.text + text[one.at :]
    return text


def in_document(made: Iterable[Insertion], fragment: Fragment) -> tuple[Edit, ...]:
    """The insertions as edits of the document; none where one of their places does not stand in the document as such."""
    edits = [_edit(one, fragment) for one in _merged(made)]
    return tuple(edit for edit in edits if edit is not None) if all(edits) else ()


def _merged(made: Iterable[Insertion]) -> list[Insertion]:
    """One insertion for each place."""
    found: dict[int, str] = {}
    for one in made:
        found[one.at] = found.get(one.at, "") + one.text
    return [Insertion(at, text) for at, text in sorted(found.items())]


def _edit(insertion: Insertion, fragment: Fragment) -> Edit | None:
    """Behind the character before it, where that stands in the document as such."""
    if insertion.at == 0 or not fragment.is_verbatim(insertion.at - 1, insertion.at):
        return None
    line, column = fragment.position(insertion.at - 1)
    return Edit(Span(fragment.cell, line, column + 1, line, column + 1), insertion.text)

"""Changes of the text of a fragment, and where they are in its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.findings import Edit
from feasilint.ir import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Fragment


class Change(Struct, frozen=True, order=True, gc=False):
    """`text` in place of what stands between two offsets of a fragment; between equal ones nothing does."""

    start: int
    end: int
    text: str


def insertion(at: int, text: str) -> Change:
    """Text that goes before the character at an offset."""
    return Change(at, at, text)


def changed(changes: Iterable[Change], text: str) -> str:
    """The text with these changes."""
    for one in reversed(_merged(changes)):
        text = text[: one.start] + one.text + text[one.end :]
    return text


def in_document(changes: Iterable[Change], fragment: Fragment) -> tuple[Edit, ...]:
    """The changes as edits of the document; none where one of their places does not stand in the document as such."""
    edits = [_edit(one, fragment) for one in _merged(changes)]
    return tuple(edit for edit in edits if edit is not None) if all(edits) else ()


def _merged(changes: Iterable[Change]) -> list[Change]:
    """One change for each place."""
    found: dict[tuple[int, int], str] = {}
    for one in changes:
        found[one.start, one.end] = found.get((one.start, one.end), "") + one.text
    return [Change(start, end, text) for (start, end), text in sorted(found.items())]


def _edit(change: Change, fragment: Fragment) -> Edit | None:
    """What is only put in goes behind the character before it, where that stands in the document as such."""
    inserted = change.start == change.end
    first = change.start - inserted
    if first < 0 or not fragment.is_verbatim(first, max(change.end, first + 1)):
        return None
    line, column = fragment.position(first)
    if inserted:
        return Edit(Span(fragment.cell, line, column + 1, line, column + 1), change.text)
    end_line, end_column = fragment.position(change.end - 1)
    return Edit(Span(fragment.cell, line, column, end_line, end_column + 1), change.text)

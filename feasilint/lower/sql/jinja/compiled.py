"""Code that dbt has compiled a template to, laid beside the template line by line."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import accumulate
from os.path import commonprefix
from typing import TYPE_CHECKING

from feasilint.lower.sql.jinja.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_LINES = 3_000


def places_of(compiled: str, template: str) -> tuple[Place, ...]:
    """Where compiled code comes from: lines that both have stand for themselves, any others for those between them."""
    made, said = _Lines(compiled), _Lines(template)
    if max(len(made.plain), len(said.plain)) > _MOST_LINES:
        return (Place(0, 0, max(1, len(template))),)
    matcher = SequenceMatcher(None, said.plain, made.plain, autojunk=False)
    found = list(_found(matcher, said, made))
    return tuple(found) if found and found[0].offset == 0 else (Place(0, 0), *found)


def _found(matcher: SequenceMatcher[str], said: _Lines, made: _Lines) -> Iterator[Place]:
    for kind, first, last, start, stop in matcher.get_opcodes():
        paired = kind == "equal" or (kind == "replace" and last - first == stop - start)
        for at in range(start, stop):
            line = first + at - start if paired else min(first, len(said.plain) - 1)
            yield from _line(said, line, made, at) if paired else [made.whole(at, said, line)]


def _line(said: _Lines, line: int, made: _Lines, at: int) -> Iterator[Place]:
    """One line beside its counterpart: what both begin with, what only one has, what both end with."""
    before, after = said.plain[line], made.plain[at]
    head = len(commonprefix([before, after]))  # noqa: RUF071 - of characters
    tail = len(commonprefix([before[head:][::-1], after[head:][::-1]]))  # noqa: RUF071
    origin, offset = said.first(line), made.first(at)
    yield Place(offset, origin)
    if len(after) - head - tail > 0:
        yield Place(offset + head, origin + head, max(1, len(before) - head - tail))
    if tail and before != after:
        yield Place(offset + len(after) - tail, origin + len(before) - tail)


class _Lines:
    """The lines of a text: without the blanks around them, and their offsets."""

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        self.plain: Sequence[str] = [line.strip() for line in lines]
        starts = accumulate((len(line) + 1 for line in lines), initial=0)
        self._first = [start + len(line) - len(line.lstrip()) for start, line in zip(starts, lines, strict=False)]

    def first(self, line: int) -> int:
        """The offset of a line's first character that is no blank."""
        return self._first[line]

    def whole(self, line: int, said: _Lines, other: int) -> Place:
        """This line as a whole for one of the template."""
        return Place(self._first[line], said.first(other), max(1, len(said.plain[other])))

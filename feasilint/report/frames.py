"""Code frames: the lines that a finding is about, with its labels underneath.

      --> churn.ipynb:cell 7 [In 12]:4:9   (cell begins `cb = read_sql(…`)
       |
     3 | cb = read_sql("select user_id, posted_at from raw.chargebacks")
       |                                ^^^^^^^^^ 1. read here
      ::: catalog.yaml:41:5
    41 |     posted_at: {availability: training_only, known_after: 30d}
       |                 --------------------------- 2. declared here

Labels keep their lineage numbers; those in the finding's own cell or file come first and are marked `^`, the others `-`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.findings import Label, Place
from feasilint.report.screen import glyph, visible, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.findings import Finding
    from feasilint.ir import Span
    from feasilint.report.paint import Painter, Role
    from feasilint.report.places import Located, Texts

_MAX_COLUMNS = 132  # of code; longer lines are cut around the mark
_MAX_MARKED_LINES = 4  # a longer span is marked on its first line only


class _Mark(Struct, frozen=True):
    """One label on one line: columns `start` to `end` (1-based, exclusive), `text` on the last line of its span."""

    line: int
    start: int
    end: int
    text: str


class _Group(Struct, frozen=True):
    """The labels of one cell or file. `primary`: that of the finding itself."""

    located: Located
    marks: tuple[_Mark, ...]
    unplaced: tuple[str, ...]
    primary: bool


class Frames(Struct, frozen=True):
    """The frames of one finding. `margin` is the width of the line numbers; what follows below is indented likewise."""

    groups: tuple[_Group, ...]
    margin: int

    def lines(self, paint: Painter) -> Iterator[str]:
        for group in self.groups:
            yield from _Drawing(group, self.margin, paint).lines()


def frames(finding: Finding, texts: Texts) -> Frames:
    """The frames of a finding: its own cell or file first, then the others in lineage order."""
    labels = finding.labels or (Label(finding.place, ""),)
    numbered = [
        (texts.marked(label.place), _numbered(index, label.text, len(labels))) for index, label in enumerate(labels, 1)
    ]
    keys = {_key(finding.place): finding.place}
    for place, _ in numbered:
        keys.setdefault(_key(place), place)
    groups = tuple(
        _group(texts.locate(first), [(place, text) for place, text in numbered if _key(place) == key], index == 0)
        for index, (key, first) in enumerate(keys.items())
    )
    last = max((mark.line for group in groups for mark in group.marks), default=1)
    return Frames(groups, len(str(last)))


def _numbered(index: int, text: str, count: int) -> str:
    return visible(text) if count == 1 else f"{index}. {visible(text)}"


def _key(place: Place) -> tuple[str, int | None]:
    return place.path, place.span.cell if place.span else None


def _group(located: Located, labels: list[tuple[Place, str]], primary: bool) -> _Group:
    marks: list[_Mark] = []
    unplaced: list[str] = []
    for place, text in labels:
        if place.span is None or not 0 < place.span.line <= len(located.lines):
            unplaced.append(text)
        else:
            marks += _marks(place.span, text, located.lines)
    marks.sort(key=lambda mark: mark.line)
    return _Group(located, tuple(marks), tuple(filter(None, unplaced)), primary)


def _marks(span: Span, text: str, lines: tuple[str, ...]) -> list[_Mark]:
    """A label over several lines marks the code on each of them; a long one its first line only."""
    last = min(span.end_line, len(lines))
    if not span.line < last < span.line + _MAX_MARKED_LINES:
        end = span.end_column if span.end_line == span.line else len(lines[span.line - 1]) + 1
        return [_Mark(span.line, span.column, end, text)]
    marks = []
    for number in range(span.line, last + 1):
        line = lines[number - 1]
        start = span.column if number == span.line else len(line) - len(line.lstrip()) + 1
        end = span.end_column if number == span.end_line else len(line.rstrip()) + 1
        if end > start:
            marks.append(_Mark(number, start, end, ""))
    if not marks:
        return [_Mark(span.line, span.column, span.column + 1, text)]
    final = marks.pop()
    return [*marks, _Mark(final.line, final.start, final.end, text)]


class _Drawing(Struct, frozen=True):
    group: _Group
    margin: int
    paint: Painter

    def lines(self) -> Iterator[str]:
        yield self._arrow()
        if self.group.primary and self.group.marks:
            yield self._row("")
        shown = 0
        for number in sorted({mark.line for mark in self.group.marks}):
            yield from self._between(shown, number)
            yield from self._marked(number)
            shown = number
        for text in self.group.unplaced:
            yield self._row(text)

    def _arrow(self) -> str:
        located = self.group.located
        arrow = "-->" if self.group.primary else ":::"
        opening = f"   (cell begins `{located.opening}`)" if located.opening else ""
        return f"{' ' * self.margin}{self.paint(arrow, 'gutter')} {located.position}{opening}"

    def _between(self, shown: int, number: int) -> Iterator[str]:
        """The one line between two marked ones; an ellipsis for more."""
        if shown and number == shown + 2:
            yield self._row(_cut(self.group.located.lines[shown], 1)[0], shown + 1)
        elif shown and number > shown + 2:
            yield self.paint(f"{'...':>{self.margin + 2}}", "gutter")

    def _marked(self, number: int) -> Iterator[str]:
        """A line and its marks; a line that had to be cut is repeated where a mark is not within what was shown."""
        line = self.group.located.lines[number - 1]
        marks = [mark for mark in self.group.marks if mark.line == number]
        role: Role = "primary" if self.group.primary else "secondary"
        previous: str | None = None
        for mark in marks:
            text, indent, length = _aligned(line, mark, min(m.start for m in marks))
            if text != previous:
                yield self._row(text, number)
                previous = text
            sign = ("^" if self.group.primary else "-") * length
            yield self._row(" " * indent + self.paint(f"{sign} {mark.text}".rstrip(), role))

    def _row(self, text: str, number: int | None = None) -> str:
        gutter = f"{'' if number is None else number:>{self.margin}} |"
        return f"{self.paint(gutter, 'gutter')} {text}".rstrip()


def _aligned(line: str, mark: _Mark, leftmost: int) -> tuple[str, int, int]:
    """A line as shown, the columns before a mark and the columns of the mark."""
    start, end = min(mark.start, len(line) + 1), min(mark.end, len(line) + 1)
    text, offset = _cut(line, leftmost)
    if _columns(line[offset : start - 1]) >= _MAX_COLUMNS:
        text, offset = _cut(line, start)
    indent = _columns(line[offset : start - 1]) + (1 if offset else 0)
    length = max(1, _columns(line[start - 1 : end - 1]))
    return text, indent, min(length, max(1, width(text) - indent))


def _cut(line: str, column: int) -> tuple[str, int]:
    """The part of a line around a column as printed, and how many characters were left out before it."""
    shown = "".join(map(glyph, line)).rstrip()
    if width(shown) <= _MAX_COLUMNS:
        return shown, 0
    offset = max(0, column - 1 - _MAX_COLUMNS // 4) if column > _MAX_COLUMNS // 2 else 0
    kept: list[str] = []
    used = 0
    for char in line[offset:]:
        piece = glyph(char)
        used += width(piece)
        if used > _MAX_COLUMNS:
            kept.append("…")
            break
        kept.append(piece)
    return ("…" if offset else "") + "".join(kept), offset


def _columns(text: str) -> int:
    return width("".join(map(glyph, text)))

"""Where things stand in a document: spans, parsed fragments and the origins of IR nodes."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from msgspec import Struct

Language = Literal["python", "sql"]


class Span(Struct, frozen=True, order=True, gc=False):
    """A stretch of one document.

    `cell` is the 0-based index among all cells of a notebook, None in plain files. Lines and columns are 1-based and
    count characters of the cell's source (of the file, without cells); the end column is exclusive.
    """

    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int


class Anchor(Struct, frozen=True, gc=False):
    """From this offset of a fragment's text on, characters stand at `line`:`column` of the document, until a newline
    or the next anchor. With a `width`, all of them up to the next anchor are what so many characters there stand for."""

    offset: int
    line: int
    column: int
    width: int = 0


class Elsewhere(Struct, frozen=True, gc=False):
    """The file of the project that a text is written in, where that is not the document: it begins at `line` there, and goes on
    line by line where it is `verbatim`."""

    path: str
    line: int
    verbatim: bool = True

    def at(self, text: str, offset: int) -> str:
        """Where a character of the text is written: `features/window.sql:12`."""
        return f"{self.path}:{self.line + (bisect_right(_line_starts(text), offset) - 1) * self.verbatim}"


class Fragment(Struct, frozen=True, gc=False):
    """One parsed text and where it stands in the document.

    A notebook cell, a SQL file and a SQL string inside Python are fragments; `parent` is the index of the fragment
    that contains this one. `anchors` map offsets of `text` to the document, sorted by offset. `exact` is true where
    the map is one to one, so that the fragment can be rewritten in place. `rendered`: the text came out of a template.
    `elsewhere`: it is that of another file, and its anchors say where the document asks for it.
    """

    index: int
    language: Language
    text: str
    cell: int | None
    anchors: tuple[Anchor, ...]
    dialect: str | None = None
    parent: int | None = None
    exact: bool = True
    rendered: bool = False
    elsewhere: Elsewhere | None = None

    def span(self, start: int, end: int) -> Span:
        """The document span of `text[start:end]`."""
        line, column = self.position(start)
        end_line, end_column = self.position(max(start, end - 1), last=True)
        return Span(self.cell, line, column, end_line, end_column + 1)

    def written(self, offset: int) -> str | None:
        """The file and line of the project where a character of `text` is written, where that is not the document."""
        return self.elsewhere.at(self.text, offset) if self.elsewhere is not None else None

    def position(self, offset: int, last: bool = False) -> tuple[int, int]:
        """Line and column (1-based) of one character of `text`; `last`: of the last one that it stands for."""
        anchors = self.anchors
        anchor = anchors[max(0, bisect_right(anchors, offset, key=_offset) - 1) if len(anchors) > 1 else 0]
        if anchor.width:
            return anchor.line, anchor.column + (anchor.width - 1) * last
        starts = _line_starts(self.text)
        line, first = bisect_right(starts, offset), bisect_right(starts, anchor.offset)
        if line == first:
            return anchor.line, anchor.column + offset - anchor.offset
        return anchor.line + line - first, offset - starts[line - 1] + 1

    def is_verbatim(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` stands in the document just so, without a gap and with nothing expanded."""
        first = max(0, bisect_right(self.anchors, start, key=_offset) - 1)
        for at in range(first, len(self.anchors)):
            anchor, following = self.anchors[at], self.anchors[at + 1] if at + 1 < len(self.anchors) else None
            if anchor.offset >= end:
                break
            if anchor.width:
                return False
            if following is None or following.offset > end:
                break
            line, column = self.position(following.offset - 1)
            passed = self.text[following.offset - 1] == "\n"
            if (following.line, following.column) != ((line + 1, 1) if passed else (line, column + 1)):
                return False
        return True

    def is_gapless(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` stands in the document in one piece, whatever is expanded in it; at the end of the text also
        whether nothing follows in the document."""
        following = [anchor for anchor in self.anchors if start < anchor.offset <= end]
        for anchor in following:
            line, column = self.position(anchor.offset - 1, last=True)
            passed = self.text[anchor.offset - 1] == "\n" and not self._expanded(anchor.offset - 1)
            if (anchor.line, anchor.column) != ((line + 1, 1) if passed else (line, column + 1)):
                return False
        return True

    def stands_once(self, offset: int) -> bool:
        """Whether nothing else in the text comes from the place of this character: it is in no loop, in no macro called twice."""
        place, ends = self.position(offset), (*(anchor.offset for anchor in self.anchors[1:]), len(self.text))
        parts = zip((anchor.offset for anchor in self.anchors), ends, strict=True)
        found = (
            start < end and self.position(start) <= place <= self.position(end - 1, last=True) for start, end in parts
        )
        return sum(found) < 2

    def _expanded(self, offset: int) -> bool:
        return bool(self.anchors[max(0, bisect_right(self.anchors, offset, key=_offset) - 1)].width)


_offset = attrgetter("offset")


@lru_cache(maxsize=128)
def _line_starts(text: str) -> tuple[int, ...]:
    """The offset of each line's first character."""
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return tuple(starts)


class Origin(Struct, frozen=True, gc=False):
    """The syntax node that an IR node was made from: preorder index `node` in the unqualified tree of `fragment`.

    Rewriters parse the fragment again and find the node by that index; `span` covers its tokens in the document. `written`: the
    file and line of the project, where that is not the document.
    """

    fragment: int
    node: int
    span: Span
    written: str | None = None

"""Comments that silence rules: `# feasilint: ignore[AVL101, LAT202] reason`.

Without brackets every rule is silenced. Codes or names of rules, separated by commas, stand in the brackets; `ignore[]` and
unclosed brackets name none and silence nothing. A comment behind code speaks for its line, one that stands alone for the
next line of code. In SQL the comment is `-- …`, `/* … */` or `{# … #}`; inside a multi-line Python string `-- …` counts too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from feasilint.documents.comments import Comment, Scanner, python_comments, sql_comments
from feasilint.ir import Anchor, Fragment, Ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.documents.model import Cell, Document

_DIRECTIVE = re.compile(
    r"(?:^|\#|--)\s*feasilint:\s*ignore(?![\w-])(?P<brackets>\s*\[(?P<codes>[^\]\n]*)\])?(?!\s*\[)\s*[:,]?\s*(?P<reason>.*)",
    re.DOTALL | re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z]{2,}\d+")
_SEPARATOR = re.compile(r"[\s,]+")
_SQL_MAGIC = re.compile(r"\s*%%?\w*(?:sql|bigquery|athena|redshift|snowflake|duckdb)", re.IGNORECASE)
_SCANNERS: dict[str, Scanner] = {"python": python_comments, "sql": sql_comments}


def ignores(document: Document) -> tuple[Ignore, ...]:
    """The ignore comments of a document, in its order."""
    return tuple(found for cell in document.cells for found in _cell_ignores(cell))


def addressed(cell: Cell) -> tuple[Comment, ...]:
    """The comments of a cell, if any may be meant for this tool."""
    if "feasilint" not in cell.source.lower() or cell.language == "other":
        return ()
    language = "sql" if _SQL_MAGIC.match(cell.source) else cell.language
    return tuple(_SCANNERS[language](cell.source))


def _cell_ignores(cell: Cell) -> Iterator[Ignore]:
    comments = addressed(cell)
    if not comments:
        return
    lines = Lines(cell, comments)
    for comment in comments:
        found = _DIRECTIVE.search(comment.inner)
        if found and (codes := _codes(found)) is not None:
            own_line, covers = lines.meant(comment)
            reason = " ".join(found["reason"].split())
            whole = not comment.inner[: found.start()].strip()
            yield Ignore(codes, reason, lines.place.span(comment.start, comment.end), own_line, covers, whole)


def _codes(directive: re.Match[str]) -> tuple[str, ...] | None:
    """The codes and names; empty for every rule, None for brackets without any."""
    if directive["brackets"] is None:
        return ()
    words = [word for word in _SEPARATOR.split(directive["codes"]) if word]
    return tuple(word.upper() if _CODE.fullmatch(word) else word for word in words) or None


class Lines:
    """The lines of a cell: where they stand in the document, and which hold anything but comments."""

    def __init__(self, cell: Cell, comments: tuple[Comment, ...]) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", cell.source))]
        self.place = Fragment(0, "python", cell.source, cell.index, _anchors(self._starts, cell))
        self._code = [bool(line.strip()) for line in _blanked(cell.source, comments).split("\n")]
        self._next = self._next_code()

    def meant(self, comment: Comment) -> tuple[bool, int]:
        """Whether a comment stands alone, and the line it speaks for."""
        line = self._line(comment.start)
        if self._code[line]:
            return False, self.place.position(comment.start)[0]
        after = self._next[self._line(max(comment.start, comment.end - 1))]
        return True, self.place.position(self._starts[after])[0]

    def _next_code(self) -> list[int]:
        """For each line the next one with code after it; the last line where there is none."""
        following = [len(self._code) - 1]
        for line in range(len(self._code) - 1, 0, -1):
            following.append(line if self._code[line] else following[-1])
        return following[::-1]

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1


def _anchors(starts: list[int], cell: Cell) -> tuple[Anchor, ...]:
    """An anchor for each line, so that a place is found without counting lines from the top."""
    first, *others = cell.anchors
    if others:
        return cell.anchors
    return (first, *(Anchor(start, first.line + index, 1) for index, start in enumerate(starts[1:], start=1)))


def _blanked(source: str, comments: tuple[Comment, ...]) -> str:
    """The source without its comments, on as many lines."""
    parts: list[str] = []
    at = 0
    for comment in comments:
        parts += (source[at : comment.start], "\n" * source.count("\n", comment.start, comment.end))
        at = comment.end
    return "".join((*parts, source[at:]))

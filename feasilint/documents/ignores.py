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
from feasilint.ir import Fragment, Ignore

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


def _cell_ignores(cell: Cell) -> Iterator[Ignore]:
    if "feasilint" not in cell.source.lower() or cell.language == "other":
        return
    language = "sql" if _SQL_MAGIC.match(cell.source) else cell.language
    comments = tuple(_SCANNERS[language](cell.source))
    lines = _CodeLines(cell.source, comments)
    place = Fragment(0, "python", cell.source, cell.index, cell.anchors)
    for comment in comments:
        found = _DIRECTIVE.search(comment.inner)
        if found and (codes := _codes(found)) is not None:
            yield _ignore(comment, codes, found["reason"], place, lines)


def _codes(directive: re.Match[str]) -> tuple[str, ...] | None:
    """The codes and names; empty for every rule, None for brackets without any."""
    if directive["brackets"] is None:
        return ()
    words = [word for word in _SEPARATOR.split(directive["codes"]) if word]
    return tuple(word.upper() if _CODE.fullmatch(word) else word for word in words) or None


def _ignore(comment: Comment, codes: tuple[str, ...], reason: str, place: Fragment, lines: _CodeLines) -> Ignore:
    span = place.span(comment.start, comment.end)
    own_line = not lines.has_code(comment.start)
    offset = lines.next_code(comment.end) if own_line else comment.start
    return Ignore(codes, " ".join(reason.split()), span, own_line, place.position(offset)[0])


class _CodeLines:
    """Which lines of a source hold anything but comments."""

    def __init__(self, source: str, comments: tuple[Comment, ...]) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", source))]
        self._code = [bool(line.strip()) for line in _blanked(source, comments).split("\n")]

    def has_code(self, offset: int) -> bool:
        return self._code[self._line(offset)]

    def next_code(self, offset: int) -> int:
        """The offset of the next line of code after this one; of the last line if there is none."""
        line = self._line(offset - 1)
        following = (index for index in range(line + 1, len(self._code)) if self._code[index])
        return self._starts[next(following, len(self._code) - 1)]

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1


def _blanked(source: str, comments: tuple[Comment, ...]) -> str:
    """The source without its comments, on as many lines."""
    parts: list[str] = []
    at = 0
    for comment in comments:
        parts += (source[at : comment.start], "\n" * source.count("\n", comment.start, comment.end))
        at = comment.end
    return "".join((*parts, source[at:]))

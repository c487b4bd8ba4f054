"""Where rendered text comes from: markers around the pieces of a template travel through the rendering and are read back.

Every stretch of plain text is rendered as one character that stands for it; what an expression writes is enclosed in two.
The characters are of a plane of Unicode's private use that no SQL contains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.lower.sql.jinja.pieces import Piece

_DATA, _BEGIN, _END = 0xF0000, 0x100000, "\U0010fffd"
_WRITING = ("call", "filter", "include")  # tags that write something themselves
MOST_PIECES = 60_000
LONGEST = 600_000  # characters of a rendered text
_FOREIGN = re.compile("[\U000f0000-\U0010ffff]")
_RENDERED = re.compile(f"([\U000f0000-\U000fffff])\n*|([\U00100000-\U0010fffc])\n*([^{_END}]*){_END}")


class TooLongError(Exception):
    """The rendered text is longer than one that is read."""


class Place(Struct, frozen=True):
    """From `offset` of the rendered text on, characters are those from `start` of the template on; or, with a `width`, stand
    for so many of them as a whole."""

    offset: int
    start: int
    width: int = 0


class Stretch(Struct, frozen=True):
    """A stretch of rendered text, and the piece that it comes from."""

    text: str
    piece: Piece


def prepared(pieces: Sequence[Piece]) -> str:
    """The template with markers in the place of its text, as many lines long as before."""
    return "".join(_prepared(at, piece) for at, piece in enumerate(pieces))


def _prepared(at: int, piece: Piece) -> str:
    if piece.depth:  # text of a macro or a variable is a value; it stands where it is used
        return _FOREIGN.sub("\ufffd", piece.text)
    if piece.kind == "data":
        return chr(_DATA + at) + "\n" * piece.text.count("\n")
    if piece.kind == "expression" or piece.word in _WRITING:
        return chr(_BEGIN + at) + piece.text + _END * (piece.word not in ("call", "filter"))
    if piece.word in ("endcall", "endfilter"):
        return piece.text + _END
    return "" if piece.word in ("raw", "endraw") else piece.text


def stretches(rendered: str, pieces: Sequence[Piece]) -> Iterator[Stretch]:
    """The rendered text in order; text without markers is taken for that of the piece before."""
    at = 0
    last = pieces[0]
    for found in _RENDERED.finditer(rendered):
        if rendered[at : found.start()].strip():
            yield Stretch(rendered[at : found.start()], last)
        at = found.end()
        if found[1] is not None:
            last = pieces[ord(found[1]) - _DATA]
            yield Stretch(last.text, last)
        else:
            last = pieces[ord(found[2]) - _BEGIN]
            yield Stretch(found[3], last)


def laid_out(stretched: Iterable[Stretch]) -> tuple[str, tuple[Place, ...]]:
    """The rendered text, and the places that it comes from; raises `TooLongError`: a loop is written once and read many times."""
    places: list[Place] = []
    out: list[str] = []
    offset = 0
    for stretch in stretched:
        if offset > LONGEST:
            raise TooLongError
        if stretch.text:
            width = 0 if stretch.text == stretch.piece.text else len(stretch.piece.text)
            places.append(Place(offset, stretch.piece.start, width))
            out.append(stretch.text)
        offset += len(stretch.text)
    return "".join(out), tuple(places)

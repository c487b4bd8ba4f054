"""A template cut into its pieces: text, tags, expressions and comments, with their offsets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["data", "tag", "expression", "comment"]

COMMENT = r"""\{#.*?(?:#\}|(?P<open>\Z))"""
_TAG = r"""\{%(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^%"'{]|\{(?!%)|%(?!\})|["'])*+%\}"""
_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_DICT = r"""\{(?:STRING|[^{}"']|INNER)*+\}"""


def _dicts(depth: int) -> str:
    inner = _dicts(depth - 1) if depth else "(?!)"
    return _DICT.replace("STRING", _STRING).replace("INNER", inner)


EXPRESSION = r"""\{\{(?:STRING|DICT|[^}"'{]|\{(?!\{)|\}(?!\})|["'])*+\}\}""".replace("STRING", _STRING).replace(
    "DICT", _dicts(4)
)
"""An expression, in which dictionaries of dictionaries may end; neither it nor a tag runs over the next opening of its kind: one
that is not closed costs itself."""
_MARKER = re.compile(rf"(?P<comment>{COMMENT})|(?P<tag>{_TAG})|(?P<expression>{EXPRESSION})", re.DOTALL)
_WORDS = re.compile(r"\{%[-+]?\s*(\w+)\s*(.*?)\s*[-+]?%\}", re.DOTALL)
_END_OF_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")

CLOSED = ("macro", "call", "filter", "docs", "test", "data_test", "materialization")
"""Blocks whose content is a value or a definition; of any other block the content stands where it is written."""


class Piece(Struct, frozen=True):
    """`text` stands at `start` of the template. `word`: the first one of a tag, else empty. `depth`: how many blocks that
    make a value or a definition are open."""

    kind: Kind
    text: str
    start: int
    word: str = ""
    depth: int = 0

    @property
    def code(self) -> str:
        """What stands between the braces."""
        inside = self.text[2:-2]  # a sign next to the braces speaks of the blanks outside
        return inside[inside[:1] in ("-", "+") : len(inside) - (inside[-1:] in ("-", "+"))].strip()


def words_of(tag: str) -> tuple[str, str]:
    """The first word of a tag, and what it says after that; both are empty for what is no tag."""
    found = _WORDS.fullmatch(tag)
    return (found[1], found[2]) if found is not None else ("", "")


def takes_content(word: str, rest: str) -> bool:
    """Whether a tag is a `set` that its block gives the value."""
    return word == "set" and "=" not in rest


def pieces(text: str) -> Iterator[Piece]:
    """All pieces of a template in order; together they are the template."""
    depth = 0
    for piece in _flat(text):
        opens = piece.word in CLOSED or takes_content(piece.word, piece.text)
        closes = piece.word.startswith("end") and piece.word[3:] in (*CLOSED, "set")
        depth = max(0, depth - closes)
        yield Piece(piece.kind, piece.text, piece.start, piece.word, depth)
        depth += opens


def _flat(text: str) -> Iterator[Piece]:
    at = 0
    while (found := _MARKER.search(text, at)) is not None:
        if found.start() > at:
            yield Piece("data", text[at : found.start()], at)
        at = found.end()
        if found.lastgroup == "comment":
            yield Piece("comment" if found["open"] is None else "data", found[0], found.start())
        elif found.lastgroup == "expression":
            yield Piece("expression", found[0], found.start())
        else:
            word, _ = words_of(found[0])
            yield Piece("tag", found[0], found.start(), word)
            if word == "raw":
                end = _END_OF_RAW.search(text, at)
                stop = end.start() if end is not None else len(text)
                yield Piece("data", text[at:stop], at)
                at = stop
    if at < len(text):
        yield Piece("data", text[at:], at)

"""Where a text that a document puts together stands: in its literals, or where it asks for the text of another file."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Anchor, Elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Fragment
    from feasilint.lower.python import values as v
    from feasilint.lower.python.machine import Machine


def anchors(m: Machine, text: v.Const, node: ast.expr | None, home: Fragment) -> tuple[tuple[Anchor, ...], bool]:
    """Where the characters of a text stand in the cell of `home`; exact where it is one literal without escapes."""
    made: list[Anchor] = []
    exact = len(text.places) == 1 and not isinstance(text.places[0].node, ast.JoinedStr)
    for number, place in enumerate(text.places):
        end = text.places[number + 1].offset if number + 1 < len(text.places) else len(str(text.value))
        if place.file is not None or place.fragment.elsewhere is not None:
            made.append(_asked(m, place.offset, node))
            exact = False
        elif place.fragment.cell == home.cell:
            found, whole = _literal_anchors(m, place, str(text.value)[place.offset : end])
            made += found
            exact &= whole
    if not made:
        made.append(_asked(m, 0, node))
    elif made[0].offset > 0:
        made.insert(0, replace(made[0], offset=0))
    return tuple(sorted({a.offset: a for a in made}.values(), key=lambda a: a.offset)), exact


def _asked(m: Machine, start: int, node: ast.expr | None) -> Anchor:
    """Where a text stands that the document does not hold, from `start` on: all of it where it is asked for."""
    site = at(m, node)
    if m.fragment.elsewhere is not None:
        return replace(site, offset=start, width=m.fragment.anchors[0].width)
    begin, end = m.indexes[m.fragment.index].extent(node) if node is not None and hasattr(node, "lineno") else (0, 1)
    width = len(m.fragment.text[begin:end].split("\n", 1)[0])
    return replace(site, offset=start, width=max(1, width))


def elsewhere(text: v.Const) -> Elsewhere | None:
    """The file that a text is written in, where that is not the document."""
    if not text.places:
        return None
    place, content = text.places[0], str(text.value)
    before = content.count("\n", 0, place.offset)
    if place.file is not None:
        return Elsewhere(posixpath.normpath(place.file), 1 - before) if not place.skip else None
    outer = place.fragment.elsewhere
    if outer is None:
        return None
    line = outer.line + (place.node.lineno - 1) * outer.verbatim
    whole = place.node.value if isinstance(place.node, ast.Constant) else None
    if isinstance(whole, str) and whole.startswith(content, place.skip) and not place.offset:
        return Elsewhere(outer.path, line + whole.count("\n", 0, place.skip), outer.verbatim)
    return Elsewhere(outer.path, line, False)


def at(m: Machine, node: ast.expr | None) -> Anchor:
    if node is None or not hasattr(node, "lineno"):
        return Anchor(0, 1, 1)
    start, _ = m.indexes[m.fragment.index].extent(node)
    return Anchor(0, *m.fragment.position(start))


def _literal_anchors(m: Machine, place: v.Place, part: str) -> tuple[list[Anchor], bool]:
    """Anchors of the part of a text that a literal wrote: at once where the literal holds it verbatim, else word by
    word."""
    index = m.indexes.get(place.fragment.index)
    if index is None:
        return [], False
    start, end = index.extent(place.node)
    source = place.fragment.text[start:end]
    begin = _start_in(source, place)
    if part and source.startswith(part, begin):
        return [Anchor(place.offset, *place.fragment.position(start + begin))], True
    cursor = 0 if isinstance(place.node, ast.Constant) else min(begin, len(source))
    steps = list(_aligned(part, source, cursor))
    if not steps or steps[0][0] > 0:
        steps.insert(0, (0, 0))
    return [Anchor(place.offset + at, *place.fragment.position(start + found)) for at, found in steps], False


def _start_in(source: str, place: v.Place) -> int:
    """Where in a literal's source the character `skip` of its text stands, about."""
    pieces = place.node.values if isinstance(place.node, ast.JoinedStr) else [place.node]
    cursor = passed = 0
    for piece in pieces:
        if not isinstance(piece, ast.Constant) or not isinstance(piece.value, str):
            continue
        found = source.find(piece.value, cursor)
        if passed + len(piece.value) > place.skip:
            return (found if found >= 0 else cursor) + place.skip - passed
        passed += len(piece.value)
        cursor = found + len(piece.value) if found >= 0 else cursor
    return cursor


_WORD = re.compile(r"\S+")
_BETWEEN = re.compile(r"""(?:\s|["'+()]|[fFrRbBuU]+(?=["'])|\\[nt\n]|\{[^{}\n]*\})*""")
"""What may stand between two words of a text: the ends of literals that are joined, escapes, pieces that are put in."""
_TELLING = 4  # characters of a word that is looked for behind others which the source does not show
_REACH = 200


def _aligned(text: str, source: str, cursor: int) -> Iterator[tuple[int, int]]:
    """Offsets of words in a text with those in the source of its literal, wherever one is not simply the next of the other."""
    known, lost = -1, False  # the end of the last word that was found, in the text
    for word in _WORD.finditer(text):
        found = _found(word[0], source, cursor, lost)
        if found < 0:
            lost = True
            continue
        if known < 0 or text[known : word.start()] != source[cursor:found]:
            yield word.start(), found
        known, cursor, lost = word.end(), found + len(word[0]), False


def _found(word: str, source: str, cursor: int, lost: bool) -> int:
    """Where the next word of a text stands, -1 where the source does not show it."""
    gap = _BETWEEN.match(source, cursor)
    nearest = gap.end() if gap is not None else cursor
    for at in (nearest, source.find(word, cursor, nearest + len(word))):
        if at >= 0 and source.startswith(word, at):
            return at
    return source.find(word, cursor, cursor + _REACH) if lost and len(word) >= _TELLING else -1

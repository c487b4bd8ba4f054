"""A .sqlx file in its parts: SQL, the blocks around it, and the JavaScript inside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.dataform.javascript import closing

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["sql", "comment", "expression", "break", "config", "js", "left out", "open", "close"]

_SCAN = re.compile(
    r"(?P<comment>--(?!-+[ \t]*$)[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<break>^[ \t]*-{3,}[ \t]*$)"
    r"|(?P<javascript>^[ \t]*(?P<word>config|js|incremental_where|input\b[^{\n]*)[ \t]*\{)"
    r"|(?P<operations>^[ \t]*(?:pre_operations|post_operations)[ \t]*\{)"
    r"|(?P<expression>\$\{)"
    r"|(?P<quoted>'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n$]|\$(?!\{))*'|\"(?:\\.|[^\"\\\n$]|\$(?!\{))*\")"
    r"|(?P<brace>[{}])",
    re.DOTALL | re.MULTILINE,
)


class Piece(Struct, frozen=True):
    """A stretch of the file. Of `config`, `js` and `expression` `inner` is where their JavaScript begins; `open` and `close`
    enclose the statements that run before or after the query; what is left out is no part of a build from scratch."""

    kind: Kind
    start: int
    end: int
    inner: int = 0


def pieces(text: str) -> Iterator[Piece]:
    """The parts of a file in order, each character in one of them."""
    at = search = depth = 0
    inside = False
    while (found := _SCAN.search(text, search)) is not None:
        search = found.end()
        if found["brace"] is not None:
            depth += 1 if found[0] == "{" else -1
            if inside and depth < 0:
                inside, depth = False, 0
                yield Piece("sql", at, found.start())
                yield Piece("close", found.start(), at := found.end())
            depth = max(depth, 0)
            continue
        made = _piece(text, found)
        if made is not None and not (inside and made.kind in _OUTER):
            yield Piece("sql", at, made.start)
            yield made
            at = search = made.end
            inside, depth = (True, 0) if made.kind == "open" else (inside, depth)
    yield Piece("sql", at, len(text))


def _piece(text: str, found: re.Match[str]) -> Piece | None:
    start, end = found.span()
    if found["javascript"] is not None:
        return Piece(_BLOCKS.get(found["word"], "left out"), start, closing(text, end), end)
    if found["expression"] is not None:
        return Piece("expression", start, closing(text, end), end)
    plain: dict[str, Kind] = {"comment": "comment", "break": "break", "operations": "open"}
    kind = next((kind for group, kind in plain.items() if found[group] is not None), None)
    return None if kind is None else Piece(kind, start, end)


_OUTER: tuple[Kind, ...] = ("open", "config", "js", "left out")
_BLOCKS: dict[str, Kind] = {"config": "config", "js": "js"}


def is_sqlx(text: str) -> bool:
    """Whether a text has blocks that only Dataform knows."""
    return _BLOCK.search(text) is not None


_BLOCK = re.compile(r"^[ \t]*(?:config|js|pre_operations|post_operations)[ \t]*\{", re.MULTILINE)

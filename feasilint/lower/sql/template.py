"""Placeholders of templates, drivers and f-strings are masked: positions stay as they are.

Values become marks, `ref` and `source` the tables they name, comments blanks. Jinja that says more than that is rendered
before; of what cannot be rendered all branches stay, but incremental ones, which bound nothing that a full refresh reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.codes import code_mark, says_model, texts, value_mark
from feasilint.lower.sql.jinja.pieces import COMMENT, EXPRESSION, takes_content, words_of
from feasilint.lower.sql.marks import MARK, Mark, Marks
from feasilint.lower.sql.sqlmesh import without_model_block
from feasilint.lower.sql.sqlrender import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TRIGGER = re.compile(r"<%|%[A-Za-z_]|^[ \t]*[\\!]|^\.[a-z]|\{[\w{%#'\"]|\{\}|%\(\w|%s|\$[{(]", re.MULTILINE)
_HOLE = r"\{[A-Za-z_][\w.]*[\[(][^{}\n]*\}"  # of an f-string: `{config['day']}`, whose quotes are its own
_SCAN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    rf"|(?P<jinja>{COMMENT}|\{{%(?:(?!\{{%).)*?%\}}|{EXPRESSION})"
    r"|(?P<tag><%(?:[^%<]|<(?!%)|%(?!>))*+%>)"
    r"|(?P<js>\$\{(?:[^{}]|\{[^{}]*\})*\})"
    r"|(?P<sqlcmd>\$\(\w+\))"
    rf"|(?P<quoted>'(?>{EXPRESSION}|{_HOLE}|\\.|''|[^'\\])*'|\"(?>{EXPRESSION}|{_HOLE}|\\.|[^\"\\])*\"|`[^`]*`)"
    r"|(?P<percent>(?:[,(=<>]|\b(?:select|between|and|or|then|else|when|in|by|from|join|interval)\b)\s*%[A-Za-z_]\w*\b(?!%))"
    r"|(?P<meta>^[ \t]*[\\!][A-Za-z][^\n]*|^\.(?:cd|echo|exit|headers|import|load|maxrows|mode|nullvalue|open|output|print"
    r"|quit|read|schema|separator|shell|tables|timer)\b[^\n]*)"
    r"|(?P<driver>%\(\w+\)s|(?<=[=<>(,\s])%s\b)"
    r"|(?P<brace>\{(?!(?:fn|d|ts?)\s)(?:[A-Za-z_][^{}:\n]*(?:![rsa])?(?::[^\s{}:][^{}\n]*)?|['\"][^{}:\n]*(?:\.join\(|\s\+\s)[^{}\n]*|\d*)\})",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?P<jinja>"
    + EXPRESSION
    + r")|(?P<js>\$\{[^{}]*\})|(?P<sqlcmd>\$\(\w+\))|(?P<driver>%\(\w+\)s)|(?P<brace>"
    + _HOLE
    + r"|\{[A-Za-z_][^{}\n:'\"]*(?::[^\s{}][^{}\n]*)?\}"
    r"|(?<![\]).}*+?$])(?<!\\[a-zA-Z])\{\d*\})"  # but no {2} of a regular expression
)
_OPEN = re.compile(r"\{\{|\{%")
_BEFORE_TABLE = re.compile(r"\b(?:from|join|into|table|update|using)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d+\.$")
_BLANKS = re.compile(r"\S")
_NO_BRACES = ("duckdb", "clickhouse")  # {'a': 1} and {name:Type} are theirs


def mask(text: str, dialect: str | None = None, known: Mapping[str, Mark] | None = None) -> tuple[str, Marks]:
    """The text with marks for everything that is not SQL, of the same length. `known`: what markers stand for, by their
    code, where that is known better than their text tells."""
    marks = Marks(known=known or {})
    text = plain(without_model_block(text, marks))
    if not _TRIGGER.search(text):
        return text, marks
    pieces = list(_pieces(text, dialect))
    out: list[str] = []
    at = 0
    for piece, gone in zip(pieces, _dropped(pieces), strict=True):
        if piece.kind == "sql" and (open_ := _OPEN.search(piece.text)) is not None and marks.unclosed is None:
            marks.unclosed = at + open_.start()
        at += len(piece.text)
        written = _blank(piece.text) if gone else _written(piece, marks)
        if piece.kind == "jinja" and out and _NUMBER.search(out[-1]):
            written = "5" * len(written)  # `0.{{ share }}`: the rest of a number
        glued = piece.kind == "jinja" and out and _BEFORE_TABLE.search(out[-1]) and MARK.match(written)
        out.append(f" {written[:-1]}" if glued else written)  # `join{{ ref('t') }}`: a quoted name needs no space
    return "".join(out), marks


class _Piece(Struct, frozen=True):
    kind: str  # sql, or the group of _SCAN
    text: str


def _pieces(text: str, dialect: str | None) -> Iterator[_Piece]:
    at = 0
    for found in _SCAN.finditer(text):
        kind = "sql" if found["open"] is not None else str(found.lastgroup)
        if kind == "brace" and dialect in _NO_BRACES and ":" in found[0]:
            continue
        yield _Piece("sql", text[at : found.start()])
        yield _Piece(kind, found[0])
        at = found.end()
    yield _Piece("sql", text[at:])


def _blank(text: str) -> str:
    return _BLANKS.sub(" ", text)


# --- blocks ------------------------------------------------------------------------------------------------------------

_BODILESS = ("macro", "docs", "test", "materialization")  # definitions: nothing of them is the query
_CONDITION_GOES = re.compile(r"is_incremental\(\)|loop\.(last|first)|\bexecute\b")


def _dropped(pieces: list[_Piece]) -> Iterator[bool]:
    """For every piece whether a block that is left out contains it."""
    blocks: list[tuple[str, bool]] = []
    for piece in pieces:
        word, rest = words_of(piece.text) if piece.kind == "jinja" else ("", "")
        if word:
            _enter(blocks, word, rest)
        yield bool(word) or any(gone for _, gone in blocks)


def _enter(blocks: list[tuple[str, bool]], word: str, rest: str) -> None:
    """Follow the nesting of block tags."""
    if word in _BODILESS or takes_content(word, rest) or word == "call":
        blocks.append((word, word != "call"))
    elif word == "if":
        blocks.append((word, _goes(rest)))
    elif word in ("else", "elif") and blocks and blocks[-1][0] == "if":
        blocks[-1] = ("if", word == "elif" and _goes(rest))
    elif word in ("for", "filter", "snapshot", "raw"):
        blocks.append((word, False))
    elif word.startswith("end") and blocks:
        blocks.pop()


def _goes(condition: str) -> bool:
    return _CONDITION_GOES.search(condition) is not None and not condition.startswith("not is_incremental")


# --- markers -----------------------------------------------------------------------------------------------------------


def _written(piece: _Piece, marks: Marks) -> str:
    if piece.kind == "comment":
        return piece.text
    if piece.kind == "sql":
        return _OPEN.sub("  ", piece.text)
    if piece.kind == "meta":  # a command to psql, SnowSQL or the shell of DuckDB
        return _blank(piece.text)
    if piece.kind == "percent":
        before, name = piece.text.split("%")
        return before + marks.place(Mark("param", name), len(name) + 1)
    if piece.kind == "quoted":
        return _INSIDE.sub(lambda found: _marked(str(found.lastgroup), found[0], marks), piece.text)
    return _marked(piece.kind, piece.text, marks)


def _marked(kind: str, text: str, marks: Marks) -> str:
    mark = _MARKERS[kind](text, marks)
    return _blank(text) if mark is None else marks.place(mark, len(text))


def _jinja(text: str, marks: Marks) -> Mark | None:
    if not text.startswith("{{"):
        return None
    return _expression(text[2:-2].strip("-+ \t\r\n"), marks)


def _javascript(text: str, marks: Marks) -> Mark | None:
    code = text[2:-1].strip()
    mark = _expression(code, marks)
    if mark is not None and mark.kind == "table" and code not in marks.known:  # ref("schema", "name")
        return Mark("table", ".".join(texts(text)[-2:]))
    return mark


def _tag(text: str, _: Marks) -> Mark | None:
    """`<% ctx.env.name %>` of Snowflake's command line."""
    return value_mark(text[2:-2].strip())


def _sqlcmd(text: str, _: Marks) -> Mark | None:
    return Mark("param", text[2:-1])


def _driver(text: str, _: Marks) -> Mark | None:
    return Mark("param", text[2:-2] if text.startswith("%(") else "%s")


def _brace(text: str, _: Marks) -> Mark | None:
    return value_mark(text[1:-1])


def _expression(code: str, marks: Marks) -> Mark | None:
    marks.templated |= says_model(code)
    return marks.known[code] if code in marks.known else code_mark(code)


_MARKERS: dict[str, Callable[[str, Marks], Mark | None]] = {
    "jinja": _jinja,
    "js": _javascript,
    "tag": _tag,
    "sqlcmd": _sqlcmd,
    "driver": _driver,
    "brace": _brace,
}

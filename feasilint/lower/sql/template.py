"""Templates without running them: dbt, Jinja, Dataform and Python placeholders are masked, positions stay as they are.

Values become marks, `ref` and `source` the tables they name, block tags and comments blanks. Of a conditional both branches
stay, an incremental one goes: it bounds nothing that a full refresh would not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.ir.intervals import UNITS
from feasilint.lower.sql.macros import expansion
from feasilint.lower.sql.marks import Mark, Marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Branch: TypeAlias = Literal["all", "first", "last"]

_TRIGGER = re.compile(r"<%|%[A-Za-z_]|^[ \t]*[\\!]|\{[\w{%#]|\{\}|%\(\w|%s|\$\{|^\s*config\s*\{", re.MULTILINE)
_INNER = r"""\{\{(?:"[^"]*"|'[^']*'|[^}"']|\}(?!\})|["'])*+\}\}"""
_SCAN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<jinja>\{#.*?#\}|\{%.*?%\}|" + _INNER + r")"
    r"|(?P<tag><%(?:[^%]|%(?!>))*%>)"
    r"|(?P<js>\$\{(?:[^{}]|\{[^{}]*\})*\})"
    r"|(?P<quoted>'(?:" + _INNER + r"|\\.|''|[^'\\])*'|\"(?:" + _INNER + r"|\\.|[^\"\\])*\"|`[^`]*`)"
    r"|(?P<percent>(?:[,(=<>]|\b(?:select|between|and|or|then|else|when|in|by|from|join|interval)\b)\s*%[A-Za-z_]\w*\b(?!%))"
    r"|(?P<meta>^[ \t]*[\\!][A-Za-z][^\n]*)"
    r"|(?P<driver>%\(\w+\)s|(?<=[=<>(,\s])%s\b)"
    r"|(?P<brace>\{(?!(?:fn|d|ts?)\s)(?:[A-Za-z_][^{}:\n]*(?:![rsa])?(?::[^\s{}:][^{}\n]*)?|\d*)\})",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?P<jinja>"
    + _INNER
    + r")|(?P<js>\$\{[^{}]*\})|(?P<driver>%\(\w+\)s)|(?P<brace>\{[A-Za-z_][^{}\n:'\"]*(?::[^\s{}][^{}\n]*)?\}|\{\d*\})"
)
_CALL = re.compile(r"^(\w+)\s*\((.*)\)$", re.DOTALL)
_TEXTS = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_TAG = re.compile(r"\{%[-+]?\s*(\w+)\s*(.*?)\s*[-+]?%\}", re.DOTALL)
_REFERENCES = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
_COLUMN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")
_VALUE = re.compile(r"[\w.]+(\[[\w'\"]+\])?")
_BLANKS = re.compile(r"\S")
_NO_BRACES = ("duckdb", "clickhouse")  # {'a': 1} and {name:Type} are theirs


def mask(text: str, dialect: str | None = None, branch: Branch = "all") -> tuple[str, Marks]:
    """The text with marks for everything that is not SQL, of the same length; of conditionals only one branch if asked."""
    marks = Marks()
    if not _TRIGGER.search(text):
        return text, marks
    text = _without_dataform_blocks(text, marks)
    pieces = list(_pieces(text, dialect))
    dropped = list(_dropped(pieces, branch))
    out: list[str] = []
    for piece, gone in zip(pieces, dropped, strict=True):
        out.append(_blank(piece.text) if gone else _written(piece, marks))
    return "".join(out), marks


class _Piece(Struct, frozen=True):
    kind: str  # sql, or the group of _SCAN
    text: str


def _pieces(text: str, dialect: str | None) -> Iterator[_Piece]:
    at = 0
    for found in _SCAN.finditer(text):
        kind = str(found.lastgroup)
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


def _dropped(pieces: list[_Piece], branch: Branch) -> Iterator[bool]:
    """For every piece whether a block that is left out contains it."""
    blocks: list[tuple[str, bool]] = []
    for piece in pieces:
        tag = _TAG.fullmatch(piece.text) if piece.kind == "jinja" else None
        if tag is not None:
            _enter(blocks, tag[1], tag[2], branch)
        yield tag is not None or any(gone for _, gone in blocks)


def _enter(blocks: list[tuple[str, bool]], word: str, rest: str, branch: Branch) -> None:
    """Follow the nesting of block tags."""
    if word in _BODILESS or (word == "set" and "=" not in rest) or word == "call":
        blocks.append((word, word != "call"))
    elif word == "if":
        blocks.append((word, branch == "last" or _goes(rest)))
    elif word in ("else", "elif") and blocks and blocks[-1][0] == "if":
        blocks[-1] = ("if", branch == "first" or (word == "elif" and (branch == "last" or _goes(rest))))
    elif word in ("for", "filter", "snapshot", "raw"):
        blocks.append((word, False))
    elif word.startswith("end") and blocks:
        blocks.pop()


def _goes(condition: str) -> bool:
    return _CONDITION_GOES.search(condition) is not None and not condition.startswith("not is_incremental")


def _without_dataform_blocks(text: str, marks: Marks) -> str:
    """Dataform's `config { … }` and `js { … }` blocks are no SQL."""
    for found in re.finditer(r"^\s*(?:config|js|pre_operations|post_operations)\s*\{", text, re.MULTILINE):
        end = _closing(text, found.end())
        marks.templated = True
        text = text[: found.start()] + _blank(text[found.start() : end]) + text[end:]
    return text


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


# --- markers -----------------------------------------------------------------------------------------------------------


def _written(piece: _Piece, marks: Marks) -> str:
    if piece.kind in ("sql", "comment"):
        return piece.text
    if piece.kind == "meta":  # a command to psql or SnowSQL
        return _blank(piece.text)
    if piece.kind == "percent":
        before, name = piece.text.split("%")
        return before + marks.place(Mark("param", name), len(name) + 1)
    if piece.kind == "quoted":
        return _INSIDE.sub(lambda found: _marked(str(found.lastgroup), found[0], marks), piece.text)
    return _marked(piece.kind, piece.text, marks)


def _marked(kind: str, text: str, marks: Marks) -> str:
    known = expansion(text[2:-2].strip("-+ \t\r\n")) if kind == "jinja" and text.startswith("{{") else None
    if known is not None and len(known) <= len(text):
        return known.ljust(len(text))
    mark = _MARKERS[kind](text, marks)
    return _blank(text) if mark is None else marks.place(mark, len(text))


def _jinja(text: str, marks: Marks) -> Mark | None:
    if not text.startswith("{{"):
        return None
    return _expression(text[2:-2].strip("-+ \t\r\n"), marks)


def _javascript(text: str, marks: Marks) -> Mark | None:
    mark = _expression(text[2:-1].strip(), marks)
    if mark is not None and mark.kind == "table":  # ref("schema", "name")
        return _source([one or two for one, two in _TEXTS.findall(text)])
    return mark


def _tag(text: str, _: Marks) -> Mark | None:
    """`<% ctx.env.name %>` of Snowflake's command line."""
    return _value(text[2:-2].strip())


def _driver(text: str, _: Marks) -> Mark | None:
    return Mark("param", text[2:-2] if text.startswith("%(") else "%s")


def _brace(text: str, _: Marks) -> Mark | None:
    return _value(text[1:-1])


_MARKERS: dict[str, Callable[[str, Marks], Mark | None]] = {
    "jinja": _jinja,
    "js": _javascript,
    "tag": _tag,
    "driver": _driver,
    "brace": _brace,
}


def _expression(code: str, marks: Marks) -> Mark | None:
    call = _CALL.match(code)
    known = _CALLS.get(call[1]) if call else None
    if call is None or known is None:
        marks.templated |= code == "this"
        return _value(code)
    marks.templated |= call[1] in ("ref", "source", "config", "self")
    return known([one or two for one, two in _TEXTS.findall(call[2])])


def _value(code: str) -> Mark:
    """A name is a value that the caller supplies; anything else could be any text."""
    plain = " ".join(code.split())
    if _VALUE.fullmatch(plain):
        return Mark("param", plain)
    tables = [
        _CALLS[call[1]]([one or two for one, two in _TEXTS.findall(call[2])]) for call in _REFERENCES.finditer(plain)
    ]
    words = [one or two for one, two in _TEXTS.findall(_REFERENCES.sub("", plain))]
    columns = (word for word in words if _COLUMN.fullmatch(word) and word.lower() not in UNITS)
    return Mark("hole", plain, tuple(table.name for table in tables if table is not None), tuple(columns))


def _ref(texts: list[str]) -> Mark | None:
    return Mark("table", texts[-1]) if texts else None


def _source(texts: list[str]) -> Mark | None:
    return Mark("table", ".".join(texts[-2:])) if texts else None


def _var(texts: list[str]) -> Mark | None:
    return Mark("param", texts[0]) if texts else None


_CALLS: dict[str, Callable[[list[str]], Mark | None]] = {
    "ref": _ref,
    "source": _source,
    "var": _var,
    "env_var": _var,
    "config": lambda _: None,
    "when": lambda _: None,  # Dataform's ${when(incremental(), …)}
    "log": lambda _: None,
    "self": lambda _: Mark("param", "this"),
}

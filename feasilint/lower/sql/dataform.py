"""Dataform's .sqlx files as the SQL they stand for, as far as it is stated, with a map back to the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from feasilint.dataform.evaluate import UNKNOWN, Table, evaluate, shown
from feasilint.dataform.javascript import Call, Node, Operation, Quasi, Template, expression
from feasilint.dataform.sqlx import pieces
from feasilint.lower.sql.codes import value_mark
from feasilint.lower.sql.jinja.places import Place
from feasilint.lower.sql.jinja.result import Rendered
from feasilint.lower.sql.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.dataform.project import Project
    from feasilint.dataform.sqlx import Kind, Piece
    from feasilint.dbt.model import Model

_VISIBLE = re.compile(r"\S")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_QUERY = re.compile(r"[\s(;]*(?:select|with)\b", re.IGNORECASE)
_MARKERS = str.maketrans({"{": "(", "}": ")", "\n": " ", "`": "'"})


def rendered(text: str, project: Project, model: Model) -> Rendered:
    """The statements of a .sqlx file that makes this table; a test of a query has none that counts."""
    if model.materialized == "test":
        return Rendered("", {})
    writing = _Writing(text, _names(text, project, model.relation))
    opened = 0
    for piece in pieces(text):
        _WRITERS[piece.kind](writing, piece)
        if piece.kind == "open":
            opened = len(writing.out)
        elif piece.kind == "close":
            writing.without_query(opened)
    return Rendered("".join(writing.out), writing.known, tuple(writing.places), model=True)


def _names(text: str, project: Project, this: tuple[str, ...]) -> dict[str, Any]:
    """What the code of a file may refer to."""
    return {
        **project.names,
        **project.block_constants(text),
        "ref": lambda *given: project.table(_said("ref", given), *given),
        "resolve": lambda *given: project.table(_said("resolve", given), *given),
        "self": lambda *_: Table(this, "self()"),
        "name": lambda *_: this[-1],
        "schema": lambda *_: this[-2] if len(this) > 1 else UNKNOWN,
        "database": lambda *_: this[-3] if len(this) > 2 else UNKNOWN,
        "incremental": lambda *_: False,
        "when": lambda condition, yes="", no="", *_: UNKNOWN if condition is UNKNOWN else yes if condition else no,
    }


def _said(function: str, given: tuple[Any, ...]) -> str:
    values = (value for each in given for value in (each.values() if isinstance(each, dict) else [each]))
    quoted = (f'"{value}"' for value in values if isinstance(value, str))
    return f"{function}({', '.join(quoted)})"


class _Writing(Struct):
    """What has been written. `known`: what the markers in it stand for, by their code."""

    text: str
    names: dict[str, Any]
    known: dict[str, Mark] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    offset: int = 0

    def write(self, text: str, start: int, width: int = 0) -> None:
        """Add text that stands at `start` of the file, or for `width` characters of it."""
        if text:
            self.places.append(Place(self.offset, start, width))
            self.out.append(text)
            self.offset += len(text)

    def same(self, piece: Piece) -> None:
        self.write(self.text[piece.start : piece.end], piece.start)

    def nothing(self, piece: Piece) -> None:
        self.write(_blank(self.text[piece.start : piece.end]), piece.start)

    def semicolon(self, piece: Piece) -> None:
        """What separates statements; its lines stay."""
        self.write(";" + _blank(self.text[piece.start : piece.end])[1:], piece.start)

    def code(self, piece: Piece) -> None:
        self.node(expression(self.text, piece.inner), piece)

    def node(self, node: Node, piece: Piece) -> None:
        """What an expression writes: text where it stands itself, a marker for a table or for what is unknown."""
        chosen = self.chosen(node)
        if isinstance(chosen, Template):
            for part in chosen.parts:
                self.node(part, piece)
        elif isinstance(chosen, Quasi):
            width = chosen.end - chosen.start
            self.write(chosen.text, chosen.start, 0 if len(chosen.text) == width else width)
        elif chosen is not None:
            self.value(chosen, piece)

    def chosen(self, node: Node) -> Node | None:
        """The branch of a condition that is taken when a table is built anew; None for a missing one."""
        while (branches := _branches(node)) is not None:
            condition = evaluate(branches[0], self.names)
            if condition is UNKNOWN:
                return node
            rest = branches[1:] if condition else branches[2:]
            if not rest:
                return None
            node = rest[0]
        return node

    def value(self, node: Node, piece: Piece) -> None:
        value = evaluate(node, self.names)
        whole = node.start == piece.inner or self.text[piece.inner : node.start].isspace()
        start, end = (piece.start, piece.end) if whole else (node.start, node.end)
        if isinstance(value, Table):
            self.marker(Mark("table", str(value), said=value.said), value.said, start, end)
        elif value is UNKNOWN or isinstance(value, dict | list):
            code = self.text[node.start : node.end].translate(_MARKERS)
            self.marker(value_mark(code), code, start, end)
        else:
            self.write(shown(value), start, end - start)

    def marker(self, mark: Mark, code: str, start: int, end: int) -> None:
        self.known[code] = mark
        self.write(f"${{{code}}}", start, end - start)

    def without_query(self, since: int) -> None:
        """Blank a block of operations that is a query, whose result nobody sees."""
        inside = _COMMENT.sub("", "".join(self.out[since:-1]))
        if _QUERY.match(inside) and ";" not in inside:
            self.out[since:-1] = [_blank(one) for one in self.out[since:-1]]


def _branches(node: Node) -> tuple[Node, ...] | None:
    """Condition, yes and no of `when(…)` and `… ? … : …`."""
    if isinstance(node, Call) and node.path in (("when",), ("ctx", "when")):
        return node.arguments or None
    return node.operands if isinstance(node, Operation) and node.sign == "?" else None


def _blank(text: str) -> str:
    return _VISIBLE.sub(" ", text)


_WRITERS: dict[Kind, Callable[[_Writing, Piece], None]] = {
    "sql": _Writing.same,
    "comment": _Writing.same,
    "expression": _Writing.code,
    "break": _Writing.semicolon,
    "config": _Writing.nothing,
    "js": _Writing.nothing,
    "left out": _Writing.nothing,
    "open": _Writing.semicolon,
    "close": _Writing.semicolon,
}

"""Bounds in Python as edits of its text: a comparison that limits rows from below, beside the one that limits them from above.
Everything else stays as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.python.nodes import NodeIndex, nodes
from feasilint.suggest.changes import Change, changed, in_document, insertion
from feasilint.suggest.holders import holder
from feasilint.suggest.imports import Imports
from feasilint.suggest.in_place import NO_MOMENT, OF_MODEL
from feasilint.suggest.lengths import NEEDED, Moment, before, visible
from feasilint.suggest.moment import is_moment
from feasilint.suggest.picking import picks_rows
from feasilint.suggest.rendering import OTHERWISE
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.findings import Edit
    from feasilint.ir import Fragment, Program
    from feasilint.measure.model import Until
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.holders import Holder
    from feasilint.suggest.imports import Library

_TEMPLATED = "its time of prediction is compared in SQL that Python puts together"
_TEXT = "its time of prediction is a text, of which no length of time can be taken off"
_FORWARD = {ast.Lt: True, ast.LtE: True, ast.Gt: False, ast.GtE: False}  # whether the event comes first
_METHODS = {"lt": True, "le": True, "gt": False, "ge": False}
_SPELLED = frozenset({"col", "column", "lit", "to_date", "to_timestamp", "to_datetime", "Timestamp", "Timedelta", "timedelta",
                      "duration", "expr", "cast", "astype", "normalize", "DateOffset"})  # fmt: skip
_ROWS = frozenset({"filter", "where", "join", "join_where", "when"})  # methods that take a condition on rows


class _Comparison(Struct, frozen=True):
    """A comparison in the code: the event time and what it is held against from above."""

    node: ast.expr
    event: ast.expr
    moment: ast.expr


def edits(program: Program, until: tuple[Until, ...], bound: Bound) -> tuple[Edit, ...] | str:
    """The edits that bound an aggregate in relation to one of the times that limit it from above; a reason, as a clause, where
    there are none."""
    times = [one for one in until if one.event.lower() == bound.event_time.lower()]
    found = [_beside(program, one, bound) for one in times]
    made = next((one for one in found if not isinstance(one, str)), None)
    return made or next((one for one in found if one != NO_MOMENT), NO_MOMENT)


def _beside(program: Program, until: Until, bound: Bound) -> tuple[Edit, ...] | str:
    if until.origin is None:
        return OTHERWISE
    fragment = program.fragments[until.origin.fragment]
    if fragment.language != "python":
        return _TEMPLATED
    every = nodes(fragment)
    compared = _compared(every[until.origin.node]) if until.origin.node < len(every) else None
    if compared is None or not _plain(compared.event) or not _plain(compared.moment):
        return OTHERWISE
    if until.constant and not is_moment(compared.moment):
        return NO_MOMENT
    if until.text:
        return _TEXT
    if picks_rows(program, until.origin):
        return OF_MODEL
    held = holder(compared.node, program, until.origin.fragment, every)
    library = _library(compared, held, Imports.of(program))
    if library is None:
        return OTHERWISE
    text = fragment.text[slice(*NodeIndex(every[0], fragment.text).extent(compared.moment))]
    named = visible(program, until.origin.fragment, compared.node.lineno)
    start = before(Moment(compared.moment, text, until.constant), bound.days, library, named)
    return _checked(fragment, compared, start) if start is not None else NEEDED[library]


# --- what is compared ---


def _compared(node: ast.AST) -> _Comparison | None:
    match node:
        case ast.Compare(left=one, ops=[op], comparators=[other]) if type(op) in _FORWARD:
            forward = _FORWARD[type(op)]
        case ast.Call(func=ast.Attribute(value=one, attr=name), args=[other], keywords=[]) if name in _METHODS:
            forward = _METHODS[name]
        case _:
            return None
    assert isinstance(node, ast.expr)
    return _Comparison(node, *((one, other) if forward else (other, one)))


def _plain(node: ast.expr) -> bool:
    """Whether an expression can be written twice: a name, a column of it, a fixed length before or after one."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=below) | ast.Subscript(value=below, slice=ast.Constant() | ast.Name()):
            return _plain(below)
        case ast.BinOp(left=left, op=ast.Sub() | ast.Add(), right=right):
            return _plain(left) and isinstance(right, ast.Call) and _plain(right)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as called, args=args, keywords=keywords):
            inner = (called, *args, *(keyword.value for keyword in keywords))
            return name in _SPELLED and all(map(_plain, inner))
        case _:
            return False


def _library(compared: _Comparison, held: Holder, imports: Imports) -> Library | None:
    """Whose frame the comparison picks rows of: in brackets behind the frame, or in a method that takes a condition on rows."""
    match held.node:
        case ast.Subscript(slice=where, ctx=ast.Load()) if where is held.at:
            found = {"pandas"}  # the others pick columns with them
        case ast.Call(func=called, args=args, keywords=keywords) if (
            held.at in (*args, *keywords) and isinstance(called, ast.Attribute | ast.Name) and _method(called) in _ROWS
        ):
            others = {library for root, library in _LAZY.items() if imports.has(root)}
            found = others or ({"pandas"} if _method(called) == "where" else set())
        case _:
            return None
    names = (imports.library(node.id) for node in ast.walk(compared.node) if isinstance(node, ast.Name))
    told = set(names).intersection(_LAZY.values()) or found
    return _KNOWN[told.pop()] if len(told) == 1 else None


def _method(called: ast.Attribute | ast.Name) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id


_LAZY = {"polars": "polars", "pyspark": "spark"}
_KNOWN: dict[str | None, Library] = {"pandas": "pandas", "polars": "polars", "spark": "spark"}


# --- as text ---


def _checked(fragment: Fragment, compared: _Comparison, start: str) -> tuple[Edit, ...] | str:
    """Edits of the document, if the changed text parses to the tree that is meant."""
    text, tree = fragment.text, parsed(fragment.text)
    index = NodeIndex(tree, text)
    first, last = index.extent(compared.node)
    event = text[slice(*index.extent(compared.event))]
    if "\n" in event + start:
        return OTHERWISE
    added = f"({event} >= {start}"
    meant = _dumped(_Both(compared.node, parsed(f"{added})", "eval").body).visit(tree))
    for made in _ways(compared.node, first, last, added):
        try:
            after = parsed(changed(made, text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if _dumped(after) == meant:
            return in_document(made, fragment) or OTHERWISE
    return OTHERWISE


def _ways(node: ast.expr, first: int, last: int, added: str) -> Iterator[list[Change]]:
    """A comparison that has parentheses shares them; else it gets some."""
    if isinstance(node, ast.Call):
        yield [insertion(last, f" & {added})")]
    else:
        yield [insertion(last, f") & {added}")]
        yield [insertion(first, "("), insertion(last, f") & {added})")]


class _Both(ast.NodeTransformer):
    """Puts another condition beside the node at the place of this one."""

    def __init__(self, beside: ast.expr, other: ast.expr) -> None:
        self._beside, self._other = beside, other

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, type(self._beside)) and _extent(node) == _extent(self._beside):
            return ast.BinOp(node, ast.BitAnd(), self._other)
        self.generic_visit(node)
        return node


def _extent(node: ast.AST) -> tuple[object, ...]:
    return tuple(getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))


class _Flat(ast.NodeTransformer):
    """Conditions that are joined one after the other, from left to right: `a & (b & c)` is `(a & b) & c`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=a, op=ast.BitAnd(), right=ast.BinOp(left=b, op=ast.BitAnd(), right=c)):
                return self.visit_BinOp(ast.BinOp(ast.BinOp(a, ast.BitAnd(), b), ast.BitAnd(), c))
            case _:
                return node


def _dumped(tree: ast.AST) -> str:
    return ast.dump(_Flat().visit(tree))

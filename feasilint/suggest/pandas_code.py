"""The code around a groupby of pandas, as it is parsed and as it is written."""

from __future__ import annotations

import ast
from functools import lru_cache
from textwrap import dedent
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.python.nodes import NodeIndex, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Fragment
    from feasilint.suggest.bounded import Bound

_NAMING = frozenset({"rename", "reset_index", "to_frame", "add_suffix", "agg", "aggregate", "assign"})


class Edit(Struct, frozen=True):
    start: int
    end: int
    text: str


class Grouping(Struct, frozen=True):
    """A call of groupby: the frame that is grouped, and the statement that says so."""

    call: ast.Call
    frame: ast.expr
    statement: ast.stmt


class Source:
    """One parsed fragment: its nodes, who is above whom, and where they stand in the text."""

    def __init__(self, fragment: Fragment) -> None:
        self.text = fragment.text
        self.nodes = nodes(fragment)
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self._index = NodeIndex(self.nodes[0], fragment.text) if self.nodes else None

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert self._index is not None
        return self._index.extent(node)

    def source(self, node: ast.expr) -> str:
        start, end = self.extent(node)
        return self.text[start:end]

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node and its ancestors up to its statement."""
        at: ast.AST | None = node
        while at is not None:
            yield at
            if isinstance(at, ast.stmt):
                return
            at = self.parents.get(at)

    def edited(self, statement: ast.stmt, edits: list[Edit]) -> str:
        """The whole lines of a statement with the edits and the comment behind it, indentation taken off."""
        start, end = self.extent(statement)
        behind = self.text[end:].partition("\n")[0]
        end += len(behind) if behind.lstrip().startswith("#") else 0
        start = self.text.rfind("\n", 0, start) + 1
        text = self.text[start:end]
        for edit in sorted(set(edits), key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start - start] + edit.text + text[edit.end - start :]
        return dedent(text)


source_of = lru_cache(maxsize=4)(Source)
"""Several aggregates of one cell are rewritten one after the other."""


# --- finding the groupby ---


def grouping_of(node: ast.AST, code: Source) -> Grouping | None:
    """The groupby that an aggregate is called on: in its own expression, or assigned to a name before."""
    statement = next((at for at in code.above(node) if isinstance(at, ast.stmt)), None)
    if statement is None:
        return None
    for at in code.above(node):
        base = _base(at) if isinstance(at, ast.expr) else None
        if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
            return Grouping(base, base.func.value, statement)
        if isinstance(base, ast.Name) and (found := _assigned(base.id, statement, code)) is not None:
            return found
    return None


def _base(node: ast.expr) -> ast.Call | ast.Name | None:
    """Down a chain of calls, attributes and subscripts to the groupby call or the first name."""
    at: ast.expr = node
    while True:
        match at:
            case ast.Call(func=ast.Attribute(attr="groupby")):
                return at
            case ast.Call(func=below) | ast.Attribute(value=below) | ast.Subscript(value=below):
                at = below
            case ast.Name():
                return at
            case _:
                return None


def _assigned(name: str, before: ast.stmt, code: Source) -> Grouping | None:
    """`name = frame.groupby(…)` above a statement."""
    found: Grouping | None = None
    for node in code.nodes:
        if not isinstance(node, ast.Assign) or node.lineno >= before.lineno:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            base = _base(node.value)
            grouped = isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute)
            found = Grouping(base, base.func.value, node) if grouped else None  # type: ignore[arg-type, union-attr]
    return found


# --- what stands on top of it ---


def chain(call: ast.expr, code: Source) -> ast.expr:
    """The whole chain of calls, attributes and subscripts on top of a call."""
    above = code.parents.get(call)
    while isinstance(above, ast.Attribute | ast.Call | ast.Subscript):
        if call is not (above.func if isinstance(above, ast.Call) else above.value):
            break
        call, above = above, code.parents.get(above)
    return call


def renames(statement: ast.stmt, code: Source, bound: Bound) -> Iterator[Edit]:
    """The window in the names that the statement gives: targets, named aggregations, rename, reset_index(name=…)."""
    if isinstance(statement, ast.Assign):
        yield from (edit for target in statement.targets for edit in _target(target, code, bound))
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NAMING:
            yield from _named(node, code, bound)


def _target(target: ast.expr, code: Source, bound: Bound) -> Iterator[Edit]:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield from _string(target.slice, code, bound)


def _named(call: ast.Call, code: Source, bound: Bound) -> Iterator[Edit]:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "rename" and call.args:
        yield from _string(call.args[0], code, bound)
    for keyword in call.keywords:
        if keyword.arg in ("name", "names"):
            yield from _string(keyword.value, code, bound)
        elif keyword.arg == "columns" and isinstance(keyword.value, ast.Dict):
            yield from (edit for value in keyword.value.values for edit in _string(value, code, bound))
        elif keyword.arg and call.func.attr in ("agg", "aggregate") and isinstance(keyword.value, ast.Tuple | ast.Call):
            start = code.extent(keyword.value)[0]
            start = code.text.rindex(keyword.arg, 0, start)
            yield Edit(start, start + len(keyword.arg), bound.named(keyword.arg))


def _string(node: ast.expr, code: Source, bound: Bound) -> Iterator[Edit]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        start, end = code.extent(node)
        yield Edit(start, end, code.text[start:end].replace(node.value, bound.named(node.value)))

"""The syntax nodes of a Python fragment by preorder index: how origins address them."""

from __future__ import annotations

import ast
from itertools import accumulate
from typing import TYPE_CHECKING

from feasilint.syntax import parsed

if TYPE_CHECKING:
    from feasilint.ir import Fragment, Origin


def nodes(fragment: Fragment) -> list[ast.AST]:
    """All nodes of a fragment, parents first, in document order; empty where it does not parse."""
    try:
        tree = parsed(fragment.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return preorder(tree)


def preorder(tree: ast.AST) -> list[ast.AST]:
    """Depth first, parents first."""
    found: list[ast.AST] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        found.append(node)
        for name in _FEW.get(type(node)) or node._fields[::-1]:
            value = getattr(node, name, None)
            if type(value) is list:
                pending.extend([item for item in reversed(value) if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                pending.append(value)
    return found


_FEW: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: ("ctx",),
    ast.Attribute: ("ctx", "value"),
    ast.Constant: ("kind",),
    ast.keyword: ("value",),
}
"""The fields that nodes can stand in, last first, where most of a kind's fields hold text: half of all nodes are of these."""


class NodeIndex:
    """Index and text offsets of the nodes of one parsed fragment; numbered and measured when the first one is asked for."""

    __slots__ = ("_lines", "_numbers", "_starts", "_text", "origins", "tree")

    def __init__(self, tree: ast.AST, text: str) -> None:
        self.tree = tree
        self.origins: dict[ast.AST, Origin] = {}
        self._numbers: dict[ast.AST, int] | None = None
        self._text = text
        self._lines: list[str] = []
        self._starts: list[int] = []

    def number(self, node: ast.AST) -> int:
        if self._numbers is None:
            found = preorder(self.tree)
            self._numbers = dict(zip(found, range(len(found)), strict=True))
        return self._numbers.get(node, 0)

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Start and end offset of a node in the text."""
        end_line = node.end_lineno or node.lineno
        return self._offset(node.lineno, node.col_offset), self._offset(end_line, node.end_col_offset or 0)

    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """What is shown of a node: of a call in a chain over several lines the part from its method on."""
        start, end = self.extent(node)
        method = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if method is None or method.end_lineno in (None, node.lineno):
            return start, end
        return self._offset(method.end_lineno or 0, method.end_col_offset or 0) - len(method.attr), end

    def _offset(self, line: int, column: int) -> int:
        if not self._lines:
            self._lines = self._text.split("\n")
            self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        if not 0 < line <= len(self._lines):
            return self._starts[-1] - 1
        if not self._text.isascii():  # columns of ast count bytes
            column = len(self._lines[line - 1].encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column

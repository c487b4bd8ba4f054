"""Where the nodes of a tree stand: preorder numbers, spans, and which query an aggregate or a window belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.ir import Fragment, Origin, Span
from feasilint.lower.sql.adapter import Node, exp, position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

_SPECIAL = (exp.AggFunc, exp.Window, exp.RowNumber, exp.Anonymous)


class Layout(Struct):
    """One statement: `base` is the number of its root in the fragment."""

    fragment: Fragment
    tokens: Sequence[Token]
    lines: Lines
    base: int
    size: int = 0
    special: list[Node] = field(default_factory=list)
    _index: dict[int, int] = field(default_factory=dict)
    _first: list[int] = field(default_factory=list)
    _last: list[int] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _depths: list[int] = field(default_factory=list)

    def read(self, tree: Node) -> None:
        """Number the nodes of a tree; spans grow from the leaves up."""
        nodes, parents = _preorder(tree)
        first, last = [-1] * len(nodes), [-1] * len(nodes)
        for at in range(len(nodes) - 1, -1, -1):
            if (own := position(nodes[at])) is not None:
                first[at] = own[0] if first[at] < 0 else min(first[at], own[0])
                last[at] = max(last[at], own[1])
            parent = parents[at]
            if parent >= 0 and first[at] >= 0:
                first[parent] = first[at] if first[parent] < 0 else min(first[parent], first[at])
                last[parent] = max(last[parent], last[at])
        self._index = {id(node): at for at, node in enumerate(nodes)}
        self._first, self._last, self.size = first, last, len(nodes)
        self._starts = [token.start for token in self.tokens]
        self._depths = [0, *accumulate(_OPENED.get(token.text, 0) for token in self.tokens)]
        self.special = [node for node in nodes if isinstance(node, _SPECIAL)]

    def origin(self, node: Node) -> Origin | None:
        """The origin of a node; None for one that the parser made up and that covers no text."""
        at = self._index.get(id(node))
        if at is None or self._first[at] < 0:
            return None
        start, end = self._balanced(self._first[at], self._last[at])
        return Origin(self.fragment.index, self.base + at, self.lines.span(start, end), self.fragment.written(start))

    def item(self, node: Node) -> Origin | None:
        """The origin of an item of a list, from the comma or keyword before it."""
        at = self._index.get(id(node))
        if at is None or self._first[at] < 0:
            return None
        token = bisect_left(self._starts, self._first[at])
        while token > 0 and self.tokens[token - 1].text.upper() not in _BEFORE_ITEM:
            token -= 1
        first = self._starts[token] if token < len(self._starts) else self._first[at]
        start, end = self._balanced(min(first, self._first[at]), self._last[at])
        return Origin(self.fragment.index, self.base + at, self.lines.span(start, end), self.fragment.written(start))

    def text(self, node: Node) -> tuple[int, int]:
        """The offsets that a node covers, (0, 0) for none."""
        at = self._index.get(id(node))
        return (0, 0) if at is None or self._first[at] < 0 else self._balanced(self._first[at], self._last[at])

    def statement(self) -> Span:
        """The span of all tokens."""
        return self.lines.span(self.tokens[0].start, self.tokens[-1].end + 1)

    def _balanced(self, start: int, end: int) -> tuple[int, int]:
        """Extended to the parentheses and the END that the tokens from `start` on leave open."""
        at = bisect_left(self._starts, start)
        behind = bisect_left(self._starts, end)
        before = self._depths[at]
        while behind < len(self.tokens) and self._depths[behind] > before:
            behind += 1
        return start, max(end, self.tokens[behind - 1].end + 1) if behind > at else end


_BEFORE_ITEM = frozenset((",", "SELECT", "DISTINCT", "ALL", "BY", "SET", "STRUCT", "VALUES"))
_OPENED = {**dict.fromkeys(("(", "[", "CASE", "case"), 1), **dict.fromkeys((")", "]", "END", "end"), -1)}


def _preorder(tree: Node) -> tuple[list[Node], list[int]]:
    """All nodes, parents first, in the order of `tree.walk(bfs=False)`, each with the number of its parent."""
    nodes: list[Node] = []
    parents: list[int] = []
    stack: list[tuple[Node, int]] = [(tree, -1)]
    while stack:
        node, parent = stack.pop()
        here = len(nodes)
        nodes.append(node)
        parents.append(parent)
        for value in reversed(node.args.values()):
            if type(value) is list:
                stack.extend((one, here) for one in reversed(value) if isinstance(one, Node))
            elif isinstance(value, Node):
                stack.append((value, here))
    return nodes, parents


_NEWLINE = re.compile("\n")


class Lines:
    """Offsets of a fragment's text as document positions, by binary search."""

    def __init__(self, fragment: Fragment) -> None:
        self._cell = fragment.cell
        self._anchors = fragment.anchors
        self._offsets = [anchor.offset for anchor in fragment.anchors]
        self._newlines = [found.start() for found in _NEWLINE.finditer(fragment.text)]

    def span(self, start: int, end: int) -> Span:
        """The document span of the characters from `start` to before `end`."""
        line, column = self._position(start)
        end_line, end_column = self._position(max(start, end - 1), last=True)
        return Span(self._cell, line, column, end_line, end_column + 1)

    def _position(self, offset: int, last: bool = False) -> tuple[int, int]:
        anchor = self._anchors[max(0, bisect_right(self._offsets, offset) - 1)]
        if anchor.width:
            return anchor.line, anchor.column + (anchor.width - 1) * last
        before = bisect_left(self._newlines, offset)
        passed = before - bisect_left(self._newlines, anchor.offset)
        if passed > 0:
            return anchor.line + passed, offset - self._newlines[before - 1]
        return anchor.line, anchor.column + offset - anchor.offset

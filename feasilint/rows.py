"""The rows that a model or table gets: what they are joined, filtered and grouped by, and what they are to predict."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from feasilint.ir import Call, Fit, Join
from feasilint.ir.expressions import columns, fold, walk
from feasilint.ir.traversal import expressions
from feasilint.measure.model import Choosing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.analysis import Analysis
    from feasilint.ir import Expression, Relation, Scan, Sink, Source
    from feasilint.measure.model import Input
    from feasilint.trace import Trace, Tracer

_ORDERING = {"lt": True, "le": True, "gt": False, "ge": False}


class Rows:
    """The choosing columns and the label of one sink, found once."""

    def __init__(self, sink: Sink, analysis: Analysis) -> None:
        self._sink = sink
        self._analysis = analysis
        self._found: tuple[Choosing, ...] | None = None

    def around(self, inputs: Iterable[Input]) -> tuple[Choosing, ...]:
        """What decides about the rows of a feature with these inputs; looked for where the catalog knows one of them."""
        if not any(read.entry is not None for read in inputs):
            return ()
        if self._found is None:
            edges = self._analysis.rows(self._sink).own
            found = {Choosing(leaf.scan.source, leaf.column, role) for leaf, role in edges}
            self._found = tuple(sorted(found, key=lambda one: (one.source.name, one.column, one.role)))
        return self._found

    def as_of(self, inputs: Iterable[Input], trace: Trace) -> frozenset[tuple[Source, str]]:
        """The columns of a feature, or of its rows, that are before a time of another source; looked for where the catalog says
        of an input when its rows were known."""
        if not any(read.entry is not None and read.entry.available_at for read in inputs):
            return frozenset()
        own = [leaf for leaf, _ in (*trace.own, *self._analysis.rows(self._sink).own)]
        read = {leaf.scan for leaf in (*trace.value, *own)}
        return frozenset((scan.source, column) for scan, column in self._analysis.before_others if scan in read)

    @cached_property
    def label(self) -> frozenset[tuple[Source, str]]:
        """The physical columns that labels are made of, each of one alone."""
        members = self._analysis.label(self._sink) if isinstance(self._sink, Fit) else ()
        sure = [m.trace.value for m in members if not m.trace.approximate and len(m.trace.value) == 1]
        return frozenset((leaf.scan.source, leaf.column) for leaves in sure for leaf in leaves if leaf.column != "*")


def before_others(relations: Iterable[Relation], tracer: Tracer) -> frozenset[tuple[Scan, str]]:
    """The (folded) physical columns that code asks to be earlier than one of another source, as in `s.ts <= o.ts`: not those that
    lie between two times of it, and so belong to a row that is valid then."""
    found: set[tuple[Scan, str]] = set()
    for relation in relations:
        pairs = list(_ordered(relation))
        for earlier, later in pairs:
            if _within(earlier, later, pairs):
                continue
            after = {leaf.scan.source for leaf in tracer.expression(later).value}
            before = [leaf for leaf in tracer.expression(earlier).value if after - {leaf.scan.source}]
            found.update((leaf.scan, fold(leaf.column)) for leaf in before)
    return frozenset(found)


def _within(earlier: Expression, later: Expression, pairs: list[tuple[Expression, Expression]]) -> bool:
    """Whether what is earlier than one time is later than another one beside it: it lies in an interval."""
    own, end = _names(earlier), _names(later)
    return any(_names(after) == own and _names(begin) not in (own, end) for begin, after in pairs)


def _names(expression: Expression) -> set[object]:
    return {column.name for column in columns(expression)}


def _ordered(relation: Relation) -> Iterator[tuple[Expression, Expression]]:
    """What a relation asks to be the earlier one, and the later one."""
    if isinstance(relation, Join) and relation.asof is not None:
        yield relation.asof.right, relation.asof.left
    for node in (node for expression in expressions(relation) for node in walk(expression)):
        if isinstance(node, Call) and node.function in _ORDERING and len(node.args) == 2:
            first, second = node.args
            yield (first, second) if _ORDERING[node.function] else (second, first)
        elif isinstance(node, Call) and node.function == "between" and len(node.args) == 3:
            value, low, high = node.args
            if _names(low) == _names(high):
                yield value, high

"""Maturity: how old the rows of a source at least are when they flow into a column. What is known late of a row is known of one
that is old enough: the label delay of a risk score, `WHERE opened_at < now - 60 days`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Call, Column, Derive, Expression, Filter, Interval, Join, Measure, Scan, Window
from feasilint.ir.expressions import children
from feasilint.ir.traversal import inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Name, Output, Relation
    from feasilint.measure.comparisons import Bound
    from feasilint.measure.windows import Windows
    from feasilint.trace import Edge, Leaf, Trace

_NEVER = math.inf  # does not flow in at all
_TOLD = ("now", "parameter", "column")
_ADDS_UP = ("sum", "count")


class Maturity:
    """Finds the least age of rows, in seconds before the prediction, with memory; one per linked set of programs."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._tracer = windows.tracer
        self._columns = windows.columns
        self._known: dict[tuple[Relation, Name, Leaf], float] = {}
        self._edges: dict[frozenset[Edge], frozenset[Leaf]] = {}

    def of(self, column: Column, leaf: Leaf) -> float:
        """How old the rows of a leaf at least are that a column is made of; 0 where nothing keeps the newest away."""
        found = self._column(column.relation, column.name, leaf)
        return 0.0 if found == _NEVER else found

    def _column(self, relation: Relation, name: Name, leaf: Leaf) -> float:
        key = (relation, name, leaf)
        if key not in self._known:
            self._known[key] = 0.0  # ends cycles
            flows = self._holds(self._tracer.column(relation, name), leaf)
            self._known[key] = self._age(relation, name, leaf) if flows else _NEVER
        return self._known[key]

    def _age(self, relation: Relation, name: Name, leaf: Leaf) -> float:
        below = self._columns.step(relation, name)
        made = self._columns.table(relation).find(name)
        match relation:
            case Scan():
                return min((self._expression(e, leaf) for e in below), default=0.0)
            case Filter(predicate=predicate):
                return max(self._kept_away((predicate,), leaf), self._least(below, leaf))
            case Join(on=on) if on is not None:
                return max(self._kept_away((on,), leaf), self._least(below, leaf))
            case Derive(input=rows):
                return max(self._kept_away(tuple(_filters(rows)), leaf), self._least(below, leaf))
            case Aggregate() | Window() if made is not None and isinstance(made.expression, Measure):
                return max(self._measured(relation, made, leaf), self._least(made.expression.args, leaf))
            case _:
                return self._least(below, leaf)

    def _least(self, expressions: Iterable[Expression], leaf: Leaf) -> float:
        """The age of the newest row; where only conditions depend on the leaf, nothing is known of it."""
        found = min((self._expression(e, leaf) for e in expressions), default=_NEVER)
        return 0.0 if found == _NEVER else found

    def _expression(self, expression: Expression, leaf: Leaf) -> float:
        if isinstance(expression, Column):
            return self._column(expression.relation, expression.name, leaf)
        rest = self._rest(expression) if isinstance(expression, Call) and expression.function == "sub" else None
        if rest is not None and self._holds(self._tracer.expression(expression), leaf):
            return rest
        return min((self._expression(part, leaf) for part in children(expression)), default=_NEVER)

    def _holds(self, trace: Trace, leaf: Leaf) -> bool:
        if leaf in trace.value:
            return True
        found = self._edges.get(trace.own)
        if found is None:
            found = self._edges[trace.own] = frozenset(edge for edge, _ in trace.own)
        return leaf in found

    # --- what keeps new rows away ---

    def _kept_away(self, predicates: tuple[Expression, ...], leaf: Leaf) -> float:
        return self._ended((bound for p in predicates for bound in self._windows.bounds(p)), leaf)

    def _measured(self, relation: Aggregate | Window, made: Output, leaf: Leaf) -> float:
        """How long before the prediction a frame, or the bounds below and inside a measure, end."""
        frame = relation.frame if isinstance(relation, Window) else None
        end = frame.end if frame is not None else None
        framed = -end.total_seconds if isinstance(end, Interval) else 0.0
        return max(framed, self._ended(self._windows.bounding(relation, made), leaf))

    def _ended(self, bounds: Iterable[Bound], leaf: Leaf) -> float:
        ages = (self._age_of(bound) for bound in bounds if self._is_of(bound, leaf))
        return max((age for age in ages if age is not None), default=0.0)

    def _is_of(self, bound: Bound, leaf: Leaf) -> bool:
        return any(event.scan is leaf.scan for event in self._tracer.expression(bound.event).value)

    def _age_of(self, bound: Bound) -> float | None:
        upper = bound.upper
        if upper is None or upper.base not in _TOLD or upper.offset is None or bound.recurs:
            return None
        return -upper.offset.total_seconds

    def _rest(self, difference: Call) -> float | None:
        """Of a long window less a short one that end together, what is left ends where the short one begins."""
        long, short = (self._length(side) for side in difference.args)
        if long is None or short is None or long[0] != short[0] or long[1] <= short[1]:
            return None
        return short[1]

    def _length(self, side: Expression) -> tuple[tuple[object, ...], float] | None:
        """What a sum or count adds up of which rows, and the length of its window."""
        if not isinstance(side, Column):
            return None
        relation, made = self._columns.definition(side.relation, side.name)
        measure = made.expression if made is not None else None
        if not isinstance(relation, Aggregate | Window) or made is None or not isinstance(measure, Measure):
            return None
        extent = self._windows.extent(relation, made)
        if measure.function not in _ADDS_UP or extent.window != "bounded" or len(extent.intervals) != 1:
            return None
        traced = tuple(self._tracer.expression(arg).value for arg in measure.args)
        keys = tuple(self._tracer.expression(key).value for key in self._windows.keys(relation, made))
        return (measure.function, traced, keys, extent.time_column), extent.intervals[0].total_seconds


def _filters(relation: Relation) -> Iterator[Expression]:
    """What filters the rows of a relation, down to where they are put together or grouped."""
    while len(below := inputs(relation)) == 1 and not isinstance(relation, Aggregate):
        if isinstance(relation, Filter):
            yield relation.predicate
        relation = below[0]

"""Where the rows of a measure end, seen from the row that it is computed for: at it, with it, or some time before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Interval, Measure, Scan, Shift, Window
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, spelled, walk
from feasilint.ir.names import timelike
from feasilint.measure.grain import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Aggregate, Output
    from feasilint.measure.comparisons import Bound
    from feasilint.measure.windows import Windows

_SHIFTING = ("lag", "lead")
_STEPS = 64
_GIVEN = ("column", "parameter", "constant")


def ends_before(relation: Aggregate | Window, output: Output, windows: Windows) -> float | None:
    """How many seconds before the time of the row around it a measure's newest row lies at least; None where it is not held
    against the time of a row."""
    if isinstance(relation, Window):
        frame = relation.frame
        if frame is None or frame.end is None:
            return None
        return -frame.end.total_seconds if isinstance(frame.end, Interval) else 0.0
    if not windows.below(relation, output).joins:
        return None
    upper = [bound.upper for bound in windows.bounding(relation, output) if bound.upper is not None]
    offsets = [-one.offset.total_seconds for one in upper if one.base == "column" and one.offset is not None]
    return max(offsets, default=None)


def upper(relation: Aggregate | Window, output: Output, windows: Windows) -> Iterator[Bound]:
    """The comparisons that limit the rows of a measure from above: by a time of other rows, of a parameter, or a constant."""
    for bound in windows.bounding(relation, output):
        if bound.upper is not None and bound.width is None and bound.upper.base in _GIVEN:
            yield bound


def includes_itself(relation: Aggregate | Window, output: Output, windows: Windows) -> bool:
    """Whether the row that a measure is computed for is one of its rows: a frame that ends with it, or a join of a table with
    itself up to the same time."""
    if isinstance(relation, Window):
        ends_with_it = relation.frame is not None and relation.frame.end == 0
        return ends_with_it and not _is_shifted(output, windows)
    reach = windows.below(relation, output)
    if not reach.joins:
        return False
    parts = (part for predicate in reach.every() for part in conjuncts(predicate))
    return any(_meets(part, windows) for part in parts if isinstance(part, Call) and part.function in ("le", "ge"))


def _is_shifted(output: Output, windows: Windows) -> bool:
    """Whether the values of other rows are measured: `lag(x)`, or `shift(1)` before the window."""
    assert isinstance(output.expression, Measure)
    if output.expression.function in _SHIFTING:
        return True
    pending, steps = list(output.expression.args), 0
    while pending and (steps := steps + 1) < _STEPS:
        for node in walk(pending.pop()):
            if isinstance(node, Shift) or (isinstance(node, Measure) and node.function in _SHIFTING):
                return True
            if isinstance(node, Column):
                pending.extend(windows.columns.step(node.relation, node.name))
    return False


def _meets(comparison: Call, windows: Windows) -> bool:
    sides = [list(referenced(arg)) for arg in comparison.args]
    if len(sides) != 2 or any(len(side) != 1 or not timelike(spelled(side[0].name)) for side in sides):
        return False
    one, other = (_sources(side[0], windows) for side in sides)
    plain = all(arg is side[0] for arg, side in zip(comparison.args, sides, strict=True))
    return plain and sides[0][0].relation is not sides[1][0].relation and bool(one & other)


def _sources(column: Column, windows: Windows) -> frozenset[object]:
    return frozenset(place.source for place, _ in leaves(column, windows.columns) if isinstance(place, Scan))

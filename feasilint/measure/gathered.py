"""Whose rows a measure counts, or whose values it takes: not those that only lend a date or a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Column, Join, Measure, Scan, Window
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import spelled
from feasilint.ir.names import timelike
from feasilint.measure.usage import amounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Expression, Name, Output, Relation
    from feasilint.measure.windows import Windows

_KEEPING = {"left": True, "right": False}


def gathered(relation: Aggregate | Window, output: Output, windows: Windows) -> frozenset[Scan]:
    """The scans whose rows are counted, or whose values are summed up: of times only where there is nothing else, since an
    amount per day is one of the amount. None where nothing tells."""
    columns = windows.columns
    found, times = set[Scan](), set[Scan]()
    pending: list[tuple[Relation, Expression]] = [(relation, output.expression)]
    seen: set[tuple[Relation, Name] | Expression] = set()
    while pending:
        here, node = pending.pop()
        key = (columns.settle(node.relation, node.name), node.name) if isinstance(node, Column) else node
        if key in seen:
            continue
        seen.add(key)
        if isinstance(key, tuple):
            if isinstance(key[0], Scan) and key[0] not in columns.bound:
                (times if timelike(spelled(key[1])) else found).add(key[0])
            pending.extend((key[0], below) for below in columns.step(*key))
        elif isinstance(node, Measure) and not node.args and isinstance(here, Aggregate | Window):
            found.update(_counted(here, windows))
        else:
            pending.extend((here, below) for below in _taken(node, columns))
    return frozenset(found or times)


def _taken(node: Expression, columns: Columns) -> Iterable[Expression]:
    """What counts: of values that are only counted also what chooses them."""
    if isinstance(node, Measure) and node.function.startswith("count"):
        return (column for arg in node.args for column in referenced(arg))
    return amounts(node, columns)


def _counted(relation: Aggregate | Window, windows: Windows) -> Iterator[Scan]:
    """The scans whose rows are counted. Of a left join these are the rows that are kept, unless their own keys group them: then
    they are counted for what was found."""
    keys = relation.partition if isinstance(relation, Window) else tuple(key.expression for key in relation.keys)
    lending = {leaf.scan for key in keys for leaf in windows.tracer.expression(key).value}
    pending, seen = [relation.input], set[object]()
    while pending:
        here = pending.pop()
        if here in seen:
            continue
        seen.add(here)
        below = windows.columns.below(here)
        if isinstance(here, Scan) and here not in windows.columns.bound:
            yield here
        elif isinstance(here, Join) and here.kind in _KEEPING:
            kept = here.left if _KEEPING[here.kind] else here.right
            own = lending and lending <= windows.reaching.scans(kept)
            pending.extend(below if own else (kept,))
        else:
            pending.extend(below[: 1 if isinstance(here, Join) and here.kind in ("semi", "anti") else None])

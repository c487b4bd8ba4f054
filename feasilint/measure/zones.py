"""In whose clocks a measure cuts time: the zones that its time buckets and time conditions are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Literal, Window
from feasilint.ir.expressions import walk
from feasilint.measure.buckets import buckets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Aggregate, Expression, Output
    from feasilint.measure.windows import Windows

_SHOWING = frozenset(("at_time_zone", "tz_convert", "convert_timezone", "from_utc_timestamp", "in_timezone"))
_STEPS = 64


def zones(relation: Aggregate | Window, output: Output, windows: Windows) -> tuple[str, ...]:
    """The zones as the code names them, in no order that means anything."""
    keys = windows.keys(relation, output)
    cut = [key for key in keys if buckets(key, windows.columns)]
    if not isinstance(relation, Window):
        cut += [p for p in windows.below(relation, output).every() if windows.bounds(p)]
    return tuple(sorted(set(_named(cut, windows))))


def _named(expressions: Iterable[Expression], windows: Windows) -> Iterator[str]:
    pending, steps = list(expressions), 0
    while pending and (steps := steps + 1) < _STEPS:
        for node in walk(pending.pop()):
            if isinstance(node, Column):
                pending.extend(windows.columns.step(node.relation, node.name))
            elif isinstance(node, Call) and node.function in _SHOWING and len(node.args) > 1:
                zone = node.args[-1]
                if isinstance(zone, Literal) and isinstance(zone.value, str):
                    yield zone.value

"""Snowpark's `df.analytics`: moving and running aggregates, and values of earlier rows, beside every row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Frame, Interval, Measure, Output, Shift, Window
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import replacing
from feasilint.lower.python.transfers.binding import Binder
from feasilint.lower.python.transfers.engines import flat
from feasilint.lower.python.transfers.lazy import GROWING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Expression, Name
    from feasilint.lower.python.call import Call, Transfer

_LENGTH = re.compile(r"^\s*(-?\d+)\s*(MM|[SMHDWY])\s*$", re.IGNORECASE)
_UNITS = {"S": "second", "M": "minute", "H": "hour", "D": "day", "W": "week", "MM": "month", "Y": "year"}


def moving(call: Call) -> v.Value | None:
    """`moving_agg(aggs={'x': ['SUM']}, window_sizes=[7], order_by=[…], group_by=[…])`."""
    sizes = _numbers(call, call.arg(1, "window_sizes"))
    frames = [(str(size), Frame("rows", 1 - max(size, 1), 0)) for size in sizes]
    return _beside(call, frames, call.arg(2, "order_by"), call.arg(3, "group_by"))


def cumulative(call: Call) -> v.Value | None:
    """`cumulative_agg(aggs={…}, group_by=[…], order_by=[…], is_forward=False)`."""
    forward = call.flag("is_forward", at=3) or call.const(3) is True
    frame = Frame("rows", 0, None) if forward else GROWING
    return _beside(call, [("", frame)], call.arg(2, "order_by"), call.arg(1, "group_by"))


def over_time(call: Call) -> v.Value | None:
    """`time_series_agg(time_col='ts', aggs={…}, windows=['-7D', '1D'], group_by=[…])`: ranges before or after each row."""
    texts = [item.value for item in flat(call, (call.arg(2, "windows") or v.NONE,)) if isinstance(item, v.Const)]
    frames = [(str(text), frame) for text in texts if (frame := _range(str(text))) is not None]
    return _beside(call, frames, call.arg(0, "time_col"), call.arg(3, "group_by"), aggs_at=1)


def shifted(sign: int, word: str) -> Transfer:
    """`compute_lag(cols=[…], lags=[1, 2], order_by=[…], group_by=[…])`."""

    def transfer(call: Call) -> v.Value | None:
        frame = _frame(call)
        steps = _numbers(call, call.arg(1, "lags" if sign > 0 else "leads"))
        if frame is None:
            return None
        binder = Binder(call.m, frame.relation)
        outputs = []
        for item in flat(call, (call.arg(0, "cols") or v.NONE,)):
            name = item.text if isinstance(item, v.Lazy) else name_of(call.m, item)
            for step in steps if name is not None else ():
                made = Shift(binder.key(item), sign * step, call.origin)
                outputs.append(Output(_label(call, name or "{column}", word, str(step)), made, call.origin))
        relation = call.m.add(Derive(frame.relation, replacing(frame.relation, *outputs), call.origin))
        return replace(frame, relation=relation)

    return transfer


def _frame(call: Call) -> v.Frame | None:
    base = call.receiver.get("of") if isinstance(call.receiver, v.Handle) else None
    return call.m.frame(base) if base is not None else None


def _numbers(call: Call, value: v.Value | None) -> list[int]:
    items = flat(call, (value,)) if value is not None else []
    return [item.value for item in items if isinstance(item, v.Const) and isinstance(item.value, int)]


def _range(text: str) -> Frame | None:
    found = _LENGTH.match(text)
    length = Interval.of(int(found[1]), _UNITS[found[2].upper()]) if found is not None else None
    if length is None:
        return None
    back = length.total_seconds < 0
    return Frame("range", length if back else Interval(), Interval() if back else length)


def _beside(
    call: Call, frames: list[tuple[str, Frame]], order: v.Value | None, group: v.Value | None, aggs_at: int = 0
) -> v.Value | None:
    frame, aggs = _frame(call), call.got(aggs_at, "aggs")
    if frame is None or not isinstance(aggs, v.Dict) or not frames:
        return None
    binder = Binder(call.m, frame.relation)
    keys = _keys(call, binder, group)
    times = _keys(call, binder, order)
    relation = frame.relation
    outputs = []
    for name, function in _asked(call, aggs):
        for size, rows in frames:
            label = call.m.fresh()
            measure = Output(
                label, Measure(canonical(function), (binder.key(v.Const(name)),), origin=call.origin), call.origin
            )
            relation = call.m.add(Window(relation, keys, times, rows, (measure,), call.origin))
            outputs.append(Output(_label(call, name, function, size), Column(relation, label), call.origin))
    made = call.m.add(Derive(relation, replacing(frame.relation, *outputs), call.origin))
    return replace(frame, relation=made)


def _keys(call: Call, binder: Binder, value: v.Value | None) -> tuple[Expression, ...]:
    return tuple(binder.key(item) for item in flat(call, (value,))) if value is not None else ()


def _asked(call: Call, aggs: v.Dict) -> Iterator[tuple[str, str]]:
    for key, value in aggs.items:
        name = name_of(call.m, key)
        for function in flat(call, (value,)):
            if name is not None and isinstance(function, v.Const):
                yield str(name), str(function.value)


def _label(call: Call, name: Name, word: str, size: str) -> Name:
    """`x_SUM_7`, or what `col_formatter` makes of these."""
    formatter = call.arg(None, "col_formatter")
    if formatter is None:
        return "_".join(part for part in (str(name), word, size) if part)
    parts = (v.Const(name), v.Const(word), *((v.Const(int(size) if size.isdigit() else size),) if size else ()))
    made = name_of(call.m, call.m.call(formatter, parts, {}, call.node))
    return made if made is not None else "{formatted}"

"""Some of the rows: the first or last of each group, the latest of a time index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, AllOf, Column, Derive, Distinct, Filter, Limit, Measure, Minus, Output, Star, Window
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.lower.python import values as v
from feasilint.lower.python.iteration import name_value
from feasilint.lower.python.orders import order_of
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from feasilint.ir import Expression, Relation
    from feasilint.lower.python.call import Call


def group_rows(call: Call) -> v.Value | None:
    """`groupby(k).head(1)`, `tail`, `nth`, `sample`: some rows of each group."""
    group = call.receiver
    if not isinstance(group, v.GroupBy):
        return None
    relation: Relation = group.frame.relation
    keys = tuple(key.expression for key in group.keys)
    n = call.const(0, "n", 5)
    if n == 1:
        made: Relation = call.m.add(Distinct(relation, keys, order_of(relation), call.origin))
    elif isinstance(n, int) and n > 1 and call.name in ("head", "tail"):
        made = _numbered(call, relation, keys, n)
    else:
        made = call.m.add(Limit(relation, None, origin=call.origin))
    return _under_keys(call, group, selected(call, group, replace(group.frame, relation=made)))


def _under_keys(call: Call, group: v.GroupBy, made: v.Value) -> v.Value:
    """The greatest values of each group stand under its keys."""
    keys = [key.name for key in group.keys if isinstance(key.expression, Column) and key.expression.name == key.name]
    if call.name not in ("nlargest", "nsmallest") or not isinstance(made, v.Series) or len(keys) < len(group.keys):
        return made
    return replace(made, index=(*keys, *(made.index or ("{level}",))))


def _numbered(call: Call, relation: Relation, keys: tuple[Expression, ...], n: int) -> Relation:
    """The rows whose number within their group is n at most."""
    label = call.m.fresh()
    number = Output(label, Measure("row_number", (), origin=call.origin), call.origin)
    numbered = call.m.add(Window(relation, keys, order_of(relation), None, (number,), call.origin))
    test = Op("le", (Column(numbered, label), Constant(n)), call.origin)
    picked = call.m.add(Filter(numbered, test, "qualify", call.origin))
    return call.m.add(Derive(picked, (Star(Minus(AllOf(picked), (label,))),), call.origin))


def selected(call: Call, group: v.GroupBy, frame: v.Frame) -> v.Value:
    """Of a frame of the group's rows the columns that are chosen."""
    from feasilint.lower.python.selection import column, select

    if group.series is not None and isinstance(group.series.expression, Column):
        return column(call.m, frame, group.series.expression.name, None, call.node)
    if group.selected is None or group.series is not None:
        return frame
    if group.single:
        return column(call.m, frame, group.selected[0], None, call.node)
    return select(call.m, frame, v.Seq(tuple(name_value(name) for name in group.selected)), call.node) or frame


def latest(call: Call) -> v.Value | None:
    """`df.last('30D')`: rows of a time index, back from its latest one."""
    frame, length = own(call), as_length(call, call.arg(0, "offset"))
    if frame is None:
        return None
    if length is None or not frame.index:
        return replace(frame)
    time = Column(frame.relation, frame.index[-1], call.origin)
    label = call.m.fresh()
    newest = Output(label, Measure("max", (time,), origin=call.origin), call.origin)
    whole = call.m.add(Aggregate(frame.relation, (), (newest,), call.origin))
    start = Op("sub", (Column(whole, label), Constant(length)), call.origin)
    return _where(call, frame, Op("gt", (time, start), call.origin))


def cut(call: Call) -> v.Value | None:
    """`df.truncate(before, after)`: rows whose index lies between."""
    frame = own(call)
    if frame is None:
        return None
    if not frame.index:
        return replace(frame)
    made, time = frame, frame.index[-1]
    for operator, end in (("ge", call.arg(0, "before")), ("le", call.arg(1, "after"))):
        if end is not None and call.m.get(end) != v.NONE:
            test = Op(operator, (Column(made.relation, time, call.origin), call.expression(end)), call.origin)
            made = _where(call, made, test)
    return made


def _where(call: Call, frame: v.Frame, test: Expression) -> v.Frame:
    return replace(frame, relation=call.m.add(Filter(frame.relation, test, origin=call.origin)))

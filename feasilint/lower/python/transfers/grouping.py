"""Groups and their aggregates: every form of `agg`, and functions of whole groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Derive, Filter, Measure, Output, Window
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.ir.functions import is_aggregate
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known
from feasilint.lower.python.orders import falls, order_of
from feasilint.lower.python.transfers.aggregates import agg, chosen, counted, function_name
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.picking import selected
from feasilint.lower.python.transfers.times import unit_of

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


# --- making groups ---


def group_by(call: Call) -> v.Value | None:
    """`df.groupby(by)`; of a column, `s.groupby(by)`."""
    receiver = call.receiver
    series = receiver if isinstance(receiver, v.Series) else None
    frame = v.Frame(series.relation, "pandas", series.index, series.group) if series is not None else own(call)
    if frame is None:
        return None
    by = call.arg(0, "by")
    keys = _level_keys(call, frame) if by is None else keys_of(call.m, frame, by)
    made = v.GroupBy(frame, (*frame.group, *keys), as_index=call.flag("as_index", True))
    if series is None:
        return made
    return replace(made, series=series, selected=(series.name or "0",), single=True)


def _level_keys(call: Call, frame: v.Frame) -> tuple[Output, ...]:
    level = call.names(None, "level") or ()
    names = (_at_level(frame, name) for name in level)
    chosen = tuple(name for name in names if name in frame.index) or frame.index
    return tuple(Output(name, Column(frame.relation, name)) for name in chosen)


def _at_level(frame: v.Frame, level: Name) -> Name:
    """A level of the index by its name or number."""
    number = int(level) if isinstance(level, str) and level.isdigit() and level not in frame.index else None
    return frame.index[number] if number is not None and number < len(frame.index) else level


def keys_of(m: Machine, frame: v.Frame, by: v.Value) -> tuple[Output, ...]:
    """Grouping keys: names, columns, Groupers, functions of the index."""
    found = m.get(by)
    names = names_of(m, by)
    if names is not None:
        return tuple(Output(name, Column(frame.relation, name)) for name in names)
    if isinstance(found, v.Seq):
        return tuple(key for item in found.items for key in keys_of(m, frame, item))
    if isinstance(found, v.Series):
        label = found.name if found.name is not None else m.fresh("key")
        return (Output(label, found.expression),)
    if isinstance(found, v.Handle) and found.kind == "grouper":
        return (_grouper(m, frame, found),)
    if isinstance(found, v.Columns):
        return tuple(Output(name, Column(frame.relation, name)) for name in known(found.columns) or ())
    return (Output(m.fresh("key"), m.expression(by)),)


def _grouper(m: Machine, frame: v.Frame, grouper: v.Handle) -> Output:
    first = "freq" if grouper.get("timed") is not None else "key"
    given = {first: grouper.get("0"), **{name: found for name in ("key", "freq") if (found := grouper.get(name))}}
    key, every = given.get("key"), given.get("freq")
    name = name_of(m, key) if key is not None else None
    freq = m.get(every or v.NONE)
    label = name or (frame.index[0] if frame.index else "index")
    unit = unit_of(str(freq.value)) if isinstance(freq, v.Const) else None
    column = Column(frame.relation, label)
    if every is None:
        return Output(label, column)
    return Output(label, Op("date_trunc", (Constant(unit or "day"), column)))


def resample(call: Call) -> v.Value | None:
    """`df.resample('D')`, `groupby(k).resample('7D', on='ts')`: a time bucket as the key."""
    receiver = call.receiver
    group = receiver if isinstance(receiver, v.GroupBy) else None
    frame = group.frame if group is not None else own(call)
    if frame is None:
        return None
    if isinstance(receiver, v.Series):
        frame = v.Frame(receiver.relation, "pandas", receiver.index, receiver.group)
    on = call.names(None, "on") or call.names(None, "time")
    label: Name = on[0] if on else frame.index[0] if frame.index else "index"
    freq = call.text(0, "rule")
    bucket = Op("date_trunc", (Constant(unit_of(freq) if freq else "day"), Column(frame.relation, label)))
    keys = (*(group.keys if group is not None else frame.group), Output(label, bucket))
    made = v.GroupBy(frame, keys, group.selected if group is not None else None, buckets=True)
    if isinstance(receiver, v.Series):
        return replace(made, series=receiver, selected=(receiver.name or "0",), single=True)
    return made


# --- aggregates ---


# --- functions of groups ---


def apply(call: Call) -> v.Value | None:
    """`groupby(k).apply(f)`: f is run once with the rows of one group, whose keys its aggregates get."""
    group, function = call.receiver, call.arg(0, "func")
    if not isinstance(group, v.GroupBy) or function is None:
        return None
    found = call.m.get(function)
    if isinstance(found, v.Library | v.Const):
        return agg(call)
    inside: v.Value
    if group.single or group.series is not None:
        name = chosen(group)[0]
        expression = group.series.expression if group.series is not None else Column(group.frame.relation, name)
        inside = v.Series(group.frame.relation, expression, name, group.frame.index, group.keys)
    else:
        inside = call.m.alloc(replace(group.frame, group=group.keys))
    kwargs = {name: value for name, value in call.kwargs.items() if name not in ("func", "include_groups", "meta")}
    made = call.m.get(call.m.call(function, (inside, *call.args[1:]), kwargs, call.node))
    return ungrouped(call, group, made)


def ungrouped(call: Call, group: v.GroupBy, made: v.Value) -> v.Value:
    """The results of all groups together."""
    index = tuple(key.name for key in group.keys)
    if isinstance(made, v.Frame):
        return replace(made, group=group.frame.group)
    if isinstance(made, v.Series):
        return replace(made, group=group.frame.group, owner=None)
    if isinstance(made, v.Scalar):
        relation = _keyed(made.expression)
        return v.Series(relation or group.frame.relation, made.expression, None, index)
    if isinstance(made, v.Dict):
        outputs = [
            Output(str(key.value), call.expression(value), call.origin)
            for key, value in made.items
            if isinstance(key, v.Const)
        ]
        base = next((r for o in outputs if (r := _keyed(o.expression)) is not None), group.frame.relation)
        keys = tuple(Output(key.name, Column(base, key.name)) for key in group.keys)
        return v.Frame(call.m.add(Derive(base, (*keys, *outputs), call.origin)), "pandas", index)
    return call.m.unknown(call.name, group.frame, made)


def _keyed(expression: Expression) -> Relation | None:
    from feasilint.ir.expressions import columns

    return next((c.relation for c in columns(expression) if isinstance(c.relation, Aggregate)), None)


def transform(call: Call) -> v.Value | None:
    """`groupby(k)['x'].transform('mean')`: the group's aggregate beside every row."""
    group, function = call.receiver, call.arg(0, "func")
    if not isinstance(group, v.GroupBy) or function is None:
        return None
    found = call.m.get(function)
    name = function_name(call.m, function)
    if isinstance(found, v.Function):
        inner = _rowwise(call, group, found)
        if inner is not None:
            return inner
    if isinstance(found, v.Const) and not is_aggregate(str(found.value)):
        return None
    return windowed(call, group, name, None)


def _rowwise(call: Call, group: v.GroupBy, function: v.Function) -> v.Value | None:
    """A transform by code that keeps rows: `lambda x: x.shift().rolling(3).mean()`."""
    name = chosen(group)[0] if chosen(group) else "{column}"
    column = Column(group.frame.relation, name)
    inside = v.Series(group.frame.relation, column, name, group.frame.index, group.keys)
    made = call.m.get(call.m.call(function, (inside,), {}, call.node))
    if isinstance(made, v.Series):
        return replace(made, group=group.frame.group, index=group.frame.index, owner=None)
    return (
        v.Series(group.frame.relation, made.expression, name, group.frame.index) if isinstance(made, v.Scalar) else None
    )


def windowed(call: Call, group: v.GroupBy, function: str, frame: object, running: bool = False) -> v.Value:
    """A measure beside every row, for each chosen column."""
    from feasilint.ir import Frame

    assert frame is None or isinstance(frame, Frame)
    names = chosen(group)
    relation = group.frame.relation
    order = (group.order or order_of(relation)) if running else ()
    labels = {name: call.m.fresh() for name in names}
    counts = call.name in ("cumcount", "ngroup")
    measures = tuple(
        Output(
            label,
            Measure(function, () if counts else (_input(group, name),), origin=call.origin),
            call.origin,
        )
        for name, label in labels.items()
    )
    if counts:
        measures = measures[:1]
    partition = tuple(key.expression for key in group.keys)
    falling = falls(relation) if running and order == order_of(relation) else ()
    made = call.m.add(Window(relation, partition, order, frame, measures, call.origin, falling))
    if group.single or counts:
        name = next(iter(labels))
        return v.Series(
            made, Column(made, measures[0].name), None if counts else name, group.frame.index, group.frame.group
        )
    keys = tuple(Output(key, Column(made, key)) for key in group.frame.index if key not in labels)
    outputs = tuple(Output(name, Column(made, label)) for name, label in labels.items())
    index = tuple(key.name for key in keys)
    return v.Frame(call.m.add(Derive(made, (*keys, *outputs), call.origin)), "pandas", index, group.frame.group)


def _input(group: v.GroupBy, name: Name) -> Expression:
    return group.series.expression if group.series is not None else Column(group.frame.relation, name)


def filtered_groups(call: Call) -> v.Value | None:
    """`groupby(k).filter(f)`: rows of the groups for which f holds."""
    group = call.receiver
    if not isinstance(group, v.GroupBy):
        return None
    function = call.arg(0, "func")
    inside = call.m.alloc(replace(group.frame, group=group.keys))
    test = call.m.call(function, (inside,), {}, call.node) if function is not None else v.NONE
    return replace(
        group.frame, relation=call.m.add(Filter(group.frame.relation, call.expression(test), origin=call.origin))
    )


def upsampled(call: Call) -> v.Value | None:
    """`resample('D').asfreq()`: the rows that there are, at other times."""
    group = call.receiver
    return selected(call, group, group.frame) if isinstance(group, v.GroupBy) else None


def get_group(call: Call) -> v.Value | None:
    group = call.receiver
    if not isinstance(group, v.GroupBy) or not call.args or not group.keys:
        return None
    test = Op("eq", (group.keys[0].expression, call.expression(call.args[0])), call.origin)
    return replace(group.frame, relation=call.m.add(Filter(group.frame.relation, test, origin=call.origin)))


def transform_in_order(call: Call) -> v.Value | None:
    """`groupby(k).ffill()`: the last value before; `bfill()`: the first one after."""
    from feasilint.ir import Frame

    group = call.receiver
    later = "bfill" in (call.name, call.const(None, "method")) or call.name == "backfill"
    if isinstance(group, v.GroupBy) and group.buckets:
        return upsampled(call)
    if not isinstance(group, v.GroupBy):
        return None
    function, frame = ("first", Frame("rows", 0, None)) if later else ("last", None)
    return windowed(call, group, function, frame, running=True)


def shape(call: Call) -> v.Value | None:
    """`df.shape`: how many rows a group has is an aggregate, all else no lineage."""
    rows = counted(call, call.receiver)
    return v.Seq((rows if rows is not None else call.m.unknown("rows"), call.m.unknown("columns")), "tuple")

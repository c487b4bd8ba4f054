"""Groups of polars, PySpark and Snowpark frames: aggregates over lazy expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from feasilint.ir import (
    Aggregate,
    AllOf,
    Column,
    Derive,
    Distinct,
    Frame,
    Interval,
    Measure,
    Output,
    Pivot,
    Window,
)
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import spelled
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import known
from feasilint.lower.python.orders import order_of
from feasilint.lower.python.transfers.binding import Binder, expand, label, outermost, unnamed
from feasilint.lower.python.transfers.engines import flat, is_flag, outputs_of, typed_names
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.labels import namer
from feasilint.lower.python.transfers.reshaping import spread_outputs
from feasilint.lower.python.transfers.selecting import where_typed
from feasilint.lower.python.transfers.times import as_length, unit_of

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.lower.python.call import Call


def group_by(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    values = flat(call, call.args)
    values += [_named(name, call.m.get(value)) for name, value in call.kwargs.items() if name != "maintain_order"]
    keys = tuple(outputs_of(call, frame, [value for value in values if not is_flag(value)]))
    return v.Handle("lazy.groups", (("of", v.GroupBy(frame, keys, as_index=False)),))


def grouping_sets(call: Call) -> v.Value | None:
    """`df.group_by_grouping_sets(GroupingSets([…], […]))`: by all columns that any of them names."""
    frame = own(call)
    if frame is None:
        return None
    sets = [call.m.get(value) for value in call.args]
    parts = [part for one in sets for part in (one.parts if isinstance(one, v.Handle) else (("", one),))]
    values = flat(call, tuple(value for _, value in parts))
    keys = outputs_of(call, frame, list(dict.fromkeys(value for value in values if not is_flag(value))))
    return v.Handle("lazy.groups", (("of", v.GroupBy(frame, tuple(keys), as_index=False)),))


def dynamic(call: Call) -> v.Value | None:
    """polars' `group_by_dynamic('ts', every='1d', group_by='user')`."""
    frame, names = own(call), call.names(0, "index_column")
    if frame is None or not names:
        return None
    extra = call.arg(None, "group_by") or call.arg(None, "by")
    more = outputs_of(call, frame, flat(call, (extra,))) if extra is not None else []
    every = call.text(None, "every")
    bucket = Op(
        "date_trunc", (Constant(unit_of(every) if every else "day"), Column(frame.relation, names[0])), call.origin
    )
    keys = [*more, Output(names[0], bucket)]
    if call.flag("include_boundaries"):
        keys[-1:-1] = [Output(name, bucket, call.origin) for name in ("_lower_boundary", "_upper_boundary")]
    return v.Handle("lazy.groups", (("of", v.GroupBy(frame, tuple(keys), as_index=False)),))


def rolled(call: Call) -> v.Value | None:
    """polars' `df.rolling('ts', period='7d', group_by='user').agg(…)`."""
    frame, names = own(call), call.names(0, "index_column")
    if frame is None or not names:
        return None
    extra = call.arg(None, "group_by") or call.arg(None, "by")
    keys = tuple(outputs_of(call, frame, flat(call, (extra,)))) if extra is not None else ()
    length = as_length(call, call.arg(None, "period"))
    frame_spec = Frame("range", -length if length is not None else -1, Interval() if length is not None else 0)
    group = v.GroupBy(frame, keys, as_index=False)
    return v.Handle("lazy.rolling", (("of", v.Rolling(group, frame_spec, (Column(frame.relation, names[0]),))),))


def rolled_agg(call: Call) -> v.Value | None:
    receiver = call.receiver
    rolling = receiver.get("of") if isinstance(receiver, v.Handle) else None
    if not isinstance(rolling, v.Rolling) or not isinstance(rolling.base, v.GroupBy):
        return None
    frame = rolling.base.frame
    binder = Binder(call.m, frame.relation)
    partition = tuple(key.expression for key in rolling.base.keys)
    values = [*flat(call, call.args), *(_named(name, value) for name, value in call.kwargs.items())]
    singles = [one for value in values for one in expand(call.m, frame.relation, value)]
    done: dict[v.Lazy, str] = {part: call.m.fresh() for one in singles for part in outermost(one, ("measure",))}
    listed = {id(one): call.m.fresh() for one in singles if not outermost(one, ("measure",))}
    measures = [Output(name, binder.measure(part), binder.origin(part)) for part, name in done.items()]
    measures += [
        Output(listed[id(one)], Measure("list", (binder.key(one),), origin=call.origin), call.origin)
        for one in singles
        if id(one) in listed
    ]
    made = call.m.add(Window(frame.relation, partition, rolling.order, rolling.frame, tuple(measures), call.origin))
    top = Binder(call.m, made, {part: Column(made, name) for part, name in done.items()})
    outputs = [Output(key.name, key.expression) for key in rolling.base.keys]
    outputs += [Output(order.name, Column(made, order.name)) for order in rolling.order if isinstance(order, Column)]
    for one in singles:
        value = Column(made, listed[id(one)]) if id(one) in listed else top.expression(one)
        outputs.append(Output(label(one), value, call.origin))
    return replace(frame, relation=call.m.add(Derive(made, tuple(outputs), call.origin)))


def having(call: Call) -> v.Value | None:
    """`group_by(…).having(condition)`: of the groups some, by measures of them."""
    receiver = call.receiver
    if not isinstance(receiver, v.Handle):
        return None
    conditions = v.Seq(tuple(flat(call, call.args)))
    return receiver.put("having", conditions)


def _named(name: str, value: v.Value) -> v.Value:
    return v.Lazy("alias", name, (value,))


def group_of(call: Call) -> v.GroupBy | None:
    receiver = call.receiver
    found = receiver.get("of") if isinstance(receiver, v.Handle) else None
    return found if isinstance(found, v.GroupBy) else None


def agg(call: Call) -> v.Value | None:
    """`group_by(…).agg(pl.col('x').sum(), n=pl.len())`, Spark's `agg({'x': 'sum'})`."""
    group = group_of(call)
    frame = group.frame if group is not None else own(call)
    if frame is None:
        return None
    values = [value for one in _given(call) for value in _agg_items(call, one)]
    values += [_named(name, call.m.get(value)) for name, value in call.kwargs.items() if name != "**"]
    keys = group.keys if group is not None else ()
    named = tuple(key.name for key in keys)
    expanded = [one for value in values for one in expand(call.m, frame.relation, value, named)]
    relation = aggregated(call, frame.relation, keys, expanded)
    typed = typed_names(call, frame, values, bare=True)
    if typed:
        outputs = [*keys, *(Output(label(one), Column(relation, label(one))) for one in expanded)]
        relation = where_typed(call, relation, outputs, typed)
    return replace(frame, relation=relation)


def _given(call: Call) -> list[v.Value]:
    """The arguments of `agg`, lists opened; pairs stay pairs."""
    made: list[v.Value] = []
    for value in map(call.m.get, call.args):
        items = tuple(map(call.m.get, value.items)) if isinstance(value, v.Seq) else ()
        if isinstance(value, v.Seq) and (value.kind != "tuple" or not _is_pair(call, value)):
            made += [item for inner in items for item in ([inner] if _is_pair(call, inner) else flat(call, (inner,)))]
        else:
            made.append(value)
    return made


def _is_pair(call: Call, value: v.Value) -> bool:
    """A column and the name of a function."""
    if not isinstance(value, v.Seq) or value.kind != "tuple" or len(value.items) != 2:
        return False
    word = call.m.get(value.items[1])
    return isinstance(word, v.Const) and isinstance(word.value, str)


def named_function(call: Call) -> v.Value | None:
    """Snowpark's `group_by('u').function('sum')`."""
    word = call.text(0, "agg_name")
    return v.Handle("lazy.function", (("of", call.receiver), ("word", v.Const(word)))) if word is not None else None


def called_function(call: Call) -> v.Value | None:
    """`….function('sum')('x')`."""
    receiver = call.receiver
    group = receiver.get("of") if isinstance(receiver, v.Handle) else None
    word = receiver.get("word") if isinstance(receiver, v.Handle) else None
    if group is None or not isinstance(word, v.Const):
        return None
    return group_measure(call.at(name=str(word.value), target=group, receiver=group))


def _agg_items(call: Call, value: v.Value) -> list[v.Value]:
    if isinstance(value, v.Lazy) and (value.op == "sql" or (value.op == "alias" and _is_sql(value.args[0]))):
        from feasilint.lower.python.transfers.sql import as_lazy

        text = value if value.op == "sql" else cast("v.Lazy", value.args[0])
        made_of = as_lazy(call.m, text.text, text)
        return [replace(value, args=(made_of,)) if value.op == "alias" else made_of]
    if isinstance(value, v.Seq) and value.kind == "tuple" and len(value.items) == 2:  # Snowpark's ('x', 'sum')
        return _agg_items(call, v.Dict(((call.m.get(value.items[0]), value.items[1]),)))
    if not isinstance(value, v.Dict):
        return [value]
    made: list[v.Value] = []
    for key, function in value.items:
        name = key.text if isinstance(key, v.Lazy) and key.op == "column" else name_of(call.m, key)
        word = call.m.get(function)
        if name is not None and isinstance(word, v.Const):
            inner = () if name == "*" else (v.Lazy("column", str(name)),)
            parts = (("word", word),)
            made.append(v.Lazy("measure", canonical(str(word.value)), inner, parts, call.node, call.m.fragment))
    return made


def _is_sql(value: v.Value) -> bool:
    return isinstance(value, v.Lazy) and value.op == "sql"


def aggregated(call: Call, relation: Relation, keys: tuple[Output, ...], values: list[v.Value]) -> Relation:
    """One row per group; expressions over several measures are computed on top."""
    binder = Binder(call.m, relation)
    plain = all(
        isinstance(unnamed(value), v.Lazy) and cast("v.Lazy", unnamed(value)).op == "measure" for value in values
    )
    if plain:
        outputs = [_measure_output(binder, value, call) for value in values]
        return call.m.add(Aggregate(relation, keys, tuple(outputs), call.origin))
    parts = {part: call.m.fresh() for value in values for part in outermost(value, ("measure",))}
    keyed = is_spark(call)  # outside of measures there are only grouping keys
    listed = {id(value): call.m.fresh() for value in values if not keyed and not outermost(value, ("measure",))}
    measures = [Output(name, binder.measure(part), binder.origin(part)) for part, name in parts.items()]
    measures += [
        Output(listed[id(value)], Measure("list", (binder.key(value),), origin=call.origin), call.origin)
        for value in values
        if id(value) in listed
    ]
    made = call.m.add(Aggregate(relation, keys, tuple(measures), call.origin))
    top = Binder(call.m, made, {part: Column(made, name) for part, name in parts.items()})
    outputs = [Output(key.name, Column(made, key.name)) for key in keys]
    name_of_value = namer(_library(call))
    for value in values:
        expression = Column(made, listed[id(value)]) if id(value) in listed else top.expression(value)
        outputs.append(Output(name_of_value(value), expression, call.origin))
    return call.m.add(Derive(made, tuple(outputs), call.origin))


def _measure_output(binder: Binder, value: v.Value, call: Call) -> Output:
    inner = cast("v.Lazy", unnamed(value))
    name = namer(_library(call))(value)
    return Output(name, binder.measure(inner), binder.origin(inner) or call.origin)


def _library(call: Call) -> str:
    group = group_of(call)
    frame = group.frame if group is not None else own(call)
    return frame.library if frame is not None else ""


def is_spark(call: Call) -> bool:
    return _library(call) in ("spark", "snowpark")


def counted(call: Call) -> v.Value | None:
    """`group_by(…).count()`, `.len()`."""
    group = group_of(call)
    if group is None:
        return None
    name = call.text(0, "name") or ("len" if call.name == "len" else "count")
    output = Output(name, Measure("count", (), origin=call.origin), call.origin)
    return replace(
        group.frame, relation=call.m.add(Aggregate(group.frame.relation, group.keys, (output,), call.origin))
    )


def group_measure(call: Call) -> v.Value | None:
    """`groupBy(…).sum('x', 'y')`, `group_by(…).mean()`."""
    group = group_of(call)
    if group is None:
        return None
    function = canonical(call.name)
    spark = group.frame.library in ("spark", "snowpark")
    relation = group.frame.relation
    names = _measured_names(call, group, spark)
    word = "avg" if call.name == "mean" else call.name
    outputs = tuple(
        Output(
            f"{word}({name})" if spark else name,
            Measure(function, (Column(relation, name),), origin=call.origin),
            call.origin,
        )
        for name in names
    )
    return replace(group.frame, relation=call.m.add(Aggregate(relation, group.keys, outputs, call.origin)))


def _measured_names(call: Call, group: v.GroupBy, spark: bool) -> list[str]:
    """The columns that are named, else all but the keys: those that are numbers in Spark."""
    given = flat(call, call.args) if spark else []
    names = [str(label(value)) for value in given if isinstance(value, v.Lazy | v.Const)]
    if names:
        return names
    there = known(AllOf(group.frame.relation))
    if there is None or spark:
        return ["{column}"]
    keys = {key.name for key in group.keys}
    return [str(name) for name in there if name not in keys]


def pivot_groups(call: Call) -> v.Value | None:
    """Spark's `groupBy(…).pivot('c')`: the values of `c` become columns."""
    group, names = group_of(call), call.names(0)
    if group is None or not names:
        return None
    key = Output(names[0], Column(group.frame.relation, names[0]))
    inner = replace(group, keys=(*group.keys, key))
    values = call.names(1, "values")
    listed = v.Seq(tuple(v.Const(value) for value in values)) if values else v.NONE
    return v.Handle("lazy.pivot", (("of", inner), ("by", v.Const(names[0])), ("values", listed)))


def pivot_agg(call: Call) -> v.Value | None:
    made = agg(call) if call.name == "agg" else group_measure(call) if call.args else counted(call)
    group = group_of(call)
    by = call.receiver.get("by") if isinstance(call.receiver, v.Handle) else None
    if not isinstance(made, v.Frame) or group is None or not isinstance(by, v.Const):
        return made
    keys = tuple(Output(key.name, Column(made.relation, key.name)) for key in group.keys[:-1])
    names = [name for name in known(AllOf(made.relation)) or () if name not in {key.name for key in group.keys}]
    cells = tuple(Column(made.relation, name) for name in names)
    outputs = spread_outputs(call, made.relation, tuple(names), (str(by.value),))
    listed = call.receiver.get("values") if isinstance(call.receiver, v.Handle) else None
    named = [str(item.value) for item in listed.items if isinstance(item, v.Const)] if isinstance(listed, v.Seq) else []
    if named:
        outputs = tuple(
            Output(value if len(names) == 1 else f"{value}_{spelled(name)}", Column(made.relation, name), call.origin)
            for value in named
            for name in names
        )
    spread = (Column(made.relation, str(by.value)),)
    return replace(
        made, relation=call.m.add(Pivot(made.relation, keys, spread, outputs, cells, not named, call.origin))
    )


def group_rows(call: Call) -> v.Value | None:
    """`group_by(…).head(1)`."""
    group = group_of(call)
    if group is None:
        return None
    keys = tuple(key.expression for key in group.keys)
    made = Distinct(group.frame.relation, keys, order_of(group.frame.relation), call.origin)
    return replace(group.frame, relation=call.m.add(made))

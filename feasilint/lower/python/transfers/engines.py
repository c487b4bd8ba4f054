"""Frames of polars, PySpark and Snowpark: projections, filters, groups and joins over lazy expressions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from feasilint.ir import (
    Aggregate,
    AsOf,
    Column,
    Derive,
    Distinct,
    Filter,
    Frame,
    Interval,
    Join,
    Measure,
    Names,
    Output,
    Pivot,
    Sort,
    Star,
    Union,
    Unpivot,
    Window,
)
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import narrowed, replacing
from feasilint.lower.python.transfers.frames import order_of, own, renamed
from feasilint.lower.python.transfers.joining import KINDS
from feasilint.lower.python.transfers.lazy import Binder, expand, label, outermost
from feasilint.lower.python.transfers.times import as_length, unit_of

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Origin, Relation
    from feasilint.lower.python.call import Call, Transfer


def _flat(call: Call, values: tuple[v.Value, ...]) -> list[v.Value]:
    made: list[v.Value] = []
    for value in values:
        found = call.m.get(value)
        made += _flat(call, found.items) if isinstance(found, v.Seq) else [found]
    return made


def _derive(call: Call, frame: v.Frame, items: tuple[Star | Output, ...]) -> v.Frame:
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def _outputs(call: Call, frame: v.Frame, values: list[v.Value]) -> list[Output]:
    """Names and expressions as output columns."""
    binder = Binder(call.m, frame.relation)
    singles = [one for value in values for one in expand(call.m, frame.relation, value)]
    return [Output(label(one), binder.key(one), _origin(call, binder, one)) for one in singles]


def _origin(call: Call, binder: Binder, value: v.Value) -> Origin | None:
    return binder.origin(value) if isinstance(value, v.Lazy) else call.origin


def select(call: Call) -> v.Value | None:
    """`df.select('a', pl.col('b').alias('c'), d=…)`."""
    frame = own(call)
    if frame is None:
        return None
    values = _flat(call, call.args)
    items: list[Star | Output] = []
    for value in values:
        if (isinstance(value, v.Const) and value.value == "*") or _whole(value):
            items.append(Star(narrowed(frame.relation, _excluded(value))))
        elif isinstance(value, v.Columns):
            items.append(Star(value.columns))
        elif isinstance(value, v.Const) and isinstance(value.value, str):
            items.append(Star(Names(frame.relation, (value.value,))))
        else:
            items += _outputs(call, frame, [value])
    items += _keywords(call, frame)
    return _derive(call, frame, tuple(items))


def _whole(value: v.Value) -> bool:
    return isinstance(value, v.Lazy) and value.op == "columns" and v.Const("*") in value.args


def _excluded(value: v.Value) -> tuple[Name, ...]:
    gone = value.get("exclude") if isinstance(value, v.Lazy) else None
    return tuple(str(item.value) for item in gone.items if isinstance(item, v.Const)) if isinstance(gone, v.Seq) else ()


def _keywords(call: Call, frame: v.Frame) -> list[Output]:
    binder = Binder(call.m, frame.relation)
    return [Output(name, binder.key(value), call.origin) for name, value in call.kwargs.items() if name != "**"]


def with_columns(call: Call) -> v.Value | None:
    """`df.with_columns(…)`: all items see the frame as it was."""
    frame = own(call)
    if frame is None:
        return None
    outputs = [*_outputs(call, frame, _flat(call, call.args)), *_keywords(call, frame)]
    return _derive(call, frame, replacing(frame.relation, *outputs)) if outputs else replace(frame)


def with_column(call: Call) -> v.Value | None:
    """`df.withColumn('x', expression)`."""
    frame, names = own(call), call.names(0, "colName")
    value = call.arg(1, "col")
    if frame is None or not names or value is None:
        return with_columns(call) if frame is not None and call.args else None
    output = Output(names[0], Binder(call.m, frame.relation).expression(value), call.origin)
    return _derive(call, frame, replacing(frame.relation, output))


def with_named(call: Call) -> v.Value | None:
    """`df.withColumns({'x': …})`, Snowpark's `with_columns([names], [expressions])`."""
    frame, first = own(call), call.got(0)
    if frame is None:
        return None
    if isinstance(first, v.Dict):
        binder = Binder(call.m, frame.relation)
        pairs = [(name_of(call.m, key), value) for key, value in first.items]
        outputs = [Output(name, binder.expression(value), call.origin) for name, value in pairs if name is not None]
        return _derive(call, frame, replacing(frame.relation, *outputs))
    second = call.got(1)
    names = names_of(call.m, first) if first is not None else None
    if names is not None and isinstance(second, v.Seq) and len(second.items) == len(names):
        binder = Binder(call.m, frame.relation)
        outputs = [Output(n, binder.expression(item), call.origin) for n, item in zip(names, second.items, strict=True)]
        return _derive(call, frame, replacing(frame.relation, *outputs))
    return with_columns(call)


def filtered(call: Call) -> v.Value | None:
    """`df.filter(predicate)`, `df.where('sql text')`."""
    frame = own(call)
    if frame is None:
        return None
    binder = Binder(call.m, frame.relation)
    relation = frame.relation
    for value in _flat(call, call.args):
        predicate = _predicate(call, frame, value, binder)
        relation = call.m.add(Filter(relation, predicate, origin=call.origin))
    for name, value in call.kwargs.items():
        test = Op("eq", (Column(frame.relation, name), binder.expression(value)), call.origin)
        relation = call.m.add(Filter(relation, test, origin=call.origin))
    return replace(frame, relation=relation)


def _predicate(call: Call, frame: v.Frame, value: v.Value, binder: Binder) -> Expression:
    if isinstance(value, v.Const) and isinstance(value.value, str):
        from feasilint.lower.python.transfers.sql import predicate

        return predicate(call, frame.relation, value)
    return binder.expression(value)


def dropped(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    values = _flat(call, call.args)
    names = tuple(label(value) for value in values)
    return _derive(call, frame, (Star(narrowed(frame.relation, names)),))


def rename(call: Call) -> v.Value | None:
    """`withColumnRenamed('a', 'b')`, `rename({'a': 'b'})`."""
    frame, first = own(call), call.got(0)
    if frame is None:
        return None
    if isinstance(first, v.Dict):
        named = [(name_of(call.m, key), name_of(call.m, value)) for key, value in first.items]
    else:
        named = [
            (label(first) if first is not None else None, name_of(call.m, call.args[1]) if len(call.args) > 1 else None)
        ]
    pairs = [(before, after) for before, after in named if before is not None and after is not None]
    return renamed(call, frame, pairs) if pairs else replace(frame)


def ordered(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    binder = Binder(call.m, frame.relation)
    keys = tuple(binder.key(value) for value in _flat(call, call.args) if not _is_flag(value))
    return replace(frame, relation=call.m.add(Sort(frame.relation, keys, call.origin))) if keys else replace(frame)


def _is_flag(value: v.Value) -> bool:
    return isinstance(value, v.Const) and not isinstance(value.value, str)


def distinct(call: Call) -> v.Value | None:
    """`distinct()`, `dropDuplicates(['a'])`, `unique(subset)`."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "subset")
    keys = None if names is None else tuple(Column(frame.relation, name) for name in names)
    return replace(frame, relation=call.m.add(Distinct(frame.relation, keys, order_of(frame.relation), call.origin)))


def to_pandas(library: str) -> Transfer:
    """The same rows as a frame of another library."""

    def transfer(call: Call) -> v.Value | None:
        frame = own(call)
        return replace(frame, library=library) if frame is not None else None

    return transfer


# --- groups ---


def group_by(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    values = _flat(call, call.args) + [value for name, value in call.kwargs.items() if name != "maintain_order"]
    keys = tuple(_outputs(call, frame, [value for value in values if not _is_flag(value)]))
    return v.Handle("lazy.groups", (("of", v.GroupBy(frame, keys, as_index=False)),))


def dynamic(call: Call) -> v.Value | None:
    """polars' `group_by_dynamic('ts', every='1d', group_by='user')`."""
    frame, names = own(call), call.names(0, "index_column")
    if frame is None or not names:
        return None
    extra = call.arg(None, "group_by") or call.arg(None, "by")
    more = _outputs(call, frame, _flat(call, (extra,))) if extra is not None else []
    every = call.text(None, "every")
    bucket = Op(
        "date_trunc", (Constant(unit_of(every) if every else "day"), Column(frame.relation, names[0])), call.origin
    )
    return v.Handle("lazy.groups", (("of", v.GroupBy(frame, (*more, Output(names[0], bucket)), as_index=False)),))


def rolled(call: Call) -> v.Value | None:
    """polars' `df.rolling('ts', period='7d', group_by='user').agg(…)`."""
    frame, names = own(call), call.names(0, "index_column")
    if frame is None or not names:
        return None
    extra = call.arg(None, "group_by") or call.arg(None, "by")
    keys = tuple(_outputs(call, frame, _flat(call, (extra,)))) if extra is not None else ()
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
    values = [*_flat(call, call.args), *(_named(name, value) for name, value in call.kwargs.items())]
    singles = [one for value in values for one in expand(call.m, frame.relation, value)]
    parts = [(one, part) for one in singles for part in outermost(one, ("measure",))]
    outputs = [Output(label(one), binder.measure(part), binder.origin(part)) for one, part in parts]
    relation = call.m.add(Window(frame.relation, partition, rolling.order, rolling.frame, tuple(outputs), call.origin))
    return replace(frame, relation=relation)


def _named(name: str, value: v.Value) -> v.Value:
    return v.Lazy("alias", name, (value,))


def _group(call: Call) -> v.GroupBy | None:
    receiver = call.receiver
    found = receiver.get("of") if isinstance(receiver, v.Handle) else None
    return found if isinstance(found, v.GroupBy) else None


def agg(call: Call) -> v.Value | None:
    """`group_by(…).agg(pl.col('x').sum(), n=pl.len())`, Spark's `agg({'x': 'sum'})`."""
    group = _group(call)
    frame = group.frame if group is not None else own(call)
    if frame is None:
        return None
    values = [value for one in _flat(call, call.args) for value in _agg_items(call, one)]
    values += [_named(name, call.m.get(value)) for name, value in call.kwargs.items() if name != "**"]
    expanded = [one for value in values for one in expand(call.m, frame.relation, value)]
    return replace(frame, relation=aggregated(call, frame.relation, group.keys if group is not None else (), expanded))


def _agg_items(call: Call, value: v.Value) -> list[v.Value]:
    if not isinstance(value, v.Dict):
        return [value]
    made: list[v.Value] = []
    for key, function in value.items:
        name, word = name_of(call.m, key), call.m.get(function)
        if name is not None and isinstance(word, v.Const):
            inner = () if name == "*" else (v.Lazy("column", str(name)),)
            measure = v.Lazy("measure", canonical(str(word.value)), inner, (), call.node, call.m.fragment)
            made.append(v.Lazy("alias", f"{word.value}({name})", (measure,)))
    return made


def aggregated(call: Call, relation: Relation, keys: tuple[Output, ...], values: list[v.Value]) -> Relation:
    """One row per group; expressions over several measures are computed on top."""
    binder = Binder(call.m, relation)
    plain = all(isinstance(_bare(value), v.Lazy) and cast("v.Lazy", _bare(value)).op == "measure" for value in values)
    if plain:
        outputs = [_measure_output(binder, value, call) for value in values]
        return call.m.add(Aggregate(relation, keys, tuple(outputs), call.origin))
    parts = {part: call.m.fresh() for value in values for part in outermost(value, ("measure",))}
    keyed = _is_spark(call)  # outside of measures there are only grouping keys
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
    for value in values:
        expression = Column(made, listed[id(value)]) if id(value) in listed else top.expression(value)
        outputs.append(Output(label(value), expression, call.origin))
    return call.m.add(Derive(made, tuple(outputs), call.origin))


def _bare(value: v.Value) -> v.Value:
    while isinstance(value, v.Lazy) and value.op in ("alias", "rename"):
        value = value.args[0]
    return value


def _measure_output(binder: Binder, value: v.Value, call: Call) -> Output:
    inner = cast("v.Lazy", _bare(value))
    name = label(value)
    if isinstance(value, v.Lazy) and value.op == "measure" and isinstance(call.m.get(call.target), v.Handle):
        name = _default_name(value, call)
    return Output(name, binder.measure(inner), binder.origin(inner) or call.origin)


def _is_spark(call: Call) -> bool:
    group = _group(call)
    return group is not None and group.frame.library in ("spark", "snowpark")


def _default_name(value: v.Lazy, call: Call) -> Name:
    spark = _is_spark(call)
    if not value.args:
        return "count" if spark else "len"
    return f"{value.text}({label(value.args[0])})" if spark else label(value)


def counted(call: Call) -> v.Value | None:
    """`group_by(…).count()`, `.len()`."""
    group = _group(call)
    if group is None:
        return None
    output = Output("len" if call.name == "len" else "count", Measure("count", (), origin=call.origin), call.origin)
    return replace(
        group.frame, relation=call.m.add(Aggregate(group.frame.relation, group.keys, (output,), call.origin))
    )


def group_measure(call: Call) -> v.Value | None:
    """`groupBy(…).sum('x', 'y')`, `group_by(…).mean()`."""
    group = _group(call)
    if group is None:
        return None
    function = canonical(call.name)
    names = [str(value.value) for value in _flat(call, call.args) if isinstance(value, v.Const)] or ["{column}"]
    spark = group.frame.library in ("spark", "snowpark")
    relation = group.frame.relation
    outputs = tuple(
        Output(
            f"{call.name}({name})" if spark else name,
            Measure(function, (Column(relation, name),), origin=call.origin),
            call.origin,
        )
        for name in names
    )
    return replace(group.frame, relation=call.m.add(Aggregate(relation, group.keys, outputs, call.origin)))


def pivot_groups(call: Call) -> v.Value | None:
    """Spark's `groupBy(…).pivot('c')`: the values of `c` become columns."""
    group, names = _group(call), call.names(0)
    if group is None or not names:
        return None
    key = Output(names[0], Column(group.frame.relation, names[0]))
    inner = replace(group, keys=(*group.keys, key))
    return v.Handle("lazy.pivot", (("of", inner), ("by", v.Const(names[0]))))


def pivot_agg(call: Call) -> v.Value | None:
    made = agg(call) if call.name == "agg" else group_measure(call) if call.args else counted(call)
    group = _group(call)
    by = call.receiver.get("by") if isinstance(call.receiver, v.Handle) else None
    if not isinstance(made, v.Frame) or group is None or not isinstance(by, v.Const):
        return made
    from feasilint.ir import AllOf
    from feasilint.lower.python.columns import known

    keys = tuple(Output(key.name, Column(made.relation, key.name)) for key in group.keys[:-1])
    names = [name for name in known(AllOf(made.relation)) or () if name not in {key.name for key in group.keys}]
    cells = tuple(Column(made.relation, name) for name in names)
    pivoted = Pivot(made.relation, keys, (Column(made.relation, str(by.value)),), (), cells, True, call.origin)
    return replace(made, relation=call.m.add(pivoted))


# --- joins ---


def join(call: Call) -> v.Value | None:
    """`df.join(other, on=…, how=…)` of polars, Spark and Snowpark."""
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    how = KINDS.get(
        (call.text(2, "how") or call.text(None, "join_type") or call.text(None, "lsuffix") or "inner").lower(), "inner"
    )
    on = call.got(1, "on")
    using, condition = _condition(call, first.relation, second.relation, on)
    here, there = call.names(None, "left_on"), call.names(None, "right_on")
    if here and there:
        pairs = tuple(
            Op("eq", (Column(first.relation, a), Column(second.relation, b))) for a, b in zip(here, there, strict=False)
        )
        condition = pairs[0] if len(pairs) == 1 else Op("and", pairs)
    suffix = call.text(None, "suffix")
    marks = ("", suffix or "_right") if first.library.startswith("polars") else None
    kind = how if using or condition is not None or how == "cross" else "cross"
    return replace(
        first,
        relation=call.m.add(Join(first.relation, second.relation, kind, condition, using, marks, origin=call.origin)),
    )


def _condition(
    call: Call, left: Relation, right: Relation, on: v.Value | None
) -> tuple[tuple[Name, ...], Expression | None]:
    if on is None or on == v.NONE:
        return (), None
    values = _flat(call, (on,))
    names = [value.value for value in values if isinstance(value, v.Const) and isinstance(value.value, str)]
    if len(names) == len(values):
        return tuple(names), None
    lazies = [value for value in values if isinstance(value, v.Lazy)]
    if lazies and all(value.op == "column" for value in lazies):
        return tuple(value.text for value in lazies), None
    parts = tuple(SidedBinder(call, left, right).expression(value) for value in values)
    return (), parts[0] if len(parts) == 1 else Op("and", parts)


class SidedBinder(Binder):
    """Expressions over the two sides of a join: `left.a == right.b`."""

    def __init__(self, call: Call, left: Relation, right: Relation) -> None:
        super().__init__(call.m, left)
        self.right = right

    def _column(self, lazy: v.Lazy) -> Expression:
        frame = lazy.get("frame")
        on_right = isinstance(frame, v.Row) and frame.relation is self.right
        return Column(self.right if on_right else self.relation, lazy.text, self.origin(lazy))

    def _call(self, lazy: v.Lazy) -> Expression:
        args = lazy.args
        if lazy.text == "eq" and len(args) == 2 and not any(isinstance(a, v.Lazy) and a.get("frame") for a in args):
            left, right = Binder(self.m, self.relation), Binder(self.m, self.right)
            return Op("eq", (left.expression(args[0]), right.expression(args[1])), self.origin(lazy))
        return super()._call(lazy)


def join_asof(call: Call) -> v.Value | None:
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    here, there = (
        call.names(None, "left_on") or call.names(None, "on"),
        call.names(None, "right_on") or call.names(None, "on"),
    )
    by = call.names(None, "by") or ()
    asof = None
    if here and there:
        tolerance = as_length(call, call.arg(None, "tolerance"))
        asof = AsOf(Column(first.relation, here[0]), Column(second.relation, there[0]), tolerance)
    made = Join(first.relation, second.relation, "asof", None, by, ("", "_right"), asof, call.origin)
    return replace(first, relation=call.m.add(made))


def union(call: Call) -> v.Value | None:
    """`df.union(other)`, `unionByName`, `vstack`."""
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    by_name = call.name in ("unionByName", "union_by_name", "union_all_by_name")
    made = Union((first.relation, second.relation), "name" if by_name else "position", call.origin)
    return replace(first, relation=call.m.add(made))


def concat(call: Call) -> v.Value | None:
    """`pl.concat([a, b], how=…)`."""
    frames = [frame for value in _flat(call, call.args[:1]) if (frame := call.m.frame(value)) is not None]
    if not frames:
        return None
    if call.text(None, "how") == "horizontal":
        from feasilint.lower.python.transfers.joining import beside

        return beside(call, frames)
    if len(frames) == 1:
        return replace(frames[0])
    return replace(frames[0], relation=call.m.add(Union(tuple(f.relation for f in frames), "name", call.origin)))


def unpivot(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    keep = call.names(None, "id_vars") or call.names(None, "index") or ()
    chosen = call.names(None, "value_vars") or call.names(None, "on") or call.names(0) or ()
    cells = tuple(Column(frame.relation, name) for name in chosen)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in keep)
    names = Output("variable", Constant(None))
    made = Unpivot(frame.relation, keys, names, Output("value", Op("coalesce", cells)), call.origin)
    return replace(frame, relation=call.m.add(made))


def pivot(call: Call) -> v.Value | None:
    """polars' `df.pivot(on, index=…, values=…)`."""
    frame = own(call)
    if frame is None:
        return None
    index = call.names(None, "index") or ()
    on = call.names(None, "on") or call.names(None, "columns") or call.names(0) or ()
    values = call.names(None, "values") or ("{value}",)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in index)
    made = Pivot(
        frame.relation,
        keys,
        tuple(Column(frame.relation, name) for name in on),
        (),
        tuple(Column(frame.relation, name) for name in values),
        True,
        call.origin,
    )
    return replace(frame, relation=call.m.add(made))


def column_list(call: Call) -> v.Value | None:
    frame = own(call)
    return v.Columns(narrowed(frame.relation, ()), frame.relation) if frame is not None else None


def row_number(call: Call) -> v.Value | None:
    """`with_row_index()`: a number that says nothing."""
    frame = own(call)
    if frame is None:
        return None
    name = call.text(0, "name") or "index"
    return _derive(call, frame, replacing(frame.relation, Output(name, Op("row_index", (), call.origin), call.origin)))


def exploded(call: Call) -> v.Value | None:
    from feasilint.ir import Unnest

    frame = own(call)
    values = _flat(call, call.args)
    if frame is None or not values:
        return None
    binder = Binder(call.m, frame.relation)
    outputs = tuple(Output(label(value), binder.key(value), call.origin) for value in values)
    return replace(frame, relation=call.m.add(Unnest(frame.relation, outputs, call.origin)))


def group_apply(call: Call) -> v.Value | None:
    """`applyInPandas(f, schema)`, `map_groups(f)`: f sees the rows of one group."""
    group, function = _group(call), call.arg(0)
    if group is None or function is None:
        return None
    inside = call.m.alloc(replace(group.frame, library="pandas", group=group.keys))
    result = call.m.frame(call.m.call(function, (inside,), {}, call.node))
    return replace(result, library=group.frame.library, group=group.frame.group) if result is not None else None


def group_rows(call: Call) -> v.Value | None:
    """`group_by(…).head(1)`."""
    group = _group(call)
    if group is None:
        return None
    keys = tuple(key.expression for key in group.keys)
    made = Distinct(group.frame.relation, keys, order_of(group.frame.relation), call.origin)
    return replace(group.frame, relation=call.m.add(made))


def select_text(call: Call) -> v.Value | None:
    """`df.selectExpr('a', 'b + 1 AS c')`."""
    from feasilint.lower.python.transfers.sql import expression

    frame = own(call)
    if frame is None:
        return None
    items: list[Star | Output] = []
    for value in _flat(call, call.args):
        text = value.value if isinstance(value, v.Const) else None
        if text == "*":
            items.append(Star(narrowed(frame.relation, ())))
        elif isinstance(text, str) and text.isidentifier():
            items.append(Star(Names(frame.relation, (text,))))
        else:
            lazy = expression(call.at(args=(value,)))
            items += _outputs(call, frame, [lazy]) if lazy is not None else []
    return _derive(call, frame, tuple(items))

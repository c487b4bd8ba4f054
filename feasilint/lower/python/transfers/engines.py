"""Frames of polars, PySpark and Snowpark: projections, filters, groups and joins over lazy expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    AllOf,
    Column,
    Derive,
    Distinct,
    Filter,
    Join,
    Minus,
    Names,
    Output,
    Sort,
    Star,
)
from feasilint.ir import Call as Op
from feasilint.ir.expressions import fold, is_dynamic
from feasilint.ir.traversal import members
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known, layout, narrowed, replacing
from feasilint.lower.python.transfers import lazy
from feasilint.lower.python.transfers.binding import Binder, expand, label
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.labels import namer
from feasilint.lower.python.transfers.names import renamed
from feasilint.lower.python.transfers.selecting import candidates, folded, is_typed, left, set_of, where_typed

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Expression, Name, Origin, Relation
    from feasilint.lower.python.call import Call, Transfer


def flat(call: Call, values: tuple[v.Value, ...]) -> list[v.Value]:
    made: list[v.Value] = []
    for value in values:
        found = call.m.get(value)
        made += flat(call, found.items) if isinstance(found, v.Seq) else [found]
    return made


def derived(call: Call, frame: v.Frame, items: tuple[Star | Output, ...]) -> v.Frame:
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def outputs_of(call: Call, frame: v.Frame, values: list[v.Value]) -> list[Output]:
    """Names and expressions as output columns."""
    binder, name = Binder(call.m, frame.relation), namer(frame.library)
    singles = [one for value in values for one in expand(call.m, frame.relation, value)]
    return [Output(name(one), binder.key(one), _origin(call, binder, one)) for one in singles]


def _origin(call: Call, binder: Binder, value: v.Value) -> Origin | None:
    return binder.origin(value) if isinstance(value, v.Lazy) else call.origin


def select(call: Call) -> v.Value | None:
    """`df.select('a', pl.col('b').alias('c'), d=…)`."""
    frame = own(call)
    if frame is None:
        return None
    values = flat(call, call.args)
    items: list[Star | Output] = []
    for value in map(folded, values):
        if isinstance(value, v.Const) and value.value == "*":
            items.append(Star(narrowed(frame.relation, ())))
        elif isinstance(value, v.Lazy) and value.op == "columns":
            items.append(Star(set_of(call.m, frame.relation, value)))
        elif isinstance(value, v.Columns):
            items.append(Star(value.columns))
        elif isinstance(value, v.Const) and isinstance(value.value, str):
            items += _by_name(call, frame, value.value)
        else:
            items += outputs_of(call, frame, [value])
    items += _keywords(call, frame)
    made = derived(call, frame, tuple(items))
    return replace(made, relation=where_typed(call, made.relation, _computed(items), typed_names(call, frame, values)))


def _by_name(call: Call, frame: v.Frame, text: str) -> list[Star | Output]:
    if "." in text and "{" not in text and frame.library in ("spark", "snowpark"):
        from feasilint.lower.python.transfers.sparkframes import named_part

        return named_part(call, frame, text)
    return [Star(Names(frame.relation, (text,)))]


def _computed(items: list[Star | Output]) -> list[Output]:
    """What a projection gives, the columns passed on under their names where these are known."""
    made: list[Output] = []
    for item in items:
        if isinstance(item, Output):
            made.append(item)
        else:
            names = candidates(item.columns) or ()
            made += [Output(name, Column(relation, name)) for relation in members(item.columns) for name in names]
    return made


def typed_names(call: Call, frame: v.Frame, values: list[v.Value], bare: bool = False) -> set[Name]:
    """The outputs that are there only if some column has a type."""
    wrapped = [
        value for value in map(folded, values) if bare or not (isinstance(value, v.Lazy) and value.op == "columns")
    ]
    singles = [one for value in wrapped for one in expand(call.m, frame.relation, value)]
    return {name for one in singles if is_typed(one) and not is_dynamic(name := label(one))}


def _keywords(call: Call, frame: v.Frame) -> list[Output]:
    binder = Binder(call.m, frame.relation)
    return [Output(name, binder.key(value), call.origin) for name, value in call.kwargs.items() if name != "**"]


def with_columns(call: Call) -> v.Value | None:
    """`df.with_columns(…)`: all items see the frame as it was."""
    frame = own(call)
    if frame is None:
        return None
    values = flat(call, call.args)
    outputs = [*outputs_of(call, frame, values), *_keywords(call, frame)]
    if not outputs:
        return replace(frame)
    made = derived(call, frame, replacing(frame.relation, *outputs))
    old = known(AllOf(frame.relation)) or ()
    typed = typed_names(call, frame, values, bare=True).difference(old)
    everything = [*(Output(name, Column(frame.relation, name)) for name in old), *outputs]
    return replace(made, relation=where_typed(call, made.relation, everything, typed))


def with_column(call: Call) -> v.Value | None:
    """`df.withColumn('x', expression)`."""
    frame, names = own(call), call.names(0, "colName")
    value = call.arg(1, "col")
    if frame is None or not names or value is None:
        return with_columns(call) if frame is not None and call.args else None
    output = Output(names[0], Binder(call.m, frame.relation).expression(value), call.origin)
    return derived(call, frame, replacing(frame.relation, output))


def with_named(call: Call) -> v.Value | None:
    """`df.withColumns({'x': …})`, Snowpark's `with_columns([names], [expressions])`."""
    frame, first = own(call), call.got(0)
    if frame is None:
        return None
    if isinstance(first, v.Dict):
        binder = Binder(call.m, frame.relation)
        pairs = [(name_of(call.m, key), value) for key, value in first.items]
        outputs = [Output(name, binder.expression(value), call.origin) for name, value in pairs if name is not None]
        return derived(call, frame, replacing(frame.relation, *outputs))
    second = call.got(1)
    names = names_of(call.m, first) if first is not None else None
    if names is not None and isinstance(second, v.Seq) and len(second.items) == len(names):
        for name, item in zip(
            names, second.items, strict=True
        ):  # one after the other: Snowflake lets a column name those before it
            output = Output(name, Binder(call.m, frame.relation).expression(item), call.origin)
            frame = derived(call, frame, replacing(frame.relation, output))
        return frame
    return with_columns(call)


def filtered(call: Call) -> v.Value | None:
    """`df.filter(predicate)`, `df.where('sql text')`."""
    frame = own(call)
    if frame is None:
        return None
    binder = Binder(call.m, frame.relation)
    relation = frame.relation
    for value in flat(call, call.args):
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
    columns: ColumnSet = AllOf(frame.relation)
    for value in map(folded, flat(call, call.args)):
        if isinstance(value, v.Lazy) and value.op == "columns":
            columns = left(call.m, columns, frame.relation, value)
        elif _of_one_side(frame.relation, value):
            continue
        else:
            columns = Minus(columns, (_as_known(frame, label(value)),))
    return derived(call, frame, (Star(columns),))


def _as_known(frame: v.Frame, name: Name) -> Name:
    """A name as the frame has it: in Snowpark, case says nothing."""
    if frame.library != "snowpark":
        return name
    return next((one for one in layout(frame.relation) if one is not None and fold(one) == fold(name)), name)


def _of_one_side(relation: Relation, value: v.Value) -> bool:
    """Spark's `drop(users.u)` after a join on a condition: the other side's column of that name is left."""
    if (
        not isinstance(value, v.Lazy)
        or value.op != "column"
        or not isinstance(value.node, ast.Attribute | ast.Subscript)
    ):
        return False
    while isinstance(relation, Filter | Sort | Distinct):
        relation = relation.input
    if not isinstance(relation, Join) or value.text in relation.using:
        return False
    return all(value.text in (known(AllOf(side)) or (value.text,)) for side in (relation.left, relation.right))


def rename(call: Call) -> v.Value | None:
    """`withColumnRenamed('a', 'b')`, `rename({'a': 'b'})`."""
    frame, first = own(call), call.got(0)
    if frame is None:
        return None
    if isinstance(first, v.Dict):
        named = [(name_of(call.m, key), name_of(call.m, value)) for key, value in first.items]
    elif isinstance(first, v.Function | v.Bound):
        named = [
            (name, name_of(call.m, call.m.call(first, (v.Const(str(name)),), {}, call.node)))
            for name in layout(frame.relation)
            if name is not None
        ]
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
    given = [value for value in flat(call, call.args) if not is_flag(value)]
    keys = tuple(binder.key(value) for value in given)
    made = Sort(frame.relation, keys, call.origin, _falling(call, given))
    return replace(frame, relation=call.m.add(made)) if keys else replace(frame)


def _falling(call: Call, keys: list[v.Value]) -> tuple[bool, ...]:
    """`F.desc('x')`, `descending=[True, False]`, `ascending=False`: of each key whether it falls; empty where none does."""
    falling, rising = call.got(None, "descending"), call.got(None, "ascending")
    flags = falling if falling is not None else rising
    if flags is None:
        return lazy.falling(keys)
    each = flags.items if isinstance(flags, v.Seq) else (flags,) * len(keys)
    found = tuple(isinstance(one, v.Const) and bool(one.value) is (falling is not None) for one in each)
    return found if any(found) else ()


def is_flag(value: v.Value) -> bool:
    return isinstance(value, v.Const) and not isinstance(value.value, str)


def to_pandas(library: str) -> Transfer:
    """The same rows as a frame of another library."""

    def transfer(call: Call) -> v.Value | None:
        frame = own(call)
        return replace(frame, library=library) if frame is not None else None

    return transfer


def column_list(call: Call) -> v.Value | None:
    frame = own(call)
    return v.Columns(narrowed(frame.relation, ()), frame.relation) if frame is not None else None


def row_number(call: Call) -> v.Value | None:
    """`with_row_index()`: a number that says nothing."""
    frame = own(call)
    if frame is None:
        return None
    name = call.text(0, "name") or "index"
    return derived(
        call, frame, (Output(name, Op("row_index", (), call.origin), call.origin), Star(AllOf(frame.relation)))
    )


def exploded(call: Call) -> v.Value | None:
    from feasilint.ir import Unnest

    frame = own(call)
    values = flat(call, call.args)
    if frame is None or not values:
        return None
    binder = Binder(call.m, frame.relation)
    outputs = tuple(Output(label(value), binder.key(value), call.origin) for value in values)
    return replace(frame, relation=call.m.add(Unnest(frame.relation, outputs, call.origin)))


def select_text(call: Call) -> v.Value | None:
    """`df.selectExpr('a', 'b + 1 AS c')`."""
    from feasilint.lower.python.transfers.sql import expression, name_in

    frame = own(call)
    if frame is None:
        return None
    items: list[Star | Output] = []
    for value in flat(call, call.args):
        text = value.value if isinstance(value, v.Const) else None
        if text == "*":
            items.append(Star(narrowed(frame.relation, ())))
        elif isinstance(text, str) and text.isidentifier():
            items.append(Star(Names(frame.relation, (text,))))
        elif isinstance(text, str) and (name := name_in(call.m, frame.relation, text)) is not None:
            made = v.Lazy("alias", name[0], (v.Lazy("sql", name[1], (), (), call.node, call.m.fragment),))
            items += outputs_of(call, frame, [made])
        else:
            lazy = expression(call.at(args=(value,)))
            items += outputs_of(call, frame, [lazy]) if lazy is not None else []
    return derived(call, frame, tuple(items))


def to_polars(call: Call) -> v.Value | None:
    """`pl.from_pandas(df)`: the index is left behind."""
    frame = call.frame(0)
    return replace(frame, library="polars", index=()) if frame is not None else None

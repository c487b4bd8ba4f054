"""Groups and their aggregates: every form of `agg`, and functions of whole groups."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Aggregate, AllOf, Column, Derive, Filter, Limit, Measure, Output, Window
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import spelled
from feasilint.ir.functions import canonical, is_aggregate
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known
from feasilint.lower.python.transfers.frames import order_of, own
from feasilint.lower.python.transfers.times import unit_of

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine


class Spec(NamedTuple):
    """One aggregate that is asked for: result name, input column (None: rows), function."""

    output: Name
    column: Name | None
    function: v.Value


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
    level = call.names(None, "level")
    chosen = tuple(n for n in level or () if n in frame.index) or frame.index
    return tuple(Output(name, Column(frame.relation, name)) for name in chosen)


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
    key = grouper.get("key") or grouper.get("0")
    name = name_of(m, key) if key is not None else None
    freq = m.get(grouper.get("freq") or v.NONE)
    label = name or (frame.index[0] if frame.index else "index")
    unit = unit_of(str(freq.value)) if isinstance(freq, v.Const) else None
    column = Column(frame.relation, label)
    if grouper.get("freq") is None:
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


def measure(function: str | None = None) -> Transfer:
    """One aggregate of all chosen columns: `groupby(k)['x'].sum()`, `df['x'].max()`, `df.mean()`."""

    def transfer(call: Call) -> v.Value | None:
        name = function or canonical(call.name)
        receiver = call.receiver
        if isinstance(receiver, v.GroupBy):
            return _grouped(call, receiver, name)
        if isinstance(receiver, v.Series):
            return column_measure(call, receiver, name)
        if isinstance(receiver, v.Frame):
            return whole_frame(call, receiver, name)
        return None

    return transfer


def column_measure(call: Call, series: v.Series, function: str) -> v.Value:
    """An aggregate of one column over all rows, or over the rows of its group."""
    label = call.m.fresh()
    made = Measure(function, (series.expression, *_parameters(call, function)), origin=call.origin)
    relation = call.m.add(Aggregate(series.relation, series.group, (Output(label, made, call.origin),), call.origin))
    return v.Scalar(Column(relation, label))


def _parameters(call: Call, function: str) -> tuple[Expression, ...]:
    return tuple(call.expression(arg) for arg in call.args[:1]) if function == "percentile" else ()


def whole_frame(call: Call, frame: v.Frame, function: str) -> v.Value | None:
    """An aggregate of every column (or, with axis=1, of every row)."""
    if call.const(0, "axis") in (1, "columns"):
        names = _data(frame)
        parts = tuple(Column(frame.relation, name) for name in names) if names is not None else ()
        if not parts:
            return v.Series(frame.relation, call.expression(frame), None, frame.index, frame.group)
        return v.Series(frame.relation, Op(function, parts, call.origin), None, frame.index, frame.group)
    names = _data(frame)
    if names is None:
        return call.unknown(f"{function} of all columns")
    specs = [Spec(name, name, v.Const(function)) for name in names[:200]]
    relation = aggregate(call, frame, frame.group, specs)
    return v.Row(relation)


def _data(frame: v.Frame) -> tuple[Name, ...] | None:
    names = known(AllOf(frame.relation))
    return None if names is None else tuple(name for name in names if name not in frame.index)


def _grouped(call: Call, group: v.GroupBy, function: str) -> v.Value:
    specs = [Spec(name, name, v.Const(function)) for name in chosen(group)]
    return result(call, group, aggregate(call, group.frame, group.keys, specs, group.series), specs, group.single)


def chosen(group: v.GroupBy) -> tuple[Name, ...]:
    """The columns that a group's aggregates are of: the selected ones, else all but the keys."""
    if group.selected is not None:
        return group.selected
    names = known(AllOf(group.frame.relation))
    keys = {key.name for key in group.keys} | set(group.frame.index)
    return ("{column}",) if names is None else tuple(name for name in names if name not in keys)[:200]


def aggregate(
    call: Call, frame: v.Frame, keys: tuple[Output, ...], specs: list[Spec], series: v.Series | None = None
) -> Relation:
    """The relation of one row per group."""
    measures = tuple(Output(spec.output, to_measure(call, frame, spec, series), call.origin) for spec in specs)
    return call.m.add(Aggregate(frame.relation, keys, measures, call.origin))


def to_measure(call: Call, frame: v.Frame, spec: Spec, series: v.Series | None = None) -> Measure:
    if series is not None:
        args: tuple[Expression, ...] = (series.expression,)
    else:
        args = () if spec.column is None else (Column(frame.relation, spec.column),)
    return Measure(function_name(call.m, spec.function), args, origin=call.origin)


def function_name(m: Machine, function: v.Value) -> str:
    """The canonical aggregate that a string, a numpy function or the user's own code is."""
    found = m.get(function)
    match found:
        case v.Const(value=str(name)):
            return canonical(name)
        case v.Library(path=path):
            name = canonical(path.rsplit(".", 1)[-1])
            return name if is_aggregate(name) else "custom"
        case v.Function(node=node):
            m.called.add(node)
            return _in_code(node)
        case v.Bound(name=name):
            return canonical(name) if is_aggregate(name) else "custom"
        case _:
            return "custom"


def _in_code(node: ast.AST) -> str:
    """The aggregate that user code is about: the outermost one, if there is one only."""
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Call):
            continue
        name = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
        if is_aggregate(name) and canonical(name) != "custom":
            return canonical(name)
    return "custom"


def result(call: Call, group: v.GroupBy, relation: Relation, specs: list[Spec], single: bool) -> v.Value:
    """The aggregates as pandas gives them: a column for one selected by name, else a frame; keys are the index."""
    index = tuple(key.name for key in group.keys if key not in group.frame.group) if group.as_index else ()
    if single and len(specs) == 1 and group.as_index:
        name = specs[0].output
        return v.Series(relation, Column(relation, name), name, index)
    return v.Frame(relation, "pandas", index)


def agg(call: Call) -> v.Value | None:
    """`agg('sum')`, `agg(['min', 'max'])`, `agg({'x': 'sum', 'y': ['min']})`, `agg(total=('x', 'sum'))`."""
    receiver = call.receiver
    if isinstance(receiver, v.Frame | v.Series):
        return _agg_whole(call, receiver)
    if not isinstance(receiver, v.GroupBy):
        return None
    specs, single = specs_of(call, chosen(receiver), receiver.single)
    if not specs:
        return None
    return result(call, receiver, aggregate(call, receiver.frame, receiver.keys, specs, receiver.series), specs, single)


def specs_of(call: Call, columns: tuple[Name, ...], single: bool) -> tuple[list[Spec], bool]:
    """What an `agg` asks for, and whether it gives one plain column."""
    if not call.args and "func" not in call.kwargs:
        return [spec for name, value in call.kwargs.items() for spec in _named(call.m, name, value, columns)], False
    found = call.got(0, "func")
    if isinstance(found, v.Dict):
        return [spec for key, value in found.items for spec in _by_column(call.m, key, value)], False
    if isinstance(found, v.Seq):
        return [_listed(call.m, name, item, single) for name in columns for item in found.items], False
    return [Spec(name, name, found or v.NONE) for name in columns], single


def _listed(m: Machine, name: Name, function: v.Value, single: bool) -> Spec:
    """`agg([f, g])`: the column and the function make a name; `('label', f)` gives the label."""
    found = m.get(function)
    if isinstance(found, v.Seq) and len(found.items) == 2:
        label = m.get(found.items[0])
        word, function = str(label.value) if isinstance(label, v.Const) else "value", found.items[1]
    else:
        word = label_of(m, function)
    return Spec(word if single else (*_tuple(name), word), name, function)


def _tuple(name: Name) -> tuple[str, ...]:
    return (name,) if isinstance(name, str) else name


def _by_column(m: Machine, key: v.Value, value: v.Value) -> list[Spec]:
    name = name_of(m, key)
    if name is None:
        return []
    found = m.get(value)
    if isinstance(found, v.Seq):
        return [_listed(m, name, item, False) for item in found.items]
    if isinstance(found, v.Dict):
        return [Spec((*_tuple(name), spelled(name_of(m, k) or "")), name, item) for k, item in found.items]
    return [Spec(name, name, value)]


def _named(m: Machine, output: str, value: v.Value, columns: tuple[Name, ...]) -> list[Spec]:
    """`output=('column', f)`, `pd.NamedAgg(column, aggfunc)`; of a selected column `output=f`."""
    found = m.get(value)
    if isinstance(found, v.Seq) and len(found.items) == 2:
        return [Spec(output, name_of(m, found.items[0]), found.items[1])]
    if isinstance(found, v.Handle) and found.kind == "named_agg":
        column, function = found.get("column") or found.get("0"), found.get("aggfunc") or found.get("1")
        return [Spec(output, name_of(m, column) if column is not None else None, function or v.NONE)]
    return [Spec(output, columns[0] if columns else None, value)]


def label_of(m: Machine, function: v.Value) -> str:
    """How pandas names the column of a function."""
    found = m.get(function)
    match found:
        case v.Const(value=value):
            return str(value)
        case v.Library(path=path):
            return path.rsplit(".", 1)[-1]
        case v.Function(node=ast.FunctionDef(name=name)):
            return name
        case v.Function():
            return "<lambda>"
        case _:
            return "custom"


def _agg_whole(call: Call, receiver: v.Frame | v.Series) -> v.Value | None:
    if isinstance(receiver, v.Series):
        found = call.got(0, "func")
        if isinstance(found, v.Const):
            return column_measure(call, receiver, function_name(call.m, found))
        frame = v.Frame(receiver.relation, "pandas", receiver.index, receiver.group)
        specs, _ = specs_of(call, (receiver.name or "0",), True)
        return v.Row(aggregate(call, frame, receiver.group, specs, receiver)) if specs else None
    names = _data(receiver)
    specs, _ = specs_of(call, names if names is not None else ("{column}",), False)
    return v.Row(aggregate(call, receiver, receiver.group, specs)) if specs else None


def size(call: Call) -> v.Value | None:
    """`groupby(k).size()`, and `count(*)` of other libraries."""
    group = call.receiver
    if not isinstance(group, v.GroupBy):
        return None
    specs = [Spec("size", None, v.Const("count"))]
    return result(call, group, aggregate(call, group.frame, group.keys, specs), specs, True)


def value_counts(call: Call) -> v.Value | None:
    """Rows per value: of a column, of several, within groups."""
    receiver = call.receiver
    if isinstance(receiver, v.Series):
        label = receiver.name if receiver.name is not None else "index"
        frame = v.Frame(receiver.relation, "pandas", receiver.index)
        keys: tuple[Output, ...] = (*receiver.group, Output(label, receiver.expression))
    elif isinstance(receiver, v.GroupBy):
        frame = receiver.frame
        keys = (*receiver.keys, *(Output(name, Column(frame.relation, name)) for name in receiver.selected or ()))
    else:
        found, names = own(call), call.names(0, "subset")
        if found is None:
            return None
        frame = found
        keys = tuple(Output(name, Column(frame.relation, name)) for name in names or _data(frame) or ())
    counted = receiver if isinstance(receiver, v.Series) else None
    relation = aggregate(call, frame, keys, [Spec("count", None, v.Const("count"))], counted)
    return v.Series(relation, Column(relation, "count"), "count", tuple(key.name for key in keys))


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
    made = call.m.add(Window(relation, partition, order, frame, measures, call.origin))
    if group.single or counts or len(names) == 1:
        name = next(iter(labels))
        return v.Series(
            made, Column(made, measures[0].name), None if counts else name, group.frame.index, group.frame.group
        )
    outputs = tuple(Output(name, Column(made, label)) for name, label in labels.items())
    return v.Frame(call.m.add(Derive(made, outputs, call.origin)), "pandas")


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


def group_rows(call: Call) -> v.Value | None:
    """`groupby(k).head(1)`, `tail`, `nth`, `sample`: some rows of each group."""
    from feasilint.ir import Distinct

    group = call.receiver
    if not isinstance(group, v.GroupBy):
        return None
    relation = group.frame.relation
    keys = tuple(key.expression for key in group.keys)
    if call.const(0, "n", 5) == 1:
        return replace(group.frame, relation=call.m.add(Distinct(relation, keys, order_of(relation), call.origin)))
    return replace(group.frame, relation=call.m.add(Limit(relation, None, origin=call.origin)))


def get_group(call: Call) -> v.Value | None:
    group = call.receiver
    if not isinstance(group, v.GroupBy) or not call.args or not group.keys:
        return None
    test = Op("eq", (group.keys[0].expression, call.expression(call.args[0])), call.origin)
    return replace(group.frame, relation=call.m.add(Filter(group.frame.relation, test, origin=call.origin)))


def transform_in_order(call: Call) -> v.Value | None:
    """`groupby(k).ffill()`: the last value before."""
    group = call.receiver
    return windowed(call, group, "last", None, running=True) if isinstance(group, v.GroupBy) else None


def shape(call: Call) -> v.Value | None:
    """`df.shape`: no lineage."""
    return v.Seq((call.m.unknown("rows"), call.m.unknown("columns")), "tuple")

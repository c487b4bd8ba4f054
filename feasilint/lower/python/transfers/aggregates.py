"""Aggregates of groups, columns and frames: every form of `agg`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import Aggregate, AllOf, Column, Derive, Filter, Limit, Measure, Names, OfType, Output, Sort, Star
from feasilint.ir import Call as Op
from feasilint.ir.expressions import conjuncts, parts_of, spelled
from feasilint.ir.functions import canonical, is_aggregate
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import known, narrowed
from feasilint.lower.python.transfers.frames import own

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine


class Spec(NamedTuple):
    """One aggregate that is asked for: result name, input column (None: rows), function."""

    output: Name
    column: Name | None
    function: v.Value


def measure(function: str | None = None) -> Transfer:
    """One aggregate of all chosen columns: `groupby(k)['x'].sum()`, `df['x'].max()`, `df.mean()`."""

    def transfer(call: Call) -> v.Value | None:
        name = function or canonical(call.name)
        receiver = call.receiver
        if isinstance(receiver, v.GroupBy):
            listed = call.names(0) if isinstance(call.got(0), v.Seq) else None  # H2O: `group_by('k').mean(['x'])`
            return _grouped(call, receiver if listed is None else replace(receiver, selected=listed), name)
        if isinstance(receiver, v.Series):
            return column_measure(call, receiver, name)
        if isinstance(receiver, v.Frame):
            return whole_frame(call, receiver, name)
        return None

    return transfer


def column_measure(call: Call, series: v.Series, function: str) -> v.Value:
    """An aggregate of one column over all rows, or over the rows of its group."""
    label = call.m.fresh()
    if function == "arg_max" and (values := _counted_values(series)) is not None:
        series, function = values, "mode"
    made = Measure(function, (series.expression, *_parameters(call, function)), origin=call.origin)
    relation = call.m.add(Aggregate(series.relation, series.group, (Output(label, made, call.origin),), call.origin))
    return v.Scalar(Column(relation, label))


def _counted_values(series: v.Series) -> v.Series | None:
    """The column whose values `s.value_counts()` has counted: which of them has most rows is its mode."""
    match series:
        case v.Series(relation=Aggregate(input=below, keys=(key,), measures=(made,)), expression=Column(name=name)):
            count = made.expression
            if name == made.name and isinstance(count, Measure) and count.function == "count":
                return v.Series(below, key.expression)
    return None


def counted(call: Call, rows: v.Value) -> v.Scalar | None:
    """`len(group)`, `len(events[events.user == user])`: how many rows a group has, or belong to a row of something else.
    The length of a whole frame is no lineage."""
    if not isinstance(rows, v.Frame | v.Series) or not (rows.group or _correlated(rows.relation)):
        return None
    label = call.m.fresh()
    made = Output(label, Measure("count", (), origin=call.origin), call.origin)
    return v.Scalar(Column(call.m.add(Aggregate(rows.relation, rows.group, (made,), call.origin)), label))


def _correlated(relation: Relation, depth: int = 8) -> bool:
    """Whether rows are picked by equality with columns of something else that is no aggregate."""
    while depth and isinstance(relation, Filter | Derive | Sort | Limit):
        if isinstance(relation, Filter) and any(map(_ties, conjuncts(relation.predicate))):
            return True
        relation, depth = relation.input, depth - 1
    return False


def _ties(part: Expression) -> bool:
    sides = part.args if isinstance(part, Op) and part.function == "eq" else ()
    read = {side.relation for side in sides if isinstance(side, Column)}
    return len(read) == 2 and not any(isinstance(relation, Aggregate) for relation in read)


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
    specs = [Spec(name, name, v.Const(function)) for name in (("{column}",) if names is None else names[:200])]
    return v.Row(aggregate(call, frame, frame.group, specs))


def _data(frame: v.Frame) -> tuple[Name, ...] | None:
    names = known(AllOf(frame.relation))
    return None if names is None else tuple(name for name in names if name not in frame.index)


def _grouped(call: Call, group: v.GroupBy, function: str) -> v.Value:
    specs = [Spec(name, name, v.Const(function)) for name in chosen(group)]
    group = _apart(call, group, specs)
    made = result(call, group, aggregate(call, group.frame, group.keys, specs, group.series), specs, group.single)
    return of_types(call, made, ("number",)) if call.flag("numeric_only") else made


def of_types(call: Call, made: v.Value, kinds: tuple[str, ...]) -> v.Value:
    """Of a frame only the columns of these types, and its index."""
    if not isinstance(made, v.Frame):
        return made
    kept = (Star(Names(made.relation, made.index)),) if made.index else ()
    data = OfType(narrowed(made.relation, made.index), kinds)
    return replace(made, relation=call.m.add(Derive(made.relation, (*kept, Star(data)), call.origin)))


def _apart(call: Call, group: v.GroupBy, specs: list[Spec]) -> v.GroupBy:
    """Keys that are the index beside a result of the same name stand under one that no code uses."""
    taken = {spec.output for spec in specs}
    if not group.as_index or not any(key.name in taken for key in group.keys):
        return group
    keys = (replace(key, name=call.m.fresh("key")) if key.name in taken else key for key in group.keys)
    return replace(group, keys=tuple(keys))


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
    receiver = _apart(call, receiver, specs)
    return result(call, receiver, aggregate(call, receiver.frame, receiver.keys, specs, receiver.series), specs, single)


def specs_of(call: Call, columns: tuple[Name, ...], single: bool) -> tuple[list[Spec], bool]:
    """What an `agg` asks for, and whether it gives one plain column."""
    if not call.args and "func" not in call.kwargs:
        return [spec for name, value in call.kwargs.items() for spec in _named(call.m, name, value, columns)], False
    found = call.got(0, "func")
    if isinstance(found, v.Dict):
        levels = any(isinstance(call.m.get(value), v.Seq) for _, value in found.items)
        return [spec for key, value in found.items for spec in by_column(call.m, key, value, levels)], False
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
    return Spec(word if single else (*parts_of(name), word), name, function)


def by_column(m: Machine, key: v.Value, value: v.Value, levels: bool = False) -> list[Spec]:
    """`{'x': f}`, `{'x': [f, g]}`; with `levels` some column has a list, and all names get a second part."""
    name = name_of(m, key)
    if name is None:
        return []
    found = m.get(value)
    if isinstance(found, v.Seq):
        return [_listed(m, name, item, False) for item in found.items]
    if isinstance(found, v.Dict):
        return [Spec((*parts_of(name), spelled(name_of(m, k) or "")), name, item) for k, item in found.items]
    return [_listed(m, name, value, False)] if levels else [Spec(name, name, value)]


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
    made = result(call, group, aggregate(call, group.frame, group.keys, specs), specs, True)
    return replace(made, name=None) if isinstance(made, v.Series) else made


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

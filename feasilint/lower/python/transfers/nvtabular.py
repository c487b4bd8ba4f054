"""NVTabular: graphs of operators over columns (`["a"] >> Categorify()`), and workflows that apply them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Derive, Measure, Output, Shift, Subquery, Window
from feasilint.ir import Call as Op
from feasilint.ir.expressions import spelled
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.transfers.loading import reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call


class Part(NamedTuple):
    """What a node of the graph gives: columns, and the rows that they are of."""

    relation: Relation
    columns: tuple[Output, ...]


# --- building the graph ---


def selector(call: Call) -> v.Value:
    """`ColumnSelector(['a', 'b'])`."""
    return _node(call.arg(0, "names") or v.NONE)


def _node(base: v.Value, **parts: v.Value) -> v.Handle:
    return v.Handle("nvt.node", (("base", base), *parts.items()))


def piped(call: Call) -> v.Value:
    """`node >> operator`."""
    return _node(call.target, op=call.args[0])


def piped_into(call: Call) -> v.Value:
    """`['a', 'b'] >> operator`."""
    return _node(call.args[0], op=call.target)


def added(call: Call) -> v.Value:
    """`node + ['c']`, `['c'] + node`."""
    both = (call.target, call.args[0]) if call.name == "__add__" else (call.args[0], call.target)
    return _node(v.NONE, parts=v.Seq(both))


def without(call: Call) -> v.Value:
    return _node(call.target, gone=call.args[0])


def chosen(call: Call) -> v.Value:
    """`node['a', 'b']`."""
    return _node(call.target, chosen=call.args[0])


# --- applying it ---


def data_set(call: Call) -> v.Value | None:
    """`nvt.Dataset(path)`, `Dataset(df)`."""
    found = call.got(0, "path_or_source")
    made = found if isinstance(found, v.Frame) else reader()(call)
    return replace(made, library="nvt.dataset", index=()) if isinstance(made, v.Frame) else None


def frame(call: Call) -> v.Value | None:
    """`dataset.to_ddf()`."""
    return replace(call.receiver, library="pandas") if isinstance(call.receiver, v.Frame) else None


def workflow(call: Call) -> v.Value:
    return v.Handle("nvt.workflow", (("node", call.arg(0, "output_node") or v.NONE),))


def transformed(call: Call) -> v.Value | None:
    """`workflow.fit_transform(dataset)`: the columns of its graph."""
    data = call.frame(0, "dataset")
    node = call.receiver.get("node") if isinstance(call.receiver, v.Handle) else None
    if data is None or node is None:
        return None
    part = _given(call, data.relation, node)
    return v.Frame(call.m.add(Derive(part.relation, part.columns, call.origin)), "nvt.dataset")


def _given(call: Call, relation: Relation, value: v.Value) -> Part:
    found = call.m.get(value)
    if not isinstance(found, v.Handle):
        names = names_of(call.m, _flat(call, found)) or ()
        return Part(relation, tuple(Output(name, Column(relation, name), call.origin) for name in names))
    parts = call.m.get(found.get("parts") or v.NONE)
    if isinstance(parts, v.Seq):
        return _together(relation, [_given(call, relation, part) for part in parts.items])
    below = _given(call, relation, found.get("base") or v.NONE)
    kept, gone = found.get("chosen"), found.get("gone")
    if kept is not None:
        names = names_of(call.m, _flat(call, call.m.get(kept))) or ()
        return below._replace(columns=tuple(column for column in below.columns if column.name in names))
    if gone is not None:
        names = names_of(call.m, _flat(call, call.m.get(gone))) or ()
        return below._replace(columns=tuple(column for column in below.columns if column.name not in names))
    operator = call.m.get(found.get("op") or v.NONE)
    return _operated(call, below, operator) if isinstance(operator, v.Handle) else below


def _flat(call: Call, value: v.Value) -> v.Value:
    """A tuple of names is several of them here, and names in names are crossed: each counts."""
    if not isinstance(value, v.Seq):
        return value
    items = [
        one for item in map(call.m.get, value.items) for one in (item.items if isinstance(item, v.Seq) else (item,))
    ]
    return v.Seq(tuple(items))


def _together(relation: Relation, parts: list[Part]) -> Part:
    rows = next((part.relation for part in parts if part.relation is not relation), relation)
    columns = {column.name: column for part in parts for column in part.columns}
    return Part(rows, tuple(columns.values()))


def _operated(call: Call, below: Part, operator: v.Handle) -> Part:
    name = operator.get("name")
    make = _MAKERS.get(str(name.value) if isinstance(name, v.Const) else "")
    if make is not None:
        return make(call, below, operator)
    return below._replace(columns=tuple(_changed(call, column, column.name) for column in below.columns))


def _changed(call: Call, column: Output, name: Name) -> Output:
    return Output(name, Op("transform", (column.expression,), call.origin), call.origin)


def _listed(call: Call, operator: v.Handle, *names: str) -> tuple[Name, ...]:
    found = next((value for name in names if (value := operator.get(name)) is not None), v.NONE)
    held = call.m.get(found)
    if isinstance(held, v.Handle):  # a node: the columns that it starts from
        return names_of(call.m, _flat(call, call.m.get(held.get("base") or v.NONE))) or ()
    return names_of(call.m, held) or ()


def _joined_groups(call: Call, below: Part, operator: v.Handle) -> Part:
    """`JoinGroupby(cont_cols=[…], stats=[…])`: statistics of all rows with the same value, beside each of them."""
    stats = _listed(call, operator, "stats", "1") or ("count",)
    values = _listed(call, operator, "cont_cols", "0")
    columns: list[Output] = []
    for column in below.columns:
        measures = []
        for stat in stats:
            if stat == "count":
                measures.append(
                    Output(f"{spelled(column.name)}_count", Measure("count", (), origin=call.origin), call.origin)
                )
                continue
            for name in values:
                made = Measure(canonical(str(stat)), (Column(below.relation, name),), origin=call.origin)
                measures.append(Output(f"{spelled(column.name)}_{spelled(name)}_{stat}", made, call.origin))
        window = call.m.add(Window(below.relation, (column.expression,), (), None, tuple(measures), call.origin))
        columns += [Output(one.name, Column(window, one.name), call.origin) for one in measures]
    return below._replace(columns=tuple(columns))


def _target_means(call: Call, below: Part, operator: v.Handle) -> Part:
    """`TargetEncoding(target)`: the mean of the label by the category, looked up."""
    columns = []
    for target in _listed(call, operator, "target", "0"):
        for column in below.columns:
            measure = Output(
                "learned", Measure("avg", (Column(below.relation, target),), origin=call.origin), call.origin
            )
            key = Output(column.name, column.expression)
            groups = call.m.add(Aggregate(below.relation, (key,), (measure,), call.origin))
            statistic = call.m.add(Derive(groups, (Output("learned", Column(groups, "learned")),), call.origin))
            made: Expression = Subquery("fitted", statistic, (column.expression,), call.origin)
            columns.append(Output(f"TE_{spelled(column.name)}_{spelled(target)}", made, call.origin))
    return below._replace(columns=tuple(columns))


def _differences(call: Call, below: Part, operator: v.Handle) -> Part:
    """`DifferenceLag(partition_cols, shift=[1, -1])`."""
    shifts = [int(str(n)) for n in _listed(call, operator, "shift", "1") if str(n).lstrip("-").isdigit()] or [1]
    columns = tuple(
        Output(
            f"{spelled(column.name)}_difference_lag_{shift}",
            Op("sub", (column.expression, Shift(column.expression, shift, call.origin)), call.origin),
            call.origin,
        )
        for column in below.columns
        for shift in shifts
    )
    return below._replace(columns=columns)


def _renamed(call: Call, below: Part, operator: v.Handle) -> Part:
    """`Rename(postfix='_x')`, `Rename(name='x')`."""
    postfix, name = _listed(call, operator, "postfix", "1"), _listed(call, operator, "new_name")
    function = call.m.get(operator.get("f") or operator.get("0") or v.NONE)

    def new(column: Output) -> Name:
        if isinstance(function, v.Function):
            made = names_of(call.m, call.m.call(function, (v.Const(spelled(column.name)),), {}, call.node))
            return made[0] if made else column.name
        return f"{spelled(column.name)}{postfix[0]}" if postfix else name[0] if name else column.name

    return below._replace(
        columns=tuple(Output(new(column), column.expression, call.origin) for column in below.columns)
    )


def _grouped(call: Call, below: Part, operator: v.Handle) -> Part:
    """`Groupby(groupby_cols, aggs={…}, sort_cols)`: one row per group."""
    rows = call.m.add(Derive(below.relation, below.columns, call.origin))
    keys = _listed(call, operator, "groupby_cols", "0")
    order = tuple(Column(rows, name) for name in _listed(call, operator, "sort_cols", "1"))
    asked = call.m.get(operator.get("aggs") or operator.get("2") or v.Const("list"))
    pairs = [
        (column.name, function)
        for column in below.columns
        if column.name not in keys
        for function in _functions(call, asked, column.name)
    ]
    made_of = {
        f"{spelled(name)}_{function}": Measure(
            canonical(function), (Column(rows, name),), order=order, origin=call.origin
        )
        for name, function in pairs
    }
    measures = tuple(Output(name, measure, call.origin) for name, measure in made_of.items())
    made = call.m.add(Aggregate(rows, tuple(Output(key, Column(rows, key)) for key in keys), measures, call.origin))
    names = (*keys, *(one.name for one in measures))
    return Part(made, tuple(Output(name, Column(made, name), call.origin) for name in names))


def _functions(call: Call, asked: v.Value, name: Name) -> tuple[str, ...]:
    told = asked.get(name) if isinstance(asked, v.Dict) else asked
    return tuple(str(one) for one in names_of(call.m, told) or ()) if told is not None else ()


def _crossed(call: Call, below: Part, operator: v.Handle) -> Part:
    """`HashedCross(num_buckets)`."""
    name = "_X_".join(spelled(column.name) for column in below.columns)
    made = Op("cross", tuple(column.expression for column in below.columns), call.origin)
    return below._replace(columns=(Output(name, made, call.origin),))


_MAKERS: dict[str, Callable[[Call, Part, v.Handle], Part]] = {
    "JoinGroupby": _joined_groups,
    "TargetEncoding": _target_means,
    "DifferenceLag": _differences,
    "Rename": _renamed,
    "Groupby": _grouped,
    "HashedCross": _crossed,
}


def operator(call: Call) -> v.Value:
    """Any operator by the name of its class, with what it is told."""
    parts = [(str(at), value) for at, value in enumerate(call.args)]
    told = {key: value for key, value in call.kwargs.items() if key != "name"}
    renamed = (("new_name", call.kwargs["name"]),) if "name" in call.kwargs else ()
    return v.Handle("nvt.op", (*parts, *told.items(), *renamed, ("name", v.Const(call.name.rsplit(".", 1)[-1]))))

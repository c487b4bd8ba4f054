"""Rows to columns and back: pivot, crosstab, melt, dummies, stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    AllOf,
    Column,
    Derive,
    Distinct,
    Filter,
    Hole,
    Limit,
    Measure,
    OfType,
    Output,
    Pivot,
    Sort,
    Star,
    Unpivot,
)
from feasilint.ir import Call as Op
from feasilint.ir.expressions import spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import known, narrowed, replacing
from feasilint.lower.python.transfers.aggregates import Spec, aggregate, function_name, label_of
from feasilint.lower.python.transfers.common import function_of
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.grouping import keys_of

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call


def pivot_table(call: Call) -> v.Value | None:
    """`df.pivot_table(index, columns, values, aggfunc)`: an aggregate by both, then spread."""
    frame = own(call)
    return pivoted(call, frame, 0) if frame is not None else None


def pivot_function(call: Call) -> v.Value | None:
    """`pd.pivot_table(df, …)`."""
    frame = call.frame(0, "data")
    return pivoted(call, frame, 1) if frame is not None else None


def pivoted(call: Call, frame: v.Frame, at: int) -> v.Value | None:
    values = call.names(at, "values") or ("{value}",)
    index = call.arg(at + 1, "index")
    spread = call.arg(at + 2, "columns")
    keys = keys_of(call.m, frame, index) if index is not None else ()
    across = keys_of(call.m, frame, spread) if spread is not None else ()
    function = call.got(at + 3, "aggfunc") or v.Const("mean")
    specs = _specs(call, function, values)
    relation = aggregate(call, frame, (*keys, *across), specs)
    if not across:
        return v.Frame(relation, "pandas", tuple(key.name for key in keys))
    return spread_out(call, relation, keys, across, tuple(spec.output for spec in specs))


def _specs(call: Call, function: v.Value, values: tuple[Name, ...]) -> list[Spec]:
    if isinstance(function, v.Dict):
        from feasilint.lower.python.transfers.aggregates import by_column

        levels = any(isinstance(call.m.get(value), v.Seq) for _, value in function.items)
        specs = [spec for key, value in function.items for spec in by_column(call.m, key, value, levels)]
        return sorted(specs, key=lambda spec: spelled(spec.output))
    values = tuple(sorted(values, key=spelled))  # as pandas does, however they are told
    if isinstance(function, v.Seq):
        return [Spec((label_of(call.m, f), spelled(name)), name, f) for f in function.items for name in values]
    return [Spec(name, name, function) for name in values]


def spread_out(
    call: Call, relation: Relation, keys: tuple[Output, ...], across: tuple[Output, ...], cells: tuple[Name, ...]
) -> v.Frame:
    """The values of some keys become columns."""
    made = Pivot(
        relation,
        tuple(Output(key.name, Column(relation, key.name)) for key in keys),
        tuple(Column(relation, key.name) for key in across),
        spread_outputs(call, relation, cells, tuple(key.name for key in across)),
        tuple(Column(relation, cell) for cell in cells),
        True,
        call.origin,
    )
    return v.Frame(call.m.add(made), "pandas", tuple(key.name for key in keys))


def spread_outputs(
    call: Call, relation: Relation, cells: tuple[Name, ...], across: tuple[Name, ...]
) -> tuple[Output, ...]:
    """One column stands for all that the data decides; of several kinds of cells, one under the name of each."""
    spread = tuple(f"{{{spelled(name)}}}" for name in across)
    made = []
    for cell in cells:
        parts = spread if len(cells) == 1 else (spelled(cell), *spread)
        value = Hole("_".join(parts), (Column(relation, cell),), call.origin)
        made.append(Output(parts if len(parts) > 1 else parts[0], value, call.origin))
    return tuple(made)


def pivot(call: Call) -> v.Value | None:
    """`df.pivot(index, columns, values)`: no aggregate."""
    frame = own(call)
    if frame is None:
        return None
    index, across = call.names(None, "index") or (), call.names(0, "columns") or ()
    values = call.names(None, "values") or ("{value}",)

    def outputs(names: tuple[Name, ...]) -> tuple[Output, ...]:
        return tuple(Output(name, Column(frame.relation, name)) for name in names)

    return spread_out(call, frame.relation, outputs(index), outputs(across), values)


def pivot_rows(call: Call) -> v.Value | None:
    """`pd.pivot(df, columns=…)`."""
    frame = call.frame(0, "data")
    if frame is None:
        return None
    return pivot(call.at(target=frame, receiver=frame, args=call.args[1:]))


def unstack(call: Call) -> v.Value | None:
    """`groupby([a, b]).size().unstack()`: the last level of the index becomes columns."""
    receiver = call.receiver
    frame = call.m.series_frame(receiver) if isinstance(receiver, v.Series) else own(call)
    if frame is None or len(frame.index) < 2:
        return frame
    cells = (receiver.name or "0",) if isinstance(receiver, v.Series) else _data(frame)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in frame.index)
    return spread_out(call, frame.relation, keys[:-1], keys[-1:], cells or ("{value}",))


def _data(frame: v.Frame) -> tuple[Name, ...]:
    names = known(AllOf(frame.relation)) or ()
    return tuple(name for name in names if name not in frame.index)


def crosstab(call: Call) -> v.Value | None:
    """`pd.crosstab(a, b)`: counts by both."""
    rows, columns = call.got(0, "index"), call.got(1, "columns")
    series = rows if isinstance(rows, v.Series) else None
    if series is None or columns is None:
        return None
    frame = v.Frame(series.relation, "pandas", series.index)
    keys, across = keys_of(call.m, frame, series), keys_of(call.m, frame, columns)
    values = call.arg(None, "values")
    function = call.got(None, "aggfunc") or v.Const("count")
    if values is None:
        relation = aggregate(call, frame, (*keys, *across), [Spec("count", None, v.Const("count"))])
        return spread_out(call, relation, keys, across, ("count",))
    measure = Measure(function_name(call.m, function), (call.expression(values),), origin=call.origin)
    from feasilint.ir import Aggregate

    made = Aggregate(frame.relation, (*keys, *across), (Output("value", measure, call.origin),), call.origin)
    return spread_out(call, call.m.add(made), keys, across, ("value",))


def melt(call: Call) -> v.Value | None:
    frame = call.frame(0, "frame") if call.receiver is v.NONE else own(call)
    if frame is None:
        return None
    at = 1 if call.receiver is v.NONE else 0
    keep = call.names(at, "id_vars") or ()
    chosen = call.names(at + 1, "value_vars")
    cells = tuple(Column(frame.relation, name) for name in chosen or ())
    keys = tuple(Output(name, Column(frame.relation, name)) for name in keep)
    value = call.expression(call.m.unknown("cells", frame)) if not cells else _any_of(cells)
    names = Output(call.text(at + 2, "var_name") or _axis_name(frame.relation), call.expression(v.Const(None)))
    values = Output(call.text(at + 3, "value_name") or "value", value)
    return v.Frame(call.m.add(Unpivot(frame.relation, keys, names, values, call.origin)), "pandas")


def _axis_name(relation: Relation) -> str:
    """What pandas calls old names without being told: what was spread before, where the columns still bear that name."""
    while isinstance(relation, Filter | Sort | Limit | Distinct):
        relation = relation.input
    spread = relation.spread if isinstance(relation, Pivot) else ()
    named = len(spread) == 1 and isinstance(spread[0], Column) and spread[0].name
    return named if isinstance(named, str) else "variable"


def _any_of(cells: tuple[Column, ...]) -> Expression:
    return Op("coalesce", cells)


def get_dummies(call: Call) -> v.Value | None:
    """`pd.get_dummies(df, columns=[…])`: one column per value of each of these."""
    found = call.got(0, "data")
    prefix = call.got(None, "prefix") or call.got(1)
    if isinstance(found, v.Series):
        stem = prefix.value if isinstance(prefix, v.Const) else None
        label = (
            f"{{{found.name}}}" if stem is None else f"{stem}_{{value}}"
        )  # without a prefix the values are the names
        output = Output(label, Op("one_hot", (found.expression,), call.origin), call.origin)
        keys = tuple(Output(name, Column(found.relation, name)) for name in found.index)
        return v.Frame(call.m.add(Derive(found.relation, (*keys, output), call.origin)), "pandas", found.index)
    frame = call.frame(0, "data")
    if frame is None:
        return None
    names = call.names(None, "columns")
    if not names:
        return _all_dummies(call, frame)
    marks = names_of(call.m, prefix) if isinstance(prefix, v.Seq) else None
    stems = marks if marks is not None and len(marks) == len(names) else names
    outputs = tuple(
        Output(f"{spelled(stem)}_{{value}}", Op("one_hot", (Column(frame.relation, name),), call.origin), call.origin)
        for stem, name in zip(stems, names, strict=True)
    )
    items: tuple[Star | Output, ...] = (Star(narrowed(frame.relation, names)), *outputs)
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def _all_dummies(call: Call, frame: v.Frame) -> v.Frame:
    """Columns of text become one column per value; which they are, only the data says."""
    text = ("string", "category")
    rest = Star(OfType(AllOf(frame.relation), text, True))
    if known(AllOf(frame.relation)) is None:
        return replace(frame, relation=call.m.add(Derive(frame.relation, (rest,), call.origin)))
    cells = tuple(Column(frame.relation, name) for name in _data(frame) or ())
    spread = Pivot(frame.relation, (), cells, (), cells, True, call.origin)
    items = (rest, Star(AllOf(call.m.add(spread))))
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def further(call: Call, relation: Relation, cells: tuple[Column, ...]) -> Star:
    """More columns, which the data decides, with values of any of these."""
    return Star(AllOf(call.m.add(Pivot(relation, (), (), (), cells, True, call.origin))))


def categories(call: Call) -> v.Value | None:
    """`pd.Categorical(x, categories=[…])`: which values there are is declared, or left to the data."""
    declared = call.arg(1, "categories") is not None or call.arg(None, "dtype") is not None
    return function_of("categories" if declared else "category")(call)


def stack(call: Call) -> v.Value | None:
    """`df.stack()`: all columns under each other; the last parts of names of several parts."""
    frame = own(call)
    if frame is None:
        return None
    cells = call.expression(call.m.unknown("cells", frame))
    keys = tuple(Output(name, Column(frame.relation, name)) for name in frame.index)
    names = Output(f"level_{max(len(frame.index), 1)}", call.expression(v.Const(None)))
    outer = dict.fromkeys(name[:-1] for name in _data(frame) or () if isinstance(name, tuple))
    labels: tuple[Name, ...] = tuple(name if len(name) > 1 else name[0] for name in outer) or ("0",)
    made: Relation = call.m.add(Unpivot(frame.relation, keys, names, Output(labels[0], cells), call.origin))
    if len(labels) > 1:
        rest = tuple(Output(label, cells) for label in labels[1:])
        made = call.m.add(Derive(made, replacing(made, *rest), call.origin))
    index = (*(frame.index or ("{level}",)), names.name)
    return v.Frame(made, "pandas", index) if outer else v.Series(made, Column(made, labels[0]), None, index)

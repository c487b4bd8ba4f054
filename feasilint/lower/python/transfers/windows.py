"""Rolling, expanding and running measures, and values of earlier rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Derive, Frame, Interval, Measure, Output, Shift, Window
from feasilint.ir import Call as Op
from feasilint.ir.functions import canonical, is_aggregate
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, replacing
from feasilint.lower.python.orders import order_of
from feasilint.lower.python.transfers.aggregates import chosen, function_name, specs_of
from feasilint.lower.python.transfers.common import copied, function_of, scalar
from feasilint.lower.python.transfers.grouping import windowed
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call, Transfer

GROWING = Frame("rows", None, 0)
EARLIER = Frame("rows", None, -1)


def rolling(call: Call) -> v.Value | None:
    """`rolling(7)`, `rolling('30D', on='ts')`: rows, or a time range over the time column or index."""
    base = _base(call)
    if base is None:
        return None
    window = call.arg(0, "window")
    length = as_length(call, window)
    relation, index = _frame_of(base)
    on = call.names(None, "on")
    if length is not None or on:
        times: tuple[Name, ...] = on or index[-1:]
        return v.Rolling(base, _of_length(call, length), tuple(Column(relation, name) for name in times))
    found = call.m.get(window) if window is not None else v.NONE
    if isinstance(found, v.Const) and isinstance(found.value, str):  # a length with unknown parts
        return v.Rolling(base, Frame("range", -1, 0), tuple(Column(relation, name) for name in index[-1:]))
    n = found.value if isinstance(found, v.Const) and isinstance(found.value, int | float) else 2
    size = max(int(n), 1)
    ahead = size // 2 if call.flag("center") else 0
    return v.Rolling(base, Frame("rows", 1 - size + ahead, ahead), order_of(relation) or _by_index(relation, index))


def _of_length(call: Call, length: Interval | None) -> Frame:
    """The time range of a window; half of it lies ahead with `center=True`."""
    if length is None:
        return Frame("range", -1, 0)
    ahead = Interval(seconds=int(length.total_seconds / 2)) if call.flag("center") else Interval()
    return Frame("range", ahead - length, ahead)


def expanding(call: Call) -> v.Value | None:
    base = _base(call)
    return v.Rolling(base, GROWING, _order(base)) if base is not None else None


def weighted(call: Call) -> v.Value | None:
    """`ewm(…)`: all earlier rows count, ever less."""
    base = _base(call)
    return v.Rolling(base, GROWING, _order(base), weighted=True) if base is not None else None


def _base(call: Call) -> v.Frame | v.Series | v.GroupBy | None:
    receiver = call.receiver
    if isinstance(receiver, v.GroupBy | v.Series | v.Frame):
        return receiver
    return call.m.frame(call.target)


def _frame_of(base: v.Frame | v.Series | v.GroupBy) -> tuple[Relation, tuple[Name, ...]]:
    frame = base.frame if isinstance(base, v.GroupBy) else base
    return frame.relation, frame.index


def _by_index(relation: Relation, index: tuple[Name, ...]) -> tuple[Expression, ...]:
    return tuple(Column(relation, name) for name in index[-1:])


def _order(base: v.Frame | v.Series | v.GroupBy) -> tuple[Expression, ...]:
    relation, index = _frame_of(base)
    return order_of(relation) or _by_index(relation, index)


def over_window(function: str | None = None) -> Transfer:
    """A measure of the rows of a rolling window: `.mean()`, `.sum()`, …"""

    def transfer(call: Call) -> v.Value | None:
        window = call.receiver
        if not isinstance(window, v.Rolling):
            return None
        name = function or canonical(call.name)
        if not is_aggregate(name):
            name = "custom"
        return measured(call, window, "ewm" if window.weighted else name)

    return transfer


def measured(call: Call, window: v.Rolling, function: str) -> v.Value:
    """The window's measure beside every row, for each column that it is of."""
    base = window.base
    if isinstance(base, v.Series):
        return _of_series(call, window, base, function)
    group = base if isinstance(base, v.GroupBy) else v.GroupBy(base, base.group)
    selected = window.selected if window.selected is not None else group.selected
    if group.single and group.series is not None and selected is not None:
        return _under_keys(_of_series(call, window, group.series, function, group), base, group)
    group = replace(group, selected=selected)
    names = tuple(name for name in chosen(group) if name not in {c.name for c in window.order if isinstance(c, Column)})
    labels = {name: call.m.fresh() for name in names}
    relation = _window(
        call, window, group, {lab: Column(group.frame.relation, n) for n, lab in labels.items()}, function
    )
    if (window.single or group.single) and labels:
        name, label = next(iter(labels.items()))
        made_series = v.Series(relation, Column(relation, label), name, group.frame.index, group.frame.group)
        return _under_keys(made_series, base, group)
    outputs = tuple(Output(name, Column(relation, label)) for name, label in labels.items())
    keys = () if isinstance(base, v.Frame) else tuple(Output(k.name, k.expression) for k in group.keys)
    index = tuple(Output(name, Column(relation, name)) for name in group.frame.index if name not in labels)
    taken = {*labels, *(o.name for o in (*keys, *index))}
    times = tuple(Output(c.name, c) for c in window.order if isinstance(c, Column) and c.name not in taken)
    made = call.m.add(Derive(relation, (*keys, *index, *outputs, *times), call.origin))
    return v.Frame(made, "pandas", (*(key.name for key in keys), *(o.name for o in index)), group.frame.group)


def _under_keys(series: v.Series, base: v.Frame | v.GroupBy, group: v.GroupBy) -> v.Series:
    """The keys of the groups become levels of the index, where they are columns."""
    if isinstance(base, v.Frame):
        return replace(series, index=group.frame.index)
    plain = [isinstance(key.expression, Column) and key.expression.name == key.name for key in group.keys]
    keys = [key.name if known else "{key}" for key, known in zip(group.keys, plain, strict=True)]
    return replace(series, index=(*keys, *(group.frame.index or ("{level}",))))


def _of_series(
    call: Call, window: v.Rolling, series: v.Series, function: str, group: v.GroupBy | None = None
) -> v.Series:
    label = call.m.fresh()
    base = group or v.GroupBy(v.Frame(series.relation, "pandas", series.index, series.group), series.group)
    relation = _window(call, window, base, {label: series.expression}, function)
    return v.Series(relation, Column(relation, label), series.name, series.index, series.group)


def _window(call: Call, window: v.Rolling, group: v.GroupBy, inputs: dict[str, Expression], function: str) -> Relation:
    measures = tuple(
        Output(label, Measure(function, (expression,), origin=call.origin), call.origin)
        for label, expression in inputs.items()
    )
    partition = tuple(key.expression for key in group.keys)
    return call.m.add(Window(group.frame.relation, partition, window.order, window.frame, measures, call.origin))


def rolling_agg(call: Call) -> v.Value | None:
    """`rolling(7).agg(['mean', 'std'])`, `.apply(f)`."""
    window = call.receiver
    if not isinstance(window, v.Rolling):
        return None
    found = call.got(0, "func")
    if call.name == "apply" or isinstance(found, v.Const | v.Function | v.Library):
        return measured(call, window, function_name(call.m, found or v.NONE))
    base = window.base
    if isinstance(base, v.Series):
        columns: tuple[Name, ...] = (base.name or "0",)
    else:
        group = base if isinstance(base, v.GroupBy) else v.GroupBy(base, ())
        columns = window.selected or chosen(group)
    single = isinstance(base, v.Series) or window.single or (isinstance(base, v.GroupBy) and base.single)
    specs, _ = specs_of(call, columns, single)
    parts = [
        (spec.output, measured(call, _narrow(window, spec.column), function_name(call.m, spec.function)))
        for spec in specs
    ]
    relation = _frame_of(base)[0]
    outputs = tuple(Output(name, call.expression(value)) for name, value in parts)
    return v.Frame(call.m.add(Derive(relation, outputs, call.origin)), "pandas", _frame_of(base)[1])


def _narrow(window: v.Rolling, column: Name | None) -> v.Rolling:
    if isinstance(window.base, v.Series) or column is None:
        return window
    return replace(window, selected=(column,), single=True)


def running(function: str, frame: Frame = GROWING) -> Transfer:
    """`cumsum`, `cumcount`, `cummax`: over all rows so far, of the group or of the frame."""

    def transfer(call: Call) -> v.Value | None:
        receiver = call.receiver
        if isinstance(receiver, v.GroupBy):
            return windowed(call, receiver, function, frame, running=True)
        if isinstance(receiver, v.Series):
            base = v.GroupBy(v.Frame(receiver.relation, "pandas", receiver.index, receiver.group), receiver.group)
            base = replace(base, series=receiver, selected=(receiver.name or "0",), single=True)
            return windowed(call, base, function, frame, running=True)
        if isinstance(receiver, v.Frame):
            return windowed(call, v.GroupBy(receiver, receiver.group), function, frame, running=True)
        return None

    return transfer


def ranked(call: Call) -> v.Value | None:
    """`rank()`: among all rows, of the group or of the frame."""
    receiver = call.receiver
    if isinstance(receiver, v.GroupBy):
        return windowed(call, receiver, "rank", None)
    if isinstance(receiver, v.Series):
        frame = v.Frame(receiver.relation, "pandas", receiver.index, receiver.group)
        name = receiver.name or "0"
        return windowed(call, v.GroupBy(frame, receiver.group, (name,), True, series=receiver), "rank", None)
    return replace(receiver) if isinstance(receiver, v.Frame) else None


def tiled(call: Call) -> v.Value | None:
    """`pd.qcut(x, 10)`: the number of the quantile among all values. With `retbins` the edges are kept, and no rank is needed."""
    found = call.got(0, "x")
    if not isinstance(found, v.Series) or call.const(None, "retbins"):
        return function_of("qcut")(call)
    frame = v.Frame(found.relation, "pandas", found.index, found.group)
    return windowed(call, v.GroupBy(frame, found.group, (found.name or "0",), True, series=found), "ntile", None)


def shifted(call: Call) -> v.Value | None:
    """`shift(n)`, `diff(n)`, `pct_change(n)`: the value of an earlier row, alone or set off against this one."""
    receiver = call.receiver
    n = call.const(0, "periods", 1)
    steps = n if isinstance(n, int) else 1
    if isinstance(receiver, v.Series):
        earlier = Shift(receiver.expression, steps, call.origin)
        return replace(receiver, expression=_against(call, receiver.expression, earlier), owner=None)
    if isinstance(receiver, v.GroupBy):
        return _grouped_shift(call, receiver, steps)
    if isinstance(receiver, v.Frame):
        return _frame_shift(call, receiver, steps)
    return None


def _frame_shift(call: Call, frame: v.Frame, steps: int, selected: tuple[Name, ...] | None = None) -> v.Value:
    names = selected if selected is not None else chosen(v.GroupBy(frame, ()))
    outputs = tuple(
        Output(n, _against(call, Column(frame.relation, n), Shift(Column(frame.relation, n), steps, call.origin)))
        for n in names
        if n != "{column}"
    )
    if not outputs:
        return replace(frame)
    keys = tuple(Output(key, Column(frame.relation, key)) for key in frame.index)
    items = replacing(frame.relation, *outputs) if selected is None else (*keys, *outputs)
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def _grouped_shift(call: Call, group: v.GroupBy, steps: int) -> v.Value:
    if not group.single:
        return _frame_shift(call, group.frame, steps, group.selected)
    name = chosen(group)[0]
    here = group.series.expression if group.series is not None else Column(group.frame.relation, name)
    made = _against(call, here, Shift(here, steps, call.origin))
    return v.Series(group.frame.relation, made, name, group.frame.index, group.frame.group)


def _against(call: Call, here: Expression, earlier: Expression) -> Expression:
    if call.name == "diff":
        return Op("sub", (here, earlier), call.origin)
    if call.name == "pct_change":
        return Op("div", (Op("sub", (here, earlier)), earlier), call.origin)
    return earlier


# --- missing values from later rows ---

_LATER = ("bfill", "backfill")


def filled(call: Call) -> v.Value | None:
    """`fillna(0)`, `fillna(method='bfill')`, `bfill()`, `interpolate()`, of a column or of all whose names are known."""
    function = _filling(call)
    if not isinstance(call.receiver, v.Frame):
        return scalar(function)(call)
    names = known(AllOf(call.receiver.relation)) if function != "coalesce" else None
    if names is None:
        return copied(call)
    relation = call.receiver.relation
    outputs = tuple(Output(n, Op(function, (Column(relation, n),), call.origin), call.origin) for n in names)
    return call.result(replace(call.receiver, relation=call.m.add(Derive(relation, outputs, call.origin))))


def _filling(call: Call) -> str:
    if call.name == "fillna":
        return "bfill" if call.const(None, "method") in _LATER else "coalesce"
    return "bfill" if call.name in _LATER else "interpolate"

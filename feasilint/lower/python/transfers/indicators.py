"""Technical indicators (ta, pandas_ta, TA-Lib): measures over the last rows of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Column, Derive, Frame, Measure, Output, Window
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import replacing
from feasilint.lower.python.operators import elementwise
from feasilint.lower.python.orders import order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call, Transfer

Spec: TypeAlias = "tuple[str, int | None]"
"""A measure, and over how many rows it is taken; None: over all so far."""
Specs: TypeAlias = "Mapping[str, Spec]"
UNKNOWN: Spec = ("custom", 14)

_LENGTHS = ("window", "length", "timeperiod", "window_slow", "slow", "slowperiod", "lbp", "window2")
_GROWING = Frame("rows", None, 0)


def indicator(function: str, rows: int | None) -> Transfer:
    """A measure over `rows` rows unless the call says how many; None: over all so far, ever less or as a running total."""

    def transfer(call: Call) -> v.Value | None:
        series = [found for found in map(call.m.get, call.values) if isinstance(found, v.Series)]
        if not series:
            return None
        return _measured(call, function, rows, series)

    return transfer


def _measured(call: Call, function: str, rows: int | None, series: list[v.Series]) -> v.Series:
    first = series[0]
    frame = _GROWING if rows is None else Frame("rows", 1 - _length(call, rows), 0)
    args = tuple(one.expression for one in series)
    value = args if len(args) == 1 else (elementwise_of(call, series),)
    label = call.m.fresh()
    measure = Output(label, Measure(function, value, origin=call.origin), call.origin)
    order = order_of(first.relation) or tuple(Column(first.relation, name) for name in first.index[-1:])
    partition = tuple(key.expression for key in first.group)
    made = call.m.add(Window(first.relation, partition, order, frame, (measure,), call.origin))
    return v.Series(made, Column(made, label), call.name.rsplit(".", 1)[-1].lower(), first.index, first.group)


def elementwise_of(call: Call, series: list[v.Series]) -> Expression:
    return call.expression(elementwise(call.m, "indicator", tuple(series), call.node))


def _length(call: Call, default: int) -> int:
    given = [value for name in _LENGTHS if isinstance(value := call.const(None, name), int)]
    constants = (value.value for value in map(call.m.get, call.args) if isinstance(value, v.Const))
    given += [value for value in constants if isinstance(value, int) and not isinstance(value, bool)]
    return max(given[0] if given else default, 1)


def made_of(call: Call) -> v.Value:
    """`BollingerBands(close, window=20)`: an object whose methods give columns of these values."""
    return v.Handle("indicator", (("name", v.Const(call.name)), *_numbered(call), *call.kwargs.items()))


def _numbered(call: Call) -> tuple[tuple[str, v.Value], ...]:
    return tuple((str(at), value) for at, value in enumerate(call.args))


def column_of(classes: Specs) -> Transfer:
    """`bands.bollinger_hband()`."""

    def transfer(call: Call) -> v.Value | None:
        found = call.receiver
        if not isinstance(found, v.Handle):
            return None
        name = found.get("name")
        short = str(name.value).rsplit(".", 1)[-1] if isinstance(name, v.Const) else ""
        function, rows = classes.get(short, UNKNOWN)
        parts = dict(found.parts[1:])
        args = tuple(value for key, value in parts.items() if key.isdigit())
        site = call.at(args=args, kwargs={key: value for key, value in parts.items() if not key.isdigit()})
        return indicator(function, rows)(site)

    return transfer


# --- columns that are added to a frame ---


def accessed(indicators: Specs) -> Transfer:
    """`df.ta.rsi(length=14, append=True)`: of the column `close` unless another is named."""

    def transfer(call: Call) -> v.Value | None:
        base = call.receiver.get("of") if isinstance(call.receiver, v.Handle) else None
        frame = call.m.frame(base) if base is not None else None
        if frame is None or base is None:
            return None
        function, rows = indicators.get(call.name, UNKNOWN)
        made = _measured(call, function, rows, [_column(call, frame, call.text(None, "close") or "close")])
        if call.flag("append"):
            title = f"{call.name.upper()}_{_length(call, rows)}" if rows is not None else call.name.upper()
            call.m.set(base, _with(call, frame, made, (title,)))
        return made

    return transfer


def everything(names: tuple[str, ...]) -> Transfer:
    """`ta.add_all_ta_features(df, open=…, close=…)`: the frame with all indicators, by their names."""

    def transfer(call: Call) -> v.Value | None:
        frame, given = call.frame(0, "df"), [call.text(at, word) for at, word in enumerate(_PRICES, 1)]
        if frame is None or not any(given):
            return None
        made = _measured(call, "custom", None, [_column(call, frame, name) for name in given if name])
        prefix = call.text(None, "colprefix") or ""
        return _with(call, frame, made, tuple(f"{prefix}{name}" for name in names))

    return transfer


_PRICES = ("open", "high", "low", "close", "volume")


def _column(call: Call, frame: v.Frame, name: Name) -> v.Series:
    return v.Series(frame.relation, Column(frame.relation, name, call.origin), name, frame.index, frame.group)


def _with(call: Call, frame: v.Frame, made: v.Series, names: tuple[Name, ...]) -> v.Frame:
    outputs = tuple(Output(name, made.expression, call.origin) for name in names)
    below: Relation = made.relation
    return v.Frame(
        call.m.add(Derive(below, replacing(frame.relation, *outputs), call.origin)),
        frame.library,
        frame.index,
        frame.group,
    )

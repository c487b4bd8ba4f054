"""Transformers that add columns made of earlier rows or of other columns (feature-engine), by the names that they give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call as Op
from feasilint.ir import Column, Derive, Frame, Interval, Literal, Measure, Output, Shift, Star, Window
from feasilint.ir.expressions import spelled
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed, replacing
from feasilint.lower.python.transfers.times import length_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call

_PARTS = ("month", "year", "day_of_week", "day_of_month", "hour", "minute", "second")


def created(call: Call, model: v.Estimator, frame: v.Frame) -> v.Frame | None:
    """The frame with the new columns; None if the transformer makes none that are known."""
    make = _MAKERS.get(model.name.rsplit(".", 1)[-1]) if model.name.startswith("feature_engine.") else None
    told = model.option("variables")
    names = names_of(call.m, told) if told is not None else None
    if make is None or names is None:
        return None
    relation, outputs = make(call, model, frame, names)
    if not outputs:
        return None
    drops = model.option("drop_original") == v.Const(True) or model.name.endswith("DatetimeFeatures")
    rest = narrowed(frame.relation, names) if drops and model.option("drop_original") != v.Const(False) else None
    items: tuple[Star | Output, ...] = (
        (Star(rest), *outputs) if rest is not None else replacing(frame.relation, *outputs)
    )
    return replace(frame, relation=call.m.add(Derive(relation, items, call.origin)))


_Made = tuple["Relation", tuple[Output, ...]]


def _lags(call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...]) -> _Made:
    outputs = tuple(
        Output(f"{spelled(name)}_lag_{text}", Shift(Column(frame.relation, name), steps, call.origin), call.origin)
        for text, steps in _steps(call, model.option("periods"), model.option("freq"))
        for name in names
    )
    return frame.relation, outputs


def _steps(call: Call, periods: v.Value | None, freq: v.Value | None) -> Iterator[tuple[str, int]]:
    for value in _listed(call, freq if freq is not None else periods if periods is not None else v.Const(1)):
        if isinstance(value, v.Const):
            yield str(value.value), value.value if isinstance(value.value, int) else 1


def _listed(call: Call, value: v.Value) -> tuple[v.Value, ...]:
    found = call.m.get(value)
    return tuple(map(call.m.get, found.items)) if isinstance(found, v.Seq) else (found,)


def _windows(call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...]) -> _Made:
    """Rows before this one: windows of feature-engine end `periods` rows ago, one if nothing else is said."""
    return _measured(call, model, frame, names, [
        (f"window_{value.value}", _extent(value.value))
        for value in _listed(call, model.option("window") or v.Const(3))
        if isinstance(value, v.Const)
    ])  # fmt: skip


def _expanding(call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...]) -> _Made:
    return _measured(call, model, frame, names, [("expanding", Frame("rows", None, -1))])


def _extent(length: object) -> Frame:
    if isinstance(length, int):
        return Frame("rows", -length, -1)
    known = length_of(str(length))
    return Frame("range", -known if known is not None else -1, Interval(), vague=known is None)


def _measured(
    call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...], extents: list[tuple[str, Frame]]
) -> _Made:
    functions = names_of(call.m, model.option("functions") or v.Const("mean")) or ("mean",)
    relation, outputs = frame.relation, []
    order = tuple(Column(frame.relation, name) for name in frame.index)
    for label, extent in extents:
        measures = {
            f"{spelled(name)}_{label}_{function}": Measure(
                canonical(str(function)), (Column(frame.relation, name),), origin=call.origin
            )
            for name in names
            for function in functions
        }
        made = tuple(Output(name, measure, call.origin) for name, measure in measures.items())
        relation = call.m.add(Window(relation, (), order, extent, made, call.origin))
        outputs += [Output(name, Column(relation, name), call.origin) for name in measures]
    return relation, tuple(outputs)


def _combined(call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...]) -> _Made:
    functions = names_of(call.m, model.option("func") or v.NONE) or ()
    told = model.option("new_variables_names")
    titles = (names_of(call.m, told) if told is not None and call.m.get(told) != v.NONE else None) or tuple(
        f"{function}_{'_'.join(map(spelled, names))}" for function in functions
    )
    parts = tuple(Column(frame.relation, name) for name in names)
    pairs = zip(titles, functions, strict=False)
    return frame.relation, tuple(
        Output(title, Op(str(function), parts, call.origin), call.origin) for title, function in pairs
    )


def _dates(call: Call, model: v.Estimator, frame: v.Frame, names: tuple[Name, ...]) -> _Made:
    told = model.option("features_to_extract")
    parts = (names_of(call.m, told) if told is not None else None) or _PARTS
    return frame.relation, tuple(
        Output(f"{spelled(name)}_{part}", _part(call, frame.relation, str(part), name), call.origin)
        for name in names
        for part in parts
    )


def _part(call: Call, relation: Relation, part: str, name: Name) -> Expression:
    return Op("date_part", (Literal(part), Column(relation, name)), call.origin)


_MAKERS: dict[str, Callable[[Call, v.Estimator, v.Frame, tuple[Name, ...]], _Made]] = {
    "LagFeatures": _lags,
    "WindowFeatures": _windows,
    "ExpandingWindowFeatures": _expanding,
    "MathFeatures": _combined,
    "DatetimeFeatures": _dates,
}

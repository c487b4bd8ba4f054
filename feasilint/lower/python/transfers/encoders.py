"""Encoders that learn a statistic per category, most of them of the label: the value looks up what was learned.

What was learned is an aggregate by the category that reaches the model as fitted state: at serving it is looked up, never
computed, so that the encoded column is made of the category alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Derive, Measure, Output, Subquery
from feasilint.ir.kinds import kind_of_column
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import known, narrowed, replacing

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name
    from feasilint.lower.python.call import Call

OF_LABEL: dict[str, str] = {
    **dict.fromkeys(
        ("TargetEncoder", "LeaveOneOutEncoder", "JamesSteinEncoder", "CatBoostEncoder", "MEstimateEncoder", "WOEEncoder",
         "GLMMEncoder", "MeanEncoder", "WoEEncoder", "PRatioEncoder", "KFoldTargetEncoder"), "avg"),
    **dict.fromkeys(("QuantileEncoder", "SummaryEncoder"), "percentile"),
}  # fmt: skip
"""Encoders by a statistic of the label, and which it is."""
OF_ROWS: dict[str, str] = dict.fromkeys(("CountEncoder", "CountFrequencyEncoder"), "count")
FRAMES = ("category_encoders.", "feature_engine.", "darts.")
"""Packages whose transformers give dataframes."""


def learned(model: v.Estimator, target: v.Value | None) -> v.Estimator:
    """The encoder with the label that it was fitted on."""
    if target is None or _short(model) not in OF_LABEL:
        return model
    return replace(model, options=(*(o for o in model.options if o[0] != "target"), ("target", target)))


def encoded(call: Call, model: v.Estimator, frame: v.Frame) -> v.Frame | None:
    """The frame with its categories encoded, None if the transformer learns no statistic per category."""
    function = OF_LABEL.get(_short(model)) or OF_ROWS.get(_short(model))
    label = _label(call, model) if _short(model) in OF_LABEL else None
    if function is None or (label is None and _short(model) in OF_LABEL):
        return None
    names = _categories(call, model, frame)
    outputs = tuple(Output(name, _looked_up(call, frame, name, function, label), call.origin) for name in names)
    made = call.m.add(Derive(frame.relation, replacing(frame.relation, *outputs), call.origin))
    return replace(frame, relation=made)


def _looked_up(call: Call, frame: v.Frame, name: Name, function: str, label: Expression | None) -> Expression:
    category = Column(frame.relation, name, call.origin)
    measure = Output(
        "learned", Measure(function, (label,) if label is not None else (), origin=call.origin), call.origin
    )
    groups = call.m.add(Aggregate(frame.relation, (Output(name, category),), (measure,), call.origin))
    statistic = call.m.add(Derive(groups, (Output("learned", Column(groups, "learned")),), call.origin))
    return Subquery("fitted", statistic, (category,), call.origin)


def _label(call: Call, model: v.Estimator) -> Expression | None:
    value = call.arg(1, "y") or model.option("target")
    found = call.m.get(value) if value is not None else None
    if isinstance(found, v.Series):
        return found.expression
    if isinstance(found, v.Frame):
        names = known(narrowed(found.relation, found.index))
        return Column(found.relation, names[0]) if names is not None and len(names) == 1 else None
    return None


def _categories(call: Call, model: v.Estimator, frame: v.Frame) -> tuple[Name, ...]:
    """The columns that are told to be categories; else all of scikit-learn's, and those that are text."""
    told = model.option("cols", "variables")
    if told is not None and call.m.get(told) != v.NONE:
        return names_of(call.m, told) or ()
    names = known(narrowed(frame.relation, frame.index)) or ()
    if model.name.startswith("sklearn."):
        return names
    return tuple(name for name in names if kind_of_column(frame.relation, name) in ("string", "category"))


def _short(model: v.Estimator) -> str:
    return model.name.rsplit(".", 1)[-1]

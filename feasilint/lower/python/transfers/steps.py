"""Pipelines with steps of the code's own: what comes out of them is found by running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.joining import stacked

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def has_own(call: Call, model: v.Estimator) -> bool:
    """Whether a step is an object of the code's own class, or a function of it."""
    return any(_is_own(call, step) for step in model.steps)


def _is_own(call: Call, step: v.Value) -> bool:
    found = call.m.get(step)
    if isinstance(found, v.Estimator):
        return _function(call, found) is not None or has_own(call, found)
    return isinstance(found, v.Instance)


def _function(call: Call, model: v.Estimator) -> v.Function | None:
    """The function of a `FunctionTransformer(f)`."""
    told = model.option("func") if model.name.endswith("FunctionTransformer") else None
    found = call.m.get(told) if told is not None else None
    return found if isinstance(found, v.Function) else None


def through(call: Call, model: v.Estimator, value: v.Value) -> v.Value:
    """What all steps that transform make of a value: one after the other, or side by side."""
    if "union" in model.name.rsplit(".", 1)[-1].lower():
        made = tuple(_passed(call, step, value) for step in model.steps)
        joined = stacked(call.at(args=(v.Seq(made, "tuple"),), kwargs={}))
        return call.m.alloc(joined) if joined is not None else value
    for step in model.steps:
        value = _passed(call, step, value)
    return value


def _passed(call: Call, step: v.Value, value: v.Value) -> v.Value:
    from feasilint.lower.python.attributes import class_member
    from feasilint.lower.python.transfers.transformers import transform

    found = call.m.get(step)
    if isinstance(found, v.Instance):
        member = class_member(call.m, found.of, "transform")
        if not isinstance(member, v.Function):
            return value
        bound = v.Function(member.node, member.scope, member.fragment, member.defaults, step)
        return call.m.call(bound, (value,), {}, call.node)
    if not isinstance(found, v.Estimator) or not found.transformer:
        return value
    if found.steps:
        return through(call, found, value)
    function = _function(call, found)
    if function is not None:
        return call.m.call(function, (value,), {}, call.node)
    made = transform(call.at(target=step, receiver=found, args=(value,), kwargs={}))
    return call.m.alloc(made) if made is not None else value

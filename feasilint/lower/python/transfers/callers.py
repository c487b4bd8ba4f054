"""Calls that call a function handed over to them: searches, pools, workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.iteration import items_of

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer

_CALLABLE = (v.Function, v.Handle, v.Bound)


def calls(at: int | None, name: str) -> Transfer:
    """`study.optimize(objective)`, `fmin(fn=objective)`: the function is run, with arguments that nobody knows."""

    def transfer(call: Call) -> v.Value:
        function = call.got(at, name)
        if isinstance(function, v.Function):
            call.m.call(function, (), {}, call.node)
        return call.m.unknown(call.name.rsplit(".", 1)[-1])

    return transfer


def calls_held(part: str) -> Transfer:
    """`BayesianOptimization(f=objective).maximize()`: the function that the object was made with."""

    def transfer(call: Call) -> v.Value:
        found = call.receiver.get(part) if isinstance(call.receiver, v.Handle) else None
        function = call.m.get(found) if found is not None else None
        if isinstance(function, v.Function):
            call.m.call(function, (), {}, call.node)
        return v.NONE

    return transfer


def submitted(call: Call) -> v.Value | None:
    """`pool.submit(f, x)`: what the function gives for these arguments, sooner or later."""
    function = call.got(0)
    if not isinstance(function, _CALLABLE) or not _is_bare(call):
        return None
    return v.Handle("future", (("result", call.m.call(function, call.args[1:], call.kwargs, call.node)),))


def mapped(call: Call) -> v.Value | None:
    """`pool.map(f, items)` of something unknown: the function is run for each of the items."""
    function = call.got(0)
    if not isinstance(function, _CALLABLE) or not _is_bare(call) or len(call.args) < 2:
        return None
    items, _ = items_of(call.m, call.args[1])
    made = tuple(call.m.call(function, (item,), {}, call.node) for item in items[:1])
    return v.Seq(made, "list", True)


def _is_bare(call: Call) -> bool:
    """Whether the receiver holds no data: then it is no frame or column whose `map` this could be."""
    receiver = call.m.get(call.target)
    return isinstance(receiver, v.Unknown) and not receiver.relations and not receiver.inputs


def result(call: Call) -> v.Value | None:
    return call.receiver.get("result") if isinstance(call.receiver, v.Handle) else None

"""Transfers that many tables share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Names, Show, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.operators import elementwise

if TYPE_CHECKING:
    import ast

    from feasilint.ir import Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine


def same(call: Call) -> v.Value:
    """The receiver itself."""
    return call.target


def nothing(call: Call) -> v.Value:
    return v.NONE


def copied(call: Call) -> v.Value:
    """Another object of the same content: cell-wise changes keep every column's lineage."""
    found = call.receiver
    return call.result(replace(found)) if isinstance(found, v.Frame) else found


def argument_copied(call: Call) -> v.Value | None:
    """The content of the first argument as a new object."""
    return call.got(0)


def handed_over(call: Call) -> v.Value:
    """What a scheduler hands to a step: known to who runs it."""
    name = call.got(0)
    told = name.value if isinstance(name, v.Const) else call.name
    return call.m.unknown(f"{v.ARGUMENT}{told}")


def scalar(function: str) -> Transfer:
    """A scalar function of the receiver and the arguments, row by row."""

    def transfer(call: Call) -> v.Value | None:
        if isinstance(call.receiver, v.Frame):
            return copied(call)
        made = elementwise(call.m, function, (call.receiver, *call.args), call.node)
        return put_back(call, made)

    return transfer


def put_back(call: Call, made: v.Value) -> v.Value:
    """With inplace=True a changed column goes back into the frame that it is of."""
    from feasilint.lower.python.assignment import with_columns

    found = call.receiver
    if not call.flag("inplace") or not isinstance(found, v.Series):
        return made
    if found.owner is not None and found.name is not None:
        frame = call.m.store.objects.get(found.owner)
        if isinstance(frame, v.Frame):
            call.m.store.objects[found.owner] = with_columns(call.m, frame, ((found.name, made),), call.node)
    return v.NONE


def function_of(function: str) -> Transfer:
    """A library's scalar function of its arguments, row by row."""

    def transfer(call: Call) -> v.Value | None:
        frame = call.got(0)
        if isinstance(frame, v.Frame):
            return replace(frame)
        return elementwise(call.m, function, call.args, call.node)

    return transfer


def show(call: Call) -> v.Value:
    """Looking at whatever is handed in, or at the receiver."""
    for value in (call.receiver, *call.args):
        show_value(call.m, value, call.node)
    return v.NONE


def show_value(m: Machine, value: v.Value, node: ast.expr | None) -> None:
    """Register the sight of a frame or column."""
    found = m.get(value)
    if type(found) not in _SHOWN:
        return
    if isinstance(found, v.Handle) and found.kind == "plot":
        found = m.get(found.get("of") or v.NONE)
    if isinstance(found, v.Series) and isinstance(found.expression, Column) and not found.index:
        seen = Star(Names(found.relation, (found.expression.name,)))
        m.sink(Show(m.add(Derive(found.relation, (seen,))), m.origin(node)))
    elif isinstance(found, v.Frame | v.Series | v.Row):
        m.sink(Show(found.relation, m.origin(node)))
    elif isinstance(found, v.Scalar):
        for column in _read(found):
            m.sink(Show(column, m.origin(node)))
    elif isinstance(found, v.Seq):
        for item in found.items[:8]:
            show_value(m, item, node)


_SHOWN = frozenset((v.Handle, v.Series, v.Frame, v.Row, v.Scalar, v.Seq))
"""The values that stand for data, or hold some."""


def _read(found: v.Scalar) -> list[Relation]:
    from feasilint.ir.expressions import columns

    return list(dict.fromkeys(column.relation for column in columns(found.expression)))


def handle(kind: str, **fixed: object) -> Transfer:
    """A library object of a kind, which keeps its arguments."""

    def transfer(call: Call) -> v.Value:
        parts = [(str(at), value) for at, value in enumerate(call.args)]
        base = [("of", call.target)] if call.target is not v.NONE else []
        constants = [(name, v.Const(value)) for name, value in fixed.items()]
        return v.Handle(kind, (*base, *parts, *call.kwargs.items(), *constants))

    return transfer


def filled(call: Call) -> v.Value:
    """`np.zeros(n)`, `np.random.rand(n)`: numbers that the code fills in or draws."""
    return replace(call.m.unknown(call.name), made=True)


def package(path: str) -> Transfer:
    """An object whose methods are the functions of a package: `np.random.default_rng()`."""
    return lambda call: v.Library(path)


def constant(value: object) -> Transfer:
    return lambda call: v.Const(value)

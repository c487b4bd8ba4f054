"""One of two values: what holds after branches meet."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from feasilint.ir import Call, Choice, Hole
from feasilint.lower.python import values as v
from feasilint.lower.python.machine import text_of

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine


def join(m: Machine, one: v.Value, other: v.Value, test: v.Value | None = None) -> v.Value:
    """The value that is `one` where `test` holds, else `other`."""
    if one == other:
        return one
    first, second = m.get(one), m.get(other)
    if first == v.NONE or second == v.NONE:
        return other if first == v.NONE else one
    if isinstance(first, v.Frame) or isinstance(second, v.Frame):
        return _frames(m, one, other)
    decided = isinstance(test, v.Series | v.Scalar) and isinstance(first, v.Const) and isinstance(second, v.Const)
    if decided or isinstance(first, v.Series | v.Scalar) or isinstance(second, v.Series | v.Scalar):
        return _expressions(m, first, second, test)
    if isinstance(first, v.Seq) and isinstance(second, v.Seq):
        items = (*first.items, *(item for item in second.items if item not in first.items))
        return m.alloc(v.Seq(items, first.kind, True))
    if isinstance(first, v.Dict) and isinstance(second, v.Dict):
        made = first
        for key, value in second.items:
            known = made.get(key.value) if isinstance(key, v.Const) else None
            made = made.put(key, value if known is None else join(m, known, value))
        return m.alloc(v.Dict(made.items, True))
    return _others(m, one, other)


def join_states(m: Machine, one: v.Value, other: v.Value) -> v.Value:
    """The same for objects of the store: objects stay objects, not references to new ones."""
    return m.get(join(m, one, other))


def _frames(m: Machine, one: v.Value, other: v.Value) -> v.Value:
    first, second = m.frame(one), m.frame(other)
    if first is None or second is None:
        return one if first is not None else other
    if first.relation is second.relation:
        return one
    relation = m.add(Choice((first.relation, second.relation)))
    return m.alloc(v.Frame(relation, first.library, first.index if first.index == second.index else (), first.group))


def _expressions(m: Machine, one: v.Value, other: v.Value, test: v.Value | None) -> v.Value:
    first, second = m.expression(one), m.expression(other)
    condition = m.expression(test) if test is not None else Hole("condition")
    made = Call("case", (condition, first, second))
    series = next((value for value in (one, other) if isinstance(value, v.Series)), None)
    if series is None:
        return v.Scalar(made)
    return v.Series(series.relation, made, series.name, series.index, series.group)


def _others(m: Machine, one: v.Value, other: v.Value) -> v.Value:
    if type(one) is type(other) and isinstance(one, v.Library | v.Handle | v.Estimator | v.Function | v.Class):
        return other
    if isinstance(m.get(one), v.Estimator):
        return one
    for value, rest in ((one, m.get(other)), (other, m.get(one))):
        found = m.get(value)
        if (
            isinstance(found, v.Seq)
            and isinstance(rest, v.Unknown)
            and not (rest.inputs or rest.relations or rest.made)
        ):
            return m.alloc(v.Seq(found.items, found.kind, True))  # one of the lists that it may be
    if (path := _path(m.get(one), m.get(other))) is not None:
        return path
    return m.unknown(text_of(m.get(other)), one, other)


def _path(one: v.Value, other: v.Value) -> v.Const | None:
    """Of two paths what they end in: the file is the same one, wherever it lies."""
    if not (isinstance(one, v.Const) and isinstance(other, v.Const)):
        return None
    if not (isinstance(one.value, str) and isinstance(other.value, str) and "/" in one.value + other.value):
        return None
    pairs = zip(reversed(one.value.split("/")), reversed(other.value.split("/")), strict=False)
    same = [first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return v.Const("/".join(("{folder}", *reversed(same)))) if any(same) else None

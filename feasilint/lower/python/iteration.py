"""What a loop runs over: the items that are known, and whether there are others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.strings import spell

if TYPE_CHECKING:
    import ast

    from feasilint.ir import ColumnSet, Name, Relation
    from feasilint.lower.python.machine import Machine

UNROLL = 64
"""Most items over which a loop is run one by one."""


def items_of(m: Machine, value: v.Value, target: ast.expr | None = None) -> tuple[tuple[v.Value, ...], bool]:
    """The items in order, and true if there may be more or others."""
    found = m.get(value)
    match found:
        case v.Seq(items=items, open=more):
            return (items, more) if len(items) <= UNROLL else ((m.unknown(_word(target), *items[:4]),), True)
        case v.Dict(items=pairs, open=more):
            keys = tuple(key for key, _ in pairs)
            return (keys, more) if len(keys) <= UNROLL else ((m.unknown(_word(target)),), True)
        case v.Const(value=str(text)) if len(text) <= UNROLL:
            return tuple(v.Const(letter) for letter in text), False
        case v.Columns(columns=columns):
            return _names(m, found, known(columns), target)
        case v.Frame(relation=relation):
            return _names(m, v.Columns(_all(relation), relation), known(_all(relation)), target)
        case v.GroupBy(frame=frame, keys=keys):
            group = v.Frame(frame.relation, frame.library, frame.index, keys)
            return (v.Seq((m.unknown(_word(target)), m.alloc(group)), "tuple"),), True
        case v.Handle(kind="download"):
            return (found,), True
        case v.Handle(kind="query"):
            rows = m.get(found.get("frame") or v.NONE)
            return (v.Row(rows.relation) if isinstance(rows, v.Frame) else m.unknown(_word(target)),), True
        case v.Handle(kind="consumer"):
            from feasilint.lower.python.transfers.stored import message_of

            return (message_of(m, found) or m.unknown("message"),), True
        case v.Handle(kind="tensors", parts=parts):  # a batch: the features, and the label if there is one
            batch = tuple(part for _, part in parts)
            return (batch if len(batch) == 1 else (v.Seq(batch, "tuple"),)), True
        case v.Series(expression=expression):
            return (v.Scalar(expression),), True
        case _:
            return (m.unknown(_word(target), found),), True


def _all(relation: Relation) -> ColumnSet:
    return AllOf(relation)


def _names(
    m: Machine, columns: v.Columns, names: tuple[Name, ...] | None, target: ast.expr | None
) -> tuple[tuple[v.Value, ...], bool]:
    if names is None or len(names) > UNROLL:
        return (v.Element(columns, _word(target)),), True
    return tuple(name_value(name) for name in names), False


def name_value(name: Name) -> v.Value:
    """A column name as a Python value."""
    if isinstance(name, tuple):
        return v.Seq(tuple(v.Const(part) for part in name), "tuple")
    return v.Const(name)


def _word(target: ast.expr | None) -> str:
    return spell(target) if target is not None else "item"

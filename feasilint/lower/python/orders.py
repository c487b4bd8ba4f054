"""The order in which the rows of a frame come."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Derive, Filter, Hole, Limit, Sort

if TYPE_CHECKING:
    from feasilint.ir import Expression, Relation
    from feasilint.lower.python import values as v
    from feasilint.lower.python.machine import Machine


def order_of(relation: Relation, depth: int = 12) -> tuple[Expression, ...]:
    """The order in which a frame was last sorted, if nothing disturbed it since."""
    while depth:
        if isinstance(relation, Sort):
            return relation.keys
        if not isinstance(relation, Derive | Filter | Limit):
            return ()
        relation, depth = relation.input, depth - 1
    return ()


def falls(relation: Relation) -> tuple[bool, ...]:
    """Of each key of `order_of` whether it falls; empty where none does."""
    while isinstance(relation, Derive | Filter | Limit):
        relation = relation.input
    return relation.descending if isinstance(relation, Sort) else ()


def turned(m: Machine, frame: v.Frame, key: ast.Slice, node: ast.expr) -> v.Frame:
    """`df[::-1]`: the last row first; with any other step the frame as it is."""
    if not (isinstance(key.step, ast.UnaryOp) and isinstance(key.step.op, ast.USub)):
        return frame
    keys = order_of(frame.relation) or (Hole("position"),)
    falling = tuple(not fall for fall in falls(frame.relation) or (False,) * len(keys))
    made = Sort(frame.relation, keys, m.origin(node), falling if any(falling) else ())
    return replace(frame, relation=m.add(made))

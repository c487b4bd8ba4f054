"""Subscripts of what is no frame: groups, rows, lists, dicts, text, names of columns."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call, Column, Literal
from feasilint.lower.python import summarised
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import known
from feasilint.lower.python.strings import spell

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine

SPLITS = tuple(v.Const(name) for name in ("train", "test", "validation"))
"""The parts of a data set of Hugging Face, by name."""


def of_groups(m: Machine, group: v.GroupBy, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`groups['x']`, `groups[['x', 'y']]`: the groups with some of their columns."""
    key = m.evaluate(node.slice)
    names = names_of(m, key)
    found = m.get(key)
    single = isinstance(found, v.Const | v.Element | v.Unknown)
    return None if names is None else replace(group, selected=names, single=single)


def of_rolling(m: Machine, rolling: v.Rolling, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`windows['x']`: the windows over some of the columns."""
    key = m.evaluate(node.slice)
    names = names_of(m, key)
    return None if names is None else replace(rolling, selected=names, single=isinstance(m.get(key), v.Const))


def of_row(m: Machine, row: v.Row, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`row['x']` of one row of a frame."""
    key = m.evaluate(node.slice)
    names = names_of(m, key)
    if names is None:
        return None
    if isinstance(m.get(key), v.Seq):
        return row
    told = summarised.told(m, row.relation, names)
    return v.Scalar(Column(told, names[0], m.origin(node)))


def of_seq(m: Machine, seq: v.Seq, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`items[1]`, `items[1:]` of a list whose items are known."""
    if isinstance(node.slice, ast.Slice):
        ends = (node.slice.lower, node.slice.upper, node.slice.step)
        found = [m.get(m.evaluate(end)) if end is not None else v.NONE for end in ends]
        numbers = [end.value for end in found if isinstance(end, v.Const) and isinstance(end.value, int | None)]
        if len(numbers) == 3 and numbers[2] != 0:
            return v.Seq(seq.items[numbers[0] : numbers[1] : numbers[2]], seq.kind, seq.open)
        return v.Seq(seq.items, seq.kind, True)
    at = m.get(m.evaluate(node.slice))
    if isinstance(at, v.Const) and isinstance(at.value, int) and -len(seq.items) <= at.value < len(seq.items):
        return seq.items[at.value]
    return seq.items[0] if len(seq.items) == 1 else None


def of_dict(m: Machine, mapping: v.Dict, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`d['k']`: the last value that was put under a key."""
    key = m.get(m.evaluate(node.slice))
    found = next((value for k, value in reversed(mapping.items) if k == key), None)
    if found is None and mapping.missing is not None and isinstance(key, v.Const):
        found = m.call(mapping.missing, (), {}, None)
        m.set(target, mapping.put(key, found))
    if found is None and len(mapping.items) == 1 and not isinstance(key, v.Const):
        return mapping.items[0][1]
    return found


def of_instance(m: Machine, made: v.Instance, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """`loader['orders']` of a class that says what that is."""
    from feasilint.lower.python.attributes import class_member, read_attribute

    if class_member(m, made.of, "__getitem__") is None or isinstance(node.slice, ast.Slice):
        return None
    return m.call(read_attribute(m, target, "__getitem__", None), (m.evaluate(node.slice),), {}, node)


def of_const(m: Machine, value: v.Const, target: v.Value, node: ast.Subscript) -> v.Value | None:
    if not isinstance(value.value, str):
        return None
    made = of_seq(m, v.Seq(tuple(v.Const(letter) for letter in value.value)), target, node)
    if isinstance(made, v.Seq) and not made.open:
        return v.Const("".join(str(i.value) for i in made.items if isinstance(i, v.Const)))
    return made if isinstance(made, v.Const) else None


def of_columns(m: Machine, columns: v.Columns, target: v.Value, node: ast.Subscript) -> v.Value | None:
    names = known(columns.columns)
    if names is not None:
        from feasilint.lower.python.iteration import name_value

        return of_seq(m, v.Seq(tuple(map(name_value, names))), target, node)
    if not isinstance(node.slice, ast.Slice):
        key = m.get(m.evaluate(node.slice))
        if isinstance(key, v.Columns):  # `df.columns[df.columns != "y"]`
            return key
        return columns if isinstance(key, v.Series | v.Scalar) else v.Element(columns, spell(node))
    return columns


def of_scalar(m: Machine, scalar: v.Scalar, target: v.Value, node: ast.Subscript) -> v.Value:
    key = m.evaluate(node.slice) if not isinstance(node.slice, ast.Slice) else v.NONE
    found = m.get(key)
    arg = Literal(str(found.value)) if isinstance(found, v.Const) else Literal(None)
    return v.Scalar(Call("getitem", (scalar.expression, arg), m.origin(node)))


def of_element(m: Machine, element: v.Element, target: v.Value, node: ast.Subscript) -> v.Value:
    return v.Element(element.columns, spell(node))

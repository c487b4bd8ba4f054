"""Assignment to names, attributes, items and patterns."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call, Column, Derive, Hole, Inline, Literal, Output, Split
from feasilint.ir.expressions import is_dynamic
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import aligned, known, replacing
from feasilint.lower.python.modules import names_in
from feasilint.lower.python.selection import mask_of
from feasilint.lower.python.spelling import unparse

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.machine import Machine


def assign(m: Machine, target: ast.expr, value: v.Value) -> None:
    """`target = value`."""
    match target:
        case ast.Name(id=name):
            m.scope.bind(name, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            _unpack(m, parts, value)
        case ast.Attribute(value=owner, attr=name):
            _set_attribute(m, m.evaluate(owner), name, value, target)
        case ast.Subscript(value=owner, slice=key):
            _set_item(m, owner, key, value, target)
        case ast.Starred(value=inner):
            assign(m, inner, value)


def _unpack(m: Machine, parts: list[ast.expr], value: v.Value) -> None:
    found = m.get(value)
    items: tuple[v.Value, ...] | None = found.items if isinstance(found, v.Seq) and not found.open else None
    star = next((at for at, part in enumerate(parts) if isinstance(part, ast.Starred)), None)
    if items is not None and star is not None and len(items) >= len(parts) - 1:
        after = len(parts) - star - 1
        middle = m.alloc(v.Seq(items[star : len(items) - after]))
        items = (*items[:star], middle, *items[len(items) - after :])
    if items is not None and len(items) == len(parts):
        for part, item in zip(parts, items, strict=True):
            assign(m, part, item)
        return
    step = found.step if isinstance(found, v.Unknown) else None
    for part in parts:
        assign(m, part, _some_rows(m, found) or replace(m.unknown(unparse(part), value), step=step))


_SPLITTING = re.compile(r"(^|_|\.)split(_\w+)?\(\)$")


def _some_rows(m: Machine, value: v.Value) -> v.Value | None:
    """What a function that nobody can read gives, if it is called after splitting one frame."""
    if not isinstance(value, v.Unknown) or value.inputs or len(value.relations) != 1:
        return None
    if not _SPLITTING.search(value.text):
        return None
    return m.alloc(v.Frame(m.add(Split(value.relations[0], "part"))))


# --- attributes ---


def _set_attribute(m: Machine, owner: v.Value, name: str, value: v.Value, node: ast.expr) -> None:
    found = m.get(owner)
    match found:
        case v.Instance():
            m.set(owner, found.put(name, value))
        case v.Frame() if name in ("columns", "col_names"):
            m.set(owner, renamed(m, found, value, node))
        case v.Frame() if name in ("index", "index.name"):
            m.set(owner, with_index(m, found, value, node))
        case v.Frame() if (
            isinstance(owner, v.Ref) and _is_table(m.get(value)) and name not in (known_data(found) or ())
        ):
            m.scope.globals.names[v.attached(owner.oid, name)] = value
        case v.Frame():
            m.set(owner, with_columns(m, found, ((name, spread(m, value, (name,))[0]),), node))
        case v.Library(path=path):
            m.scope.globals.names[f"{path}.{name}"] = value
        case v.Class(members=members) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            others = (member for member in members if member[0] != name)  # a method that is added later
            m.scope.bind(node.value.id, replace(found, members=(*others, (name, value))))
        case v.Handle(kind="module"):
            names_in(m, found)[name] = value
        case v.Handle():
            m.set(owner, found.put(name, value))


def _is_table(value: v.Value) -> bool:
    """A frame of more than one column is no column of another one: `train.hex = h2o.H2OFrame(train)`."""
    return isinstance(value, v.Frame) and len(known_data(value) or ("", "")) > 1


def renamed(m: Machine, frame: v.Frame, value: v.Value, node: ast.expr | None) -> v.Frame:
    """`df.columns = […]`: new names by position, the index not counted."""
    names = names_of(m, value)
    found = m.get(value)
    if names is None and isinstance(found, v.Columns):
        return frame
    old = known_data(frame)
    if names is None or (any(map(is_dynamic, names)) and old is not None and len(old) != len(names)):
        return frame  # of names that a loop makes one round is known
    index = tuple(m.fresh("index") if key in names else key for key in frame.index)
    keys = tuple(Output(new, Column(frame.relation, key)) for new, key in zip(index, frame.index, strict=True))
    if frame.library == "array" and old and all(str(name).isdigit() for name in old):
        outputs = tuple(Output(new, _numbered(frame, old, at)) for at, new in enumerate(names))
    else:
        places = zip(names, aligned(frame.relation, len(names), frame.index), strict=True)
        outputs = tuple(Output(new, Column(frame.relation, was if was is not None else new)) for new, was in places)
    made = m.add(Derive(frame.relation, (*keys, *outputs), m.origin(node)))
    return v.Frame(made, frame.library, index, frame.group)


def _numbered(frame: v.Frame, old: tuple[Name, ...], at: int) -> Expression:
    """A column of an array that was filled column by column."""
    return Column(frame.relation, str(at)) if str(at) in old else Literal(None)


def known_data(frame: v.Frame) -> tuple[Name, ...] | None:
    """The known names of a frame's columns without its index."""
    from feasilint.ir import AllOf

    names = known(AllOf(frame.relation))
    return None if names is None else tuple(name for name in names if name not in frame.index)


def with_index(m: Machine, frame: v.Frame, value: v.Value, node: ast.expr | None) -> v.Frame:
    """`df.index = df.ts`: the column is the index now."""
    found = m.get(value)
    if isinstance(found, v.Series) and isinstance(found.name, str):
        if isinstance(found.expression, Column):
            return v.Frame(frame.relation, frame.library, (found.name,), frame.group)
        output = Output("index", found.expression, m.origin(node))
        made = m.add(Derive(frame.relation, replacing(frame.relation, output), m.origin(node)))
        return v.Frame(made, frame.library, ("index",), frame.group)
    return v.Frame(frame.relation, frame.library, (), frame.group)


# --- items ---


def _set_item(m: Machine, owner: ast.expr, key: ast.expr, value: v.Value, node: ast.expr) -> None:
    if isinstance(owner, ast.Attribute) and owner.attr in ("loc", "iloc", "at", "iat", "ix"):
        base = m.evaluate(owner.value)
        frame = m.get(base)
        if isinstance(frame, v.Frame):
            m.set(base, _write_rows(m, frame, key, value, node))
        elif isinstance(frame, v.Series):
            _write_series(m, frame, m.evaluate(key), value, node)
        return
    target = m.evaluate(owner)
    found = m.get(target)
    match found:
        case v.Dict():
            m.set(target, found.put(m.get(m.evaluate(key)), value))
        case v.Seq():
            m.set(target, _with_item(m, found, m.get(m.evaluate(key)), value))
        case v.Series():
            _write_series(m, found, m.evaluate(key), value, node)
        case v.Frame(library="array") | v.Unknown() if (at := _column_at(m, key)) is not None:
            m.set(target, _with_column(m, _as_array(m, found), at, value, node))
        case v.Frame():
            m.set(target, _written(m, found, m.evaluate(key), value, node))
        case v.Unknown():
            _into_unknown(m, found, m.evaluate(key), value, node)
        case _:
            m.evaluate(key)


def _column_at(m: Machine, key: ast.expr) -> int | None:
    """The column that `array[:, 2]` means."""
    if not isinstance(key, ast.Tuple) or len(key.elts) != 2 or not isinstance(key.elts[0], ast.Slice):
        return None
    found = m.get(m.evaluate(key.elts[1]))
    at = found.value if isinstance(found, v.Const) else None
    return at if isinstance(at, int) and at >= 0 else None


def _as_array(m: Machine, value: v.Frame | v.Unknown) -> v.Frame:
    """A new array has no columns but those that are written into it."""
    if isinstance(value, v.Frame):
        return value
    return v.Frame(m.add(Inline()), "array") if value.made else m.promote(value, "array")


def _with_column(m: Machine, frame: v.Frame, at: int, value: v.Value, node: ast.expr) -> v.Frame:
    names = known_data(frame) or ()
    numbered = all(str(name).isdigit() for name in names)
    name = str(at) if numbered or at >= len(names) else names[at]
    return with_columns(m, frame, ((name, value),), node)


def _into_unknown(m: Machine, owner: v.Unknown, key: v.Value, value: v.Value, node: ast.expr) -> None:
    """`x['a'] = series` makes a frame of an unknown x."""
    if isinstance(m.get(value), v.Series | v.Frame) or owner.relations:
        m.set(owner, _written(m, m.promote(owner), key, value, node))


def _with_item(m: Machine, seq: v.Seq, key: v.Value, value: v.Value) -> v.Seq:
    if isinstance(key, v.Const) and isinstance(key.value, int) and -len(seq.items) <= key.value < len(seq.items):
        items = list(seq.items)
        items[key.value] = value
        return v.Seq(tuple(items), seq.kind, seq.open)
    return v.Seq((*seq.items, value), seq.kind, True)


def _written(m: Machine, frame: v.Frame, key: v.Value, value: v.Value, node: ast.expr) -> v.Frame:
    mask = mask_of(m, key)
    if mask is not None:
        return frame
    names = (name,) if (name := name_of(m, key)) is not None else names_of(m, key)
    if names is None:
        element = m.get(key)
        names = (f"{{{element.text}}}",) if isinstance(element, v.Unknown) else ()
    return with_columns(m, frame, tuple(zip(names, spread(m, value, names), strict=True)), node)


def spread(m: Machine, value: v.Value, wanted: tuple[Name, ...]) -> list[v.Value]:
    """One value for each of several columns that are assigned at once: of a frame those of the same names, else by place."""
    found, count = m.get(value), len(wanted)
    if isinstance(found, v.Frame) and wanted and set(wanted) <= set(known_data(found) or ()):
        return [v.Series(found.relation, Column(found.relation, name), name, found.index) for name in wanted]
    if count == 1:
        if isinstance(found, v.Frame):
            return [first_column(m, found)]
        return [value]
    if isinstance(found, v.Frame):
        names = known_data(found)
        if names is not None and len(names) == count:
            return [v.Series(found.relation, Column(found.relation, name), name) for name in names]
    if isinstance(found, v.Seq) and len(found.items) == count and found.kind == "tuple":
        return list(found.items)
    return [value] * count


def first_column(m: Machine, frame: v.Frame) -> v.Value:
    names = known_data(frame)
    if names:
        return v.Series(frame.relation, Column(frame.relation, names[0]), names[0], frame.index)
    return v.Series(frame.relation, m.whole(frame.relation), None, frame.index)


def with_columns(m: Machine, frame: v.Frame, pairs: tuple[tuple[Name, v.Value], ...], node: ast.expr | None) -> v.Frame:
    """The frame with some columns computed anew."""
    if not pairs:
        return frame
    origin = m.origin(node)
    outputs = tuple(Output(name, column_expression(m, name, value, frame.relation), origin) for name, value in pairs)
    made = m.add(Derive(frame.relation, replacing(frame.relation, *outputs), origin))
    return v.Frame(made, frame.library, frame.index, frame.group)


def column_expression(m: Machine, name: Name, value: v.Value, relation: Relation) -> Expression:
    """What a column is made of: of a frame of several columns, the one of that name."""
    found = m.get(value)
    if isinstance(found, v.Frame) and found.relation is not relation:
        names = known_data(found)
        if names is not None and name in names:
            return Column(found.relation, name)
    if isinstance(found, v.Frame):
        return Column(found.relation, name)
    return m.expression(value)


def _write_rows(m: Machine, frame: v.Frame, key: ast.expr, value: v.Value, node: ast.expr) -> v.Frame:
    """`df.loc[rows, column] = value`."""
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    if len(parts) < 2:
        m.evaluate(parts[0]) if not isinstance(parts[0], ast.Slice) else None
        return frame
    names = () if isinstance(parts[1], ast.Slice) else names_of(m, m.evaluate(parts[1])) or ()
    whole = isinstance(parts[0], ast.Slice)
    condition = None if whole else mask_of(m, m.evaluate(parts[0]))
    outputs = []
    for name, part in zip(names, spread(m, value, names), strict=True):
        new = column_expression(m, name, part, frame.relation)
        old = Column(frame.relation, name)
        made = new if whole else Call("case", (condition or Hole("rows"), new, old))
        outputs.append(Output(name, made, m.origin(node)))
    if not outputs:
        return frame
    return replace(frame, relation=m.add(Derive(frame.relation, replacing(frame.relation, *outputs), m.origin(node))))


def _write_series(m: Machine, series: v.Series, key: v.Value, value: v.Value, node: ast.expr) -> None:
    """`df['x'][mask] = value`."""
    if series.owner is None or series.name is None:
        return
    frame = m.store.objects.get(series.owner)
    if isinstance(frame, v.Frame):
        condition = mask_of(m, key)
        made = masked_value(m, condition, value, Column(frame.relation, series.name))
        m.store.objects[series.owner] = with_columns(m, frame, ((series.name, v.Scalar(made)),), node)


def masked_value(m: Machine, condition: Expression | None, value: v.Value, old: Expression) -> Expression:
    """The value where a condition holds, else the old one."""
    return Call("case", (condition if condition is not None else Hole("rows"), m.expression(value), old))

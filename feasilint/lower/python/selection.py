"""Subscripts: columns, rows by mask, `loc` and `iloc`, items of containers."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Call, Column, Derive, Filter, Hole, Limit, Literal, Output, Split, Star
from feasilint.ir import Names as NameSet
from feasilint.ir.expressions import spelled
from feasilint.ir.names import timelike
from feasilint.lower.python import items, summarised
from feasilint.lower.python import values as v
from feasilint.lower.python.call import Call as CallSite
from feasilint.lower.python.call import kind_of, name_of, names_of
from feasilint.lower.python.columns import holes, known, under_hole
from feasilint.lower.python.orders import turned
from feasilint.lower.python.rebasing import rebased
from feasilint.lower.python.strings import has_gap, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import ColumnSet, Expression, Name, Relation
    from feasilint.lower.python.machine import Machine


_PLURAL = re.compile(r"(?:[a-z]s|cols|list|s['\"]\])$|\+", re.IGNORECASE)


def subscript(m: Machine, target: v.Value, node: ast.Subscript) -> v.Value:
    """`target[…]`."""
    receiver = m.get(target)
    if type(receiver) is v.Unknown and receiver.relations:
        receiver = m.promote(receiver)
    handler = _HANDLERS.get(type(receiver))
    made = handler(m, receiver, target, node) if handler is not None else None
    if made is None:
        key = m.evaluate(node.slice) if not isinstance(node.slice, ast.Slice) else v.NONE
        made = _named_columns(m, receiver, key, node) or _of_unknown(receiver, m.unknown(spell(node), target, key))
    return made


def _of_unknown(receiver: v.Value, made: v.Unknown) -> v.Unknown:
    """A part of what could not be read comes from the same step."""
    if type(receiver) is not v.Unknown:
        return made
    text = v.ARGUMENT + made.text if receiver.text.startswith(v.ARGUMENT) else made.text
    return replace(made, text=text, step=receiver.step, made=receiver.made)


def _named_columns(m: Machine, receiver: v.Value, key: v.Value, node: ast.expr) -> v.Frame | None:
    """Several names in brackets: whatever nobody knows is a frame with these columns."""
    found = m.get(key)
    if type(receiver) is not v.Unknown or receiver.inputs or not isinstance(found, v.Seq) or found.kind != "list":
        return None
    constants = (item for item in map(m.get, found.items) if isinstance(item, v.Const))
    texts = [item.value for item in constants if isinstance(item.value, str)]
    if not texts or len(texts) != len(found.items) or found.open:
        return None
    return select(m, m.promote(receiver), found, node)


def mask_of(m: Machine, key: v.Value) -> Expression | None:
    """A key that chooses rows, as a predicate."""
    found = m.get(key)
    return found.expression if type(found) is v.Series or type(found) is v.Scalar else None


# --- frames ---


def _asked(m: Machine, frame: v.Frame, key: ast.expr, node: ast.expr) -> v.Value:
    """A key; a function (`df[lambda rows: rows.x > 0]`) is called with the frame for it."""
    value = m.evaluate(key)
    found = m.get(value)
    return m.call(found, (m.alloc(frame),), {}, node) if isinstance(found, v.Function) else value


def _frame(m: Machine, frame: v.Frame, target: v.Value, node: ast.Subscript) -> v.Value | None:
    if isinstance(node.slice, ast.Slice):
        return _rows_slice(m, frame, node.slice, node)
    if frame.library == "array":
        return _array(m, frame, node)
    tensor = isinstance(node.slice, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.slice.elts)
    if tensor and not frame.library.startswith("polars"):
        return frame  # a tensor of it, of unknown dimensions
    key = _asked(m, frame, node.slice, node)
    if isinstance(key, v.Seq) and key.kind == "tuple" and name_of(m, key) is None:
        return _of_both(m, frame, key, node)
    if frame.library == "huggingface" and key in items.SPLITS:
        return frame
    found = m.get(key)
    if isinstance(found, v.Lazy):
        return v.Lazy("column", found.text)
    if (mask := mask_of(m, key)) is not None:
        return filtered(m, frame, mask, node)
    if isinstance(found, v.Frame):
        return frame  # a mask of cells
    if isinstance(found, v.Unknown) and found.made:
        return _drawn(m, frame, node)
    if isinstance(found, v.Unknown) and _PLURAL.search(found.text):
        return replace(frame)  # a list of columns that is not known: it may be all
    name = None if isinstance(found, v.Seq) and found.kind != "tuple" else name_of(m, key)
    if name is not None:
        return column(m, frame, name, target, node)
    return select(m, frame, key, node)


def _drawn(m: Machine, frame: v.Frame, node: ast.expr) -> v.Frame:
    """`df[np.random.rand(n) < 0.8]`: a random part of the rows."""
    return replace(frame, relation=m.add(Split(frame.relation, "part", m.origin(node))))


def _of_both(m: Machine, frame: v.Frame, key: v.Seq, node: ast.expr) -> v.Value:
    """polars' `df[rows, columns]`."""
    if not frame.library.startswith("polars") or len(key.items) != 2:
        return frame
    name = name_of(m, key.items[1])
    if name is not None and not isinstance(m.get(key.items[1]), v.Seq):
        return column(m, frame, name, None, node)
    return select(m, frame, key.items[1], node) or frame


def column(m: Machine, frame: v.Frame, name: Name, target: v.Value | None, node: ast.expr | None) -> v.Value:
    """One column of a frame; a first part of a multi-index gives the frame below it."""
    if frame.library in ("spark", "snowpark", "polars.lazy"):
        return v.Lazy("column", str(name), node=node, fragment=m.fragment)
    if (names := known(AllOf(frame.relation))) is not None and name not in names:
        inner = tuple(full for full in names if isinstance(full, tuple) and full[0] == name)
        if inner:
            outputs = tuple(Output(full[-1], Column(frame.relation, full)) for full in inner)
            return v.Frame(m.add(Derive(frame.relation, outputs, m.origin(node))), frame.library)
    owner = target.oid if isinstance(target, v.Ref | v.Unknown) else None
    if (told := summarised.told(m, frame.relation, (name,))) is not frame.relation:
        return v.Series(told, Column(told, name, m.origin(node)), name, frame.index, frame.group, owner)
    read = Column(frame.relation, under_hole(frame.relation, name), m.origin(node))
    return v.Series(frame.relation, read, name, frame.index, frame.group, owner)


def filtered(m: Machine, frame: v.Frame, mask: Expression, node: ast.expr | None) -> v.Frame:
    """The rows for which a predicate holds."""
    return replace(frame, relation=m.add(Filter(frame.relation, mask, origin=m.origin(node))))


def select(m: Machine, frame: v.Frame, key: v.Value, node: ast.expr | None) -> v.Frame | None:
    """Some columns, beside the index."""
    columns = column_set(m, frame.relation, key)
    if columns is None:
        return None
    kept = (Star(NameSet(frame.relation, frame.index)),) if frame.index else ()
    made = m.add(Derive(frame.relation, (*kept, *_items(frame.relation, columns)), m.origin(node)))
    return replace(frame, relation=made)


def _items(relation: Relation, columns: ColumnSet) -> tuple[Star | Output, ...]:
    """The chosen columns; one whose name is only partly known where it is made is found by the known parts."""
    if not isinstance(columns, NameSet) or not holes(relation):
        return (Star(columns),)
    pairs = [(name, under_hole(relation, name)) for name in columns.names]
    return tuple(
        Star(NameSet(relation, (name,))) if name == made else Output(name, Column(relation, made))
        for name, made in pairs
    )


def column_set(m: Machine, relation: Relation, key: v.Value) -> ColumnSet | None:
    """The columns of a relation that a list of names or a set of columns means."""
    names = names_of(m, key)
    if names is not None:
        return NameSet(relation, names)
    found = m.get(key)
    if isinstance(found, v.Columns):
        return rebased(found.columns, found.relation, relation)
    if isinstance(found, v.Seq) and any(isinstance(m.get(item), v.Element) for item in found.items):
        return _of_elements(m, relation, found.items)
    if isinstance(found, v.Seq) and found.items and not has_gap(found):
        partial = [name for item in found.items if (name := name_of(m, item)) is not None]
        return NameSet(relation, tuple(partial)) if partial else None
    return AllOf(relation) if isinstance(found, v.Seq | v.Unknown | v.Handle) else None


def _of_elements(m: Machine, relation: Relation, items: tuple[v.Value, ...]) -> ColumnSet:
    """A list that a loop over the columns of a frame has filled: all columns that it may hold."""
    from feasilint.ir import Both

    parts: list[ColumnSet] = []
    for item in items:
        found = m.get(item)
        if isinstance(found, v.Element):
            parts.append(rebased(found.columns.columns, found.columns.relation, relation))
        elif (name := name_of(m, item)) is not None:
            parts.append(NameSet(relation, (name,)))
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _rows_slice(m: Machine, frame: v.Frame, key: ast.Slice, node: ast.expr) -> v.Frame:
    low = m.get(m.evaluate(key.lower)) if key.lower is not None else v.NONE
    high = m.get(m.evaluate(key.upper)) if key.upper is not None else v.NONE
    if low == v.NONE and high == v.NONE:
        return turned(m, frame, key, node)
    between = _label_slice(m, frame, low, high)
    if between is not None:
        return filtered(m, frame, between, node)
    n = high.value if isinstance(high, v.Const) and isinstance(high.value, int) else None
    return replace(frame, relation=m.add(Limit(frame.relation, n, origin=m.origin(node))))


def _label_slice(m: Machine, frame: v.Frame, low: v.Value, high: v.Value) -> Expression | None:
    """`df['2020':'2021']`, `df.loc[start:]`: labels of the index."""
    ends = [end for end in (low, high) if end != v.NONE]
    numeric = any(isinstance(end, v.Const) and isinstance(end.value, int) for end in ends)
    if numeric or len(frame.index) != 1 or not all(isinstance(e, v.Const | v.Scalar) for e in ends):
        return None
    index = Column(frame.relation, frame.index[0])
    parts: list[Expression] = []
    if low != v.NONE:
        parts.append(Call("ge", (index, m.expression(low))))
    if high != v.NONE:
        parts.append(Call("le", (index, m.expression(high))))
    return parts[0] if len(parts) == 1 else Call("and", tuple(parts))


def _array(m: Machine, frame: v.Frame, node: ast.Subscript) -> v.Value | None:
    """`X[rows, columns]` of a two-dimensional array."""
    if not isinstance(node.slice, ast.Tuple) or len(node.slice.elts) < 2:
        mask = mask_of(m, m.evaluate(node.slice))
        return filtered(m, frame, mask, node) if mask is not None else frame
    return positional(m, frame, node.slice.elts[1], node)


def positional(m: Machine, frame: v.Frame, key: ast.expr, node: ast.expr) -> v.Value:
    """Columns by position: exactly where the names are known, else all of them."""
    names = known(AllOf(frame.relation))
    data = None if names is None else [name for name in names if name not in frame.index]
    if isinstance(key, ast.Slice):
        ends = [m.get(m.evaluate(end)) if end is not None else v.NONE for end in (key.lower, key.upper)]
        bounds = [end.value for end in ends if isinstance(end, v.Const) and isinstance(end.value, int | None)]
        if bounds == [None, None] or len(bounds) < 2:
            return frame
        if data is None:
            return _some(m, frame, node) if any(bounds) else frame
        chosen = data[bounds[0] : bounds[1]]
        return replace(frame, relation=m.add(Derive(frame.relation, (Star(NameSet(frame.relation, tuple(chosen))),))))
    at = m.get(m.evaluate(key))
    if isinstance(at, v.Const) and isinstance(at.value, int):
        if data is not None and -len(data) <= at.value < len(data):
            return column(m, frame, data[at.value], None, node)
        return v.Series(frame.relation, Hole(f"column {at.value}"), f"{{column {at.value}}}", frame.index)
    if data is not None and isinstance(at, v.Seq) and not at.open:
        places = [
            item.value for item in map(m.get, at.items) if isinstance(item, v.Const) and isinstance(item.value, int)
        ]
        if len(places) == len(at.items) and all(-len(data) <= place < len(data) for place in places):
            return select(m, frame, v.Seq(tuple(v.Const(data[place]) for place in places)), node) or frame
    return frame


def _some(m: Machine, frame: v.Frame, node: ast.expr) -> v.Frame:
    """Some columns of a frame whose columns nobody knows: none of them can be named."""
    name = f"{{{spell(node)}}}"
    return replace(
        frame, relation=m.add(Derive(frame.relation, (Output(name, Column(frame.relation, name)),), m.origin(node)))
    )


# --- loc and iloc ---


def _accessor(m: Machine, handle: v.Handle, target: v.Value, node: ast.Subscript) -> v.Value | None:
    base = handle.get("of")
    if handle.kind not in ("loc", "iloc"):
        return _item(m, handle, target, node)
    if base is None:
        return None
    receiver = m.get(base)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if isinstance(receiver, v.Series):
        return _series_rows(m, receiver, parts[0], node)
    if isinstance(receiver, v.GroupBy) or not isinstance(receiver, v.Frame):
        return base
    rows = _rows(m, receiver, parts[0], node, labels=handle.kind == "loc")
    if len(parts) < 2:
        found = m.get(m.evaluate(parts[0])) if not isinstance(parts[0], ast.Slice) else None
        single = isinstance(found, v.Const) and (handle.kind == "iloc" or _in_period(receiver, found) is None)
        return v.Row(rows.relation) if single else rows
    if handle.kind == "iloc" or (handle.get("places") is not None and _by_place(m, rows, parts[1])):
        return positional(m, rows, parts[1], node)
    return _labelled(m, rows, parts[1], base if rows is receiver else None, node)


def _by_place(m: Machine, frame: v.Frame, key: ast.expr) -> bool:
    """Whether `df.ix[:, [1, 2]]` takes columns by their place: numbers that are none of their names."""
    parts = [key.lower, key.upper] if isinstance(key, ast.Slice) else [key]
    values = [m.get(m.evaluate(part)) for part in parts if part is not None]
    items = [m.get(item) for value in values for item in (value.items if isinstance(value, v.Seq) else (value,))]
    numbers = [item.value for item in items if isinstance(item, v.Const) and isinstance(item.value, int)]
    names = known(AllOf(frame.relation)) or ()
    return bool(items) and len(numbers) == len(items) and not {str(number) for number in numbers} & set(map(str, names))


def _item(m: Machine, handle: v.Handle | v.Library, target: v.Value, node: ast.Subscript) -> v.Value | None:
    """An item of a library's object, as the tables say: `es['customers']`, `np.c_[a, b]`."""
    from feasilint.lower.python.tables import method

    transfer = method(kind_of(handle), "__getitem__")
    if transfer is None or isinstance(node.slice, ast.Slice):
        return None
    made = transfer(CallSite(m, "__getitem__", node, target, handle, (m.evaluate(node.slice),)))
    return m.alloc(made) if made is not None else None


def _labelled(m: Machine, frame: v.Frame, key: ast.expr, target: v.Value | None, node: ast.expr) -> v.Value | None:
    if isinstance(key, ast.Slice):
        return _between(m, frame, key, node)
    value = m.evaluate(key)
    if (mask := mask_of(m, value)) is not None:
        return v.Frame(
            m.add(Derive(frame.relation, (Star(AllOf(frame.relation)),), mask.origin)), frame.library, frame.index
        )
    found = m.get(value)
    name = None if isinstance(found, v.Seq) and found.kind != "tuple" else name_of(m, value)
    return column(m, frame, name, target, node) if name is not None else select(m, frame, value, node)


def _between(m: Machine, frame: v.Frame, key: ast.Slice, node: ast.expr) -> v.Frame:
    """`df.loc[:, 'a':'c']`: columns from one name to another, where their order is known."""
    names = known(AllOf(frame.relation))
    data = [] if names is None else [name for name in names if name not in frame.index]
    ends = [name_of(m, m.evaluate(end)) if end is not None else None for end in (key.lower, key.upper)]
    if not data or any(end is not None and end not in data for end in ends):
        return _some(m, frame, node) if names is None and any(ends) else frame
    first = data.index(ends[0]) if ends[0] is not None else 0
    last = data.index(ends[1]) if ends[1] is not None else len(data) - 1
    return select(m, frame, v.Seq(tuple(v.Const(name) for name in data[first : last + 1])), node) or frame


def _rows(m: Machine, frame: v.Frame, key: ast.expr, node: ast.expr, labels: bool) -> v.Frame:
    if isinstance(key, ast.Slice):
        bounded = key.lower is not None or key.upper is not None
        return _rows_slice(m, frame if labels or not bounded else replace(frame, index=()), key, node)
    value = _asked(m, frame, key, node)
    mask = mask_of(m, value)
    if mask is not None:
        return filtered(m, frame, mask, node)
    found = m.get(value)
    if isinstance(found, v.Unknown) and found.made:
        return _drawn(m, frame, node)
    if isinstance(found, v.Unknown) and found.relations:
        return replace(frame, relation=m.add(Filter(frame.relation, m.expression(found), origin=m.origin(node))))
    if labels and (period := _in_period(frame, found)) is not None:
        return replace(frame, relation=m.add(Filter(frame.relation, period, origin=m.origin(node))))
    return replace(frame, relation=m.add(Limit(frame.relation, None, origin=m.origin(node))))


_PERIODS = {4: "year", 7: "month"}


def _in_period(frame: v.Frame, key: v.Value) -> Call | None:
    """`df.loc['2024-04']` of a time index: the rows of that month."""
    text = key.value if isinstance(key, v.Const) and isinstance(key.value, str) else ""
    unit = _PERIODS.get(len(text)) if re.fullmatch(r"\d{4}(-\d\d)?", text) else None
    if unit is None or len(frame.index) != 1 or not timelike(name := spelled(frame.index[0])) or "year" in name.lower():
        return None
    start = f"{text}-01" if unit == "month" else f"{text}-01-01"
    return Call("eq", (Call("date_trunc", (Literal(unit), Column(frame.relation, frame.index[0]))), Literal(start)))


def _series_rows(m: Machine, series: v.Series, key: ast.expr, node: ast.expr) -> v.Value:
    if isinstance(key, ast.Slice):
        return series
    value = m.evaluate(key)
    mask = mask_of(m, value)
    if mask is not None:
        return replace(series, relation=m.add(Filter(series.relation, mask, origin=m.origin(node))), owner=None)
    found = m.get(value)
    numbered = isinstance(found, v.Unknown) and found.text == v.NUMBER and not found.inputs
    return v.Scalar(series.expression) if numbered or isinstance(found, v.Const) else series


def _series(m: Machine, series: v.Series, target: v.Value, node: ast.Subscript) -> v.Value:
    return _series_rows(m, series, node.slice, node)


_HANDLERS: dict[type, Callable[..., v.Value | None]] = {
    v.Frame: _frame,
    v.Handle: _accessor,
    v.Library: _item,
    v.Series: _series,
    v.GroupBy: items.of_groups,
    v.Rolling: items.of_rolling,
    v.Row: items.of_row,
    v.Seq: items.of_seq,
    v.Dict: items.of_dict,
    v.Const: items.of_const,
    v.Columns: items.of_columns,
    v.Scalar: items.of_scalar,
    v.Element: items.of_element,
    v.Instance: items.of_instance,
}

"""Frames whose columns become others: two frames cell by cell, labels set anew, rows and columns exchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Choice, Column, Derive, Hole, Literal, Matching, Names, Output, Pivot, Star, Unpivot
from feasilint.ir import Call as Op
from feasilint.ir.expressions import parts_of, spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import known_data
from feasilint.lower.python.assignment import renamed as relabelled
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import known, narrowed, replacing
from feasilint.lower.python.selection import column
from feasilint.lower.python.transfers.common import copied
from feasilint.lower.python.transfers.frames import derive, own

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.call import Call


def combined(call: Call) -> v.Value | None:
    """`df.add(other)`, `df.combine_first(other)`: cell by cell, with the columns of both."""
    frame, other = own(call), call.got(0, "other")
    if frame is None:
        return None
    if isinstance(other, v.Frame) and other.relation is not frame.relation:
        return replace(frame, relation=call.m.add(Choice((frame.relation, other.relation), call.origin)))
    names = known_data(frame)
    if not isinstance(other, v.Series | v.Scalar) or not names or len(names) > _WIDEST:
        return copied(call)
    value = call.expression(other)
    outputs = (Output(name, Op(call.name, (Column(frame.relation, name), value), call.origin)) for name in names)
    return derive(call, frame, replacing(frame.relation, *outputs))


_WIDEST = 200


def aligned(call: Call) -> v.Value | None:
    """`a, b = a.align(b)`: both with all labels; a column stays one."""
    frame, other = own(call), call.got(0, "other")
    if frame is not None and isinstance(other, v.Series):
        return v.Seq((call.m.alloc(replace(frame)), other), "tuple")
    if frame is not None and isinstance(other, v.Frame) and call.const(2, "axis") in (0, "index"):
        return v.Seq((call.m.alloc(replace(frame)), call.m.alloc(replace(other))), "tuple")
    made = combined(call)
    return v.Seq((made, made), "tuple") if made is not None else None


def updated(call: Call) -> v.Value | None:
    """`df.update(other)`: values of the same columns, in place."""
    frame, other = own(call), call.frame(0, "other")
    if frame is None or other is None:
        return None
    names = known(AllOf(other.relation)) or ()
    outputs = tuple(
        Output(name, Op("coalesce", (Column(other.relation, name), Column(frame.relation, name))), call.origin)
        for name in names
        if name in (known(AllOf(frame.relation)) or ())
    )
    if outputs:
        call.m.set(call.target, derive(call, frame, replacing(frame.relation, *outputs)))
    return v.NONE


def set_axis(call: Call) -> v.Value | None:
    """`df.set_axis([…], axis=1)`: new names by position."""
    frame, labels = own(call), call.arg(0, "labels")
    if frame is None or labels is None:
        return None
    if call.const(1, "axis") not in (1, "columns"):
        return call.result(replace(frame, index=()))
    return call.result(relabelled(call.m, frame, labels, call.node))


def rename_axis(call: Call) -> v.Value | None:
    """`df.rename_axis('user')`: another name for the index."""
    if isinstance(call.receiver, v.Series):
        return _with_labels(call, call.receiver)
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "mapper") or call.names(None, "index")
    if names and not frame.index and len(names) == 1 and call.const(None, "axis") not in (1, "columns"):
        number = Output(names[0], Op("row_index", (), call.origin), call.origin)
        return call.result(derive(call, frame, replacing(frame.relation, number), names))
    if not names or len(names) != len(frame.index) or call.const(None, "axis") in (1, "columns"):
        return call.result(replace(frame))
    pairs = dict(zip(frame.index, names, strict=True))
    rest = known(AllOf(frame.relation))
    if rest is not None:
        outputs = tuple(Output(pairs.get(name, name), Column(frame.relation, name)) for name in rest)
        return call.result(derive(call, frame, outputs, names))
    made = tuple(Output(new, Column(frame.relation, old)) for old, new in pairs.items())
    return call.result(derive(call, frame, replacing(frame.relation, *made), names))


def _with_labels(call: Call, series: v.Series) -> v.Series:
    names = call.names(0, "mapper") or call.names(None, "index")
    if not names or len(names) != len(series.index):
        return series
    pairs = zip(series.index, names, strict=True)
    outputs = tuple(Output(new, Column(series.relation, old)) for old, new in pairs)
    made = call.m.add(Derive(series.relation, replacing(series.relation, *outputs), call.origin))
    return replace(series, relation=made, index=names, owner=None)


def upright(call: Call) -> v.Value | None:
    """One value per column, `df.max()`, as a frame: the names of the columns are its labels."""
    row = call.receiver
    if not isinstance(row, v.Row):
        return None
    names = known(AllOf(row.relation)) or ()
    cells = tuple(Column(row.relation, name) for name in names) or (Column(row.relation, "{column}"),)
    values = Output(call.text(0, "name") or "0", Op("coalesce", cells, call.origin))
    made = Unpivot(row.relation, (), Output(_LABELS, Literal(None)), values, call.origin)
    return v.Frame(call.m.add(made), "pandas", (_LABELS,))


_LABELS = "{column}"


def set_at(call: Call) -> v.Value | None:
    """`df.isetitem(0, values)`: a column by position."""
    from feasilint.lower.python.assignment import with_columns

    frame, at, value = own(call), call.const(0, "loc"), call.arg(1, "value")
    names = known_data(frame) if frame is not None else None
    if frame is None or value is None:
        return None
    if names is not None and isinstance(at, int) and -len(names) <= at < len(names):
        call.m.set(call.target, with_columns(call.m, frame, ((names[at], value),), call.node))
    return v.NONE


def reindexed_like(call: Call) -> v.Value | None:
    """`df.reindex_like(other)`: the columns that the other has."""
    frame, other = own(call), call.frame(0, "other")
    names = known_data(other) if other is not None else None
    if frame is None or names is None:
        return None
    return derive(call, frame, (Star(Names(frame.relation, names)),))


def without_level(call: Call) -> v.Value | None:
    """`droplevel`, `swaplevel`, `reorder_levels`: of the index, or with axis=1 of the columns' names."""
    frame = own(call)
    if frame is None:
        return None
    if call.const(1 if call.name == "droplevel" else None, "axis") not in (1, "columns"):
        return replace(frame)
    names, level = known_data(frame), call.const(0, "level", 0)
    if names is None or call.name != "droplevel" or not isinstance(level, int):
        return None
    outputs = tuple(Output(_without(name, level), Column(frame.relation, name)) for name in names)
    return derive(call, frame, (*(Output(key, Column(frame.relation, key)) for key in frame.index), *outputs))


def _without(name: Name, level: int) -> Name:
    if isinstance(name, str) or not -len(name) <= level < len(name):
        return name
    parts = tuple(part for at, part in enumerate(name) if at != level % len(name))
    return parts[0] if len(parts) == 1 else parts


def transposed(call: Call) -> v.Value | None:
    """`df.T`: its columns are the labels of the rows, which the data decides; each holds cells of any column."""
    frame = own(call)
    if frame is None or frame.library == "array" or isinstance(call.receiver, v.Series):
        return copied(call)
    turned = frame.relation
    if isinstance(turned, Unpivot) and turned.names.name == _LABELS and not turned.keys:
        return v.Frame(turned.input)
    if frame.library == "pandas" and isinstance(turned, Pivot) and not turned.keys and not turned.spread:
        return replace(frame, relation=turned.input)
    cells = tuple(Column(frame.relation, name) for name in known_data(frame) or ())
    if not cells:
        cells = (Column(frame.relation, "{column}"),)
    made = Pivot(frame.relation, (), (), (), cells, True, call.origin)
    return replace(frame, relation=call.m.add(made), index=())


def duplicated(call: Call) -> v.Value | None:
    """`df.duplicated(subset)`: whether an earlier row is the same."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "subset") or known_data(frame) or ()
    cells = tuple(Column(frame.relation, name) for name in names)
    return v.Series(frame.relation, Op("duplicated", cells, call.origin), None, frame.index, frame.group)


def one_row(call: Call) -> v.Value | None:
    """`df.xs(key)`, `df.asof(when)`: one row; of several levels of an index the rows under the key."""
    frame = own(call)
    if frame is None:
        return None
    if call.const(1, "axis") in (1, "columns"):
        name = name_of(call.m, call.args[0]) if call.args else None
        return column(call.m, frame, name, call.target, call.node) if name is not None else None
    rows = frame.index[1:] or (not frame.index and isinstance(call.const(0, "key"), str))
    whole = call.name == "xs" and (call.arg(2, "level") is not None or rows)
    return replace(frame) if whole else v.Row(frame.relation)


def product(call: Call) -> v.Value | None:
    """`df.dot(weights)`: a sum over all columns of a row."""
    frame = own(call)
    names = known_data(frame) if frame is not None else None
    if frame is None or isinstance(call.got(0, "other"), v.Frame):
        return None
    cells = tuple(Column(frame.relation, name) for name in names or ())
    made = Op("sum", cells, call.origin) if cells else call.expression(frame)
    return v.Series(frame.relation, made, None, frame.index, frame.group)


_NUMBER = r"\d+"


def wide_to_long(call: Call) -> v.Value | None:
    """`pd.wide_to_long(df, ['v'], i='id', j='period')`: columns `v1`, `v2`, … under each other."""
    frame, stubs = call.frame(0, "df"), call.names(1, "stubnames")
    keys, level = call.names(2, "i"), call.names(3, "j")
    if frame is None or not stubs or not keys or not level:
        return None
    mark = re.escape(call.text(4, "sep") or "")
    words = "|".join(re.escape(spelled(stub)) for stub in stubs)
    form = f"^(?:{words}){mark}{call.text(5, 'suffix') or _NUMBER}$"
    there = known(AllOf(frame.relation)) or ()
    outputs = [Output(name, _cells(frame, name, there, form)) for name in stubs]
    outputs.append(Output(level[0], Literal(None)))
    kept = Star(Matching(AllOf(frame.relation), form, True))
    made = call.m.add(Derive(frame.relation, (kept, *outputs), call.origin))
    return v.Frame(made, "pandas", (*keys, *level))


def _cells(frame: v.Frame, stub: Name, there: tuple[Name, ...], form: str) -> Hole:
    wide = (name for name in there if re.match(form, spelled(name)) and spelled(name).startswith(spelled(stub)))
    return Hole(spelled(stub), tuple(Column(frame.relation, name) for name in wide))


def named_axis(call: Call, frame: v.Frame, key: v.Value) -> v.Frame:
    """A frame whose columns stand under a further first part of their names."""
    first, names = name_of(call.m, key), known_data(frame)
    if first is None or names is None:
        return frame
    outputs = tuple(Output((spelled(first), *parts_of(name)), Column(frame.relation, name)) for name in names)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in frame.index)
    return derive(call, frame, (*keys, *outputs))


def aligned_frames(call: Call) -> v.Value | None:
    """`pl.align_frames(a, b, on='k')`: each with the keys of all."""
    frames = [frame for value in call.args if (frame := call.m.frame(value)) is not None]
    return v.Seq(tuple(call.m.alloc(replace(frame)) for frame in frames), "list") if frames else None


def to_spark(call: Call) -> v.Value | None:
    """pandas-on-Spark's `df.to_spark(index_col='u')`: the index only where it is named."""
    frame = own(call)
    if frame is None:
        return None
    kept = call.names(0, "index_col") or ()
    gone = tuple(name for name in frame.index if name not in kept)
    if gone:
        frame = derive(call, frame, (Star(narrowed(frame.relation, gone)),), ())
    return replace(frame, library="spark", index=())

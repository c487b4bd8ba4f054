"""Names of columns as values: `df.columns`, lists made of them, types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Matching, Names, OfType, Opaque, Output, Star
from feasilint.ir.expressions import fold, spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import holes, known, layout, narrowed
from feasilint.lower.python.comprehensions import kinds_of
from feasilint.lower.python.transfers.frames import derive, own

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Name
    from feasilint.lower.python.call import Call

_BLANK = re.compile(r"\{[^{}]*\}")
"""A name of which nothing is known: the old one says more."""


def rename(call: Call) -> v.Value | None:
    """`df.rename(columns={…})`, also by a function of the name where the names are known."""
    frame = own(call)
    if frame is None:
        return None
    mapping = call.got(None, "columns") or _mapper(call, frame)
    pairs = _pairs(call, frame, mapping)
    if not pairs:
        return call.result(replace(frame))
    index = tuple(dict(pairs).get(name, name) if mapping is None else name for name in frame.index)
    return call.result(renamed(call, frame, pairs, index))


def _mapper(call: Call, frame: v.Frame) -> v.Value | None:
    """A mapping that does not say of what: of the rows' labels, but for axis=1. What nobody made may be of another library."""
    if call.name != "rename":
        return None
    of_columns = call.const(None, "axis") in (1, "columns") or isinstance(frame.relation, Opaque)
    return call.got(0, "mapper") if of_columns else None


def renamed(
    call: Call, frame: v.Frame, pairs: list[tuple[Name, Name]], index: tuple[Name, ...] | None = None
) -> v.Frame:
    names = known(AllOf(frame.relation))
    pairs = [(before, after) for before, after in pairs if not _BLANK.fullmatch(spelled(after))]
    if not pairs:
        return replace(frame)
    new = dict(pairs)
    if names is not None:
        same = fold if frame.library == "snowpark" else spelled
        called = {same(before): after for before, after in pairs}
        outputs = tuple(Output(called.get(same(name), name), Column(frame.relation, name)) for name in names)
        return derive(call, frame, outputs, index)
    outputs = tuple(Output(after, Column(frame.relation, before)) for before, after in pairs)
    return derive(call, frame, (Star(narrowed(frame.relation, tuple(new))), *outputs), index)


def _pairs(call: Call, frame: v.Frame, mapping: v.Value | None) -> list[tuple[Name, Name]]:
    if isinstance(mapping, v.Dict):
        named = [(name_of(call.m, key), name_of(call.m, value)) for key, value in mapping.items]
        return [(before, after) for before, after in named if before is not None and after is not None]
    if isinstance(mapping, v.Function | v.Bound | v.Library):
        names = known(AllOf(frame.relation)) or tuple(name for name in layout(frame.relation) if name is not None)
        data = [name for name in names if name not in frame.index]
        results = [(name, name_of(call.m, call.m.call(mapping, (v.Const(name),), {}, call.node))) for name in data]
        return [(before, after) for before, after in results if after is not None]
    return []


def affixed(call: Call) -> v.Value | None:
    """`add_prefix`, `add_suffix`."""
    frame, text = own(call), call.text(0)
    if frame is None or text is None:
        return None
    there = known(AllOf(frame.relation)) or tuple(name for name in layout(frame.relation) if name is not None)
    unsure = (name for name in holes(frame.relation) if name not in there)  # of a pivot: `{category}`
    names = [name for name in (*there, *unsure) if name not in frame.index and isinstance(name, str)]
    pairs: list[tuple[Name, Name]] = [(n, f"{text}{n}" if call.name == "add_prefix" else f"{n}{text}") for n in names]
    return renamed(call, frame, pairs) if pairs else replace(frame)


def filter_columns(call: Call) -> v.Value | None:
    """`df.filter(like='amt_')`, `regex=`, `items=`."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "items")
    like, pattern = call.text(1, "like"), call.text(2, "regex")
    columns: ColumnSet | None = Names(frame.relation, names) if names is not None else None
    if like is not None or pattern is not None:
        columns = Matching(AllOf(frame.relation), pattern if pattern is not None else re.escape(like or ""))
    return derive(call, frame, (Star(columns),)) if columns is not None else None


def select_dtypes(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    include, exclude = call.got(0, "include"), call.got(1, "exclude")
    columns: ColumnSet = AllOf(frame.relation)
    if include is not None and (kinds := kinds_of(call.m, include)):
        columns = OfType(columns, kinds)
    if exclude is not None and (kinds := kinds_of(call.m, exclude)):
        columns = OfType(columns, kinds, True)
    return derive(call, frame, (Star(columns),))


def reindexed(call: Call) -> v.Value | None:
    """`reindex(columns=[…])`."""
    frame, names = own(call), call.names(None, "columns")
    if frame is None:
        return None
    if names is None and call.const(None, "axis") in (1, "columns"):
        names = call.names(0, "labels")
    return replace(frame) if names is None else derive(call, frame, (Star(Names(frame.relation, names)),))


def columns_property(call: Call) -> v.Value | None:
    """`df.columns`."""
    frame = own(call)
    if frame is None:
        return None
    return v.Columns(narrowed(frame.relation, frame.index), frame.relation)


def row_get(call: Call) -> v.Value | None:
    row, names = call.receiver, call.names(0)
    return v.Scalar(Column(row.relation, names[0], call.origin)) if isinstance(row, v.Row) and names else None


def columns_difference(call: Call) -> v.Value | None:
    """`df.columns.difference([…])`, `df.columns.drop(…)`."""
    from feasilint.ir import Minus

    found, names = call.receiver, call.names(0)
    if not isinstance(found, v.Columns):
        return None
    there = known(found.columns) if call.name == "difference" else None
    if there is not None:  # in the order of the alphabet
        left = sorted((name for name in there if name not in (names or ())), key=spelled)
        return v.Columns(Names(found.relation, tuple(left)), found.relation)
    return v.Columns(Minus(found.columns, names), found.relation) if names else found


def columns_removed(call: Call) -> v.Value | None:
    """`features.remove('y')` of a list that was made of column names."""
    call.m.set(call.target, columns_difference(call) or call.receiver)
    return v.NONE


def columns_among(call: Call) -> v.Value | None:
    """`df.columns.isin(["y"])`, which chooses columns where columns are chosen."""
    found, names = call.receiver, call.names(0)
    if not isinstance(found, v.Columns) or names is None:
        return found
    return v.Columns(Names(found.relation, names), found.relation)


def columns_union(call: Call) -> v.Value | None:
    from feasilint.ir import Both

    found, names = call.receiver, call.names(0)
    if not isinstance(found, v.Columns) or names is None:
        return found
    return v.Columns(Both((found.columns, Names(found.relation, names))), found.relation)


def columns_added(call: Call) -> v.Value | None:
    made = columns_union(call)
    if made is not None:
        call.m.set(call.target, made)
    return v.NONE


def columns_mapped(call: Call) -> v.Value | None:
    """`df.columns.map('_'.join)`."""
    found = call.receiver
    names = known(found.columns) if isinstance(found, v.Columns) else None
    if names is None or not call.args:
        return found
    from feasilint.lower.python.iteration import name_value

    return v.Seq(tuple(call.m.call(call.args[0], (name_value(name),), {}, call.node) for name in names))


def columns_level(call: Call) -> v.Value | None:
    """`df.columns.get_level_values(0)`, `df.columns.droplevel(0)`."""
    found, level = call.receiver, call.const(0, "level", 0)
    names = known(found.columns) if isinstance(found, v.Columns) else None
    if names is None or not isinstance(level, int):
        return found
    pick = -1 if call.name == "droplevel" and level == 0 else 0 if call.name == "droplevel" else level
    parts = [name[pick] if isinstance(name, tuple) and -len(name) <= pick < len(name) else name for name in names]
    return v.Seq(tuple(v.Const(part) for part in parts))


def dtypes(call: Call) -> v.Value | None:
    """`df.dtypes`: a table of the columns' types."""
    frame = own(call)
    return v.Handle("dtypes", (("of", call.target),)) if frame is not None else None


def columns_levels(call: Call) -> v.Value | None:
    """`df.columns.levels`: of names that are pairs, the first parts and the second ones, each once."""
    found = call.receiver
    names = known(found.columns) if isinstance(found, v.Columns) else None
    pairs = [name for name in names or () if isinstance(name, tuple)]
    if not pairs or len({len(pair) for pair in pairs}) > 1:
        return None
    parts = (dict.fromkeys(str(pair[at]) for pair in pairs) for at in range(len(pairs[0])))
    return v.Seq(tuple(v.Seq(tuple(map(v.Const, level))) for level in parts))

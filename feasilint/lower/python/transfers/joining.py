"""Frames put together: merge, join, concat, append, as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, AsOf, Column, Derive, Join, Names, Output, Star, Union
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.call import name_of
from feasilint.lower.python.columns import known, narrowed, replacing
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.ir.relations import JoinKind
    from feasilint.lower.python.call import Call

KINDS: dict[str, JoinKind] = {
    "inner": "inner", "left": "left", "right": "right", "outer": "full", "full": "full", "cross": "cross",
    "semi": "semi", "anti": "anti",
    "left_outer": "left", "leftouter": "left", "right_outer": "right", "rightouter": "right", "full_outer": "full",
    "fullouter": "full",
    "left_semi": "semi", "leftsemi": "semi", "left_anti": "anti", "leftanti": "anti", "outer_coalesce": "full",
}  # fmt: skip


def merge(call: Call) -> v.Value | None:
    """`left.merge(right, …)`."""
    return _merged(call, call.target, call.arg(0, "right"), 1)


def merge_function(call: Call) -> v.Value | None:
    """`pd.merge(left, right, …)`."""
    return _merged(call, call.arg(0, "left"), call.arg(1, "right"), 2)


def _merged(call: Call, left: v.Value | None, right: v.Value | None, at: int) -> v.Value | None:
    first = call.m.frame(left) if left is not None else None
    second = call.m.frame(right) if right is not None else None
    if first is None or second is None:
        return None
    how = call.text(at, "how") or "inner"
    using = call.names(at + 1, "on") or ()
    here = call.names(at + 2, "left_on") or (first.index if call.flag("left_index") else ())
    there = call.names(at + 3, "right_on") or (second.index if call.flag("right_index") else ())
    if here and here == there:
        using, here, there = here, (), ()
    by_index = call.flag("left_index") and call.flag("right_index")
    if not using and not here and not there and how != "cross" and not by_index:
        using = _shared(first, second)
    a = _data(call, first, (*using, *here))
    b = _data(call, second, (*using, *there))
    on = _equal(a, b, here, there, call)
    suffixes = call.names(None, "suffixes")
    marks = (str(suffixes[0]), str(suffixes[1])) if suffixes is not None and len(suffixes) == 2 else ("_x", "_y")
    kind = "index" if by_index and not using else KINDS.get(how, "unknown")
    relation: Relation = call.m.add(Join(a, b, kind, on, using, marks, origin=call.origin))
    mark = call.const(None, "indicator", False)
    if mark:
        label = Output(mark if isinstance(mark, str) else "_merge", Op("side", (), call.origin))
        relation = call.m.add(Derive(relation, replacing(relation, label), call.origin))
    return v.Frame(relation, first.library, (), first.group)


def _shared(first: v.Frame, second: v.Frame) -> tuple[Name, ...]:
    """Without keys, pandas joins on the names that both have."""
    a, b = known(AllOf(first.relation)), known(AllOf(second.relation))
    return tuple(name for name in a if name in b) if a is not None and b is not None else ()


def _data(call: Call, frame: v.Frame, keep: tuple[Name, ...]) -> Relation:
    """The relation without index columns that the join loses."""
    gone = tuple(name for name in frame.index if name not in keep)
    if not gone:
        return frame.relation
    return call.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, gone)),), call.origin))


def _equal(a: Relation, b: Relation, here: tuple[Name, ...], there: tuple[Name, ...], call: Call) -> Expression | None:
    pairs = tuple(Op("eq", (Column(a, x), Column(b, y))) for x, y in zip(here, there, strict=False))
    if not pairs:
        return None
    return pairs[0] if len(pairs) == 1 else Op("and", pairs, call.origin)


def join(call: Call) -> v.Value | None:
    """`left.join(other, on=…)`: the other's index against a column or the index."""
    first = call.m.frame(call.target)
    other = call.got(0, "other")
    if first is None:
        return None
    others = other.items if isinstance(other, v.Seq) else (call.arg(0, "other"),)
    kind = KINDS.get(call.text(2, "how") or "left", "left")
    on = call.names(1, "on")
    relation = first.relation
    for item in others:
        second = call.m.frame(item) if item is not None else None
        if second is None:
            continue
        here = on or first.index
        using = tuple(here) if here and here == second.index else ()
        condition = None if using else _equal(relation, second.relation, here, second.index, call)
        both = call.names(None, "suffixes") or ()
        suffixes = (call.text(3, "lsuffix") or "", call.text(4, "rsuffix") or "")
        if len(both) == 2:
            suffixes = (str(both[0]), str(both[1]))
        joined = Join(
            relation, second.relation, kind if using or condition is not None else "index", condition, using, suffixes
        )
        relation = call.m.add(replace(joined, origin=call.origin))
    return replace(first, relation=relation)


def concat(call: Call) -> v.Value | None:
    """`pd.concat([a, b])` under each other, or with axis=1 beside each other."""
    found = call.got(0, "objs")
    items: tuple[v.Value, ...] = found.items if isinstance(found, v.Seq) else ()
    keys = call.got(None, "keys")
    labels = keys.items if isinstance(keys, v.Seq) else ()
    if isinstance(found, v.Dict):
        items, labels = tuple(value for _, value in found.items), tuple(key for key, _ in found.items)
    across = call.const(1, "axis") in (1, "columns", "index_columns")
    frames = [frame for item in items if (frame := call.m.frame(item)) is not None]
    if not frames:
        return None
    if across and len(labels) == len(items) == len(frames):
        frames = [_labelled(call, item, key) for item, key in zip(items, labels, strict=True)]
    if across:
        return beside(call, frames)
    if call.text(None, "join") == "inner":
        frames = _narrowed(call, frames)
    if len(frames) == 1:
        return replace(frames[0])
    index = frames[0].index if not call.flag("ignore_index") else ()
    if not all(frame.index == index for frame in frames):  # labels of rows that are no column of the result
        index = ()
    parts = tuple(_data(call, frame, index) for frame in frames)
    relation = call.m.add(Union(parts, "name", call.origin))
    return v.Frame(relation, frames[0].library, index, frames[0].group)


def _labelled(call: Call, item: v.Value, key: v.Value) -> v.Frame:
    """`keys=` beside each other: the names of columns, and a first part of those of frames."""
    from feasilint.lower.python.transfers.shapes import named_axis

    found, frame = call.m.get(item), call.m.frame(item)
    assert frame is not None
    name = name_of(call.m, key)
    return call.m.series_frame(found, str(name)) if isinstance(found, v.Series) else named_axis(call, frame, key)


def _narrowed(call: Call, frames: list[v.Frame]) -> list[v.Frame]:
    """Only the columns that all have, where that is known."""
    names = [known(AllOf(frame.relation)) for frame in frames]
    if None in names:
        return frames
    shared = tuple(name for name in names[0] or () if all(name in (other or ()) for other in names))
    return [
        replace(f, relation=call.m.add(Derive(f.relation, (Star(Names(f.relation, shared)),), call.origin)))
        for f in frames
    ]


def beside(call: Call, frames: list[v.Frame]) -> v.Frame:
    """Frames row by row beside each other."""
    first = frames[0]
    relation = first.relation
    for other in frames[1:]:
        using = first.index if first.index and first.index == other.index else ()
        relation = call.m.add(Join(relation, other.relation, "index", None, using, ("", ""), origin=call.origin))
    return replace(first, relation=relation)


def append(call: Call) -> v.Value | None:
    """`df.append(other)`."""
    first, second = call.m.frame(call.target), call.frame(0, "other")
    if first is None:
        return None
    if second is None or second.relation is first.relation:
        return replace(first)
    return replace(first, relation=call.m.add(Union((first.relation, second.relation), "name", call.origin)))


def merge_asof(call: Call) -> v.Value | None:
    """`pd.merge_asof(left, right, on=…, by=…, tolerance=…)`: the last earlier row of the other side."""
    first, second = call.frame(0, "left"), call.frame(1, "right")
    if first is None or second is None:
        return None
    on = call.names(None, "on") or call.names(2)
    here = on or call.names(None, "left_on") or first.index
    there = on or call.names(None, "right_on") or second.index
    by = call.names(None, "by") or ()
    left_by, right_by = call.names(None, "left_by") or (), call.names(None, "right_by") or ()
    asof = None
    if here and there:
        left, right = Column(first.relation, here[0]), Column(second.relation, there[0])
        asof = AsOf(left, right, as_length(call, call.arg(None, "tolerance")))
    condition = _equal(first.relation, second.relation, left_by, right_by, call)
    other: Relation = second.relation
    if on and known(AllOf(other)) is not None:  # one time is left: that of the left side
        other = call.m.add(Derive(other, (Star(narrowed(other, on)),), call.origin))
    made = Join(first.relation, other, "asof", condition, by, ("_x", "_y"), asof, call.origin)
    return v.Frame(call.m.add(made), first.library)


def stacked(call: Call) -> v.Value | None:
    """`np.column_stack`, `np.hstack`, `np.c_`: arrays beside each other."""
    found = call.got(0)
    items = found.items if isinstance(found, v.Seq) else ()
    frames = [frame for item in items if (frame := call.m.frame(item)) is not None]
    return replace(beside(call, frames), library="array") if frames else None


def concatenate(call: Call) -> v.Value | None:
    """`np.concatenate`, `np.vstack`, `np.append`."""
    if call.const(1, "axis") == 1:
        return stacked(call)
    found = call.got(0)
    items = found.items if isinstance(found, v.Seq) and not call.name.endswith("append") else call.args[:2]
    if (names := _lists(call, items)) is not None:
        return names
    if any(isinstance(call.m.get(item), v.Scalar) for item in items):  # arrays made of single values
        return None
    frames = [frame for item in items if (frame := call.m.frame(item)) is not None]
    if len(frames) < 2:
        return replace(frames[0]) if frames else None
    return replace(frames[0], relation=call.m.add(Union(tuple(f.relation for f in frames), "name", call.origin)))


def _lists(call: Call, items: tuple[v.Value, ...]) -> v.Seq | None:
    """Lists of names one after the other."""
    found = [call.m.get(item) for item in items]
    if not found or not all(isinstance(one, v.Seq) and not one.open for one in found):
        return None
    joined = tuple(item for one in found if isinstance(one, v.Seq) for item in one.items)
    named = all(isinstance(item, v.Const) and isinstance(item.value, str) for item in map(call.m.get, joined))
    return v.Seq(joined) if named and joined else None


def mapped(call: Call) -> v.Value | None:
    """`s.map(other_series)`: looked up by the other's index."""
    series, other = call.receiver, call.got(0, "arg")
    if not isinstance(series, v.Series) or not isinstance(other, v.Series):
        return None
    condition: Expression | None = None
    if len(other.index) == 1:
        condition = Op("eq", (series.expression, Column(other.relation, other.index[0])))
    label = call.m.fresh("mapped")
    right = call.m.add(Derive(other.relation, (Star(AllOf(other.relation)), Output(label, other.expression))))
    joined = call.m.add(Join(series.relation, right, "left", condition, (), ("", "_looked_up"), origin=call.origin))
    return replace(series, expression=Column(joined, label), owner=None)

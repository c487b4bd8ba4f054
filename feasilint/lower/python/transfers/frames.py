"""Frame to frame: columns chosen, computed, renamed and dropped; rows sorted, limited, filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Derive, Distinct, Limit, Names, Output, Sort, Star
from feasilint.ir import Call as Op
from feasilint.ir.expressions import is_dynamic
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import masked_value, with_columns
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known, narrowed, replacing
from feasilint.lower.python.orders import order_of
from feasilint.lower.python.selection import column, select

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.call import Call


def own(call: Call) -> v.Frame | None:
    """The receiver as a frame."""
    return call.receiver if isinstance(call.receiver, v.Frame) else call.m.frame(call.target)


def derive(
    call: Call, frame: v.Frame, items: tuple[Star | Output, ...], index: tuple[Name, ...] | None = None
) -> v.Frame:
    """The frame with these columns."""
    made = call.m.add(Derive(frame.relation, items, call.origin))
    return replace(frame, relation=made, index=frame.index if index is None else index)


def assign(call: Call) -> v.Value | None:
    """`df.assign(x=…, y=lambda d: …)`: later items see earlier ones."""
    frame = own(call)
    if frame is None:
        return None
    for name, value in call.kwargs.items():
        found = call.m.get(value)
        if isinstance(found, v.Function):
            value = call.m.call(found, (call.m.alloc(frame),), {}, call.node)
        if name != "**":
            frame = with_columns(call.m, frame, ((name, value),), call.node)
    return frame


def insert(call: Call) -> v.Value | None:
    frame, name = own(call), call.arg(1, "column")
    value = call.arg(2, "value")
    if frame is not None and name is not None and value is not None:
        label = name_of(call.m, name)
        if label is not None:
            made = with_columns(call.m, frame, ((label, value),), call.node)
            call.m.set(call.target, _placed(call, frame, made, label))
    return v.NONE


def set_value(call: Call) -> v.Value | None:
    """`df.set_value(row, 'age', mean)` of old versions: `df.at[row, 'age'] = mean`."""
    frame, names, value = own(call), call.names(1, "col"), call.arg(2, "value")
    if frame is None or names is None or value is None:
        return None
    new = v.Scalar(masked_value(call.m, None, value, Column(frame.relation, names[0])))
    call.m.set(call.target, with_columns(call.m, frame, ((names[0], new),), call.node))
    return call.target


def _placed(call: Call, before: v.Frame, made: v.Frame, name: Name) -> v.Frame:
    """A new column at the place that `insert` gives it, where the others are known."""
    at, names = call.const(0, "loc"), known(AllOf(before.relation))
    data = [old for old in names or () if old not in before.index]
    if names is None or not isinstance(at, int) or not 0 <= at < len(data) or name in names:
        return made
    order = (*before.index, *data[:at], name, *data[at:])
    return derive(call, made, (Star(Names(made.relation, order)),))


def pop(call: Call) -> v.Value | None:
    frame, names = own(call), call.names(0, "item")
    if frame is None or not names:
        return None
    call.m.set(call.target, derive(call, frame, (Star(narrowed(frame.relation, names)),)))
    return column(call.m, frame, names[0], None, call.node)


def drop(call: Call) -> v.Value | None:
    """`df.drop(columns=…)`, `df.drop(names, axis=1)`; rows dropped by label leave the frame as it is."""
    frame = own(call)
    if frame is None:
        return None
    columns = call.arg(None, "columns")
    if columns is None and call.const(1, "axis") in (1, "columns"):
        columns = call.arg(0, "labels")
    if columns is None:
        return call.result(replace(frame))
    names = names_of(call.m, columns)
    if names is None:
        found = call.m.get(columns)
        partial = found.items if isinstance(found, v.Seq) else ()
        names = tuple(name for item in partial if (name := name_of(call.m, item)) is not None)
    certain = tuple(name for name in names if not is_dynamic(name))
    return call.result(derive(call, frame, (Star(narrowed(frame.relation, certain)),)))


def limited(call: Call) -> v.Value | None:
    """`head`, `tail`, `sample`, `nlargest`: some of the rows."""
    frame = own(call)
    if frame is None:
        return None
    n = call.const(0, "n", 5)
    made = Limit(frame.relation, n if isinstance(n, int) else None, call.name == "sample", call.origin)
    return replace(frame, relation=call.m.add(made))


def ordered(call: Call) -> v.Value | None:
    """`sort_values(by)`, `sort_index()`."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "by") if call.name != "sort_index" else frame.index
    if not names:
        return call.result(replace(frame))
    keys = tuple(Column(frame.relation, name) for name in names)
    made = Sort(frame.relation, keys, call.origin, _falling(call, len(keys)))
    return call.result(replace(frame, relation=call.m.add(made)))


def _falling(call: Call, keys: int) -> tuple[bool, ...]:
    """`ascending=False`, `ascending=[True, False]`: of each key whether it falls; empty where none does."""
    given = call.got(None, "ascending")
    each = given.items if isinstance(given, v.Seq) else (given,) * keys
    found = tuple(isinstance(one, v.Const) and one.value in (False, 0) for one in each)
    return found if any(found) else ()


def distinct(call: Call) -> v.Value | None:
    """`drop_duplicates(subset)`, `unique(subset)`, `dropDuplicates(['a'])`, `distinct()`."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "subset")
    keys = None if names is None else tuple(Column(frame.relation, name) for name in names)
    order = order_of(frame.relation)
    return call.result(replace(frame, relation=call.m.add(Distinct(frame.relation, keys, order, call.origin))))


def set_index(call: Call) -> v.Value | None:
    """The columns stay columns of the relation, but are no data any more."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "keys")
    if names is not None:
        kept = frame.index if call.flag("append") else ()
        lost = tuple(name for name in frame.index if name not in kept and name not in names)
        if lost:  # the old index goes
            frame = derive(call, frame, (Star(narrowed(frame.relation, lost)),), ())
        if call.flag("drop", True):
            return call.result(replace(frame, index=(*kept, *names)))
        keys = tuple(Output(call.m.fresh("index"), Column(frame.relation, name)) for name in names)
        index = (*kept, *(key.name for key in keys))
        return call.result(derive(call, frame, replacing(frame.relation, *keys), index))
    found = call.got(0, "keys")
    if isinstance(found, v.Series) and isinstance(found.name, str):
        return call.result(replace(frame, index=(found.name,)))
    return call.result(replace(frame))


def reset_index(call: Call) -> v.Value | None:
    """The index becomes columns, or goes with drop=True."""
    frame = own(call)
    if frame is None:
        return None
    name = call.text(None, "name")
    receiver = call.receiver
    if isinstance(receiver, v.Series):
        if call.flag("drop"):
            dropped = _levels(call, receiver)
            return call.result(replace(receiver, index=tuple(n for n in receiver.index if n not in dropped)))
        frame = call.m.series_frame(receiver, name)
    levels = _levels(call, frame)
    left = tuple(name for name in frame.index if name not in levels)
    if not call.flag("drop"):
        return call.result(replace(frame, index=left) if frame.index else _numbered(call, frame))
    gone = narrowed(frame.relation, levels)
    return call.result(derive(call, frame, (Star(gone),), left) if levels else replace(frame, index=left))


def _levels(call: Call, frame: v.Frame | v.Series) -> tuple[Name, ...]:
    """The levels of the index that `reset_index` takes away: all, or those that it names or counts."""
    chosen = call.got(0, "level")
    if chosen is None or chosen == v.NONE:
        return frame.index
    items = chosen.items if isinstance(chosen, v.Seq) else (chosen,)
    found: list[Name] = []
    for item in map(call.m.get, items):
        at = item.value if isinstance(item, v.Const) else None
        if isinstance(at, int) and -len(frame.index) <= at < len(frame.index):
            found.append(frame.index[at])
        elif (name := name_of(call.m, item)) in frame.index and name is not None:
            found.append(name)
    return tuple(found)


def _numbered(call: Call, frame: v.Frame) -> v.Frame:
    """An index without a name becomes a column `index`, which says nothing."""
    names = known(AllOf(frame.relation))
    label = "index" if "index" not in (names or ()) else "level_0"
    if names is None or label in names:
        return replace(frame, index=())
    number = Output(label, Op("row_index", (), call.origin), call.origin)
    return derive(call, frame, replacing(frame.relation, number), ())


def pipe(call: Call) -> v.Value | None:
    function = call.arg(0)
    if function is None:
        return None
    return call.m.call(function, (call.target, *call.args[1:]), call.kwargs, call.node)


def apply(call: Call) -> v.Value | None:
    """`df.apply(f, axis=1)`: f of one row; otherwise f of each column."""
    frame, function = own(call), call.arg(0, "func")
    if frame is None or function is None:
        return None
    if call.const(1, "axis") in (1, "columns"):
        made = call.m.get(call.m.call(function, (v.Row(frame.relation), *_rest(call)), _keywords(call), call.node))
        return rows_result(call, frame, made)
    return _each_column(call, frame, function)


_EACH = 32
"""Columns for each of which the code of a function is followed."""


def _each_column(call: Call, frame: v.Frame, function: v.Value) -> v.Value:
    """`df.apply(f)`: f of each column, which gives a column or one value."""
    names = [name for name in known(AllOf(frame.relation)) or () if name not in frame.index]
    if not isinstance(call.m.get(function), v.Function) or len(names) > _EACH:
        return replace(frame)
    if not names:
        return _any_column(call, frame, function)
    made = []
    for name in names:
        series = v.Series(frame.relation, Column(frame.relation, name), name, frame.index, frame.group)
        found = call.m.get(call.m.call(function, (series, *_rest(call)), _keywords(call), call.node))
        made.append(found)
    if not all(isinstance(found, v.Series | v.Scalar) for found in made):
        return replace(frame)
    outputs = tuple(Output(n, call.expression(found), call.origin) for n, found in zip(names, made, strict=True))
    if all(isinstance(found, v.Scalar) for found in made):
        return v.Row(call.m.add(Derive(frame.relation, outputs, call.origin)))
    return derive(call, frame, replacing(frame.relation, *outputs))


def _any_column(call: Call, frame: v.Frame, function: v.Value) -> v.Value:
    """The same where no column is known: what it gives for any of them."""
    series = v.Series(frame.relation, Column(frame.relation, "{column}"), None, frame.index, frame.group)
    found = call.m.get(call.m.call(function, (series, *_rest(call)), _keywords(call), call.node))
    return call.unknown("apply to all columns") if isinstance(found, v.Scalar) else replace(frame)


def _rest(call: Call) -> tuple[v.Value, ...]:
    extra = call.got(None, "args")
    return extra.items if isinstance(extra, v.Seq) else ()


def _keywords(call: Call) -> dict[str, v.Value]:
    known_names = ("func", "axis", "args", "raw", "result_type", "by_row", "engine", "meta")
    return {name: value for name, value in call.kwargs.items() if name not in known_names}


def rows_result(call: Call, frame: v.Frame, made: v.Value) -> v.Value:
    """What a function of a row gives for all rows."""
    if isinstance(made, v.Row):
        return replace(frame, relation=made.relation)
    if isinstance(made, v.Dict):
        outputs = tuple(
            Output(str(key.value), call.expression(value), call.origin)
            for key, value in made.items
            if isinstance(key, v.Const)
        )
        return derive(call, frame, outputs)
    if isinstance(made, v.Seq):
        outputs = tuple(Output(str(at), call.expression(item), call.origin) for at, item in enumerate(made.items))
        return derive(call, frame, outputs)
    return v.Series(
        frame.relation, Op("row_code", (call.expression(made),), call.origin), None, frame.index, frame.group
    )


def index_property(call: Call) -> v.Value | None:
    """`df.index`: the column that it is, if any."""
    frame = own(call) if not isinstance(call.receiver, v.Series) else None
    index = call.receiver.index if isinstance(call.receiver, v.Series) else frame.index if frame is not None else ()
    relation = call.receiver.relation if isinstance(call.receiver, v.Series) else frame.relation if frame else None
    if relation is None or len(index) != 1:
        return v.Handle("index", (("of", call.target),))
    return v.Series(relation, Column(relation, index[0]), index[0], index)


def as_array(call: Call) -> v.Value | None:
    """`.values`, `.to_numpy()`: the data columns, without the index."""
    receiver = call.receiver
    if isinstance(receiver, v.Series | v.Columns):
        return receiver
    frame = own(call)
    if frame is None:
        return None
    if frame.index:
        frame = derive(call, frame, (Star(narrowed(frame.relation, frame.index)),), ())
    return replace(frame, library="array", index=())


def as_matrix(call: Call) -> v.Value | None:
    """`as_matrix(columns)`, as pandas had it before 1.0."""
    found, columns = as_array(call), call.arg(0, "columns")
    if columns is None or not isinstance(found, v.Frame):
        return found
    return select(call.m, found, columns, call.node) or found


def exploded(call: Call) -> v.Value | None:
    from feasilint.ir import Unnest

    frame, names = own(call), call.names(0, "column")
    if frame is None or not names:
        return None
    outputs = tuple(Output(name, Column(frame.relation, name), call.origin) for name in names)
    return replace(frame, relation=call.m.add(Unnest(frame.relation, outputs, call.origin)))


def get_column(call: Call) -> v.Value | None:
    """`df.get('x')`."""
    frame, names = own(call), call.names(0, "key")
    if frame is None or not names:
        return None
    return column(call.m, frame, names[0], call.target, call.node)


def rows(call: Call) -> v.Value | None:
    """`iterrows()`, `itertuples()`: one row stands for all."""
    frame = own(call)
    if frame is None:
        return None
    row = v.Row(frame.relation)
    item: v.Value = v.Seq((call.m.unknown("index"), row), "tuple") if call.name == "iterrows" else row
    return v.Seq((item,), "list", True)


def column_items(call: Call) -> v.Value | None:
    """`df.items()`: each column with its name."""
    frame = own(call)
    if frame is None:
        return None
    names = known(narrowed(frame.relation, frame.index))
    if names is None or len(names) > 64:
        return None
    pairs = [(v.Const(name), column(call.m, frame, name, call.target, call.node)) for name in names]
    return v.Seq(tuple(v.Seq(pair, "tuple") for pair in pairs))

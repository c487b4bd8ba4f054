"""Frame to frame: columns chosen, computed, renamed and dropped; rows sorted, limited, filtered."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Column, Derive, Distinct, Filter, Limit, Matching, Names, OfType, Output, Sort, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import with_columns
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.columns import known, narrowed
from feasilint.lower.python.comprehensions import kinds_of
from feasilint.lower.python.scope import Scope
from feasilint.lower.python.selection import column

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Expression, Name, Relation
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


_VARIABLE = re.compile(r"@(\w+)")


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
            call.m.set(call.target, with_columns(call.m, frame, ((label, value),), call.node))
    return v.NONE


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
    return call.result(derive(call, frame, (Star(narrowed(frame.relation, names)),)))


def rename(call: Call) -> v.Value | None:
    """`df.rename(columns={…})`, also by a function of the name where the names are known."""
    frame = own(call)
    if frame is None:
        return None
    mapping = call.got(None, "columns") or call.got(None, "mapper") or (call.got(0) if call.name == "rename" else None)
    pairs = _pairs(call, frame, mapping)
    if not pairs:
        return call.result(replace(frame))
    index = tuple(dict(pairs).get(name, name) if mapping is None else name for name in frame.index)
    return call.result(renamed(call, frame, pairs, index))


def renamed(
    call: Call, frame: v.Frame, pairs: list[tuple[Name, Name]], index: tuple[Name, ...] | None = None
) -> v.Frame:
    names = known(AllOf(frame.relation))
    new = dict(pairs)
    if names is not None:
        outputs = tuple(Output(new.get(name, name), Column(frame.relation, name)) for name in names)
        return derive(call, frame, outputs, index)
    outputs = tuple(Output(after, Column(frame.relation, before)) for before, after in pairs)
    return derive(call, frame, (Star(narrowed(frame.relation, tuple(new))), *outputs), index)


def _pairs(call: Call, frame: v.Frame, mapping: v.Value | None) -> list[tuple[Name, Name]]:
    if isinstance(mapping, v.Dict):
        named = [(name_of(call.m, key), name_of(call.m, value)) for key, value in mapping.items]
        return [(before, after) for before, after in named if before is not None and after is not None]
    if isinstance(mapping, v.Function | v.Bound | v.Library):
        names = known(AllOf(frame.relation)) or ()
        results = [(name, name_of(call.m, call.m.call(mapping, (v.Const(name),), {}, call.node))) for name in names]
        return [(before, after) for before, after in results if after is not None]
    return []


def affixed(call: Call) -> v.Value | None:
    """`add_prefix`, `add_suffix`."""
    frame, text = own(call), call.text(0)
    if frame is None or text is None:
        return None
    names = [name for name in known(AllOf(frame.relation)) or () if name not in frame.index and isinstance(name, str)]
    pairs: list[tuple[Name, Name]] = [(n, f"{text}{n}" if call.name == "add_prefix" else f"{n}{text}") for n in names]
    return renamed(call, frame, pairs) if pairs else replace(frame)


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
    return call.result(replace(frame, relation=call.m.add(Sort(frame.relation, keys, call.origin))))


def order_of(relation: Relation, depth: int = 12) -> tuple[Expression, ...]:
    """The order in which a frame was last sorted, if nothing disturbed it since."""
    while depth:
        if isinstance(relation, Sort):
            return relation.keys
        if not isinstance(relation, Derive | Filter | Limit):
            return ()
        relation, depth = relation.input, depth - 1
    return ()


def distinct(call: Call) -> v.Value | None:
    """`drop_duplicates(subset)`, `unique(subset)`."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "subset")
    keys = None if names is None else tuple(Column(frame.relation, name) for name in names)
    order = order_of(frame.relation)
    return call.result(replace(frame, relation=call.m.add(Distinct(frame.relation, keys, order, call.origin))))


def query(call: Call) -> v.Value | None:
    """`df.query('amount > 0 and ts >= @start')`."""
    frame, text = own(call), call.text(0, "expr")
    if frame is None:
        return None
    value = evaluate_text(call.m, frame, text) if text is not None else None
    if value is None:
        return call.result(replace(frame))
    predicate = call.m.expression(value)
    return call.result(replace(frame, relation=call.m.add(Filter(frame.relation, predicate, origin=call.origin))))


def evaluate_in_place(call: Call) -> v.Value | None:
    """`df.eval('total = price * count')`, or a value."""
    frame, text = own(call), call.text(0, "expr")
    if frame is None or text is None:
        return None
    changed = False
    for line in text.strip().splitlines():
        name, is_assignment, right = line.partition("=")
        if is_assignment and name.strip().isidentifier() and not right.startswith("="):
            value = evaluate_text(call.m, frame, right.strip())
            changed = True
            frame = with_columns(call.m, frame, ((name.strip(), value or call.unknown(right)),), call.node)
    if changed:
        return call.result(frame)
    return evaluate_text(call.m, frame, text)


def evaluate_text(m: Machine, frame: v.Frame, text: str) -> v.Value | None:
    """An expression in a string, in which names are columns and `@x` is a variable."""
    source = text.replace("@", "").replace("`", "").strip().replace("\n", " ")
    variables = set(_VARIABLE.findall(text))
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None
    names: dict[str, v.Value] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in variables and node.id not in ("True", "False", "None"):
            names[node.id] = v.Series(frame.relation, Column(frame.relation, node.id), node.id, frame.index)
    outer, foreign = m.scope, m.foreign
    m.scope, m.foreign = Scope(outer, names), True
    try:
        return m.evaluate(tree)
    finally:
        m.scope, m.foreign = outer, foreign


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
    return replace(frame) if names is None else derive(call, frame, (Star(Names(frame.relation, names)),))


def set_index(call: Call) -> v.Value | None:
    """The columns stay columns of the relation, but are no data any more."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "keys")
    if names is not None:
        kept = frame.index if call.flag("append") else ()
        return call.result(replace(frame, index=(*kept, *names)))
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
            return call.result(replace(receiver, index=()))
        frame = call.m.series_frame(receiver, name)
    if not frame.index or not call.flag("drop"):
        return call.result(replace(frame, index=()))
    gone = narrowed(frame.relation, frame.index)
    return call.result(derive(call, frame, (Star(gone),), ()))


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
    return replace(frame)


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
    return v.Series(frame.relation, call.expression(made), None, frame.index, frame.group)


def columns_property(call: Call) -> v.Value | None:
    """`df.columns`."""
    frame = own(call)
    if frame is None:
        return None
    return v.Columns(narrowed(frame.relation, frame.index), frame.relation)


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


def exploded(call: Call) -> v.Value | None:
    from feasilint.ir import Unnest

    frame, names = own(call), call.names(0, "column")
    if frame is None or not names:
        return None
    outputs = tuple(Output(name, Column(frame.relation, name), call.origin) for name in names)
    return replace(frame, relation=call.m.add(Unnest(frame.relation, outputs, call.origin)))


def masked(call: Call) -> v.Value | None:
    """`df.where(cond)`, `df.mask(cond)`: cells blanked; columns stay."""
    return call.result(replace(frame)) if (frame := own(call)) is not None else None


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


# --- names of columns, rows, types ---


def row_get(call: Call) -> v.Value | None:
    row, names = call.receiver, call.names(0)
    return v.Scalar(Column(row.relation, names[0], call.origin)) if isinstance(row, v.Row) and names else None


def columns_difference(call: Call) -> v.Value | None:
    """`df.columns.difference([…])`, `df.columns.drop(…)`."""
    from feasilint.ir import Minus

    found, names = call.receiver, call.names(0)
    if not isinstance(found, v.Columns):
        return None
    return v.Columns(Minus(found.columns, names), found.relation) if names else found


def columns_removed(call: Call) -> v.Value | None:
    """`features.remove('y')` of a list that was made of column names."""
    call.m.set(call.target, columns_difference(call) or call.receiver)
    return v.NONE


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

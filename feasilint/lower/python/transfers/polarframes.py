"""Methods of frames that polars has beside those of other engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, AllOf, Column, Measure, Names, Output, Star
from feasilint.ir import Call as Op
from feasilint.ir.fields import at_path
from feasilint.ir.fields import structure as fields_of
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, narrowed, replacing
from feasilint.lower.python.transfers import engines
from feasilint.lower.python.transfers.binding import label
from feasilint.lower.python.transfers.engines import derived, flat, outputs_of
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.joining import beside as joined
from feasilint.lower.python.transfers.reshaping import further

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.call import Call


def unnested(call: Call) -> v.Value | None:
    """polars' `unnest('s')`: the fields of a struct become columns; which, its making says."""
    frame, names = own(call), [label(value) for value in flat(call, call.args)]
    if frame is None or not names:
        return None
    items: list[Star | Output] = [Star(narrowed(frame.relation, tuple(names)))]
    for name in names:
        column = Column(frame.relation, name)
        made = fields_of(column)
        if isinstance(made, Op) and made.names:
            items += [Output(field, at_path(made, (field,)), call.origin) for field in made.names]
        else:
            items.append(further(call, frame.relation, (column,)))
    return derived(call, frame, tuple(items))


def beside(call: Call) -> v.Value | None:
    """`df.hstack([s, …])`, `df.insert_column(at, s)`, `df.replace_column(at, s)`: more columns of the same rows."""
    frame = own(call)
    given = call.args[1:] if call.name in ("insert_column", "replace_column") else call.args
    if frame is None or not given:
        return None
    other = call.m.get(given[0])
    if isinstance(other, v.Frame):
        return joined(call, [frame, other])
    outputs = [
        Output(value.name, value.expression) if isinstance(value, v.Series) and value.name is not None else None
        for value in flat(call, given)
    ]
    made = [out for out in outputs if out is not None] or outputs_of(call, frame, flat(call, given))
    base: list[Star | Output] = [*replacing(frame.relation, *made)]
    at = call.const(0, "index")
    names = known(AllOf(frame.relation))
    if call.name == "replace_column":
        if names is None or not isinstance(at, int) or not -len(names) <= at < len(names):
            return None
        base = [*_named(frame, names[:at]), *made, *_named(frame, names[at:][1:])]
    elif call.name == "insert_column" and isinstance(at, int) and (at == 0 or names is not None):
        rest = [Star(AllOf(frame.relation))] if names is None else _named(frame, names[at:])
        base = [*_named(frame, (names or ())[:at]), *made, *rest]
    result = derived(call, frame, tuple(base))
    if call.name != "hstack":
        call.m.set(call.target, result)
    return result


def whole(call: Call) -> v.Value | None:
    """`df.sum()`, `df.null_count()`: one row with a measure of each column."""
    frame = own(call)
    if frame is None:
        return None
    function = _WHOLE.get(call.name, canonical(call.name))
    names = known(AllOf(frame.relation)) or ("{column}",)
    outputs = tuple(
        Output(name, Measure(function, (Column(frame.relation, name),), origin=call.origin), call.origin)
        for name in names
    )
    return replace(frame, relation=call.m.add(Aggregate(frame.relation, (), outputs, call.origin)))


def _named(frame: v.Frame, names: tuple[Name, ...]) -> list[Star | Output]:
    return [Star(Names(frame.relation, names))] if names else []


_WHOLE = {"null_count": "count"}


def across(call: Call) -> v.Value | None:
    """`df.sum_horizontal()`: one value of each row."""
    frame = own(call)
    if frame is None:
        return None
    cells = tuple(Column(frame.relation, name) for name in known(AllOf(frame.relation)) or ())
    made = Op(call.name, cells, call.origin) if cells else call.expression(frame)
    return v.Series(frame.relation, made, cells[0].name if cells else None)


def parts(call: Call) -> v.Value | None:
    """`df.partition_by('u')`, `df.iter_slices()`: any of the parts of a frame."""
    frame = own(call)
    return v.Seq((call.m.alloc(replace(frame)),), "list", True) if frame is not None else None


def mapped_rows(call: Call) -> v.Value | None:
    """`df.map_rows(f)`: columns by number, of any of the old ones."""
    frame = own(call)
    if frame is None:
        return None
    cells = tuple(Column(frame.relation, name) for name in known(AllOf(frame.relation)) or ("{column}",))
    return derived(call, frame, (further(call, frame.relation, cells),))


def dummies(call: Call) -> v.Value | None:
    """`df.to_dummies('k')`: one column per value of these, or of all."""
    frame = own(call)
    if frame is None:
        return None
    names = call.names(0, "columns")
    cells = tuple(Column(frame.relation, name) for name in names or known(AllOf(frame.relation)) or ("{column}",))
    kept = (Star(narrowed(frame.relation, names)),) if names else ()
    return derived(call, frame, (*kept, further(call, frame.relation, cells)))


def dropped_in_place(call: Call) -> v.Value | None:
    """`df.drop_in_place('x')`."""
    frame = own(call)
    made = engines.dropped(call)
    if frame is None or made is None or not call.args:
        return None
    call.m.set(call.target, made)
    name = label(call.m.get(call.args[0]))
    return v.Series(frame.relation, Column(frame.relation, name), name)


def one_column(call: Call) -> v.Value | None:
    """`df.to_series(at)`: a column by position."""
    frame, at = own(call), call.const(0, "index", 0)
    names = known(AllOf(frame.relation)) if frame is not None else None
    if frame is None or names is None or not isinstance(at, int) or not -len(names) <= at < len(names):
        return None
    return v.Series(frame.relation, Column(frame.relation, names[at]), names[at])


def batches(call: Call) -> v.Value | None:
    """`lf.map_batches(f)`: f of the whole frame, as another engine may see it in parts."""
    frame, function = own(call), call.arg(0, "function")
    if frame is None or function is None:
        return None
    made = call.m.frame(call.m.call(function, (call.m.alloc(frame),), {}, call.node))
    return replace(made, library=frame.library) if made is not None else None


def each_column(call: Call) -> v.Value | None:
    """`df.get_columns()`."""
    frame = own(call)
    names = known(AllOf(frame.relation)) if frame is not None else None
    if frame is None or names is None:
        return None
    return v.Seq(tuple(v.Series(frame.relation, Column(frame.relation, name), name) for name in names))

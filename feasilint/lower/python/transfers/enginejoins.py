"""Frames of polars, PySpark and Snowpark put together or reshaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import (
    AllOf,
    AsOf,
    Column,
    Derive,
    Filter,
    Join,
    Minus,
    Output,
    Pivot,
    Star,
    Union,
    Unpivot,
)
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, layout
from feasilint.lower.python.transfers.binding import Binder, label
from feasilint.lower.python.transfers.engines import flat
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.joining import KINDS
from feasilint.lower.python.transfers.reshaping import spread_outputs
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Expression, Name, Relation
    from feasilint.ir.relations import JoinKind
    from feasilint.lower.python.call import Call


class _Keys(NamedTuple):
    """What two frames are joined on: names that both have, or a condition; `left` and `right` where each side has its own."""

    using: tuple[Name, ...]
    condition: Expression | None
    left: tuple[Name, ...] = ()
    right: tuple[Name, ...] = ()


def join(call: Call) -> v.Value | None:
    """`df.join(other, on=…, how=…)` of polars, Spark and Snowpark."""
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    how = KINDS.get((call.text(2, "how") or "inner").lower(), "inner")
    keys = _keys(call, first.relation, second.relation)
    kind = how if keys.using or keys.condition is not None or how == "cross" else "cross"
    if first.library.startswith("polars"):
        return _polars_join(call, first, second, kind, keys)
    made = Join(first.relation, second.relation, kind, keys.condition, keys.using, None, origin=call.origin)
    return replace(first, relation=call.m.add(made))


def _keys(call: Call, left: Relation, right: Relation) -> _Keys:
    using, condition = condition_of(call, left, right, call.got(1, "on"))
    here, there = _names(call, "left_on"), _names(call, "right_on")
    if here and there:
        condition = _equal(left, right, zip(here, there, strict=False))
    return _Keys(using, condition, here, there)


def _names(call: Call, name: str) -> tuple[Name, ...]:
    """Keys by name or as plain columns."""
    value = call.arg(None, name)
    return tuple(label(one) for one in flat(call, (value,))) if value is not None else ()


def _equal(left: Relation, right: Relation, names: Iterable[tuple[Name, Name]]) -> Expression:
    pairs = tuple(Op("eq", (Column(left, a), Column(right, b))) for a, b in names)
    return pairs[0] if len(pairs) == 1 else Op("and", pairs)


def _polars_join(call: Call, first: v.Frame, second: v.Frame, kind: JoinKind, keys: _Keys) -> v.Frame:
    """polars keeps the keys once, those of the right side only in a right join; a full join keeps both."""
    suffix = call.text(None, "suffix") or "_right"
    using, condition = keys.using, keys.condition
    apart = kind == "full" and not call.flag("coalesce")
    if apart and using:
        using, condition = (), _equal(first.relation, second.relation, zip(using, using, strict=True))
    joined = Join(first.relation, second.relation, kind, condition, using, ("", suffix), origin=call.origin)
    relation: Relation = call.m.add(joined)
    if apart or not keys.left or not keys.right or kind in ("semi", "anti"):
        return replace(first, relation=relation)
    kept, gone = (keys.right, keys.left) if kind == "right" else (keys.left, keys.right)
    if kind != "right":
        there = layout(first.relation)
        gone = tuple(f"{name}{suffix}" if name in there else name for name in gone)
    gone = tuple(name for name in gone if name not in kept)
    made = Derive(relation, (Star(Minus(AllOf(relation), gone)),), call.origin) if gone else None
    return replace(first, relation=call.m.add(made) if made is not None else relation)


def join_where(call: Call) -> v.Value | None:
    """`df.join_where(other, predicate, …)`: names of the right side with the suffix where both have them."""
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    suffix = call.text(None, "suffix") or "_right"
    plain = call.m.add(Join(first.relation, second.relation, "cross", None, (), ("", suffix), origin=call.origin))
    binder = Binder(call.m, plain)
    relation: Relation = plain
    for value in flat(call, call.args[1:]):
        relation = call.m.add(Filter(relation, binder.expression(value), origin=call.origin))
    return replace(first, relation=relation)


def condition_of(
    call: Call, left: Relation, right: Relation, on: v.Value | None
) -> tuple[tuple[Name, ...], Expression | None]:
    if on is None or on == v.NONE:
        return (), None
    values = flat(call, (on,))
    names = [value.value for value in values if isinstance(value, v.Const) and isinstance(value.value, str)]
    if len(names) == len(values):
        return tuple(names), None
    lazies = [value for value in values if isinstance(value, v.Lazy)]
    if lazies and all(value.op == "column" for value in lazies):
        return tuple(value.text for value in lazies), None
    parts = tuple(SidedBinder(call, left, right).expression(value) for value in values)
    return (), parts[0] if len(parts) == 1 else Op("and", parts)


class SidedBinder(Binder):
    """Expressions over the two sides of a join: `left.a == right.b`."""

    def __init__(self, call: Call, left: Relation, right: Relation) -> None:
        super().__init__(call.m, left)
        self.right = right

    def _column(self, lazy: v.Lazy) -> Expression:
        frame = lazy.get("frame")
        on_right = isinstance(frame, v.Row) and frame.relation is self.right
        return Column(self.right if on_right else self.relation, lazy.text, self.origin(lazy))

    def _call(self, lazy: v.Lazy) -> Expression:
        args = lazy.args
        if lazy.text == "eq" and len(args) == 2 and not any(isinstance(a, v.Lazy) and a.get("frame") for a in args):
            left, right = Binder(self.m, self.relation), Binder(self.m, self.right)
            return Op("eq", (left.expression(args[0]), right.expression(args[1])), self.origin(lazy))
        return super()._call(lazy)


def join_asof(call: Call) -> v.Value | None:
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    here, there = (
        call.names(None, "left_on") or call.names(None, "on"),
        call.names(None, "right_on") or call.names(None, "on"),
    )
    by = call.names(None, "by") or ()
    asof = None
    if here and there:
        tolerance = as_length(call, call.arg(None, "tolerance"))
        asof = AsOf(Column(first.relation, here[0]), Column(second.relation, there[0]), tolerance)
    suffix = call.text(None, "suffix") or "_right"
    made: Relation = call.m.add(
        Join(first.relation, second.relation, "asof", None, by, ("", suffix), asof, call.origin)
    )
    if here and here == there and call.const(None, "coalesce", True) is not False:  # the time of the right side goes
        made = call.m.add(Derive(made, (Star(Minus(AllOf(made), (f"{here[0]}{suffix}",))),), call.origin))
    return replace(first, relation=made)


def union(call: Call) -> v.Value | None:
    """`df.union(other)`, `unionByName`, `vstack`."""
    first, second = own(call), call.frame(0, "other")
    if first is None or second is None:
        return None
    by_name = call.name in ("unionByName", "union_by_name", "union_all_by_name")
    made = Union((first.relation, second.relation), "name" if by_name else "position", call.origin)
    return replace(first, relation=call.m.add(made))


def concat(call: Call) -> v.Value | None:
    """`pl.concat([a, b], how=…)`."""
    frames = [frame for value in flat(call, call.args[:1]) if (frame := call.m.frame(value)) is not None]
    if not frames:
        return None
    if call.text(None, "how") == "horizontal":
        from feasilint.lower.python.transfers.joining import beside

        made = beside(call, frames)
        return replace(made, library=_polars(made)) if isinstance(made, v.Frame) else made
    if len(frames) == 1:
        return replace(frames[0], library=_polars(frames[0]))
    return replace(
        frames[0],
        library=_polars(frames[0]),
        relation=call.m.add(Union(tuple(f.relation for f in frames), "name", call.origin)),
    )


def _polars(frame: v.Frame) -> str:
    """What polars puts together is polars, wherever its parts came from."""
    return frame.library if frame.library.startswith("polars") else "polars"


def unpivot(call: Call) -> v.Value | None:
    frame = own(call)
    if frame is None:
        return None
    if frame.library == "spark":
        keep, chosen = call.names(0, "ids") or (), call.names(1, "values") or ()
        words = (call.text(2, "variableColumnName"), call.text(3, "valueColumnName"))
    elif frame.library == "snowpark":
        chosen = call.names(2, "column_list") or ()
        keep = tuple(name for name in known(AllOf(frame.relation)) or () if name not in chosen)
        words = (call.text(1, "name_column"), call.text(0, "value_column"))
        if known(AllOf(frame.relation)) is None:
            return _unpivoted_open(call, frame, chosen, words)
    else:
        keep = call.names(1, "index") or call.names(None, "id_vars") or ()
        chosen = call.names(0, "on") or call.names(None, "value_vars") or ()
        words = (call.text(None, "variable_name"), call.text(None, "value_name"))
    cells = tuple(Column(frame.relation, name) for name in chosen)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in keep)
    value = Op("coalesce", cells) if cells else call.expression(frame)
    names, values = Output(words[0] or "variable", Constant(None)), Output(words[1] or "value", value)
    return replace(frame, relation=call.m.add(Unpivot(frame.relation, keys, names, values, call.origin)))


def _unpivoted_open(
    call: Call, frame: v.Frame, chosen: tuple[Name, ...], words: tuple[str | None, str | None]
) -> v.Frame:
    """All columns but those that become rows stay, whatever they are."""
    value = Op("coalesce", tuple(Column(frame.relation, name) for name in chosen), call.origin)
    outputs = (Output(words[0] or "{name}", Constant(None)), Output(words[1] or "{value}", value, call.origin))
    kept = Star(Minus(AllOf(frame.relation), chosen))
    return replace(frame, relation=call.m.add(Derive(frame.relation, (kept, *outputs), call.origin)))


def pivot(call: Call) -> v.Value | None:
    """polars' `df.pivot(on, index=…, values=…)`."""
    frame = own(call)
    if frame is None:
        return None
    index = call.names(None, "index") or ()
    on = call.names(None, "on") or call.names(None, "columns") or call.names(0) or ()
    values = call.names(None, "values") or ("{value}",)
    if values == ("{value}",) and (names := known(AllOf(frame.relation))) is not None:
        values = tuple(name for name in names if name not in index and name not in on)
    keys = tuple(Output(name, Column(frame.relation, name)) for name in index)
    made = Pivot(
        frame.relation,
        keys,
        tuple(Column(frame.relation, name) for name in on),
        spread_outputs(call, frame.relation, values, on),
        tuple(Column(frame.relation, name) for name in values),
        True,
        call.origin,
    )
    return replace(frame, relation=call.m.add(made))

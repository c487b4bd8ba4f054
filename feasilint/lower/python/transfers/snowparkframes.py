"""Methods of frames that Snowpark does in its own way: joins, table functions, MERGE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Derive, Join, Matching, Minus, Pivot, Scan, Star, Write
from feasilint.ir.expressions import spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, layout
from feasilint.lower.python.transfers.constructing import unknown_columns
from feasilint.lower.python.transfers.enginejoins import condition_of
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.joining import KINDS
from feasilint.lower.python.transfers.reshaping import further

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call


def join(call: Call) -> v.Value | None:
    """`df.join(other, on, how, lsuffix=…, rsuffix=…)`: columns that both have get a suffix, or a prefix by chance."""
    first, second = own(call), call.frame(0, "right")
    if first is None or second is None:
        return None
    crossed = call.name in ("cross_join", "crossJoin", "natural_join")
    how = (call.text(2, "how") or call.text(None, "join_type") or "inner").lower()
    on = None if crossed else call.got(1, "on") or call.got(None, "using_columns")
    using, condition = condition_of(call, first.relation, second.relation, on)
    if call.name == "natural_join":
        using = _shared(first, second)
    plain = "cross" if crossed and not using else KINDS.get(how, "inner")
    kind = plain if using or condition is not None else "cross"
    left, right = call.text(None, "lsuffix") or "", call.text(None, "rsuffix") or ""
    marks = (left, right) if left or right else None
    relation: Relation = call.m.add(
        Join(first.relation, second.relation, kind, condition, using, marks, origin=call.origin)
    )
    if marks is None and kind not in ("semi", "anti"):
        clash = tuple(name for name in _shared(first, second) if name not in using)
        relation = _renamed_by_chance(call, relation, clash) if clash else relation
    return replace(first, relation=relation)


def _shared(first: v.Frame, second: v.Frame) -> tuple[Name, ...]:
    there = layout(second.relation)
    return tuple(name for name in layout(first.relation) if name is not None and name in there)


def _renamed_by_chance(call: Call, relation: Relation, clash: tuple[Name, ...]) -> Relation:
    """Columns of both sides under names that only a run knows; read by their own, they are those of either side."""
    stars = [Star(Minus(AllOf(relation), clash))]
    for name in clash:
        cell = call.m.add(Pivot(relation, (), (), (), (Column(relation, name),), True, call.origin))
        stars.append(Star(Matching(AllOf(cell), f"^(?:[lr]_\\w+_)?{re.escape(spelled(name))}$")))
    return call.m.add(Derive(relation, tuple(stars), call.origin))


def widened(call: Call) -> v.Value | None:
    """`df.join_table_function(…)`, `df.flatten(x)`: the columns of the function beside those of the frame."""
    frame = own(call)
    if frame is None:
        return None
    cells = tuple(Column(frame.relation, name) for name in known(AllOf(frame.relation)) or ("{column}",))
    items = (Star(AllOf(frame.relation)), further(call, frame.relation, cells))
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def made_rows(call: Call) -> v.Value:
    """`session.generator(…)`, `session.table_function(…)`: rows that stand in no table."""
    return replace(unknown_columns(call), library="snowpark")


def batches(call: Call) -> v.Value | None:
    """`df.to_pandas_batches()`: frames of the rows in parts."""
    frame = own(call)
    if frame is None:
        return None
    return v.Seq((call.m.alloc(replace(frame, library="pandas")),), "list", True)


def merge(call: Call) -> v.Value | None:
    """`session.table('t').merge(source, condition, clauses)`: rows put into the table at once."""
    target, source = own(call), call.frame(0, "source")
    if target is None or source is None or not isinstance(target.relation, Scan):
        return None
    call.m.sink(Write(source.relation, target.relation.source, "upsert", origin=call.origin))
    return v.NONE

"""Counts and sums in which each row counts half as much after every half-life, in polars and PySpark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.python_code import argument, code, method, text_of, within, written

if TYPE_CHECKING:
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.python_code import Edit, Place


_PICKING = frozenset(
    {"filter", "drop_nulls", "drop_nans", "unique", "head", "tail", "limit", "slice", "sort", "sort_by",
     "top_k", "sample", "implode"}
)  # fmt: skip


def in_polars(place: Place, bound: Bound) -> dict[cst.CSTNode, Edit]:
    """The edit of `pl.len()`, `….sum()` or `….count()`; none for other forms."""
    node = place.node
    if not isinstance(node, cst.Call) or node.args or not isinstance(node.func, cst.Attribute):
        return {}
    if any(method(call) in _PICKING for call in within(node)):
        return {}  # these are fewer values than there are times
    pl = place.spelling.module("polars")
    age = f'({place.as_of} - {pl}.col("{bound.event_time}"))'
    weight = f"0.5 ** ({age} / {pl}.duration(days={_short(bound.half_life)}))"
    of = code(node.func.value)
    made = {
        "len": f"({weight}).sum()" if of == pl else "",
        "sum": f"({of} * {weight}).sum()",
        "count": f"({of}.is_not_null() * {weight}).sum()" if of != pl else "",
    }.get(method(node), "")
    return {node: written(made)} if made else {}


def in_spark(place: Place, bound: Bound) -> dict[cst.CSTNode, Edit]:
    """The edit of `F.sum(…)` or `F.count(…)`; none for other forms."""
    node, f = place.node, place.spelling.function
    given = argument(node, 0, "col") if isinstance(node, cst.Call) and len(node.args) == 1 else None
    if given is None or method(node) not in ("sum", "count"):
        return {}
    seconds = (
        f'{f("lit")}({place.as_of}).cast("double") - {f("col")}("{bound.event_time}").cast("timestamp").cast("double")'
    )
    weight = f"{f('pow')}({f('lit')}(0.5), ({seconds}) / ({_short(bound.half_life)} * 86400))"
    name = text_of(given)
    value = f'{f("col")}("{name}")' if name is not None else f"({code(given)})"
    if method(node) == "sum":
        weight = f"{value} * {weight}"
    elif name not in ("*", "1") and not isinstance(given, cst.Integer):
        weight = f"{f('when')}({value}.isNotNull(), {weight}).otherwise(0.0)"
    return {node: written(f"{f('sum')}({weight})")}


def _short(days: float) -> str:
    return f"{days:g}"

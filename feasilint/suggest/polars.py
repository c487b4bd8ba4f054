"""Bounds in polars: the rows of a window before `group_by`, a rolling expression that ends before the row in `over`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.code import Code
from feasilint.suggest.python_code import (
    argument,
    base,
    calls,
    code,
    grouping,
    method,
    named,
    restricted,
    within,
    written,
)
from feasilint.suggest.python_decayed import in_polars
from feasilint.suggest.python_stored import stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.python_code import Edit, Place

GROUPING = frozenset({"group_by", "groupby"})
_FRAMES = frozenset({"agg", "with_columns", "select"})
_KEPT = 20  # of a list of all values
_ADDING = (cst.Add, cst.Subtract)


def bounded(place: Place, bound: Bound, kind: str = "") -> Code | None:
    """The statement around an aggregate with the bound; None where its form is not one that is known."""
    over = over_call(place)
    if over is not None:
        return _rolled(place, over, bound, kind)
    group = grouping(place, GROUPING)
    if group is None or bound.running:
        return None
    if kind == "first_event":
        anti, added = 'join({stored}, on={keys}, how="anti", nulls_equal=True)', "concat([{stored}, {new}])"
        text = stored(place, group, _recent(place, bound), anti, f"{place.spelling.module('polars')}.{added}")
        return Code(text, formed=True) if text is not None else None
    decayed = in_polars(place, bound) if bound.half_life else {}
    sketches = decayed or dict(_sketches(place, group, bound.event_time if kind else ""))
    edits = {**sketches, **dict(renames(place, group, bound))}
    return Code(restricted(place, group, _recent(place, bound), edits), place.within(sketches))


def approximate(place: Place, event_time: str | None) -> str | None:
    """The statement around an exact aggregate with a sketch or the last values in its place."""
    group = grouping(place, GROUPING)
    edits = dict(_sketches(place, group, event_time)) if group is not None else {}
    return place.written(place.statement.edited(edits)) if place.within(edits) else None


# --- one value per group: aggregate the recent rows ---


def _recent(place: Place, bound: Bound) -> str:
    """`filter(…)`: from so many days before the time of prediction up to it, exclusive."""
    pl = place.spelling.module("polars")
    start = f"{pl}.lit({place.as_of}) - {pl}.duration(days={bound.days})"
    return f'filter({pl}.col("{bound.event_time}").is_between({start}, {place.as_of}, closed="left"))'


def renames(place: Place, group: cst.Call, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """The window in the names that the aggregation gives: keywords and `alias`."""
    agg = _agg(place, group)
    for arg in agg.args if agg is not None else ():
        if arg.keyword is not None:
            yield from _keyword(arg.keyword, bound)
        for found in within(arg.value):
            if method(found) == "alias" and found.args:
                yield from named(found.args[0].value, bound)


def _agg(place: Place, group: cst.Call) -> cst.Call | None:
    """The aggregation that follows a grouping."""
    above = (at for at in place.statement.above(group) if isinstance(at, cst.Call) and group in calls(at))
    return next((at for at in above if method(at) == "agg"), None)


def _keyword(name: cst.Name, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    new = bound.named(name.value)
    yield name, lambda _: cst.Name(new)


# --- exact aggregates that nothing can be merged of ---


def _sketches(place: Place, group: cst.Call, event_time: str | None) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """A sketch for a distinct count, the last values for a list of all; of quantiles polars has exact ones only."""
    agg = _agg(place, group)
    for arg in agg.args if agg is not None else ():
        yield from _distinct(arg.value)
        if event_time:
            yield from _last_values(arg.value, event_time)


def _distinct(value: cst.BaseExpression) -> Iterator[tuple[cst.CSTNode, Edit]]:
    for call in within(value):
        func = call.func
        if method(call) == "n_unique" and isinstance(func, cst.Attribute) and method(func.value) == "col":
            yield func.attr, lambda _: cst.Name("approx_n_unique")


def _last_values(value: cst.BaseExpression, event_time: str) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """`pl.col("x")` or its `implode()` in an aggregation is a list of all its values."""
    if isinstance(value, cst.Call) and method(value) == "alias" and isinstance(value.func, cst.Attribute):
        value = value.func.value
    column = value
    if method(value) == "implode" and isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
        column = value.func.value
    if isinstance(column, cst.Call) and method(column) == "col" and len(column.args) == 1:
        last = f'{code(column)}.sort_by("{event_time}").tail({_KEPT})'
        yield value, written(last)


# --- one value per row: the rows of a window that ends before the row ---

_PLAIN = ("sum", "mean", "min", "max", "std", "var", "median")
_ROLLING = {**{name: name for name in _PLAIN}, "cum_sum": "sum", "cum_min": "min", "cum_max": "max", "cumsum": "sum"}
_COUNTS = frozenset({"count", "cum_count", "len"})


def over_call(place: Place) -> cst.Call | None:
    """The call of `over` on the aggregate."""
    attribute = place.statement.parent(place.node)
    if not isinstance(attribute, cst.Attribute) or attribute.attr.value != "over":
        return None
    call = place.statement.parent(attribute)
    return call if isinstance(call, cst.Call) else None


def _rolled(place: Place, over: cst.Call, bound: Bound, kind: str) -> Code | None:
    node, function = place.node, "len" if kind == "sessionize" else method(place.node)
    if not isinstance(node, cst.Call) or node.args or not _stands_alone(place, over, function):
        return None
    made = _rolling(place, node, function, bound)
    if made is None:
        return None
    edits: dict[cst.CSTNode, Edit] = {
        node: written(made),
        **dict(names_of_row(place, over, bound)),
    }
    return Code(place.written(place.statement.edited(edits)), kind == "sessionize")


def _rolling(place: Place, node: cst.Call, function: str, bound: Bound) -> str | None:
    if function in _COUNTS:
        pl = place.spelling.module("polars")
        of = f'{pl}.col("{bound.event_time}")' if function == "len" else _values(node)
        return (
            f"{of}.is_not_null().cast({pl}.Int64).{window_by('sum', bound.event_time, bound.days)}"
            if of is not None
            else None
        )
    of = _values(node)
    if of is None or function not in _ROLLING:
        return None
    return f"{of}.{window_by(_ROLLING[function], bound.event_time, bound.days)}"


def window_by(function: str, event_time: str, days: int) -> str:
    """The method that aggregates the rows of so many days before each row."""
    return f'rolling_{function}_by("{event_time}", window_size="{days}d", closed="left")'


def _values(node: cst.Call) -> str | None:
    """What is aggregated; a `shift` that keeps the current row out is not needed any more."""
    if not isinstance(node.func, cst.Attribute):
        return None
    below = node.func.value
    if method(below) == "shift" and isinstance(below, cst.Call) and isinstance(below.func, cst.Attribute):
        by = argument(below, 0, "n", "periods")
        return code(below.func.value) if by is None or code(by) == "1" else None
    return code(below) if isinstance(base(below), cst.Name) else None


def _stands_alone(place: Place, over: cst.Call, function: str) -> bool:
    """Whether nothing is computed from the value that counts on the current row being in it: `sum - x` takes it out again."""
    adding = (at for at in place.statement.above(over) if isinstance(at, cst.BinaryOperation))
    additive = function in _COUNTS or function in ("sum", "cum_sum", "cumsum")
    return not additive or not any(isinstance(at.operator, _ADDING) for at in adding)


def names_of_row(place: Place, over: cst.Call, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """The name that the value gets: by `alias`, else by a keyword of `with_columns`."""
    for at in place.statement.above(over):
        if isinstance(at, cst.Call) and method(at) == "alias" and at.args:
            yield from named(at.args[0].value, bound)
            return
        if isinstance(at, cst.Arg) and at.keyword is not None:
            above = place.statement.parent(at)
            if isinstance(above, cst.Call) and method(above) in _FRAMES:
                yield from _keyword(at.keyword, bound)
                return

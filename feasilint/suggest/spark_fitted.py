"""In PySpark: statistics and cut points of the training rows, and rates of outcomes that were known before each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.bounded import Bound
from feasilint.suggest.fitted import KEPT, PUBLISHED, WEIGHT
from feasilint.suggest.python_code import (
    argument,
    calls,
    code,
    enclosed,
    grouping,
    method,
    restricted,
    text_of,
    written,
)
from feasilint.suggest.spark import GROUPING, names_of_row, over_call, renames, window_of, window_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.suggest.fitted import Wanted
    from feasilint.suggest.python_code import Edit, Place

_AGG = frozenset({"agg"})
_BUCKETS = 20


def fitted(place: Place, wanted: Wanted) -> str | None:
    """The statement around a statistic, rank or rate with what is learned in its place; None for a form that is not known."""
    return _FORMS[wanted.kind](place, wanted)


def _training(place: Place, wanted: Wanted) -> str:
    f = place.spelling.function
    return f'{f("col")}("{wanted.event_time}") < {f("lit")}({place.as_of})'


# --- statistics of a whole table ---


def _statistic(place: Place, wanted: Wanted) -> str | None:
    """Of the training rows: those are filtered before `agg`, and told apart by `when` where a window is over all."""
    if wanted.event_time is None or not isinstance(place.node, cst.Call):
        return None
    if over_call(place) is None:
        group = grouping(place, _AGG)
        if group is None or any(method(call) in GROUPING for call in calls(group)):
            return None
        return restricted(place, group, f"where({_training(place, wanted)})", {}, "fitted")
    of = argument(place.node, 0, "col")
    if of is None or len(place.node.args) != 1:
        return None
    f = place.spelling.function
    value = f"{f('col')}({code(of)})" if text_of(of) is not None else code(of)
    chosen = f"{f('when')}({_training(place, wanted)}, {value})"
    return place.written(place.statement.edited({of: written(chosen)}), f"{KEPT}: the statistic of the training rows")


# --- ranks among all rows ---


def _cut_points(place: Place, wanted: Wanted) -> str | None:
    """The number of published quantiles that are not above the value."""
    over, frame = over_call(place), _frame(place)
    window = window_of(place, over) if over is not None else None
    ranked = _ORDERS.get(method(place.node))
    if over is None or frame is None or window is None or window.partition or not window.forward or ranked is None:
        return None
    column, number = window.order, _number(place.node) if ranked == "<" else str(_BUCKETS)
    if column is None or number is None:
        return None
    f = place.spelling.function
    rows = f"{frame}.where({_training(place, wanted)})" if wanted.event_time else frame
    shares = f"[n / {number} for n in range(1, {number})]"
    cuts = f'cuts = {rows}.approxQuantile("{column}", {shares}, 0.001)  {PUBLISHED}'
    below = f'{f("filter")}({f("array")}(*map({f("lit")}, cuts)), lambda cut: cut {ranked} {f("col")}("{column}"))'
    made = f"{f('size')}({below}) + 1" if ranked == "<" else f"{f('size')}({below}) / {number}"
    return place.written(place.statement.edited({over: _fitting(place, over, made)}), cuts)


_ORDERS = {"ntile": "<", "percent_rank": "<=", "cume_dist": "<="}


def _number(node: cst.BaseExpression) -> str | None:
    """The argument of `ntile`."""
    given = argument(node, 0, "n") if isinstance(node, cst.Call) else None
    return code(given) if isinstance(given, cst.Integer) else None


def _frame(place: Place) -> str | None:
    """The frame that the statement adds a column to."""
    for at in place.statement.above(place.node):
        if isinstance(at, cst.Call) and method(at) in ("withColumn", "select", "withColumns"):
            frame = at.func.value if isinstance(at.func, cst.Attribute) else None
            return frame.value if isinstance(frame, cst.Name) else None
    return None


def _fitting(place: Place, node: cst.BaseExpression, text: str) -> Edit:
    """In parentheses where it stands among other operations."""
    alone = isinstance(place.statement.parent(node), cst.Arg | cst.Assign)
    return written(text) if alone else enclosed(text)


# --- rates of outcomes by group ---


def _encoded(place: Place, wanted: Wanted) -> str | None:
    node, over = place.node, over_call(place)
    label = text_of(argument(node, 0, "col")) if isinstance(node, cst.Call) else None
    if wanted.event_time is None or label is None or method(node) not in ("avg", "mean"):
        return None
    bound = Bound(wanted.days, wanted.event_time)
    if over is not None:
        return _of_each_row(place, over, label, wanted, bound)
    group = grouping(place, GROUPING)
    if group is None:
        return None
    f = place.spelling.function
    rate = _smoothed(f'{f("sum")}("{label}")', f'{f("count")}("{label}")')
    edits: dict[cst.CSTNode, Edit] = {**dict(renames(place, group, bound)), node: _fitting(place, node, rate)}
    prior = f'{f("avg")}("{label}")'
    return restricted(place, group, _known(place, wanted), edits, "known", lambda rows: _prior(rows, prior))


def _of_each_row(place: Place, over: cst.Call, label: str, wanted: Wanted, bound: Bound) -> str | None:
    window, frame = window_of(place, over), _frame(place)
    if window is None or frame is None or not window.partition:
        return None
    f, name = place.spelling.function, f"{window.name}_{wanted.days}d"
    made = window_over(place, name, window.partition, bound, wanted.delay)
    total = f'{f("coalesce")}({f("sum")}("{label}").over({name}), {f("lit")}(0))'
    rate = _smoothed(total, f'{f("count")}("{label}").over({name})')
    edits = {**dict(names_of_row(place, over, bound)), over: _fitting(place, over, rate)}
    prior = f'{f("avg")}("{label}")'
    return place.written(place.statement.edited(edits), made, _prior(frame, prior))


def _known(place: Place, wanted: Wanted) -> str:
    """`where(…)`: the rows whose outcome was known at the time of prediction."""
    f = place.spelling.function
    time, now = f'{f("col")}("{wanted.event_time}")', f"{f('lit')}({place.as_of})"

    def ago(days: int) -> str:
        return f'{now} - {f("expr")}("INTERVAL {days} DAYS")' if days else now

    return f"where(({time} >= {ago(wanted.days + wanted.delay)}) & ({time} < {ago(wanted.delay)}))"


def _prior(rows: str, average: str) -> str:
    return f"prior = {rows}.agg({average}).first()[0]  # what groups with few rows are drawn to"


def _smoothed(total: str, number: str) -> str:
    return f"({total} + {WEIGHT} * prior) / ({number} + {WEIGHT})"


_FORMS: dict[str, Callable[[Place, Wanted], str | None]] = {
    "global_scalar": _statistic,
    "rank_all": _cut_points,
    "target_encoding": _encoded,
}

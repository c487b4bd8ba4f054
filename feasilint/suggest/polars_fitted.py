"""In polars: statistics and cut points of the training rows, and rates of outcomes that were known before each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.bounded import Bound
from feasilint.suggest.fitted import KEPT, PUBLISHED, WEIGHT
from feasilint.suggest.polars import GROUPING, names_of_row, over_call, renames, window_by
from feasilint.suggest.python_code import (
    base,
    calls,
    code,
    enclosed,
    grouping,
    method,
    restricted,
    text_of,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.suggest.fitted import Wanted
    from feasilint.suggest.python_code import Edit, Place

_STATISTICS = frozenset({"mean", "std", "var", "min", "max", "sum", "median", "quantile"})
_FRAMES = ("with_columns", "select", "with_column")
_BUCKETS = 20


def fitted(place: Place, wanted: Wanted) -> str | None:
    """The statement around a statistic, rank or rate with what is learned in its place; None for a form that is not known."""
    return _FORMS[wanted.kind](place, wanted)


def _training(place: Place, wanted: Wanted) -> str:
    return f'filter({place.spelling.module("polars")}.col("{wanted.event_time}") < {place.as_of})'


# --- statistics of a whole table ---


def _statistic(place: Place, wanted: Wanted) -> str | None:
    """Each statistic of an expression in the statement, of the training rows alone."""
    if wanted.event_time is None:
        return None
    step = _training(place, wanted)
    edits = dict(_filtered(place, step))
    if place.node not in edits and not any(at in edits for at in place.node.children):
        return None
    return place.written(place.statement.edited(edits), f"{KEPT}: the statistics of the training rows")


def _filtered(place: Place, step: str) -> Iterator[tuple[cst.CSTNode, Edit]]:
    for call in within(place.statement.module):
        func, above = call.func, place.statement.parent(call)
        grouped = isinstance(above, cst.Attribute) and above.attr.value == "over"
        if method(call) not in _STATISTICS or not isinstance(func, cst.Attribute) or grouped:
            continue
        if any(method(inner) == "col" for inner in calls(call)):
            yield call, lambda node: _with_step(node, step)
        elif (
            call is place.node
            and isinstance(base(call), cst.Name)
            and not any(found is not call for found in calls(call))
        ):
            frame = base(call)
            yield from ((node, lambda old: _stepped(old, step)) for node in [frame])
            yield call, lambda node: node


def _with_step(node: cst.CSTNode, step: str) -> cst.CSTNode:
    """A call of a method with a step before it."""
    call = cst.ensure_type(node, cst.Call)
    func = cst.ensure_type(call.func, cst.Attribute)
    return call.with_changes(func=func.with_changes(value=_stepped(func.value, step)))


def _stepped(node: cst.CSTNode, step: str) -> cst.BaseExpression:
    made = cst.ensure_type(cst.parse_expression(f"_.{step}"), cst.Call)
    return made.with_changes(func=cst.ensure_type(made.func, cst.Attribute).with_changes(value=node))


# --- ranks among all rows ---


def _cut_points(place: Place, wanted: Wanted) -> str | None:
    """The share of published quantiles that are not above the value."""
    node, frame = place.node, _frame(place)
    func = node.func if isinstance(node, cst.Call) else None
    if frame is None or not isinstance(func, cst.Attribute) or method(node) != "rank" or method(func.value) != "col":
        return None
    if "descending" in code(node):
        return None
    share = place.statement.parent(node)  # `rank() / pl.len()`: a bare rank is as large as the table
    if (
        not isinstance(share, cst.BinaryOperation)
        or not isinstance(share.operator, cst.Divide)
        or share.left is not node
    ):
        return None
    pl, values = place.spelling.module("polars"), code(func.value)
    rows = f"{frame}.lazy().{_training(place, wanted)}" if wanted.event_time else f"{frame}.lazy()"
    shares = f"{values}.quantile(n / {_BUCKETS}).alias(str(n)) for n in range(1, {_BUCKETS})"
    cuts = f"cuts = {rows}.select({shares}).collect().row(0)  {PUBLISHED}"
    below = f'{pl}.lit({pl}.Series(cuts)).search_sorted({values}, side="right") / {_BUCKETS}'
    made = f"{pl}.when({values}.is_not_null()).then({below})"
    return place.written(place.statement.edited({share: _fitting(place, share, made)}), cuts)


def _frame(place: Place) -> str | None:
    """The frame that the statement adds a column to."""
    for at in place.statement.above(place.node):
        if isinstance(at, cst.Call) and method(at) in _FRAMES:
            frame = at.func.value if isinstance(at.func, cst.Attribute) else None
            return frame.value if isinstance(frame, cst.Name) else None
    return None


def _fitting(place: Place, node: cst.BaseExpression, text: str) -> Edit:
    """In parentheses where it stands among other operations, as what it takes the place of does."""
    alone = isinstance(place.statement.parent(node), cst.Arg | cst.Assign)

    def edit(_: cst.CSTNode) -> cst.BaseExpression:
        return cst.parse_expression(text if alone else f"({text})")

    return edit


# --- rates of outcomes by group ---


def _encoded(place: Place, wanted: Wanted) -> str | None:
    node, over = place.node, over_call(place)
    label = _label(node)
    if wanted.event_time is None or label is None:
        return None
    bound = Bound(wanted.days, wanted.event_time)
    pl = place.spelling.module("polars")
    value = f'{pl}.col("{label}")'
    if over is not None:
        return _of_each_row(place, over, value, wanted, bound)
    group = grouping(place, GROUPING)
    if group is None:
        return None
    rate = enclosed(_smoothed(f"{value}.sum()", f"{value}.count()"))
    edits: dict[cst.CSTNode, Edit] = {**dict(renames(place, group, bound)), node: rate}
    return restricted(place, group, _known(place, wanted), edits, "known", lambda rows: _prior(rows, value))


def _of_each_row(place: Place, over: cst.Call, value: str, wanted: Wanted, bound: Bound) -> str | None:
    """Over the outcomes of a window that ends before the row, those left out that were not known then."""
    frame = _frame(place)
    if frame is None:
        return None
    pl = place.spelling.module("polars")
    known = f"{value}.is_not_null().cast({pl}.Int64)"

    def added_up(of: str) -> str:
        longer = f"{of}.{window_by('sum', bound.event_time, wanted.days + wanted.delay)}"
        return f"{longer} - {of}.{window_by('sum', bound.event_time, wanted.delay)}" if wanted.delay else longer

    edits = {
        **dict(names_of_row(place, over, bound)),
        place.node: enclosed(_smoothed(added_up(value), added_up(known))),
    }
    return place.written(place.statement.edited(edits), _prior(frame, value))


def _label(node: cst.BaseExpression) -> str | None:
    """The column of `pl.col("…").mean()`."""
    of = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    if method(node) != "mean" or not isinstance(of, cst.Call) or method(of) != "col" or len(of.args) != 1:
        return None
    return text_of(of.args[0].value)


def _known(place: Place, wanted: Wanted) -> str:
    """`filter(…)`: the rows whose outcome was known at the time of prediction."""
    pl = place.spelling.module("polars")

    def ago(days: int) -> str:
        return f"{pl}.lit({place.as_of}) - {pl}.duration(days={days})" if days else place.as_of

    time = f'{pl}.col("{wanted.event_time}")'
    return f'filter({time}.is_between({ago(wanted.days + wanted.delay)}, {ago(wanted.delay)}, closed="left"))'


def _prior(rows: str, value: str) -> str:
    return f"prior = {rows}.lazy().select({value}.mean()).collect().item()  # what groups with few rows are drawn to"


def _smoothed(total: str, number: str) -> str:
    return f"({total} + {WEIGHT} * prior) / ({number} + {WEIGHT})"


_FORMS: dict[str, Callable[[Place, Wanted], str | None]] = {
    "global_scalar": _statistic,
    "rank_all": _cut_points,
    "target_encoding": _encoded,
}

"""Bounds in PySpark: the rows of a window before `groupBy`, a frame of time that ends before the row in `over`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec import Struct

from feasilint.suggest.code import Code
from feasilint.suggest.imports import FUNCTIONS, WINDOW
from feasilint.suggest.python_code import (
    argument,
    assigned,
    base,
    calls,
    code,
    grouping,
    method,
    named,
    restricted,
    text_of,
    within,
    written,
)
from feasilint.suggest.python_decayed import in_spark
from feasilint.suggest.python_stored import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.python_code import Edit, Place

    Sketch = Callable[[cst.Call, str, Place], str | None]

GROUPING = frozenset({"groupBy", "groupby", "rollup", "cube"})
_NAMES_AT = {"alias": 0, "name": 0, "withColumnRenamed": 1, "withColumn": 0}
_KEPT = 20  # of a list of all values
_ADDING = (cst.Add, cst.Subtract)


def bounded(place: Place, bound: Bound, kind: str = "") -> Code | None:
    """The statement around an aggregate with the bound; None where its form is not one that is known."""
    over = over_call(place)
    if over is not None:
        return _ranged(place, over, bound, kind)
    group = grouping(place, GROUPING)
    if group is None or bound.running or _is_ambiguous(group):
        return None
    if kind == "first_event":
        anti = 'join({stored}, {keys}, "left_anti")'
        text = stored(place, group, _recent(place, bound), anti, "{stored}.unionByName({new})")
        return Code(text, formed=True) if text is not None else None
    decayed = in_spark(place, bound) if bound.half_life else {}
    sketches = decayed or dict(_sketches(place, group, bound.event_time if kind else ""))
    edits = {**sketches, **dict(renames(place, group, bound))}
    return Code(restricted(place, group, _recent(place, bound), edits), place.within(sketches))


def _is_ambiguous(group: cst.Call) -> bool:
    """Whether frames are joined under aliases before they are grouped: then a plain name of a column may be either's."""
    below = group.func.value if isinstance(group.func, cst.Attribute) else group
    steps = {method(call) for call in within(below)}
    return "alias" in steps and bool(steps & {"join", "crossJoin"})


def approximate(place: Place, event_time: str | None) -> str | None:
    """The statement around an exact aggregate with a sketch or the last values in its place."""
    group = grouping(place, GROUPING)
    edits = dict(_sketches(place, group, event_time)) if group is not None else {}
    return place.written(place.statement.edited(edits)) if place.node in edits else None


# --- one value per group: aggregate the recent rows ---


def _recent(place: Place, bound: Bound) -> str:
    """`where(…)`: from so many days before the time of prediction up to it, exclusive."""
    column, literal, text = (place.spelling.function(name) for name in ("col", "lit", "expr"))
    time, now = f'{column}("{bound.event_time}")', f"{literal}({place.as_of})"
    return f'where(({time} >= {now} - {text}("INTERVAL {bound.days} DAYS")) & ({time} < {now}))'


def renames(place: Place, group: cst.Call, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """The window in the names that the chain gives: `alias`, `withColumnRenamed`."""
    for call in _chained(place, group):
        if method(call) in _NAMES_AT and (name := argument(call, _NAMES_AT[method(call)])) is not None:
            yield from named(name, bound)


def _chained(place: Place, group: cst.Call) -> Iterator[cst.Call]:
    """The calls on top of a grouping, and those in their arguments, up to the next grouping."""
    for at in place.statement.above(group):
        if not isinstance(at, cst.Call) or group not in calls(at):
            continue
        if at is not group and method(at) in (*GROUPING, "join"):
            return
        yield at
        if method(at) == "agg":
            yield from (found for arg in at.args for found in within(arg))


# --- exact aggregates that nothing can be merged of ---


def _sketches(place: Place, group: cst.Call, event_time: str | None) -> Iterator[tuple[cst.CSTNode, Edit]]:
    for call in _chained(place, group):
        sketch = _SKETCHES.get(method(call))
        if sketch is not None and _is_function(call, place):
            made = sketch(call, event_time or "", place)
            if made is not None:
                yield call, written(made)


def _is_function(call: cst.Call, place: Place) -> bool:
    """Whether a function of PySpark is called, no method of something else."""
    imports = place.spelling.imports
    return imports.library(code(base(call))) == "spark" or (
        isinstance(call.func, cst.Name) and FUNCTIONS in imports.stars
    )


def _distinct(call: cst.Call, event_time: str, place: Place) -> str | None:
    del event_time
    one = call.args[0].value if len(call.args) == 1 else None
    return f"{place.spelling.function('approx_count_distinct')}({code(one)}, rsd=0.05)" if one is not None else None


def _percentile(call: cst.Call, event_time: str, place: Place) -> str | None:
    del event_time
    of, share = argument(call, 0, "col"), argument(call, 1, "percentage")
    if of is None or len(call.args) > 2 or (share is None and method(call) != "median"):
        return None
    at = code(share) if share is not None else "0.5"
    return f"{place.spelling.function('percentile_approx')}({code(of)}, {at}, 10000)"


def _last_values(call: cst.Call, event_time: str, place: Place) -> str | None:
    """The values of the last events, latest first; null values are left out, as they are of the list of all."""
    name = text_of(argument(call, 0, "col"))
    if name is None or not event_time:
        return None
    f = place.spelling.function
    pair = f'{f("when")}({f("col")}("{name}").isNotNull(), {f("struct")}("{event_time}", "{name}"))'
    latest = f"{f('slice')}({f('sort_array')}({f('collect_list')}({pair}), asc=False), 1, {_KEPT})"
    values = f'{f("transform")}({latest}, lambda row: row["{name}"])'
    return f"{f('array_distinct')}({values})" if method(call) == "collect_set" else values


def _latest(call: cst.Call, event_time: str, place: Place) -> str | None:
    of = argument(call, 0, "col")
    if of is None or len(call.args) > 1 or not event_time:
        return None
    return f'{place.spelling.function("max_by")}({code(of)}, "{event_time}")'


_SKETCHES: dict[str, Sketch] = {
    **dict.fromkeys(("countDistinct", "count_distinct"), _distinct),
    **dict.fromkeys(("median", "percentile"), _percentile),
    **dict.fromkeys(("collect_list", "collect_set", "array_agg"), _last_values),
    "last": _latest,
}


# --- one value per row: a frame of time that ends before the row ---

_PER_ROW = frozenset(
    {
        "sum", "avg", "mean", "count", "min", "max", "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop",
        "collect_list", "collect_set", "approx_count_distinct", "row_number",
    }
)  # fmt: skip


_COUNTED = {"row_number": " + 1", "sessionize": ""}
"""Kinds of which the events before a row are counted instead, and what is added to their number."""


class Spec(Struct, frozen=True):
    """A window specification: a name for it, the arguments of `partitionBy` as code, whether it looks at rows in an ascending
    order, and the one column of that order."""

    name: str
    partition: str
    forward: bool
    order: str | None = None


def over_call(place: Place) -> cst.Call | None:
    """The call of `over` on the aggregate."""
    attribute = place.statement.parent(place.node)
    if not isinstance(attribute, cst.Attribute) or attribute.attr.value != "over":
        return None
    call = place.statement.parent(attribute)
    return call if isinstance(call, cst.Call) and len(call.args) == 1 else None


def _ranged(place: Place, over: cst.Call, bound: Bound, kind: str) -> Code | None:
    function, window = method(place.node), window_of(place, over)
    if function not in _PER_ROW or window is None or not window.partition or not window.forward:
        return None
    if not _stands_alone(place, over, function):
        return None
    name = f"{window.name}_{bound.days}d"
    edits: dict[cst.CSTNode, Edit] = {over.args[0].value: lambda _: cst.Name(name)}
    if kind in _COUNTED:
        edits = {over: written(f'{place.spelling.function("count")}("*").over({name}){_COUNTED[kind]}')}
    edits.update(names_of_row(place, over, bound))
    text = place.written(place.statement.edited(edits), window_over(place, name, window.partition, bound))
    return Code(text, kind in _COUNTED)


def window_over(place: Place, name: str, partition: str, bound: Bound, delay: int = 0) -> str:
    """The line that makes a window of so many days, which ends before the row, or `delay` days before it."""
    order = f'{place.spelling.function("col")}("{bound.event_time}").cast("timestamp").cast("long")'
    end = f"-{delay} * 86400 - 1" if delay else "-1"
    frame = f"rangeBetween(-{bound.days + delay} * 86400, {end})"
    return f"{name} = {place.spelling.module(WINDOW)}.partitionBy({partition}).orderBy({order}).{frame}  # seconds"


def window_of(place: Place, over: cst.Call) -> Spec | None:
    """What the specification of a window says, where it is written as a chain on `Window`."""
    given = over.args[0].value
    spec = assigned(place, given.value) if isinstance(given, cst.Name) else given
    parts = {method(call): call for call in calls(spec)} if spec is not None else {}
    start = parts.get("partitionBy") or parts.get("orderBy")
    if spec is None or start is None or not isinstance(base(start), cst.Name):
        return None
    partition = "partitionBy" in parts and ", ".join(code(arg).rstrip(", ") for arg in parts["partitionBy"].args)
    order = parts.get("orderBy")
    forward = order is None or (len(order.args) == 1 and "desc" not in code(order))
    name = given.value if isinstance(given, cst.Name) else "window"
    return Spec(
        name, partition or "", forward, _column(order.args[0].value) if order is not None and order.args else None
    )


def _column(node: cst.BaseExpression) -> str | None:
    """The name of a column: `"x"`, `F.col("x")`."""
    plain = node.args[0].value if isinstance(node, cst.Call) and method(node) in ("col", "asc") and node.args else node
    return text_of(plain)


def _stands_alone(place: Place, over: cst.Call, function: str) -> bool:
    """Whether nothing is computed from the value that counts on the current row being in it: `sum - x` takes it out again."""
    adding = (at for at in place.statement.above(over) if isinstance(at, cst.BinaryOperation))
    return function not in ("sum", "count", "row_number") or not any(isinstance(at.operator, _ADDING) for at in adding)


def names_of_row(place: Place, over: cst.Call, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """The name that the value gets: by `alias`, else by `withColumn`."""
    for at in place.statement.above(over):
        if isinstance(at, cst.Call) and method(at) in ("alias", "withColumn"):
            yield from named(at.args[0].value, bound)
            return

"""In pandas: statistics and cut points of the training rows, and rates of outcomes that were known before each row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.bounded import Bound
from feasilint.suggest.fitted import KEPT, PUBLISHED, WEIGHT
from feasilint.suggest.imports import CONVENTIONAL
from feasilint.suggest.python_code import (
    argument,
    base,
    calls,
    code,
    exchanged,
    method,
    named,
    names_in,
    text_of,
    within,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.suggest.fitted import Wanted
    from feasilint.suggest.python_code import Edit, Place

_OF_QCUT = ("x", "q")
STATISTICS = frozenset({"mean", "std", "var", "min", "max", "sum", "median", "quantile", "average"})


def fitted(place: Place, wanted: Wanted) -> str | None:
    """The statement around a statistic, rank or rate with what is learned in its place; None for a form that is not known."""
    return _FORMS[wanted.kind](place, wanted)


# --- statistics of a whole table ---


def _constants(place: Place, wanted: Wanted) -> str | None:
    """Each statistic of the frame in the statement as a constant that is computed before it, of the training rows alone."""
    frame = _frame(place, place.node)
    if frame is None or wanted.event_time is None or not _is_constant(place, place.node, frame):
        return None
    rows, before = _training(place, frame, wanted)
    whole = place.statement.parent(place.node)
    if isinstance(whole, cst.Assign) and whole.value is place.node:
        text = place.statement.edited({node: written(rows) for node in names_in(place.node, frame)})
        return place.written(f"{text}  {KEPT}" if "#" not in text else text, *before)
    edits: dict[cst.CSTNode, Edit] = {}
    lines: dict[str, str] = {}
    for call in _statistics(place, frame):
        name = _constant(place, call, frame)
        lines[name] = f"{name} = {_of(call, frame, rows)}  {KEPT}"
        edits[call] = written(name)
    return place.written(place.statement.edited(edits), *before, *lines.values()) if place.node in edits else None


def _statistics(place: Place, frame: str) -> Iterator[cst.Call]:
    for call in within(place.statement.module):
        if (
            method(call) in STATISTICS
            and _frame(place, call) == frame
            and not _inner(call)
            and _is_constant(place, call, frame)
        ):
            yield call


def _is_constant(place: Place, node: cst.CSTNode, frame: str) -> bool:
    """Whether an expression is of the frame alone, not of a variable that a loop may change."""
    if isinstance(node, cst.Name):
        return node.value in (frame, *place.spelling.imports.names, *CONVENTIONAL)
    parts = [node.value] if isinstance(node, cst.Attribute | cst.Arg) else node.children
    return all(_is_constant(place, part, frame) for part in parts)


def _inner(call: cst.Call) -> bool:
    """Whether a chain does more than pick columns before its statistic."""
    return any(found is not call for found in calls(call))


def _constant(place: Place, call: cst.Call, frame: str) -> str:
    """A name for a statistic: `amount_mean`."""
    left = {frame, *place.spelling.imports.names, *CONVENTIONAL}
    parts = [part for part in re.findall(r"\w+", code(call)) if part not in left]
    return place.unused("_".join(parts[-3:]).lstrip("0123456789_") or "fitted_value")


# --- ranks among all rows ---


def _cut_points(place: Place, wanted: Wanted) -> str | None:
    """`qcut` with cut points that are kept, and for a rank the share of training rows below, read off a hundred quantiles."""
    name = method(place.node)
    make = {"qcut": _cut, "rank": _share}.get(name)
    return make(place, wanted) if make is not None and isinstance(place.node, cst.Call) else None


def _cut(place: Place, wanted: Wanted) -> str | None:
    call = cst.ensure_type(place.node, cst.Call)
    values, number = argument(call, 0, "x"), argument(call, 1, "q")
    given = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    frame = _frame(place, values) if values is not None else None
    if (
        values is None
        or frame is None
        or _is_ranked(values)
        or not given <= {"x", "q", "labels", "duplicates", "precision"}
    ):
        return None
    np, pd = place.spelling.module("numpy"), place.spelling.module("pandas")
    rows, before = _training(place, frame, wanted)
    if isinstance(number, cst.Integer):
        shares = f"{np}.linspace(0, 1, {code(number)} + 1)[1:-1]"
    elif isinstance(number, cst.List | cst.Tuple):
        shares = f"{code(number)}[1:-1]"
    else:
        return None
    cuts = f"cuts = [-{np}.inf, *{_of(values, frame, rows)}.quantile({shares}), {np}.inf]  {PUBLISHED}"
    rest = "".join(
        f", {code(arg).rstrip(', ')}"
        for arg in call.args
        if arg.keyword is not None and arg.keyword.value not in _OF_QCUT
    )
    text = place.statement.edited({call: written(f"{pd}.cut({code(values)}, cuts{rest})")})
    return place.written(text, *before, cuts)


def _is_ranked(values: cst.BaseExpression) -> bool:
    """Whether the values themselves depend on all others."""
    return not isinstance(values, cst.Attribute | cst.Subscript | cst.Name) or any(calls(values))


def _share(place: Place, wanted: Wanted) -> str | None:
    call = cst.ensure_type(place.node, cst.Call)
    given = {arg.keyword.value if arg.keyword is not None else "": code(arg.value) for arg in call.args}
    values = call.func.value if isinstance(call.func, cst.Attribute) else None
    frame = _frame(place, values) if values is not None else None
    if values is None or frame is None or not set(given) <= {"pct", "method", "ascending"} or _inner(call):
        return None
    if given.get("pct") != "True" or given.get("ascending", "True") != "True":
        return None
    np, pd = place.spelling.module("numpy"), place.spelling.module("pandas")
    rows, before = _training(place, frame, wanted)
    cuts = f"cuts = {_of(values, frame, rows)}.quantile({np}.linspace(0, 1, 101))  {PUBLISHED}"
    share = f"{np}.interp({code(values)}, cuts, cuts.index)"
    if not _fills(place, frame):
        share = f"{pd}.Series({share}, {code(values)}.index)"
    return place.written(place.statement.edited({call: written(share)}), *before, cuts)


def _fills(place: Place, frame: str) -> bool:
    """Whether the value is assigned to a column of the frame that it is made of."""
    above = place.statement.parent(place.node)
    targets = [target.target for target in above.targets] if isinstance(above, cst.Assign) else []
    return len(targets) == 1 and isinstance(targets[0], cst.Subscript) and code(targets[0].value) == frame


# --- rates of outcomes by group ---


def _encoded(place: Place, wanted: Wanted) -> str | None:
    node = place.node
    group = next((call for call in calls(node) if method(call) == "groupby"), None)
    if (
        wanted.event_time is None
        or group is None
        or not isinstance(node, cst.Call)
        or not isinstance(group.func, cst.Attribute)
    ):
        return None
    frame, label, keys = group.func.value, _picked(node, group), _keys(group)
    if not isinstance(frame, cst.Name):
        return None
    if label and keys and method(node) == "transform" and len(node.args) == 1 and text_of(node.args[0].value) == "mean":
        return _of_each_row(place, wanted, frame.value, label, keys)
    known = place.unused("known")
    edits: dict[cst.CSTNode, Edit] = {frame: written(known)}
    lines = [_known(place, wanted, frame.value, known)]
    if label and method(node) == "mean" and not node.args:
        outcomes = place.unused("outcomes")
        lines += [f"{outcomes} = {_of(node.func.value, frame.value, known)}", _prior(known, label)]  # type: ignore[attr-defined]
        edits = {node: written(_smoothed(f"{outcomes}.sum()", f"{outcomes}.count()"))}
    elif method(node) in ("transform", "apply"):
        return None
    return place.written(place.statement.edited(edits), *lines)


def _of_each_row(place: Place, wanted: Wanted, frame: str, label: str, keys: list[str]) -> str | None:
    """Over the outcomes of a window that ends before the row, those left out that were not known then."""
    above = place.statement.parent(place.node)
    if not _fills(place, frame) or not isinstance(above, cst.Assign):
        return None
    time, by = wanted.event_time, ", ".join(f'"{key}"' for key in keys)

    def window(days: int) -> str:
        grouped = f"{frame}.groupby([{by}], dropna=False)"
        return f'{grouped}.rolling("{days}D", on="{time}", closed="left", min_periods=0)["{label}"]'

    lines = [f'{frame} = {frame}.sort_values([{by}, "{time}"])', _prior(frame, label)]
    lines.append(f"outcomes = {window(wanted.days + wanted.delay)}")
    total, number = "outcomes.sum()", "outcomes.count()"
    if wanted.delay:
        lines.append(f"unknown = {window(wanted.delay)}  # at the time of the row")
        total, number = f"({total} - unknown.sum())", f"({number} - unknown.count())"
    target = cst.ensure_type(above.targets[0].target, cst.Subscript)
    edits = dict(named(cst.ensure_type(target.slice[0].slice, cst.Index).value, Bound(wanted.days, time or "")))
    edits[place.node] = written(f"({_smoothed(total, number)}).to_numpy()")
    return place.written(place.statement.edited(edits), *lines)


def _known(place: Place, wanted: Wanted, frame: str, name: str) -> str:
    """The rows whose outcome was known at the time of prediction."""
    pd, time = place.spelling.module("pandas"), f'{frame}["{wanted.event_time}"]'
    start = f"{time} >= {place.as_of} - {pd}.Timedelta(days={wanted.days + wanted.delay})"
    end = f"{place.as_of} - {pd}.Timedelta(days={wanted.delay})" if wanted.delay else place.as_of
    return f"{name} = {frame}[({start}) & ({time} < {end})]"


def _prior(frame: str, label: str) -> str:
    return f'prior = {frame}["{label}"].mean()  # what groups with few rows are drawn to'


def _smoothed(total: str, number: str) -> str:
    return f"({total} + {WEIGHT} * prior) / ({number} + {WEIGHT})"


def _picked(node: cst.Call, group: cst.Call) -> str | None:
    """The one column that a statistic of groups is of."""
    below = node.func.value if isinstance(node.func, cst.Attribute) else None
    match below:
        case cst.Attribute(value=grouped, attr=cst.Name(value=name)) if grouped is group:
            return name
        case cst.Subscript(value=grouped, slice=[cst.SubscriptElement(slice=cst.Index(value=value))]) if (
            grouped is group
        ):
            return text_of(value)
        case _:
            return None


def _keys(group: cst.Call) -> list[str] | None:
    """The grouping columns, where they are plain names."""
    by = argument(group, 0, "by")
    parts = [element.value for element in by.elements] if isinstance(by, cst.List | cst.Tuple) else [by]
    names = [text_of(part) for part in parts if part is not None]
    return [name for name in names if name] if names and all(names) else None


# --- what they share ---


def _frame(place: Place, node: cst.BaseExpression) -> str | None:
    """The one frame that an expression picks its values of, and the same one each time it is run."""
    modules = {*place.spelling.imports.names, *CONVENTIONAL}
    found = {at.value for at in _bases(node) if isinstance(at, cst.Name) and at.value not in modules}
    return found.pop() if len(found) == 1 and not found & place.looped else None


def _bases(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Attribute | cst.Subscript):
        yield base(node)
    for child in node.children:
        yield from _bases(child)


def _of(node: cst.BaseExpression, frame: str, rows: str) -> str:
    """An expression as code, over other rows."""
    return exchanged(node, {name: written(rows) for name in names_in(node, frame)})


def _training(place: Place, frame: str, wanted: Wanted) -> tuple[str, list[str]]:
    """The rows that a model is trained on, and the line that makes them; the frame itself where no time tells them apart."""
    if wanted.event_time is None:
        return frame, []
    name = place.unused("fitted")
    return name, [f'{name} = {frame}[{frame}["{wanted.event_time}"] < {place.as_of}]']


_FORMS: dict[str, Callable[[Place, Wanted], str | None]] = {
    "global_scalar": _constants,
    "rank_all": _cut_points,
    "target_encoding": _encoded,
}

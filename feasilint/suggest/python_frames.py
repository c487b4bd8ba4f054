"""Frames that hold the current row, moved so that they end before it, in pandas, polars and PySpark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.imports import WINDOW
from feasilint.suggest.python_code import (
    argument,
    assigned,
    base,
    calls,
    code,
    exchanged,
    method,
    within,
    written,
)
from feasilint.suggest.spark import over_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.suggest.imports import Library
    from feasilint.suggest.python_code import Edit, Place

_CLOSED = "closed"
_OF_TIME = "_by"
_NOW = ("0", "Window.currentRow")


def ended(library: Library, place: Place) -> str | None:
    """The statement around a measure whose frame holds the current row, with a frame that ends before it; None where its form is
    not one that is known."""
    return _FORMS[library](place)


# --- pandas: the left end of a window belongs to it, its right end does not ---


def _pandas(place: Place) -> str | None:
    frames = [call for call in within(place.node) if method(call) in ("rolling", "ewm")]
    if len(frames) != 1:
        return None
    (frame,) = frames
    if method(frame) == "rolling":
        return _edited(place, frame, _left) if not _is_given(frame, "center", "win_type") else None
    grouped = any(method(call) == "groupby" for call in calls(frame))
    return _edited(place, frame, _shifted) if not grouped else None  # across the groups it would be another's value


def _is_given(call: cst.Call, *names: str) -> bool:
    given = (arg for arg in call.args if arg.keyword is not None and code(arg.value) != "False")
    return any(arg.keyword is not None and arg.keyword.value in names for arg in given)


def _edited(place: Place, node: cst.CSTNode, edit: Edit) -> str:
    return place.written(place.statement.edited({node: edit}))


def _left(node: cst.CSTNode) -> cst.CSTNode:
    """A call with `closed="left"`."""
    call = cst.ensure_type(node, cst.Call)
    left = cst.Arg(
        cst.SimpleString('"left"'),
        keyword=cst.Name(_CLOSED),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    others = [arg for arg in call.args if arg.keyword is None or arg.keyword.value != _CLOSED]
    if others and not isinstance(others[-1].comma, cst.Comma):
        others[-1] = others[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return call.with_changes(args=[*others, left])


def _shifted(node: cst.CSTNode) -> cst.CSTNode:
    """A method of the values one row earlier."""
    call = cst.ensure_type(node, cst.Call)
    func = cst.ensure_type(call.func, cst.Attribute)
    earlier = cst.Call(cst.Attribute(func.value, cst.Name("shift"), func.dot), [cst.Arg(cst.Integer("1"))])
    return call.with_changes(func=func.with_changes(value=earlier))


# --- polars: rows are shifted within `over`, windows of time end at the left ---


def _polars(place: Place) -> str | None:
    node = place.node
    frame = next((call for call in calls(node) if method(call).startswith("rolling")), None)
    if frame is None or _is_given(frame, "center") or any(method(call) == "over" for call in calls(frame)):
        return None
    name = method(frame)
    if name == "rolling" or name.endswith(_OF_TIME):
        return _edited(place, frame, _left)
    return _edited(place, frame, _shifted) if isinstance(base(frame), cst.Name) else None


# --- PySpark: a frame of rows or of numbers is moved by one ---


def _spark(place: Place) -> str | None:
    over = over_call(place)
    given = over.args[0].value if over is not None else None
    spec = assigned(place, given.value) if isinstance(given, cst.Name) else given
    frame = next((call for call in calls(spec) if method(call) in _FRAMES), None) if spec is not None else None
    if spec is None or given is None or frame is None or not _rises(place, spec):
        return None
    moved = _moved(frame)
    if moved is None:
        return None
    if not isinstance(given, cst.Name):
        return place.written(place.statement.edited(moved))
    name = place.unused(f"{given.value}_before")
    edits: dict[cst.CSTNode, Edit] = {given: written(name)}
    return place.written(place.statement.edited(edits), f"{name} = {_bare(exchanged(spec, moved))}")


_FRAMES = frozenset({"rowsBetween", "rangeBetween"})


def _rises(place: Place, spec: cst.BaseExpression) -> bool:
    """Whether a specification begins with `Window`, or with one that does, and orders its rows by what rises."""
    begins = base(spec)
    if isinstance(begins, cst.Name) and not _is_window(place, begins):
        spec = assigned(place, begins.value) or spec
    order = next((call for call in calls(spec) if method(call) == "orderBy"), None)
    falling = order is None or "desc" in code(order) or "ascending" in code(order)
    return _is_window(place, base(spec)) and not falling


def _is_window(place: Place, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and place.spelling.imports.names.get(node.value) == WINDOW


def _moved(frame: cst.Call) -> dict[cst.CSTNode, Edit] | None:
    """The edits of the two ends of a frame that ends with the current row."""
    start, end = argument(frame, 0, "start"), argument(frame, 1, "end")
    if start is None or end is None or code(end) not in _NOW:
        return None
    edits: dict[cst.CSTNode, Edit] = {end: written("-1")}
    if method(frame) == "rowsBetween" and "unbounded" not in code(start):
        match start:
            case cst.UnaryOperation(operator=cst.Minus(), expression=cst.Integer(value=rows)):
                edits[start] = written(str(-int(rows) - 1))
            case _:
                edits[start] = written(f"{code(start)} - 1")
    return edits


def _bare(text: str) -> str:
    """A chain on one line without the parentheses around it."""
    return text if "\n" in text else text.removeprefix("(").removesuffix(")")


_FORMS: dict[Library, Callable[[Place], str | None]] = {"pandas": _pandas, "polars": _polars, "spark": _spark}

"""First values in polars and PySpark: those of keys that are not stored yet, added to what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.code import EXPLAINED
from feasilint.suggest.python_code import calls, code, method, restricted, text_of

if TYPE_CHECKING:
    from feasilint.suggest.python_code import Place


_PLAIN = frozenset({"col", "sort_by", "cast", "first", "min_by", "first_value"})
_ARGUMENTS = {"first": 1, "first_value": 1, "min_by": 2}  # a further one leaves nulls out


def stored(place: Place, group: cst.Call, step: str, anti: str, added: str) -> str | None:
    """The statement over the recent rows of keys that are not stored yet, and a line that adds what is stored. `anti`: the step
    that leaves stored keys out, of `{stored}` and `{keys}`; `added`: what adds `{new}` to `{stored}`. None where it makes more
    than the first value of a key."""
    keys = [text_of(arg.value) for arg in group.args if arg.keyword is None and not arg.star]
    name = _alone(place, group)
    if not keys or None in keys or len(keys) != len(group.args) or not name or not _is_first(place.node):
        return None
    known = place.unused(f"stored_{name}")
    listed = f"[{', '.join(f'{chr(34)}{key}{chr(34)}' for key in keys)}]"
    steps = f"{step}.{anti.format(stored=known, keys=listed)}"
    text = restricted(place, group, steps, {}, before=EXPLAINED.format(known))
    return f"{text}\n{name} = {added.format(stored=known, new=name)}"


def _is_first(node: cst.BaseExpression) -> bool:
    """Whether a value is that of the first row, null or not: not the first of what was computed of all, or of the others."""
    given = len(node.args) if isinstance(node, cst.Call) else 0
    return {method(call) for call in calls(node)} <= _PLAIN and given <= _ARGUMENTS.get(method(node), 0)


def _alone(place: Place, group: cst.Call) -> str:
    """The variable that gets the one aggregate of a grouping, as it is."""
    statement = place.statement.module.body[0]
    body = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(body, cst.Assign) or len(body.targets) != 1:
        return ""
    target, made = body.targets[0].target, body.value
    single = isinstance(made, cst.Call) and method(made) == "agg" and len(made.args) == 1
    on_top = single and isinstance(made, cst.Call) and isinstance(made.func, cst.Attribute) and made.func.value is group
    return code(target) if on_top and isinstance(target, cst.Name) else ""

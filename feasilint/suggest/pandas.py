"""Bounds in pandas: the statement around an aggregate again, over the rows of a window, as it is formatted."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeGuard

from feasilint.suggest.code import EXPLAINED, Code
from feasilint.suggest.pandas_code import Edit, chain, grouping_of, renames, source_of
from feasilint.suggest.pandas_forms import in_order, last_values
from feasilint.suggest.pandas_rows import keys_of, listed, per_row, rolled, sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Program
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.pandas_code import Grouping, Source

_IMPORT = re.compile(r"^\s*import\s+pandas\s+as\s+(\w+)", re.MULTILINE)
_TIGHT = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)


def bounded(program: Program, fragment: int, node: int, bound: Bound, kind: str = "") -> Code | None:
    """The statement around an aggregate with the bound; None where its form is not one that is known."""
    code = source_of(program.fragments[fragment])
    if node >= len(code.nodes) or _is_spark(program):
        return None
    grouping = grouping_of(code.nodes[node], code)
    if grouping is None:
        return None
    if kind == "sessionize" and (text := sessions(grouping, code, bound)) is not None:
        return Code(text, formed=True)
    if per_row(grouping, code) is not None:
        text = rolled(grouping, code, bound)
        return Code(text) if text is not None else None
    if kind == "first_event":
        return _stored(grouping, code, bound, program)
    if bound.half_life and (text := _decayed(grouping, code, bound, program)):
        return Code(text, formed=True)
    lists = list(_lists(code.nodes[node], grouping, code)) if kind == "collect_list" else []
    order = in_order(code.source(grouping.frame), bound.event_time) if lists else ""
    return None if bound.running else Code(_recent(grouping, code, bound, program, lists, order), bool(lists))


def approximate(program: Program, fragment: int, node: int, event_time: str | None) -> str | None:
    """The statement around a list with its last values; pandas has no sketches, so that all else stays exact."""
    code = source_of(program.fragments[fragment])
    grouping = grouping_of(code.nodes[node], code) if node < len(code.nodes) else None
    if grouping is None or event_time is None or not isinstance(grouping.frame, _TIGHT):
        return None
    lists = list(_lists(code.nodes[node], grouping, code))
    end = code.extent(grouping.frame)[1]
    ordered = Edit(end, end, in_order(code.source(grouping.frame), event_time))
    return code.edited(grouping.statement, [ordered, *lists]) if lists else None


def _lists(node: ast.AST, grouping: Grouping, code: Source) -> Iterator[Edit]:
    """The edits that keep the last values of each list in the aggregation of a node."""
    for at in code.above(node):
        if at is grouping.statement:
            whole = chain(grouping.call, code)
            calls = (call for call in ast.walk(whole) if _is_above(call, grouping.call))
            found = (pair for call in calls for pair in last_values(call))
            yield from (Edit(*code.extent(part), text) for part, text in found)


def _is_above(call: ast.AST, below: ast.Call) -> TypeGuard[ast.Call]:
    """Whether this is a call of a method on top of another one in its chain."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    return call is not below and any(at is below for at in ast.walk(call.func))


def _is_spark(program: Program) -> bool:
    texts = [fragment.text for fragment in program.fragments if fragment.language == "python"]
    return any("pyspark" in text for text in texts) and not any(_IMPORT.search(text) for text in texts)


# --- one value per group: aggregate the recent rows ---


def _recent(
    grouping: Grouping, code: Source, bound: Bound, program: Program, more: Iterable[Edit] = (), order: str = ""
) -> str:
    frame = code.source(grouping.frame)
    lines = []
    if not isinstance(grouping.frame, ast.Name):
        lines.append(f"history = ({frame})" if "\n" in frame else f"history = {frame}")
        frame = "history"
    pandas = next((m[1] for f in program.fragments if (m := _IMPORT.search(f.text))), "pd")
    recent = "recent" if not re.search(r"\brecent\b", code.text) else f"recent_{bound.days}d"
    time = f'{frame}["{bound.event_time}"]'
    since = f"({time} >= as_of - {pandas}.Timedelta(days={bound.days}))"
    lines.append(f"{recent} = {frame}[{since} & ({time} < as_of)]{order}  # as_of: the time of prediction")
    edits = [Edit(*code.extent(node), recent) for node in _mentions(grouping, code)]
    edits += [*renames(grouping.statement, code, bound), *more]
    return "\n".join([*lines, code.edited(grouping.statement, edits)])


def _decayed(grouping: Grouping, code: Source, bound: Bound, program: Program) -> str | None:
    """A count of rows or a sum of one column, in which each row counts half as much after every half-life."""
    value = chain(grouping.call, code)
    steps = [at for at in code.above(grouping.call) if _is_above(at, grouping.call)]
    summed = steps[0] if steps and not steps[0].args else None
    func = summed.func if summed is not None else None
    if not isinstance(func, ast.Attribute) or value is grouping.call or not isinstance(grouping.frame, ast.Name):
        return None
    column = {"size": "weight", "sum": _picked(func.value, grouping.call)}.get(func.attr)
    if not column or grouping.call.keywords or (func.attr == "size" and func.value is not grouping.call):
        return None
    pandas = next((m[1] for f in program.fragments if (m := _IMPORT.search(f.text))), "pd")
    counted = Edit(code.extent(grouping.call)[1], code.extent(summed)[1], f'["{column}"].sum()')  # type: ignore[arg-type]
    rows, rest = _recent(grouping, code, bound, program, [counted]).split("\n", 1)
    recent = rows.partition(" = ")[0]
    weight = f'0.5 ** ((as_of - {recent}["{bound.event_time}"]) / {pandas}.Timedelta(days={bound.half_life:g}))'
    weight = weight if func.attr == "size" else f'{recent}["{column}"] * {weight}'
    return f"{rows}\n{recent} = {recent}.assign({column}={weight})\n{rest}"


def _picked(node: ast.expr, call: ast.Call) -> str:
    """The name of the one column that is picked of a grouping; empty where it is another expression."""
    match node:
        case ast.Attribute(value=below, attr=name) if below is call:
            return name
        case ast.Subscript(value=below, slice=ast.Constant(value=str() as name)) if below is call:
            return name if name.isidentifier() else ""
        case _:
            return ""


_OF_FIRST = ("first", "rename", "to_frame", "reset_index")


def _stored(grouping: Grouping, code: Source, bound: Bound, program: Program) -> Code | None:
    """The first values of recent rows, of keys of which none are stored yet, added to those that are."""
    match grouping.statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is chain(grouping.call, code):
            stored, keys = f"stored_{name}", keys_of(grouping.call)
        case _:
            return None
    steps = [call.func.attr for call in ast.walk(value) if _is_above(call, grouping.call)]  # type: ignore[attr-defined]
    plain = "first" in steps and set(steps) <= set(_OF_FIRST) and "reset_index" not in steps[1:]
    if keys is None or not plain or grouping.call.keywords or re.search(rf"\b{stored}\b", code.text):
        return None
    added, index = f"{stored}.combine_first({name})", listed(keys)
    if "reset_index" in steps:
        added = f"{stored}.set_index({index}).combine_first({name}.set_index({index})).reset_index()"
    lines = [EXPLAINED.format(stored), _recent(grouping, code, bound, program), f"{name} = {added}"]
    return Code("\n".join(lines), formed=True)


def _mentions(grouping: Grouping, code: Source) -> Iterator[ast.expr]:
    """The grouped frame, and further mentions of it in the same chain: `df.groupby([df.index, "k"])`."""
    yield grouping.frame
    if isinstance(grouping.frame, ast.Name):
        whole = chain(grouping.call, code)
        same = (node for node in ast.walk(whole) if isinstance(node, ast.Name) and node.id == grouping.frame.id)
        yield from (node for node in same if node is not grouping.frame)

"""In pandas, one value per row: a rolling window that ends before the row."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from feasilint.suggest.pandas_code import Edit, renames

if TYPE_CHECKING:
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.pandas_code import Grouping, Source

_PER_ROW = {"cumsum": "sum", "cummax": "max", "cummin": "min", "cumcount": "count"}
_ROLLING = frozenset({"sum", "mean", "min", "max", "std", "var", "median", "count"})
_EMPTY_IS_ZERO = frozenset({"sum", "count"})
_REALIGNING = frozenset({"reset_index", "droplevel", "to_numpy", "values", "sort_index", "swaplevel"})


def per_row(grouping: Grouping, code: Source) -> tuple[ast.Call, str, str | None] | None:
    """The call that gives a value per row, what it computes, and the selected column as code: `groupby(…)[x].cumsum()`."""
    above: ast.AST = grouping.call
    column: str | None = None
    for at in list(code.above(grouping.call))[1:]:
        if isinstance(at, ast.Subscript) and at.value is above:
            column = code.source(at.slice)
        elif isinstance(at, ast.Attribute) and not _is_called(at, code):
            column = f'"{at.attr}"'
        elif isinstance(at, ast.Call) and at.func is above and isinstance(above, ast.Attribute):
            function = _function(at, above.attr)
            if function is not None:
                return at, function, column
            if above.attr != "expanding":
                return None
        above = at
    return None


def _is_called(node: ast.Attribute, code: Source) -> bool:
    above = code.parents.get(node)
    return isinstance(above, ast.Call) and above.func is node


def _function(call: ast.Call, method: str) -> str | None:
    if method in ("transform", "expanding"):
        named = call.args[0] if call.args and method == "transform" else None
        name = named.value if isinstance(named, ast.Constant) else None
        function = {"size": "count"}.get(str(name), str(name))
        return function if function in _ROLLING else None
    if method in _ROLLING and _on_expanding(call):
        return method
    return _PER_ROW.get(method)


def _on_expanding(call: ast.Call) -> bool:
    below = call.func.value if isinstance(call.func, ast.Attribute) else None
    below = below.value if isinstance(below, ast.Subscript | ast.Attribute) else below
    return isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute) and below.func.attr == "expanding"


def rolled(grouping: Grouping, code: Source, bound: Bound) -> str | None:
    """Only of a plain frame to which the column is assigned: its rows are sorted so that the results fall into place."""
    found, keys = per_row(grouping, code), keys_of(grouping.call)
    if found is None or keys is None or not isinstance(grouping.frame, ast.Name):
        return None
    call, function, column = found
    last = _realigned(call, code)
    if not _stands_alone(last, call, code):
        return None
    frame, by = grouping.frame.id, [*keys, bound.event_time]
    if _target_frame(grouping.statement) != frame:
        return None
    selected = column
    if function == "count" and (column is None or _counts_rows(call)):
        selected = f'"{bound.event_time}"'
    if selected is None:
        return None
    start, end = code.extent(grouping.call.func)[1], code.extent(last)[1]
    edits = [
        Edit(
            start, end, f"({_by(grouping.call, code)}){_rolling(bound, function)}[{selected}].{function}().to_numpy()"
        ),
        *renames(grouping.statement, code, bound),
    ]
    return f"{frame} = {frame}.sort_values({listed(by)})\n{code.edited(grouping.statement, edits)}"


def sessions(grouping: Grouping, code: Source, bound: Bound) -> str | None:
    """The events before each row, in place of the number of its session."""
    found, statement = per_row(grouping, code), grouping.statement
    frame = _target_frame(statement)
    keys = keys_of(grouping.call, frame)
    if found is None or not frame or keys is None:
        return None
    last = _realigned(found[0], code)
    if not isinstance(code.parents.get(last), ast.Assign):
        return None
    by, order = listed(keys), listed([*keys, bound.event_time])
    made = f'{frame}.groupby({by}, dropna=False){_rolling(bound, "count")}["{bound.event_time}"].count().to_numpy()'
    edits = [Edit(*code.extent(last), made), *renames(statement, code, bound)]
    return f"{frame} = {frame}.sort_values({order})\n{code.edited(statement, edits)}"


def _rolling(bound: Bound, function: str) -> str:
    empty = ", min_periods=0" if function in _EMPTY_IS_ZERO else ""
    return f'.rolling("{bound.days}D", on="{bound.event_time}", closed="left"{empty})'


def listed(names: list[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]" if len(names) > 1 else _quoted(names[0])


def _quoted(name: str) -> str:
    return f'"{name}"'


def _counts_rows(call: ast.Call) -> bool:
    """`cumcount()` and `transform("size")` count rows whose value is null, too."""
    named = call.args[0] if call.args else None
    size = isinstance(named, ast.Constant) and named.value == "size"
    return size or (isinstance(call.func, ast.Attribute) and call.func.attr == "cumcount")


def _by(call: ast.Call, code: Source) -> str:
    """The arguments of groupby, so that it gives a value for every row, in the order of the sorted rows."""
    by = call.args[0] if call.args else next(keyword.value for keyword in call.keywords if keyword.arg == "by")
    observed = (f"observed={code.source(k.value)}" for k in call.keywords if k.arg == "observed")
    return ", ".join([code.source(by), *observed, "dropna=False"])


def _stands_alone(last: ast.expr, call: ast.Call, code: Source) -> bool:
    """Whether nothing is computed from the value that counts on the current row being in it: `cumsum() - x` takes it out
    again, `cumcount() + 1` does not."""
    above = code.parents.get(last)
    counted = isinstance(call.func, ast.Attribute) and call.func.attr == "cumcount"
    return isinstance(above, ast.Assign) or (counted and isinstance(above, ast.BinOp))


def _realigned(call: ast.expr, code: Source) -> ast.expr:
    """The call with what is chained to it to fit the result to the rows again: `.reset_index(level=0, drop=True)`."""
    above = code.parents.get(call)
    while isinstance(above, ast.Attribute) and above.attr in _REALIGNING:
        call, above = above, code.parents.get(above)
        if isinstance(above, ast.Call) and above.func is call:
            call, above = above, code.parents.get(above)
    return call


def keys_of(call: ast.Call, frame: str = "") -> list[str] | None:
    """The grouping columns, where they are constant names, or columns of the frame."""
    by = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "by"), None)
    parts = by.elts if isinstance(by, ast.List | ast.Tuple) else [by]
    names = [name for part in parts if (name := _key(part, frame))]
    return names if names and len(names) == len(parts) else None


def _key(part: ast.expr | None, frame: str) -> str | None:
    match part:
        case ast.Constant(value=str() as name):
            return name
        case ast.Attribute(value=ast.Name(id=of), attr=name) if of == frame:
            return name
        case ast.Subscript(value=ast.Name(id=of), slice=ast.Constant(value=str() as name)) if of == frame:
            return name
        case _:
            return None


def _target_frame(statement: ast.stmt) -> str:
    """The frame whose column a statement sets; empty where it sets none."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=frame))]):
            return frame
        case _:
            return ""

"""Bounds in pandas: the statement around an aggregate again, over the rows of a window, as it is formatted."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from textwrap import dedent
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.python.nodes import NodeIndex, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Fragment, Program
    from feasilint.suggest.bounded import Bound

_IMPORT = re.compile(r"^\s*import\s+pandas\s+as\s+(\w+)", re.MULTILINE)
_PER_ROW = {"cumsum": "sum", "cummax": "max", "cummin": "min", "cumcount": "count"}
_ROLLING = frozenset({"sum", "mean", "min", "max", "std", "var", "median", "count"})
_EMPTY_IS_ZERO = frozenset({"sum", "count"})
_REALIGNING = frozenset({"reset_index", "droplevel", "to_numpy", "values", "sort_index", "swaplevel"})
_NAMING = frozenset({"rename", "reset_index", "to_frame", "add_suffix", "agg", "aggregate", "assign"})


class _Edit(Struct, frozen=True):
    start: int
    end: int
    text: str


class _Grouping(Struct, frozen=True):
    """A call of groupby: the frame that is grouped, and the statement that says so."""

    call: ast.Call
    frame: ast.expr
    statement: ast.stmt


class _Code:
    """One parsed fragment: its nodes, who is above whom, and where they stand in the text."""

    def __init__(self, fragment: Fragment) -> None:
        self.text = fragment.text
        self.nodes = nodes(fragment)
        self.parents = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self._index = NodeIndex(self.nodes[0], fragment.text) if self.nodes else None

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert self._index is not None
        return self._index.extent(node)

    def source(self, node: ast.expr) -> str:
        start, end = self.extent(node)
        return self.text[start:end]

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node and its ancestors up to its statement."""
        at: ast.AST | None = node
        while at is not None:
            yield at
            if isinstance(at, ast.stmt):
                return
            at = self.parents.get(at)

    def edited(self, statement: ast.stmt, edits: list[_Edit]) -> str:
        """The whole lines of a statement with the edits, indentation taken off."""
        start, end = self.extent(statement)
        start = self.text.rfind("\n", 0, start) + 1
        text = self.text[start:end]
        for edit in sorted(set(edits), key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start - start] + edit.text + text[edit.end - start :]
        return dedent(text)


_code = lru_cache(maxsize=4)(_Code)
"""Several aggregates of one cell are rewritten one after the other."""


def rewrite(program: Program, fragment: int, node: int, bound: Bound) -> str | None:
    """The statement around an aggregate with the bound; None where its form is not one that is known."""
    code = _code(program.fragments[fragment])
    if node >= len(code.nodes) or _is_spark(program):
        return None
    grouping = _grouping(code.nodes[node], code)
    if grouping is None:
        return None
    if _per_row(grouping, code) is not None:
        return _rolled(grouping, code, bound)
    return None if bound.running else _recent(grouping, code, bound, program)


def _is_spark(program: Program) -> bool:
    texts = [fragment.text for fragment in program.fragments if fragment.language == "python"]
    return any("pyspark" in text for text in texts) and not any(_IMPORT.search(text) for text in texts)


# --- finding the groupby ---


def _grouping(node: ast.AST, code: _Code) -> _Grouping | None:
    """The groupby that an aggregate is called on: in its own expression, or assigned to a name before."""
    statement = next((at for at in code.above(node) if isinstance(at, ast.stmt)), None)
    if statement is None:
        return None
    for at in code.above(node):
        base = _base(at) if isinstance(at, ast.expr) else None
        if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
            return _Grouping(base, base.func.value, statement)
        if isinstance(base, ast.Name) and (found := _assigned(base.id, statement, code)) is not None:
            return found
    return None


def _base(node: ast.expr) -> ast.Call | ast.Name | None:
    """Down a chain of calls, attributes and subscripts to the groupby call or the first name."""
    at: ast.expr = node
    while True:
        match at:
            case ast.Call(func=ast.Attribute(attr="groupby")):
                return at
            case ast.Call(func=below) | ast.Attribute(value=below) | ast.Subscript(value=below):
                at = below
            case ast.Name():
                return at
            case _:
                return None


def _assigned(name: str, before: ast.stmt, code: _Code) -> _Grouping | None:
    """`name = frame.groupby(…)` above a statement."""
    found: _Grouping | None = None
    for node in code.nodes:
        if not isinstance(node, ast.Assign) or node.lineno >= before.lineno:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            base = _base(node.value)
            grouped = isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute)
            found = _Grouping(base, base.func.value, node) if grouped else None  # type: ignore[arg-type, union-attr]
    return found


# --- one value per group: aggregate the recent rows ---


def _recent(grouping: _Grouping, code: _Code, bound: Bound, program: Program) -> str:
    frame = code.source(grouping.frame)
    lines = []
    if not isinstance(grouping.frame, ast.Name):
        lines.append(f"history = ({frame})" if "\n" in frame else f"history = {frame}")
        frame = "history"
    pandas = next((m[1] for f in program.fragments if (m := _IMPORT.search(f.text))), "pd")
    recent = "recent" if not re.search(r"\brecent\b", code.text) else f"recent_{bound.days}d"
    time = f'{frame}["{bound.event_time}"]'
    since = f"({time} >= as_of - {pandas}.Timedelta(days={bound.days}))"
    lines.append(f"{recent} = {frame}[{since} & ({time} < as_of)]  # as_of: the time of prediction")
    edits = [_Edit(*code.extent(node), recent) for node in _mentions(grouping, code)]
    edits += _renames(grouping.statement, code, bound)
    return "\n".join([*lines, code.edited(grouping.statement, edits)])


def _mentions(grouping: _Grouping, code: _Code) -> Iterator[ast.expr]:
    """The grouped frame, and further mentions of it in the same chain: `df.groupby([df.index, "k"])`."""
    yield grouping.frame
    if isinstance(grouping.frame, ast.Name):
        chain = _chain(grouping.call, code)
        same = (node for node in ast.walk(chain) if isinstance(node, ast.Name) and node.id == grouping.frame.id)
        yield from (node for node in same if node is not grouping.frame)


def _chain(call: ast.expr, code: _Code) -> ast.expr:
    """The whole chain of calls, attributes and subscripts on top of a call."""
    above = code.parents.get(call)
    while isinstance(above, ast.Attribute | ast.Call | ast.Subscript):
        if call is not (above.func if isinstance(above, ast.Call) else above.value):
            break
        call, above = above, code.parents.get(above)
    return call


def _renames(statement: ast.stmt, code: _Code, bound: Bound) -> Iterator[_Edit]:
    """The window in the names that the statement gives: targets, named aggregations, rename, reset_index(name=…)."""
    if isinstance(statement, ast.Assign):
        yield from (edit for target in statement.targets for edit in _target(target, code, bound))
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NAMING:
            yield from _named(node, code, bound)


def _target(target: ast.expr, code: _Code, bound: Bound) -> Iterator[_Edit]:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield from _string(target.slice, code, bound)


def _named(call: ast.Call, code: _Code, bound: Bound) -> Iterator[_Edit]:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "rename" and call.args:
        yield from _string(call.args[0], code, bound)
    for keyword in call.keywords:
        if keyword.arg in ("name", "names"):
            yield from _string(keyword.value, code, bound)
        elif keyword.arg == "columns" and isinstance(keyword.value, ast.Dict):
            yield from (edit for value in keyword.value.values for edit in _string(value, code, bound))
        elif keyword.arg and call.func.attr in ("agg", "aggregate") and isinstance(keyword.value, ast.Tuple | ast.Call):
            start = code.extent(keyword.value)[0]
            start = code.text.rindex(keyword.arg, 0, start)
            yield _Edit(start, start + len(keyword.arg), bound.named(keyword.arg))


def _string(node: ast.expr, code: _Code, bound: Bound) -> Iterator[_Edit]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        start, end = code.extent(node)
        yield _Edit(start, end, code.text[start:end].replace(node.value, bound.named(node.value)))


# --- one value per row: a rolling window that ends before the row ---


def _per_row(grouping: _Grouping, code: _Code) -> tuple[ast.Call, str, str | None] | None:
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


def _is_called(node: ast.Attribute, code: _Code) -> bool:
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


def _rolled(grouping: _Grouping, code: _Code, bound: Bound) -> str | None:
    """Only of a plain frame to which the column is assigned: its rows are sorted so that the results fall into place."""
    found, keys = _per_row(grouping, code), _keys(grouping.call)
    if found is None or keys is None or not isinstance(grouping.frame, ast.Name):
        return None
    call, function, column = found
    last = _realigned(call, code)
    if not _stands_alone(last, call, code):
        return None
    frame, by = grouping.frame.id, [*keys, bound.event_time]
    if not _assigns_to(grouping.statement, frame):
        return None
    selected = column
    if function == "count" and (column is None or _counts_rows(call)):
        selected = f'"{bound.event_time}"'
    if selected is None:
        return None
    empty = ", min_periods=0" if function in _EMPTY_IS_ZERO else ""
    rolling = f'.rolling("{bound.days}D", on="{bound.event_time}", closed="left"{empty})'
    start, end = code.extent(grouping.call.func)[1], code.extent(last)[1]
    edits = [
        _Edit(start, end, f"({_by(grouping.call, code)}){rolling}[{selected}].{function}().to_numpy()"),
        *_renames(grouping.statement, code, bound),
    ]
    listed = ", ".join(f'"{name}"' for name in by)
    return f"{frame} = {frame}.sort_values([{listed}])\n{code.edited(grouping.statement, edits)}"


def _counts_rows(call: ast.Call) -> bool:
    """`cumcount()` and `transform("size")` count rows whose value is null, too."""
    named = call.args[0] if call.args else None
    size = isinstance(named, ast.Constant) and named.value == "size"
    return size or (isinstance(call.func, ast.Attribute) and call.func.attr == "cumcount")


def _by(call: ast.Call, code: _Code) -> str:
    """The arguments of groupby, so that it gives a value for every row, in the order of the sorted rows."""
    by = call.args[0] if call.args else next(keyword.value for keyword in call.keywords if keyword.arg == "by")
    observed = (f"observed={code.source(k.value)}" for k in call.keywords if k.arg == "observed")
    return ", ".join([code.source(by), *observed, "dropna=False"])


def _stands_alone(last: ast.expr, call: ast.Call, code: _Code) -> bool:
    """Whether nothing is computed from the value that counts on the current row being in it: `cumsum() - x` takes it out
    again, `cumcount() + 1` does not."""
    above = code.parents.get(last)
    counted = isinstance(call.func, ast.Attribute) and call.func.attr == "cumcount"
    return isinstance(above, ast.Assign) or (counted and isinstance(above, ast.BinOp))


def _realigned(call: ast.expr, code: _Code) -> ast.expr:
    """The call with what is chained to it to fit the result to the rows again: `.reset_index(level=0, drop=True)`."""
    above = code.parents.get(call)
    while isinstance(above, ast.Attribute) and above.attr in _REALIGNING:
        call, above = above, code.parents.get(above)
        if isinstance(above, ast.Call) and above.func is call:
            call, above = above, code.parents.get(above)
    return call


def _keys(call: ast.Call) -> list[str] | None:
    """The grouping columns, where they are constant names."""
    by = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "by"), None)
    parts = by.elts if isinstance(by, ast.List | ast.Tuple) else [by]
    names = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return names if names and len(names) == len(parts) else None


def _assigns_to(statement: ast.stmt, frame: str) -> bool:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == frame

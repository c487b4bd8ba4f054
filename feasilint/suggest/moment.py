"""The time of prediction in Python: a variable that the code has, else one that is explained."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from feasilint.syntax import parsed

if TYPE_CHECKING:
    from feasilint.ir import Program

AS_OF = "as_of"
_NAME = re.compile(
    r"(?i)(^|_)(as_?of|cut_?off|prediction|score|scoring|snapshot|observation)(_?(date|time|ts|at|dt|day))?(_|$)"
)
_TIMES = frozenset({"Timestamp", "to_datetime", "datetime", "strptime", "fromisoformat"})


def moment(program: Program, fragment: int, line: int) -> str:
    """The variable that holds the time of prediction at a line of a fragment; `as_of` where the code has none."""
    found = AS_OF
    for at, other in enumerate(program.fragments[: fragment + 1]):
        for name, where in _times(other.text) if other.language == "python" else ():
            if at < fragment or where < line:
                found = name
    return found


@lru_cache(maxsize=64)
def _times(text: str) -> tuple[tuple[str, int], ...]:
    """The variables of a text whose name and value speak of a time of prediction, and the lines that set them."""
    if not any(word in text for word in _TIMES):
        return ()
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: list[tuple[str, int]] = []
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _NAME.search(name) and _is_time(value):
                found.append((name, statement.lineno))
    return tuple(found)


def is_moment(node: ast.expr) -> bool:
    """Whether an expression is a variable whose name speaks of a time of prediction, as such or as a library takes it."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name)):
            return _NAME.search(name) is not None
        case ast.Call(args=[inner, *_]) | ast.BinOp(left=inner):
            return is_moment(inner)
        case _:
            return False


def _is_time(value: ast.expr) -> bool:
    """Whether a value is one time by the call that makes it: `pd.Timestamp("…")`, `datetime(2024, 6, 1)`."""
    match value:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[_, *_] as args):
            return name in _TIMES and all(isinstance(arg, ast.Constant | ast.Name) for arg in args)
        case _:
            return False

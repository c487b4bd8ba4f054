"""In pandas, the last values of a list in place of all."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.suggest.kinds import ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

_AGGREGATING = frozenset({"agg", "aggregate", "apply"})
_LISTING = re.compile(r"list|lambda (\w+): list\(\1\)")


def last_values(call: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The arguments of an aggregation that list all values of a group, and a function that lists the last ones."""
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _AGGREGATING:
        for given in (*call.args, *(keyword.value for keyword in call.keywords)):
            for part in _parts(given):
                if _LISTING.fullmatch(ast.unparse(part)):
                    yield part, f"lambda values: list(values.tail({ITEMS}))"


def _parts(given: ast.expr) -> Iterator[ast.expr]:
    """The functions of an argument: `list`, `("merchant", list)`, `{"merchant": list}`, `pd.NamedAgg("merchant", list)`."""
    match given:
        case ast.Tuple(elts=parts) | ast.Dict(values=parts):
            yield from parts
        case ast.Call(args=args, keywords=keywords):
            yield from (*args, *(keyword.value for keyword in keywords))
        case _:
            yield given


def in_order(frame: str, event_time: str) -> str:
    """The step that brings rows into the order of time, where the code of a frame does not end with it."""
    ordered = re.search(rf"\.sort_values\((by=)?\[?['\"]{re.escape(event_time)}['\"]\]?\)\s*$", frame)
    return "" if ordered else f'.sort_values("{event_time}")'

"""In SQL, the time of a row in the place of the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.nodes import nodes
from feasilint.suggest.sql_text import Text

if TYPE_CHECKING:
    from feasilint.ir import Fragment

_CLOCKS = (exp.CurrentTimestamp, exp.CurrentDatetime, exp.CurrentTimestampLTZ, exp.Localtimestamp)
_DAYS = (exp.CurrentDate,)
_NAMES = frozenset({"now", "getdate", "sysdate", "systimestamp"})


def of_row(fragment: Fragment, node: int, event_time: str) -> str | None:
    """The SELECT around a column with the event time in place of each look at the clock in it, of one table or subquery alone."""
    every = nodes(fragment)
    if node >= len(every):
        return None
    root = every[node].root()
    at = next(index for index, other in enumerate(root.walk(bfs=False)) if other is every[node])
    column = list(root.copy().walk(bfs=False))[at]
    select, text = column.find_ancestor(exp.Select), Text(fragment)
    if select is None or select.args.get("joins") or select.args.get("group") or text.controlled(select):
        return None
    clocks = [part for part in column.find_all(*_CLOCKS, *_DAYS, exp.Anonymous) if _is_clock(part)]
    if not clocks or any(clock.find_ancestor(exp.Select) is not select for clock in clocks):
        return None
    for clock in clocks:
        time: exp.Expr = exp.column(event_time)
        clock.replace(exp.cast(time, "DATE") if isinstance(clock, _DAYS) else time)
    return text.written(select)


def _is_clock(part: exp.Expr) -> bool:
    return not isinstance(part, exp.Anonymous) or (part.name.lower() in _NAMES and not part.expressions)

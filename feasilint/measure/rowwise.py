"""Whether times that are compared belong to one row: `delivered_at <= ordered_at + 3 days` picks rows, however old they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Aggregate
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import spelled

if TYPE_CHECKING:
    from feasilint.columns import Columns
    from feasilint.ir import Column, Expression, Name, Relation

_STEPS = 256
_ANCHOR = re.compile(  # what a row is seen from, or when its entity began: joined to the events before they were stored
    r"(^|_)(as_?of|snapshot|cut_?off|label|observ\w*|reference|predict\w*|scor\w+|spine|anchor|index|run|current|today|now|window"
    r"|sign_?up|regist\w*|joined|join_date|hired?|install\w*|birth\w*|dob|first|admit\w*|admission|intime)(_|$|date|time|at$)",
    re.IGNORECASE,
)


def within_row(expressions: tuple[Expression, ...], columns: Columns) -> bool:
    """Whether the expressions name at least two columns, all of one row of one table, none of which is a point of view."""
    named = {column.name: column for expression in expressions for column in referenced(expression)}
    if len(named) < 2 or any(_ANCHOR.search(spelled(name)) for name in named):
        return False
    found = [_way(column, columns) for column in named.values()]
    if len({end for _, end in found}) < len(found):  # one column under two names: of a table that is joined to itself
        return False
    ways = [way for way, _ in found]
    return all(_meet(ways[0], way) for way in ways[1:])


def _way(column: Column, columns: Columns) -> tuple[tuple[Relation, ...], tuple[Relation, Name]]:
    """The relations that a column is passed through, down to where it is read or made of several others, and what it is there."""
    way = [column.relation]
    for _ in range(_STEPS):
        below = columns.step(column.relation, column.name)
        inner = list(referenced(below[0])) if len(below) == 1 else []
        if len(inner) != 1:
            break
        column = inner[0]
        way.append(column.relation)
    return tuple(way), (column.relation, column.name)


def _meet(one: tuple[Relation, ...], other: tuple[Relation, ...]) -> bool:
    """Whether one way is the end of the other: they never come from two sides of a join, nor is one a summary of many rows."""
    short, long = sorted((one, other), key=len)
    if any(isinstance(relation, Aggregate) for relation in long[: len(long) - len(short)]):
        return False
    return all(a is b for a, b in zip(short, long[len(long) - len(short) :], strict=True))

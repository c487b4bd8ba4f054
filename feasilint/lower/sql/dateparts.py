"""Date functions whose arguments the grammar has taken in another order than they are written in: `DATEDIFF(day, a, b)` and
`DATE_TRUNC(a, MONTH)`, where no dialect is known or another one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.calendar import PARTS, UNITS

if TYPE_CHECKING:
    from feasilint.lower.sql.scope import Context

_FULL = frozenset(UNITS.values())
_PARTS = _FULL | UNITS.keys() | PARTS.keys()
_PART_FIRST = frozenset((
    "date_part", "datepart", "datename", "datetrunc", "date_trunc", "dateadd", "timestampadd", "datediff", "datediff_big",
    "date_diff", "timestampdiff", "timediff",
))  # fmt: skip
"""Functions that take a part of a date before the date itself."""


class Ordered(NamedTuple):
    """The unit of a date function and its other arguments as they are written."""

    unit: Node
    values: tuple[Node, ...]


def part_first(node: Node, context: Context) -> Ordered | None:
    """`f(day, a, b)` whose parser expects the unit last; None if it is last, or nowhere."""
    first, second, last = node.this, node.expression, node.args.get("unit")
    if not isinstance(last, Node) or not _is_part(first) or _spelled(last, context).lower() in _PARTS:
        return None
    return Ordered(first, (second, _value(last, context)))


def part_last(node: Node, context: Context) -> Ordered | None:
    """`DATE_TRUNC(a, MONTH)` whose parser expects the unit first; None if it is."""
    first, last = node.args.get("unit"), node.this
    if not isinstance(first, Node) or not _is_bare(last) or str(last.name).lower() not in _FULL:
        return None
    return None if _spelled(first, context).lower() in _FULL else Ordered(last, (_value(first, context),))


def names_part(name: str, args: list[Node]) -> bool:
    """Whether the first argument of a function is no column but the part of a date."""
    return name in _PART_FIRST and len(args) > 1 and _is_bare(args[0]) and str(args[0].name).lower() in _PARTS


def _is_part(node: Node) -> bool:
    quoted = isinstance(node, exp.Literal) and bool(node.args.get("is_string"))
    return (quoted or _is_bare(node)) and str(node.name).lower() in _PARTS


def _is_bare(node: object) -> bool:
    """A name without qualifier and quotes."""
    return isinstance(node, exp.Column) and len(node.parts) == 1 and not node.this.args.get("quoted")


def _spelled(node: Node, context: Context) -> str:
    """A name that the parser has taken for a unit, as it is written."""
    if not isinstance(node, exp.Var | exp.Literal):
        return ""
    name = str(node.name)
    return next((token.text for token in context.layout.tokens if token.text.upper() == name.upper()), name)


def _value(node: Node, context: Context) -> Node:
    name = _spelled(node, context)
    return exp.column(name) if name else node

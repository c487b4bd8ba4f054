"""Scalar expressions of the IR: what a column or a predicate is computed from."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from feasilint.ir.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from feasilint.ir.intervals import Interval
    from feasilint.ir.relations import Relation
    from feasilint.ir.spans import Origin

Name: TypeAlias = str | tuple[str, ...]
"""A column's name; a tuple under a multi-index. Parts that are not known stay as `{text}`."""

Value: TypeAlias = "str | int | float | bool | datetime | Interval | None"


class Column(Node, frozen=True):
    """Column `name` of exactly this version of a relation; `path`: the field inside its structs that is meant."""

    relation: Relation
    name: Name
    origin: Origin | None = None
    path: tuple[str, ...] = ()


class Literal(Node, frozen=True):
    """A constant. Dates written as typed literals (`DATE '2024-01-01'`, `pd.Timestamp(...)`) are datetimes, quoted
    dates stay strings, INTERVALs and timedeltas are `Interval`."""

    value: Value
    origin: Origin | None = None


class Param(Node, frozen=True):
    """A value that the caller supplies: `@asof`, `:start`, a papermill parameter, `{{ var('x') }}`."""

    name: str
    origin: Origin | None = None


class Hole(Node, frozen=True):
    """Something that could not be read; `inputs` are what it may depend on.

    `unread`: it stands for a call or name that could not be followed. `library`: whose call it is, where it is none of the
    project.
    """

    text: str
    inputs: tuple[Expression, ...] = ()
    origin: Origin | None = None
    library: str = ""
    unread: bool = False


class Now(Node, frozen=True):
    """The clock: CURRENT_DATE, now(), pd.Timestamp.now()."""

    origin: Origin | None = None


class Call(Node, frozen=True):
    """A scalar function by its canonical name (`feasilint.ir.functions`), row by row.

    Operators are calls: eq ne lt le gt ge and or not add sub mul div, between(x, low, high), in(x, …),
    case(condition, value, …, else), cast(x, 'type'), date_trunc('day', x), date_part('weekday', x), coalesce(…).
    Adding or subtracting an interval is add/sub with a Literal(Interval). `names`: those of the fields of a struct(…).
    """

    function: str
    args: tuple[Expression, ...]
    origin: Origin | None = None
    names: tuple[str, ...] = ()


class Measure(Node, frozen=True):
    """An aggregate function over the rows of a group or frame. Occurs only in `Aggregate.measures` and `Window.measures`.

    `where` is FILTER (WHERE …) or the condition of COUNTIF; CASE WHEN inside the argument stays in the argument.
    """

    function: str
    args: tuple[Expression, ...]
    where: Expression | None = None
    distinct: bool = False
    order: tuple[Expression, ...] = ()
    origin: Origin | None = None


class Shift(Node, frozen=True):
    """The value `n` rows earlier (negative: later) in the order of its relation: lag, lead, shift, diff."""

    arg: Expression
    n: int
    origin: Origin | None = None


class Subquery(Node, frozen=True):
    """A value that comes from another relation as a whole: scalar subquery, EXISTS, IN (SELECT …).

    `function` is scalar, exists or in; `args` the expressions compared with it; `path` the field of the value that is meant.
    """

    function: str
    relation: Relation
    args: tuple[Expression, ...] = ()
    origin: Origin | None = None
    path: tuple[str, ...] = ()


Expression: TypeAlias = Column | Literal | Param | Hole | Now | Call | Measure | Shift | Subquery
EXPRESSIONS = frozenset((Column, Literal, Param, Hole, Now, Call, Measure, Shift, Subquery))


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions."""
    below = _CHILDREN.get(type(expression))
    return below(expression) if below is not None else ()


def _of_measure(measure: Measure) -> tuple[Expression, ...]:
    where = () if measure.where is None else (measure.where,)
    return (*measure.args, *where, *measure.order)


_CHILDREN: dict[type[Expression], Callable[[Any], tuple[Expression, ...]]] = {
    Call: attrgetter("args"),
    Subquery: attrgetter("args"),
    Hole: attrgetter("inputs"),
    Measure: _of_measure,
    Shift: lambda shift: (shift.arg,),
}
"""By the kind of the expression: nothing is asked more often."""


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything below it, parents first (subqueries' relations excluded). What is used twice, as by
    `x = x + x` in a loop, is walked once."""
    pending = [expression]
    seen: set[Expression] = set()
    while pending:
        node = pending.pop()
        if below := children(node):
            if node in seen:
                continue
            seen.add(node)
            pending.extend(reversed(below))
        yield node


def columns(expression: Expression) -> Iterator[Column]:
    """Every column reference of the expression."""
    return (node for node in walk(expression) if type(node) is Column)


def conjuncts(predicate: Expression) -> Iterator[Expression]:
    """The predicate split at its top-level ANDs."""
    return _parted(predicate, "and")


def disjuncts(predicate: Expression) -> Iterator[Expression]:
    """The predicate split at its top-level ORs."""
    return _parted(predicate, "or")


def _parted(predicate: Expression, function: str) -> Iterator[Expression]:
    pending = [predicate]
    while pending:
        node = pending.pop()
        if isinstance(node, Call) and node.function == function:
            pending.extend(reversed(node.args))
        else:
            yield node


def spelled(name: Name) -> str:
    """A name as text: parts of a multi-index joined by an underscore, as pandas users flatten them."""
    return name if isinstance(name, str) else "_".join(part for part in name if part)


def parts_of(name: Name) -> tuple[str, ...]:
    """The parts of a multi-index's name; a plain name is the only one of its own."""
    return (name,) if isinstance(name, str) else name


@lru_cache(maxsize=65_536)
def fold(name: Name) -> str:
    """A name as it is compared: quotes gone, case folded."""
    return spelled(name).strip('`"[]').lower()


def is_dynamic(name: Name) -> bool:
    """Whether a part of the name is unknown."""
    return "{" in spelled(name)

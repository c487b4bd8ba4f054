"""What a grouping key is, at the bottom of its way, and what makes its groups one natural thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Derive,
    Distinct,
    Expression,
    Filter,
    Inline,
    Join,
    Limit,
    Measure,
    Scan,
    Shift,
    Sort,
    Unnest,
    Window,
)
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import children, fold
from feasilint.ir.expressions import columns as referenced
from feasilint.measure.lengths import behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Relation

_STEPS = 64  # of the way to what a flag is made of


def defined(expression: Expression, columns: Columns, depth: int = 16) -> Expression:
    """The expression that a column was made with, through every step that merely passes it on."""
    while depth and isinstance(expression, Column):
        relation = columns.settle(expression.relation, expression.name)
        made = columns.table(relation).find(expression.name)
        below = (made.expression,) if made is not None else columns.step(relation, expression.name)
        if len(below) != 1 or isinstance(below[0], Measure | Constant):
            return Column(relation, expression.name, expression.origin)
        expression, depth = below[0], depth - 1
    return expression


def carried(value: Expression, columns: Columns) -> bool:
    """Whether a value is that of one physical column as it is, or in another type."""
    for _ in range(_STEPS):
        value = defined(value, columns)
        if isinstance(value, Column):
            return isinstance(value.relation, Scan) and value.relation not in columns.bound
        if not isinstance(value, Call) or value.function != "cast":
            return False
        value = value.args[0]
    return False


def leaves(expression: Expression, columns: Columns, depth: int = 8) -> Iterator[tuple[Relation, str]]:
    """The lowest columns that a key is computed from."""
    for column in referenced(defined(expression, columns)):
        bottom = defined(column, columns)
        if isinstance(bottom, Column):
            yield bottom.relation, fold(bottom.name)
        elif depth:
            yield from leaves(bottom, columns, depth - 1)


def called(key: Expression, columns: Columns) -> Iterator[str]:
    """The names that a key has on its way, down to where it is computed from others."""
    for _ in range(_STEPS):
        if not isinstance(key, Column):
            return
        yield fold(key.name)
        below = columns.step(columns.settle(key.relation, key.name), key.name)
        if len(below) != 1:
            return
        key = below[0]


def unique_key(relation: Relation, columns: Columns) -> tuple[Relation, frozenset[str]] | None:
    """The names that identify one row of a relation, with the relation that they are columns of; None if unknown."""
    while True:
        match relation:
            case Aggregate(keys=keys):
                return relation, frozenset(fold(key.name) for key in keys)
            case Distinct(input=below, keys=keys) if keys:
                return below, frozenset(fold(column.name) for key in keys for column in referenced(key))
            case (
                Filter(input=below) | Sort(input=below) | Limit(input=below) | Derive(input=below) | Window(input=below)
            ):
                relation = below
            case Scan() if len(columns.bound.get(relation, ())) == 1:
                relation = columns.bound[relation][0].relation
            case _:
                return None


def single(relation: Relation, columns: Columns) -> bool:
    """Whether a relation has one row at most: a statistic of a whole table, or what is written in the code."""
    pending, seen = [relation], 0
    while pending and (seen := seen + 1) < _STEPS:
        match pending.pop():
            case Aggregate(keys=()) | Inline() | Limit(n=1):
                continue
            case (
                Filter(input=below) | Sort(input=below) | Limit(input=below) | Derive(input=below) | Window(input=below)
            ):
                pending.append(below)
            case Join(left=left, right=right):
                pending += (left, right)
            case Scan() as scan if len(columns.bound.get(scan, ())) == 1:
                pending.append(columns.bound[scan][0].relation)
            case _:
                return False
    return not pending


def elements(relation: Relation) -> bool:
    """Whether the rows are the elements of one list, of the row around a subquery: `SELECT MAX(x) FROM UNNEST(t.items)`."""
    while isinstance(relation, Filter | Sort | Limit | Derive | Distinct):
        relation = relation.input
    return isinstance(relation, Unnest) and isinstance(relation.input, Inline) and not relation.input.outputs


def session(key: Expression, columns: Columns) -> bool:
    """Whether a key numbers sessions: a running sum of flags that compare a row with the one before it."""
    if not isinstance(key, Column):
        return False
    relation, made = columns.definition(key.relation, key.name)
    running = isinstance(relation, Window) and bool(relation.order) and made is not None
    return running and made is not None and _compares_rows(made.expression, columns)


def _compares_rows(expression: Expression, columns: Columns) -> bool:
    if not isinstance(expression, Measure) or expression.function not in ("sum", "count"):
        return False
    pending = list(children(expression))
    for node in pending:
        below = behind(node, columns)
        if isinstance(below, Shift) or (isinstance(below, Measure) and below.function in ("lag", "lead")):
            return True
        if len(pending) < _STEPS and not isinstance(below, Measure):
            pending.extend(children(below))
    return False

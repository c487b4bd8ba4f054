"""Rows picked by their number: `ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) <= n`, `MAX(CASE WHEN n = 2 THEN x END)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Measure, Window
from feasilint.ir.expressions import conjuncts
from feasilint.measure.grain import leaves
from feasilint.measure.lengths import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Expression
    from feasilint.measure.model import WindowClass

_NUMBERING = frozenset({"row_number", "rank", "dense_rank"})


def picked(predicates: Iterable[Expression], keys: tuple[Expression, ...], columns: Columns) -> WindowClass | None:
    """`rows` where at most n rows of each group are kept, `entity` where it is one; None where rows are picked per anything
    else, as deduplication does."""
    grouped = {leaf for key in keys for leaf in leaves(key, columns)}
    for predicate in predicates:
        for window, most in _numbered(predicate, columns):
            partition = {leaf for key in window.partition for leaf in leaves(key, columns)}
            if partition and partition <= grouped:
                return "entity" if most == 1 else "rows"
    return None


def _conjuncts(predicate: Expression) -> Iterator[Expression]:
    """As `conjuncts`, and of an alternative with one branch that branch."""
    for part in conjuncts(predicate):
        if isinstance(part, Call) and part.function == "or" and len(part.args) == 1:
            yield from _conjuncts(part.args[0])
        else:
            yield part


def _numbered(predicate: Expression, columns: Columns) -> Iterator[tuple[Window, float]]:
    for part in _conjuncts(predicate):
        if isinstance(part, Call) and part.function in ("eq", "le", "lt") and len(part.args) == 2:
            found = _number_of(part.args[0], columns)
            most = number(part.args[1], columns) if found is not None else None
            if found is not None and most is not None:
                yield found, most - (part.function == "lt")


def _number_of(expression: Expression, columns: Columns) -> Window | None:
    """The window whose row number a column is."""
    if not isinstance(expression, Column):
        return None
    relation, made = columns.definition(expression.relation, expression.name)
    numbers = made is not None and isinstance(made.expression, Measure) and made.expression.function in _NUMBERING
    return relation if isinstance(relation, Window) and numbers else None

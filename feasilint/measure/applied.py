"""Whether a statistic of whole tables is set off against the very rows that it is taken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Apply, Derive, Join, Measure, Output, Scan, Sort, Subquery, Window
from feasilint.ir.expressions import columns, spelled, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Expression, Relation

_SAME_ROWS = Derive | Window | Sort | Apply


def applications(relations: Iterable[Relation]) -> dict[Relation, tuple[Relation, ...]]:
    """Of each aggregation without keys the rows that it is computed with, wherever that is done."""
    found: dict[Relation, list[Relation]] = {}
    for relation in relations:
        for made, rows in _used(relation):
            found.setdefault(made, []).append(rows)
    return {made: tuple(rows) for made, rows in found.items()}


def _used(relation: Relation) -> Iterator[tuple[Relation, Relation]]:
    if isinstance(relation, Derive):
        expressions = (item.expression for item in relation.items if isinstance(item, Output))
        for used in {used for expression in expressions for used in _read(expression)}:
            yield used, relation.input
    elif isinstance(relation, Join):
        for one, other in ((relation.left, relation.right), (relation.right, relation.left)):
            yield _rows(one), other


def _read(expression: Expression) -> Iterator[Relation]:
    for column in columns(expression):
        yield _rows(column.relation)
    for node in walk(expression):
        if isinstance(node, Subquery):
            yield _rows(node.relation)


def _rows(relation: Relation) -> Relation:
    """The step that decides which rows a relation has."""
    while isinstance(relation, _SAME_ROWS):
        relation = relation.input
    return relation


def of_its_own_rows(statistic: Aggregate, applied: dict[Relation, tuple[Relation, ...]]) -> bool:
    """Whether it is computed with the rows that it is taken of, and with no others."""
    own = _rows(statistic.input)
    users = [user for made, rows in applied.items() if _is_the_same(made, statistic) for user in rows]
    rows = [rows for rows in map(_rows, users) if rows is not statistic and not _joins(rows, statistic)]
    return bool(rows) and all(one is own or _of_one_table(one, own) for one in rows)


def _is_the_same(made: Relation, statistic: Aggregate) -> bool:
    """Whether two calls take the same statistics of the same rows: `df.x.mean()` as often as it is needed."""
    if made is statistic:
        return True
    if not isinstance(made, Aggregate) or made.keys or _rows(made.input) is not _rows(statistic.input):
        return False
    return [_spelled(one) for one in made.measures] == [_spelled(one) for one in statistic.measures]


def _spelled(output: Output) -> tuple[str, ...]:
    measure = output.expression
    function = measure.function if isinstance(measure, Measure) else ""
    return (function, *(spelled(column.name) for column in columns(measure)))


def _joins(relation: Relation, statistic: Aggregate) -> bool:
    return isinstance(relation, Join) and statistic in (_rows(relation.left), _rows(relation.right))


def _of_one_table(one: Relation, other: Relation) -> bool:
    return isinstance(one, Scan) and isinstance(other, Scan) and one.source == other.source

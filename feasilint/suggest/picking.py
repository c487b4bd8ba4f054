"""Whether what limits the rows that are summed up also decides which rows a model or a table gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Filter, Fit, Join, Relation, Scan, Write
from feasilint.ir.expressions import conjuncts
from feasilint.ir.traversal import inputs, members

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Expression, Origin, Program


def picks_rows(program: Program, origin: Origin) -> bool:
    """Whether the condition at this origin stands on the way to a model or a table without an aggregation in between."""
    conditions = (predicate for relation in _rows(_ends(program)) for predicate in _conditions(relation))
    return any(part.origin == origin for predicate in conditions for part in conjuncts(predicate))


def shares_rows(program: Program, relation: Relation) -> bool:
    """Whether a relation, or one that its rows come from, gives them to a model or a table, too; a source may be read twice."""
    own = _rows([relation])
    return any(one in own for one in _rows(_ends(program)) if not isinstance(one, Scan))


def _rows(ends: Iterable[Relation]) -> set[Relation]:
    """The relations whose rows these are, down to aggregations."""
    pending, seen = list(ends), set[Relation]()
    while pending:
        relation = pending.pop()
        if relation not in seen and not isinstance(relation, Aggregate):
            seen.add(relation)
            pending.extend(_kept(relation))
    return seen


def _ends(program: Program) -> Iterator[Relation]:
    for sink in program.sinks:
        match sink:
            case Fit(features=features):
                yield from members(features)
            case Write(relation=relation):
                yield relation


def _conditions(relation: Relation) -> tuple[Expression, ...]:
    match relation:
        case Filter(predicate=predicate):
            return (predicate,)
        case Join(kind="inner" | "semi", on=predicate) if predicate is not None:
            return (predicate,)
        case _:
            return ()


def _kept(relation: Relation) -> tuple[Relation, ...]:
    """The inputs whose rows those of a relation are; of an outer join the side that is kept."""
    match relation:
        case Join(left=left, kind="left" | "semi" | "anti" | "asof"):
            return (left,)
        case Join(right=right, kind="right"):
            return (right,)
        case _:
            return inputs(relation)

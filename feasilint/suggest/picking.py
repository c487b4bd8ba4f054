"""Whether a condition of the code decides which rows a model or a table gets, beside which ones are summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Filter, Fit, Join, Relation, Write
from feasilint.ir.expressions import conjuncts
from feasilint.ir.traversal import inputs, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Expression, Origin, Program


def picks_rows(program: Program, origin: Origin) -> bool:
    """Whether the condition at this origin stands on the way to a model or a table without an aggregation in between."""
    pending, seen = list(_ends(program)), set[Relation]()
    while pending:
        relation = pending.pop()
        if relation in seen or isinstance(relation, Aggregate):
            continue
        seen.add(relation)
        if any(part.origin == origin for predicate in _conditions(relation) for part in conjuncts(predicate)):
            return True
        pending.extend(_kept(relation))
    return False


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

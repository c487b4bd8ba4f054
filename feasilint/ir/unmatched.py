"""Conditions that let the rows pass for which an outer join found none: of the joined rows the rest of the condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.expressions import Call, Column, columns, conjuncts, disjuncts, fold
from feasilint.ir.relations import Filter, Join

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from feasilint.ir.expressions import Expression
    from feasilint.ir.relations import Relation

_NULL = ("is_null", "isnull", "isna")


def of_joined(predicate: Expression, rows: Relation) -> Expression:
    """A condition on rows as it holds for those that a join found: after `LEFT JOIN b ON b.k = a.k`, that is `b.ts > t` where the
    code says `b.k IS NULL OR b.ts > t`."""
    parts = list(conjuncts(predicate))
    if not any(_is_either(part) for part in parts):
        return predicate
    keys = frozenset(_outer_keys(rows))
    kept = [_without(part, keys) if _is_either(part) else part for part in parts] if keys else parts
    if all(one is other for one, other in zip(kept, parts, strict=True)):
        return predicate
    return kept[0] if len(kept) == 1 else Call("and", tuple(kept), predicate.origin)


def _is_either(part: Expression) -> bool:
    return isinstance(part, Call) and part.function == "or"


def _without(part: Expression, keys: Collection[tuple[Relation, str]]) -> Expression:
    every = list(disjuncts(part))
    kept = [one for one in every if not _is_missing(one, keys)]
    if not kept or len(kept) == len(every):
        return part
    return kept[0] if len(kept) == 1 else Call("or", tuple(kept), part.origin)


def _is_missing(part: Expression, keys: Collection[tuple[Relation, str]]) -> bool:
    tested = part.args[0] if isinstance(part, Call) and part.function in _NULL and part.args else None
    return isinstance(tested, Column) and (tested.relation, fold(tested.name)) in keys


def _outer_keys(rows: Relation) -> Iterator[tuple[Relation, str]]:
    """The columns that only rows without a match lack: the keys of the sides that joins put to all rows of the other one."""
    pending = [rows]
    while pending:
        here = pending.pop()
        if isinstance(here, Filter):
            pending.append(here.input)
        elif isinstance(here, Join):
            pending += (here.left, here.right)
            optional = {"left": here.right, "right": here.left}.get(here.kind)
            if optional is not None:
                yield from ((optional, name) for name in _key_names(here, optional))


def _key_names(join: Join, side: Relation) -> Iterator[str]:
    yield from map(fold, join.using)
    for part in conjuncts(join.on) if join.on is not None else ():
        if isinstance(part, Call) and part.function == "eq":
            yield from (fold(one.name) for one in columns(part) if one.relation is side)

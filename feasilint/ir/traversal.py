"""What relations are made of: their inputs, their expressions, the sources at the bottom."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from feasilint.ir.expressions import EXPRESSIONS
from feasilint.ir.relations import (
    AllOf,
    AsOf,
    Both,
    Choice,
    Inline,
    Join,
    Matching,
    Minus,
    Names,
    OfType,
    Opaque,
    Output,
    Relation,
    Scan,
    Union,
    Upsert,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.ir.expressions import Expression
    from feasilint.ir.relations import ColumnSet


def inputs(relation: Relation) -> tuple[Relation, ...]:
    """The relations that this one is directly computed from."""
    return _INPUTS.get(type(relation), _input)(relation)


def _input(relation: Any) -> tuple[Relation, ...]:
    return (relation.input,)


_INPUTS: dict[type[Relation], Callable[[Any], tuple[Relation, ...]]] = {
    Scan: lambda _: (),
    Inline: lambda _: (),
    Join: attrgetter("left", "right"),
    Upsert: attrgetter("target", "source"),
    Union: attrgetter("inputs"),
    Choice: attrgetter("inputs"),
    Opaque: attrgetter("inputs"),
}
"""Of all kinds but those with one input."""


def expressions(relation: Relation) -> Iterator[Expression]:
    """The expressions that a relation computes or filters, joins, groups and orders by."""
    for name in relation.__struct_fields__:
        yield from _expressions(getattr(relation, name))


def _expressions(value: Any) -> Iterator[Expression]:
    kind = type(value)
    if kind is Output:
        yield value.expression
    elif kind is tuple:
        for part in value:
            yield from _expressions(part)
    elif kind in EXPRESSIONS:
        yield value
    elif kind is AsOf:
        yield from (value.left, value.right)


def members(columns: ColumnSet) -> Iterator[Relation]:
    """The relations that a column set draws from."""
    match columns:
        case AllOf(relation=relation) | Names(relation=relation):
            yield relation
        case Minus(base=base) | Matching(base=base) | OfType(base=base):
            yield from members(base)
        case Both(parts=parts):
            for part in parts:
                yield from members(part)
        case Values():
            return


def scans(relations: Iterable[Relation]) -> Iterator[Scan]:
    """The scans at the bottom of relations, each once."""
    pending, seen = list(relations), set[Relation]()
    while pending:
        relation = pending.pop()
        if relation in seen:
            continue
        seen.add(relation)
        if isinstance(relation, Scan):
            yield relation
        pending.extend(inputs(relation))

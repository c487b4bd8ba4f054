"""Fields of structured values: which part of an expression a path like `s.x` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir.expressions import Call, Column, Expression, Measure, Subquery, fold
from feasilint.ir.relations import (
    Aggregate,
    AllOf,
    Derive,
    Distinct,
    Filter,
    Limit,
    Output,
    Sort,
    Star,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.relations import Relation

_FIRST = frozenset(
    ("element", "cast", "filter", "array_sort", "array_slice", "array_reverse", "array_distinct", "flatten")
)
"""Functions of which the first argument has the fields of the result."""
_ALL = frozenset(("array", "coalesce", "array_concat", "list", "array_cat"))
_KEEPING = frozenset(
    ("list", "any", "first", "first_n", "last", "nth", "arg_min", "arg_max", "min", "max", "lag", "lead", "mode")
)
"""Measures whose value is one of their first argument, or a list of them."""


def at_path(expression: Expression, path: tuple[str, ...]) -> Expression:
    """The part of a value that the path names; the whole expression where its structure is not known."""
    if not path:
        return expression
    into = _INTO.get(type(expression))
    return into(expression, path) if into is not None else expression


def _column(column: Column, path: tuple[str, ...]) -> Expression:
    if column.name == "*" and not column.path:  # a whole row
        return Column(column.relation, path[0], column.origin, path[1:])
    return Column(column.relation, column.name, column.origin, column.path + path)


def _subquery(query: Subquery, path: tuple[str, ...]) -> Expression:
    return replace(query, path=query.path + path) if query.function == "scalar" else query


def _measure(measure: Measure, path: tuple[str, ...]) -> Expression:
    if measure.function not in _KEEPING or not measure.args:
        return measure
    return replace(measure, args=(at_path(measure.args[0], path), *measure.args[1:]))


def _call(call: Call, path: tuple[str, ...]) -> Expression:
    args, function = call.args, call.function
    if function == "struct":
        return _field(call, path)
    if function in _FIRST:
        return replace(call, args=(at_path(args[0], path), *args[1:])) if args else call
    if function in _ALL:
        return replace(call, args=tuple(at_path(arg, path) for arg in args))
    if function == "case":  # conditions and values in turn, then the default
        last = len(args) - 1
        chosen = (at_path(arg, path) if at % 2 or at == last else arg for at, arg in enumerate(args))
        return replace(call, args=tuple(chosen))
    return call


def _field(struct: Call, path: tuple[str, ...]) -> Expression:
    wanted = fold(path[0])
    for name, value in zip(struct.names, struct.args, strict=False):
        if fold(name) == wanted:
            return at_path(value, path[1:])
    return struct


_INTO: dict[type, Callable[..., Expression]] = {
    Column: _column,
    Subquery: _subquery,
    Measure: _measure,
    Call: _call,
}


def structure(expression: Expression) -> Call | Column | None:
    """The struct whose fields a value has, or the row that it is (a column `*`); None where neither is written in the code."""
    for _ in range(_DEEPEST):
        match expression:
            case Call(function="struct") | Column(name="*", path=()):
                return expression
            case Call(function=function, args=(first, *_)) if function in _FIRST:
                expression = first
            case Measure(function=function, args=(first, *_)) if function in _KEEPING:
                expression = first
            case Column(relation=relation, name=name, path=()):
                below = made(relation, fold(name))
                if below is None:
                    return None
                expression = below
            case _:
                return None
    return None


_DEEPEST = 100


def made(relation: Relation, name: str) -> Expression | None:
    """What a relation, or one whose columns it passes on, computes under a folded name."""
    for _ in range(_DEEPEST):
        outputs, below = _outputs(relation)
        for output in outputs:
            if fold(output.name) == name:
                return output.expression
        if below is None:
            return None
        relation = below
    return None


def _outputs(relation: Relation) -> tuple[tuple[Output, ...], Relation | None]:
    """What a relation computes itself, and the one whose columns it passes on beside that."""
    match relation:
        case Derive(items=items):
            stars = [item.columns for item in items if isinstance(item, Star)]
            passed = stars[0] if len(stars) == 1 else None
            return (
                tuple(item for item in items if isinstance(item, Output)),
                passed.relation if isinstance(passed, AllOf) else None,
            )
        case Aggregate(keys=keys, measures=measures):
            return keys + measures, None
        case Window(input=below, measures=measures):
            return measures, below
        case Filter(input=below) | Sort(input=below) | Limit(input=below) | Distinct(input=below):
            return (), below
        case _:
            return (), None

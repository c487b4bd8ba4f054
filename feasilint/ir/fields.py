"""Fields of structured values: which part of an expression a path like `s.x` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir.expressions import Call, Column, Expression, Measure, Subquery, fold

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST = frozenset(
    ("element", "cast", "filter", "array_sort", "array_slice", "array_reverse", "array_distinct", "flatten")
)
"""Functions of which the first argument has the fields of the result."""
_ALL = frozenset(("array", "coalesce", "array_concat", "list", "array_cat"))
_KEEPING = frozenset(("list", "any", "first", "last", "nth", "arg_min", "arg_max", "min", "max", "lag", "lead", "mode"))
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

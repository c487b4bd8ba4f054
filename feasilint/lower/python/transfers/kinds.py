"""What kind of values a column holds, as far as the code tells: `number`, `string`, `category`, `boolean` or `time`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import (
    Aggregate,
    Column,
    Derive,
    Distinct,
    Filter,
    Limit,
    Literal,
    Measure,
    Output,
    Sort,
    Split,
    Star,
    Window,
)
from feasilint.ir import Call as Op
from feasilint.ir.traversal import members

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation

_TYPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("time", re.compile(r"time|date", re.IGNORECASE)),
    ("boolean", re.compile(r"bool", re.IGNORECASE)),
    ("category", re.compile(r"categor|ordinal|postal|country|object|str|natural|text|ordinal|\bid\b", re.IGNORECASE)),
    ("number", re.compile(r"int|float|double|numeric|decimal|number|long", re.IGNORECASE)),
)
_FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "mod", "pow", "abs", "round", "log", "sqrt", "date_part"), "number"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "in", "between"), "boolean"),
    **dict.fromkeys(("to_datetime", "timestamp", "date_trunc", "strptime"), "time"),
    **dict.fromkeys(("lower", "upper", "concat"), "string"),
}
_FURTHEST = 200


def kind_of_type(name: str) -> str | None:
    """The kind that a type means by its name: `datetime64[ns]`, `PostalCode`, `int`."""
    return next((kind for kind, pattern in _TYPES if pattern.search(name)), None)


def kind_of_column(relation: Relation, name: Name) -> str | None:
    """The kind of a column; None where no code tells it."""
    here: tuple[Relation, Name] | None = (relation, name)
    for _ in range(_FURTHEST):
        if here is None:
            return None
        made = _made(*here)
        if made is None:
            here = _below(*here)
        elif isinstance(made, Column):
            here = (made.relation, made.name)
        else:
            return _kind(made)
    return None


def _made(relation: Relation, name: Name) -> Expression | None:
    match relation:
        case Derive(items=items):
            found = [item.expression for item in items if isinstance(item, Output) and item.name == name]
        case Aggregate(keys=keys, measures=measures):
            found = [output.expression for output in (*keys, *measures) if output.name == name]
        case Window(measures=measures):
            found = [output.expression for output in measures if output.name == name]
        case _:
            return None
    return found[-1] if found else None


def _below(relation: Relation, name: Name) -> tuple[Relation, Name] | None:
    match relation:
        case Derive(items=items):
            stars = [below for item in items if isinstance(item, Star) for below in members(item.columns)]
            return (stars[0], name) if len(stars) == 1 else None
        case Filter() | Sort() | Limit() | Split() | Distinct() | Window():
            return relation.input, name
        case _:
            return None


def _kind(expression: Expression) -> str | None:
    match expression:
        case Op(function="cast", args=(_, Literal(value=str(type_name)))):
            return kind_of_type(type_name)
        case Op(function=function):
            return _FUNCTIONS.get(function)
        case Measure(function=function):
            return "number" if function not in ("first", "last", "min", "max", "mode", "any", "list") else None
        case _:
            return None

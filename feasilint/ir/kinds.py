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
READING = ("from_unixtime", "timestamp_seconds", "timestamp_millis", "timestamp_micros")
"""Functions that read a number as a time."""
_FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "mod", "pow", "abs", "round", "log", "sqrt", "date_part"), "number"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "in", "between"), "boolean"),
    **dict.fromkeys(("to_datetime", "timestamp", "date_trunc", "strptime", *READING), "time"),
    **dict.fromkeys(("lower", "upper", "concat"), "string"),
}
_CERTAIN: dict[str, str] = {
    **dict.fromkeys(("mul", "div", "mod", "pow", "log", "log1p", "sqrt", "exp", "date_part", "length"), "number"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "in", "between", "is_null"), "boolean"),
    **dict.fromkeys(("lower", "upper", "concat", "strftime"), "string"),
    "to_datetime": "time",
}
_EXACT: dict[str, str] = {
    **dict.fromkeys(("object", "str", "string", "o"), "string"),
    **dict.fromkeys(("int", "int32", "int64", "float", "float32", "float64", "double", "bigint", "integer"), "number"),
    **dict.fromkeys(("datetime64[ns]", "timestamp", "date"), "time"),
    "bool": "boolean",
    "category": "category",
}
_NUMBERS = frozenset(
    ("count", "sum", "avg", "std", "var", "median", "count_distinct", "percentile", "rank", "row_number")
)
_FURTHEST = 200


def kind_of_type(name: str) -> str | None:
    """The kind that a type means by its name: `datetime64[ns]`, `PostalCode`, `int`."""
    return next((kind for kind, pattern in _TYPES if pattern.search(name)), None)


def kind_of_column(relation: Relation, name: Name) -> str | None:
    """The kind of a column; None where no code tells it."""
    made = _defined(Column(relation, name))
    return _kind(made) if made is not None else None


def may_be(expression: Expression, kinds: tuple[str, ...], negate: bool = False) -> bool:
    """Whether a column may have one of these kinds of type, or another one: unless its code says otherwise."""
    certain = _certain(expression)
    return not kinds or certain is None or (certain in kinds) is not negate


def _certain(expression: Expression, depth: int = 4) -> str | None:
    """The kind of an expression where it can have no other."""
    made = _defined(expression)
    match made:
        case Literal(value=bool()):
            return "boolean"
        case Literal(value=str()):
            return "string"
        case Op(function="cast", args=(_, Literal(value=str(type_name)))):
            return _EXACT.get(type_name.lower())
        case Op(function="coalesce" | "case" as function, args=args) if depth:
            values = args if function == "coalesce" else (*args[1::2], *args[-1:])
            found = {_certain(value, depth - 1) for value in values}
            return "string" if "string" in found else found.pop() if len(found) == 1 else None
        case Op(function=function):
            return _CERTAIN.get(function)
        case Measure(function=function):
            return "number" if function in _NUMBERS else None
        case _:
            return None


def _defined(expression: Expression) -> Expression | None:
    """What makes a column, through every step of its own document that passes it on."""
    for _ in range(_FURTHEST):
        if not isinstance(expression, Column):
            return expression
        made = _made(expression.relation, expression.name)
        if made is None:
            below = _below(expression.relation, expression.name)
            if below is None:
                return None
            made = Column(below[0], below[1])
        expression = made
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

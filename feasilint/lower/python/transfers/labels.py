"""What Spark and Snowpark call the columns of expressions without an alias; a name in braces where that is not sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.binding import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Name

_WORDS = {"mean": "avg", "approxcountdistinct": "approx_count_distinct", "std": "std", "count_if": "count_if"}
_DISTINCT = {"countdistinct": "count", "count_distinct": "count", "sumdistinct": "sum", "sum_distinct": "sum"}
_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "gt": ">", "lt": "<", "ge": ">=", "le": "<=", "eq": "=",
              "and": "AND", "or": "OR"}  # fmt: skip
_SAME = frozenset(
    ("upper", "lower", "trim", "ltrim", "rtrim", "length", "concat", "concat_ws", "coalesce", "abs", "sqrt", "exp", "round",
     "floor", "ceil", "greatest", "least", "to_date", "to_timestamp", "year", "month", "quarter", "hour", "minute", "second",
     "dayofweek", "dayofmonth", "dayofyear", "weekofyear", "date_add", "date_sub", "current_date", "current_timestamp",
     "substring", "split", "size", "initcap", "reverse", "isnull", "isnan", "md5", "sha1", "array", "hash", "datediff_")
)  # fmt: skip


def namer(library: str) -> Callable[[v.Value], Name]:
    """How a library names expressions."""
    return {"spark": spark_label, "snowpark": snowpark_label}.get(library, label)


def spark_label(value: v.Value) -> Name:
    """The name of a column that `select` or `agg` makes of an expression."""
    if isinstance(value, v.Const) and isinstance(value.value, str):
        return value.value
    if not isinstance(value, v.Lazy):
        return "{value}"
    if value.op in ("alias", "column", "rename"):
        return label(value)
    found = _text(value)
    return found if found is not None else f"{{{_rough(value)}}}"


def snowpark_label(value: v.Value) -> Name:
    """The same in Snowpark, which writes types into operators."""
    if isinstance(value, v.Lazy) and value.op != "alias" and _has_operator(value):
        return f"{{{_rough(value)}}}"
    return spark_label(value)


def _has_operator(value: v.Value) -> bool:
    if not isinstance(value, v.Lazy):
        return False
    return (value.op == "call" and value.text in _OPERATORS) or any(map(_has_operator, value.args))


def _rough(value: v.Lazy) -> str:
    """The function and the column of a name that is not sure."""
    inner = str(label(value)).strip("{}")
    return f"{value.text}({inner})" if value.text and value.text != inner else inner


def _text(value: v.Value) -> str | None:
    """An expression as Spark writes it, None where that is not sure."""
    if isinstance(value, v.Const):
        return _constant(value.value)
    if not isinstance(value, v.Lazy):
        return None
    match value.op:
        case "column":
            return value.text
        case "literal" if value.args and isinstance(value.args[0], v.Const):
            return _constant(value.args[0].value)
        case "measure":
            return _measure(value)
        case "call":
            return _call(value)
        case "sql" if value.text.isidentifier():
            return value.text
        case _:
            return None


def _constant(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _listed(args: tuple[v.Value, ...]) -> str | None:
    parts = [_text(arg) for arg in args]
    return None if None in parts else ", ".join(part for part in parts if part is not None)


def _measure(value: v.Lazy) -> str | None:
    word = value.get("word")
    name = str(word.value) if isinstance(word, v.Const) else value.text
    args = _listed(value.args)
    if args is None or name.startswith("grouping"):
        return None
    if name.lower() in _DISTINCT:
        return f"{_DISTINCT[name.lower()]}(DISTINCT {args})"
    if name == "count" and not value.args:
        return "count(1)"
    return f"{_WORDS.get(name.lower(), name)}({args})"


def _call(value: v.Lazy) -> str | None:
    args = [_text(arg) for arg in value.args]
    word, given = value.get("word"), value.get("given")
    if value.text == "cast" and word is None and isinstance(value.args[0], v.Lazy) and value.args[0].op == "column":
        return args[0]  # a column that is only cast keeps its name
    if isinstance(word, v.Const) and isinstance(given, v.Seq):
        shown = _listed(given.items) if word.value in _SAME else None
        return f"{word.value}({shown})" if shown is not None else None
    if None in args:
        return None
    if value.text in _OPERATORS and len(args) == 2:
        return f"({args[0]} {_OPERATORS[value.text]} {args[1]})"
    if value.text == "not":
        return f"(NOT {args[0]})"
    if not isinstance(word, v.Const) or word.value not in _SAME:
        return None
    return f"{word.value}({', '.join(arg for arg in args if arg is not None)})"

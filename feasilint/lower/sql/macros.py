"""Well-known dbt macros as the SQL they stand for: data, read from the call's own text, never run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def expansion(code: str) -> str | None:
    """The SQL of a Jinja expression that calls a known macro."""
    try:
        call = ast.parse(" ".join(code.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(call, ast.Call):
        return None
    name = _name(call.func)
    expand = _MACROS.get(name.rsplit(".", 1)[-1]) if name.split(".")[0] in _PACKAGES else None
    return expand(_texts(call)) if expand is not None else None


_PACKAGES = ("dbt", "dbt_utils", "dbt_date", "dbt_expectations", "fivetran_utils", "date_trunc", "dateadd", "datediff")


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _texts(call: ast.Call) -> list[str]:
    """The arguments as SQL text; named ones after the others, in the order of the call."""
    return [text for node in (*call.args, *(keyword.value for keyword in call.keywords)) for text in _text(node)]


def _text(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str() | int() | float() as value):
            return [str(value)]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return [str(-value)]
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [text for element in elements for text in _text(element)]
        case ast.Call():
            inner = expansion(ast.unparse(node))
            return [inner] if inner is not None else []
        case _:
            return []


def _three(template: str) -> Callable[[list[str]], str | None]:
    return lambda texts: template.format(*texts) if len(texts) >= 3 else None


def _two(template: str) -> Callable[[list[str]], str | None]:
    return lambda texts: template.format(*texts) if len(texts) >= 2 else None


def _all(template: str) -> Callable[[list[str]], str | None]:
    return lambda texts: template.format(",".join(texts)) if texts else None


def _always(text: str) -> Callable[[list[str]], str | None]:
    return lambda _: text


_MACROS: dict[str, Callable[[list[str]], str | None]] = {
    "group_by": _always("group by all"),
    "star": _always("*"),
    "generate_surrogate_key": _all("concat({})"),
    "surrogate_key": _all("concat({})"),
    "hash": _all("concat({})"),
    "concat": _all("concat({})"),
    "safe_divide": _two("({})/({})"),
    "safe_add": _all("coalesce({})"),
    "safe_cast": _two("cast({} as {})"),
    "cast_bool_to_text": _all("concat({})"),
    "datediff": lambda texts: f"datediff({texts[2]},{texts[0]},{texts[1]})" if len(texts) >= 3 else None,
    "dateadd": _three("dateadd({},{},{})"),
    "date_trunc": _two("date_trunc('{}',{})"),
    "last_day": _two("last_day({})"),
    "current_timestamp": _always("current_timestamp"),
    "current_timestamp_backcompat": _always("current_timestamp"),
    "now": _always("current_timestamp"),
    "today": _always("current_date"),
    "listagg": _all("listagg({})"),
    "type_string": _always("text"),
    "type_int": _always("int"),
    "type_bigint": _always("bigint"),
    "type_float": _always("float"),
    "type_numeric": _always("numeric"),
    "type_boolean": _always("boolean"),
    "type_timestamp": _always("timestamp"),
    "any_value": _all("any_value({})"),
    "bool_or": _all("bool_or({})"),
}

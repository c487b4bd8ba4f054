"""What a query is run with: `params={"start": day}`, `QueryJobConfig(query_parameters=[…])`, `--params $days`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.ir import Expression, Literal
from feasilint.lower.python import values as v

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine

_ARGUMENTS = ("params", "parameters", "bind_params", "job_config")
_OPTION = re.compile(r"--params[ =]+(?:\$(?P<name>\w+)|(?P<dict>\{.*\}))", re.DOTALL)


def of_call(call: Call) -> dict[str, Expression]:
    """The values of a query's parameters by name, as far as the call gives them."""
    given = [call.kwargs[name] for name in _ARGUMENTS if name in call.kwargs]
    later = [value for value in call.args[1:] if isinstance(call.m.get(value), v.Dict)]
    return {name: value for one in (*given, *later) for name, value in _named(call.m, one)}


def of_magic(m: Machine, arguments: str) -> dict[str, Expression]:
    """The same of the line of a magic."""
    found = _OPTION.search(arguments)
    if found is None:
        return {}
    if found["name"] is not None:
        value = m.scope.find(found["name"])
        return dict(_named(m, value)) if value is not None else {}
    return dict(_written(found["dict"]))


def _written(text: str) -> Iterator[tuple[str, Expression]]:
    try:
        given = ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(name, str) and isinstance(value, str | int | float):
            yield name, Literal(value)


def _named(m: Machine, value: v.Value) -> Iterator[tuple[str, Expression]]:
    found = m.get(value)
    match found:
        case v.Dict(items=items):
            for key, item in items:
                name = m.get(key)
                if isinstance(name, v.Const) and isinstance(name.value, str):
                    yield name.value, m.expression(item)
        case v.Handle(kind="config"):
            listed = m.get(found.get("query_parameters") or v.NONE)
            for item in listed.items if isinstance(listed, v.Seq) else ():
                yield from _parameter(m, m.get(item))


def _parameter(m: Machine, found: v.Value) -> Iterator[tuple[str, Expression]]:
    """`bigquery.ScalarQueryParameter(name, type, value)`."""
    if not isinstance(found, v.Handle) or found.kind != "parameter":
        return
    name, value = m.get(found.get("0") or found.get("name") or v.NONE), found.get("2") or found.get("value")
    if isinstance(name, v.Const) and isinstance(name.value, str) and value is not None:
        yield name.value, m.expression(value)


def spelled(given: Mapping[str, Expression]) -> dict[str, Expression]:
    """By the names that a query has for them, without a sign."""
    return {name.lstrip("@:$"): value for name, value in given.items()}

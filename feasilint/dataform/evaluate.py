"""The values of JavaScript expressions, as far as they are stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from feasilint.dataform.javascript import Array, Call, Constant, Name, Object, Operation, Quasi, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feasilint.dataform.javascript import Node

    Names: TypeAlias = Mapping[str, Any]


class Unknown:
    """A value that only a run could tell."""


UNKNOWN = Unknown()


class Table(Struct, frozen=True):
    """A table by the parts of its name, and the code that names it."""

    parts: tuple[str, ...]
    said: str

    def __str__(self) -> str:
        return ".".join(self.parts)


def evaluate(node: Node, names: Names) -> Any:
    """The value; UNKNOWN, or an UNKNOWN inside of it, for what is not stated. `names` may be mappings and functions."""
    read = _READ.get(type(node))
    return UNKNOWN if read is None else read(node, names)


def _name(node: Name, names: Names) -> Any:
    value: Any = names
    for step in node.path:
        if not isinstance(value, dict) or step not in value:
            return UNKNOWN
        value = value[step]
    return UNKNOWN if callable(value) else value


def _call(node: Call, names: Names) -> Any:
    """A call of one of the known functions, which stand at the top or below `ctx`."""
    function = names.get(node.path[-1]) if len(node.path) == 1 or node.path[:-1] == ("ctx",) else None
    if not callable(function):
        return UNKNOWN
    return function(*(evaluate(argument, names) for argument in node.arguments))


def _template(node: Template, names: Names) -> Any:
    return _text([evaluate(part, names) for part in node.parts])


def _text(values: list[Any]) -> Any:
    if any(value is UNKNOWN or isinstance(value, dict | list) for value in values):
        return UNKNOWN
    return "".join(shown(value) for value in values)


def shown(value: Any) -> str:
    """A value as JavaScript writes it into text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _object(node: Object, names: Names) -> Any:
    return {key: evaluate(value, names) for key, value in node.entries}


def _array(node: Array, names: Names) -> Any:
    return [evaluate(item, names) for item in node.items]


def _operation(node: Operation, names: Names) -> Any:
    if node.sign == "?":
        condition, yes, no = node.operands
        truth = evaluate(condition, names)
        return UNKNOWN if truth is UNKNOWN else evaluate(yes if truth else no, names)
    values = [evaluate(operand, names) for operand in node.operands]
    return UNKNOWN if any(value is UNKNOWN for value in values) else _OPERATIONS[node.sign](values)


def _sum(values: list[Any]) -> Any:
    if all(isinstance(value, int | float) for value in values):
        return sum(values)
    return _text(values)


_OPERATIONS: dict[str, Callable[[list[Any]], Any]] = {
    "!": lambda values: not values[0],
    "+": _sum,
    "==": lambda values: values[0] == values[1],
    "!=": lambda values: values[0] != values[1],
}
_READ: dict[type[Node], Callable[[Any, Any], Any]] = {
    Constant: lambda node, _: node.value,
    Quasi: lambda node, _: node.text,
    Template: _template,
    Name: _name,
    Call: _call,
    Array: _array,
    Object: _object,
    Operation: _operation,
}

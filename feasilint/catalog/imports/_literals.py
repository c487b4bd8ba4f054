"""Values that Python code spells out: constants, lists and mappings of them, names of a module that stand for one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint import syntax
from feasilint.catalog.imports.artefact import ArtefactError, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DEPTH = 20


class Unknown(Struct, frozen=True):
    """What only a run would know."""


class Dotted(Struct, frozen=True):
    """Something that is only named: `ModelKindName.FULL`."""

    path: str


class Called(Struct, frozen=True):
    """What a call is given: `TimeColumn(column="day")`. `path` is the name of what is called."""

    path: str
    args: tuple[object, ...] = ()
    named: Mapping[str, object] = {}


UNKNOWN = Unknown()


def parsed(path: str) -> ast.Module:
    """The syntax of a Python file. Raises ArtefactError with the line of what is wrong."""
    text = read_text(path)
    try:
        return syntax.parsed(text)
    except SyntaxError as error:
        raise ArtefactError(path, error.lineno, f"not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ArtefactError(path, None, f"not Python: {error}") from None


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of a module are set to, as far as each is set once, at its top level."""
    found: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for statement in tree.body:
        targets, value = _assigned(statement)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                twice.update({target.id} & found.keys())
                found[target.id] = value
    return {name: value for name, value in found.items() if name not in twice}


def _assigned(statement: ast.stmt) -> tuple[list[ast.expr], ast.expr | None]:
    if isinstance(statement, ast.Assign):
        return statement.targets, statement.value
    return ([statement.target], statement.value) if isinstance(statement, ast.AnnAssign) else ([], None)


def value(node: ast.expr, names: Mapping[str, ast.expr], depth: int = 0) -> object:
    """The value of an expression: plain data, `Dotted`, `Called`, or UNKNOWN; of lists and mappings each item for itself."""
    make = _KINDS.get(type(node))
    return make(node, names, depth + 1) if make is not None and depth < _DEPTH else UNKNOWN


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` of the names and attributes that spell it."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def keywords(call: ast.Call, names: Mapping[str, ast.expr]) -> dict[str, object]:
    """What a call gives by name, those of a mapping that is spread out included."""
    return _keywords(call, names, 0)


def _keywords(call: ast.Call, names: Mapping[str, ast.expr], depth: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for word in call.keywords:
        given = value(word.value, names, depth)
        if word.arg is not None:
            found[word.arg] = given
        elif isinstance(given, dict):
            found.update(given)
    return found


def _name(node: ast.Name, names: Mapping[str, ast.expr], depth: int) -> object:
    return value(names[node.id], names, depth) if node.id in names else Dotted(node.id)


def _attribute(node: ast.Attribute, _names: Mapping[str, ast.expr], _depth: int) -> object:
    path = dotted(node)
    return UNKNOWN if path is None else Dotted(path)


def _list(node: ast.List | ast.Tuple | ast.Set, names: Mapping[str, ast.expr], depth: int) -> object:
    return [value(item, names, depth) for item in node.elts]


def _dict(node: ast.Dict, names: Mapping[str, ast.expr], depth: int) -> object:
    found: dict[str, object] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        name, given = (None if key is None else value(key, names, depth)), value(item, names, depth)
        if isinstance(name, str):
            found[name] = given
        elif key is None and isinstance(given, dict):
            found.update(given)
    return found


def _call(node: ast.Call, names: Mapping[str, ast.expr], depth: int) -> object:
    path = dotted(node.func)
    if path is None:
        return UNKNOWN
    named = _keywords(node, names, depth)
    if path == "dict" and not node.args:
        return named
    return Called(path, tuple(value(arg, names, depth) for arg in node.args), named)


def _joined(node: ast.JoinedStr, names: Mapping[str, ast.expr], depth: int) -> object:
    parts = [value(part.value if isinstance(part, ast.FormattedValue) else part, names, depth) for part in node.values]
    return "".join(map(str, parts)) if all(isinstance(part, str | int) for part in parts) else UNKNOWN


def _sum(node: ast.BinOp, names: Mapping[str, ast.expr], depth: int) -> object:
    left, right = value(node.left, names, depth), value(node.right, names, depth)
    if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return left + right
    return [*left, *right] if isinstance(left, list) and isinstance(right, list) else UNKNOWN


_KINDS: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: lambda node, _names, _depth: node.value,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.BinOp: _sum,
}

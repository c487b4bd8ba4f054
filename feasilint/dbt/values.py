"""Jinja in the values of YAML files: what can be told without running it is put in, the rest is unknown (None)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from feasilint.syntax import parsed

Variables: TypeAlias = Mapping[str, object]

_MARKER = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_OTHER = re.compile(r"\{%|\{#")
_BRANCH = re.compile(r"(?:\s*\{%-|\{%)\s*(if|elif|else|endif)\b\s*(.*?)\s*(?:-%\}\s*|%\})", re.DOTALL)
_WORDS = {"true": True, "false": False, "none": None}


class UnknownError(Exception):
    """An expression whose value only dbt can tell."""


def resolved(value: object, variables: Variables, _seen: dict[int, object] | None = None) -> object:
    """The value with its Jinja resolved, at every depth; each part that aliases repeat is resolved once."""
    if isinstance(value, str):
        return resolved_text(value, variables)
    if not isinstance(value, dict | list):
        return value
    seen = {} if _seen is None else _seen
    if id(value) not in seen:
        seen[id(value)] = None  # a value inside of itself
        if isinstance(value, dict):
            seen[id(value)] = {str(key): resolved(item, variables, seen) for key, item in value.items()}
        else:
            seen[id(value)] = [resolved(item, variables, seen) for item in value]
    return seen[id(value)]


def resolved_text(text: str, variables: Variables) -> object:
    """A text with its Jinja expressions replaced; one that is nothing but an expression is that expression's value."""
    if "{" not in text:
        return text
    try:
        if _OTHER.search(text):
            text = _branched(text, variables)
        whole = _MARKER.fullmatch(text.strip())
        if whole is not None and "}}" not in whole[1]:
            return evaluated(whole[1], variables)
        filled = _MARKER.sub(lambda found: _shown(evaluated(found[1], variables)), text)
        return None if "{{" in filled else filled
    except UnknownError:
        return None


def _branched(text: str, variables: Variables) -> str:
    """A text in which of every `{% if … %}` that branch is left which applies; UnknownError where one stands in another."""
    kept: list[str] = []
    at, inside, decided, taken = 0, False, False, True
    for tag in _BRANCH.finditer(text):
        if inside is (tag[1] == "if"):
            raise UnknownError
        kept.append(text[at : tag.start()] if taken else "")
        at, inside = tag.end(), tag[1] != "endif"
        decided = decided and tag[1] != "if"
        taken = not inside or (not decided and (tag[1] == "else" or bool(evaluated(tag[2], variables))))
        decided = decided or taken
    made = "".join((*kept, text[at:])).strip()
    if inside or _OTHER.search(made):
        raise UnknownError
    return made


def evaluated(code: str, variables: Variables) -> object:
    """The value of a Jinja expression: a literal, a variable or an environment variable's default; UnknownError else."""
    try:
        tree = parsed(code.strip(), "eval").body
        return value_of(tree, variables)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UnknownError from None


def value_of(node: ast.expr, variables: Variables) -> object:
    """The value of the Python expression that a Jinja expression looks like."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name.lower() in _WORDS:
            return _WORDS[name.lower()]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [value_of(element, variables) for element in elements]
        case ast.Dict(keys=keys, values=values):
            return {
                str(value_of(key, variables)): value_of(value, variables)
                for key, value in zip(keys, values, strict=True)
                if key is not None
            }
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(value_of(left, variables), value_of(right, variables))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not value_of(operand, variables)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() as op], comparators=[right]):
            return _same(op, value_of(left, variables), value_of(right, variables))
        case ast.Compare(left=left, ops=[ast.NotEq() | ast.IsNot() as op], comparators=[right]):
            return not _same(op, value_of(left, variables), value_of(right, variables))
        case ast.BoolOp(op=op, values=values):
            return _decided(isinstance(op, ast.Or), values, variables)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Name(id=name) | ast.Call(func=ast.Name(id=name), args=[])):
            return _filtered(name, value_of(left, variables))
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as key), *rest]) if name in _CALLS:
            return _CALLS[name](key, rest[0] if rest else None, variables)
        case _:
            raise UnknownError


def _shown(value: object) -> str:
    if value is None:
        raise UnknownError
    return str(value)


def _joined(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    raise UnknownError


def _same(op: ast.cmpop, left: object, right: object) -> bool:
    """Whether two values are equal; of Jinja's tests after `is` those for true, false and none are known."""
    return left == right if isinstance(op, ast.Eq | ast.NotEq) else left is right


def _decided(by: bool, operands: list[ast.expr], variables: Variables) -> object:
    """The first operand that decides an `or` (by a true one) or an `and` (by a false one), else the last. Behind one that is
    unknown only a plain `true` or `false` decides."""
    value: object = None
    known = True
    for operand in operands:
        try:
            value = value_of(operand, variables)
        except UnknownError:
            known = False
            continue
        if value is by or (known and bool(value) is by):
            return value
    if not known:
        raise UnknownError
    return value


def _filtered(name: str, value: object) -> object:
    if name not in _FILTERS:
        raise UnknownError
    return _FILTERS[name](value)


def _as_bool(value: object) -> object:
    return _WORDS.get(value.lower(), value) if isinstance(value, str) else value


def _as_number(value: object) -> object:
    try:
        return ast.literal_eval(value) if isinstance(value, str) else value
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise UnknownError from None


def _var(name: str, default: ast.expr | None, variables: Variables) -> object:
    if name in variables:
        return variables[name]
    return _default(name, default, variables)


def _default(_: str, default: ast.expr | None, variables: Variables) -> object:
    if default is None:
        raise UnknownError
    return value_of(default, variables)


_CALLS: dict[str, Callable[[str, ast.expr | None, Variables], object]] = {"var": _var, "env_var": _default}
_FILTERS: dict[str, Callable[[object], object]] = {
    "as_bool": _as_bool,
    "as_native": lambda value: value,
    "as_number": _as_number,
    "as_text": str,
    "float": _as_number,
    "int": _as_number,
    "lower": lambda value: str(value).lower(),
    "string": str,
    "trim": lambda value: str(value).strip(),
    "upper": lambda value: str(value).upper(),
}

"""The settings that a model states in its own file, as far as they are literal: `config(…)`, in Python `dbt.config(…)`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.dbt.configs import merged
from feasilint.dbt.values import UnknownError, Variables, value_of
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMENT = re.compile(r"\{#.*?(?:#\}|\Z)", re.DOTALL)
_CONFIG = re.compile(r"\{\{-?\s*config\s*\(")
_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)\s*-?%\}(.*?)\{%-?\s*endsnapshot\s*-?%\}", re.DOTALL)
_PIECE = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()~]""", re.DOTALL)


def sql_config(text: str, variables: Variables) -> Mapping[str, object]:
    """What the `config` calls of a SQL model state; a value that is no literal is None."""
    plain = _COMMENT.sub("", text) if "{#" in text else text
    calls = (_call(plain, found.end()) for found in _CONFIG.finditer(plain))
    return merged(*(_arguments(call, variables) for call in calls if call is not None))


def python_config(text: str, variables: Variables) -> Mapping[str, object]:
    """What the `dbt.config` calls of a Python model state."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return merged(*(_arguments(node, variables) for node in ast.walk(tree) if _is_config(node)))


def snapshots(text: str) -> Iterator[tuple[str, str]]:
    """The snapshot blocks of a file: name and body."""
    for found in _SNAPSHOT.finditer(_COMMENT.sub("", text)):
        yield found[1], found[2]


def _is_config(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="dbt"), attr="config")):
            return True
    return False


def _call(text: str, start: int) -> ast.expr | None:
    """The call whose arguments start here, Jinja's `~` as Python's `+`."""
    depth, code, at = 1, ["config("], start
    for piece in _PIECE.finditer(text, start):
        code += text[at : piece.start()], "+" if piece[0] == "~" else piece[0]
        at = piece.end()
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth == 0:
            break
    try:
        return parsed("".join(code), "eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _arguments(call: ast.AST, variables: Variables) -> dict[str, object]:
    stated: dict[str, object] = {}
    if not isinstance(call, ast.Call):
        return stated
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            pairs = zip(argument.keys, argument.values, strict=True)
            stated.update(
                (str(key.value), _value(value, variables)) for key, value in pairs if isinstance(key, ast.Constant)
            )
    stated.update((word.arg, _value(word.value, variables)) for word in call.keywords if word.arg is not None)
    return stated


def _value(node: ast.expr, variables: Variables) -> object:
    try:
        return value_of(node, variables)
    except (UnknownError, RecursionError):
        return None

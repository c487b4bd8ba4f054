"""Imports: names of libraries, and modules of the same project, which are run in place."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.attributes import library_value
from feasilint.lower.python.modules import find_module, member_of, names_in, package, run_module
from feasilint.lower.python.tables.aliases import CANONICAL

if TYPE_CHECKING:
    import ast

    from feasilint.lower.python.machine import Machine


def bind_import(m: Machine, node: ast.Import) -> None:
    """`import a.b as c`."""
    _stand(m, node)
    for alias in node.names:
        local = _local(m, alias.name, 0)
        root = alias.name.split(".")[0]
        if local is not None:
            whole = local if alias.asname or root == alias.name else package(m, root)
            m.scope.bind(alias.asname or root, whole or local)
        elif alias.asname is not None:
            m.scope.bind(alias.asname, library(alias.name))
        else:
            m.scope.bind(root, library(root))


def bind_import_from(m: Machine, node: ast.ImportFrom) -> None:
    """`from a.b import c as d`, `from helpers import *`."""
    _stand(m, node)
    module = node.module or ""
    local = _local(m, module, node.level) if module or node.level else None
    for alias in node.names:
        inside = _local(m, f"{module}.{alias.name}", node.level) if local is None and alias.name != "*" else None
        if local is not None:
            _bind_member(m, local, alias)
        elif inside is not None:  # `from trainer import model`, of a folder that is no package, or one that cells write
            m.scope.bind(alias.asname or alias.name, inside)
        elif alias.name == "*":
            m.stars.append(library(module).path)
        else:
            m.scope.bind(alias.asname or alias.name, library_value(m, library(f"{module}.{alias.name}").path))


@lru_cache(maxsize=4096)
def library(path: str) -> v.Library:
    """A library under its usual name: `modin.pandas` is `pandas`."""
    for old, new in CANONICAL.items():
        if path == old or path.startswith(f"{old}."):
            return v.Library(new + path[len(old) :])
    return v.Library(path)


def _bind_member(m: Machine, module: v.Handle, alias: ast.alias) -> None:
    if alias.name == "*":
        for name, value in names_in(m, module).items():
            if not name.startswith("_"):
                m.scope.bind(name, value)
        return
    member = member_of(m, module, alias.name)
    m.scope.bind(alias.asname or alias.name, member if member is not None else m.unknown(alias.name))


def _stand(m: Machine, node: ast.Import | ast.ImportFrom) -> None:
    """What other files hold is said to stand at the import."""
    span = m.span(node) if not m.nested else None
    if span is not None:
        m.site = (span.line, span.column, span.end_column - span.column if span.end_line == span.line else 1)


def _local(m: Machine, module: str, level: int) -> v.Handle | None:
    path = find_module(m, module, level)
    return run_module(m, path) if path is not None else None

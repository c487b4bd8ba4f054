"""Targets of statements: what is written under which name, and what later statements know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Relation, Write
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp

if TYPE_CHECKING:
    from feasilint.ir.program import WriteMode
    from feasilint.lower.sql.scope import Scope


def target_of(node: Node, scope: Scope) -> tuple[list[str], tuple[str, ...] | None, Node]:
    """The name of the table that a statement changes, its column list, and the node of the name."""
    columns: tuple[str, ...] | None = None
    if isinstance(node, exp.Schema):
        marks = scope.context.marks
        named = [
            marks.restore(str(one.name)) for one in node.expressions if isinstance(one, exp.Identifier | exp.ColumnDef)
        ]
        columns = tuple(named) or None
        node = node.this
    return sources.parts_of(node, scope.context), columns, node


def write_to(
    relation: Relation,
    parts: list[str],
    mode: WriteMode,
    node: Node,
    scope: Scope,
    columns: tuple[str, ...] | None = None,
    temporary: bool = False,
) -> None:
    context = scope.context
    origin = context.layout.origin(node)
    target = sources.source(parts, context)
    context.builder.sink(Write(relation, target, mode, columns, temporary, refresh=context.refresh, origin=origin))


def key_of(parts: list[str]) -> str:
    return ".".join(parts).lower()

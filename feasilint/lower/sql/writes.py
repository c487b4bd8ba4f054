"""Targets of statements: what is written under which name, and what later statements know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Relation, Write
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp

if TYPE_CHECKING:
    from feasilint.ir.program import WriteMode
    from feasilint.lower.sql.scope import Scope


class Target(NamedTuple):
    """A table that a statement changes: the parts of its name, the node of that, and the columns that are listed behind it."""

    parts: list[str]
    node: Node
    columns: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """What it goes by in the session."""
        return key_of(self.parts)


def target_of(node: Node, scope: Scope) -> Target:
    """The table that a statement names, with or without a list of columns."""
    columns: tuple[str, ...] | None = None
    if isinstance(node, exp.Schema):
        marks = scope.context.marks
        named = [
            marks.restore(str(one.name)) for one in node.expressions if isinstance(one, exp.Identifier | exp.ColumnDef)
        ]
        columns = tuple(named) or None
        node = node.this
    return Target(sources.parts_of(node, scope.context), node, columns)


def write_to(relation: Relation, target: Target, mode: WriteMode, scope: Scope, temporary: bool = False) -> None:
    """From now on a table holds the rows of a relation, or these too."""
    context = scope.context
    origin = context.layout.origin(target.node)
    source = sources.source(target.parts, context)
    context.builder.sink(
        Write(relation, source, mode, target.columns, temporary, refresh=context.refresh, origin=origin)
    )


def key_of(parts: list[str]) -> str:
    return ".".join(parts).lower()

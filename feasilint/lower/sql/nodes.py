"""The syntax nodes of a SQL fragment by the numbers that origins carry; for rewriters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.reading import again

if TYPE_CHECKING:
    from feasilint.ir import Fragment
    from feasilint.lower.sql.adapter import Node


def nodes(fragment: Fragment) -> list[Node]:
    """All nodes of all statements, parents first: `Origin.node` is an index into this list."""
    trees = (statement.tree for statement in again(fragment).statements)
    return [node for tree in trees if tree is not None for node in tree.walk(bfs=False)]

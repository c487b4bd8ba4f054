"""Aggregates in a copy of their tree, which may be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.nodes import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.ir import Fragment
    from feasilint.measure.model import Aggregation


def copied(aggregations: Sequence[Aggregation], fragment: Fragment) -> list[exp.Expr]:
    """The nodes of aggregates of one statement, in a copy of its tree; empty where they are of several."""
    every = nodes(fragment)
    at = [one.node for one in aggregations if one.node is not None and one.node < len(every)]
    roots = {id(every[index].root()): every[index].root() for index in at}
    if len(roots) != 1:
        return []
    (root,) = roots.values()
    first = next(index for index, node in enumerate(every) if node is root)
    tree = list(root.copy().walk(bfs=False))
    return [tree[index - first] for index in at]


def window_of(node: exp.Expr) -> exp.Window | None:
    """The window that an aggregate is computed over; it may be the node itself."""
    found = node if isinstance(node, exp.Window) else node.parent
    return found if isinstance(found, exp.Window) else None

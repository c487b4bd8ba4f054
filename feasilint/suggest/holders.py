"""What takes a condition of Python code: brackets behind a frame, a method, a variable that is used in one of these."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.python.nodes import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.ir import Program


class Holder(Struct, frozen=True):
    """`node` takes a condition, alone or as one of several that must hold, as its part `at`."""

    node: ast.AST | None
    at: ast.AST


def holder(condition: ast.AST, program: Program, fragment: int, every: Sequence[ast.AST]) -> Holder:
    """What takes a condition among all nodes of its fragment; for a variable that is set once and used once, what takes that."""
    found = _above(condition, every)
    match found.node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is found.at:
            uses = _uses(name, program, fragment, every)
            return _above(*uses[0]) if len(uses) == 1 else found
        case _:
            return found


def _above(condition: ast.AST, every: Sequence[ast.AST]) -> Holder:
    parents = {child: node for node in every for child in ast.iter_child_nodes(node)}
    at = condition
    while isinstance(above := parents.get(at), ast.BinOp) and isinstance(above.op, ast.BitAnd):
        at = above
    while isinstance(above := parents.get(at), ast.Tuple | ast.List | ast.keyword | ast.Lambda):
        at = above
    return Holder(above, at)


def _uses(
    name: str, program: Program, fragment: int, every: Sequence[ast.AST]
) -> list[tuple[ast.AST, Sequence[ast.AST]]]:
    """Where a variable is used, each with all nodes of that fragment; nowhere if it is set more than once."""
    found: list[tuple[ast.AST, Sequence[ast.AST]]] = []
    times = 0
    for at, other in enumerate(program.fragments):
        if other.language != "python" or name not in other.text:
            continue
        here = every if at == fragment else nodes(other)
        named = [node for node in here if isinstance(node, ast.Name) and node.id == name]
        times += sum(not isinstance(node.ctx, ast.Load) for node in named)
        found += [(node, here) for node in named if isinstance(node.ctx, ast.Load)]
    return found if times == 1 else []

"""Changes to a parsed template: conditions may be unknown, loops and joins are paid for, nothing is read from elsewhere."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

DECIDE, ROUNDS, NEGATE, WITHIN, JOINED, UNKNOWN = (
    f"__{word}__" for word in ("decide", "rounds", "negate", "within", "joined", "unknown")
)
"""Names that templates are given besides what they know; see `sandbox`."""


class Rewriter(NodeTransformer):
    """Makes `{% if c %}a{% else %}b{% endif %}` decide c once, and then write a, or b, or both."""

    def __init__(self) -> None:
        self._decisions = 0

    def visit_If(self, node: nodes.If) -> list[nodes.Node]:  # noqa: N802
        rest: list[nodes.Node] = list(node.else_)
        for other in reversed(node.elif_):
            rest = [nodes.If(other.test, other.body, [], rest, lineno=other.lineno)]
        self._decisions += 1
        name = f"__decision_{self._decisions}__"
        decided = nodes.Assign(nodes.Name(name, "store"), _call(DECIDE, self.visit(node.test)))
        body, otherwise = self._all(node.body), self._all(rest)
        first = nodes.If(_part(name, 0), body, [], [], lineno=node.lineno)
        second = nodes.If(_part(name, 1), otherwise, [], [], lineno=node.lineno)
        return [_at(decided, node), _at(first, node), *([_at(second, node)] if otherwise else [])]

    def _all(self, listed: list[nodes.Node]) -> list[nodes.Node]:
        made: list[nodes.Node] = []
        for one in listed:
            new = self.visit(one)
            made += new if isinstance(new, list) else [new]
        return made

    def visit_For(self, node: nodes.For) -> Any:  # noqa: N802
        width = len(node.target.items) if isinstance(node.target, nodes.Tuple) else 0
        self.generic_visit(node)
        node.iter = _at(_call(ROUNDS, node.iter, nodes.Const(width)), node)
        return node

    def visit_Not(self, node: nodes.Not) -> Any:  # noqa: N802
        return _at(_call(NEGATE, self.visit(node.node)), node)

    def visit_Compare(self, node: nodes.Compare) -> Any:  # noqa: N802
        self.generic_visit(node)
        if len(node.ops) != 1 or node.ops[0].op not in ("in", "notin"):
            return node
        found = _at(_call(WITHIN, node.expr, node.ops[0].expr), node)
        return found if node.ops[0].op == "in" else _at(_call(NEGATE, found), node)

    def visit_Concat(self, node: nodes.Concat) -> Any:  # noqa: N802
        return _at(_call(JOINED, nodes.List([self.visit(one) for one in node.nodes])), node)

    def visit_Include(self, node: nodes.Include) -> Any:  # noqa: N802
        name = node.template.value if isinstance(node.template, nodes.Const) else "…"
        return _at(nodes.Output([_call(UNKNOWN, nodes.Const(f"include {name}"))]), node)

    def visit_Import(self, node: nodes.Import) -> Any:  # noqa: N802
        return _at(nodes.Assign(nodes.Name(node.target, "store"), _call(UNKNOWN, nodes.Const(node.target))), node)

    def visit_FromImport(self, node: nodes.FromImport) -> list[nodes.Node]:  # noqa: N802
        names = [one if isinstance(one, str) else one[1] for one in node.names]
        return [_at(nodes.Assign(nodes.Name(one, "store"), _call(UNKNOWN, nodes.Const(one))), node) for one in names]

    def visit_Extends(self, _: nodes.Extends) -> list[nodes.Node]:  # noqa: N802
        return []


def _call(name: str, *arguments: Any) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), list(arguments), [], None, None)


def _part(name: str, at: int) -> nodes.Getitem:
    return nodes.Getitem(nodes.Name(name, "load"), nodes.Const(at), "load")


def _at(made: nodes.Node, node: nodes.Node) -> Any:
    made.set_lineno(node.lineno)
    return made if node.environment is None else made.set_environment(node.environment)

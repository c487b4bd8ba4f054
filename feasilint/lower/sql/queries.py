"""Queries: WITH, set operations, ORDER BY and LIMIT around SELECTs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import (
    Column,
    Distinct,
    Expression,
    Inline,
    Join,
    Limit,
    Literal,
    Output,
    Relation,
    Sort,
    Union,
)
from feasilint.lower.sql import pivots, sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.grouping import ordinal
from feasilint.lower.sql.items import values
from feasilint.lower.sql.measures import falling
from feasilint.lower.sql.relations import attach
from feasilint.lower.sql.scope import Rows, Scope
from feasilint.lower.sql.select import select

if TYPE_CHECKING:
    from collections.abc import Callable


def query(node: Node, scope: Scope) -> Rows:
    """The rows of any query; `scope` is a fresh one inside that of the enclosing query."""
    if isinstance(node, _CHANGING):
        from feasilint.lower.sql.returning import changed

        return changed(node, scope)
    define_ctes(node, scope)
    lower = _QUERIES.get(type(node))
    return lower(node, scope) if lower is not None else _expression(node, scope)


_CHANGING = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def define_ctes(node: Node, scope: Scope) -> None:
    """The common table expressions of a statement, in the order in which they see each other."""
    with_ = node.args.get("with_")
    if not isinstance(with_, Node):
        return
    for cte in with_.expressions:
        name = scope.context.marks.restore(str(cte.alias)).lower()
        alias = cte.args.get("alias")
        if cte.args.get("scalar"):
            scope.named[name] = _named(cte.this, scope)
            continue
        columns = [str(column.name) for column in alias.args.get("columns") or []] if isinstance(alias, Node) else []
        if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
            scope.ctes[name] = _recursive(name, columns, cte.this, scope)
        else:
            scope.ctes[name] = sources.renamed(scope.context.query(cte.this, scope.child()), columns, scope.context)


def _named(node: Node, scope: Scope) -> Callable[[Scope], Expression]:
    """ClickHouse's `WITH expression AS name`: computed where the name stands, from the columns there; a query, once."""
    if isinstance(node, exp.Subquery):
        made = scalar(node, scope.child())
        return lambda _: made
    return lambda place: scalar(node, place)


def _recursive(name: str, columns: list[str], node: Node, scope: Scope) -> Rows:
    """The anchor stands for the expression's own name in the recursive part: values can only come from there."""
    operands = _operands(node)
    inner = scope.child()
    define_ctes(node, inner)
    anchor = sources.renamed(scope.context.query(operands[0], inner.child()), columns, scope.context)
    inner.ctes[name] = anchor
    parts = [anchor, *(scope.context.query(one, inner.child()) for one in operands[1:])]
    relation = scope.context.builder.add(Union(tuple(part.relation for part in parts)))
    return Rows(relation, anchor.names)


# --- set operations ----------------------------------------------------------------------------------------------------


def _operands(node: Node) -> list[Node]:
    """The queries of a chain of unions, left to right, without recursion."""
    found: list[Node] = []
    kind = type(node)
    while type(node) is kind and (not found or not _modified(node)):
        found.append(node.expression)
        node = node.this
    found.append(node)
    return found[::-1]


def _modified(node: Node) -> bool:
    return any(node.args.get(key) for key in ("with_", "order", "limit", "offset", "by_name"))


def _set_operation(node: Node, scope: Scope) -> Rows:
    parts = [scope.context.query(one, scope.child()) for one in _operands(node)]
    add = scope.context.builder.add
    if isinstance(node, exp.Except):
        relation: Relation = parts[0].relation
        for part in parts[1:]:
            relation = add(Join(relation, part.relation, "anti"))
    else:
        by_name = bool(node.args.get("by_name"))
        relation = add(Union(tuple(part.relation for part in parts), "name" if by_name else "position"))
        if node.args.get("distinct") and isinstance(node, exp.Union):
            relation = add(Distinct(relation))
    names = _all_names(parts) if node.args.get("by_name") else parts[0].names
    return ordered(node, Rows(relation, names), scope)


def _all_names(parts: list[Rows]) -> tuple[str, ...] | None:
    """The columns of rows that are put together by name."""
    names: dict[str, str] = {}
    for part in parts:
        if part.names is None:
            return None
        for name in part.names:
            names.setdefault(name.lower(), name)
    return tuple(names.values())


def ordered(node: Node, rows: Rows, scope: Scope) -> Rows:
    """With the ORDER BY and LIMIT of a query whose select list is lowered already."""
    inner = scope.child()
    from feasilint.lower.sql.scope import Item

    inner.items, inner.whole = [Item(rows)], rows.relation
    relation = sort(node, rows.relation, rows.names, inner)
    return Rows(limit(node, relation, scope), rows.names)


def sort(node: Node, relation: Relation, names: tuple[str, ...] | None, scope: Scope) -> Relation:
    """The rows in the order of ORDER BY, whose keys may be names of the select list."""
    order = node.args.get("order")
    if not isinstance(order, Node):
        return relation
    keys = tuple(_sort_key(one, relation, names, scope) for one in order.expressions)
    if names is not None and isinstance(order.expressions[0].this, exp.Var):  # ORDER BY ALL
        keys = tuple(Column(relation, name) for name in names)
    return scope.context.builder.add(Sort(relation, keys, descending=falling(order.expressions)))


def _sort_key(node: Node, relation: Relation, names: tuple[str, ...] | None, scope: Scope) -> Expression:
    place = ordinal(node.this if isinstance(node, exp.Ordered) else node)
    if place is not None and names is not None and 0 < place <= len(names):
        return Column(relation, names[place - 1])
    return scalar(node, scope)


def limit(node: Node, relation: Relation, scope: Scope) -> Relation:
    """The first rows; how many, where a number is written."""
    clause = node.args.get("limit")
    if not isinstance(clause, Node):
        return relation
    amount = clause.args.get("expression") or clause.args.get("count")
    made = scalar(amount, scope) if isinstance(amount, exp.Literal) else None
    n = made.value if isinstance(made, Literal) and isinstance(made.value, int) else None
    return scope.context.builder.add(Limit(relation, n))


# --- other forms -------------------------------------------------------------------------------------------------------


def _subquery(node: Node, scope: Scope) -> Rows:
    inner = node.this
    if isinstance(inner, exp.Table):
        attach(inner, scope)
        names = scope.items[0].rows.names if len(scope.items) == 1 else None
        assert scope.whole is not None
        return Rows(scope.whole, names)
    return ordered(node, query(inner, scope), scope) if _modified(node) else query(inner, scope)


def _table(node: Node, scope: Scope) -> Rows:
    return sources.table(node, scope)


def _values(node: Node, scope: Scope) -> Rows:
    return values(node, [], scope)


def _expression(node: Node, scope: Scope) -> Rows:
    """A lone expression: `CALL`-like functions, ARRAY(…), a macro that makes a query."""
    if (mark := sources.mark_of(node, scope.context)) is not None and sources.named(mark, scope):
        return sources.unread(mark, node, scope)
    made = scalar(node, scope)
    name = "value"
    return Rows(scope.context.builder.add(Inline((Output(name, made),))), (name,))


_QUERIES: dict[type[Node], Callable[[Node, Scope], Rows]] = {
    exp.Select: select,
    exp.Union: _set_operation,
    exp.Except: _set_operation,
    exp.Intersect: _set_operation,
    exp.Subquery: _subquery,
    exp.Table: _table,
    exp.Values: _values,
    exp.Paren: lambda node, scope: query(node.this, scope),
    exp.Pivot: pivots.statement,
}

"""PIVOT and UNPIVOT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Call, Column, Derive, Expression, Literal, Minus, Output, Pivot, Relation, Star, Unpivot
from feasilint.ir.expressions import columns as referenced
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import operands, scalar, scalars
from feasilint.lower.sql.scope import Item, Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Origin


def pivoted(node: Node, rows: Rows, scope: Scope) -> Rows:
    """The rows of a table after PIVOT (…) or UNPIVOT (…), under its own column list where it has one."""
    inner = scope.child()
    inner.items = [Item(rows)]
    inner.whole = rows.relation
    made = _unpivot(node, rows, inner) if node.args.get("unpivot") else _pivot(node, rows, inner)
    alias = node.args.get("alias")
    columns = [str(column.name) for column in alias.args.get("columns") or []] if isinstance(alias, Node) else []
    if columns:
        from feasilint.lower.sql.sources import renamed

        return renamed(made, columns, scope.context)
    return made


def statement(node: Node, scope: Scope) -> Rows:
    """DuckDB's `PIVOT t ON … USING … GROUP BY …` as a query of its own."""
    from feasilint.lower.sql.relations import attach

    attach(node.this, scope)
    rows = Rows(scope.items[0].rows.relation, scope.items[0].rows.names)
    if node.args.get("unpivot"):
        cells = [part for one in node.expressions for part in scalars([one], scope)]
        return _unpivoted(rows, cells, "name", "value", scope)
    group = node.args.get("group")
    keys = scalars(group.expressions, scope) if isinstance(group, Node) else ()
    outputs = tuple(Output(c.name, c) for key in keys for c in referenced(key))
    cells_ = tuple(arg for one in node.args.get("using") or [] for arg in _cell(one, scope))
    spread = scalars(node.expressions, scope)
    return Rows(scope.context.builder.add(Pivot(rows.relation, outputs, spread, (), cells_)))


def _pivot(node: Node, rows: Rows, scope: Scope) -> Rows:
    context = scope.context
    aggregates = node.expressions
    cells = [_cell(one, scope) for one in aggregates]
    fields = [field for field in node.args.get("fields") or [] if isinstance(field, Node)]
    spread = tuple(scalar(field.this, scope) for field in fields)
    asked = [query for field in fields for query in field.find_all(exp.Query)]  # which values there are
    named = [] if asked else node.args.get("columns") or []
    names = [context.marks.restore(str(one.name)) for one in named]
    origin = context.layout.origin(node)
    outputs = tuple(Output(name, _one(cells[at % len(cells)]), origin) for at, name in enumerate(names) if cells)
    spread += tuple(scalar(one, scope) for one in asked[:1])
    used = _names([*spread, *(cell for some in cells for cell in some)])
    if not outputs:
        open_cells = tuple(cell for some in cells for cell in some)
        opened = context.builder.add(Pivot(rows.relation, (), spread, (), open_cells, origin=origin))
        kept = (Star(Minus(AllOf(rows.relation), used)), Star(AllOf(opened)))
        return Rows(context.builder.add(Derive(opened, kept)))
    pivot = context.builder.add(Pivot(rows.relation, (), spread, outputs, (), open=False, origin=origin))
    return _beside(rows, used, pivot, tuple(names), scope, origin)


def _cell(node: Node, scope: Scope) -> tuple[Expression, ...]:
    """What an aggregate of a pivot reads."""
    aggregate = node.this if isinstance(node, exp.Alias) else node
    return tuple(scalar(child, scope) for child in operands(aggregate))


def _one(parts: tuple[Expression, ...]) -> Expression:
    return parts[0] if len(parts) == 1 else Call("pivot", parts)


def _names(expressions: Iterable[Expression]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(column.name) for one in expressions for column in referenced(one)))


def _beside(
    rows: Rows,
    used: tuple[str, ...],
    made: Relation,
    names: tuple[str, ...],
    scope: Scope,
    origin: Origin | None = None,
) -> Rows:
    """The columns of the input that are not used, then those that were made."""
    items: tuple[Output | Star, ...] = (
        Star(Minus(AllOf(rows.relation), used)),
        *(Output(name, Column(made, name), origin) for name in names),
    )
    gone = {name.lower() for name in used}
    kept = None if rows.names is None else tuple(name for name in rows.names if name.lower() not in gone)
    return Rows(scope.context.builder.add(Derive(made, items)), None if kept is None else kept + names)


_VALUES_FIRST = frozenset(("bigquery", "tsql"))
"""Dialects that put the values of UNPIVOT before their names."""


def _unpivot(node: Node, rows: Rows, scope: Scope) -> Rows:
    """UNPIVOT (value FOR name IN (a, b)), or several values for groups of columns."""
    marks = scope.context.marks
    field = next((field for field in node.args.get("fields") or [] if isinstance(field, Node)), None)
    if field is None:
        return rows
    values = [name for one in node.expressions for name in _identifiers(one)] or ["value"]
    groups = [_columns(one) for one in field.expressions]
    cells = [[scalar(group[at], scope) for group in groups if at < len(group)] for at in range(len(values))]
    used = _names(cell for some in cells for cell in some)
    name = marks.restore(field.this.name)
    first, *more = (Output(value, _one(tuple(some))) for value, some in zip(values, cells, strict=True))
    unpivot = scope.context.builder.add(Unpivot(rows.relation, (), Output(name, Literal(name)), first))
    wide: Relation = unpivot
    if more:
        wide = scope.context.builder.add(Derive(unpivot, (Star(AllOf(unpivot)), *more)))
    order = (*values, name) if scope.context.dialect in _VALUES_FIRST else (name, *values)
    return _beside(rows, used, wide, order, scope)


def _unpivoted(rows: Rows, cells: list[Expression], name: str, value: str, scope: Scope) -> Rows:
    unpivot = scope.context.builder.add(
        Unpivot(
            rows.relation,
            (),
            Output(name, Literal(name)),
            Output(value, _one(tuple(cells)) if cells else Literal(None)),
        )
    )
    return _beside(rows, _names(cells), unpivot, (name, value), scope)


def _identifiers(node: Node) -> list[str]:
    if isinstance(node, exp.Tuple | exp.Paren):
        inner = node.expressions or [node.this]
        return [name for one in inner for name in _identifiers(one)]
    return [str(node.name)]


def _columns(node: Node) -> list[Node]:
    """The columns of one entry of an UNPIVOT list."""
    if isinstance(node, exp.PivotAlias | exp.Alias):
        node = node.this
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    return [node.this if isinstance(node, exp.Paren) else node]

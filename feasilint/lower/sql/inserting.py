"""INSERT: rows go into a table by position or by name, into several tables, into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Derive, Expression, Filter, Inline, Opaque, Output, Source, Union, Write
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.conflicts import resolved
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.queries import define_ctes, query
from feasilint.lower.sql.relations import attach
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.select import select
from feasilint.lower.sql.writes import Target, target_of, write_to

if TYPE_CHECKING:
    from feasilint.ir.program import WriteMode
    from feasilint.lower.sql.scope import Context


def insert(node: Node, scope: Scope) -> None:
    if isinstance(node.this, exp.Directory):
        _insert_directory(node, scope)
    else:
        insert_rows(node, scope)


def insert_rows(node: Node, scope: Scope) -> Rows:
    """The rows that go into a table, which are written."""
    target = target_of(node.this, scope)
    define_ctes(node, scope)
    made = node.args.get("expression")
    inner = scope.child()
    if isinstance(made, Node):
        rows = query(made, inner)
    else:  # INSERT … EXEC: the call is the next statement
        rows = Rows(scope.context.builder.add(Opaque((), "the rows of a procedure")))
    mode: WriteMode = "overwrite" if node.args.get("overwrite") else "insert"
    inserted(target, rows, mode, scope, bool(node.args.get("by_name")))
    conflict = node.args.get("conflict")
    if isinstance(conflict, exp.OnConflict) and conflict.expressions:
        listed = target.columns or scope.context.session.declared.get(target.key) or ()
        resolved(conflict, sources.renamed(rows, list(listed), scope.context), target, inner)
    return rows


def inserted(target: Target, rows: Rows, mode: WriteMode, scope: Scope, by_name: bool = False) -> None:
    """Rows go into a table, by the place of their columns or `by_name`; a temporary one holds them from now on."""
    context = scope.context
    if target.columns is None and not by_name:
        target = target._replace(columns=_positions(context.session.declared.get(target.key), target.node))
    temporary = context.session.tables.get(target.key)
    write_to(rows.relation, target, mode, scope, temporary is not None)
    if temporary is None:
        return
    listed = target.columns or (() if by_name else temporary.names)
    named = _filled(sources.renamed(rows, list(listed or ()), context), temporary.names, context)
    if mode == "overwrite" or isinstance(temporary.relation, Inline):
        context.session.tables[target.key] = Rows(named.relation, named.names or temporary.names)
    else:
        both = context.builder.add(Union((temporary.relation, named.relation)))
        context.session.tables[target.key] = Rows(both, temporary.names)


def _filled(rows: Rows, names: tuple[str, ...] | None, context: Context) -> Rows:
    """Rows with the columns of a table in its order, without a value where they have none of that name."""
    if names is None or rows.names is None or rows.names == names:
        return rows
    own = {name.lower(): name for name in rows.names}
    if not any(name.lower() in own for name in names):
        return rows
    outputs = tuple(
        Output(name, Column(rows.relation, own[name.lower()]) if name.lower() in own else Call("null", ()))
        for name in names
    )
    return Rows(context.builder.add(Derive(rows.relation, outputs)), names)


def _positions(declared: tuple[str, ...] | None, name: Node) -> tuple[str, ...] | None:
    """The declared columns that the inserted ones go to: without those that the partition clause fixes."""
    partition = name.args.get("partition")
    if declared is None or not isinstance(partition, Node):
        return declared
    fixed = {one.this.name.lower() for one in partition.expressions if isinstance(one, exp.EQ)}
    return tuple(column for column in declared if column.lower() not in fixed)


def _insert_directory(node: Node, scope: Scope) -> None:
    rows = query(node.expression, scope.child())
    path = scope.context.marks.restore(str(node.this.this.name))
    target = Source(path, sources.file_kind(path), scope.context.dialect or None)
    scope.context.builder.sink(Write(rows.relation, target, "overwrite", origin=scope.context.layout.origin(node.this)))


def multi_insert(node: Node, scope: Scope) -> None:
    """One source, several targets (Hive, Snowflake, Oracle)."""
    define_ctes(node, scope)
    source = node.args["source"]
    if isinstance(source, exp.Select | exp.SetOperation):
        rows = query(source, scope.child())
        scope.items, scope.whole = [Item(rows)], rows.relation
    else:
        attach(source, scope)
    conditions: list[Expression] = []
    for one in node.expressions:
        branch = _conditional(one, conditions, scope)
        insert = one.this if isinstance(one, exp.ConditionalInsert) else one
        target = target_of(insert.this, scope)
        rows = _branch_rows(insert.args.get("expression"), branch)
        mode: WriteMode = "overwrite" if insert.args.get("overwrite") else "insert"
        inserted(target, rows, mode, scope)


def _conditional(node: Node, conditions: list[Expression], scope: Scope) -> Scope:
    """The rows that a branch takes: those for which its condition holds, or with ELSE none of those before."""
    branch = _beside(scope)
    predicate: Expression | None = None
    if isinstance(node, exp.ConditionalInsert) and isinstance(node.expression, Node):
        predicate = scalar(node.expression, branch)
        conditions.append(predicate)
    elif node.args.get("else_") and conditions:
        predicate = Call("not", (Call("or", tuple(conditions)),))
    if predicate is not None and branch.whole is not None:
        branch.whole = scope.context.builder.add(Filter(branch.whole, predicate))
    return branch


def _branch_rows(made: object, scope: Scope) -> Rows:
    """What one target of a multi-insert gets: a query over the rows, a list of values of each row, or the rows themselves."""
    assert scope.whole is not None
    if isinstance(made, exp.Select):
        return select(made, scope)
    if not isinstance(made, exp.Values):
        return query(made, scope) if isinstance(made, Node) else Rows(scope.whole, scope.items[0].rows.names)
    row = made.expressions[0]
    cells = row.expressions if isinstance(row, exp.Tuple) else [row]
    names = tuple(f"column{at + 1}" for at in range(len(cells)))
    layout = scope.context.layout
    outputs = tuple(
        Output(name, scalar(cell, scope), layout.item(cell)) for name, cell in zip(names, cells, strict=True)
    )
    return Rows(scope.context.builder.add(Derive(scope.whole, outputs)), names)


def _beside(scope: Scope) -> Scope:
    """A scope with the same FROM items."""
    return Scope(scope.context, scope.parent, scope.ctes, list(scope.items), scope.whole)

"""Statements: what each kind of them reads, makes and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Column, Derive, Expression, Output, Param, Subquery
from feasilint.lower.sql import altering, changing, creating, inserting, sources, transfers
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.queries import query
from feasilint.lower.sql.scope import Rows, Scope, variable_of

if TYPE_CHECKING:
    from collections.abc import Callable


def statement(node: Node, scope: Scope) -> Rows | None:
    """Lower one statement and register what it writes; the rows of a bare query come back."""
    if isinstance(node, exp.Select) and isinstance(node.args.get("into"), Node):
        return None if _into_variable(node, scope) else creating.select_into(node, scope)
    if isinstance(node, exp.Query | exp.Values | exp.Pivot | exp.Table):
        return query(node, scope)
    lower = _STATEMENTS.get(type(node))
    return lower(node, scope) if lower is not None else None


def _declare(node: Node, scope: Scope) -> None:
    for item in node.expressions:
        default, kind = item.args.get("default"), item.args.get("kind")
        for name in item.this if isinstance(item.this, list) else [item.this]:
            if isinstance(name, Node):
                plain = str(name.name).lstrip("@")
                if isinstance(kind, exp.Schema):
                    scope.context.session.declared[plain.lower()] = tuple(str(one.name) for one in kind.expressions)
                    continue
                _assign(name, scalar(default, scope) if isinstance(default, Node) else Param(plain), scope)


def _assign(name: Node, value: Expression, scope: Scope) -> None:
    """From here on the variable has this value."""
    scope.context.session.variables[variable_of(name)] = value


def _into_variable(node: Node, scope: Scope) -> bool:
    """SELECT … INTO v: whether v is a variable, which then has the value of the query."""
    into = node.args["into"].this
    name = str(into.name).lower() if isinstance(into, exp.Table) and len(into.parts) == 1 else ""
    if name not in scope.context.session.variables:
        return False
    take([into], query(node, scope.child()), scope)
    return True


def _assigned(node: Node, scope: Scope) -> None:
    """v := value."""
    if isinstance(node.expression, exp.Subquery):
        take([node.this], query(node.expression, scope.child()), scope)
        return
    _assign(node.this, scalar(node.expression, scope), scope)


def _set(node: Node, scope: Scope) -> None:
    """SET x = …, SET (x, y) = (SELECT AS STRUCT …)."""
    for item in node.expressions:
        assigned = item.this
        if not isinstance(assigned, exp.EQ):
            continue
        if isinstance(assigned.this, exp.Tuple | exp.Paren):
            _set_several(assigned, scope)
        elif isinstance(assigned.this, exp.Column | exp.Parameter):
            _assign(_set_name(assigned.this, scope), scalar(assigned.expression, scope), scope)


def _set_several(assigned: Node, scope: Scope) -> None:
    names = assigned.this.expressions or [name for name in (assigned.this.this,) if isinstance(name, Node)]
    value = assigned.expression
    if isinstance(value, exp.Subquery | exp.Column):
        take(names, _rows_of(value, scope), scope)
        return
    for name, one in zip(names, value.expressions, strict=False):
        _assign(_set_name(name, scope), scalar(one, scope), scope)


def _rows_of(value: Node, scope: Scope) -> Rows | None:
    """The rows of a query, or of the cursor of a name."""
    known = scope.context.session.records.get(str(value.name).lower()) if isinstance(value, exp.Column) else None
    return known if isinstance(value, exp.Column) else query(value, scope.child())


def take(names: list[Node], rows: Rows | None, scope: Scope) -> None:
    """Variables get the columns of a row; a single one may be a record that gets the whole row."""
    add = scope.context.builder.add
    if rows is not None and len(names) == 1:
        scope.context.session.records[variable_of(names[0])] = rows
    columns = rows.names or () if rows is not None else ()
    for at, name in enumerate(names):
        value: Expression = Param(str(name.name))
        if rows is not None and (at < len(columns) or len(names) == 1):
            relation = rows.relation
            if len(columns) > 1:
                relation = add(Derive(relation, (Output(columns[at], Column(relation, columns[at])),)))
            value = Subquery("scalar", relation)
        elif rows is not None:
            value = Column(rows.relation, str(name.name))
        _assign(_set_name(name, scope), value, scope)


def _set_name(name: Node, scope: Scope) -> Node:
    """The variable that SET names: without a sign, in Snowflake, one that is read with it."""
    return (
        exp.Parameter(this=name.this) if scope.context.dialect == "snowflake" and isinstance(name, exp.Column) else name
    )


def _for(node: Node, scope: Scope) -> None:
    """FOR r IN (SELECT …) DO statement; without a statement, a cursor or the head of a loop."""
    looped = node.this.args.get("query")
    rows = _rows_of(looped, scope) if isinstance(looped, Node) else None
    if rows is not None:
        scope.context.session.records[str(node.this.this.name).lower()] = rows
    if isinstance(node.expression, Node):
        statement(node.expression, scope.child())


def _return(node: Node, scope: Scope) -> None:
    """RETURN: the rows or the value that the routine gives."""
    value = node.this
    if isinstance(value, exp.Query | exp.Values):
        scope.context.session.returned.append(query(value, scope.child()))
    elif isinstance(value, exp.Column) and (rows := _rows_of(value, scope)) is not None:
        scope.context.session.returned.append(rows)
    elif isinstance(value, Node):
        scope.context.session.given.append(scalar(value, scope))


def _block(node: Node, scope: Scope) -> Rows | None:
    """Statements that the parser has put into one: the last query is the result."""
    last: Rows | None = None
    for key in ("expressions", "true", "false", "body"):
        inner = node.args.get(key)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, Node):
                last = statement(one, Scope(scope.context)) or last
    return last


_CATALOG_FIRST = frozenset(("snowflake", "tsql"))
"""Dialects in which USE x and USE DATABASE x name a catalog of schemas."""


def _use(node: Node, scope: Scope) -> None:
    """USE db, USE SCHEMA s, USE CATALOG c: where short names of tables are looked up from here on."""
    if not isinstance(node.this, exp.Table):
        return
    session, kind = scope.context.session, str(node.args.get("kind") or "").upper()
    parts = sources.parts_of(node.this, scope.context)
    catalog = kind == "CATALOG" or (kind in ("", "DATABASE") and scope.context.dialect in _CATALOG_FIRST)
    if kind not in ("", "DATABASE", "SCHEMA", "CATALOG") or len(parts) > 2:
        return
    if len(parts) == 2:
        session.catalog, session.schema = parts
    elif catalog:
        session.catalog, session.schema = parts[0], None
    elif not scope.context.dialect and session.catalog is not None:
        session.catalog = parts[0]
    else:
        session.schema = parts[0]


_STATEMENTS: dict[type[Node], Callable[[Node, Scope], Rows | None]] = {
    exp.Create: creating.create,
    exp.Cache: creating.cache,
    exp.Alter: altering.alter,
    exp.Insert: inserting.insert,
    exp.MultitableInserts: inserting.multi_insert,
    exp.Update: changing.update,
    exp.Merge: changing.merge,
    exp.Delete: changing.delete,
    exp.Copy: transfers.copy,
    exp.Export: transfers.export_data,
    exp.LoadData: transfers.load,
    exp.Declare: _declare,
    exp.PropertyEQ: _assigned,
    exp.Set: _set,
    exp.Use: _use,
    exp.ForIn: _for,
    exp.Return: _return,
    exp.Block: _block,
    exp.IfBlock: _block,
    exp.WhileBlock: _block,
    exp.LoopBlock: _block,
}

"""FROM items: their aliases and column names, what is pivoted or sampled of them, rows written in the code."""

from __future__ import annotations

from feasilint.ir import Call, Expression, Filter, Hole, Inline, Limit, Output
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar, scalars
from feasilint.lower.sql.pivots import pivoted
from feasilint.lower.sql.scope import Item, Rows, Scope


def decorated(node: Node, rows: Rows, scope: Scope) -> Rows:
    """With the pivots and the sampling that follow a table or a nested query."""
    for step in node.args.get("pivots") or []:
        rows = pivoted(step, rows, scope)
    if node.args.get("sample"):
        rows = Rows(scope.context.builder.add(Limit(rows.relation, None, sample=True)), rows.names)
    return rows


def aliased(node: Node, rows: Rows, scope: Scope, parts: tuple[str, ...] = ()) -> Item:
    """Rows under their alias, with the names that it gives their columns."""
    marks = scope.context.marks
    alias, columns = alias_of(node, scope)
    pivots = node.args.get("pivots") or []
    if not alias and pivots:
        alias = str(pivots[-1].alias or "")
    rows = sources.renamed(rows, columns, scope.context)
    if (mark := marks.whole(alias)) is not None and mark.kind != "table":
        hole = Hole(f"{{{mark.name}}}")  # `FROM t {conditions}` looks like an alias to the parser
        rows = Rows(scope.context.builder.add(Filter(rows.relation, hole)), rows.names)
    return Item(rows, marks.restore(alias).lower(), parts)


def alias_of(node: Node, scope: Scope) -> tuple[str, list[str]]:
    """Alias and column names of a FROM item."""
    alias = node.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return (alias.name if isinstance(alias, Node) else ""), []
    marks = scope.context.marks
    columns = [marks.restore(str(column.name)) for column in alias.args.get("columns") or []]
    return (alias.name or ""), columns


def values(node: Node, columns: list[str], scope: Scope) -> Rows:
    """VALUES lists as rows written in the code."""
    table = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    width = max(map(len, table), default=0)
    names = [columns[at] if at < len(columns) else f"column{at + 1}" for at in range(width)]
    outputs = tuple(Output(names[at], _cells(table, at, scope)) for at in range(width))
    return Rows(scope.context.builder.add(Inline(outputs, scope.context.layout.origin(node))), tuple(names))


def _cells(table: list[list[Node]], at: int, scope: Scope) -> Expression:
    column = [row[at] for row in table if at < len(row)]
    written = [cell for cell in column if not isinstance(cell, exp.Literal | exp.Null | exp.Boolean | exp.Neg)]
    if not written:
        return scalar(column[0], scope)
    return Call("coalesce", scalars(written, scope)) if len(written) > 1 else scalar(written[0], scope)

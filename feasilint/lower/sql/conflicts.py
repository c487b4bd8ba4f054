"""INSERT … ON CONFLICT DO UPDATE, ON DUPLICATE KEY UPDATE: what becomes of the rows that are there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Expression, Output, Scan, Upsert
from feasilint.ir.expressions import fold
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.changing import assignments, merged
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.writes import Target, write_to

if TYPE_CHECKING:
    from collections.abc import Iterator


def resolved(clause: Node, new: Rows, into: Target, scope: Scope) -> None:
    """Write what the clause assigns; `new` are the inserted rows under the target's names, `scope` that of their query."""
    context = scope.context
    rows = context.session.tables.get(into.key) or sources.scan(into.parts, into.node, context, read=False)
    target = Item(rows, str(into.node.alias or "").lower(), tuple(part.lower() for part in into.parts))
    inner = _scope(clause, target, new, scope)
    made = merged(one for one in assignments(clause.expressions, target, inner) if not _is_inserted(one, new))
    if not made:
        return
    if isinstance(rows.relation, Scan):
        context.builder.add(rows.relation)
    where = clause.args.get("where")
    conditions = (scalar(where.this, inner),) if isinstance(where, Node) else ()
    changed = Upsert(rows.relation, new.relation, _matched(clause, target, new), made, conditions)
    write_to(context.builder.add(changed), Target(into.parts, into.node), "upsert", scope)


def _scope(clause: Node, target: Item, new: Rows, scope: Scope) -> Scope:
    """Plain names are the target's, `excluded` or the alias of VALUES names the inserted rows."""
    values = clause.parent.args.get("expression") if clause.parent is not None else None
    alias = str(values.alias or "") if isinstance(values, exp.Values) else ""
    around = scope.child()
    around.items = [Item(new, alias.lower() or "excluded")]
    inner = around.child()
    inner.items, inner.whole = [target], target.rows.relation
    for call in clause.find_all(exp.Anonymous):
        if str(call.this).lower() == "values" and call.expressions:
            inner.replaced[id(call)] = Column(new.relation, str(call.expressions[0].name))
    return inner


def _is_inserted(output: Output, new: Rows) -> bool:
    """`n = excluded.n`: what the INSERT says already."""
    match output.expression:
        case Column(relation=relation, name=name, path=()) if relation is new.relation:
            return fold(name) == fold(output.name)
        case _:
            return False


def _matched(clause: Node, target: Item, new: Rows) -> Expression | None:
    equal = tuple(Call("eq", (target.column(key), Column(new.relation, key))) for key in _keys(clause))
    return Call("and", equal) if len(equal) > 1 else next(iter(equal), None)


def _keys(clause: Node) -> Iterator[str]:
    for key in clause.args.get("conflict_keys") or []:
        column = key.this if isinstance(key, exp.Ordered) else key
        if isinstance(column, exp.Column | exp.Identifier):
            yield str(column.name)

"""INSERT, UPDATE, DELETE and MERGE as common table expressions: what they write, and the rows that RETURNING gives of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Derive, Join, Minus, Star, Upsert
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.changing import deleted, merged_into, updated
from feasilint.lower.sql.inserting import insert_rows
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.select import select
from feasilint.lower.sql.writes import target_of

if TYPE_CHECKING:
    from collections.abc import Callable


def changed(node: Node, scope: Scope) -> Rows:
    """The rows of RETURNING, of which the scope of the statement is the FROM clause; without it those that change."""
    _CHANGES[type(node)](node, scope)
    returning = node.args.get("returning")
    if isinstance(returning, Node):
        return select(exp.Select(expressions=returning.expressions), scope)
    assert scope.whole is not None
    return Rows(scope.whole)


def _insert(node: Node, scope: Scope) -> None:
    target = target_of(node.this, scope)
    listed = target.columns or scope.context.session.declared.get(target.key) or ()
    rows = sources.renamed(insert_rows(node, scope), list(listed), scope.context)
    scope.items = [Item(rows, str(target.node.alias or "").lower(), tuple(part.lower() for part in target.parts))]
    scope.whole = rows.relation


def _delete(node: Node, scope: Scope) -> None:
    scope.whole = deleted(node, scope, read=isinstance(node.args.get("returning"), Node))


def _update(node: Node, scope: Scope) -> None:
    _assigned(updated(node, scope), scope)


def _merge(node: Node, scope: Scope) -> None:
    made = merged_into(node, scope)
    if made is not None:
        _assigned(made, scope)


def _assigned(made: Upsert, scope: Scope) -> None:
    """The target's rows have the new values, and its other columns as they were; those of other tables stand beside them."""
    add = scope.context.builder.add
    both = add(Join(made.target, made.source, "cross" if made.on is None else "inner", made.on))
    kept = Minus(AllOf(made.target), tuple(output.name for output in made.outputs))
    after = add(Derive(both, (Star(kept), *made.outputs)))
    for item in scope.items:
        if item.rows.relation is made.target:
            item.rows = Rows(after, item.rows.names)
    scope.whole = add(Join(after, made.source, "cross")) if len(scope.items) > 1 else after


_CHANGES: dict[type[Node], Callable[[Node, Scope], None]] = {
    exp.Insert: _insert,
    exp.Update: _update,
    exp.Delete: _delete,
    exp.Merge: _merge,
}

"""FROM: tables, joins, nested queries, unnested arrays and table functions become one relation and a list of items."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import (
    AsOf,
    Expression,
    Filter,
    Inline,
    Join,
)
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.functions import array_joined, from_rows, lateral, table_function, unnest
from feasilint.lower.sql.items import alias_of, aliased, decorated, values
from feasilint.lower.sql.scope import Item, Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.relations import JoinKind

Reader: TypeAlias = "Callable[[Node, Scope], Item | None]"


def read_from(node: Node, scope: Scope) -> None:
    """The FROM clause, joins and lateral views of a query, into its scope."""
    start = node.args.get("from_")
    if isinstance(start, Node):
        attach(start.this, scope)
    steps = [*(node.args.get("joins") or []), *(node.args.get("laterals") or [])]
    if node.args.get("laterals"):
        steps.sort(key=lambda step: scope.context.layout.text(step)[0])
    for step in steps:
        if isinstance(step, exp.Join):
            join(step, scope)
        else:
            attach(step, scope)


def attach(node: Node, scope: Scope) -> None:
    """One more item of FROM beside those before it, every row with every row."""
    _combine(scope, _item(node, scope), "cross")
    for step in node.args.get("joins") or []:
        join(step, scope)
    for step in node.args.get("laterals") or []:
        attach(step, scope)


def _item(node: Node, scope: Scope) -> Item | None:
    read = _READERS.get(type(node), _unknown)
    return read(node, scope)


def _combine(scope: Scope, item: Item | None, kind: JoinKind) -> None:
    """Put an item into the scope; None: the reader has done so itself."""
    if item is None:
        return
    relation = item.rows.relation
    if scope.whole is None or item.restricted:
        scope.whole = relation
    else:
        scope.whole = scope.context.builder.add(Join(scope.whole, relation, kind))
    scope.items.append(item)


# --- joins -------------------------------------------------------------------------------------------------------------


def join(node: exp.Join, scope: Scope) -> None:
    """A JOIN of the items so far with one more."""
    before = scope.whole
    if node.kind == "ARRAY":
        for one in [node.this, *node.expressions]:
            _combine(scope, array_joined(one, scope), "cross")
        return
    count = len(scope.items)
    inner = Scope(scope.context, scope.parent, scope.ctes, scope.items, None, scope.aliases)
    item = _joined_item(node.this, scope, inner)
    right = inner.whole if item is None else item.rows.relation
    on = node.args.get("on")
    if before is None or right is None or (item is not None and item.restricted):
        scope.whole = right or before
        scope.items += [item] if item is not None else []
        _filter_on(on, scope)
        return
    scope.items += [item] if item is not None else []
    using = _using(node, scope, count)
    scope.whole = Join(before, right, "unknown", None, using)  # names in ON are looked up on both sides
    condition = scalar(on, scope) if isinstance(on, Node) else None
    scope.whole = scope.context.builder.add(
        Join(
            before,
            right,
            _kind(node, condition, using),
            condition,
            using,
            None,
            _asof(node, scope),
        )
    )


def _joined_item(node: Node, scope: Scope, inner: Scope) -> Item | None:
    """The right side: a group in parentheses brings its own items, all others see those before them."""
    if (
        isinstance(node, exp.Subquery)
        and isinstance(node.this, exp.Table | exp.Subquery)
        and not node.args.get("alias")
    ):
        attach(node.this, inner)
        return None
    item = _item(node, scope)
    steps = node.args.get("joins") or []
    if not steps:
        return item
    _combine(inner, item, "cross")
    for step in steps:
        join(step, inner)
    return None


def _filter_on(on: object, scope: Scope) -> None:
    """The condition of a join with an unnested array restricts the rows."""
    if isinstance(on, Node) and not isinstance(on, exp.Boolean) and scope.whole is not None:
        scope.whole = scope.context.builder.add(Filter(scope.whole, scalar(on, scope)))


def _using(node: exp.Join, scope: Scope, count: int) -> tuple[str, ...]:
    marks = scope.context.marks
    named = node.args.get("using")
    if named:
        return tuple(marks.restore(str(one.name)) for one in named)
    if node.method != "NATURAL":
        return ()
    left = [item.rows.names or () for item in scope.items[:count]]
    right = {name.lower() for item in scope.items[count:] for name in item.rows.names or ()}
    return tuple(dict.fromkeys(name for names in left for name in names if name.lower() in right))


_SIDES: dict[str, JoinKind] = {"LEFT": "left", "RIGHT": "right", "FULL": "full"}
_KINDS: dict[str, JoinKind] = {"SEMI": "semi", "ANTI": "anti", "CROSS": "cross"}


def _kind(node: exp.Join, condition: Expression | None, using: tuple[str, ...]) -> JoinKind:
    if node.method == "ASOF":
        return "asof"
    if node.kind in _KINDS:
        return _KINDS[node.kind]
    if node.side in _SIDES:
        return _SIDES[node.side]
    return "cross" if condition is None and not using and not node.method else "inner"


def _asof(node: exp.Join, scope: Scope) -> AsOf | None:
    condition = node.args.get("match_condition")
    if not isinstance(condition, exp.Binary):
        return None
    return AsOf(scalar(condition.this, scope), scalar(condition.expression, scope))


# --- tables and nested queries -----------------------------------------------------------------------------------------


def _table(node: Node, scope: Scope) -> Item | None:
    if isinstance(node.this, exp.Func) and not sources.is_dynamic(node.this):
        return table_function(node, node.this, scope)
    context = scope.context
    rows = decorated(node, sources.table(node, scope), scope)
    parts = tuple(part.lower() for part in sources.parts_of(node, context))
    return aliased(node, rows, scope, parts)


def _nested(node: Node, scope: Scope) -> Item | None:
    if isinstance(node.this, exp.Table | exp.Subquery) and not node.args.get("alias") and not node.args.get("pivots"):
        attach(node.this, scope)
        return None
    if isinstance(node.this, exp.Table | exp.Subquery):
        rows = _group(node.this, scope)
    else:
        rows = scope.context.query(node.this, scope.child())
    return aliased(node, decorated(node, rows, scope), scope)


def _group(node: Node, scope: Scope) -> Rows:
    """`(a JOIN b) AS t`: all columns of the group under one alias."""
    inner = scope.child()
    attach(node, inner)
    names = [item.rows.names for item in inner.items]
    known = tuple(name for some in names for name in some or ()) if None not in names else None
    return Rows(inner.whole or scope.context.builder.add(Inline()), known)


def _values(node: Node, scope: Scope) -> Item:
    alias, columns = alias_of(node, scope)
    return Item(values(node, columns, scope), alias.lower())


def _final(node: Node, scope: Scope) -> Item | None:
    return _item(node.this, scope)


def _unknown(node: Node, scope: Scope) -> Item | None:
    """Something in FROM that is no table: a function or an expression."""
    return table_function(node, node, scope)


_READERS: dict[type[Node], Reader] = {
    exp.Table: _table,
    exp.Subquery: _nested,
    exp.Values: _values,
    exp.Unnest: unnest,
    exp.Lateral: lateral,
    exp.TableFromRows: from_rows,
    exp.Final: _final,
    exp.Stream: _final,
}

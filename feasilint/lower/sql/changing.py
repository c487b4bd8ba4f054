"""UPDATE, MERGE and DELETE: rows that are there change."""

from __future__ import annotations

from feasilint.ir import Call, Expression, Inline, Output, Relation, Scan, Upsert
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.queries import define_ctes
from feasilint.lower.sql.relations import attach, join, read_from
from feasilint.lower.sql.scope import Item, Scope
from feasilint.lower.sql.writes import key_of, target_of, write_to


def update(node: Node, scope: Scope) -> None:
    define_ctes(node, scope)
    context = scope.context
    read_from(node, scope)
    joined = node.this.args.get("joins") or []
    target = _updated(node.this, scope)
    for step in joined:
        join(step, scope)
    others = [item for item in scope.items if item is not target]
    source = scope.whole if len(scope.items) > 1 else None
    if target not in scope.items:
        scope.items.insert(0, target)
        scope.whole = scope.whole or target.rows.relation
    outputs = _assignments(node.expressions, scope)
    where = node.args.get("where")
    condition = scalar(where.this, scope) if isinstance(where, Node) else None
    below = others[0].rows.relation if len(others) == 1 else source or context.builder.add(Inline())
    made = context.builder.add(Upsert(target.rows.relation, below, condition, outputs))
    parts = list(target.parts) if target.parts else sources.parts_of(node.this, context)
    write_to(made, _as_written(parts, target), "upsert", node.this, scope)


def _updated(node: Node, scope: Scope) -> Item:
    """The item that an UPDATE changes: one of FROM if it is named there (`UPDATE x … FROM t AS x`), else a new one."""
    parts = sources.parts_of(node, scope.context)
    found = scope.item([*(part.lower() for part in parts), "*"])
    if found is not None:
        return found[0]
    rows = sources.table(node, scope)
    item = Item(rows, str(node.alias or "").lower(), tuple(part.lower() for part in parts))
    if node.args.get("joins"):
        scope.items.append(item)
        scope.whole = rows.relation
    return item


def _as_written(parts: list[str], item: Item) -> list[str]:
    relation = item.rows.relation
    return relation.source.name.split(".") if isinstance(relation, Scan) and relation.source.kind == "table" else parts


def _assignments(nodes: list[Node], scope: Scope) -> tuple[Output, ...]:
    made: dict[str, list[tuple[Output, Expression]]] = {}
    for one in nodes:
        if not isinstance(one, exp.EQ | exp.PropertyEQ):
            continue
        targets = one.this.expressions if isinstance(one.this, exp.Tuple) else [one.this]
        value = scalar(one.expression, scope)
        for target in targets:
            name = scope.context.marks.restore(
                str(target.parts[-1].name if isinstance(target, exp.Column) else target.name)
            )
            made.setdefault(name, []).append((Output(name, value, scope.context.layout.origin(one)), value))
    return tuple(_merged(found) for found in made.values())


def _merged(found: list[tuple[Output, Expression]]) -> Output:
    """One column that several branches assign."""
    first = found[0][0]
    if len(found) == 1:
        return first
    return Output(first.name, Call("coalesce", tuple(value for _, value in found)), first.origin)


def merge(node: Node, scope: Scope) -> None:
    define_ctes(node, scope)
    context = scope.context
    parts, _, _ = target_of(node.this, scope)
    attach(node.args["using"], scope)
    source = scope.items[0]
    rows = context.session.tables.get(key_of(parts)) or sources.scan(parts, node.this, context, read=False)
    scope.items.append(Item(rows, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts)))
    on = node.args.get("on")
    condition = scalar(on, scope) if isinstance(on, Node) else None
    branches = node.args["whens"].expressions
    conditions = tuple(
        scalar(one.args["condition"], scope) for one in branches if isinstance(one.args.get("condition"), Node)
    )
    found: dict[str, list[tuple[Output, Expression]]] = {}
    for branch in branches:
        for output in _branch(branch.args.get("then"), source, scope):
            found.setdefault(str(output.name).lower(), []).append((output, output.expression))
    made: Relation = source.rows.relation  # where every column is taken from a source whose columns are not known
    if found or source.rows.names is not None:
        outputs = tuple(_merged(same) for same in found.values())
        if isinstance(rows.relation, Scan):
            context.builder.add(rows.relation)
        made = context.builder.add(Upsert(rows.relation, made, condition, outputs, conditions))
    write_to(made, parts, "upsert", node.this, scope)


def _branch(then: object, source: Item, scope: Scope) -> tuple[Output, ...]:
    """The assignments of one WHEN clause."""
    if isinstance(then, exp.Update):
        if any(isinstance(one, exp.Star) for one in then.expressions):
            return _all_columns(source)
        return _assignments(then.expressions, scope)
    if isinstance(then, exp.Insert):
        if not isinstance(then.this, exp.Tuple) or not isinstance(then.expression, exp.Tuple):
            return _all_columns(source)
        pairs = zip(then.this.expressions, then.expression.expressions, strict=False)
        return tuple(
            Output(str(column.name), scalar(value, scope), scope.context.layout.origin(value))
            for column, value in pairs
        )
    return ()


def _all_columns(source: Item) -> tuple[Output, ...]:
    return tuple(Output(name, source.column(name)) for name in source.rows.names or ())


def delete(node: Node, scope: Scope) -> None:
    """Writes nothing, but what decides about the rows is read."""
    define_ctes(node, scope)
    if not isinstance(node.this, Node):
        return
    parts = sources.parts_of(node.this, scope.context)
    target = sources.scan(parts, node.this, scope.context, read=False)
    scope.items.append(Item(target, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts)))
    scope.whole = target.relation
    for one in node.args.get("using") or []:
        attach(one, scope)
    for step in node.this.args.get("joins") or []:
        join(step, scope)
    where = node.args.get("where")
    if isinstance(where, Node):
        scalar(where.this, scope)

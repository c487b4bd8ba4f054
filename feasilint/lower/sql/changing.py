"""UPDATE, MERGE and DELETE: rows that are there change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call, Column, Derive, Expression, Filter, Inline, Join, Output, Scan, Subquery, Upsert
from feasilint.ir.traversal import inputs
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar, scalars
from feasilint.lower.sql.queries import define_ctes, query
from feasilint.lower.sql.relations import attach, join, read_from
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.writes import Target, key_of, target_of, write_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Relation


def update(node: Node, scope: Scope) -> None:
    updated(node, scope)


def updated(node: Node, scope: Scope) -> Upsert:
    """The table after an UPDATE, which is written."""
    define_ctes(node, scope)
    context = scope.context
    read_from(node, scope)
    joined = node.this.args.get("joins") or []
    target = _updated(node.this, scope)
    for step in joined:
        join(step, scope)
    below = scope.whole if target not in scope.items or len(scope.items) > 1 else None
    below = below or context.builder.add(Inline())
    if target not in scope.items:
        scope.items.insert(0, target)
        scope.whole = Join(target.rows.relation, below, "unknown") if len(scope.items) > 1 else target.rows.relation
    outputs = merged(assignments(node.expressions, target, scope))
    where = node.args.get("where")
    if isinstance(where, Node):
        below = context.builder.add(Filter(below, scalar(where.this, scope), "where", context.layout.origin(where)))
    made = context.builder.add(Upsert(target.rows.relation, below, None, outputs))
    parts = list(target.parts) if target.parts else sources.parts_of(node.this, context)
    _written(made, _as_written(parts, _beneath(target, node, scope)), node.this, scope)
    return made


def _written(made: Upsert, parts: list[str], node: Node, scope: Scope) -> None:
    """The table as it is from now on."""
    tables, key = scope.context.session.tables, key_of(parts)
    temporary = tables.get(key)
    write_to(made, Target(parts, node), "upsert", scope, temporary is not None)
    if temporary is not None:
        tables[key] = Rows(made, temporary.names)


def _beneath(item: Item, node: Node, scope: Scope) -> Relation:
    """What an UPDATE changes: the one table under a query that WITH names."""
    relation = item.rows.relation
    if scope.cte(".".join(sources.parts_of(node.this, scope.context)).lower()) is not None:
        while len(below := inputs(relation)) == 1:
            relation = below[0]
    return relation


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


def _as_written(parts: list[str], relation: Relation) -> list[str]:
    return relation.source.name.split(".") if isinstance(relation, Scan) and relation.source.kind == "table" else parts


def assignments(nodes: list[Node], target: Item, scope: Scope) -> Iterator[Output]:
    """What SET gives to which columns; several may take theirs from one row."""
    for one in nodes:
        if not isinstance(one, exp.EQ | exp.PropertyEQ):
            continue
        places = one.this.expressions if isinstance(one.this, exp.Tuple) else [one.this]
        values = _several(one.expression, len(places), scope) if len(places) > 1 else (scalar(one.expression, scope),)
        for place, value in zip(places, values, strict=False):
            yield Output(_name_of(place, target, scope), value, scope.context.layout.origin(one))


def _several(node: Node, count: int, scope: Scope) -> tuple[Expression, ...]:
    """The values of a row: those of a list, the columns of a subquery."""
    if isinstance(node, exp.Tuple):
        return scalars(node.expressions, scope)
    if not isinstance(node, exp.Query):
        return (scalar(node, scope),) * count
    rows = query(node, scope.child())
    add = scope.context.builder.add
    chosen = (add(Derive(rows.relation, (Output(name, Column(rows.relation, name)),))) for name in rows.names or ())
    return tuple(Subquery("scalar", one) for one in chosen)


_WITH_FIELDS = frozenset(("bigquery", "databricks", "spark", "spark2"))
"""Dialects in which SET may name a field of a struct."""


def _name_of(node: Node, target: Item, scope: Scope) -> str:
    """The column that an assignment changes, without the name of its table."""
    marks = scope.context.marks
    if not isinstance(node, exp.Column):
        return marks.restore(str(node.name))
    parts = [marks.restore(str(part.name)) for part in node.parts]
    used = target.matched([part.lower() for part in parts])
    if used or scope.context.dialect in _WITH_FIELDS:
        return parts[used]
    return parts[-1]


def merged(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """One output for each column, whatever branch assigns it."""
    found: dict[str, list[Output]] = {}
    for output in outputs:
        found.setdefault(str(output.name).lower(), []).append(output)
    return tuple(_either(same) for same in found.values())


def _either(same: list[Output]) -> Output:
    first = same[0]
    if len(same) == 1:
        return first
    return Output(first.name, Call("coalesce", tuple(output.expression for output in same)), first.origin)


def merge(node: Node, scope: Scope) -> None:
    merged_into(node, scope)


def merged_into(node: Node, scope: Scope) -> Upsert | None:
    """The table after a MERGE, which is written; None where it sets no column by name."""
    define_ctes(node, scope)
    context = scope.context
    parts = target_of(node.this, scope).parts
    attach(node.args["using"], scope)
    source = scope.items[0]
    rows = context.session.tables.get(key_of(parts)) or sources.scan(parts, node.this, context, read=False)
    target = Item(rows, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts))
    scope.items.append(target)
    on = node.args.get("on")
    condition = scalar(on, scope) if isinstance(on, Node) else None
    branches = node.args["whens"].expressions
    conditions = tuple(scalar(one, scope) for branch in branches for one in _conditions(branch))
    actions = [branch.args.get("then") for branch in branches]
    outputs = merged(output for then in actions for output in _branch(then, source, target, scope))
    made: Upsert | None = None
    if outputs:
        if isinstance(rows.relation, Scan):
            context.builder.add(rows.relation)
        made = context.builder.add(Upsert(rows.relation, source.rows.relation, condition, outputs, conditions))
        _written(made, parts, node.this, scope)
    if source.rows.names is None and any(map(_takes_row, actions)):
        write_to(source.rows.relation, Target(parts, node.this), "upsert", scope)
    return made


def _conditions(branch: Node) -> Iterator[Node]:
    """What a WHEN clause asks for, before its action and behind it."""
    then = branch.args.get("then")
    clauses = [branch.args.get("condition"), then.args.get("where") if isinstance(then, Node) else None]
    for clause in clauses:
        if isinstance(clause, Node):
            yield clause.this if isinstance(clause, exp.Where) else clause


def _takes_row(then: object) -> bool:
    """UPDATE SET *, INSERT *, INSERT ROW: all columns of the source, as they are."""
    if isinstance(then, exp.Update):
        return any(isinstance(one, exp.Star) for one in then.expressions)
    return isinstance(then, exp.Insert) and not any(
        isinstance(part, exp.Tuple) for part in (then.this, then.expression)
    )


def _branch(then: object, source: Item, target: Item, scope: Scope) -> Iterator[Output]:
    """The assignments of one WHEN clause."""
    if _takes_row(then):
        yield from (Output(name, source.column(name)) for name in source.rows.names or ())
    elif isinstance(then, exp.Update):
        yield from assignments(then.expressions, target, scope)
    elif isinstance(then, exp.Insert):
        for name, value in _inserted(then, target, scope):
            yield Output(name, scalar(value, scope), scope.context.layout.origin(value))


def _inserted(then: exp.Insert, target: Item, scope: Scope) -> Iterator[tuple[str, Node]]:
    """The columns and values of INSERT (…) VALUES (…); without a list of columns the declared ones, else those of the values."""
    listed, row = then.this, then.expression
    if isinstance(listed, exp.Tuple) and isinstance(row, exp.Tuple):
        for column, value in zip(listed.expressions, row.expressions, strict=False):
            yield _name_of(column, target, scope), value
        return
    if isinstance(row, exp.Tuple):
        values = list(row.expressions)
    else:  # the parser takes VALUES for a function
        values = [one for call in listed.expressions for one in call.expressions]
    names = target.rows.names or [value.output_name or f"_col{at}" for at, value in enumerate(values)]
    yield from zip(names, values, strict=False)


def delete(node: Node, scope: Scope) -> None:
    """Writes nothing, but what decides about the rows is read."""
    if isinstance(node.this, Node):
        deleted(node, scope)
    else:
        define_ctes(node, scope)


def deleted(node: Node, scope: Scope, read: bool = False) -> Relation:
    """The rows that a DELETE takes; `read`: something is made of them."""
    define_ctes(node, scope)
    context = scope.context
    parts = sources.parts_of(node.this, context)
    target = context.session.tables.get(key_of(parts)) or sources.scan(parts, node.this, context, read)
    scope.items.append(Item(target, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts)))
    scope.whole = target.relation
    for one in node.args.get("using") or []:
        attach(one, scope)
    for step in node.this.args.get("joins") or []:
        join(step, scope)
    where = node.args.get("where")
    if not isinstance(where, Node):
        return scope.whole
    taken = Filter(scope.whole, scalar(where.this, scope), "where", context.layout.origin(where))
    if key_of(parts) in context.session.tables:
        context.session.tables[key_of(parts)] = Rows(context.builder.add(_left(target.relation, taken)), target.names)
    return context.builder.add(taken) if read else scope.whole


def _left(rows: Relation, taken: Filter) -> Relation:
    """What is left of rows without those that are taken."""
    if taken.input is rows:
        return replace(taken, predicate=Call("not", (taken.predicate,)))
    return Join(rows, taken.input, "anti", taken.predicate)

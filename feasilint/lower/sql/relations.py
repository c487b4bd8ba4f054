"""FROM: tables, joins, nested queries, unnested arrays and table functions become one relation and a list of items."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import (
    AsOf,
    Call,
    Expression,
    Filter,
    Hole,
    Inline,
    Join,
    Limit,
    Literal,
    Output,
    Relation,
    Subquery,
    Unnest,
)
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import name_of, scalar, scalars
from feasilint.lower.sql.pivots import pivoted
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
            _combine(scope, _array_joined(one, scope), "cross")
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
    if isinstance(node.this, exp.Func):
        return _table_function(node, node.this, scope)
    context = scope.context
    rows = _decorated(node, sources.table(node, scope), scope)
    parts = tuple(part.lower() for part in sources.parts_of(node, context))
    return _aliased(node, rows, scope, parts)


def _decorated(node: Node, rows: Rows, scope: Scope) -> Rows:
    """With the pivots and the sampling that follow a table or a nested query."""
    for step in node.args.get("pivots") or []:
        rows = pivoted(step, rows, scope)
    if node.args.get("sample"):
        rows = Rows(scope.context.builder.add(Limit(rows.relation, None, sample=True)), rows.names)
    return rows


def _aliased(node: Node, rows: Rows, scope: Scope, parts: tuple[str, ...] = ()) -> Item:
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


def _nested(node: Node, scope: Scope) -> Item | None:
    if isinstance(node.this, exp.Table | exp.Subquery) and not node.args.get("alias") and not node.args.get("pivots"):
        attach(node.this, scope)
        return None
    if isinstance(node.this, exp.Table | exp.Subquery):
        rows = _group(node.this, scope)
    else:
        rows = scope.context.query(node.this, scope.child())
    return _aliased(node, _decorated(node, rows, scope), scope)


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


def _final(node: Node, scope: Scope) -> Item | None:
    return _item(node.this, scope)


def _unknown(node: Node, scope: Scope) -> Item | None:
    """Something in FROM that is no table: a function or an expression."""
    return _table_function(node, node, scope)


# --- arrays and functions ----------------------------------------------------------------------------------------------


def unnested(scope: Scope, outputs: tuple[Output, ...], alias: str) -> Item:
    """An item whose rows are the elements of arrays beside the rows so far."""
    below: Relation = scope.whole if scope.whole is not None else scope.context.builder.add(Inline())
    relation = scope.context.builder.add(Unnest(below, outputs))
    names = tuple(str(output.name) for output in outputs)
    return Item(Rows(relation, names), alias.lower(), restricted=True)


def _unnest(node: Node, scope: Scope) -> Item:
    alias, columns = alias_of(node, scope)
    arrays = scalars(node.expressions, scope)
    offset = node.args.get("offset")
    return _elements(arrays, alias, columns, offset, scope, "unnest")


def _elements(
    arrays: tuple[Expression, ...], alias: str, columns: list[str], offset: object, scope: Scope, default: str
) -> Item:
    names = columns or [alias or default]
    if len(names) != len(arrays) and arrays:
        arrays = tuple(arrays[min(at, len(arrays) - 1)] for at in range(len(names)))
    outputs = [Output(name, array) for name, array in zip(names, arrays, strict=False)]
    if offset:
        outputs.append(Output(offset.name if isinstance(offset, Node) else "offset", Literal(0)))
    return unnested(scope, tuple(outputs), alias or (columns[0] if columns else default))


def _array_joined(node: Node, scope: Scope) -> Item:
    """ClickHouse's ARRAY JOIN."""
    name = node.alias_or_name or "array"
    return unnested(scope, (Output(name, scalar(node, scope)),), name)


def _lateral(node: Node, scope: Scope) -> Item | None:
    inner = node.this
    alias, columns = alias_of(node, scope)
    if isinstance(inner, exp.Subquery) and isinstance(inner.this, exp.Query | exp.Values):
        rows = scope.context.query(inner, scope.child())
        return Item(sources.renamed(rows, columns, scope.context), alias.lower())
    if isinstance(inner, exp.Unnest):
        inner_alias, inner_columns = alias_of(inner, scope)
        arrays = scalars(inner.expressions, scope)
        offset = inner.args.get("offset")
        return _elements(arrays, alias or inner_alias, columns or inner_columns, offset, scope, "unnest")
    return _table_function(node, inner, scope)


_FUNCTION_COLUMNS = {
    "posexplode": ["pos", "col"], "posexplode_outer": ["pos", "col"], "explode": ["col"], "explode_outer": ["col"],
    "jsonb_each": ["key", "value"], "json_each": ["key", "value"], "jsonb_each_text": ["key", "value"],
}  # fmt: skip


def _table_function(node: Node, function: Node, scope: Scope) -> Item | None:
    context = scope.context
    alias, columns = alias_of(node, scope)
    name = name_of(function)
    if name in sources.FILE_FUNCTIONS and (rows := sources.files(function, context)) is not None:
        return _aliased(node, _decorated(node, rows, scope), scope)
    qualified = isinstance(node, exp.Table) and isinstance(node.args.get("db"), Node)
    special = MODEL_FUNCTIONS.get(name) if qualified or isinstance(function, exp.Predict) else None
    if special is not None:
        return _aliased(node, special(function, scope), scope)
    args = _arguments(function, scope)
    if qualified:
        parts = [
            *sources.parts_of(exp.Table(this=None, db=node.args.get("db"), catalog=node.args.get("catalog")), context)
        ]
        return Item(sources.scan([*parts, str(function.name or name)], node, context), alias.lower())
    names = columns or _FUNCTION_COLUMNS.get(name) or [alias or name]
    call: Expression = args[0] if len(args) == 1 else Call(name, args)
    outputs = tuple(Output(one, call) for one in names)
    return unnested(scope, outputs, alias or name)


def _arguments(function: Node, scope: Scope) -> tuple[Expression, ...]:
    """The arguments of a table function; tables and queries among them count as a whole."""
    made: list[Expression] = []
    for child in function.iter_expressions():
        if isinstance(child, exp.Table):
            made.append(Subquery("scalar", sources.table(child, scope).relation))
        elif not isinstance(child, exp.Identifier | exp.Var | exp.DataType):
            made.append(scalar(child, scope))
    return tuple(made)


def _from_rows(node: Node, scope: Scope) -> Item | None:
    """TABLE(function(…))."""
    return _table_function(node, node.this, scope)


MODEL_FUNCTIONS: dict[str, Callable[[Node, Scope], Rows]] = {}
"""Table functions over a model, by name: filled by the module that knows them."""

_READERS: dict[type[Node], Reader] = {
    exp.Table: _table,
    exp.Subquery: _nested,
    exp.Values: _values,
    exp.Unnest: _unnest,
    exp.Lateral: _lateral,
    exp.TableFromRows: _from_rows,
    exp.Final: _final,
}

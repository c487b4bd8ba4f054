"""Arrays and table functions in FROM: rows beside the rows so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call, Column, Expression, Inline, Literal, Opaque, Output, Pivot, Relation, Subquery, Unnest
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import name_of, scalar, scalars
from feasilint.lower.sql.items import alias_of, aliased, decorated
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.sql.scope import Context


def unnested(scope: Scope, outputs: tuple[Output, ...], alias: str) -> Item:
    """An item whose rows are the elements of arrays beside the rows so far."""
    below: Relation = scope.whole if scope.whole is not None else scope.context.builder.add(Inline())
    relation = scope.context.builder.add(Unnest(below, outputs))
    names = tuple(str(output.name) for output in outputs)
    return Item(Rows(relation, names), alias.lower(), restricted=True)


def unnest(node: Node, scope: Scope) -> Item:
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
    return unnested(scope, tuple(outputs), alias or (columns[0] if columns else ""))


def array_joined(node: Node, scope: Scope) -> Item:
    """ClickHouse's ARRAY JOIN."""
    name = node.alias_or_name or "array"
    return unnested(scope, (Output(name, scalar(node, scope)),), name)


def lateral(node: Node, scope: Scope) -> Item | None:
    """LATERAL of a query, of arrays, or of a function that makes rows."""
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
    return from_rows(node, scope) if isinstance(inner, exp.Dot) else table_function(node, inner, scope)


_FUNCTION_COLUMNS = {
    "posexplode": ["pos", "col"], "posexplode_outer": ["pos", "col"], "explode": ["col"], "explode_outer": ["col"],
    "jsonb_each": ["key", "value"], "json_each": ["key", "value"], "jsonb_each_text": ["key", "value"],
}  # fmt: skip


def table_function(node: Node, function: Node, scope: Scope) -> Item | None:
    """A function in FROM: files, a query, a model or a table elsewhere; else rows made of its arguments."""
    context = scope.context
    alias, columns = alias_of(node, scope)
    name = name_of(function)
    if name in sources.FILE_FUNCTIONS and (rows := sources.files(function, context)) is not None:
        return aliased(node, decorated(node, rows, scope), scope)
    if (known := _queried(name, function, scope)) is not None:
        return aliased(node, decorated(node, known, scope), scope)
    if name == "crosstab" and (spread := _crosstab(function, columns, context)) is not None:
        return Item(spread, alias.lower())
    qualified = isinstance(node, exp.Table) and isinstance(node.args.get("db"), Node)
    plain = name.removeprefix("m_l_").removeprefix("a_i_")
    special = MODEL_FUNCTIONS.get(plain) if qualified or isinstance(function, exp.Predict) else None
    if special is not None:
        return aliased(node, special(function, scope), scope)
    args = _arguments(function, scope)
    if name in _REMOTE:
        return aliased(node, _rows_of([name], args, node, scope), scope)
    if qualified:
        parts = [*sources.qualifier_of(node, context), str(function.name or name)]
        return aliased(node, _rows_of(parts, args, node, scope), scope)
    if not columns and any(isinstance(arg, Subquery) for arg in args):
        return aliased(node, Rows(context.builder.add(_over_tables(name, args))), scope)
    names = columns or _FUNCTION_COLUMNS.get(name) or [alias or name]
    call: Expression = args[0] if len(args) == 1 else Call(name, args)
    outputs = tuple(Output(one, call) for one in names)
    return unnested(scope, outputs, alias or name)


_REMOTE = frozenset(("openquery", "external_query", "dblink", "postgres_query", "mysql_query", "remote_query"))
"""Functions whose rows are those of a query, as text, of another database."""


def _queried(name: str, function: Node, scope: Scope) -> Rows | None:
    """The rows of a function that the script has defined, or of a query in a string."""
    context = scope.context
    if (over := context.session.over_tables.pop(name, None)) is not None:  # not inside itself
        try:
            return over([_rows_given(child, scope) for child in function.expressions])
        finally:
            context.session.over_tables[name] = over
    if (known := context.session.routines.get(name)) is not None:
        return sources.again(known, context)
    if name not in _REMOTE:
        return None
    given = function.expressions[-1] if function.expressions else None
    if isinstance(given, exp.Add | exp.DPipe | exp.Concat):
        return context.script(Text(context.session.pieces).said(scalar(given, scope)), context)
    texts = _texts(function)
    return context.script(texts[-1], context) if texts else None


def _rows_given(argument: Node, scope: Scope) -> Rows | None:
    """The rows that an argument is, if it is any."""
    if isinstance(argument, exp.Table):
        return sources.table(argument, scope)
    return scope.context.query(argument, scope.child()) if isinstance(argument, exp.Query) else None


def _texts(function: Node) -> list[str]:
    found = function.find_all(exp.Literal, exp.RawString)
    return [str(one.this) for one in found if one.args.get("is_string", True)]


def _crosstab(function: Node, columns: list[str], context: Context) -> Rows | None:
    """PostgreSQL's crosstab('SELECT row, …, category, value …') AS c(row, …, a, b): a column of values for each category."""
    texts = _texts(function)
    rows = context.script(texts[0], context) if texts else None
    if rows is None or rows.names is None or len(rows.names) < 3:
        return None
    *kept, category, value = (Column(rows.relation, name) for name in rows.names)
    keys = tuple(Output(name, column) for name, column in zip(columns, kept, strict=False))
    cells = tuple(Output(name, value) for name in columns[len(kept) :])
    made = Pivot(rows.relation, keys, (category,), cells, (value,), open=not columns)
    return Rows(context.builder.add(made), tuple(columns) or None)


_SYSTEM = frozenset(("information_schema",))
"""Schemas whose functions show what the warehouse says of itself: sources like its views."""


def _rows_of(parts: list[str], args: tuple[Expression, ...], node: Node, scope: Scope) -> Rows:
    """The rows of a function that stands elsewhere: any column may come from any argument."""
    context = scope.context
    if any(part.lower() in _SYSTEM for part in parts[:-1]):
        return sources.scan(parts, node, context)
    name, origin = ".".join(parts), context.layout.origin(node)
    span = origin.span if origin is not None else None
    context.builder.diagnose("opaque", f"the rows of the function `{name}` are not known", span)
    return Rows(context.builder.add(replace(_over_tables(name, args), origin=origin)))


def _over_tables(name: str, args: tuple[Expression, ...]) -> Opaque:
    """A function of tables: any of its columns may come from any of them."""
    tables = tuple(arg.relation for arg in args if isinstance(arg, Subquery))
    return Opaque(tables, f"the rows of {name}", tuple(arg for arg in args if not isinstance(arg, Subquery | Literal)))


def _arguments(function: Node, scope: Scope) -> tuple[Expression, ...]:
    """The arguments of a table function; tables and queries among them count as a whole."""
    made: list[Expression] = []
    for child in function.iter_expressions():
        if isinstance(child, exp.Table):
            made.append(Subquery("scalar", sources.table(child, scope).relation))
        elif not isinstance(child, exp.Identifier | exp.Var | exp.DataType):
            made.append(scalar(child, scope))
    return tuple(made)


def from_rows(node: Node, scope: Scope) -> Item | None:
    """TABLE(function(…)); a function of some schema is a table of its own."""
    function = node.this
    if isinstance(function, exp.Literal):
        parts = scope.context.marks.restore(str(function.this)).split(".")
        return aliased(node, sources.scan(parts, node, scope.context), scope)
    if isinstance(function, exp.Dot):
        *schema, last = function.flatten()
        parts = [str(part.name) for part in schema]
        if (known := _queried(name_of(last), last, scope)) is not None:
            return aliased(node, known, scope)
        return aliased(node, _rows_of([*parts, str(last.name)], _arguments(last, scope), node, scope), scope)
    readable = _REMOTE | sources.FILE_FUNCTIONS | scope.context.session.routines.keys()
    if isinstance(function, exp.Anonymous) and name_of(function) not in readable:
        return aliased(node, _rows_of([str(function.this)], _arguments(function, scope), node, scope), scope)
    return table_function(node, function, scope)


MODEL_FUNCTIONS: dict[str, Callable[[Node, Scope], Rows]] = {}
"""Table functions over a model, by name: filled by the module that knows them."""

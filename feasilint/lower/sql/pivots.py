"""PIVOT and UNPIVOT."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    Aggregate,
    AllOf,
    Call,
    Column,
    Derive,
    Expression,
    Hole,
    Literal,
    Measure,
    Minus,
    Opaque,
    Output,
    Pivot,
    Relation,
    Star,
    Unpivot,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar, scalars
from feasilint.lower.sql.measures import measure
from feasilint.lower.sql.scope import Item, Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def pivoted(node: Node, rows: Rows, scope: Scope) -> Rows:
    """The rows of a table after PIVOT (…) or UNPIVOT (…), under its own column list where it has one."""
    from feasilint.lower.sql.sources import renamed

    inner = scope.child()
    inner.items = [Item(rows)]
    inner.whole = rows.relation
    alias = node.args.get("alias")
    columns = [str(column.name) for column in alias.args.get("columns") or []] if isinstance(alias, Node) else []
    if node.args.get("unpivot"):
        made = _unpivot(node, rows, inner)
    else:
        made = _Pivoting(node, rows, inner, node.expressions, node.args.get("fields") or []).rows(columns)
    return made if made.names == tuple(columns) else renamed(made, columns, scope.context)


def statement(node: Node, scope: Scope) -> Rows:
    """DuckDB's `PIVOT t ON … USING … GROUP BY …` as a query of its own."""
    from feasilint.lower.sql.relations import attach

    attach(node.this, scope)
    rows = Rows(scope.items[0].rows.relation, scope.items[0].rows.names)
    if node.args.get("unpivot"):
        return _unpivoted(node, rows, scope)
    return _Pivoting(node, rows, scope, node.args.get("using") or [], node.expressions).rows()


class _Pivoting:
    """A pivot as grouping: each cell is a measure of the rows with its values, and all that is neither spread nor summed up is
    a key, unless there is a GROUP BY. Where only the data knows the values, they are keys that become columns."""

    def __init__(self, node: Node, rows: Rows, scope: Scope, aggregates: list[Node], fields: list[Node]) -> None:
        self.input = rows
        self.scope = scope
        self.origin = scope.context.layout.origin(node)
        self.fields = [field for field in fields if isinstance(field, Node)]
        self.spread = tuple(scalar(_spread(field), scope) for field in self.fields)
        self.aggregates = [one.this if isinstance(one, exp.Alias) else one for one in aggregates] or [exp.Count()]
        self.measures = [measure(one, scope) for one in self.aggregates]
        self.names = [] if self._asked() else self._named(node, aggregates)
        group = node.args.get("group")
        self.group = scalars(group.expressions, scope) if isinstance(group, Node) else None

    def rows(self, columns: Sequence[str] = ()) -> Rows:
        """The rows, under a column list where the names of the input do not tell which of its columns are keys."""
        keys = self._keys()
        if not self.names:
            return self._open(keys)
        cells = tuple(Output(name, made, self.origin) for name, made in zip(self.names, self._cells(), strict=False))
        before = len(columns) - len(cells)
        if keys is None and before >= 0 and columns:
            opaque = Opaque((self.input.relation,), "column names for columns that are not known", mixes=True)
            hidden = self.scope.context.builder.add(opaque)
            keys = tuple(Output(name, Column(hidden, name), self.origin) for name in columns[:before])
            cells = tuple(
                Output(name, cell.expression, self.origin) for name, cell in zip(columns[before:], cells, strict=True)
            )
        grouped = self._grouped(keys, cells)
        made = tuple(str(output.name) for output in cells)
        if keys is not None:
            return Rows(grouped, (*(str(key.name) for key in keys), *made))
        named = (Output(name, Column(grouped, name), self.origin) for name in made)
        return Rows(self.scope.context.builder.add(Derive(grouped, (self._rest(), *named))))

    def _open(self, keys: tuple[Output, ...] | None) -> Rows:
        add = self.scope.context.builder.add
        across = tuple(
            Output(one.name if isinstance(one, Column) else f"_on{at}", one, self.origin)
            for at, one in enumerate(self.spread)
        )
        asked = self._asked()
        where = Call("in", (*self.spread[:1], *scalars(asked[:1], self.scope))) if asked else None
        cells = tuple(Output(f"_m{at}", _within(made, where), self.origin) for at, made in enumerate(self.measures))
        grouped = self._grouped(keys, cells, across)
        kept = tuple(Output(key.name, Column(grouped, key.name), self.origin) for key in keys or ())
        spread = tuple(Column(grouped, one.name) for one in across)
        values = tuple(Column(grouped, cell.name) for cell in cells)
        opened = add(Pivot(grouped, kept, spread, self._stand_ins(spread, values), values, origin=self.origin))
        if keys is not None:
            return Rows(opened)
        return Rows(add(Derive(opened, (self._rest(), Star(Minus(AllOf(opened), self._used()))))))

    def _stand_ins(self, spread: tuple[Column, ...], values: tuple[Column, ...]) -> tuple[Output, ...]:
        """A column for all that the data decides, for each aggregate."""
        name = "_".join(f"{{{one.name}}}" for one in spread)
        ends = [f"_{made.function}" for made in self.measures] if len(values) > 1 else [""]
        named = ((name + end, value) for end, value in zip(ends, values, strict=True))
        return tuple(Output(said, Hole(said, (value,), self.origin), self.origin) for said, value in named)

    def _grouped(
        self, keys: tuple[Output, ...] | None, cells: tuple[Output, ...], across: tuple[Output, ...] = ()
    ) -> Relation:
        if keys is None:
            keys = (Output("*", Column(self.input.relation, "*"), self.origin),)
        return self.scope.context.builder.add(Aggregate(self.input.relation, (*keys, *across), cells, self.origin))

    def _keys(self) -> tuple[Output, ...] | None:
        """None: what is left of columns that are not known here."""
        if self.group is not None:
            return tuple(Output(c.name, c, self.origin) for key in self.group for c in referenced(key))
        if self.input.names is None:
            return None
        used = {name.lower() for name in self._used()}
        return tuple(
            Output(name, Column(self.input.relation, name), self.origin)
            for name in self.input.names
            if name.lower() not in used
        )

    def _rest(self) -> Star:
        return Star(Minus(AllOf(self.input.relation), self._used()))

    def _used(self) -> tuple[str, ...]:
        return _names([*self.spread, *self.measures])

    # --- cells ---

    def _asked(self) -> list[Node]:
        """Queries that say which values there are."""
        return [query for field in self.fields for query in field.find_all(exp.Query)]

    def _cells(self) -> Iterator[Measure]:
        """The measures of each combination of values, in the order of their names."""
        for values in product(*(field.expressions for field in self.fields)):
            found = [
                condition
                for field, value in zip(self.fields, values, strict=True)
                for condition in _conditions(_spread(field), value, self.scope)
            ]
            for made in self.measures:
                yield _within(made, *found)

    def _named(self, node: Node, aggregates: list[Node]) -> list[str]:
        """The names of the cells; none where only the data knows them."""
        if stated := node.args.get("columns"):
            return [self.scope.context.marks.restore(str(one.name)) for one in stated]
        if not isinstance(node.this, Node) or not all(isinstance(field, exp.In) for field in self.fields):
            return []
        ends = [one.alias or (one.sql("duckdb").lower() if len(aggregates) > 1 else "") for one in aggregates]
        return [
            "_".join([*(value.alias_or_name for value in values), *([end] if end else [])])
            for values in product(*(field.expressions for field in self.fields))
            for end in ends or [""]
        ]


def _spread(field: Node) -> Node:
    """The column whose values become columns."""
    return field.this if isinstance(field, exp.In) else field


def _conditions(column: Node, value: Node, scope: Scope) -> Iterator[Expression]:
    """What holds for the rows of a cell: its column, or each of several, has the value."""
    value = value.this if isinstance(value, exp.PivotAlias | exp.Alias) else value
    if isinstance(column, exp.Tuple) and isinstance(value, exp.Tuple):
        for one, part in zip(column.expressions, value.expressions, strict=False):
            yield from _conditions(one, part, scope)
        return
    named = isinstance(value, exp.Column | exp.Identifier)  # `IN ([a], [b])`: values spelled as names
    yield Call("eq", (scalar(column, scope), Literal(value.name) if named else scalar(value, scope)))


def _within(made: Measure, *conditions: Expression | None) -> Measure:
    """A measure of those of its rows that fulfil conditions."""
    found = [one for one in (made.where, *conditions) if one is not None]
    where = Call("and", tuple(found)) if len(found) > 1 else next(iter(found), None)
    return replace(made, where=where)


def _one(parts: tuple[Expression, ...]) -> Expression:
    if not parts:
        return Literal(None)
    return parts[0] if len(parts) == 1 else Call("pivot", parts)


def _names(expressions: Iterable[Expression]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(c.name) for one in expressions for c in referenced(one) if c.name != "*"))


def _beside(
    rows: Rows,
    used: tuple[str, ...],
    made: Relation,
    names: tuple[str, ...],
    scope: Scope,
) -> Rows:
    """The columns of the input that are not used, then those that were made."""
    items: tuple[Output | Star, ...] = (
        Star(Minus(AllOf(rows.relation), used)),
        *(Output(name, Column(made, name)) for name in names),
    )
    gone = {name.lower() for name in used}
    kept = None if rows.names is None else tuple(name for name in rows.names if name.lower() not in gone)
    return Rows(scope.context.builder.add(Derive(made, items)), None if kept is None else kept + names)


_VALUES_FIRST = frozenset(("bigquery", "tsql"))
"""Dialects that put the values of UNPIVOT before their names."""


def _unpivot(node: Node, rows: Rows, scope: Scope) -> Rows:
    """UNPIVOT (value FOR name IN (a, b)), or several values for groups of columns."""
    marks = scope.context.marks
    field = next((field for field in node.args.get("fields") or [] if isinstance(field, Node)), None)
    if field is None:
        return rows
    values = [name for one in node.expressions for name in _identifiers(one)] or ["value"]
    groups = [_columns(one) for one in field.expressions]
    cells = [[scalar(group[at], scope) for group in groups if at < len(group)] for at in range(len(values))]
    name = marks.restore(field.this.name)
    order = (*values, name) if scope.context.dialect in _VALUES_FIRST else (name, *values)
    return _stacked(rows, cells, name, values, order, scope)


def _stacked(
    rows: Rows, cells: list[list[Expression]], name: str, values: list[str], order: tuple[str, ...], scope: Scope
) -> Rows:
    """A row for each of the cells of a value; several values stand beside each other."""
    used = _names(cell for some in cells for cell in some)
    first, *more = (Output(value, _one(tuple(some))) for value, some in zip(values, cells, strict=True))
    unpivot = scope.context.builder.add(Unpivot(rows.relation, (), Output(name, Literal(name)), first))
    wide: Relation = unpivot
    if more:
        wide = scope.context.builder.add(Derive(unpivot, (Star(AllOf(unpivot)), *more)))
    return _beside(rows, used, wide, order, scope)


def _unpivoted(node: Node, rows: Rows, scope: Scope) -> Rows:
    """UNPIVOT t ON a, b INTO NAME n VALUE v, or several values for groups of columns."""
    into = node.args.get("into")
    name = str(into.this.name) if isinstance(into, Node) else "name"
    values = [str(one.name) for one in into.expressions] if isinstance(into, Node) else ["value"]
    groups = [group for one in node.expressions for group in _groups(one, scope)]
    cells = [[group[at] for group in groups if at < len(group)] for at in range(len(values))]
    return _stacked(rows, cells, name, values, (name, *values), scope)


def _groups(node: Node, scope: Scope) -> list[tuple[Expression, ...]]:
    """What an entry of the list of columns stacks: one group, or with COLUMNS(…) one for each of them."""
    if isinstance(node, exp.Columns):
        return [(column,) for column in referenced(scalar(node, scope))]
    return [scalars(_columns(node), scope)]


def _identifiers(node: Node) -> list[str]:
    if isinstance(node, exp.Tuple | exp.Paren):
        inner = node.expressions or [node.this]
        return [name for one in inner for name in _identifiers(one)]
    return [str(node.name)]


def _columns(node: Node) -> list[Node]:
    """The columns of one entry of an UNPIVOT list."""
    if isinstance(node, exp.PivotAlias | exp.Alias):
        node = node.this
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    return [node.this if isinstance(node, exp.Paren) else node]

"""Names in scope of a query: FROM items, common table expressions, aliases of the select list, enclosing queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.ir import AllOf, Call, Column, Derive, Expression, Hole, Names, Output, Relation
from feasilint.ir.fields import at_path
from feasilint.lower.sql.adapter import Node, exp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feasilint.ir import ColumnSet, Fragment, Refresh
    from feasilint.lower.builder import Builder
    from feasilint.lower.sql.layout import Layout
    from feasilint.lower.sql.marks import Marks


_ROWS_AS_VALUES = frozenset(("bigquery", "postgres", "duckdb"))
"""Dialects in which the alias of a table is its row."""


class Rows(Struct, frozen=True):
    """A relation with its column names in order; None: more columns than are known here."""

    relation: Relation
    names: tuple[str, ...] | None = None


class Session(Struct):
    """What the statements of a document share: temporary tables, columns of created ones, labels of models, the values of
    variables, where external data sources (`places`) lie, the rows of loops and cursors, the rows (`routines`; `over_tables`:
    those of functions of tables) and values that the functions of the script give. What the routine that is read has `returned`
    as rows, and `given` as values; what the `pieces` of texts that are run stand for, and how many `runs` there were. The
    `catalog` and the `schema` that USE has made those of short names."""

    tables: dict[str, Rows] = field(default_factory=dict)
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    variables: dict[str, Expression] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    records: dict[str, Rows] = field(default_factory=dict)
    routines: dict[str, Rows] = field(default_factory=dict)
    over_tables: dict[str, Callable[[list[Rows | None]], Rows]] = field(default_factory=dict)
    functions: dict[str, Callable[[tuple[Expression, ...]], Expression]] = field(default_factory=dict)
    pieces: dict[str, Expression] = field(default_factory=dict)
    runs: int = 0
    returned: list[Rows] = field(default_factory=list)
    given: list[Expression] = field(default_factory=list)
    catalog: str | None = None
    schema: str | None = None

    def qualified(self, parts: list[str]) -> list[str]:
        """A table's name in full, as far as USE says."""
        if len(parts) == 1 and self.schema is not None:
            parts = [self.schema, *parts]
        return [self.catalog, *parts] if len(parts) == 2 and self.catalog is not None else parts


def variable_of(node: Node) -> str:
    """What a variable is known by: with its sign, if it has one, since a column may have the same name."""
    name = str(node.name).lower()
    return f"@{name}" if isinstance(node, exp.Parameter) and not name.startswith("@") else name


QueryLowering: TypeAlias = "Callable[[Node, Scope], Rows]"
ScriptLowering: TypeAlias = "Callable[[str, Context], Rows | None]"
Key: TypeAlias = "tuple[Relation, str]"


def key_of(column: Column, depth: int) -> Key:
    """What tells a column, with its path up to a depth, from others."""
    return column.relation, ".".join((str(column.name), *column.path[:depth])).lower()


class Context(Struct):
    """What lowering one statement needs at every depth. `text`: that of the fragment with its placeholders masked. `query`
    lowers nested queries, `script` SQL that stands in a string. `refresh`: how what the statement makes is kept up to date."""

    builder: Builder
    fragment: Fragment
    text: str
    layout: Layout
    marks: Marks
    dialect: str
    session: Session
    query: QueryLowering
    script: ScriptLowering
    windows: Mapping[int, list[Node]] = field(default_factory=dict)
    aggregates: Mapping[int, list[Node]] = field(default_factory=dict)
    refresh: Refresh | None = None


class Item(Struct):
    """Something in FROM. `parts`: its table name, folded; `restricted`: the relation has columns of other items too, and
    what is no column of this one is a field of its element."""

    rows: Rows
    alias: str = ""
    parts: tuple[str, ...] = ()
    restricted: bool = False
    known: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.known is None and self.rows.names is not None:
            self.known = frozenset(map(str.lower, self.rows.names))

    def column(self, name: str, path: tuple[str, ...] = ()) -> Column:
        """A column, or a field of it, read through this item's alias."""
        if self.restricted and self.rows.names and self.known is not None and name.lower() not in self.known:
            return Column(self.rows.relation, self.rows.names[0], None, (name, *path))
        return Column(self.rows.relation, name, None, path)

    def all(self) -> ColumnSet:
        """Its columns, as `alias.*` means them."""
        relation = self.rows.relation
        return Names(relation, self.rows.names) if self.restricted and self.rows.names else AllOf(relation)

    def row(self) -> Expression:
        """The whole row as a value."""
        names = self.rows.names
        return Call("struct", tuple(map(self.column, names)), None, names) if names else self.column("*")

    def matched(self, parts: list[str]) -> int:
        """How many of the parts name this item."""
        if self.alias:
            return 1 if parts[0] == self.alias else 0
        for length in range(min(len(parts) - 1, len(self.parts)), 0, -1):
            if self.parts[-length:] == tuple(parts[:length]):
                return length
        return 0


class Scope(Struct):
    """Where names of one query are looked up.

    `whole`: the rows of FROM together. `aliases`: select items so far; they come after known source columns, before all
    others, or first with `aliases_first`. `keys` and `shapes` turn grouped expressions into columns of the aggregate,
    `replaced` nodes that are already computed. `named`: expressions that WITH gives a name, which stand for themselves here
    and in every query inside, before any column; `said`: those that are lowered here.
    """

    context: Context
    parent: Scope | None = None
    ctes: dict[str, Rows] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    whole: Relation | None = None
    aliases: dict[str, Expression] = field(default_factory=dict)
    lateral: bool = False
    aliases_first: bool = False
    keys: dict[Key, Column] = field(default_factory=dict)
    shapes: list[tuple[Node, Column]] = field(default_factory=list)
    replaced: dict[int, Expression] = field(default_factory=dict)
    windows: dict[str, Node] = field(default_factory=dict)
    named: dict[str, Callable[[Scope], Expression]] = field(default_factory=dict)
    said: dict[tuple[str, int], Expression] = field(default_factory=dict)

    def child(self) -> Scope:
        """The scope of a query inside this one."""
        return Scope(self.context, self)

    def cte(self, name: str) -> Rows | None:
        """The common table expression of a folded name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.parent
        return None

    def item(self, parts: list[str]) -> tuple[Item, int] | None:
        """The FROM item, here or around, that the first of these folded parts name, and how many of them do."""
        scope: Scope | None = self
        while scope is not None:
            for item in reversed(scope.items):
                if used := item.matched(parts):
                    return item, used
            scope = scope.parent
        record = self.context.session.records.get(parts[0])
        return (Item(record, parts[0]), 1) if record is not None else None

    def column(self, parts: list[str]) -> Expression:
        """What a dotted name means: a column of a FROM item, or a field of one."""
        if len(parts) > 1:
            folded = [part.lower() for part in parts]
            found = self.item(folded) or self._hidden(folded)
            if found is not None:
                item, used = found
                return self._grouped(item.column(parts[used], tuple(parts[used + 1 :])))
        return self._bare(parts[0], tuple(parts[1:]))

    def _hidden(self, parts: list[str]) -> tuple[Item, int] | None:
        """The item whose qualified table name the parts begin with, although it has an alias."""
        for item in self.items:
            for length in range(min(len(parts) - 1, len(item.parts)), 1, -1):
                if item.alias and item.parts[-length:] == tuple(parts[:length]):
                    return item, length
        return None

    def _bare(self, name: str, path: tuple[str, ...]) -> Expression:
        folded = name.lower()
        if (said := self._said(folded)) is not None:
            return at_path(said, path)
        scope: Scope | None = self
        while scope is not None:
            found = scope._own(name, folded, path)
            if found is not None:
                return found
            scope = scope.parent
        if (value := self.context.session.variables.get(folded)) is not None:
            return at_path(value, path)
        return Column(self.whole, name, None, path) if self.whole is not None else Hole(name)

    def _said(self, folded: str) -> Expression | None:
        """What WITH says that a name means; inside the expression itself it is a column."""
        scope: Scope | None = self
        while scope is not None:
            if (lower := scope.named.pop(folded, None)) is not None:
                key = (
                    folded,
                    len(self.replaced) + len(self.shapes) + len(self.keys),
                )  # grouping gives it another meaning
                made = self.said.get(key)
                if made is None:
                    made = self.said[key] = lower(self)
                scope.named[folded] = lower
                return made
            scope = scope.parent
        return None

    def _own(self, name: str, folded: str, path: tuple[str, ...]) -> Expression | None:
        """The meaning of a name without qualifier in this query; None if it has none."""
        if self.aliases_first and folded in self.aliases:
            return at_path(self._alias(folded), path)
        holders = [item for item in self.items if item.known is not None and folded in item.known]
        if len(holders) == 1:
            return self._grouped(holders[0].column(name, path))
        if not holders and self.lateral and folded in self.aliases:
            return at_path(self._alias(folded), path)
        if not holders and (value := self.context.session.variables.get(folded)) is not None:
            return at_path(value, path)
        named = next((item for item in self.items if item.alias == folded), None)
        if named is not None and not holders and self.context.dialect in _ROWS_AS_VALUES:
            return at_path(named.row(), path)
        if self.whole is not None and (holders or any(item.known is None for item in self.items)):
            return self._grouped(Column(self.whole, name, None, path))
        if (element := self._element(name, path)) is not None:
            return element
        if named is not None:
            return at_path(named.row(), path)
        return at_path(self._alias(folded), path) if folded in self.aliases else None

    def _element(self, name: str, path: tuple[str, ...]) -> Expression | None:
        """In a query over one array without an alias, any name may be a field of its elements."""
        if len(self.items) == 1 and self.items[0].restricted and not self.items[0].alias:
            return self.items[0].column(name, path)
        return None

    def _alias(self, folded: str) -> Expression:
        """An earlier select item: as a column of its own, so that chains of them stay small."""
        made = self.aliases[folded]
        if isinstance(made, Call) and self.whole is not None:
            aside = Derive(self.whole, (Output(folded, made),))
            made = self.aliases[folded] = Column(aside, folded)
        return made

    def _grouped(self, column: Column) -> Expression:
        """A grouping key of the name, or a field of one, as the aggregate's column."""
        if self.keys and isinstance(column.name, str):
            for length in range(len(column.path), -1, -1):
                key = self.keys.get(key_of(column, length))
                if key is not None:
                    return at_path(key, column.path[length:])
        return column

    def row(self) -> Expression:
        """All columns of all items as one value."""
        return Call("struct", tuple(item.row() for item in self.items))

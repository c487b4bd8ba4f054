"""SELECT: FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, the select list, DISTINCT, ORDER BY and LIMIT, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    AllOf,
    Call,
    Column,
    ColumnSet,
    Derive,
    Distinct,
    Filter,
    Inline,
    Minus,
    Opaque,
    Output,
    Relation,
    Star,
)
from feasilint.ir.fields import at_path, structure
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.aliases import Aliases, hides_columns, lateral
from feasilint.lower.sql.expressions import scalar, scalars
from feasilint.lower.sql.grouping import aggregated, place_of
from feasilint.lower.sql.measures import window_relations
from feasilint.lower.sql.patterns import recognized
from feasilint.lower.sql.relations import read_from
from feasilint.lower.sql.scope import Rows
from feasilint.lower.sql.sources import mark_of
from feasilint.lower.sql.stars import Choice, chosen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Expression
    from feasilint.ir.relations import FilterRole
    from feasilint.lower.sql.scope import Item, Scope


def select(node: Node, scope: Scope) -> Rows:
    """The rows of a SELECT without its WITH."""
    from feasilint.lower.sql.queries import limit, sort

    read_from(node, scope)
    recognized(node, scope)
    if scope.whole is None:
        scope.whole = scope.context.builder.add(Inline())
    scope.windows = {str(one.name).lower(): one for one in node.args.get("windows") or []}
    aliases = Aliases(node, scope)
    aliases.offer(node.args.get("prewhere"), "where")
    relation = _connected(node, scope.whole, scope)
    relation = _filtered(node, "prewhere", relation, scope, "where")
    aliases.offer(node.args.get("where"), "where")
    relation = _filtered(node, "where", relation, scope, "where")
    relation = aggregated(node, relation, scope, aliases)
    aliases.offer(node.args.get("having"), "having")
    relation = _filtered(node, "having", relation, scope, "having")
    relation = _windowed(node, relation, scope, aliases)
    items, names = _Items(node, scope).lower()
    scope.aliases_first = True
    relation = _filtered(node, "qualify", relation, scope, "qualify")
    derived = scope.context.builder.add(Derive(relation, items))
    rows = _distinct(node, Rows(derived, names), scope)
    _order_by_outputs(rows, names, scope)
    relation = sort(node, rows.relation, names, scope)
    return Rows(limit(node, relation, scope), names)


def _filtered(node: Node, clause: str, below: Relation, scope: Scope, role: FilterRole) -> Relation:
    found = node.args.get(clause)
    if not isinstance(found, Node):
        return below
    predicate = scalar(found.this, scope)
    return scope.context.builder.add(Filter(below, predicate, role, scope.context.layout.origin(found)))


def _connected(node: Node, below: Relation, scope: Scope) -> Relation:
    """CONNECT BY: what START WITH and it compare decides about the rows; LEVEL counts the steps and is no column."""
    connect = node.args.get("connect")
    if not isinstance(connect, Node):
        return below
    for clause in (connect.args.get("start"), connect.args.get("connect")):
        if isinstance(clause, Node):
            made = Filter(below, scalar(clause, scope), "where", scope.context.layout.origin(clause))
            below = scope.context.builder.add(made)
    scope.named["level"] = lambda _: Call("level", ())
    return below


def _windowed(node: Node, below: Relation, scope: Scope, aliases: Aliases) -> Relation:
    windows = scope.context.windows.get(id(node), [])
    for window in windows:
        aliases.offer(window, "select" if place_of(window).arg_key == "expressions" else "qualify")
    return window_relations(windows, below, scope)


_KEEPING = (exp.Paren, exp.Cast, exp.TryCast)
_CASTS_KEEP_NAMES = frozenset(
    (None, "", "postgres", "redshift", "spark", "spark2", "databricks", "hive", "materialize", "trino")
)
"""Dialects that name an unaliased `CAST(x AS …)` or `x::…` like the column, and no dialect."""


# --- the select list ---------------------------------------------------------------------------------------------------


class _Items:
    """The select list as outputs and stars, with the names of the result where they are known."""

    def __init__(self, node: Node, scope: Scope) -> None:
        self.node = node
        self.scope = scope
        self.items: list[Output | Star] = []
        self.names: list[str] | None = []
        self._taken: set[str] = set()
        self._written: set[str] = set()

    def lower(self) -> tuple[tuple[Output | Star, ...], tuple[str, ...] | None]:
        self.scope.aliases = {}
        self.scope.lateral = lateral(self.scope.context.dialect)
        self.scope.aliases_first = hides_columns("select", self.scope.context.dialect)
        for item in _fields(self.node) or self.node.expressions:
            star = star_of(item)
            choice = chosen(item)
            if choice is not None:
                self._chosen(item, choice)
            elif star is not None:
                self._star(item, star)
            elif not self._several(item):
                self._output(item)
        return tuple(self.items), None if self.names is None else tuple(self.names)

    def _output(self, item: Node, scope: Scope | None = None) -> None:
        made = scalar(item, scope or self.scope)
        name = self._unique(self._name(item))
        self.items.append(Output(name, made, self.scope.context.layout.item(item)))
        if isinstance(item, exp.Alias):
            self.scope.aliases[name.lower()] = made
        if self.names is not None:
            self.names.append(name)

    def _several(self, item: Node) -> bool:
        """An item that makes several columns: explode() AS (a, b), TRANSFORM … AS (a, b), COLUMNS('pattern')."""
        if mark_of(item, self.scope.context) is not None and self.scope.whole is not None:
            self._unread(item, item.name)
            return True
        if self._runs_on(item):
            if (first := mark_of(item.this, self.scope.context)) is None:
                self._output(item.this)
            self._unread(item, (item.this.name if first is not None else "") + item.alias)
            return True
        if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
            self._add_fields(item, item.expression, scalar(item.this, self.scope), self._name(item.this))
            return True
        if type(item) is exp.Explode and self.scope.context.dialect == "duckdb":  # of a struct, its fields
            self._open_field(item, scalar(item, self.scope), self._name(item))
            return True
        if isinstance(item, exp.Aliases):
            names, inner = [one.name for one in item.expressions], item.this
        elif isinstance(item, exp.QueryTransform):
            schema = item.args.get("schema")
            names, inner = [one.name for one in schema.expressions] if isinstance(schema, Node) else [], item
        else:
            return False
        made = scalar(inner, self.scope)
        for name in names:
            self.items.append(Output(self._unique(name), made, self.scope.context.layout.item(item)))
        if self.names is not None:
            self.names += names
        return True

    def _runs_on(self, item: Node) -> bool:
        """`a {{ more() }}`, which looks like an alias to the parser."""
        context = self.scope.context
        if not isinstance(item, exp.Alias) or context.marks.whole(item.alias) is None or self.scope.whole is None:
            return False
        _, end = context.layout.text(item.this)
        start, _ = context.layout.text(item.args["alias"])
        return not context.text[end:start].strip()

    def _unread(self, item: Node, name: str) -> None:
        """A placeholder for any number of columns."""
        assert self.scope.whole is not None
        text = self.scope.context.marks.restore(name)
        hidden = self.scope.context.builder.add(Opaque((self.scope.whole,), f"the columns of {text}"))
        if self.scope.context.marks.templated:
            layout = self.scope.context.layout
            said = layout.origin(item)
            self.scope.context.builder.diagnose(
                "opaque", f"which columns {text} makes is not known", said.span if said else None
            )
        self._add_star(AllOf(hidden), None, item)

    def _name(self, item: Node) -> str:
        kept = _KEEPING if self.scope.context.dialect in _CASTS_KEEP_NAMES else (exp.Paren,)
        while isinstance(item, kept):
            item = item.this
        name = "" if isinstance(item, exp.Cast) else item.output_name
        return self.scope.context.marks.restore(name) if name else f"_col{len(self.items)}"

    def _unique(self, name: str) -> str:
        """Later columns of exactly the same name would replace the earlier ones."""
        unique, number = name, 1
        while unique in self._written:
            unique, number = f"{name}_{number}", number + 1
        self._written.add(unique)
        self._taken.add(unique.lower())
        return unique

    # --- stars ---

    def _all(self) -> ColumnSet:
        assert self.scope.whole is not None
        return AllOf(self.scope.whole)

    def _star(self, item: Node, star: Node) -> None:
        parts = [part.this for part in item.parts[:-1]] if isinstance(item, exp.Column) else []
        restored = [self.scope.context.marks.restore(str(part)).lower() for part in parts]
        found = self.scope.item([*restored, "*"]) if restored else None
        if found is not None and found[1] < len(restored):
            found = None
        if restored and found is None:  # `record.*`: the fields of a struct
            self._add_fields(item, star, self.scope.column(restored), restored[-1])
            return
        base = found[0].all() if found is not None else self._all()
        names = found[0].rows.names if found is not None else self._star_names()
        scope = _of_item(found[0], self.scope) if found is not None else self.scope
        self._qualified(item, star, base, names, scope)

    def _chosen(self, item: Node, choice: Choice) -> None:
        """The columns that are chosen by their names."""
        names = self._star_names()
        self._add_star(choice.of(self._all()), choice.names(names) if names is not None else None, item)

    def _add_fields(self, item: Node, star: Node, made: Expression, name: str) -> None:
        """`record.*`, `f(x).*`: the fields of a struct."""
        inside, origin = structure(made), self.scope.context.layout.item(item)
        if isinstance(inside, Column):  # a whole row of some table
            self._add_star(AllOf(inside.relation), None, item)
            return
        if inside is None or not all(inside.names):
            self._open_field(item, made, name)
            return
        gone = {str(one.name).lower() for one in _listed(star.args.get("except_") or star.args.get("except"))}
        names = [one for one in inside.names if one.lower() not in gone]
        for one in names:
            self.items.append(Output(self._unique(one), at_path(made, (one,)), origin))
        self.names = None if self.names is None else [*self.names, *names]

    def _open_field(self, item: Node, made: Expression, name: str) -> None:
        """A struct whose fields are not known: one column for all of them, and any that is asked for."""
        hidden = self.scope.context.builder.add(Opaque((), f"the fields of {name}", (made,), mixes=True))
        self.items.append(Output(self._unique(name), made, self.scope.context.layout.item(item)))
        self.items.append(Star(AllOf(hidden), self.scope.context.layout.origin(item)))
        self.names = None

    def _star_names(self) -> tuple[str, ...] | None:
        """The names of `*`: those of all items, once each."""
        names: dict[str, str] = {}
        for item in self.scope.items:
            if item.rows.names is None:
                return None
            names.update((name.lower(), name) for name in item.rows.names)
        return tuple(names.values())

    def _qualified(self, item: Node, star: Node, base: ColumnSet, names: tuple[str, ...] | None, scope: Scope) -> None:
        """A star with EXCEPT, REPLACE and RENAME, whose columns are looked up in a scope."""
        marks = self.scope.context.marks
        except_ = star.args.get("except_") or star.args.get("except")
        gone = [marks.restore(str(one.name)) for one in _listed(except_)]
        renamed = [one for one in _listed(star.args.get("rename")) if isinstance(one, exp.Alias)]
        old = [*gone, *(one.this.name for one in renamed)]
        kept = names
        if old:
            lowered = {name.lower() for name in old}
            base = Minus(base, tuple(old))
            kept = None if names is None else tuple(name for name in names if name.lower() not in lowered)
        if renamed and names is not None:
            left = {name.lower() for name in gone}
            self._renamed(item, (name for name in names if name.lower() not in left), renamed, scope)
        else:
            self._add_star(base, kept, item)
            for one in renamed:
                self._output(one, scope)
        for new in _listed(star.args.get("replace")):
            made = scalar(new, scope)
            self.items.append(Output(marks.restore(new.alias), made, self.scope.context.layout.item(new)))

    def _renamed(self, item: Node, names: Iterable[str], renamed: list[exp.Alias], scope: Scope) -> None:
        """The columns of a star one by one: those that get another name keep their place."""
        new = {one.this.name.lower(): one for one in renamed}
        for name in names:
            if (alias := new.get(name.lower())) is not None:
                self._output(alias, scope)
                continue
            made = Output(self._unique(name), scope.column([name]), self.scope.context.layout.item(item))
            self.items.append(made)
            self.names = None if self.names is None else [*self.names, name]

    def _add_star(self, columns: ColumnSet, names: tuple[str, ...] | None, item: Node) -> None:
        if self.scope.keys and isinstance(columns, AllOf) and self._add_grouped_star(columns.relation, names, item):
            return
        self.items.append(Star(columns, self.scope.context.layout.origin(item)))
        if names is None or self.names is None:
            self.names = None
        else:
            self.names += [name for name in names if name.lower() not in self._taken]
            self._taken.update(name.lower() for name in names)
            self._written.update(names)

    def _add_grouped_star(self, relation: Relation, names: tuple[str, ...] | None, item: Node) -> bool:
        """`*` of a grouped query is its keys; `t.*` those of t, and what else it is known to have depends on them."""
        whole = relation is self.scope.whole
        made = {name: column for (of, name), column in self.scope.keys.items() if whole or of is relation}
        columns = list(made.values())
        if not whole and names is not None:
            columns = [made.get(name.lower(), Column(relation, name)) for name in names]
        for column in columns:
            name = self._unique(str(column.name))
            self.items.append(Output(name, column, self.scope.context.layout.item(item)))
            self.names = None if self.names is None else [*self.names, name]
        return bool(columns)


def _of_item(item: Item, scope: Scope) -> Scope:
    """A scope in which names without qualifier are those of one FROM item, if it has them."""
    return replace(scope, parent=scope, items=[item], whole=item.rows.relation, aliases={}, aliases_first=False)


def _fields(node: Node) -> list[Node]:
    """The columns of `SELECT AS VALUE STRUCT(…)`."""
    if node.args.get("kind") != "VALUE" or not isinstance(next(iter(node.expressions), None), exp.Struct):
        return []
    return [
        exp.Alias(this=one.expression, alias=one.this) if isinstance(one, exp.PropertyEQ) else one
        for one in node.expressions[0].expressions
    ]


def _listed(nodes: object) -> list[Node]:
    if isinstance(nodes, Node):
        return [nodes]
    return [node for node in nodes if isinstance(node, Node)] if isinstance(nodes, list) else []


def star_of(item: Node) -> Node | None:
    """The star of `*`, `t.*` or `COLUMNS(*)` in a select list; None for any other item."""
    if isinstance(item, exp.Columns):
        item = item.this
    if isinstance(item, exp.Star):
        return item
    return item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else None


# --- after the select list ---------------------------------------------------------------------------------------------


def _distinct(node: Node, rows: Rows, scope: Scope) -> Rows:
    clause = node.args.get("distinct")
    if not isinstance(clause, Node):
        return rows
    on = clause.args.get("on")
    keys = scalars(on.expressions if isinstance(on, exp.Tuple) else on, scope) if isinstance(on, Node) else None
    order = node.args.get("order")
    by = scalars(order.expressions, scope) if keys is not None and isinstance(order, Node) else ()
    return Rows(scope.context.builder.add(Distinct(rows.relation, keys, by)), rows.names)


def _order_by_outputs(rows: Rows, names: tuple[str, ...] | None, scope: Scope) -> None:
    """ORDER BY sees the select list first."""
    for name in names or ():
        scope.aliases[name.lower()] = Column(rows.relation, name)

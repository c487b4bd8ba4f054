"""Aliases of the select list in other clauses: where a dialect lets them stand, and when a column of the name comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.names import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.sql.scope import Scope

Clause: TypeAlias = Literal["where", "group", "having", "select", "qualify"]

_ANYWHERE = frozenset(("snowflake", "duckdb", "clickhouse", "teradata"))
_IN_SELECT = _ANYWHERE | {"redshift", "databricks", "spark", "spark2", "hive", ""}
_ALLOWED: dict[Clause, frozenset[str]] = {
    "where": _ANYWHERE | {"sqlite"},
    "group": _ANYWHERE
    | {"databricks", "spark"},  # inside the expression of a key; a key that is an alias may stand anywhere
    "select": _IN_SELECT,
    "qualify": _IN_SELECT | {"bigquery"},
}
"""Dialects in which an alias may stand in a clause although the columns of FROM are not known. After grouping all of them are,
so that in HAVING a name that is none of them is an alias in every dialect."""

_FIRST: dict[Clause, frozenset[str]] = {
    "where": frozenset(("clickhouse",)),
    "group": frozenset(("clickhouse", "bigquery", "")),
    "having": frozenset(("clickhouse", "bigquery")),
    "select": frozenset(("clickhouse",)),
    "qualify": frozenset(("clickhouse",)),
}
"""Dialects in which an alias hides a column of the same name."""


def lateral(dialect: str) -> bool:
    """Whether a select item may use the alias of an earlier one."""
    return dialect in _IN_SELECT


def hides_columns(clause: Clause, dialect: str) -> bool:
    return dialect in _FIRST[clause]


class Aliases:
    """The select items of one query by their names, lowered where another clause mentions them."""

    def __init__(self, node: Node, scope: Scope) -> None:
        self._items = {one.alias_or_name.lower(): one for one in node.expressions if _is_named(one)}
        self._scope = scope
        self._merged = _merged(node)
        context = scope.context
        self._special = {id(one) for group in (context.aggregates, context.windows) for one in group.get(id(node), ())}

    def offer(self, node: object, clause: Clause) -> None:
        """Put the aliases that a clause mentions into scope, with those that they mention."""
        if not self._items or not isinstance(node, Node):
            return
        scope = self._scope
        scope.aliases_first = hides_columns(clause, scope.context.dialect)
        for column in node.find_all(exp.Column):
            name = column.name.lower()
            item = self._items.get(name)
            if item is not None and name not in scope.aliases and len(column.parts) == 1 and column is not item:
                self._add(name, item, clause)

    def forget(self) -> None:
        """After grouping the same aliases stand for other columns."""
        self._scope.aliases = {}

    def key(self, name: str) -> Node | None:
        """What a grouping key of this (folded) name means in the select list; None for a column of FROM."""
        item = self._items.get(name)
        if not isinstance(item, exp.Alias):
            return None
        same = _namesakes(item, name)
        if not same or same[0] is item.this or hides_columns("group", self._scope.context.dialect):
            return item if not self._is_known(name) or same else None
        return _the_one(same)

    def mentions(self, item: Node, wanted: Callable[[Node], bool]) -> bool:
        """Whether a select item mentions the alias of such a one, where items may."""
        if not lateral(self._scope.context.dialect):
            return False
        named = (self._items.get(column.name.lower()) for column in item.find_all(exp.Column) if len(column.parts) == 1)
        return any(one is not None and one is not item and wanted(one) for one in named)

    def offer_inside(self, item: Node, clause: Clause) -> None:
        """The aliases that a select item mentions, where items may; its own name is a column there."""
        if not lateral(self._scope.context.dialect):
            return
        name = item.alias_or_name.lower()
        own = self._items.pop(name, None)
        self.offer(item, clause)
        if own is not None:
            self._items[name] = own

    def _add(self, name: str, item: Node, clause: Clause) -> None:
        meant = self._meaning(name, item, clause)
        if meant is None:
            return
        if meant is item:
            self.offer_inside(item, clause)
        self._scope.aliases[name] = scalar(meant, self._scope)
        self._scope.lateral = True

    def _meaning(self, name: str, item: Node, clause: Clause) -> Node | None:
        """The expression that the name stands for; None for a column of FROM."""
        if self._is_pending(item):
            return None
        if self._scope.aliases_first:
            return item
        if self._is_known(name):
            return None
        same = _namesakes(item, name)
        if len(same) == 1:
            return _the_one(same) if name not in self._merged else None
        return item if self._may_stand(clause) else None

    def _is_known(self, name: str) -> bool:
        return any(one.known is not None and name in one.known for one in self._scope.items)

    def _may_stand(self, clause: Clause) -> bool:
        scope = self._scope
        allowed = _ALLOWED.get(clause)
        if allowed is not None and scope.context.dialect in allowed:
            return True
        grouped = scope.replaced or scope.keys or scope.shapes
        closed = bool(grouped) or all(one.known is not None for one in scope.items)
        return clause in ("where", "having") and closed

    def _is_pending(self, item: Node) -> bool:
        """Whether the item has aggregates or window functions that are not computed yet."""
        waiting = self._special - self._scope.replaced.keys()
        return bool(waiting) and any(id(one) in waiting for one in item.walk())


def _is_named(item: Node) -> bool:
    """An alias, or a qualified column: its plain name means the same column."""
    return isinstance(item, exp.Alias) or (
        isinstance(item, exp.Column) and len(item.parts) > 1 and not isinstance(item.this, exp.Star)
    )


def _merged(node: Node) -> set[str]:
    """The columns that joins merge: their plain names belong to both sides."""
    joins = node.args.get("joins") or []
    return {str(one.name).lower() for join in joins for one in join.args.get("using") or []}


def _namesakes(item: Node, name: str) -> list[Node]:
    """The columns of the same (folded) name that a select item reads, one for each table."""
    found: dict[str, Node] = {}
    for column in item.find_all(exp.Column):
        if column.name.lower() == name:
            table = ".".join(part.name for part in parts_of(column)[:-1])
            found.setdefault(table.lower(), column)
    return list(found.values())


def _the_one(same: list[Node]) -> Node | None:
    """Where a plain name is clear, it is of the one table that the select list names with it."""
    return same[0] if len(same) == 1 and len(parts_of(same[0])) > 1 else None

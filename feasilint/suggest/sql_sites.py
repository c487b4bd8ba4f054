"""Where in a query a bound of time goes: the SELECT and the item of its FROM clause that has the event time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.adapter import exp
from feasilint.suggest.tables import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.sql.marks import Marks
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.tables import Tables

_LIKELY = re.compile(r"(?i)(^|_)(as_?of|cutoff|prediction|score|run|snapshot|end)(_?(date|time|ts|at|dt))?(_|$)")
_SURE = re.compile(
    r"(?i)(^|_)(as_?of|cut_?off|(prediction|scor(e|ing)|snapshot|observation)_?(date|time|ts|at|dt))"
    r"(_?(date|time|ts|at|dt))?(_|$)"
)
_UPPER = (exp.LT, exp.LTE)
_LOWER = (exp.GT, exp.GTE)
OUTER = ("LEFT", "RIGHT", "FULL")


class Site(Struct, frozen=True):
    """Where a time condition goes: the SELECT and the item of its FROM clause that has the event time."""

    select: exp.Select
    item: exp.Expr
    time: exp.Column

    @property
    def join(self) -> exp.Join | None:
        return self.item.parent if isinstance(self.item.parent, exp.Join) else None


class Known(Struct, frozen=True):
    """What is known of the tables that the text names. `measured`: the aliases that the aggregate takes its values from."""

    bound: Bound
    tables: Tables
    marks: Marks
    measured: frozenset[str] = frozenset()

    @property
    def time(self) -> str:
        return self.bound.event_time

    def is_source(self, table: exp.Table) -> bool:
        return alike(self._name(table), self.tables.source)

    def has_time(self, table: exp.Table) -> bool:
        files = (literal.name for literal in table.find_all(exp.Literal))  # read_parquet('…')
        return self.tables.have(self._name(table)) or self.tables.source in files

    def _name(self, table: exp.Table) -> str:
        return ".".join(self.marks.restore(part.name) for part in table.parts)


def window_of(node: exp.Expr, select: exp.Select) -> exp.Window | None:
    """The window of a SELECT that an aggregate is computed over."""
    found = node if isinstance(node, exp.Window) else node.find_ancestor(exp.Window, exp.Select)
    return found if isinstance(found, exp.Window) and found.find_ancestor(exp.Select) is select else None


def site_of(select: exp.Select, known: Known, depth: int) -> Site | None:
    """The item with the event time: in this SELECT, else in a CTE or subquery that it reads."""
    items = list(_items(select))
    having = [item for item in items if _exposes(item, known, depth)]
    item = having[0] if len(having) == 1 else _measured(having, known, depth) or _chosen(having, select, known)
    if item is not None:
        return Site(select, item, _time(item, items, select, known.time))
    if having or depth > 8:
        return None
    inner = (query for item in items if (query := _query(item)) is not None)
    return next((site for query in inner if (site := site_of(query, known, depth + 1)) is not None), None)


def _items(select: exp.Select) -> Iterator[exp.Expr]:
    source = select.args.get("from_") or select.args.get("from")
    if source is not None:
        yield source.this
    yield from (join.this for join in select.args.get("joins") or ())


def _exposes(item: exp.Expr, known: Known, depth: int) -> bool:
    """Whether an item of FROM is known to have the event time."""
    query = _query(item)
    if query is None:
        return isinstance(item, exp.Table) and known.has_time(item)
    if any(same_name(projection.alias_or_name, known.time) for projection in query.expressions):
        return True
    star = any(projection.is_star for projection in query.expressions)
    return star and depth < 8 and any(_exposes(below, known, depth + 1) for below in _items(query))


def _query(item: exp.Expr) -> exp.Select | None:
    """The SELECT behind a subquery or the name of a CTE."""
    if isinstance(item, exp.Subquery):
        return item.this if isinstance(item.this, exp.Select) else None
    if not isinstance(item, exp.Table) or item.args.get("db"):
        return None
    scope = item.parent
    while scope is not None:
        ctes = scope.args.get("with_") or scope.args.get("with")
        for cte in ctes.expressions if isinstance(ctes, exp.With) else ():
            if (
                same_name(cte.alias, item.name)
                and isinstance(cte.this, exp.Select)
                and item.find_ancestor(exp.CTE) is not cte
            ):
                return cte.this
        scope = scope.parent
    return None


def _measured(items: list[exp.Expr], known: Known, depth: int) -> exp.Expr | None:
    """Of a table that is joined to itself, the item whose rows are aggregated."""
    own = [item for item in items if depth == 0 and item.alias_or_name in known.measured]
    return own[0] if len(own) == 1 else None


def _chosen(items: list[exp.Expr], select: exp.Select, known: Known) -> exp.Expr | None:
    """The item that is the measured source by its name, else the one that the SELECT takes the event time from."""
    named = [item for item in items if isinstance(item, exp.Table) and known.is_source(item)]
    if len(named) == 1:
        return named[0]
    used = {column.table for column in select.find_all(exp.Column) if same_name(column.name, known.time)}
    taken = [item for item in items if item.alias_or_name in used]
    return taken[0] if len(taken) == 1 else None


def _time(item: exp.Expr, items: list[exp.Expr], select: exp.Select, name: str) -> exp.Column:
    qualified = len(items) > 1 or any(column.table for column in select.find_all(exp.Column))
    return exp.column(name, table=(item.alias_or_name or None) if qualified else None)


def upper_bound(site: Site) -> exp.Expr | None:
    """What the code compares the event time with from above already: that is the time of prediction."""
    where = site.select.args.get("where")
    clauses = [where, *(join.args.get("on") for join in site.select.args.get("joins") or ())]
    comparisons = [c for clause in clauses if clause is not None for c in clause.find_all(*_UPPER, *_LOWER)]
    pairs = ((c.this, c.expression) if isinstance(c, _UPPER) else (c.expression, c.this) for c in comparisons)
    others: Iterator[exp.Expr] = (other for event, other in pairs if is_event(event, site))
    return next((other for other in others if not (isinstance(other, exp.Column) and _is_of(other, site))), None)


def is_event(column: exp.Expr, site: Site) -> bool:
    """Whether this is the event time."""
    return isinstance(column, exp.Column) and same_name(column.name, site.time.name) and _is_of(column, site)


def _is_of(column: exp.Column, site: Site) -> bool:
    return not column.table or same_name(column.table, site.item.alias_or_name)


def declared(select: exp.Select, marks: Marks, sure: bool = False) -> exp.Expr | None:
    """A parameter of the statement whose name speaks of a time of prediction; `sure`: of nothing else."""
    name = _SURE if sure else _LIKELY
    known: Iterator[exp.Expr] = select.root().find_all(exp.Column, exp.Parameter, exp.Placeholder)
    return next((node for node in known if name.search(_parameter(node, marks))), None)


def _parameter(node: exp.Expr, marks: Marks) -> str:
    """The name of a parameter; a driver's stands in the text as a placeholder. Empty for anything else."""
    if not isinstance(node, exp.Column):
        return node.name
    mark = marks.whole(node.name)
    return mark.name if mark is not None and mark.kind == "param" else ""


def restrict(site: Site, conditions: list[exp.Expr]) -> None:
    """Add conditions: to ON where WHERE would turn an outer join into an inner one."""
    join = site.join
    if join is not None and join.args.get("on") is not None and join.side in OUTER:
        join.set("on", _and(join.args["on"], conditions))
        return
    where = site.select.args.get("where")
    site.select.set("where", exp.Where(this=_and(where.this if where is not None else None, conditions)))


def _and(known: exp.Expr | None, conditions: list[exp.Expr]) -> exp.Expr:
    every = conditions if known is None else [known, *conditions]
    return exp.and_(*every, copy=False, wrap=isinstance(known, exp.Or))


def same_name(one: str, other: str) -> bool:
    """Whether two names mean the same column or table."""
    return one.lower() == other.lower()

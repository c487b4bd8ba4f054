"""Bounds in SQL: the SELECT around an aggregate again, with a time window in it, in its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.names import timelike
from feasilint.lower.sql.adapter import exp
from feasilint.suggest.decayed import placed
from feasilint.suggest.sql_sites import (
    Known,
    declared,
    restrict,
    same_name,
    site_of,
    upper_bound,
    window_of,
)
from feasilint.suggest.sql_text import RANGE_OF_TIME, Text, earlier, interval, parameter

if TYPE_CHECKING:
    from feasilint.ir import Fragment
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.forms import Form
    from feasilint.suggest.tables import Tables

_CONDITIONAL = (exp.Case, exp.If, exp.Filter, exp.CountIf)


def rewrite(node: exp.Expr, fragment: Fragment, bound: Bound, tables: Tables, form: Form | None = None) -> str | None:
    """The SELECT around an aggregate with the bound, and in another form if one is given; None where no place or form for it is
    found."""
    root = node.root()
    at = next(index for index, other in enumerate(root.walk(bfs=False)) if other is node)
    node = list(root.copy().walk(bfs=False))[at]
    select, text = node.find_ancestor(exp.Select), Text(fragment)
    if select is None:
        return None
    measured = frozenset(column.table for column in node.find_all(exp.Column) if column.table)
    if form is not None:
        made = form(node, text.dialect, bound.event_time)
        if made is None:
            return None
        node = made
    window = window_of(node, select)
    if bound.running or window is not None:
        return _framed(window, select, text, bound) if window is not None and not text.controlled(select) else None
    return _filtered(node, select, text, Known(bound, tables, text.marks, measured))


# --- a running aggregate: a frame that ends before the row ---


def _framed(window: exp.Window, select: exp.Select, text: Text, bound: Bound) -> str | None:
    order = window.args.get("order")
    keys = order.expressions if isinstance(order, exp.Order) else []
    if len(keys) != 1 or not isinstance(keys[0], exp.Ordered) or keys[0].args.get("desc"):
        return None
    if not _is_time(keys[0].this, bound):
        return None
    ends = _ends(keys[0], text.dialect, bound.days)
    if ends is None:
        return None
    start, end = ends
    spec = exp.WindowSpec(kind="RANGE", start=start, start_side="PRECEDING", end=end, end_side="PRECEDING")
    window.set("spec", spec)
    _rename(select, _projection(window, select), bound)
    return text.written(select)


def _is_time(key: exp.Expr, bound: Bound) -> bool:
    """Whether rows are in the order of time, and not of a number that rises with it: no frame of days lies between those."""
    named = {column.name for column in key.find_all(exp.Column)}
    return any(timelike(name) or (bound.declared and same_name(name, bound.event_time)) for name in named)


def _ends(key: exp.Ordered, dialect: str, days: int) -> tuple[exp.Expr, exp.Expr] | None:
    """Start and end of the frame; BigQuery measures RANGE in numbers only, so the key becomes one."""
    if dialect in RANGE_OF_TIME:
        return interval(days, "DAY", dialect), interval(1, "MICROSECOND", dialect)
    if dialect == "bigquery":
        key.set("this", exp.Anonymous(this="UNIX_MICROS", expressions=[key.this]))
        return exp.Literal.number(days * 86_400_000_000), exp.Literal.number(1)
    return None


# --- an aggregate per group: a condition on its input ---


def _filtered(node: exp.Expr, select: exp.Select, text: Text, known: Known) -> str | None:
    site, bound = site_of(select, known, 0), known.bound
    if site is None:
        return None
    asking = _asking(select)
    shown = (asking or select) if site.select is select else select.root()
    if text.controlled(shown):
        return None
    upper = upper_bound(site)
    as_of = upper or declared(select, text.marks) or parameter("as_of")
    if bound.half_life:
        if site.select is not select:
            return None  # the rows' time is not there any more
        placed(node, as_of, site.time)
    start = earlier(as_of.copy(), bound.days, text.dialect)
    conditions: list[exp.Expr] = [exp.GTE(this=site.time.copy(), expression=start)]
    if upper is None or bound.settled is not None:
        conditions.append(
            exp.LT(this=_known_time(site.time, bound), expression=_until(as_of.copy(), bound, text.dialect))
        )
    restrict(site, conditions)
    own = _projection(node, select)
    if asking is not None:
        _rename(asking, _projection(node, asking), bound)
        return text.written(shown)
    for projection in list(select.expressions):
        whole = projection.find(exp.AggFunc) is not None and not _bounded_itself(projection, bound)
        if whole or projection is own:
            _rename(select, projection, bound)
    return text.written(shown)


def _known_time(time: exp.Column, bound: Bound) -> exp.Expr:
    """The time at which a row is known: that of its outcome, where there is one."""
    return exp.column(bound.known_at, table=time.table or None) if bound.known_at else time.copy()


def _until(as_of: exp.Expr, bound: Bound, dialect: str) -> exp.Expr:
    if bound.settled is None or bound.known_at:
        return as_of
    return earlier(as_of, bound.settled, dialect) if bound.settled else parameter("known_until")


def _asking(select: exp.Select) -> exp.Select | None:
    """The SELECT for each of whose rows this one is a value; None where it is none."""
    inside = isinstance(select.parent, exp.Subquery) and not isinstance(select.parent.parent, exp.From | exp.Join)
    return select.find_ancestor(exp.Select) if inside else None


def _bounded_itself(projection: exp.Expr, bound: Bound) -> bool:
    """Whether a measure has a time condition of its own: COUNTIF(ts > …), FILTER, CASE WHEN ts > …."""
    inside = (column for condition in projection.find_all(*_CONDITIONAL) for column in condition.find_all(exp.Column))
    return any(same_name(column.name, bound.event_time) for column in inside)


# --- names and text ---


def _projection(node: exp.Expr, select: exp.Select) -> exp.Expr:
    while node.parent is not None and node.parent is not select:
        node = node.parent
    return node


def _rename(select: exp.Select, projection: exp.Expr, bound: Bound) -> None:
    """Put the window into the name of a column, where the SELECT itself refers to it, too."""
    if projection.arg_key != "expressions" or projection.parent is not select:
        return
    if not isinstance(projection, exp.Alias):
        name = bound.named(type(projection).__name__.lower())
        projection.replace(exp.alias_(projection.copy(), name))
        return
    old, new = projection.alias, bound.named(projection.alias)
    projection.set("alias", exp.to_identifier(new, quoted=projection.args["alias"].args.get("quoted")))
    for key in ("having", "qualify", "order"):
        for column in select.args[key].find_all(exp.Column) if select.args.get(key) else ():
            if same_name(column.name, old) and not column.table:
                column.this.set("this", new)

"""Aggregates that take the place of those which need all values of a key: sketches, the last values, a
count instead of a number.

Each form replaces an aggregate in its tree; None where its dialect or shape is not one that is known, and then nothing is
changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.suggest.approximate import sketched
from feasilint.suggest.kinds import ITEMS
from feasilint.suggest.sql_text import parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    Form = Callable[[exp.Expr, str, str], exp.Expr | None]

_ROWS = 20  # as many rows of the mean of all are among those of each group
_LAST = {
    "bigquery": "ARRAY_AGG({value} ORDER BY {time} DESC LIMIT {items})",
    "duckdb": "ARRAY_AGG({value} ORDER BY {time} DESC)[1:{items}]",
    "postgres": "(ARRAY_AGG({value} ORDER BY {time} DESC))[1:{items}]",
    "snowflake": "ARRAY_SLICE(ARRAY_AGG({value}) WITHIN GROUP (ORDER BY {time} DESC), 0, {items})",
    "trino": "SLICE(ARRAY_AGG({value} ORDER BY {time} DESC), 1, {items})",
    "presto": "SLICE(ARRAY_AGG({value} ORDER BY {time} DESC), 1, {items})",
    "athena": "SLICE(ARRAY_AGG({value} ORDER BY {time} DESC), 1, {items})",
    "spark": "TRANSFORM(SLICE(SORT_ARRAY(COLLECT_LIST(STRUCT({time} AS t, {value} AS v)), FALSE), 1, {items}), e -> e.v)",
    "databricks": "TRANSFORM(SLICE(SORT_ARRAY(COLLECT_LIST(STRUCT({time} AS t, {value} AS v)), FALSE), 1, {items}), e -> e.v)",
}


def _last(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    """The last values of a list, the latest first."""
    template = _LAST.get(dialect)
    whole = node.find_ancestor(exp.WithinGroup, exp.Select) if isinstance(node.parent, exp.WithinGroup) else node
    if template is None or not time or not isinstance(node, exp.ArrayAgg) or whole is None:
        return None
    value, order = node.this, whole.args.get("expression")
    if isinstance(value, exp.Order):
        value, order = value.this, value
    if isinstance(value, exp.Distinct) or isinstance(whole.parent, exp.Filter) or not _by_time(order, time):
        return None
    by = order.expressions[0].this if isinstance(order, exp.Order) else exp.column(time)
    names = {"value": value.sql(dialect), "time": by.sql(dialect), "items": ITEMS}
    made: exp.Expr = exp.maybe_parse(template.format(**names), dialect=dialect)
    whole.replace(made)
    return made


def _by_time(order: object, time: str) -> bool:
    """Whether a list is in the order of time, or in none."""
    if not isinstance(order, exp.Order):
        return True
    keys = order.expressions
    return len(keys) == 1 and isinstance(keys[0].this, exp.Column) and keys[0].this.name.lower() == time.lower()


def _sketch(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    del time
    return sketched(node, dialect)


def _counted(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    """A count of the rows before instead of the number of a row."""
    window = node if isinstance(node, exp.Window) else node.parent
    if not isinstance(window, exp.Window) or not isinstance(window.parent, exp.Alias | exp.Select):
        return None
    counting = window.copy()
    window.replace(exp.Add(this=counting, expression=exp.Literal.number(1)))
    return _events(counting, dialect, time)


def _events(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    """A count of events instead of a sum of what begins with them."""
    del dialect, time
    window = node if isinstance(node, exp.Window) else node.parent
    if not isinstance(window, exp.Window):
        return None
    window.set("this", exp.Count(this=exp.Star(), big_int=True))
    return window


def _smoothed(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    """A mean that groups with few rows share with all: as if so many rows of the mean were among them."""
    del dialect, time
    if not isinstance(node, exp.Avg) or isinstance(node.parent, exp.Filter | exp.Window) or node.find(exp.Distinct):
        return None
    rows = exp.Literal.number(_ROWS)
    total = exp.Add(
        this=exp.Sum(this=node.this.copy()), expression=exp.Mul(this=rows.copy(), expression=parameter("prior"))
    )
    count = exp.Add(this=exp.Count(this=node.this.copy(), big_int=True), expression=rows.copy())
    made = exp.Div(this=exp.Paren(this=total), expression=exp.Paren(this=count))
    node.replace(made if isinstance(node.parent, exp.Alias | exp.Select) else exp.Paren(this=made))
    return made


def _added(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
    """A first value of the keys that are not stored yet: what is given is added to what was given before."""
    del dialect, time
    select, made = node.find_ancestor(exp.Select), node.parent
    if not isinstance(select, exp.Select) or select.parent is not None or not isinstance(made, exp.Alias):
        return None
    keys, table = _keys(select), _only(select)
    if not keys or not table or len(select.expressions) != len(keys) + 1 or any(select.args.get(n) for n in _LATER):
        return None
    same = [exp.NullSafeEQ(this=exp.column(key, table="s"), expression=exp.column(key, table=table)) for key in keys]
    stored = exp.select("1").from_(exp.alias_(exp.to_table(f"stored_{made.alias}"), "s", table=True)).where(*same)
    select.where(exp.Not(this=exp.Exists(this=stored)), copy=False)
    return node


_LATER = ("having", "qualify", "limit", "distinct", "order")


def _keys(select: exp.Select) -> list[str]:
    """The columns that a SELECT groups by, where it gives them all under their names."""
    group = select.args.get("group")
    by = group.expressions if isinstance(group, exp.Group) else []
    given = {one.name for one in select.expressions if isinstance(one, exp.Column)}
    names = [key.name for key in by if isinstance(key, exp.Column) and key.table in ("", _only(select))]
    return names if len(names) == len(by) and set(names) == given else []


def _only(select: exp.Select) -> str:
    """What the only table of a SELECT is called; empty where it has others, or none with a name."""
    source = select.args.get("from_") or select.args.get("from")
    item = source.this if isinstance(source, exp.From) else None
    name = item.alias_or_name if isinstance(item, exp.Table) and not select.args.get("joins") else ""
    return name if name.isascii() and name.isidentifier() else ""


FORMS: dict[str, Form] = {
    "first_event": _added,
    "distinct": _sketch,
    "percentile": _sketch,
    "collect_list": _last,
    "row_number": _counted,
    "sessionize": _events,
    "target_encoding": _smoothed,
}
"""By kind. All others are what they are, over the rows of a window."""

"""Bounds in SQL: the SELECT around an aggregate again, with a time window in it, in its dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.marks import MARK, Marks
from feasilint.lower.sql.reading import again
from feasilint.suggest.extent import extent
from feasilint.suggest.tables import alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.ir import Fragment
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.forms import Form
    from feasilint.suggest.tables import Tables

_NEW = re.compile(r"\bfeasilint_(\w+)\b")  # stands for a parameter until the text is written
_PARAMETERS = {"bigquery": "@", "tsql": "@", "duckdb": "$", "mysql": "@"}
_VARIABLE = '{{{{ var("{name}") }}}}'
_MOMENTS = dict.fromkeys(("as_of", "known_until"), f"CAST('{_VARIABLE}' AS TIMESTAMP)")
_EXPLAINED = {
    "as_of": "the time of prediction, which the caller passes",
    "known_until": "the latest time of rows whose outcomes are known at the time of prediction, which the caller passes",
    "prior": "the mean of all known outcomes, kept with the model",
}
RANGE_OF_TIME = frozenset(
    {"", "duckdb", "postgres", "snowflake", "spark", "spark2", "databricks", "oracle", "mysql", "trino"}
)
_DATEADD = frozenset({"tsql", "fabric"})  # dialects without intervals
_MOMENT = re.compile(r"(?i)(^|_)(as_?of|cutoff|prediction|score|run|snapshot|end)(_?(date|time|ts|at|dt))?(_|$)")
_CONTROL = re.compile(r"\{%|\$\{\s*when\b")
_CONDITIONAL = (exp.Case, exp.If, exp.Filter, exp.CountIf)
_UPPER = (exp.LT, exp.LTE)
_LOWER = (exp.GT, exp.GTE)
_OUTER = ("LEFT", "RIGHT", "FULL")


class Text:
    """The text that the tree was parsed from: its dialect, and what the placeholders in it stand for."""

    def __init__(self, fragment: Fragment) -> None:
        self._fragment, self._text = fragment, fragment.text
        self._read = again(fragment)
        self.dialect, self.marks = self._read.dialect, self._read.marks
        self.templated = "{{" in fragment.text or "{%" in fragment.text
        self.originals = {m[0][0]: fragment.text[m.start() : m.end()] for m in MARK.finditer(self._read.text)}

    def controlled(self, query: exp.Expr) -> bool:
        """Whether parts of a template stand within a query that the tree does not have, or has as what they stand for."""
        blocks = list(_CONTROL.finditer(self._text))
        if not blocks and not self._fragment.rendered:
            return False
        start, end = extent(query, self._read.text, self.dialect)
        inside = any(start < block.end() and block.start() < end for block in blocks)
        return inside or (self._fragment.rendered and not self._fragment.is_verbatim(start, end))

    def written(self, query: exp.Expr, explained: Mapping[str, str] = _EXPLAINED) -> str:
        """A query in the dialect, with the placeholders as they were; new parameters are explained."""
        text = query.sql(dialect=self.dialect, pretty=True, comments=False)
        text = MARK.sub(lambda found: self.originals.get(found[0][0], found[0]), text)
        named = dict.fromkeys(_NEW.findall(text))
        said = (f"-- {self._called(name)}: {explained[name]}\n" for name in named)
        return "".join(said) + _NEW.sub(lambda found: self._parameter(found[1]), text)

    def _called(self, name: str) -> str:
        return f"{name}, a variable of the project" if self.templated else self._parameter(name)

    def _parameter(self, name: str) -> str:
        if self.templated:
            return _MOMENTS.get(name, _VARIABLE).format(name=name)
        return f"{_PARAMETERS.get(self.dialect, ':')}{name}"


def parameter(name: str) -> exp.Column:
    """A parameter that the text does not have yet."""
    return exp.column(f"feasilint_{name}")


class _Site(Struct, frozen=True):
    """Where a time condition goes: the SELECT and the item of its FROM clause that has the event time."""

    select: exp.Select
    item: exp.Expr
    time: exp.Column

    @property
    def join(self) -> exp.Join | None:
        return self.item.parent if isinstance(self.item.parent, exp.Join) else None


class _Known(Struct, frozen=True):
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
    window = _window(node, select)
    if bound.running or window is not None:
        return _framed(window, select, text, bound) if window is not None and not text.controlled(select) else None
    return _filtered(node, select, text, _Known(bound, tables, text.marks, measured))


def _window(node: exp.Expr, select: exp.Select) -> exp.Window | None:
    found = node if isinstance(node, exp.Window) else node.find_ancestor(exp.Window, exp.Select)
    return found if isinstance(found, exp.Window) and found.find_ancestor(exp.Select) is select else None


# --- a running aggregate: a frame that ends before the row ---


def _framed(window: exp.Window, select: exp.Select, text: Text, bound: Bound) -> str | None:
    order = window.args.get("order")
    keys = order.expressions if isinstance(order, exp.Order) else []
    if len(keys) != 1 or not isinstance(keys[0], exp.Ordered) or keys[0].args.get("desc"):
        return None
    ends = _ends(keys[0], text.dialect, bound.days)
    if ends is None:
        return None
    start, end = ends
    spec = exp.WindowSpec(kind="RANGE", start=start, start_side="PRECEDING", end=end, end_side="PRECEDING")
    window.set("spec", spec)
    _rename(select, _projection(window, select), bound)
    return text.written(select)


def _ends(key: exp.Ordered, dialect: str, days: int) -> tuple[exp.Expr, exp.Expr] | None:
    """Start and end of the frame; BigQuery measures RANGE in numbers only, so the key becomes one."""
    if dialect in RANGE_OF_TIME:
        return _interval(days, "DAY", dialect), _interval(1, "MICROSECOND", dialect)
    if dialect == "bigquery":
        key.set("this", exp.Anonymous(this="UNIX_MICROS", expressions=[key.this]))
        return exp.Literal.number(days * 86_400_000_000), exp.Literal.number(1)
    return None


# --- an aggregate per group: a condition on its input ---


def _filtered(node: exp.Expr, select: exp.Select, text: Text, known: _Known) -> str | None:
    site, bound = _site(select, known, 0), known.bound
    if site is None:
        return None
    asking = _asking(select)
    shown = (asking or select) if site.select is select else select.root()
    if text.controlled(shown):
        return None
    upper = _upper_bound(site)
    as_of = upper or _declared(select, text.marks) or parameter("as_of")
    start = earlier(as_of.copy(), bound.days, text.dialect)
    conditions: list[exp.Expr] = [exp.GTE(this=site.time.copy(), expression=start)]
    if upper is None or bound.settled is not None:
        conditions.append(
            exp.LT(this=_known_time(site.time, bound), expression=_until(as_of.copy(), bound, text.dialect))
        )
    _restrict(site, conditions)
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
    return any(_same(column.name, bound.event_time) for column in inside)


def _site(select: exp.Select, known: _Known, depth: int) -> _Site | None:
    """The item with the event time: in this SELECT, else in a CTE or subquery that it reads."""
    items = list(_items(select))
    having = [item for item in items if _exposes(item, known, depth)]
    item = having[0] if len(having) == 1 else _measured(having, known, depth) or _chosen(having, select, known)
    if item is not None:
        return _Site(select, item, _time(item, items, select, known.time))
    if having or depth > 8:
        return None
    inner = (query for item in items if (query := _query(item)) is not None)
    return next((site for query in inner if (site := _site(query, known, depth + 1)) is not None), None)


def _items(select: exp.Select) -> Iterator[exp.Expr]:
    source = select.args.get("from_") or select.args.get("from")
    if source is not None:
        yield source.this
    yield from (join.this for join in select.args.get("joins") or ())


def _exposes(item: exp.Expr, known: _Known, depth: int) -> bool:
    """Whether an item of FROM is known to have the event time."""
    query = _query(item)
    if query is None:
        return isinstance(item, exp.Table) and known.has_time(item)
    if any(_same(projection.alias_or_name, known.time) for projection in query.expressions):
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
                _same(cte.alias, item.name)
                and isinstance(cte.this, exp.Select)
                and item.find_ancestor(exp.CTE) is not cte
            ):
                return cte.this
        scope = scope.parent
    return None


def _measured(items: list[exp.Expr], known: _Known, depth: int) -> exp.Expr | None:
    """Of a table that is joined to itself, the item whose rows are aggregated."""
    own = [item for item in items if depth == 0 and item.alias_or_name in known.measured]
    return own[0] if len(own) == 1 else None


def _chosen(items: list[exp.Expr], select: exp.Select, known: _Known) -> exp.Expr | None:
    """The item that is the measured source by its name, else the one that the SELECT takes the event time from."""
    named = [item for item in items if isinstance(item, exp.Table) and known.is_source(item)]
    if len(named) == 1:
        return named[0]
    used = {column.table for column in select.find_all(exp.Column) if _same(column.name, known.time)}
    taken = [item for item in items if item.alias_or_name in used]
    return taken[0] if len(taken) == 1 else None


def _time(item: exp.Expr, items: list[exp.Expr], select: exp.Select, name: str) -> exp.Column:
    qualified = len(items) > 1 or any(column.table for column in select.find_all(exp.Column))
    return exp.column(name, table=(item.alias_or_name or None) if qualified else None)


def _upper_bound(site: _Site) -> exp.Expr | None:
    """What the code compares the event time with from above already: that is the time of prediction."""
    where = site.select.args.get("where")
    clauses = [where, *(join.args.get("on") for join in site.select.args.get("joins") or ())]
    comparisons = [c for clause in clauses if clause is not None for c in clause.find_all(*_UPPER, *_LOWER)]
    pairs = ((c.this, c.expression) if isinstance(c, _UPPER) else (c.expression, c.this) for c in comparisons)
    others: Iterator[exp.Expr] = (other for event, other in pairs if _is(event, site))
    return next((other for other in others if not (isinstance(other, exp.Column) and _is_of(other, site))), None)


def _is(column: exp.Expr, site: _Site) -> bool:
    """Whether this is the event time."""
    return isinstance(column, exp.Column) and _same(column.name, site.time.name) and _is_of(column, site)


def _is_of(column: exp.Column, site: _Site) -> bool:
    return not column.table or _same(column.table, site.item.alias_or_name)


def _declared(select: exp.Select, marks: Marks) -> exp.Expr | None:
    """A parameter of the statement whose name speaks of a time of prediction."""
    known: Iterator[exp.Expr] = select.root().find_all(exp.Column, exp.Parameter, exp.Placeholder)
    return next((node for node in known if _MOMENT.search(_parameter(node, marks))), None)


def _parameter(node: exp.Expr, marks: Marks) -> str:
    """The name of a parameter; a driver's stands in the text as a placeholder. Empty for anything else."""
    if not isinstance(node, exp.Column):
        return node.name
    mark = marks.whole(node.name)
    return mark.name if mark is not None and mark.kind == "param" else ""


def _restrict(site: _Site, conditions: list[exp.Expr]) -> None:
    """Add conditions: to ON where WHERE would turn an outer join into an inner one."""
    join = site.join
    if join is not None and join.args.get("on") is not None and join.side in _OUTER:
        join.set("on", _and(join.args["on"], conditions))
        return
    where = site.select.args.get("where")
    site.select.set("where", exp.Where(this=_and(where.this if where is not None else None, conditions)))


def _and(known: exp.Expr | None, conditions: list[exp.Expr]) -> exp.Expr:
    every = conditions if known is None else [known, *conditions]
    return exp.and_(*every, copy=False, wrap=isinstance(known, exp.Or))


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
            if _same(column.name, old) and not column.table:
                column.this.set("this", new)


def earlier(moment: exp.Expr, days: int, dialect: str) -> exp.Expr:
    """So many days before a moment."""
    if dialect in _DATEADD:
        return exp.DateAdd(this=moment, expression=exp.Literal.number(-days), unit=exp.var("DAY"))
    return exp.Sub(this=moment, expression=_interval(days, "DAY", dialect))


def _interval(amount: int, unit: str, dialect: str) -> exp.Interval:
    number = exp.Literal.number(amount) if dialect == "bigquery" else exp.Literal.string(str(amount))
    return exp.Interval(this=number, unit=exp.var(unit))


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()

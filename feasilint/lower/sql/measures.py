"""Aggregate and window functions: their canonical measures, and the queries they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import (
    Call,
    Column,
    Expression,
    Frame,
    Hole,
    Interval,
    Literal,
    Measure,
    Name,
    Output,
    Relation,
    Window,
)
from feasilint.ir.expressions import spelled, walk
from feasilint.ir.functions import canonical, is_aggregate, traits
from feasilint.ir.names import timelike
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.calendar import spoken_interval
from feasilint.lower.sql.expressions import name_of, operands, scalar, scalars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.lower.sql.scope import Scope

_WRAPPERS = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
_SCALAR = (exp.Grouping, exp.GroupingId, exp.ApproxTopKEstimate)
_BARRIERS = (exp.Query, exp.Pivot, exp.DML)


def assign(special: Iterable[Node]) -> tuple[dict[int, list[Node]], dict[int, list[Node]]]:
    """Aggregates and windows (in document order) by the identity of the SELECT that computes them."""
    aggregates: dict[int, list[Node]] = {}
    windows: dict[int, list[Node]] = {}
    for node in special:
        top = node
        if isinstance(node, exp.Window):
            if isinstance(node.this, exp.Identifier) or _keeps(node):
                continue  # a named window's definition, a part of an aggregate
            kind = windows
        elif _aggregates(node):
            kind, top = aggregates, _wrapped(node)
            if isinstance(top.parent, exp.Window) and top.arg_key == "this":
                continue
        else:
            continue
        query = _query_of(top)
        if query is not None:
            kind.setdefault(id(query), []).append(top)
    return aggregates, windows


def _aggregates(node: Node) -> bool:
    if isinstance(node, exp.Anonymous):
        if isinstance(node.parent, exp.Dot):
            return False  # somebody's own function of that name: `stats.percentile(x)`
        return is_aggregate(str(node.this)) and str(node.this).lower() not in _SHARED_NAMES
    if isinstance(node, exp.Max | exp.Min) and node.expressions:
        return False  # max(a, b) is the greater one
    return isinstance(node, exp.AggFunc) and not isinstance(node, _SCALAR)


_SHARED_NAMES = frozenset(
    ("unique", "len", "head", "tail", "size", "all", "first", "last", "apply", "agg", "pipe", "diff", "shift")
)


def _wrapped(node: Node) -> Node:
    """The node with its FILTER, WITHIN GROUP, IGNORE NULLS and KEEP."""
    above = node.parent
    while above is not None and node.arg_key == "this" and (isinstance(above, _WRAPPERS) or _keeps(above)):
        node, above = above, above.parent
    return node


def _keeps(node: object) -> bool:
    """Whether this is `MAX(x) KEEP (DENSE_RANK LAST ORDER BY t)` of Oracle: x of the latest rows, an aggregate."""
    return isinstance(node, exp.Window) and str(node.args.get("over")).upper() == "KEEP"


def _query_of(node: Node) -> Node | None:
    above = node.parent
    while above is not None and not isinstance(above, _BARRIERS):
        above = above.parent
    return above if isinstance(above, exp.Select) else None


# --- measures ----------------------------------------------------------------------------------------------------------


def measure(node: Node, scope: Scope) -> Measure:
    """The measure that an aggregate or window function computes."""
    where: Expression | None = None
    order: tuple[Expression, ...] = ()
    top = node
    while isinstance(node, _WRAPPERS) or _keeps(node):
        if isinstance(node, exp.Window):
            order = scalars(node.args["order"].expressions, scope)
        elif isinstance(node, exp.Filter):
            where = scalar(node.expression.this, scope)
        elif isinstance(node, exp.WithinGroup):
            order = scalars(node.expression.expressions, scope)
        node = node.this
    name = _name(node)
    if scope.context.marks.whole(name) is not None:  # {{ deviation('x') }} OVER (…)
        made = scalar(exp.column(str(node.this)), scope)
        return Measure("unread", (made,), where, origin=scope.context.layout.origin(top))
    found = _Arguments()
    for child in operands(node):
        found.take(child, scope)
    args = found.args
    function = canonical(name if is_aggregate(name) else name.removesuffix("if"))
    if function in _OF_THE_ORDER or traits(function).ordinal or not args:
        args = [*order, *args]
        order = ()
    if name.endswith("if") and args and name != "if":
        where, args = args[-1], args[:-1]
    if found.distinct and function == "count":
        function = "count_distinct"
    elif function == "list":
        function = _listed(top, found.limit)
    origin = scope.context.layout.origin(top)
    return Measure(function, tuple(args), where, found.distinct, (*order, *found.order), origin)


_OF_THE_ORDER = frozenset(("percentile", "approx_percentile", "median", "mode"))
"""Aggregates of what WITHIN GROUP orders by; others, such as LISTAGG, have their values as arguments."""


def _listed(top: Node, limit: Node | None) -> str:
    """What ARRAY_AGG(x ORDER BY t LIMIT 1) and ARRAY_AGG(x ORDER BY t)[OFFSET(0)] are: no list of all values."""
    place = top.parent if isinstance(top.parent, exp.Bracket) and top.arg_key == "this" else None
    if place is not None and [str(index) for index in place.expressions] == ["0"]:
        return "first"
    if limit is None:
        return "list"
    return "first" if str(limit) == "1" else "first_n"


def _name(node: Node) -> str:
    if isinstance(node, exp.CombinedAggFunc | exp.ParameterizedAgg | exp.CombinedParameterizedAgg):
        return str(node.this).lower()
    return name_of(node)


class _Arguments:
    """The arguments of an aggregate without DISTINCT, ORDER BY, LIMIT and HAVING MAX around them."""

    def __init__(self) -> None:
        self.args: list[Expression] = []
        self.order: list[Expression] = []
        self.distinct = False
        self.limit: Node | None = None

    def take(self, node: Node, scope: Scope) -> None:
        if isinstance(node, exp.Star) and isinstance(node.parent, exp.Count | exp.Distinct):
            return
        if isinstance(node, exp.Literal | exp.Boolean) and isinstance(node.parent, exp.Count):
            return  # COUNT(1) counts rows
        if isinstance(node, exp.Distinct):
            self.distinct = True
            for one in node.expressions:
                self.take(one, scope)
        elif isinstance(node, exp.Order):
            self.order += scalars(node.expressions, scope)
            if isinstance(node.this, Node):
                self.take(node.this, scope)
        elif isinstance(node, exp.HavingMax):
            self.order.append(scalar(node.expression, scope))
            self.take(node.this, scope)
        elif isinstance(node, exp.Limit | exp.IgnoreNulls | exp.RespectNulls):
            if isinstance(node, exp.Limit) and isinstance(node.expression, Node):
                self.limit = node.expression
            if isinstance(node.this, Node):
                self.take(node.this, scope)
        else:
            self.args.append(scalar(node, scope))


# --- windows -----------------------------------------------------------------------------------------------------------


class WindowSpec:
    """Partition, order and frame of an OVER clause, with what it takes from a named window."""

    def __init__(self, node: Node, scope: Scope) -> None:
        named = node.args.get("alias")
        base = scope.windows.get(str(named.name).lower()) if isinstance(named, Node) else None
        below: WindowSpec | None = WindowSpec(base, scope) if base is not None and base is not node else None
        own = scalars(node.args.get("partition_by"), scope) or _hidden(
            node.args.get("alias") if base is None else None, scope
        )
        self.partition: tuple[Expression, ...] = own or (below.partition if below else ())
        order = node.args.get("order")
        self.order: tuple[Expression, ...] = (
            scalars(order.expressions, scope) if isinstance(order, Node) else (below.order if below else ())
        )
        self.descending: tuple[bool, ...] = (
            falling(order.expressions) if isinstance(order, Node) else (below.descending if below else ())
        )
        spec = node.args.get("spec")
        if isinstance(spec, Node):
            self.frame: Frame | None = _frame(spec, self.order, scope)
        else:
            self.frame = below.frame if below and below.frame and not below.frame.default else self._default()

    def _default(self) -> Frame | None:
        return Frame("range", None, 0, default=True) if self.order else None


def falling(keys: list[Node]) -> tuple[bool, ...]:
    """Of each key of an ORDER BY whether it is DESC; empty where none is."""
    found = tuple(bool(key.args.get("desc")) for key in keys)
    return found if any(found) else ()


def _hidden(named: object, scope: Scope) -> tuple[Expression, ...]:
    """`OVER ({{ w }})`: all that it says stands in the marker."""
    text = str(named.name) if isinstance(named, Node) else ""
    return (Hole(scope.context.marks.restore(text)),) if scope.context.marks.within(text) else ()


def _frame(spec: Node, order: tuple[Expression, ...], scope: Scope) -> Frame:
    kind = str(spec.args.get("kind") or "rows").lower()
    unit = "range" if kind == "range" else "groups" if kind == "groups" else "rows"
    start = _edge(spec.args.get("start"), spec.args.get("start_side"), scope)
    end = _edge(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"), scope)
    vague = "?" in (start, end)
    if unit == "range":
        start, end = _timed(start, order, scope), _timed(end, order, scope)
    return Frame(unit, _known(start), _known(end), vague=vague)  # type: ignore[arg-type]  # mypy joins the literals to str


_Edge: TypeAlias = Interval | int | str | None


def _edge(value: object, side: object, scope: Scope) -> _Edge:
    """The signed offset of an edge; None: unbounded, `?`: stated, but not how far it lies."""
    if not isinstance(value, Node):
        return 0 if str(value).upper() == "CURRENT ROW" else None
    amount = scalar(value, scope)
    number = amount.value if isinstance(amount, Literal) else None
    if isinstance(number, str):
        number = spoken_interval(number)
    if not isinstance(number, int | Interval):
        return "?"
    return -number if str(side).upper() == "PRECEDING" else number


def _known(edge: _Edge) -> Interval | int | None:
    return 0 if isinstance(edge, str) else edge


_CLOCK_UNITS = {
    "unix_seconds": "second", "unix_timestamp": "second", "to_unix_timestamp": "second", "unix_millis": "millisecond",
    "unix_micros": "microsecond", "unix_date": "day", "to_days": "day", "julianday": "day",
}  # fmt: skip
_CAST_UNITS = {"date": "day", "bigint": "second", "long": "second", "int": "second"}
_NATIVE_UNITS = {
    "oracle": "day",
    "teradata": "day",
    "clickhouse": "second",
}  # what numbers count that are added to a time


def _timed(edge: _Edge, order: tuple[Expression, ...], scope: Scope) -> _Edge:
    """A range over seconds or days since some epoch is a length of time."""
    if not isinstance(edge, int) or edge == 0 or not order:
        return edge
    unit = next((unit for node in walk(order[0]) if (unit := _counted(node)) is not None), None)
    if unit is None and isinstance(order[0], Column) and timelike(spelled(order[0].name)):
        unit = _NATIVE_UNITS.get(scope.context.dialect)
    return (Interval.of(edge, unit) or edge) if unit is not None else edge


def _counted(node: Expression) -> str | None:
    """The unit that a function of a time counts in."""
    if not isinstance(node, Call):
        return None
    name = node.args[0].value if node.args and isinstance(node.args[0], Literal) else None
    if node.function == "cast" and isinstance(node.args[-1], Literal):
        return _CAST_UNITS.get(str(node.args[-1].value))
    if node.function == "date_part":
        return "second" if name == "epoch" else None
    return str(name) if node.function == "date_diff" else _CLOCK_UNITS.get(node.function)


def window_relations(nodes: list[Node], below: Relation, scope: Scope) -> Relation:
    """Window relations on top of `below`, one per distinct OVER clause; the functions become columns of them."""
    groups: list[tuple[Node, list[Node]]] = []
    for node in sorted(nodes, key=_nesting, reverse=True) if any(map(_nesting, nodes)) else nodes:
        same = None if _nesting(node) else next((group for over, group in groups if _same_window(over, node)), None)
        if same is None:
            groups.append((node, [node]))
        else:
            same.append(node)
    number = 0
    for over, members in groups:
        spec = WindowSpec(over, scope)
        outputs: list[Output] = []
        for member in members:
            name, number = _output_name(member, number, scope)
            found = measure(member.this, scope)
            at = scope.context.layout.origin(member)
            placed = Measure(found.function, found.args, found.where, found.distinct, found.order, at)
            outputs.append(Output(name, placed, at))
        origin = scope.context.layout.origin(over)
        made = Window(below, spec.partition, spec.order, spec.frame, tuple(outputs), origin, spec.descending)
        relation = scope.context.builder.add(made)
        for member, output in zip(members, outputs, strict=True):
            scope.replaced[id(member)] = Column(relation, output.name)
        below = relation
    return below


def _nesting(node: Node) -> int:
    """How many windows are around this one: the inner ones are computed first."""
    depth, above = 0, node.parent
    while above is not None and not isinstance(above, _BARRIERS):
        depth += isinstance(above, exp.Window)
        above = above.parent
    return depth


def _same_window(one: Node, other: Node) -> bool:
    return all(one.args.get(key) == other.args.get(key) for key in ("partition_by", "order", "spec", "alias"))


def _output_name(node: Node, number: int, scope: Scope) -> tuple[Name, int]:
    """The alias of a select item that is exactly this node, else a made-up name."""
    parent = node.parent
    if isinstance(parent, exp.Alias):
        return scope.context.marks.restore(parent.alias), number
    return f"_w{number}", number + 1

"""Column expressions of polars, PySpark and Snowpark bound to a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, AllOf, Column, Frame, Interval, Measure, Output, Shift, Window
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.transfers.lazy import GROWING, items_in
from feasilint.lower.python.transfers.times import length_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Expression, Name, Origin, Relation
    from feasilint.lower.python.machine import Machine


def window_frame(m: Machine, spec: v.Handle, ordered: bool) -> Frame | None:
    found = m.get(spec.get("frame") or v.NONE)
    if not isinstance(found, v.Seq) or len(found.items) != 3:
        return Frame("range", None, 0, default=True) if ordered else None
    unit, start, end = (m.get(item) for item in found.items)
    rows = isinstance(unit, v.Const) and unit.value == "rows"
    return Frame(
        "rows" if rows else "range", _bound(start, rows), _bound(end, rows) if _bound(end, rows) is not None else 0
    )


def _bound(value: v.Value, rows: bool) -> int | Interval | None:
    if isinstance(value, v.Library) and "unbounded" in value.path.lower():
        return None
    if isinstance(value, v.Library):
        return 0
    if isinstance(value, v.Const) and isinstance(value.value, Interval):
        return value.value
    if not isinstance(value, v.Const) or not isinstance(value.value, int | float):
        return -1
    if value.value <= -(2**31):
        return None
    return int(value.value) if rows or not value.value else Interval(0, 0, value.value)


class Binder:
    """Expressions over one relation. `measures`: what a group's measures have become columns of."""

    def __init__(self, m: Machine, relation: Relation, measures: Mapping[v.Lazy, Column] | None = None) -> None:
        self.m = m
        self.relation = relation
        self.measures = measures if measures is not None else {}

    def expression(self, value: v.Value) -> Expression:
        found = self.m.get(value)
        if not isinstance(found, v.Lazy):
            return self.m.expression(found)
        if found in self.measures:
            return self.measures[found]
        handler = getattr(self, f"_{found.op}")
        made: Expression = handler(found)
        return made

    def origin(self, lazy: v.Lazy) -> Origin | None:
        return self.m.origin(lazy.node, lazy.fragment) if lazy.fragment is not None else None

    def _column(self, lazy: v.Lazy) -> Expression:
        frame = lazy.get("frame")
        relation = frame.relation if isinstance(frame, v.Row) else self.relation
        return Column(relation, lazy.text, self.origin(lazy))

    def _columns(self, lazy: v.Lazy) -> Expression:
        names = expand_names(self.relation, lazy)
        return Column(self.relation, names[0] if names else "{column}", self.origin(lazy))

    def _literal(self, lazy: v.Lazy) -> Expression:
        return self.m.expression(lazy.args[0])

    def _sql(self, lazy: v.Lazy) -> Expression:
        from feasilint.lower.python.transfers.sql import scalar

        return scalar(self.m, self.relation, lazy.text, self.origin(lazy))

    def _call(self, lazy: v.Lazy) -> Expression:
        args = [self.expression(item) for arg in lazy.args for item in items_in(self.m, arg)]
        return Op(lazy.text, tuple(args), self.origin(lazy))

    def _alias(self, lazy: v.Lazy) -> Expression:
        return self.expression(lazy.args[0])

    _rename = _alias

    def _filter(self, lazy: v.Lazy) -> Expression:
        return Op("filter", tuple(map(self.expression, lazy.args)), self.origin(lazy))

    def _measure(self, lazy: v.Lazy) -> Expression:
        """An aggregate outside of groups: of the whole relation."""
        output = Output(self.m.fresh(), self.measure(lazy), self.origin(lazy))
        return Column(self.m.add(Aggregate(self.relation, (), (output,), self.origin(lazy))), output.name)

    def measure(self, lazy: v.Lazy, function: str | None = None) -> Measure:
        """The measure over the rows that its argument is filtered to."""
        bare = tuple(_bare(arg) for arg in lazy.args)
        where = [self.expression(one) for arg in lazy.args for one in _conditions(arg)]
        args = tuple(self.expression(arg) for arg in bare)
        return Measure(function or lazy.text, args, _all_of(where), origin=self.origin(lazy))

    def _running(self, lazy: v.Lazy) -> Expression:
        return self.windowed(lazy, (), ())

    def _shift(self, lazy: v.Lazy) -> Expression:
        n = lazy.get("n")
        steps = n.value if isinstance(n, v.Const) and isinstance(n.value, int) else 1
        here = self.expression(lazy.args[0])
        earlier = Shift(here, -steps if lazy.text == "lead" else steps, self.origin(lazy))
        return Op("sub", (here, earlier)) if lazy.text in ("diff", "pct_change") else earlier

    def _over(self, lazy: v.Lazy) -> Expression:
        spec = lazy.get("window")
        assert isinstance(spec, v.Handle)
        partition = self._list(spec.get("partition"))
        order = self._list(spec.get("order"))
        frame = window_frame(self.m, spec, bool(order))
        inner = lazy.args[0]
        measures = [part for part in parts_of(inner) if part.op in ("measure", "running", "shift")]
        done = {part: self.windowed(part, partition, order, frame, lazy) for part in measures}
        return Binder(self.m, self.relation, {**self.measures, **done}).expression(inner)

    def _list(self, value: v.Value | None) -> tuple[Expression, ...]:
        found = self.m.get(value) if value is not None else v.NONE
        items = found.items if isinstance(found, v.Seq) else () if found == v.NONE else (found,)
        return tuple(self.key(item) for item in items)

    def key(self, value: v.Value) -> Expression:
        """A name or expression as a column."""
        found = self.m.get(value)
        if isinstance(found, v.Const) and isinstance(found.value, str):
            return Column(self.relation, found.value)
        return self.expression(found)

    def windowed(
        self,
        lazy: v.Lazy,
        partition: tuple[Expression, ...],
        order: tuple[Expression, ...],
        frame: Frame | None = None,
        whole: v.Lazy | None = None,
    ) -> Column:
        function = lazy.text
        if lazy.op == "running":
            frame, order = self._running_frame(lazy, order)
        elif lazy.op == "shift":
            function, frame = ("lead" if lazy.text == "lead" else "lag"), None
        origin = self.origin(whole if whole is not None and whole.node is not None else lazy)
        output = Output(self.m.fresh(), self.measure(lazy, function), origin)
        return Column(self.m.add(Window(self.relation, partition, order, frame, (output,), origin)), output.name)

    def _running_frame(self, lazy: v.Lazy, order: tuple[Expression, ...]) -> tuple[Frame, tuple[Expression, ...]]:
        size = lazy.get("size")
        by = lazy.get("by")
        if by is not None and by != v.NONE:
            order = (self.key(by),)
        if size is None:
            return GROWING, order
        if isinstance(size, v.Const) and isinstance(size.value, int):
            return Frame("rows", 1 - max(size.value, 1), 0), order
        length = length_of(str(size.value)) if isinstance(size, v.Const) else None
        if isinstance(size, v.Const) and isinstance(size.value, Interval):
            length = size.value
        return Frame("range", -length if length is not None else -1, Interval() if length is not None else 0), order


def _bare(value: v.Value) -> v.Value:
    """An expression without the filters on its rows."""
    if not isinstance(value, v.Lazy) or not value.args:
        return value
    inner = _bare(value.args[0])
    return inner if value.op == "filter" else replace(value, args=(inner, *value.args[1:]))


def _conditions(value: v.Value) -> tuple[v.Value, ...]:
    """The filters on the rows of an expression."""
    if not isinstance(value, v.Lazy) or not value.args:
        return ()
    here = value.args[1:] if value.op == "filter" else ()
    return (*_conditions(value.args[0]), *here)


def _all_of(conditions: list[Expression]) -> Expression | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Op("and", tuple(conditions))


def parts_of(value: v.Value) -> list[v.Lazy]:
    """An expression and all below it, parents first; nothing inside another window."""
    if not isinstance(value, v.Lazy):
        return [part for item in value.items for part in parts_of(item)] if isinstance(value, v.Seq) else []
    found = [value]
    for arg in value.args:
        found += parts_of(arg)
    return found


def outermost(value: v.Value, ops: tuple[str, ...]) -> list[v.Lazy]:
    """The topmost parts of these kinds."""
    if isinstance(value, v.Lazy) and value.op in ops:
        return [value]
    inner = value.args if isinstance(value, v.Lazy) else value.items if isinstance(value, v.Seq) else ()
    return [part for item in inner for part in outermost(item, ops)]


def label(value: v.Value) -> Name:
    """The name of an expression's column: its alias, else that of the first column in it."""
    if isinstance(value, v.Lazy):
        if value.op in ("alias", "column"):
            return value.text
        if value.op == "rename" and value.args:
            return value.text.replace("{}", str(label(value.args[0])))
        for arg in value.args:
            if isinstance(arg, v.Lazy):
                return label(arg)
        return value.text or "literal"
    return str(value.value) if isinstance(value, v.Const) and isinstance(value.value, str) else "literal"


def expand(m: Machine, relation: Relation, value: v.Value) -> list[v.Value]:
    """An expression over several columns as one for each."""
    found = m.get(value)
    if isinstance(found, v.Seq):
        return [one for item in found.items for one in expand(m, relation, item)]
    several = (
        next((part for part in parts_of(found) if part.op == "columns"), None) if isinstance(found, v.Lazy) else None
    )
    if several is None:
        return [found]
    return [_with_column(found, several, name) for name in expand_names(relation, several)]


def expand_names(relation: Relation, lazy: v.Lazy) -> tuple[Name, ...]:
    """The columns that `pl.all()`, `pl.col('a', 'b')` or `pl.exclude(…)` mean."""
    import re

    names: list[Name] = []
    header = known(AllOf(relation))
    for arg in lazy.args:
        text = str(arg.value) if isinstance(arg, v.Const) else "*"
        if text == "*" or text.startswith("^"):
            pattern = re.compile(text if text != "*" else "")
            names += [n for n in header if pattern.search(str(n))] if header is not None else ["{column}"]
        else:
            names.append(text)
    gone = lazy.get("exclude")
    dropped = {str(i.value) for i in gone.items if isinstance(i, v.Const)} if isinstance(gone, v.Seq) else set()
    return tuple(name for name in names if name not in dropped)


def _with_column(value: v.Value, several: v.Lazy, name: Name) -> v.Value:
    if value is several:
        return replace(several, op="column", text=str(name), args=(), parts=())
    if isinstance(value, v.Lazy):
        return replace(value, args=tuple(_with_column(arg, several, name) for arg in value.args))
    return value

"""Column expressions of polars, PySpark and Snowpark bound to a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Frame, Interval, Measure, Output, Shift, Window
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.lazy import GROWING, falling, items_in
from feasilint.lower.python.transfers.selecting import by_types, candidates, folded, set_of
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
        names = expand_names(self.m, self.relation, lazy)
        return Column(self.relation, names[0] if names else "{column}", self.origin(lazy))

    def _literal(self, lazy: v.Lazy) -> Expression:
        return self.m.expression(lazy.args[0])

    def _sql(self, lazy: v.Lazy) -> Expression:
        from feasilint.lower.python.transfers.sql import scalar

        return scalar(self.m, self.relation, lazy.text, self.origin(lazy))

    def _call(self, lazy: v.Lazy) -> Expression:
        args = [self.expression(item) for arg in lazy.args for item in items_in(self.m, arg)]
        found = lazy.get("names")
        names = tuple(str(i.value) for i in found.items if isinstance(i, v.Const)) if isinstance(found, v.Seq) else ()
        return Op(lazy.text, tuple(args), self.origin(lazy), names)

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
        falling = _falling(self.m, spec.get("order"))
        frame = window_frame(self.m, spec, bool(order))
        inner = lazy.args[0]
        measures = [part for part in parts_of(inner) if part.op in ("measure", "running", "shift")]
        done = {part: self.windowed(part, partition, order, frame, lazy, falling) for part in measures}
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
        falling: tuple[bool, ...] = (),
    ) -> Column:
        function = lazy.text
        if lazy.op == "running":
            frame, order = self._running_frame(lazy, order)
        elif lazy.op == "shift":
            n = lazy.get("n")
            backwards = isinstance(n, v.Const) and isinstance(n.value, int) and n.value < 0
            function, frame = ("lead" if (lazy.text == "lead") is not backwards else "lag"), None
        origin = self.origin(whole if whole is not None and whole.node is not None else lazy)
        output = Output(self.m.fresh(), self.measure(lazy, function), origin)
        made = Window(self.relation, partition, order, frame, (output,), origin, falling)
        return Column(self.m.add(made), output.name)

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


def _falling(m: Machine, order: v.Value | None) -> tuple[bool, ...]:
    found = m.get(order) if order is not None else v.NONE
    return falling(found.items if isinstance(found, v.Seq) else (found,))


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
            return _renamed(value)
        if value.op == "literal":
            return "literal"
        if value.op == "call" and value.text == "case" and len(value.args) > 1:
            return label(value.args[1])
        for arg in value.args:
            if isinstance(arg, v.Lazy):
                return label(arg)
        word = value.get("word")
        return str(word.value) if isinstance(word, v.Const) else value.text or "literal"
    return str(value.value) if isinstance(value, v.Const) and isinstance(value.value, str) else "literal"


def _renamed(value: v.Lazy) -> Name:
    """A name made by `.name`: with something before or after it, in other case, or that of the column below."""
    how, inner = value.get("how"), value.args[0]
    if not isinstance(how, v.Const):
        return value.text.replace("{}", str(label(inner)))
    root = str(label(unnamed(inner)))
    match how.value:
        case "to_uppercase":
            return root.upper()
        case "to_lowercase":
            return root.lower()
        case "keep":
            return root
        case _:
            made = value.get("made")
            return str(made.value) if isinstance(made, v.Const) else f"{{{root}}}"


def unnamed(value: v.Value) -> v.Value:
    """An expression without the names that it is given."""
    while isinstance(value, v.Lazy) and value.op in ("alias", "rename"):
        value = value.args[0]
    return value


def _with_names(m: Machine, value: v.Value) -> v.Value:
    """`.name.map(f)`: the function is called with the name."""
    if not isinstance(value, v.Lazy):
        return value
    value = replace(value, args=tuple(_with_names(m, arg) for arg in value.args)) if value.args else value
    how, by = value.get("how"), value.get("by")
    if value.op != "rename" or how != v.Const("map") or by is None or not isinstance(m.get(by), v.Function | v.Bound):
        return value
    made = m.get(m.call(by, (v.Const(str(label(unnamed(value.args[0])))),), {}, None))
    return replace(value, parts=(*value.parts, ("made", made)))


def expand(m: Machine, relation: Relation, value: v.Value, keys: tuple[Name, ...] = ()) -> list[v.Value]:
    """An expression over several columns as one for each; the keys of a group are only meant where they are named."""
    found = m.get(value)
    if isinstance(found, v.Seq):
        return [one for item in found.items for one in expand(m, relation, item, keys)]
    found = folded(found)
    if not isinstance(found, v.Lazy):
        return [found]
    also = found.get("also")
    if isinstance(also, v.Seq):
        words = (found.text, *(str(item.value) for item in also.items if isinstance(item, v.Const)))
        return [v.Lazy("alias", word, found.args, (), found.node, found.fragment) for word in words]
    several = next((part for part in parts_of(found) if part.op == "columns"), None)
    if several is None:
        return [_with_names(m, found)]
    columns = set_of(m, relation, several)
    parts = (("typed", v.Const(True)),) if by_types(columns) else ()
    names = candidates(columns)
    chosen = names if names is not None else ("{column}",)
    if several.text and several.text != "names":
        chosen = tuple(name for name in chosen if name not in keys)
    return [_with_names(m, _with_column(found, several, name, parts)) for name in chosen]


def expand_names(m: Machine, relation: Relation, lazy: v.Lazy) -> tuple[Name, ...]:
    """The columns that `pl.all()`, `pl.col('a', 'b')` or `pl.exclude(…)` mean."""
    names = candidates(set_of(m, relation, lazy))
    return names if names is not None else ("{column}",)


def _with_column(value: v.Value, several: v.Lazy, name: Name, parts: tuple[tuple[str, v.Value], ...]) -> v.Value:
    if value is several:
        return replace(several, op="column", text=str(name), args=(), parts=parts)
    if isinstance(value, v.Lazy):
        return replace(value, args=tuple(_with_column(arg, several, name, parts) for arg in value.args))
    return value

"""Column expressions that are bound to a frame later (polars, PySpark, Snowpark): building and binding them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, AllOf, Column, Frame, Interval, Measure, Output, Shift, Window
from feasilint.ir import Call as Op
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.times import length_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Expression, Name, Origin, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

GROWING = Frame("rows", None, 0)


# --- building ---


def made(call: Call, op: str, text: str = "", args: tuple[v.Value, ...] = (), **parts: v.Value) -> v.Lazy:
    return v.Lazy(op, text, args, tuple(parts.items()), call.node, call.m.fragment)


def column(call: Call) -> v.Value | None:
    """`pl.col('x')`, `F.col('x')`, `pl.col('a', 'b')`."""
    names = [str(as_text(call.m, item).value) for value in call.args for item in _items(call.m, value)]
    if not names:
        return None
    if len(names) == 1 and names[0] != "*" and not names[0].startswith("^"):
        return made(call, "column", names[0].rsplit(".", 1)[-1] if "{" not in names[0] else names[0])
    return made(call, "columns", "", tuple(v.Const(name) for name in names))


def _items(m: Machine, value: v.Value) -> tuple[v.Value, ...]:
    found = m.get(value)
    return found.items if isinstance(found, v.Seq) else (found,)


def everything(call: Call) -> v.Value:
    return made(call, "columns", "", (v.Const("*"),))


def literal(call: Call) -> v.Value | None:
    found = call.got(0)
    return made(call, "literal", "", (found,)) if found is not None else None


def expression_call(function: str | None = None) -> Transfer:
    """A row-wise function whose arguments are expressions or names of columns: `F.datediff('a', 'b')`."""

    def transfer(call: Call) -> v.Value:
        args = tuple(_as_column(call, value) for value in call.args)
        return made(call, "call", function or call.name.rsplit(".", 1)[-1].lower(), args)

    return transfer


def _as_column(call: Call, value: v.Value) -> v.Value:
    """Names are columns where a function takes columns."""
    found = call.m.get(value)
    return made(call, "column", found.value) if isinstance(found, v.Const) and isinstance(found.value, str) else found


def named_measure(function: str | None = None) -> Transfer:
    """`F.sum('x')`, `pl.mean('x')`, `F.count('*')`."""

    def transfer(call: Call) -> v.Value:
        name = function or canonical(call.name.rsplit(".", 1)[-1])
        args = tuple(_as_column(call, value) for value in call.args)
        args = tuple(
            a for a in args if not (isinstance(a, v.Lazy) and a.text in ("*", "1")) and not isinstance(a, v.Const)
        )
        return made(call, "measure", name, args)

    return transfer


def measure(function: str | None = None) -> Transfer:
    """A method of an expression: `pl.col('x').sum()`."""
    return lambda call: made(call, "measure", function or canonical(call.name), (call.receiver,))


def running(function: str) -> Transfer:
    """`pl.col('x').cum_sum()`."""
    return lambda call: made(call, "running", function, (call.receiver,))


def rolling(function: str) -> Transfer:
    """`pl.col('x').rolling_mean(7)`, `rolling_mean_by('ts', '7d')`."""

    def transfer(call: Call) -> v.Value:
        size = call.arg(None, "window_size")
        by = call.arg(None, "by")
        if call.name.endswith("_by"):
            by, size = by or call.arg(0), size or call.arg(1)
        size = size or call.arg(0) or v.Const(2)
        return made(call, "running", function, (call.receiver,), size=call.m.get(size), by=by or v.NONE)

    return transfer


def shifted(call: Call) -> v.Value:
    """`shift(n)`, `diff(n)`, `F.lag(x, n)`."""
    receiver = call.receiver if isinstance(call.receiver, v.Lazy) else _as_column(call, call.arg(0) or v.NONE)
    n = call.got(0, "n") if isinstance(call.receiver, v.Lazy) else call.got(1, "offset")
    steps = n if isinstance(n, v.Const) else v.Const(1)
    return made(call, "shift", call.name.rsplit(".", 1)[-1], (receiver,), n=steps)


def method_call(function: str | None = None) -> Transfer:
    """A row-wise method of an expression."""
    return lambda call: made(call, "call", function or call.name, (call.receiver, *map(call.m.get, call.args)))


def accessor_call(call: Call) -> v.Value | None:
    """`pl.col('ts').dt.year()`, `.str.contains('x')`."""
    receiver = call.receiver
    base = receiver.get("of") if isinstance(receiver, v.Handle) else None
    if base is None:
        return None
    if call.name in _PARTS:
        return made(call, "call", "date_part", (v.Const(_PARTS[call.name]), call.m.get(base)))
    if call.name in ("truncate", "round"):
        unit = call.text(0, "every")
        from feasilint.lower.python.transfers.times import unit_of

        return made(call, "call", "date_trunc", (v.Const(unit_of(unit or "1d") or "day"), call.m.get(base)))
    if call.name == "date":
        return made(call, "call", "cast", (call.m.get(base), v.Const("date")))
    return made(call, "call", call.name, (call.m.get(base), *map(call.m.get, call.args)))


_PARTS = {"year": "year", "month": "month", "day": "day", "hour": "hour", "minute": "minute", "weekday": "weekday",
"week": "week",
          "ordinal_day": "dayofyear", "quarter": "quarter", "iso_year": "year"}  # fmt: skip


def renamed_members(call: Call) -> v.Value | None:
    """`.name.suffix('_sum')`, `.name.prefix('n_')`."""
    receiver = call.receiver
    base = call.m.get(receiver.get("of") or v.NONE) if isinstance(receiver, v.Handle) else None
    text = call.text(0)
    if not isinstance(base, v.Lazy) or text is None:
        return base
    form = f"{{}}{text}" if call.name == "suffix" else f"{text}{{}}" if call.name == "prefix" else "{}"
    return made(call, "rename", form, (base,))


def suffixed(call: Call) -> v.Value | None:
    text = call.text(0)
    form = f"{{}}{text}" if call.name == "suffix" else f"{text}{{}}"
    return made(call, "rename", form, (call.receiver,)) if text is not None else call.receiver


def alias(call: Call) -> v.Value | None:
    name = as_text(call.m, call.args[0]) if call.args else v.Const("{alias}")
    return made(call, "alias", str(name.value), (call.receiver,))


def over(call: Call) -> v.Value | None:
    """`.over('user')`, `.over(window)`."""
    first = call.got(0)
    if isinstance(first, v.Handle) and first.kind == "spark.window":
        return made(call, "over", "", (call.receiver,), window=first)
    keys = tuple(item for value in call.args for item in _items(call.m, value))
    order = call.got(None, "order_by")
    window = v.Handle("spark.window", (("partition", v.Seq(keys, "tuple")), ("order", order or v.NONE)))
    return made(call, "over", "", (call.receiver,), window=window)


def when(call: Call) -> v.Value:
    """`F.when(c, a)`, `pl.when(c).then(a)`, `.when(…)`, `.otherwise(b)`: one CASE."""
    before = call.receiver.args if isinstance(call.receiver, v.Lazy) and call.receiver.text == "case" else ()
    return made(call, "call", "case", (*before, *map(call.m.get, call.args)))


def same(call: Call) -> v.Value:
    return call.receiver


# --- windows of PySpark and Snowpark ---


def window(call: Call) -> v.Value:
    """`Window.partitionBy('a').orderBy('b').rowsBetween(-6, 0)`."""
    base = (
        call.receiver
        if isinstance(call.receiver, v.Handle) and call.receiver.kind == "spark.window"
        else v.Handle("spark.window")
    )
    items = v.Seq(tuple(item for value in call.args for item in _items(call.m, value)), "tuple")
    name = call.name.rsplit(".", 1)[-1]
    slot = {"partitionBy": "partition", "partition_by": "partition", "orderBy": "order", "order_by": "order"}.get(name)
    if slot is not None:
        return base.put(slot, items)
    unit = "rows" if name in ("rowsBetween", "rows_between") else "range"
    return base.put("frame", v.Seq((v.Const(unit), *items.items), "tuple"))


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


# --- binding ---


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
        if lazy.fragment is None or lazy.fragment is not self.m.fragment:
            return None
        return self.m.origin(lazy.node)

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
        args = [self.expression(item) for arg in lazy.args for item in _items(self.m, arg)]
        return Op(lazy.text, tuple(args), self.origin(lazy))

    def _alias(self, lazy: v.Lazy) -> Expression:
        return self.expression(lazy.args[0])

    _rename = _alias

    def _measure(self, lazy: v.Lazy) -> Expression:
        """An aggregate outside of groups: of the whole relation."""
        output = Output(self.m.fresh(), self.measure(lazy), self.origin(lazy))
        return Column(self.m.add(Aggregate(self.relation, (), (output,), self.origin(lazy))), output.name)

    def measure(self, lazy: v.Lazy) -> Measure:
        args = tuple(self.expression(arg) for arg in lazy.args)
        return Measure(lazy.text, args, origin=self.origin(lazy))

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
        args = tuple(self.expression(arg) for arg in lazy.args)
        output = Output(self.m.fresh(), Measure(function, args, origin=self.origin(lazy)), origin)
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


def excluded(call: Call) -> v.Value:
    """`pl.all().exclude('a')`, `pl.exclude('a')`."""
    names = tuple(item for value in call.args for item in _items(call.m, value))
    base = call.receiver.args if isinstance(call.receiver, v.Lazy) else (v.Const("*"),)
    return made(call, "columns", "", base, exclude=v.Seq(names))


def selector(call: Call) -> v.Value:
    """`cs.starts_with('a_')`: by name where that is said, else any column."""
    import re

    texts = [str(item.value) for value in call.args for item in _items(call.m, value) if isinstance(item, v.Const)]
    words = "|".join(re.escape(text) for text in texts)
    forms = {
        "starts_with": f"^(?:{words})",
        "ends_with": f"^.*(?:{words})$",
        "contains": f"^.*(?:{words})",
        "matches": f"^.*{words}",
    }
    name = call.name.rsplit(".", 1)[-1]
    if name == "by_name":
        return made(call, "columns", "", tuple(v.Const(text) for text in texts))
    return made(call, "columns", "", (v.Const(forms.get(name, "*") if texts else "*"),))


def nothing(call: Call) -> v.Value:
    return call.m.unknown(call.name)

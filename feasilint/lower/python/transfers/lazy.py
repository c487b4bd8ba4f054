"""Column expressions that are bound to a frame later (polars, PySpark, Snowpark): building and binding them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from feasilint.ir import Frame
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

GROWING = Frame("rows", None, 0)


# --- building ---


def made(call: Call, op: str, text: str = "", args: tuple[v.Value, ...] = (), **parts: v.Value) -> v.Lazy:
    return v.Lazy(op, text, args, tuple(parts.items()), call.node, call.m.fragment)


def column(call: Call) -> v.Value | None:
    """`pl.col('x')`, `F.col('x')`, `pl.col('a', 'b')`."""
    given = [item for value in call.args for item in items_in(call.m, value)]
    if given and all(isinstance(item, v.Library) for item in given):
        from feasilint.lower.python.transfers.selecting import typed_column

        return typed_column(call)
    names = [str(as_text(call.m, item).value) for item in given]
    if not names:
        return None
    if len(names) == 1 and names[0] != "*" and not names[0].startswith("^"):
        whole = (
            call.name.startswith("polars.") or "{" in names[0]
        )  # elsewhere what is before a dot is a frame or a struct
        return made(call, "column", names[0] if whole else names[0].rsplit(".", 1)[-1])
    return made(call, "columns", "", tuple(v.Const(name) for name in names))


def items_in(m: Machine, value: v.Value) -> tuple[v.Value, ...]:
    found = m.get(value)
    return found.items if isinstance(found, v.Seq) else (found,)


def named_column(call: Call) -> v.Value:
    """`pl.col.amount`."""
    return made(call, "column", call.name)


def literal(call: Call) -> v.Value | None:
    found = call.got(0)
    return made(call, "literal", "", (found,)) if found is not None else None


Texts: TypeAlias = Mapping[str, frozenset[int]]
"""By the name of a function the places of its arguments that are texts where others are names of columns."""


def expression_call(function: str | None = None, texts: Texts = MappingProxyType({})) -> Transfer:
    """A row-wise function whose arguments are expressions or names of columns: `F.datediff('a', 'b')`."""

    def transfer(call: Call) -> v.Value:
        args = _columns(call, texts)
        word = call.name.rsplit(".", 1)[-1]
        return made(call, "call", function or word.lower(), args, word=v.Const(word))

    return transfer


def _columns(call: Call, texts: Texts) -> tuple[v.Value, ...]:
    """The arguments of a call, names as the columns that they name."""
    places = texts.get(call.name.rsplit(".", 1)[-1], frozenset())
    return tuple(call.m.get(value) if at in places else _as_column(call, value) for at, value in enumerate(call.args))


def _as_column(call: Call, value: v.Value) -> v.Value:
    """Names are columns where a function takes columns."""
    found = call.m.get(value)
    return made(call, "column", found.value) if isinstance(found, v.Const) and isinstance(found.value, str) else found


def named_measure(function: str | None = None, texts: Texts = MappingProxyType({})) -> Transfer:
    """`F.sum('x')`, `pl.mean('x')`, `F.count('*')`."""

    def transfer(call: Call) -> v.Value:
        name = function or canonical(call.name.rsplit(".", 1)[-1])
        args = _columns(call, texts)
        args = tuple(
            a for a in args if not (isinstance(a, v.Lazy) and a.text in ("*", "1")) and not isinstance(a, v.Const)
        )
        return made(call, "measure", name, args, word=v.Const(call.name.rsplit(".", 1)[-1]))

    return transfer


def of_column(name: str) -> Transfer:
    """`pl.cum_sum('x')`: the method of that name of a column."""

    def transfer(call: Call) -> v.Value | None:
        from feasilint.lower.python.tables import method

        found = method("lazy", name)
        receiver = (
            _as_column(call, call.args[0]) if call.args else made(call, "columns", "all", (), selector=v.Const(True))
        )
        return found(call.at(name=name, receiver=receiver, target=receiver, args=call.args[1:])) if found else None

    return transfer


def first_or_last(name: str) -> Transfer:
    """`pl.first('x')` is a measure, `pl.first()` a column."""

    def transfer(call: Call) -> v.Value | None:
        from feasilint.lower.python.transfers.selecting import by_place

        return named_measure(name)(call) if call.args else by_place(0 if name == "first" else -1)(call)

    return transfer


def structure(call: Call) -> v.Value:
    """`pl.struct('a', b=…)`, `F.struct('a', 'b')`: fields by name."""
    from feasilint.lower.python.transfers.binding import label

    args = [_as_column(call, item) for value in call.args for item in items_in(call.m, value)]
    names = [str(label(arg)) for arg in args]
    for name, value in call.kwargs.items():
        if name not in ("schema", "eager"):
            args.append(_as_column(call, value))
            names.append(name)
    return made(call, "call", "struct", tuple(args), names=v.Seq(tuple(map(v.Const, names))))


def series(call: Call) -> v.Value:
    """`pl.Series('z', values)` among expressions: values under a name."""
    name, values = call.text(0, "name"), call.arg(1, "values")
    if name is None:
        name, values = "", call.arg(0, "values")
    literal_value = made(call, "literal", "", (values if values is not None else v.NONE,))
    return made(call, "alias", name, (literal_value,))


def measure(function: str | None = None) -> Transfer:
    """A method of an expression: `pl.col('x').sum()`."""
    return lambda call: made(call, "measure", function or canonical(call.name), (call.receiver,))


def picked(call: Call) -> v.Value:
    """`pl.col('x').first()`; of what is one value already, as of `pl.col('x').mode()`, that value."""
    of = call.receiver
    return of if isinstance(of, v.Lazy) and of.op == "measure" else made(call, "measure", call.name, (of,))


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


def rolled(call: Call) -> v.Value | None:
    """`pl.col('x').sum().rolling('ts', period='7d')`: the measure over a range of time."""
    inner = call.receiver
    by, size = call.arg(0, "index_column"), call.arg(None, "period")
    if not isinstance(inner, v.Lazy) or by is None or size is None:
        return None
    return _rolled(inner, by, call.m.get(size))


def _rolled(value: v.Value, by: v.Value, size: v.Value) -> v.Value:
    if not isinstance(value, v.Lazy):
        return value
    if value.op == "measure":
        return replace(value, op="running", parts=(("size", size), ("by", by)))
    return replace(value, args=tuple(_rolled(arg, by, size) for arg in value.args))


def running_by(function: str) -> Transfer:
    """`pl.col('x').ewm_mean_by('ts', half_life='1d')`."""
    return lambda call: made(call, "running", function, (call.receiver,), by=call.arg(0, "by") or v.NONE)


def by_other(function: str) -> Transfer:
    """`pl.col('x').max_by('ts')`: the value where another column is greatest."""

    def transfer(call: Call) -> v.Value:
        other = call.arg(0, "by")
        return made(
            call, "measure", function, (call.receiver, _as_column(call, other if other is not None else v.NONE))
        )

    return transfer


def piped(call: Call) -> v.Value | None:
    """`pl.col('x').pipe(f)`."""
    return call.m.call(call.args[0], (call.receiver, *call.args[1:]), call.kwargs, call.node) if call.args else None


def folding(call: Call) -> v.Value:
    """`pl.fold(0, f, exprs)`, `pl.reduce(f, exprs)`: a function of several columns, under the name of the first part."""
    start = call.got(0, "acc") if call.name.endswith("fold") else None
    values = call.arg(2 if start is not None else 1, "exprs")
    items = items_in(call.m, values) if values is not None else ()
    first = made(call, "literal", "", (start,)) if start is not None and not isinstance(start, v.Lazy) else start
    return made(call, "call", "fold", (*((first,) if first is not None else ()), *(_as_column(call, i) for i in items)))


def shifted(call: Call) -> v.Value:
    """`shift(n)`, `diff(n)`, `F.lag(x, n)`."""
    receiver = call.receiver if isinstance(call.receiver, v.Lazy) else _as_column(call, call.arg(0) or v.NONE)
    n = call.got(0, "n") if isinstance(call.receiver, v.Lazy) else call.got(1, "offset")
    steps = n if isinstance(n, v.Const) else v.Const(1)
    return made(call, "shift", call.name.rsplit(".", 1)[-1], (receiver,), n=steps)


def method_call(function: str | None = None) -> Transfer:
    """A row-wise method of an expression."""
    return lambda call: made(call, "call", function or call.name, (call.receiver, *map(call.m.get, call.args)))


def kept(call: Call) -> v.Value:
    """`pl.col('x').filter(condition)`: the rows that a measure of it counts."""
    conditions = tuple(item for value in call.args for item in items_in(call.m, value))
    return made(call, "filter", "", (call.receiver, *conditions))


def accessor_call(call: Call) -> v.Value | None:
    """`pl.col('ts').dt.year()`, `.str.contains('x')`."""
    receiver = call.receiver
    base = receiver.get("of") if isinstance(receiver, v.Handle) else None
    if base is None:
        return None
    if call.name == "field" and call.text(0) is not None:
        return made(call, "alias", str(call.text(0)), (made(call, "call", "field", (call.m.get(base), call.args[0])),))
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
    if not isinstance(base, v.Lazy):
        return base
    if call.name in _NAMING:
        return made(call, "rename", "{}", (base,), by=call.arg(0) or v.NONE, how=v.Const(call.name))
    if text is None:
        return base
    form = f"{{}}{text}" if call.name == "suffix" else f"{text}{{}}" if call.name == "prefix" else "{}"
    return made(call, "rename", form, (base,))


_NAMING = ("keep", "map", "to_lowercase", "to_uppercase", "replace")


def suffixed(call: Call) -> v.Value | None:
    text = call.text(0)
    form = f"{{}}{text}" if call.name == "suffix" else f"{text}{{}}"
    return made(call, "rename", form, (call.receiver,)) if text is not None else call.receiver


def alias(call: Call) -> v.Value | None:
    name = as_text(call.m, call.args[0]) if call.args else v.Const("{alias}")
    if len(call.args) > 1:
        return made(call, "alias", str(name.value), (call.receiver,), also=v.Seq(call.args[1:]))
    return made(call, "alias", str(name.value), (call.receiver,))


def over(call: Call) -> v.Value | None:
    """`.over('user')`, `.over(window)`."""
    first = call.got(0)
    if isinstance(first, v.Handle) and first.kind == "spark.window":
        return made(call, "over", "", (call.receiver,), window=first)
    keys = tuple(item for value in call.args for item in items_in(call.m, value))
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


def descending(call: Call) -> v.Value | None:
    """`F.desc('x')`, `F.col('x').desc()`: a key of an order that falls."""
    key = call.receiver if isinstance(call.receiver, v.Lazy) else column(call)
    return replace(key, parts=(*key.parts, ("descending", v.Const(True)))) if isinstance(key, v.Lazy) else key


def falling(keys: Sequence[v.Value]) -> tuple[bool, ...]:
    """Of each key of an order whether it falls; empty where none does."""
    found = tuple(isinstance(key, v.Lazy) and key.get("descending") is not None for key in keys)
    return found if any(found) else ()


def window(call: Call) -> v.Value:
    """`Window.partitionBy('a').orderBy('b').rowsBetween(-6, 0)`."""
    base = (
        call.receiver
        if isinstance(call.receiver, v.Handle) and call.receiver.kind == "spark.window"
        else v.Handle("spark.window")
    )
    items = v.Seq(tuple(item for value in call.args for item in items_in(call.m, value)), "tuple")
    name = call.name.rsplit(".", 1)[-1]
    slot = {"partitionBy": "partition", "partition_by": "partition", "orderBy": "order", "order_by": "order"}.get(name)
    if slot is not None:
        return base.put(slot, items)
    unit = "rows" if name in ("rowsBetween", "rows_between") else "range"
    return base.put("frame", v.Seq((v.Const(unit), *items.items), "tuple"))


# --- binding ---


def nothing(call: Call) -> v.Value:
    return call.m.unknown(call.name)

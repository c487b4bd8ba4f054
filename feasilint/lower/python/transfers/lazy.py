"""Column expressions that are bound to a frame later (polars, PySpark, Snowpark): building and binding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Frame
from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

GROWING = Frame("rows", None, 0)


# --- building ---


def made(call: Call, op: str, text: str = "", args: tuple[v.Value, ...] = (), **parts: v.Value) -> v.Lazy:
    return v.Lazy(op, text, args, tuple(parts.items()), call.node, call.m.fragment)


def column(call: Call) -> v.Value | None:
    """`pl.col('x')`, `F.col('x')`, `pl.col('a', 'b')`."""
    names = [str(as_text(call.m, item).value) for value in call.args for item in items_in(call.m, value)]
    if not names:
        return None
    if len(names) == 1 and names[0] != "*" and not names[0].startswith("^"):
        return made(call, "column", names[0].rsplit(".", 1)[-1] if "{" not in names[0] else names[0])
    return made(call, "columns", "", tuple(v.Const(name) for name in names))


def items_in(m: Machine, value: v.Value) -> tuple[v.Value, ...]:
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


def excluded(call: Call) -> v.Value:
    """`pl.all().exclude('a')`, `pl.exclude('a')`."""
    names = tuple(item for value in call.args for item in items_in(call.m, value))
    base = call.receiver.args if isinstance(call.receiver, v.Lazy) else (v.Const("*"),)
    return made(call, "columns", "", base, exclude=v.Seq(names))


def selector(call: Call) -> v.Value:
    """`cs.starts_with('a_')`: by name where that is said, else any column."""
    import re

    texts = [str(item.value) for value in call.args for item in items_in(call.m, value) if isinstance(item, v.Const)]
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

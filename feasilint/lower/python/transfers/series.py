"""Columns: functions of their values, lookups, user code element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call as Op
from feasilint.ir import Filter
from feasilint.lower.python import values as v
from feasilint.lower.python.operators import elementwise
from feasilint.lower.python.transfers.common import put_back
from feasilint.lower.python.transfers.joining import mapped

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def apply(call: Call) -> v.Value | None:
    """`s.apply(f)`, `s.map(f)`, `s.map({…})`, `s.map(other)`."""
    series, function = call.receiver, call.arg(0)
    if function is None:
        function = call.arg(None, "func") or call.arg(None, "arg")
    if not isinstance(series, v.Series) or function is None:
        return None
    found = call.m.get(function)
    if isinstance(found, v.Series):
        return mapped(call)
    if isinstance(found, v.Dict):
        return replace(series, expression=Op("map", (series.expression,), call.origin), owner=None)
    if isinstance(found, v.Unknown):
        return elementwise(call.m, call.name, (series, found), call.node)
    extra = call.got(None, "args")
    rest = extra.items if isinstance(extra, v.Seq) else ()
    kwargs = {
        name: value
        for name, value in call.kwargs.items()
        if name not in ("func", "args", "arg", "na_action", "convert_dtype", "meta")
    }
    made = call.m.call(function, (v.Scalar(series.expression), *rest), kwargs, call.node)
    return _column(call, series, call.m.get(made))


def _column(call: Call, series: v.Series, made: v.Value) -> v.Value:
    """The results of an elementwise function as a column; it always depends on the element."""
    expression = call.expression(made)
    if isinstance(made, v.Const):
        expression = Op("apply", (series.expression, expression), call.origin)
    if isinstance(made, v.Unknown) and not made.inputs:
        expression = Op("apply", (series.expression,), call.origin)
    return replace(series, expression=expression, owner=None)


def filtered(call: Call) -> v.Value | None:
    """`s.between(a, b)`: a condition."""
    series = call.receiver
    if not isinstance(series, v.Series) or len(call.args) < 2:
        return None
    return elementwise(call.m, "between", (series, *call.args[:2]), call.node)


def is_in(call: Call) -> v.Value | None:
    """`s.isin([…])`, also in another column: then by its relation."""
    from feasilint.ir import Subquery

    series, other = call.receiver, call.got(0, "values")
    if not isinstance(series, v.Series) or other is None:
        return None
    if isinstance(other, v.Series) and other.relation is not series.relation:
        from feasilint.ir import Derive, Output

        relation = call.m.add(Derive(other.relation, (Output(other.name or "0", other.expression),)))
        return replace(series, expression=Subquery("in", relation, (series.expression,), call.origin), owner=None)
    return elementwise(call.m, "in", (series, other), call.node)


def where(call: Call) -> v.Value | None:
    """`s.where(cond, other)`, `s.mask(cond, other)`."""
    series = call.receiver
    if not isinstance(series, v.Series) or not call.args:
        return None
    condition = call.expression(call.args[0])
    other = call.expression(call.arg(1, "other") or v.NONE)
    pair = (series.expression, other) if call.name == "where" else (other, series.expression)
    return put_back(call, replace(series, expression=Op("case", (condition, *pair), call.origin), owner=series.owner))


def numpy_where(call: Call) -> v.Value | None:
    """`np.where(cond, a, b)`."""
    if len(call.args) < 3:
        return call.unknown()
    return elementwise(call.m, "case", call.args[:3], call.node)


def numpy_select(call: Call) -> v.Value | None:
    """`np.select([c1, c2], [a, b], default)`."""
    tests, results = call.got(0, "condlist"), call.got(1, "choicelist")
    if not isinstance(tests, v.Seq) or not isinstance(results, v.Seq):
        return None
    parts = [part for pair in zip(tests.items, results.items, strict=False) for part in pair]
    return elementwise(call.m, "case", (*parts, call.arg(2, "default") or v.Const(0)), call.node)


def to_frame(call: Call) -> v.Value | None:
    series = call.receiver
    if isinstance(series, v.Series):
        return call.m.series_frame(series, call.text(0, "name"))
    return call.m.frame(call.target)


def renamed(call: Call) -> v.Value | None:
    """`s.rename('name')`."""
    series, name = call.receiver, call.text(0, "index")
    if not isinstance(series, v.Series) or name is None:
        return call.receiver
    return replace(series, name=name, owner=None)


def dropped(call: Call) -> v.Value | None:
    """`s.dropna()`: the rows with a value."""
    series = call.receiver
    if not isinstance(series, v.Series):
        return None
    test = Op("is_not_null", (series.expression,))
    return replace(series, relation=call.m.add(Filter(series.relation, test, origin=call.origin)), owner=None)


def element(call: Call) -> v.Value | None:
    """`s.item()`, `.iloc[0]`, `.tolist()[0]`: one of the values."""
    series = call.receiver
    return v.Scalar(series.expression) if isinstance(series, v.Series) else call.receiver


def items(call: Call) -> v.Value | None:
    series = call.receiver
    if not isinstance(series, v.Series):
        return None
    return v.Seq((v.Seq((call.m.unknown("index"), v.Scalar(series.expression)), "tuple"),), "list", True)


def name_of(call: Call) -> v.Value | None:
    """`s.name`."""
    series = call.receiver
    return v.Const(series.name) if isinstance(series, v.Series) and isinstance(series.name, str) else call.unknown()


def updated(call: Call) -> v.Value | None:
    """`s.update(other)`: in place."""
    series, other = call.receiver, call.got(0, "other")
    if not isinstance(series, v.Series) or other is None:
        return None
    made = elementwise(call.m, "coalesce", (other, series), call.node)
    put_back(call.at(kwargs={"inplace": v.Const(True)}), made)
    return v.NONE


def factorized(call: Call) -> v.Value | None:
    """`codes, values = s.factorize()`."""
    series = call.receiver
    if not isinstance(series, v.Series):
        return None
    codes = replace(series, expression=Op("factorize", (series.expression,), call.origin), owner=None)
    return v.Seq((codes, series), "tuple")

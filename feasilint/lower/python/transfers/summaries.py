"""Several aggregates that one method gives at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Derive, Star
from feasilint.ir.expressions import parts_of
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.aggregates import Spec, aggregate, chosen, of_types, result
from feasilint.lower.python.transfers.reshaping import further

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer

_DESCRIBED = {
    "count": "count", "mean": "avg", "std": "std", "min": "min", "25%": "percentile", "50%": "percentile", "75%": "percentile",
    "max": "max",
}  # fmt: skip
_OHLC = {"open": "first", "high": "max", "low": "min", "close": "last"}


def _all_of(functions: dict[str, str]) -> Transfer:
    def transfer(call: Call) -> v.Value | None:
        group = call.receiver
        if not isinstance(group, v.GroupBy):
            return None
        specs = [
            Spec(label if group.single else (*parts_of(name), label), name, v.Const(function))
            for name in chosen(group)
            for label, function in functions.items()
        ]
        relation = aggregate(call, group.frame, group.keys, specs, group.series)
        made = result(call, group, relation, specs, False)
        if not isinstance(made, v.Frame) or functions is not _DESCRIBED:
            return made
        typed = of_types(call, made, ("number",))  # of other types it gives other summaries
        assert isinstance(typed, v.Frame)
        cells = tuple(Column(relation, spec.output) for spec in specs)
        items = (Star(AllOf(typed.relation)), further(call, relation, cells))
        return replace(typed, relation=call.m.add(Derive(typed.relation, items, call.origin)))

    return transfer


described = _all_of(_DESCRIBED)
"""`groupby(k)['x'].describe()`."""
ohlc = _all_of(_OHLC)
"""`resample('D')['price'].ohlc()`."""

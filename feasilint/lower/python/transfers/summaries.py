"""Several aggregates that one method gives at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.aggregates import Spec, aggregate, chosen, of_types, result

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
            Spec(label if group.single else (*_parts(name), label), name, v.Const(function))
            for name in chosen(group)
            for label, function in functions.items()
        ]
        relation = aggregate(call, group.frame, group.keys, specs, group.series)
        made = result(call, group, relation, specs, False)
        return made if group.selected is not None else of_types(call, made, ("number", "time"))

    return transfer


def _parts(name: str | tuple[str, ...]) -> tuple[str, ...]:
    return (name,) if isinstance(name, str) else name


described = _all_of(_DESCRIBED)
"""`groupby(k)['x'].describe()`."""
ohlc = _all_of(_OHLC)
"""`resample('D')['price'].ohlc()`."""

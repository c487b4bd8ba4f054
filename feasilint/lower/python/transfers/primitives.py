"""The built-in primitives of featuretools, of which it makes features."""

from __future__ import annotations

from typing import NamedTuple

from feasilint.ir.functions import canonical


class Primitive(NamedTuple):
    """A built-in primitive: the aggregate or function that it is, and the kinds of columns that it takes (none: the rows)."""

    function: str
    takes: frozenset[str] = frozenset({"number"})


NUMBER, CATEGORY, TRUTH = frozenset({"number"}), frozenset({"category", "string"}), frozenset({"boolean"})
ANY, TIME = NUMBER | CATEGORY | TRUTH, frozenset({"time"})

AGGREGATIONS: dict[str, Primitive] = {
    **{name: Primitive(canonical(name)) for name in ("sum", "mean", "std", "variance", "max", "min", "skew", "median")},
    **{
        name: Primitive("custom")
        for name in ("trend", "num_peaks", "max_min_delta", "count_above_mean", "count_below_mean")
    },
    "count": Primitive("count", frozenset()),
    "num_unique": Primitive("count_distinct", CATEGORY),
    "mode": Primitive("mode", CATEGORY),
    "entropy": Primitive("custom", CATEGORY),
    "percent_unique": Primitive("custom", CATEGORY),
    "n_most_common": Primitive("histogram", CATEGORY),
    "percent_true": Primitive("avg", TRUTH),
    "num_true": Primitive("sum", TRUTH),
    "all": Primitive("bool_and", TRUTH),
    "any": Primitive("bool_or", TRUTH),
    "first": Primitive("first", ANY),
    "last": Primitive("last", ANY),
    "time_since_last": Primitive("max", TIME),
    "time_since_first": Primitive("min", TIME),
    "avg_time_between": Primitive("avg", TIME),
    "date_first_event": Primitive("min", TIME),
}
TRANSFORMS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "weekday", "day_of_year")
DEFAULTS = ("sum", "std", "max", "skew", "min", "mean", "count", "percent_true", "num_unique", "mode")
DEFAULT_TRANSFORMS = ("day", "year", "month", "weekday")

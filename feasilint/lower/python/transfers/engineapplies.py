"""Functions of the code's own over the groups of polars, PySpark and Snowpark frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.enginegroups import group_of, is_spark
from feasilint.lower.python.transfers.schemas import names_in, restricted

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def group_apply(call: Call) -> v.Value | None:
    """`applyInPandas(f, schema)`, `map_groups(f)`: f sees the rows of one group."""
    group, function = group_of(call), call.arg(0)
    if group is None or function is None:
        return None
    inside = call.m.alloc(replace(group.frame, library="pandas", group=group.keys))
    result = call.m.frame(call.m.call(function, (inside,), {}, call.node))
    if result is None:
        return None
    schema = call.arg(1, "schema") or call.arg(None, "output_schema")
    result = restricted(call, result, names_in(call.m, schema) if is_spark(call) else None)
    return replace(result, library=group.frame.library, group=group.frame.group)


def cogrouped(call: Call) -> v.Value | None:
    """`a.groupBy('k').cogroup(b.groupBy('k')).applyInPandas(f, schema)`: f sees the rows of one group of each."""
    group, other = group_of(call), call.got(0)
    second = other.get("of") if isinstance(other, v.Handle) else None
    if group is None or not isinstance(second, v.GroupBy):
        return None
    return v.Handle("lazy.cogroup", (("of", group), ("other", second)))


def cogroup_apply(call: Call) -> v.Value | None:
    """The function of both groups, and the columns of the schema."""
    group, function = group_of(call), call.arg(0)
    second = call.receiver.get("other") if isinstance(call.receiver, v.Handle) else None
    if group is None or function is None or not isinstance(second, v.GroupBy):
        return None
    sides = tuple(call.m.alloc(replace(one.frame, library="pandas", group=one.keys)) for one in (group, second))
    result = call.m.frame(call.m.call(function, sides, {}, call.node))
    if result is None:
        return None
    result = restricted(call, result, names_in(call.m, call.arg(1, "schema")))
    return replace(result, library=group.frame.library, group=group.frame.group)

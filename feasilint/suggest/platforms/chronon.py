"""A feature as a GroupBy of Chronon, which computes it from the events itself, offline and online."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import translated
from feasilint.suggest.platforms.files import File, Refused, about, comment, listed, quoted, slug
from feasilint.suggest.spoken import name
from feasilint.suggest.tiles import feature_name, windows

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition
    from feasilint.suggest.measured import Measured

_HOUR = 3600
_OPERATIONS = {
    "count": "Operation.COUNT", "sum": "Operation.SUM", "avg": "Operation.AVERAGE", "min": "Operation.MIN",
    "max": "Operation.MAX", "first": "Operation.FIRST", "last": "Operation.LAST",
    "count_distinct": "Operation.APPROX_UNIQUE_COUNT", "approx_count_distinct": "Operation.APPROX_UNIQUE_COUNT",
    "median": "Operation.APPROX_PERCENTILE([0.5])", "percentile": "Operation.APPROX_PERCENTILE([{share}])",
    "approx_percentile": "Operation.APPROX_PERCENTILE([{share}])",
}  # fmt: skip
_APPROXIMATE = {
    "count_distinct": "Chronon keeps distinct counts as sketches: APPROX_UNIQUE_COUNT instead of an exact one",
    "median": "Chronon keeps percentiles as sketches: APPROX_PERCENTILE instead of an exact one, a list of one value",
    "percentile": "Chronon keeps percentiles as sketches: APPROX_PERCENTILE instead of an exact one, a list of one value",
}
_INSTEAD = {
    "std": "serve AVERAGE(x) and AVERAGE(x * x), and take the root of their difference on demand",
    "var": "serve AVERAGE(x) and AVERAGE(x * x), and take their difference on demand",
    "bool_and": "MIN of 0 and 1 says the same",
    "bool_or": "MAX of 0 and 1 says the same",
}


def render(definition: Definition, dialect: str) -> tuple[File, ...]:  # noqa: ARG001 - its SQL is Spark's
    """The GroupBy of a feature. Its expressions are Spark's SQL."""
    for measure in definition.measures:
        if measure.function not in _OPERATIONS:
            raise Refused(f"Chronon has no operation that is this {measure.function}: {_INSTEAD[measure.function]}")
    if definition.source.kind != "table":
        raise Refused(f"`{definition.source.name}` is no table: Chronon reads tables of Hive or the like")
    if any(window % _HOUR for window in windows(definition)):
        raise Refused("a window of Chronon is a number of hours or days")
    feature = feature_name(definition)
    stem = slug(feature)
    twin = definition.entry.stream_twin if definition.entry is not None else None
    columns = {slug(key.name): key.expression for key in definition.keys}
    columns |= {f"m{at}": _input(measure) for at, measure in enumerate(definition.measures, 1)}
    selects = "".join(f"                {quoted(key)}: {quoted(_spark(said))},\n" for key, said in columns.items())
    wheres = f"            wheres={listed([_spark(definition.condition)])},\n" if definition.condition else ""
    time = _spark(f"unix_timestamp({name(definition.event_time)}) * 1000")
    aggregations = "".join(
        f"        Aggregation(\n            input_column=\"m{at}\",\n            operation={_operation(measure)},\n"
        f"            windows=[{_window(length)}],\n        ),\n"
        for at, (measure, length) in enumerate(zip(definition.measures, windows(definition), strict=True), 1)
    )  # fmt: skip
    topic = f"        topic={quoted(twin)},\n" if twin else ""
    text = (
        comment(_remarks(definition, feature, twin), "#")
        + "from ai.chronon.api.ttypes import EventSource, Source\n"
        + "from ai.chronon.group_by import Accuracy, Aggregation, GroupBy, Operation, TimeUnit, Window\n"
        + "from ai.chronon.query import Query\n\n"
        + f"source = Source(\n    events=EventSource(\n        table={quoted(definition.source.name)},\n{topic}"
        + f"        query=Query(\n            selects={{\n{selects}            }},\n{wheres}"
        + f"            time_column={quoted(time)},\n        ),\n    )\n)\n\n"
        + f"v1 = GroupBy(\n    sources=[source],\n    keys={listed(slug(key.name) for key in definition.keys)},\n"
        + f"    aggregations=[\n{aggregations}    ],\n    accuracy=Accuracy.{'TEMPORAL' if twin else 'SNAPSHOT'},\n"
        + "    online=True,\n)\n"
    )
    return (File(f"group_bys/features/{stem}.py", text),)


def _spark(said: str) -> str:
    return translated(f"SELECT {said}", "spark", pretty=False).removeprefix("SELECT ")


def _input(measure: Measured) -> str:
    value = measure.argument or "1"
    return f"CASE WHEN {measure.filter} THEN {value} END" if measure.filter else value


def _operation(measure: Measured) -> str:
    return _OPERATIONS[measure.function].format(share=measure.share)


def _window(seconds: float) -> str:
    hours = int(seconds // _HOUR)
    return f"Window({hours // 24}, TimeUnit.DAYS)" if hours % 24 == 0 else f"Window({hours}, TimeUnit.HOURS)"


def _remarks(definition: Definition, feature: str, twin: str | None) -> list[str]:
    said = [about(definition, feature)]
    said += dict.fromkeys(_APPROXIMATE[m.function] for m in definition.measures if m.function in _APPROXIMATE)
    if not definition.plain:
        said.append(f"The feature is {definition.value} of these aggregates: a derivation of the Join, or on demand.")
    if twin:
        said.append("TEMPORAL: the topic keeps it current to seconds online, and training sees it as of each event.")
    else:
        said.append("SNAPSHOT: as of midnight, online and in training; without a topic nothing newer can be served.")
    if definition.default is not None:
        said.append(f"A key without rows has no value here; the code takes {definition.default} then.")
    return said

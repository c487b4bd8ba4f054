"""A feature as a declarative one of Databricks, by its public documentation: the package is proprietary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import translated
from feasilint.suggest.platforms.files import File, Refused, about, comment, listed, quoted, slug
from feasilint.suggest.spoken import name
from feasilint.suggest.statement import relation, selected
from feasilint.suggest.tiles import feature_name, windows

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition
    from feasilint.suggest.measured import Measured

_DAY = 86_400
_IMPORTED = {"AggregationFunction", "DeltaTableSource", "Feature", "SlidingWindow"}
_FUNCTIONS = {
    "count": "Count", "sum": "Sum", "avg": "Avg", "min": "Min", "max": "Max", "first": "First", "last": "Last",
    "count_distinct": "ApproxCountDistinct", "approx_count_distinct": "ApproxCountDistinct",
}  # fmt: skip
_INSTEAD = {
    "median": "ApproxPercentile is approximate and there",
    "percentile": "ApproxPercentile is approximate and there",
    "approx_percentile": "ApproxPercentile is there; write it by hand",
    "bool_and": "Min of 0 and 1 says the same",
    "bool_or": "Max of 0 and 1 says the same",
}


def render(definition: Definition, dialect: str) -> tuple[File, ...]:  # noqa: ARG001 - its SQL is Databricks' own
    """The Python of a feature, and the view of the rows that it reads."""
    for measure in definition.measures:
        if _function(measure) is None:
            raise Refused(f"Databricks serves no {measure.function} like this: {_INSTEAD[measure.function]}")
    if definition.source.kind != "table":
        raise Refused(f"`{definition.source.name}` is no table: a feature of Databricks reads one of Unity Catalog")
    if any(window % _DAY for window in windows(definition)):
        raise Refused("a sliding window that moves by a day is made of whole days: a RollingWindow needs a stream")
    feature = feature_name(definition)
    stem = slug(feature)
    functions = {str(_function(measure)) for measure in definition.measures}
    imported = [
        f"    {one},\n"
        for one in sorted(functions | {"AggregationFunction", "DeltaTableSource", "Feature", "SlidingWindow"})
    ]
    features = "".join(_feature(definition, feature, at) for at in range(1, len(definition.measures) + 1))
    text = (
        comment(_remarks(definition, feature, stem), "#")
        + "from datetime import timedelta\n\nfrom databricks.feature_engineering import FeatureEngineeringClient\n"
        + f"from databricks.feature_engineering.entities import (\n{''.join(imported)})\n\n"
        + 'CATALOG, SCHEMA = "main", "features"\n\n'
        + f"source = DeltaTableSource(catalog_name=CATALOG, schema_name=SCHEMA, table_name={quoted(stem + '_rows')})\n"
        + f"features = [\n{features}]\n\nclient = FeatureEngineeringClient()\nfor feature in features:\n"
        + "    client.register_feature(feature=feature, catalog_name=CATALOG, schema_name=SCHEMA)\n"
    )
    return File(f"{stem}.py", text), File(f"{stem}_rows.sql", _rows(definition, stem))


def _function(measure: Measured) -> str | None:
    if measure.function in ("std", "var"):
        kind = "Stddev" if measure.function == "std" else "Var"
        return f"{kind}{'Pop' if measure.population else 'Samp'}"
    return _FUNCTIONS.get(measure.function)


def _feature(definition: Definition, feature: str, at: int) -> str:
    measure = definition.measures[at - 1]
    days = int(windows(definition)[at - 1] // _DAY)
    called = feature if definition.plain else f"{feature}_m{at}"
    return (
        f"    Feature(\n        name={quoted(called)},\n        source=source,\n"
        f"        entity={listed(key.name for key in definition.keys)},\n"
        f"        timeseries_column={quoted(definition.event_time)},\n"
        f"        function=AggregationFunction(\n            {_function(measure)}(input=\"m{at}\"),\n"
        f"            SlidingWindow(window_duration=timedelta(days={days}), slide_duration=timedelta(days=1)),\n"
        "        ),\n    ),\n"
    )  # fmt: skip


def _rows(definition: Definition, stem: str) -> str:
    columns = [*map(selected, definition.keys), name(definition.event_time)]
    for at, measure in enumerate(definition.measures, 1):
        value = measure.argument or "1"
        columns.append(f"{f'CASE WHEN {measure.filter} THEN {value} END' if measure.filter else value} AS m{at}")
    where = f" WHERE {definition.condition}" if definition.condition else ""
    query = translated(f"SELECT {', '.join(columns)} FROM {relation(definition.source)}{where}", "databricks")
    return f"CREATE OR REPLACE VIEW main.features.{stem}_rows AS\n{query};\n"


def _remarks(definition: Definition, feature: str, stem: str) -> list[str]:
    said = [
        about(definition, feature),
        "By the public documentation, not checked against the package, which is proprietary.",
        f"{stem}_rows.sql makes what it reads; where a view is not taken as a source, make it a table.",
    ]
    if any(measure.function == "count_distinct" for measure in definition.measures):
        said.append("Databricks keeps distinct counts as sketches: ApproxCountDistinct instead of an exact one.")
    if not definition.plain:
        said.append(f"The feature is {definition.value} of these aggregates: compute it on demand.")
    if definition.default is not None:
        said.append(f"A key without rows has no value here; the code takes {definition.default} then.")
    return said

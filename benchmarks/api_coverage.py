"""Which public methods and functions of the dataframe libraries the tables of the Python front end know.

    pip install pandas polars pyspark 'snowflake-snowpark-python[localtest]'
    python benchmarks/api_coverage.py [--show] [--only polars] [--least 0.9]

Per class: how many of its public members have an entry of their own under the kind of receiver that they belong to, how many
only a catch-all (`*`, or the package that a function is from), and how many none. `--show` names the last. Libraries that are
not installed are left out. Exits 1 where a class knows a smaller share than `--least`, catch-alls counted.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import warnings
from typing import TYPE_CHECKING, NamedTuple

from feasilint.lower.python.tables import FUNCTION_PATHS, function, is_named, method, property_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Surface(NamedTuple):
    """A class or module of a library, and the kind of receiver (or dotted path) that its members are looked up under."""

    library: str
    path: str
    kind: str
    functions: bool = False


SURFACES = (
    Surface("pandas", "pandas.DataFrame", "pandas"),
    Surface("pandas", "pandas.Series", "series"),
    Surface("pandas", "pandas.api.typing.DataFrameGroupBy", "groupby"),
    Surface("pandas", "pandas.api.typing.SeriesGroupBy", "groupby"),
    Surface("pandas", "pandas.api.typing.Resampler", "groupby"),
    Surface("pandas", "pandas.api.typing.Rolling", "rolling"),
    Surface("pandas", "pandas.api.typing.Expanding", "rolling"),
    Surface("pandas", "pandas.api.typing.ExponentialMovingWindow", "rolling"),
    Surface("pandas", "pandas.core.strings.accessor.StringMethods", "str"),
    Surface("pandas", "pandas.core.indexes.accessors.CombinedDatetimelikeProperties", "dt"),
    Surface("pandas", "pandas.core.arrays.categorical.CategoricalAccessor", "cat"),
    Surface("pandas", "pandas", "pandas", functions=True),
    Surface("polars", "polars.DataFrame", "polars"),
    Surface("polars", "polars.LazyFrame", "polars.lazy"),
    Surface("polars", "polars.Expr", "lazy"),
    Surface("polars", "polars.dataframe.group_by.GroupBy", "lazy.groups"),
    Surface("polars", "polars.lazyframe.group_by.LazyGroupBy", "lazy.groups"),
    Surface("polars", "polars.dataframe.group_by.RollingGroupBy", "lazy.rolling"),
    Surface("polars", "polars.SQLContext", "polars.sql"),
    Surface("polars", "polars", "polars", functions=True),
    Surface("polars", "polars.selectors", "polars.selectors", functions=True),
    Surface("pyspark", "pyspark.sql.DataFrame", "spark"),
    Surface("pyspark", "pyspark.sql.DataFrameNaFunctions", "spark"),
    Surface("pyspark", "pyspark.sql.DataFrameStatFunctions", "spark"),
    Surface("pyspark", "pyspark.sql.Column", "lazy"),
    Surface("pyspark", "pyspark.sql.GroupedData", "lazy.groups"),
    Surface("pyspark", "pyspark.sql.WindowSpec", "spark.window"),
    Surface("pyspark", "pyspark.sql.SparkSession", "spark.session"),
    Surface("pyspark", "pyspark.sql.DataFrameReader", "spark.reader"),
    Surface("pyspark", "pyspark.sql.streaming.DataStreamReader", "spark.reader"),
    Surface("pyspark", "pyspark.sql.DataFrameWriter", "spark.writer"),
    Surface("pyspark", "pyspark.sql.DataFrameWriterV2", "spark.writer"),
    Surface("pyspark", "pyspark.sql.streaming.DataStreamWriter", "spark.writer"),
    Surface("pyspark", "pyspark.sql.functions", "pyspark.sql.functions", functions=True),
    Surface("pyspark", "pyspark.pandas.DataFrame", "pandas"),
    Surface("pyspark", "pyspark.pandas.Series", "series"),
    Surface("pyspark", "pyspark.pandas.groupby.DataFrameGroupBy", "groupby"),
    Surface("pyspark", "pyspark.pandas", "pandas", functions=True),
    Surface("snowflake", "snowflake.snowpark.DataFrame", "snowpark"),
    Surface("snowflake", "snowflake.snowpark.Table", "snowpark"),
    Surface("snowflake", "snowflake.snowpark.Column", "lazy"),
    Surface("snowflake", "snowflake.snowpark.RelationalGroupedDataFrame", "lazy.groups"),
    Surface("snowflake", "snowflake.snowpark.DataFrameNaFunctions", "snowpark"),
    Surface("snowflake", "snowflake.snowpark.DataFrameStatFunctions", "snowpark"),
    Surface(
        "snowflake",
        "snowflake.snowpark.dataframe_analytics_functions.DataFrameAnalyticsFunctions",
        "snowpark.analytics",
    ),
    Surface("snowflake", "snowflake.snowpark.window.WindowSpec", "spark.window"),
    Surface("snowflake", "snowflake.snowpark.Session", "snowpark.session"),
    Surface("snowflake", "snowflake.snowpark.DataFrameReader", "spark.reader"),
    Surface("snowflake", "snowflake.snowpark.DataFrameWriter", "spark.writer"),
    Surface("snowflake", "snowflake.snowpark.functions", "pyspark.sql.functions", functions=True),
)


class Coverage(NamedTuple):
    """The public members of a surface: with entries of their own, with a catch-all, without either."""

    named: list[str]
    caught: list[str]
    unknown: list[str]

    @property
    def share(self) -> float:
        total = sum(map(len, self))
        return 1.0 if total == 0 else 1 - len(self.unknown) / total


def coverage(surface: Surface) -> Coverage | None:
    """What the tables know of a surface; None if its library is not installed."""
    found = _load(surface.path)
    if found is None:
        return None
    result = Coverage([], [], [])
    for name in sorted(set(_functions(found, surface.path) if surface.functions else _members(found))):
        named, caught = _known(surface, name)
        (result.named if named else result.caught if caught else result.unknown).append(name)
    return result


def _known(surface: Surface, name: str) -> tuple[bool, bool]:
    if surface.functions:
        path = f"{surface.kind}.{name}"
        return path in FUNCTION_PATHS, function(path) is not None
    named = is_named(surface.kind, name)
    return named, method(surface.kind, name) is not None or property_of(surface.kind, name) is not None


def _load(path: str) -> object | None:
    parts = path.split(".")
    for at in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:at]))
        except ImportError:
            continue
        for part in parts[at:]:
            found = getattr(found, part, None)
        return found
    return None


def _members(owner: object) -> Iterator[str]:
    for name in dir(owner):
        if not name.startswith("_"):
            yield name


def _functions(module: object, path: str) -> Iterator[str]:
    """Functions of the library itself: no modules, types of values, exceptions and helpers from elsewhere."""
    root = path.split(".")[0]
    for name in dir(module):
        found = getattr(module, name, None)
        home = getattr(found, "__module__", None) or ""
        if name[0] != "_" and inspect.isfunction(found) and home.split(".")[0] == root and not _is_helper(home):
            yield name


def _is_helper(home: str) -> bool:
    """Modules whose functions others import for their own use."""
    words = (
        "utils",
        "try_import",
        "typing",
        "internal",
        "types",
        "errors",
        "telemetry",
        "deprecat",
        "version",
        "testing",
    )
    return any(part.strip("_").startswith(words) for part in home.split("."))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--show", action="store_true", help="name what is not known")
    options.add_argument("--only", help="surfaces whose path contains this")
    options.add_argument("--least", type=float, default=0.0, help="share that each class must know")
    chosen = options.parse_args()
    failed = False
    warnings.simplefilter("ignore")
    for surface in SURFACES:
        found = coverage(surface) if not chosen.only or chosen.only in surface.path else None
        if found is None:
            continue
        failed |= found.share < chosen.least
        counts = f"{len(found.named):>4} named {len(found.caught):>4} caught {len(found.unknown):>4} unknown"
        print(f"{surface.path:<80} {counts}  {found.share:>4.0%}")
        if chosen.show and found.unknown:
            print("    " + " ".join(found.unknown))
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())

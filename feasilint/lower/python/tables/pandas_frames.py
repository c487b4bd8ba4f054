"""pandas (as of 3.1, with what older notebooks use): frames, groups and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import (
    aggregates,
    frames,
    grouping,
    joining,
    lazy,
    names,
    picking,
    reshaping,
    shapes,
    sql,
    summaries,
    texts,
    windows,
)
from feasilint.lower.python.transfers.aggregates import measure
from feasilint.lower.python.transfers.common import copied, handle, nothing, same, show
from feasilint.lower.python.transfers.windows import EARLIER, over_window, running
from feasilint.lower.python.transfers.writes import write

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

MEASURES = (
    "sum", "mean", "min", "max", "count", "std", "var", "median", "nunique", "first", "last", "prod", "product", "skew",
    "kurt", "kurtosis", "sem", "quantile", "mode", "any", "all", "idxmax", "idxmin",
)  # fmt: skip
AGGREGATES: dict[str, Transfer] = {name: measure() for name in MEASURES}
RUNNING: dict[str, Transfer] = {
    "cumsum": running("sum"),
    "cummax": running("max"),
    "cummin": running("min"),
    "cumprod": running("product"),
    "cumcount": running("count", EARLIER),
    "shift": windows.shifted,
    "diff": windows.shifted,
    "pct_change": windows.shifted,
    "rank": windows.ranked,
    "rolling": windows.rolling,
    "expanding": windows.expanding,
    "ewm": windows.weighted,
}
_CELLWISE = (
    "astype", "replace", "round", "clip", "ffill", "pad",
    "convert_dtypes", "infer_objects", "abs", "isnull", "isna", "notnull", "notna", "applymap", "tz_localize", "tz_convert",
    "asfreq", "where", "mask", "dropna", "copy", "sort_remaining", "to_period", "to_timestamp", "compute", "persist",
    "repartition", "squeeze", "sparse", "toarray", "reshape", "flatten", "ravel", "todense", "tolist", "to_list", "to_dense",
    "cache", "numpy", "to_pandas", "toPandas", "to_dataframe", "isin", "between_time", "at_time", "first", "nlargest_",
    "map", "to_crs", "transform", "set_flags", "DataFrame", "PolarsDataFrame",
)  # fmt: skip
ARITHMETIC = (
    "add", "sub", "mul", "div", "divide", "multiply", "subtract", "pow", "mod", "truediv", "floordiv", "radd", "rsub", "rmul",
    "rdiv", "rtruediv", "rfloordiv", "rmod", "rpow", "eq", "ne", "lt", "gt", "le", "ge",
)  # fmt: skip
NO_DATA = (
    "axes", "attrs", "empty", "equals", "first_valid_index", "last_valid_index", "flags", "memory_usage", "ndim", "size",
    "__dataframe__",
)  # fmt: skip
"""Facts about a frame or column that carry none of its values."""
_WRITES: dict[str, Transfer] = {
    **{
        f"to_{name}": write("file")
        for name in (
            "csv", "parquet", "pickle", "json", "excel", "feather", "hdf", "orc", "stata", "html", "file", "xml", "latex",
            "markdown",
        )
    },
    "to_sql": write("table", 0, "create"),
    "to_gbq": write("table", 0, "create"),
    "to_iceberg": write("table", 0, "create"),
    "to_table": write("table", 0, "create"),
    "to_delta": write("file"),
    "to_clipboard": nothing,
}  # fmt: skip

_FRAME: dict[str, Transfer] = {
    **AGGREGATES,
    **RUNNING,
    **dict.fromkeys(_CELLWISE, copied),
    **dict.fromkeys(("fillna", "bfill", "backfill", "interpolate"), windows.filled),
    **dict.fromkeys(ARITHMETIC, shapes.combined),
    **dict.fromkeys(NO_DATA, lazy.nothing),
    **_WRITES,
    "last": picking.latest,
    "truncate": picking.cut,
    "combine": shapes.combined,
    "combine_first": shapes.combined,
    "align": shapes.aligned,
    "update": shapes.updated,
    "assign": frames.assign,
    "insert": frames.insert,
    "set_value": frames.set_value,
    "isetitem": shapes.set_at,
    "pop": frames.pop,
    "get": frames.get_column,
    "drop": frames.drop,
    "rename": names.rename,
    "rename_axis": shapes.rename_axis,
    "set_axis": shapes.set_axis,
    "add_prefix": names.affixed,
    "add_suffix": names.affixed,
    **dict.fromkeys(("head", "tail", "sample", "nlargest", "nsmallest", "take"), frames.limited),
    "sort_values": frames.ordered,
    "sort_index": frames.ordered,
    "sort": frames.ordered,
    "drop_duplicates": frames.distinct,
    "duplicated": shapes.duplicated,
    "query": texts.query,
    "eval": texts.evaluate_in_place,
    "filter": names.filter_columns,
    "select_dtypes": names.select_dtypes,
    "reindex": names.reindexed,
    "reindex_like": shapes.reindexed_like,
    "set_index": frames.set_index,
    "reset_index": frames.reset_index,
    "droplevel": shapes.without_level,
    "reorder_levels": shapes.without_level,
    "swaplevel": shapes.without_level,
    "xs": shapes.one_row,
    "asof": shapes.one_row,
    "pipe": frames.pipe,
    "apply": frames.apply,
    "explode": frames.exploded,
    "iterrows": frames.rows,
    "itertuples": frames.rows,
    "items": frames.column_items,
    "iteritems": frames.column_items,
    "keys": names.columns_property,
    "to_numpy": frames.as_array,
    "to_records": frames.as_array,
    "as_matrix": frames.as_matrix,
    "dot": shapes.product,
    "groupby": grouping.group_by,
    "resample": grouping.resample,
    "agg": aggregates.agg,
    "aggregate": aggregates.agg,
    "value_counts": aggregates.value_counts,
    "merge": joining.merge,
    "join": joining.join,
    "append": joining.append,
    "pivot_table": reshaping.pivot_table,
    "pivot": reshaping.pivot,
    "melt": reshaping.melt,
    "stack": reshaping.stack,
    "unstack": reshaping.unstack,
    "transpose": shapes.transposed,
    **dict.fromkeys(("describe", "plot", "hist", "boxplot", "info", "corr", "cov", "corrwith", "to_string"), show),
    "to_frame": same,
    **dict.fromkeys(("to_spark", "to_spark_io"), shapes.to_spark),
    "swapaxes": shapes.transposed,
    "kde": show,
    "createOrReplaceTempView": sql.register_view,
}

_GROUPBY: dict[str, Transfer] = {
    **AGGREGATES,
    **RUNNING,
    "agg": aggregates.agg,
    "aggregate": aggregates.agg,
    "size": aggregates.size,
    "value_counts": aggregates.value_counts,
    "corr": measure("corr"),
    "corrwith": measure("corr"),
    "cov": measure("covar"),
    "describe": summaries.described,
    "ohlc": summaries.ohlc,
    "apply": grouping.apply,
    "transform": grouping.transform,
    "filter": grouping.filtered_groups,
    "resample": grouping.resample,
    **dict.fromkeys(("head", "tail", "nth", "sample", "nlargest", "nsmallest", "take"), picking.group_rows),
    "get_group": grouping.get_group,
    "unique": measure("list"),
    "ngroup": running("rank"),
    **dict.fromkeys(("ffill", "bfill", "fillna", "pad", "backfill"), grouping.transform_in_order),
    **dict.fromkeys(("asfreq", "interpolate", "nearest"), grouping.upsampled),
    **dict.fromkeys(("groups", "indices", "keys", "level", "ndim", "ngroups", "dtype", "exclusions"), lazy.nothing),
    **dict.fromkeys(("is_monotonic_increasing", "is_monotonic_decreasing"), lazy.nothing),
    **dict.fromkeys(("plot", "hist", "boxplot"), show),
    "pipe": frames.pipe,
}

_WINDOW: dict[str, Transfer] = {
    **{name: over_window() for name in (*MEASURES, "corr", "cov", "rank")},
    "agg": windows.rolling_agg,
    "aggregate": windows.rolling_agg,
    "apply": windows.rolling_agg,
    "pipe": frames.pipe,
    **dict.fromkeys(("exclusions", "ndim"), lazy.nothing),
    "online": same,
}

METHODS: dict[str, Table] = {"pandas": _FRAME, "groupby": _GROUPBY, "rolling": _WINDOW, "plot": {"*": show}}

PROPERTIES: dict[str, Table] = {
    "pandas": {
        **dict.fromkeys(("axes", "attrs", "empty", "flags", "ndim", "size"), lazy.nothing),
        "columns": names.columns_property,
        "index": frames.index_property,
        "values": frames.as_array,
        "T": shapes.transposed,
        "loc": handle("loc"),
        "iloc": handle("iloc"),
        "at": handle("loc"),
        "iat": handle("iloc"),
        "ix": handle("loc", places=True),  # numbers are places where labels are none; gone since pandas 1.0
        "plot": handle("plot"),
        "style": handle("plot"),
        **dict.fromkeys(("spark", "pandas_on_spark", "koalas"), same),
        "shape": grouping.shape,
        "dtypes": names.dtypes,
    },
    "rolling": {},
}

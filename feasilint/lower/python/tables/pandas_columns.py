"""pandas (as of 3.1): columns, their accessors, rows, names of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.tables.pandas_frames import AGGREGATES, NO_DATA, RUNNING
from feasilint.lower.python.transfers import (
    aggregates,
    frames,
    grouping,
    lazy,
    names,
    reshaping,
    series,
    shapes,
    texts,
    times,
    windows,
)
from feasilint.lower.python.transfers.aggregates import measure
from feasilint.lower.python.transfers.common import handle, nothing, same, scalar, show
from feasilint.lower.python.transfers.writes import write

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_FACTS = ("dtypes", "hasnans", "is_monotonic_increasing", "is_monotonic_decreasing", "is_unique", "nbytes")
_ARITHMETIC = {
    **{name: name for name in ("lt", "gt", "le", "ge", "eq", "ne", "add", "sub", "mul", "div", "mod", "pow", "floordiv")},
    **{f"r{name}": name for name in ("add", "sub", "mul", "div", "mod", "pow", "floordiv")},
    "subtract": "sub", "multiply": "mul", "divide": "div", "truediv": "div", "rtruediv": "div",
}  # fmt: skip
_ROW_BY_ROW = ("abs", "round", "ffill", "argsort", "case_when", "combine", "combine_first", "compare",
               "divmod", "rdivmod", "duplicated", "searchsorted", "get", "align", "asof", "pop")  # fmt: skip
_SOME_ROWS = ("take", "truncate", "between_time", "at_time", "drop", "filter", "reindex", "asfreq", "explode", "repeat",
              "reorder_levels", "swaplevel", "set_axis", "set_flags", "convert_dtypes", "add_prefix", "add_suffix",
              "transpose", "reindex_like", "tz_localize", "tz_convert", "to_period", "to_timestamp", "xs", "view")  # fmt: skip
"""The values of some rows, of all in another order or under other labels."""

_SERIES: dict[str, Transfer] = {
    **AGGREGATES,
    **RUNNING,
    **dict.fromkeys((*NO_DATA, *_FACTS), lazy.nothing),
    **{
        f"to_{name}": write("file")
        for name in ("csv", "pickle", "json", "excel", "hdf", "parquet", "latex", "markdown", "xml")
    },
    "to_sql": write("table", 0, "create"),
    "to_clipboard": nothing,
    "to_string": show,
    "corr": measure("corr"),
    "cov": measure("covar"),
    "autocorr": measure("corr"),
    "argmax": measure("arg_max"),
    "argmin": measure("arg_min"),
    "dot": measure("sum"),
    "value_counts": aggregates.value_counts,
    "agg": aggregates.agg,
    "aggregate": aggregates.agg,
    "groupby": grouping.group_by,
    "resample": grouping.resample,
    "apply": series.apply,
    "map": series.apply,
    "applymap": series.apply,  # cuDF before 22.04
    "between": series.filtered,
    "isin": series.is_in,
    "where": series.where,
    "mask": series.where,
    "to_frame": series.to_frame,
    "reset_index": frames.reset_index,
    "rename": series.renamed,
    "dropna": series.dropped,
    "item": series.element,
    "items": series.items,
    "iteritems": series.items,
    "unstack": reshaping.unstack,
    "astype": scalar("cast"),
    **dict.fromkeys(("fillna", "bfill", "backfill", "interpolate"), windows.filled),
    "isnull": scalar("is_null"),
    "isna": scalar("is_null"),
    "notnull": scalar("is_not_null"),
    "notna": scalar("is_not_null"),
    "replace": scalar("replace"),
    "clip": scalar("clip"),
    "to_numpy": same,
    "copy": same,
    "sort_values": same,
    "sort_index": same,
    "unique": same,
    "drop_duplicates": same,
    "tolist": same,
    "to_list": same,
    "head": same,
    "tail": same,
    "reshape": same,
    "ravel": same,
    "flatten": same,
    "squeeze": same,
    "nlargest": same,
    "nsmallest": same,
    "sample": same,
    "droplevel": same,
    "infer_objects": same,
    "rename_axis": shapes.rename_axis,
    "compute": same,
    "to_pandas": same,
    "swapaxes": same,
    "plot": show,
    "hist": show,
    "describe": show,
    "info": show,
    "pipe": frames.pipe,
    "factorize": series.factorized,
    "to_xarray": same,
    "transform": series.apply,
    "update": series.updated,
    "keys": frames.index_property,
    **dict.fromkeys(_SOME_ROWS, same),
    **{name: scalar(function) for name, function in _ARITHMETIC.items()},
    **{name: scalar(name) for name in _ROW_BY_ROW},
}

_DATE_PARTS = (
    "year", "month", "day", "hour", "minute", "second", "dayofweek", "day_of_week", "weekday", "dayofyear",
    "day_of_year", "week", "weekofyear",
    "quarter", "is_month_end", "is_month_start", "is_quarter_end", "is_quarter_start", "is_year_end",
    "is_year_start", "days_in_month", "microsecond",
)  # fmt: skip
_CYCLIC_NAMES = {"dayofweek": "weekday", "day_of_week": "weekday", "day_of_year": "dayofyear", "weekofyear": "week"}
_DT: dict[str, Transfer] = {
    **{name: times.part(_CYCLIC_NAMES.get(name, name)) for name in _DATE_PARTS},
    "date": times.to_date,
    "time": times.part("time"),
}
_DT_METHODS: dict[str, Transfer] = {
    **dict.fromkeys(("floor", "ceil", "round", "to_period", "normalize"), times.truncated),
    "date": times.to_date,
    "isocalendar": times.part("week"),
    "weekday": times.part("weekday"),
    "day_name": times.part("weekday"),
    "month_name": times.part("month_name"),
    "tz_localize": times.accessor,
    "*": times.accessor,
}

_OF_ONE_TIME: dict[str, Transfer] = {
    **{name: way for name, way in _DT_METHODS.items() if name not in (*_DT, "*", "round")},
    "isoweekday": times.part("weekday"),
}
"""What bears on windows of the methods of one time: any other is a function of the value."""

METHODS: dict[str, Table] = {
    "series": _SERIES,
    "scalar": _OF_ONE_TIME,
    "dt": _DT_METHODS,
    "str": {"extract": texts.extracted, "get_dummies": texts.marks, "*": times.accessor},
    "cat": {"*": times.accessor},
    "row": {"get": names.row_get, "mean": same, "sum": same, "max": same, "min": same, "to_dict": same, "dropna": same,
            "to_frame": shapes.upright},
    "columns": {
        "isin": names.columns_among,
        "tolist": same, "to_list": same, "copy": same, "difference": names.columns_difference, "drop": names.columns_difference,
        "intersection": same, "union": names.columns_union, "str": same, "remove": names.columns_removed,
        "append": names.columns_added,
        "extend": names.columns_added, "to_flat_index": same, "ravel": same, "map": names.columns_mapped,
        "get_level_values": names.columns_level,
        "droplevel": names.columns_level,
    },
    "index": {"*": same},
    "writer": {"*": nothing},
}  # fmt: skip

PROPERTIES: dict[str, Table] = {
    "series": {
        **dict.fromkeys(("axes", "attrs", "dtype", "empty", "flags", "ndim", "shape", "size", *_FACTS), lazy.nothing),
        "name": series.name_of,
        "values": same,
        "array": same,
        "T": same,
        "dt": handle("dt"),
        "str": handle("str"),
        "cat": handle("cat"),
        **dict.fromkeys(("list", "struct", "sparse"), handle("dt")),
        "loc": handle("loc"),
        "iloc": handle("iloc"),
        "at": handle("loc"),
        "iat": handle("iloc"),
        "plot": handle("plot"),
        "index": frames.index_property,
        **_DT,
    },
    "dt": {**_DT, "days": times.accessor, "seconds": times.accessor, "components": times.accessor},
    "cat": {"codes": times.accessor},
    "scalar": {
        **_DT,
        "days": times.accessor,
        "seconds": times.accessor,
        "values": same,
        "dt": handle("dt"),
        "str": handle("str"),
    },
    "columns": {"values": same, "str": same, "levels": names.columns_levels},
    "row": {"index": handle("index"), "values": same},
}

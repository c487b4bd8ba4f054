"""polars (as of 1.x, with older spellings): eager and lazy frames, expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import enginegroups, enginejoins, engines, frames, lazy, times
from feasilint.lower.python.transfers.common import copied, handle, show
from feasilint.lower.python.transfers.constructing import frame_of
from feasilint.lower.python.transfers.loading import reader
from feasilint.lower.python.transfers.sql import query
from feasilint.lower.python.transfers.writes import write

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_MEASURES = ("sum", "mean", "min", "max", "count", "std", "var", "median", "n_unique", "first", "last", "quantile",
             "len", "product", "mode",
             "any", "all", "implode", "approx_n_unique", "arg_max", "arg_min", "skew", "kurtosis", "value_counts")  # fmt: skip
_SAME = ("lazy", "collect", "clone", "shrink_to_fit", "rechunk", "cache", "fill_null", "fill_nan", "drop_nulls",
         "drop_nans", "cast", "interpolate",
         "set_sorted", "with_context", "upsample", "reverse", "sink", "transpose", "backward_fill", "forward_fill")  # fmt: skip
_ROWWISE = ("fill_null", "fill_nan", "cast", "abs", "round", "floor", "ceil", "log", "log1p", "exp", "sqrt", "pow",
            "clip", "is_null", "is_not_null", "is_in",
            "is_between", "is_nan", "is_not_nan", "eq", "ne", "lt", "le", "gt", "ge", "and_", "or_", "not_",
            "map_elements", "apply", "map_batches", "replace",
            "map_dict", "forward_fill", "backward_fill", "interpolate", "cut", "qcut", "is_duplicated", "is_unique",
            "drop_nulls", "unique", "sort", "head",
            "tail", "explode", "hash", "set_sorted", "rle", "is_first_distinct", "xor", "sign",
            "is_finite", "add", "sub", "mul", "truediv",
            "mod", "floordiv", "neg", "when", "then", "otherwise", "sort_by", "gather", "replace_strict",
            "to_physical", "struct", "isin", "between",
            "isNull", "isNotNull", "like", "rlike", "contains", "startswith", "endswith", "substr", "getItem",
            "getField", "astype", "try_cast",
            "bitwiseAND", "eqNullSafe", "regexp", "in_", "equal_null", "is_not_distinct_from", "within_group",
            "getitem")  # fmt: skip

METHODS: dict[str, Table] = {
    "polars": {
        **dict.fromkeys(_SAME, copied),
        "select": engines.select,
        "with_columns": engines.with_columns,
        "with_column": engines.with_columns,
        "with_columns_seq": engines.with_columns,
        "filter": engines.filtered,
        "group_by": enginegroups.group_by,
        "groupby": enginegroups.group_by,
        "group_by_dynamic": enginegroups.dynamic,
        "groupby_dynamic": enginegroups.dynamic,
        "rolling": enginegroups.rolled,
        "groupby_rolling": enginegroups.rolled,
        "group_by_rolling": enginegroups.rolled,
        "agg": enginegroups.agg,
        "join": enginejoins.join,
        "join_asof": enginejoins.join_asof,
        "sort": engines.ordered,
        "unique": engines.distinct,
        "drop": engines.dropped,
        "rename": engines.rename,
        "explode": engines.exploded,
        "melt": enginejoins.unpivot,
        "unpivot": enginejoins.unpivot,
        "pivot": enginejoins.pivot,
        "vstack": enginejoins.union,
        "extend": enginejoins.union,
        "with_row_count": engines.row_number,
        "with_row_index": engines.row_number,
        "pipe": frames.pipe,
        "head": frames.limited,
        "tail": frames.limited,
        "limit": frames.limited,
        "sample": frames.limited,
        "slice": frames.limited,
        "fetch": frames.limited,
        "to_pandas": engines.to_pandas("pandas"),
        "to_numpy": frames.as_array,
        "to_dummies": copied,
        "get_column": frames.get_column,
        "iter_rows": frames.rows,
        "describe": show,
        "glimpse": show,
        "write_parquet": write("file"),
        "write_csv": write("file"),
        "write_ipc": write("file"),
        "write_json": write("file"),
        "write_ndjson": write("file"),
        "write_delta": write("file"),
        "write_database": write("table"),
        "sink_parquet": write("file"),
        "sink_csv": write("file"),
        "sql": query("duckdb", library="polars"),
    },
    "lazy.groups": {
        **dict.fromkeys(
            ("sum", "mean", "min", "max", "avg", "median", "n_unique", "first", "last", "quantile"),
            enginegroups.group_measure,
        ),
        "agg": enginegroups.agg,
        "count": enginegroups.counted,
        "len": enginegroups.counted,
        "pivot": enginegroups.pivot_groups,
        "applyInPandas": enginegroups.group_apply,
        "apply": enginegroups.group_apply,
        "map_groups": enginegroups.group_apply,
        "head": enginegroups.group_rows,
        "tail": enginegroups.group_rows,
        "all": enginegroups.group_rows,
    },
    "lazy.pivot": dict.fromkeys(("agg", "sum", "count", "mean", "avg", "max", "min"), enginegroups.pivot_agg),
    "lazy.rolling": {"agg": enginegroups.rolled_agg},
    "lazy": {
        **{name: lazy.measure() for name in _MEASURES},
        **{name: lazy.method_call() for name in _ROWWISE},
        "filter": lazy.kept,
        "nunique": lazy.measure(),
        "alias": lazy.alias,
        "name": lazy.alias,
        "as_": lazy.alias,
        "over": lazy.over,
        "suffix": lazy.suffixed,
        "prefix": lazy.suffixed,
        "shift": lazy.shifted,
        "diff": lazy.shifted,
        "pct_change": lazy.shifted,
        "cum_sum": lazy.running("sum"),
        "cumsum": lazy.running("sum"),
        "cum_count": lazy.running("count"),
        "cumcount": lazy.running("count"),
        "cum_max": lazy.running("max"),
        "cum_min": lazy.running("min"),
        "ewm_mean": lazy.running("ewm"),
        "rank": lazy.measure("rank"),
        **{
            f"rolling_{name}{by}": lazy.rolling(canonical)
            for by in ("", "_by")
            for name, canonical in (
                ("mean", "avg"),
                ("sum", "sum"),
                ("min", "min"),
                ("max", "max"),
                ("std", "std"),
                ("var", "var"),
                ("median", "median"),
                ("quantile", "percentile"),
            )
        },
        "keep_name": lazy.same,
        "asc": lazy.same,
        "desc": lazy.same,
        "asc_nulls_last": lazy.same,
        "desc_nulls_last": lazy.same,
        "when": lazy.when,
        "otherwise": lazy.when,
        "then": lazy.when,
        "otherwise_": lazy.when,
        "exclude": lazy.excluded,
        "cast": lazy.method_call("cast"),
        "dropna": lazy.same,
        "to_list": lazy.same,
        "collect_list": lazy.measure("list"),
    },
    "lazy.accessor": {"*": lazy.accessor_call},
    "lazy.name": {"*": lazy.renamed_members},
}

PROPERTIES: dict[str, Table] = {
    "lazy": {
        "dt": handle("lazy.accessor"),
        "str": handle("lazy.accessor"),
        "list": handle("lazy.accessor"),
        "arr": handle("lazy.accessor"),
        "cat": handle("lazy.accessor"),
        "struct": handle("lazy.accessor"),
        "name": handle("lazy.name"),
    },
    "polars": {"columns": engines.column_list, "height": lazy.nothing, "width": lazy.nothing},
}

_SCALARS = ("concat_str", "concat_list", "struct", "coalesce", "format", "date", "datetime", "duration",
            "max_horizontal", "min_horizontal", "sum_horizontal",
            "any_horizontal", "all_horizontal", "mean_horizontal", "fold", "from_epoch")  # fmt: skip

FUNCTIONS: dict[str, Transfer] = {
    **{
        f"polars.{name}": reader("polars")
        for name in (
            "read_csv",
            "read_parquet",
            "read_json",
            "read_ndjson",
            "read_ipc",
            "read_excel",
            "read_avro",
            "read_delta",
        )
    },
    **{
        f"polars.{name}": reader("polars.lazy")
        for name in ("scan_csv", "scan_parquet", "scan_ipc", "scan_ndjson", "scan_delta", "scan_iceberg")
    },
    "polars.read_database": query(library="polars"),
    "polars.read_database_uri": query(library="polars"),
    "polars.read_sql": query(library="polars"),
    "polars.sql": query("duckdb", library="polars"),
    "polars.DataFrame": frame_of,
    "polars.LazyFrame": frame_of,
    "polars.from_pandas": engines.to_polars,
    "polars.concat": enginejoins.concat,
    "polars.col": lazy.column,
    "polars.all": lazy.everything,
    "polars.exclude": lazy.excluded,
    "polars.lit": lazy.literal,
    "polars.when": lazy.when,
    "polars.len": lazy.named_measure("count"),
    "polars.count": lazy.named_measure("count"),
    **{
        f"polars.{name}": lazy.named_measure()
        for name in ("sum", "mean", "min", "max", "std", "var", "median", "n_unique", "first", "last", "quantile")
    },
    **{f"polars.{name}": lazy.expression_call() for name in _SCALARS},
    "polars.duration": times.timedelta,
    **{
        f"polars.selectors.{name}": lazy.selector
        for name in (
            "numeric",
            "string",
            "all",
            "by_dtype",
            "temporal",
            "categorical",
            "boolean",
            "float",
            "integer",
            "starts_with",
            "ends_with",
            "contains",
            "matches",
            "by_name",
        )
    },
}

FRAMELIKE = frozenset(
    {"with_columns", "group_by", "group_by_dynamic", "join_asof", "write_parquet", "with_row_index", "sink_parquet"}
)

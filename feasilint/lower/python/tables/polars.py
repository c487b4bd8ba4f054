"""polars (as of 2.1, with older spellings): eager and lazy frames, groups, selectors, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import (
    engineapplies,
    enginegroups,
    enginejoins,
    engines,
    frames,
    lazy,
    polarframes,
    selecting,
    shapes,
    times,
)
from feasilint.lower.python.transfers.common import argument_copied, copied, handle, nothing, same, show
from feasilint.lower.python.transfers.constructing import frame_in
from feasilint.lower.python.transfers.loading import reader
from feasilint.lower.python.transfers.polarsql import context, over_itself, registered, selected
from feasilint.lower.python.transfers.shapes import aligned_frames as aligned
from feasilint.lower.python.transfers.sql import expression, query
from feasilint.lower.python.transfers.writes import write

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_SAME = ("lazy", "collect", "clone", "shrink_to_fit", "rechunk", "cache", "fill_null", "fill_nan", "drop_nulls",
         "drop_nans", "cast", "interpolate",
         "set_sorted", "with_context", "upsample", "reverse", "sink", "backward_fill", "forward_fill", "match_to_schema", "shift",
         "clear", "inspect", "remote", "collect_async", "deserialize", "set_sorted_")  # fmt: skip
_WHOLE = ("sum", "mean", "min", "max", "std", "var", "median", "product", "quantile", "null_count", "count", "n_unique")
_NO_DATA = ("collect_schema", "schema", "dtypes", "equals", "estimated_size", "flags", "get_column_index", "is_empty",
            "is_sorted", "n_chunks", "to_init_repr", "shape", "execute", "first_from_lazyframe_resolver")  # fmt: skip

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
        "unique": frames.distinct,
        "drop": engines.dropped,
        "rename": engines.rename,
        "explode": engines.exploded,
        "unnest": polarframes.unnested,
        "unstack": polarframes.mapped_rows,
        "select_seq": engines.select,
        "remove": engines.filtered,
        **dict.fromkeys(("hstack", "insert_column", "replace_column"), polarframes.beside),
        "drop_in_place": polarframes.dropped_in_place,
        **dict.fromkeys(_WHOLE, polarframes.whole),
        **dict.fromkeys(
            ("sum_horizontal", "mean_horizontal", "min_horizontal", "max_horizontal", "fold"), polarframes.across
        ),
        **dict.fromkeys(("hash_rows", "to_struct", "is_duplicated", "is_unique"), polarframes.across),
        **dict.fromkeys(("partition_by", "iter_slices", "collect_batches"), polarframes.parts),
        "map_rows": polarframes.mapped_rows,
        "map_batches": polarframes.batches,
        "map_columns": copied,
        "pipe_with_schema": frames.pipe,
        "transpose": shapes.transposed,
        "update": shapes.combined,
        "merge_sorted": enginejoins.union,
        "join_where": enginejoins.join_where,
        "to_series": polarframes.one_column,
        **dict.fromkeys(("bottom_k", "top_k", "gather", "gather_every", "first", "last"), frames.limited),
        **dict.fromkeys(("row", "rows", "to_dicts", "rows_by_key"), same),
        **dict.fromkeys(("to_arrow", "to_jax", "to_torch", "to_dict"), copied),
        **dict.fromkeys(_NO_DATA, lazy.nothing),
        **dict.fromkeys(("plot", "show", "show_graph", "explain", "style"), show),
        "corr": show,
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
        "to_dummies": polarframes.dummies,
        "get_column": frames.get_column,
        "iter_rows": frames.rows,
        "item": same,
        **dict.fromkeys(("get_columns", "iter_columns"), polarframes.each_column),
        "describe": show,
        "glimpse": show,
        **{
            f"write_{name}": write("file")
            for name in ("parquet", "csv", "ipc", "ipc_stream", "json", "ndjson", "delta", "avro", "excel", "iceberg")
        },
        "write_clipboard": nothing,
        "write_database": write("table"),
        **{f"sink_{name}": write("file") for name in ("parquet", "csv", "ipc", "ndjson", "delta", "iceberg")},
        "sink_batches": nothing,
        "serialize": nothing,
        "sql": over_itself,
    },
    "lazy.groups": {
        **dict.fromkeys(
            ("sum", "mean", "min", "max", "avg", "median", "n_unique", "first", "last", "quantile"),
            enginegroups.group_measure,
        ),
        "having": enginegroups.having,
        "agg": enginegroups.agg,
        "count": enginegroups.counted,
        "len": enginegroups.counted,
        "pivot": enginegroups.pivot_groups,
        **dict.fromkeys(
            (
                "applyInPandas",
                "applyInArrow",
                "applyInPandasWithState",
                "transformWithState",
                "transformWithStateInPandas",
            ),
            engineapplies.group_apply,
        ),
        "cogroup": engineapplies.cogrouped,
        "apply": engineapplies.group_apply,
        "map_groups": engineapplies.group_apply,
        "head": enginegroups.group_rows,
        "tail": enginegroups.group_rows,
        "all": enginegroups.group_measure,
    },
    "lazy.cogroup": dict.fromkeys(("applyInPandas", "applyInArrow"), engineapplies.cogroup_apply),
    "lazy.pivot": dict.fromkeys(("agg", "sum", "count", "mean", "avg", "max", "min"), enginegroups.pivot_agg),
    "lazy.rolling": {"agg": enginegroups.rolled_agg, "having": same, "map_groups": engineapplies.group_apply},
    "polars.sql": {
        "execute": query("duckdb", library="polars.lazy"),
        "execute_global": query("duckdb", library="polars.lazy"),
        **dict.fromkeys(("register", "register_many"), registered),
        **dict.fromkeys(("register_globals", "register_catalog", "unregister", "unregister_catalog"), same),
        "tables": lazy.nothing,
    },
}

PROPERTIES: dict[str, Table] = {
    "polars": {
        "columns": engines.column_list,
        **dict.fromkeys(("height", "width", "shape", "flags", "dtypes", "schema"), lazy.nothing),
        **dict.fromkeys(("plot", "style"), handle("plot")),
    },
    "polars.col": {"*": lazy.named_column},
}

_SCALARS = (
    "concat_str", "concat_list", "coalesce", "format", "date", "datetime", "duration", "max_horizontal",
    "min_horizontal", "sum_horizontal", "any_horizontal", "all_horizontal", "mean_horizontal", "from_epoch",
    "arctan2", "arg_sort_by", "arg_where", "business_day_count", "concat_arr", "cum_sum_horizontal", "date_range",
    "date_ranges", "datetime_range", "datetime_ranges", "element", "field", "int_range", "int_ranges", "arange",
    "linear_space", "linear_spaces", "list", "map_batches", "map_groups", "ones", "repeat", "row_index",
    "struct_with_fields", "time", "time_range", "time_ranges", "zeros", "escape_regex", "gather", "self_dtype",
    "dtype_of", "unique", "sign",
)  # fmt: skip

_TYPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("numeric", "float", "integer", "signed_integer", "unsigned_integer", "decimal"), ("number",)),
    **dict.fromkeys(("string",), ("string",)),
    **dict.fromkeys(("temporal", "date", "datetime", "time", "duration"), ("time",)),
    **dict.fromkeys(("categorical", "enum"), ("category",)),
    "boolean": ("boolean",),
    **dict.fromkeys(("array", "binary", "list", "map", "nested", "struct", "object", "empty"), ()),
}
_SETTINGS = ("build_info", "enable_string_cache", "disable_string_cache", "using_string_cache", "thread_pool_size",
             "set_random_seed", "read_parquet_schema", "read_parquet_metadata", "read_ipc_schema", "explain_all")  # fmt: skip

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
            "read_ipc_stream",
            "read_lines",
            "read_ods",
            "read_clipboard",
        )
    },
    **{
        f"polars.{name}": reader("polars.lazy")
        for name in (
            "scan_csv",
            "scan_parquet",
            "scan_ipc",
            "scan_ndjson",
            "scan_delta",
            "scan_iceberg",
            "scan_lance",
            "scan_lines",
            "scan_pyarrow_dataset",
        )
    },
    "polars.read_database": query(library="polars"),
    "polars.read_database_uri": query(library="polars"),
    "polars.read_sql": query(library="polars"),
    "polars.sql": query("duckdb", library="polars"),
    "polars.DataFrame": frame_in("polars"),
    "polars.LazyFrame": frame_in("polars.lazy"),
    **{
        f"polars.{name}": frame_in("polars")
        for name in ("from_dict", "from_dicts", "from_records", "from_numpy", "json_normalize")
    },
    **dict.fromkeys(("polars.from_arrow", "polars.from_dataframe", "polars.from_torch"), engines.to_polars),
    "polars.Series": lazy.series,
    "polars.SQLContext": context,
    "polars.collect_all": argument_copied,
    "polars.collect_all_async": argument_copied,
    "polars.align_frames": aligned,
    "polars.union": enginejoins.concat,
    "polars.merge_sorted": enginejoins.concat,
    "polars.select": selected,
    "polars.sql_expr": expression,
    **{f"polars.{name}": lazy.folding for name in ("fold", "reduce", "cum_fold", "cum_reduce")},
    "polars.struct": lazy.structure,
    **{
        f"polars.{name}": lazy.of_column(name)
        for name in ("cum_sum", "cum_count", "head", "tail", "rolling_corr", "rolling_cov")
    },
    "polars.nth": selecting.by_place(),
    "polars.first": lazy.first_or_last("first"),
    "polars.last": lazy.first_or_last("last"),
    "polars.from_pandas": engines.to_polars,
    "polars.concat": enginejoins.concat,
    "polars.col": lazy.column,
    "polars.all": selecting.everything,
    "polars.exclude": selecting.without,
    "polars.lit": lazy.literal,
    "polars.when": lazy.when,
    "polars.len": lazy.named_measure("count"),
    "polars.count": lazy.named_measure("count"),
    **{
        f"polars.{name}": lazy.named_measure()
        for name in (
            "sum",
            "mean",
            "min",
            "max",
            "std",
            "var",
            "median",
            "n_unique",
            "quantile",
            "approx_n_unique",
            "any",
            "corr",
            "cov",
            "implode",
        )
    },
    **{f"polars.{name}": lazy.expression_call() for name in _SCALARS},
    "polars.duration": times.timedelta,
    **{
        f"polars.selectors.{name}": selecting.by_form(name)
        for name in ("starts_with", "ends_with", "contains", "matches")
    },
    **{f"polars.selectors.{name}": selecting.by_type(*kinds) for name, kinds in _TYPES.items()},
    **{f"polars.selectors.{name}": selecting.by_form("contains") for name in ("alpha", "alphanumeric", "digit")},
    "polars.selectors.all": selecting.everything,
    "polars.selectors.by_name": selecting.by_name,
    "polars.selectors.by_dtype": selecting.typed_column,
    "polars.selectors.by_index": selecting.by_place(),
    "polars.selectors.first": selecting.by_place(0),
    "polars.selectors.last": selecting.by_place(-1),
    "polars.selectors.exclude": selecting.without,
    "polars.selectors.expand_selector": lazy.nothing,
    **{f"polars.{name}": lazy.nothing for name in _SETTINGS},
}

FRAMELIKE = frozenset(
    {"with_columns", "group_by", "group_by_dynamic", "join_asof", "write_parquet", "with_row_index", "sink_parquet"}
)

"""Functions of PySpark (as of 4.3) and Snowpark (1.56): aggregates, dates, windows; all others are computed row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.tables.spark_texts import TEXTS
from feasilint.lower.python.transfers import delta, estimators, lazy, schemas, sessions, sql, times
from feasilint.lower.python.transfers.common import argument_copied
from feasilint.lower.python.transfers.lazy import expression_call, named_measure

if TYPE_CHECKING:
    from feasilint.lower.python.call import Transfer

_MEASURES = ("sum", "avg", "mean", "min", "max", "count", "countDistinct", "count_distinct",
             "approx_count_distinct", "approxCountDistinct", "first", "last",
             "stddev", "stddev_samp", "variance", "collect_list", "collect_set", "median",
             "percentile_approx", "skewness", "kurtosis",
             "row_number", "rank", "dense_rank", "percent_rank", "ntile", "array_agg", "mode", "min_by", "max_by",
             "any_value", "cume_dist", "listagg",
             "first_value", "last_value", "count_if", "corr", "bool_or", "bool_and", "stddev_pop", "approx_percentile",
             "bit_and", "bit_or", "bit_xor", "covar_pop", "covar_samp", "every", "percentile", "std", "string_agg", "var_pop",
             "var_samp", "product", "nth_value", "array_unique_agg", "object_agg", "percentile_cont", "percentile_disc", "skew",
             "string_agg_distinct_", "boolxor_agg")  # fmt: skip
_OTHERS = {
    "sum_distinct": "sum", "sumDistinct": "sum", "try_sum": "sum", "try_avg": "avg", "some": "bool_or", "collect_union": "list",
    "listagg_distinct": "list", "string_agg_distinct": "list", "array_union_agg": "list", "histogram_numeric": "histogram",
    "count_min_sketch": "histogram", "bitmap_and_agg": "bit", "bitmap_or_agg": "bit", "bitmap_construct_agg": "bit",
    "bitand_agg": "bit", "bitor_agg": "bit", "bitxor_agg": "bit", "booland_agg": "bool_and", "boolor_agg": "bool_or",
    "approx_percentile_accumulate": "approx_percentile", "approx_percentile_combine": "approx_percentile",
    "hll_sketch_agg": "approx_count_distinct", "hll_union_agg": "approx_count_distinct", "kll_sketch_agg_bigint":
    "approx_percentile", "kll_sketch_agg_double": "approx_percentile", "kll_sketch_agg_float": "approx_percentile",
    "kll_merge_agg_bigint": "approx_percentile", "kll_merge_agg_double": "approx_percentile", "kll_merge_agg_float":
    "approx_percentile", "ai_agg": "custom", "ai_summarize_agg": "custom", "st_union_agg": "custom",
    "st_intersection_agg": "custom", "regr_count": "count", "regr_avgx": "avg", "regr_avgy": "avg",
    **{f"regr_{name}": "covar" for name in ("intercept", "r2", "slope", "sxx", "sxy", "syy")},
    **{f"{kind}_{step}_agg": "approx_count_distinct" for kind in ("theta",) for step in ("sketch", "union", "intersection")},
    **{
        f"tuple_{step}_agg_{kind}": "approx_count_distinct"
        for step in ("sketch", "union", "intersection")
        for kind in ("double", "integer")
    },
}  # fmt: skip
"""Aggregates whose name is none of the canonical ones."""
_F = "pyspark.sql.functions"

FUNCTIONS: dict[str, Transfer] = {
    "pyspark.sql.SparkSession": sessions.spark,
    "pyspark.sql.SQLContext": sessions.spark,
    "pyspark.sql.HiveContext": sessions.spark,
    "databricks.connect.DatabricksSession.builder.getOrCreate": sessions.spark,
    "snowflake.snowpark.context.get_active_session": sessions.snowpark,
    "snowflake.snowpark.Session": sessions.snowpark,
    "snowflake.snowpark.Session.builder.configs": sessions.snowpark,
    **{f"{_F}.{name}": named_measure(texts=TEXTS) for name in _MEASURES},
    **{f"{_F}.{name}": named_measure(function, TEXTS) for name, function in _OTHERS.items()},
    f"{_F}.struct": lazy.structure,
    f"{_F}.make_interval": sessions.interval,
    **{f"{_F}.{name}": sessions.bucket for name in ("window", "session_window")},
    **{
        f"{_F}.{name}": sessions.opened_rows
        for name in (
            "explode",
            "explode_outer",
            "posexplode",
            "posexplode_outer",
            "inline",
            "inline_outer",
            "stack",
            "flatten_",
        )
    },
    **{
        f"{_F}.{name}": lazy.column
        for name in ("asc_nulls_first", "asc_nulls_last", "desc_nulls_first", "desc_nulls_last")
    },
    **{f"pyspark.sql.types.{name}": schemas.struct_type for name in ("StructType",)},
    **{f"pyspark.sql.types.{name}": schemas.struct_field for name in ("StructField",)},
    **{
        f"{home}.DeltaTable.{name}": delta.table(kind)
        for home in ("delta", "delta.tables")
        for name, kind in (("forName", "table"), ("forPath", "file"), ("convertToDelta", "file"))
    },
    f"{_F}.col": lazy.column,
    f"{_F}.column": lazy.column,
    f"{_F}.lit": lazy.literal,
    f"{_F}.when": lazy.when,
    f"{_F}.iff": lazy.when,
    f"{_F}.expr": sql.expression,
    f"{_F}.sql_expr": sql.expression,
    f"{_F}.lag": lazy.shifted,
    f"{_F}.lead": lazy.shifted,
    f"{_F}.broadcast": argument_copied,
    f"{_F}.current_date": times.now,
    f"{_F}.current_timestamp": times.now,
    f"{_F}.udf": sessions.udf,
    f"{_F}.pandas_udf": sessions.udf,
    f"{_F}.desc": lazy.descending,
    f"{_F}.asc": lazy.column,
    f"{_F}.date_sub": sessions.moved_date("sub"),
    f"{_F}.date_add": sessions.moved_date("add"),
    f"{_F}.datediff": sessions.date_difference,
    f"{_F}.to_date": sessions.to_date,
    f"{_F}.date_trunc": sessions.truncated,
    f"{_F}.trunc": sessions.truncated,
    **{
        f"{_F}.{name}": sessions.part(name)
        for name in ("year", "month", "hour", "dayofweek", "dayofmonth", "dayofyear", "weekofyear", "quarter", "minute")
    },
    **{
        f"pyspark.sql.{path}.{name}": lazy.window
        for path in ("Window", "window.Window")
        for name in ("partitionBy", "orderBy", "rowsBetween", "rangeBetween", "partition_by", "order_by")
    },
    **{
        f"snowflake.snowpark.Window.{name}": lazy.window
        for name in ("partitionBy", "orderBy", "partition_by", "order_by")
    },
}

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    (f"{_F}.", expression_call(texts=TEXTS)),
    ("pyspark.ml.feature.VectorAssembler", estimators.estimator),
)

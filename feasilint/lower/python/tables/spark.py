"""PySpark (as of 3.5) and Snowpark: sessions, frames, functions, windows, ML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import (
    enginegroups,
    enginejoins,
    engines,
    estimators,
    frames,
    lazy,
    sessions,
    sql,
    times,
    transformers,
    writes,
)
from feasilint.lower.python.transfers.common import argument_copied, copied, handle, nothing, same, show
from feasilint.lower.python.transfers.lazy import expression_call, named_measure
from feasilint.lower.python.transfers.loading import source

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.call import Table, Transfer
    from feasilint.lower.python.machine import Machine
    from feasilint.lower.python.values import Value

_SAME = ("cache", "persist", "unpersist", "repartition", "coalesce", "checkpoint", "localCheckpoint", "hint",
         "alias", "fillna", "dropna", "na", "replace",
         "cache_result", "clone", "withWatermark", "to_df", "toDF", "sortWithinPartitions", "broadcast", "rdd",
         "fill", "copy_")  # fmt: skip

METHODS: dict[str, Table] = {
    "spark": {
        **dict.fromkeys(_SAME, copied),
        "select": engines.select,
        "selectExpr": engines.select_text,
        "select_expr": engines.select_text,
        "withColumn": engines.with_column,
        "with_column": engines.with_column,
        "withColumns": engines.with_named,
        "with_columns": engines.with_named,
        "withColumnRenamed": engines.rename,
        "with_column_renamed": engines.rename,
        "rename": engines.rename,
        "filter": engines.filtered,
        "where": engines.filtered,
        "groupBy": enginegroups.group_by,
        "groupby": enginegroups.group_by,
        "group_by": enginegroups.group_by,
        "agg": enginegroups.agg,
        "join": enginejoins.join,
        "crossJoin": enginejoins.join,
        "union": enginejoins.union,
        "unionAll": enginejoins.union,
        "union_all": enginejoins.union,
        "unionByName": enginejoins.union,
        "union_by_name": enginejoins.union,
        "union_all_by_name": enginejoins.union,
        "drop": engines.dropped,
        "distinct": engines.distinct,
        "dropDuplicates": engines.distinct,
        "drop_duplicates": engines.distinct,
        "orderBy": engines.ordered,
        "order_by": engines.ordered,
        "sort": engines.ordered,
        "limit": frames.limited,
        "head": show,
        "take": show,
        "first": show,
        "sample": frames.limited,
        "toPandas": engines.to_pandas("pandas"),
        "to_pandas": engines.to_pandas("pandas"),
        "pandas_api": engines.to_pandas("pandas"),
        "to_pandas_on_spark": engines.to_pandas("pandas"),
        "to_snowpark_pandas": engines.to_pandas("pandas"),
        "collect": same,
        "show": show,
        "display": show,
        "describe": show,
        "summary": show,
        "printSchema": nothing,
        "count": lazy.nothing,
        "createOrReplaceTempView": sql.register_view,
        "createTempView": sql.register_view,
        "createOrReplaceGlobalTempView": sql.register_view,
        "create_or_replace_temp_view": sql.register_view,
        "create_or_replace_view": sql.register_view,
        "registerTempTable": sql.register_view,
        "randomSplit": transformers.random_split,
        "random_split": transformers.random_split,
        "transform": frames.pipe,
        "pivot": enginejoins.pivot,
        "unpivot": enginejoins.unpivot,
        "melt": enginejoins.unpivot,
        "explode": engines.exploded,
        "col": sessions.column_of,
        "write_pandas": nothing,
        "writeTo": sessions.writer_to,
    },
    "spark.session": {
        "sql": sql.query("spark", library="spark"),
        "table": source("table", library="spark", dialect="spark"),
        "createDataFrame": sessions.created,
        "create_dataframe": sessions.created,
        "getOrCreate": same,
        "appName": same,
        "config": same,
        "master": same,
        "enableHiveSupport": same,
        "newSession": same,
        "stop": nothing,
        "range": sessions.ranged,
        "read_table": source("table", library="spark", dialect="spark"),
        "builder": same,
    },
    "snowpark.session": {
        "sql": sql.query("snowflake", library="snowpark"),
        "table": source("table", library="snowpark", dialect="snowflake"),
        "read_table": source("table", library="snowpark", dialect="snowflake"),
        "createDataFrame": sessions.created,
        "create_dataframe": sessions.created,
        "write_pandas": writes.write_argument("table", dialect="snowflake"),
        "configs": same,
        "create": same,
        "getOrCreate": same,
    },
    "spark.reader": {
        "format": same,
        "option": same,
        "options": same,
        "schema": same,
        "table": source("table", library="spark", dialect="spark"),
        "load": sessions.loaded,
        **dict.fromkeys(("csv", "parquet", "json", "orc", "text", "delta", "avro", "xml"), sessions.loaded),
        "jdbc": source("table", 1, library="spark"),
    },
    "spark.writer": {
        **dict.fromkeys(
            (
                "mode",
                "format",
                "option",
                "options",
                "partitionBy",
                "bucketBy",
                "sortBy",
                "using",
                "trigger",
                "outputMode",
            ),
            same,
        ),
        "saveAsTable": sessions.saved_table,
        "save_as_table": sessions.saved_table,
        "insertInto": sessions.saved_table,
        "createOrReplace": sessions.saved_table,
        "create": sessions.saved_table,
        "append": sessions.saved_table,
        "overwritePartitions": sessions.saved_table,
        "toTable": sessions.saved_table,
        **dict.fromkeys(
            ("save", "csv", "parquet", "json", "orc", "text", "start", "copy_into_location"), sessions.saved_file
        ),
    },
    "spark.window": dict.fromkeys(
        (
            "partitionBy",
            "orderBy",
            "rowsBetween",
            "rangeBetween",
            "partition_by",
            "order_by",
            "rows_between",
            "range_between",
        ),
        lazy.window,
    ),
}

PROPERTIES: dict[str, Table] = {
    "spark": {
        "write": handle("spark.writer"),
        "writeStream": handle("spark.writer"),
        "columns": engines.column_list,
        "schema": lazy.nothing,
        "na": same,
        "rdd": same,
    },
    "spark.session": {
        "read": handle("spark.reader"),
        "readStream": handle("spark.reader"),
        "builder": same,
        "catalog": lazy.nothing,
        "conf": lazy.nothing,
    },
    "snowpark.session": {"read": handle("spark.reader"), "builder": same},
    "library": {
        "pyspark.sql.SparkSession.builder": sessions.spark,
        "pyspark.sql.SparkSession.builder.session": sessions.spark,
        "snowflake.snowpark.Session.builder": sessions.snowpark,
        "snowflake.snowpark.session.Session.builder": sessions.snowpark,
    },
}

_MEASURES = ("sum", "avg", "mean", "min", "max", "count", "countDistinct", "count_distinct",
             "approx_count_distinct", "approxCountDistinct", "first", "last",
             "stddev", "stddev_samp", "variance", "collect_list", "collect_set", "sumDistinct", "median",
             "percentile_approx", "skewness", "kurtosis",
             "row_number", "rank", "dense_rank", "percent_rank", "ntile", "array_agg", "mode", "min_by", "max_by",
             "any_value", "cume_dist", "listagg",
             "sum_distinct", "first_value", "last_value", "count_if", "corr", "bool_or", "bool_and", "stddev_pop")  # fmt: skip
_F = "pyspark.sql.functions"

FUNCTIONS: dict[str, Transfer] = {
    "pyspark.sql.SparkSession": sessions.spark,
    "pyspark.sql.SQLContext": sessions.spark,
    "pyspark.sql.HiveContext": sessions.spark,
    "databricks.connect.DatabricksSession.builder.getOrCreate": sessions.spark,
    "snowflake.snowpark.context.get_active_session": sessions.snowpark,
    "snowflake.snowpark.Session": sessions.snowpark,
    "snowflake.snowpark.Session.builder.configs": sessions.snowpark,
    **{f"{_F}.{name}": named_measure() for name in _MEASURES},
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
    f"{_F}.desc": lazy.column,
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
    (f"{_F}.", expression_call()),
    ("pyspark.ml.feature.VectorAssembler", estimators.estimator),
)


def _as_udf(m: Machine, function: Value) -> Value:
    return sessions.wrapped_udf(function)


DECORATORS: dict[str, Callable[[Machine, Value], Value]] = {"udf": _as_udf, "pandas_udf": _as_udf}

FRAMELIKE = frozenset(
    {"withColumn", "with_column", "withColumnRenamed", "groupBy", "createOrReplaceTempView", "unionByName", "dropDuplicates",
     "toPandas"}
)  # fmt: skip

"""PySpark (as of 4.3): sessions, frames, readers, writers, Delta tables; Snowpark's frames do the same under these names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import (
    delta,
    enginegroups,
    enginejoins,
    engines,
    frames,
    lazy,
    schemas,
    sessions,
    shapes,
    sparkframes,
    sql,
    transformers,
)
from feasilint.lower.python.transfers.common import copied, handle, nothing, same, show
from feasilint.lower.python.transfers.loading import source

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.call import Table
    from feasilint.lower.python.machine import Machine
    from feasilint.lower.python.values import Value

_SAME = (
    "cache", "repartitionById", "repartitionByRange", "withMetadata", "observe", "to", "asTable", "scalar",
    "exists", "toArrow", "to_arrow", "replicate", "outer", "persist", "unpersist", "repartition", "coalesce",
    "checkpoint", "localCheckpoint", "hint", "fillna", "dropna", "na", "replace", "cache_result", "clone",
    "withWatermark", "sortWithinPartitions", "broadcast", "rdd", "fill",
)  # fmt: skip

_NO_DATA = (
    "dtypes", "executionInfo", "inputFiles", "isEmpty", "is_empty", "isLocal", "isStreaming", "metadataColumn",
    "sameSemantics", "semanticHash", "sparkSession", "storageLevel", "queries", "session", "get_execution_profile",
)  # fmt: skip
_SETTINGS = ("addArtifact", "addArtifacts", "addTag", "clearTags", "getTags", "removeTag", "interruptAll", "interruptTag",
             "interruptOperation", "registerProgressHandler", "removeProgressHandler", "clearProgressHandlers",
             "copyFromLocalToFs", "profile")  # fmt: skip

METHODS: dict[str, Table] = {
    "any": {"createDataFrame": sparkframes.created},  # of a session that code from elsewhere has made
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
        "withColumnsRenamed": sparkframes.renamed_many,
        "alias": sparkframes.aliased,
        **dict.fromkeys(("toDF", "to_df"), sparkframes.to_names),
        "colRegex": sparkframes.by_pattern,
        "zipWithIndex": sparkframes.counted_index,
        **dict.fromkeys(("rollup", "cube"), enginegroups.group_by),
        **dict.fromkeys(("groupingSets", "group_by_grouping_sets"), enginegroups.grouping_sets),
        **dict.fromkeys(("exceptAll", "subtract", "minus", "except_"), sparkframes.compared("anti")),
        **dict.fromkeys(("intersect", "intersectAll"), sparkframes.compared("semi")),
        "crosstab": sparkframes.crosstab,
        "freqItems": sparkframes.frequent,
        **dict.fromkeys(("approxQuantile", "approx_quantile"), sparkframes.statistic("approx_percentile")),
        "corr": sparkframes.statistic("corr"),
        "cov": sparkframes.statistic("covar"),
        "stat": copied,
        **dict.fromkeys(("mapInPandas", "mapInArrow"), sparkframes.mapped),
        **dict.fromkeys(
            ("toLocalIterator", "to_local_iterator", "foreach", "foreachPartition", "toJSON"), sparkframes.rows_of
        ),
        **dict.fromkeys(
            ("lateralJoin", "lateral_join", "nearestByJoin", "natural_join", "cross_join"), enginejoins.join
        ),
        "zip": enginejoins.join,
        "transpose": shapes.transposed,
        "dropDuplicatesWithinWatermark": frames.distinct,
        **dict.fromkeys(("offset", "sampleBy", "sample_by"), frames.limited),
        **dict.fromkeys(("tail", "explain", "plot"), show),
        **dict.fromkeys(_NO_DATA, lazy.nothing),
        "mergeInto": delta.merged_into,
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
        **dict.fromkeys(("unionByName", "union_by_name", "union_all_by_name", "unionAllByName"), enginejoins.union),
        "drop": engines.dropped,
        "distinct": frames.distinct,
        "dropDuplicates": frames.distinct,
        "drop_duplicates": frames.distinct,
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
        **dict.fromkeys(
            (
                "createTempView",
                "createGlobalTempView",
                "createOrReplaceGlobalTempView",
                "create_or_replace_temp_view",
                "create_temp_view",
                "create_or_replace_view",
                "createOrReplaceView",
                "registerTempTable",
            ),
            sql.register_view,
        ),
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
        "createDataFrame": sparkframes.created,
        "create_dataframe": sparkframes.created,
        **dict.fromkeys(("active", "getActiveSession", "Builder"), same),
        **dict.fromkeys(("client", "dataSource", "sparkContext", "streams", "tvf", "udtf", "version"), lazy.nothing),
        "udf": sessions.registrar,
        **dict.fromkeys(_SETTINGS, nothing),
        "emptyDataFrame": lazy.nothing,
        "getOrCreate": same,
        **dict.fromkeys(("appName", "config", "dataprocSessionConfig", "location", "projectId", "remote"), same),
        "master": same,
        "enableHiveSupport": same,
        "newSession": same,
        "stop": nothing,
        "range": sessions.ranged,
        "read_table": source("table", library="spark", dialect="spark"),
        "builder": same,
    },
    "spark.reader": {
        **dict.fromkeys(("format", "option", "options"), sessions.option),
        "schema": same,
        **dict.fromkeys(("changes", "name", "with_metadata"), same),
        "table": source("table", library="spark", dialect="spark"),
        "load": sessions.loaded,
        **dict.fromkeys(
            (
                "csv",
                "parquet",
                "json",
                "orc",
                "text",
                "delta",
                "avro",
                "xml",
                "binaryFile",
                "file",
                "directory",
                "documents",
            ),
            sessions.loaded,
        ),
        "jdbc": source("table", 1, library="spark"),
        "dbapi": sessions.loaded_table,
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
                "queryName",
                "clusterBy",
                "partitionedBy",
                "tableProperty",
                "partition_by",
            ),
            sessions.option,
        ),
        "jdbc": sessions.saved_jdbc,
        "foreachBatch": sessions.each_batch,
        "foreach": same,
        **dict.fromkeys(("insert_into", "replace", "overwrite"), sessions.saved_table),
        "saveAsTable": sessions.saved_table,
        "save_as_table": sessions.saved_table,
        "insertInto": sessions.saved_table,
        "createOrReplace": sessions.saved_table,
        "create": sessions.saved_table,
        "append": sessions.saved_table,
        "overwritePartitions": sessions.saved_table,
        "toTable": sessions.saved_table,
        **dict.fromkeys(
            ("save", "csv", "parquet", "json", "orc", "text", "xml", "start", "copy_into_location"), sessions.saved_file
        ),
    },
    "delta.table": {
        "alias": same,
        "merge": delta.merge,
        "toDF": delta.to_frame,
        **dict.fromkeys(("delete", "update", "vacuum", "optimize", "history", "detail", "generate"), nothing),
    },
    "delta.merge": {
        **dict.fromkeys(
            (
                "whenMatchedUpdateAll",
                "whenMatchedUpdate",
                "whenMatchedDelete",
                "whenNotMatchedInsertAll",
                "whenNotMatchedInsert",
                "whenNotMatchedBySourceUpdate",
                "whenNotMatchedBySourceDelete",
                "withSchemaEvolution",
                "whenMatched",
                "whenNotMatched",
                "whenNotMatchedBySource",
                "updateAll",
                "insertAll",
                "update",
                "insert",
                "delete",
            ),
            same,
        ),
        **dict.fromkeys(("execute", "merge"), delta.executed),
    },
    "spark.schema": {"add": schemas.added, "fieldNames": schemas.listed},
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
        "schema": schemas.of_frame,
        "stat": same,
        **dict.fromkeys(_NO_DATA, lazy.nothing),
        "na": same,
        "rdd": same,
    },
    "spark.session": {
        "udf": handle("snowpark.registrar"),
        "read": handle("spark.reader"),
        "readStream": handle("spark.reader"),
        "builder": same,
        "catalog": lazy.nothing,
        "conf": lazy.nothing,
    },
    "parameter": dict.fromkeys(
        ("pyspark.sql.SparkSession", "pyspark.sql.session.SparkSession", "a parameter spark"), sessions.spark
    ),
    "library": {
        "pyspark.sql.SparkSession.builder": sessions.spark,
        "pyspark.sql.SparkSession.builder.session": sessions.spark,
    },
}


def _as_udf(m: Machine, function: Value) -> Value:
    return sessions.wrapped_udf(function)


DECORATORS: dict[str, Callable[[Machine, Value], Value]] = {"udf": _as_udf, "pandas_udf": _as_udf}

FRAMELIKE = frozenset(
    {"withColumn", "with_column", "withColumnRenamed", "groupBy", "createOrReplaceTempView", "unionByName", "dropDuplicates",
     "toPandas"}
)  # fmt: skip

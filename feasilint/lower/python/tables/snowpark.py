"""Snowpark (as of 1.56): its session, and what its frames have beside those of PySpark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import (
    analytics,
    engineapplies,
    enginegroups,
    enginejoins,
    engines,
    frames,
    lazy,
    sessions,
    snowparkframes,
    sparkframes,
    sql,
    writes,
)
from feasilint.lower.python.transfers.common import copied, handle, nothing, same, show
from feasilint.lower.python.transfers.loading import source

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_NO_ROWS = ("add_import", "add_packages", "add_requirements", "append_query_tag", "begin_transaction", "cancel_all",
            "clear_imports", "clear_packages", "close", "commit", "remove_import", "remove_package", "rollback",
            "replicate_local_environment", "update_query_tag", "use_database", "use_role", "use_schema", "use_secondary_roles",
            "use_warehouse", "custom_package_usage_config")  # fmt: skip
_FACTS = ("catalog", "client_telemetry", "conf", "connection", "dataframe_profiler", "file", "get_current_account",
          "get_current_database", "get_current_role", "get_current_schema", "get_current_user", "get_current_warehouse",
          "get_fully_qualified_current_schema", "get_fully_qualified_name_if_possible", "get_imports", "get_packages",
          "get_session_stage", "is_feature_enabled_for_version", "lineage", "query_history", "query_tag", "session_id",
          "stored_procedure_profiler", "telemetry_enabled", "udf_profiler", "RuntimeConfig", "ast_enabled", "ast_listener",
          "auto_clean_up_temp_table_enabled", "cte_optimization_enabled", "dummy_row_pos_optimization_enabled",
          "eliminate_numeric_sql_value_cast_enabled", "large_query_breakdown_enabled", "create_async_job",
          "large_query_breakdown_complexity_bounds", "pandas_hybrid_execution_enabled", "sql_simplifier_enabled",
          "reduce_describe_query_enabled")  # fmt: skip

METHODS: dict[str, Table] = {
    "snowpark": {
        **dict.fromkeys(("join", "cross_join", "natural_join", "crossJoin"), snowparkframes.join),
        "join_table_function": snowparkframes.widened,
        "flatten": snowparkframes.widened,
        "col_ilike": sparkframes.by_pattern,
        "collect_nowait": same,
        "print_schema": nothing,
        "explain": show,
        "to_polars": engines.to_pandas("polars"),
        **dict.fromkeys(("to_pandas_batches", "to_arrow_batches"), snowparkframes.batches),
        "copy_into_table": sessions.saved_frame,
        "create_or_replace_dynamic_table": sessions.saved_frame,
        "merge": snowparkframes.merge,
        **dict.fromkeys(("delete", "update", "drop_table"), nothing),
        "drop_duplicates": frames.distinct,
        "pandas": copied,
        "unpivot": enginejoins.unpivot,
    },
    "snowpark.analytics": {
        "moving_agg": analytics.moving,
        "cumulative_agg": analytics.cumulative,
        "time_series_agg": analytics.over_time,
        "compute_lag": analytics.shifted(1, "LAG"),
        "compute_lead": analytics.shifted(-1, "LEAD"),
    },
    "lazy.groups": {
        "function": enginegroups.named_function,
        "builtin": enginegroups.named_function,
        "apply_in_pandas": engineapplies.group_apply,
        "ai_agg": enginegroups.group_measure,
    },
    "lazy.function": {"__call__": enginegroups.called_function},
    "snowpark.session": {
        "sql": sql.query("snowflake", library="snowpark"),
        "table": source("table", library="snowpark", dialect="snowflake"),
        "read_table": source("table", library="snowpark", dialect="snowflake"),
        "createDataFrame": sparkframes.created,
        "create_dataframe": sparkframes.created,
        "write_pandas": writes.write_argument("table", dialect="snowflake"),
        **dict.fromkeys(("config", "configs", "create", "getOrCreate", "app_name", "appName"), same),
        **dict.fromkeys(("SessionBuilder", "getActiveSession", "get_active_session", "builder"), same),
        **dict.fromkeys(("udf", "udaf", "udtf", "sproc"), sessions.registrar),
        **dict.fromkeys(("call", "call_nowait"), sessions.called),
        "range": sessions.ranged,
        **dict.fromkeys(("table_function", "flatten", "generator"), snowparkframes.made_rows),
        "write_arrow": writes.write_argument("table", dialect="snowflake"),
        "directory": snowparkframes.made_rows,
        **dict.fromkeys(_NO_ROWS, nothing),
        **dict.fromkeys(_FACTS, lazy.nothing),
    },
    "snowpark.registrar": {
        **dict.fromkeys(("register", "__call__"), sessions.registered),
        "register_from_file": lazy.nothing,
    },
}

FUNCTIONS: dict[str, Transfer] = {"pyspark.sql.functions.sproc": sessions.procedure}
PROPERTIES: dict[str, Table] = {
    "snowpark": {"analytics": handle("snowpark.analytics"), "ai": same, "pandas": same},
    "snowpark.session": {
        "read": handle("spark.reader"),
        "builder": same,
        **dict.fromkeys(("udf", "udaf", "udtf", "sproc"), handle("snowpark.registrar")),
        **dict.fromkeys(_FACTS, lazy.nothing),
    },
    "parameter": dict.fromkeys(("snowflake.snowpark.Session", "snowflake.snowpark.session.Session"), sessions.snowpark),
    "library": {
        "snowflake.snowpark.Session.builder": sessions.snowpark,
        "snowflake.snowpark.session.Session.builder": sessions.snowpark,
    },
}

"""What dbt and SQLMesh hand to Python models: their own objects, sessions, and relations of DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import dbt, duckdb, engines, sessions, sql, sqlmesh
from feasilint.lower.python.transfers.common import constant, handle, nothing, same, show

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table

_QUERY = sql.query("bigquery", names=("query", "query_or_table", "table_id"))

METHODS: dict[str, Table] = {
    "dbt": {"ref": dbt.ref, "source": dbt.source},
    "dbt.config": {"__call__": nothing, "get": dbt.setting, "meta_get": dbt.setting},
    "duckdb": {
        **dict.fromkeys(
            ("df", "to_df", "fetchdf", "fetch_df", "fetchall", "fetchone", "fetchmany", "fetchnumpy", "arrow",
             "to_arrow_table", "fetch_arrow_table", "record_batch", "to_pandas"),
            engines.to_pandas("pandas"),
        ),
        "pl": engines.to_pandas("polars"),
        "filter": duckdb.clause("SELECT * FROM _input WHERE"),
        **dict.fromkeys(("project", "select"), duckdb.clause("SELECT", "FROM _input")),
        "aggregate": duckdb.clause("SELECT", "FROM _input GROUP BY", "ALL"),
        **dict.fromkeys(("query", "query_df"), duckdb.query),
        **dict.fromkeys(("execute", "set_alias"), engines.to_pandas("duckdb")),
        "show": show,
    },
    "bigframes.session": {
        **dict.fromkeys(("read_gbq", "read_gbq_query", "read_gbq_table"), _QUERY),
        "close": nothing,
    },
    "sqlmesh.context": {
        **dict.fromkeys(("fetchdf", "fetch_pyspark_df"), sqlmesh.fetched),
        **dict.fromkeys(("resolve_table", "table"), sqlmesh.resolved),
        **dict.fromkeys(("var", "blueprint_var"), sqlmesh.variable),
    },
}  # fmt: skip

PROPERTIES: dict[str, Table] = {
    "dbt": {"config": handle("dbt.config"), "this": dbt.this, "is_incremental": constant(False)},
    "sqlmesh.context": {
        "spark": sessions.spark,
        "snowpark": sessions.snowpark,
        "bigframe": handle("bigframes.session"),
        "engine_adapter": same,
    },
    "duckdb": {"columns": engines.column_list},
}

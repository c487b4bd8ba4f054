"""What dbt hands to Python models: its own object, and relations of DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import dbt, duckdb, engines
from feasilint.lower.python.transfers.common import constant, handle, nothing, show

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table

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
}  # fmt: skip

PROPERTIES: dict[str, Table] = {
    "dbt": {"config": handle("dbt.config"), "this": dbt.this, "is_incremental": constant(False)},
    "duckdb": {"columns": engines.column_list},
}

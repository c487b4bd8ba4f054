"""Ibis (as of 11): backends, and what its tables have beside the methods of polars' frames, with which they share the most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Now
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers import engines, frames, ibis, lazy, times
from feasilint.lower.python.transfers.common import argument_copied, nothing, same
from feasilint.lower.python.transfers.loading import reader

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Table, Transfer

_READERS = ("read_csv", "read_parquet", "read_json", "read_delta")
_BACKENDS = ("bigquery", "snowflake", "duckdb", "postgres", "pyspark", "trino", "athena", "clickhouse", "databricks", "mssql",
             "mysql", "sqlite", "oracle", "redshift")  # fmt: skip


def _now(call: Call) -> v.Value:
    return v.Scalar(Now(call.origin))


METHODS: dict[str, Table] = {
    "ibis.backend": {
        "table": ibis.table,
        **dict.fromkeys(("sql", "raw_sql"), ibis.query),
        **dict.fromkeys(_READERS, reader("polars")),
        **dict.fromkeys(("list_tables", "disconnect", "create_view"), nothing),
    },
    "ibis.deferred": {"count": lazy.named_measure("count")},
    "polars": {
        "mutate": engines.with_columns,
        "aggregate": ibis.aggregated,
        "order_by": engines.ordered,
        "distinct": frames.distinct,
        **dict.fromkeys(("inner_join", "left_join", "outer_join", "semi_join", "anti_join"), ibis.joined),
        **dict.fromkeys(("execute", "to_pandas_batches"), engines.to_pandas("pandas")),
        **dict.fromkeys(("to_polars", "relocate"), same),
    },
    "lazy.name": {"__call__": ibis.named},
    "lazy.groups": {"aggregate": ibis.aggregated},
}

PROPERTIES: dict[str, Table] = {
    "library": {"ibis._": lambda _: v.Handle("ibis.deferred")},
    "ibis.deferred": {"*": lambda call: None if call.name == "count" else lazy.named_column(call)},
}

FUNCTIONS: dict[str, Transfer] = {
    "ibis.connect": ibis.backend,
    **{f"ibis.{name}.connect": ibis.backend for name in _BACKENDS},
    **{f"ibis.{name}": reader("polars") for name in _READERS},
    **dict.fromkeys(("ibis.now", "ibis.today"), _now),
    "ibis.interval": times.timedelta,
    **dict.fromkeys(("ibis.timestamp", "ibis.date"), times.timestamp),
    "ibis.literal": lazy.literal,
    **dict.fromkeys(("ibis.desc", "ibis.asc"), argument_copied),
}

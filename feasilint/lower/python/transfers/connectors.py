"""Connections, cursors, object stores, responses: what stands between code and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.loading import path_name, scan
from feasilint.lower.python.transfers.sql import looks_like_sql, run

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call

_DIALECTS = {
    "sqlite": "sqlite", "psycopg": "postgres", "postgres": "postgres", "mysql": "mysql", "MySQLdb": "mysql",
    "pyodbc": "tsql", "mssql": "tsql",
    "snowflake": "snowflake", "duckdb": "duckdb", "redshift": "redshift", "oracle": "oracle", "cx_Oracle": "oracle",
    "databricks": "databricks",
    "athena": "athena", "trino": "trino", "presto": "presto", "hive": "hive", "clickhouse": "clickhouse",
    "bigquery": "bigquery",
    "teradata": "teradata",
}  # fmt: skip


def connection(call: Call) -> v.Value:
    """A database connection or engine; its URL or driver says the dialect."""
    url = call.text(0, "url") if "create_engine" in call.name else None
    return v.Handle("connection", (("dialect", v.Const(dialect_of(url if url is not None else call.name))),))


def dialect_of(words: str) -> str | None:
    """The dialect behind a driver or the URL of a database."""
    return next((name for key, name in _DIALECTS.items() if key in words), None)


def cursor(call: Call) -> v.Value:
    """Each cursor remembers the rows of its last query."""
    receiver = call.receiver
    dialect = receiver.get("dialect") if isinstance(receiver, v.Handle) else None
    slot = call.m.alloc(v.Dict())
    return v.Handle("connection", (("dialect", dialect or v.NONE), ("last", slot)))


def execute(call: Call) -> v.Value | None:
    """`connection.execute(sql)`: a query that can be fetched from."""
    receiver = call.receiver
    value = call.arg(0) or next(iter(call.kwargs.values()), None)
    if value is None or not isinstance(receiver, v.Handle):
        return None
    held = receiver.get("dialect")
    dialect = held.value if isinstance(held, v.Const) and isinstance(held.value, str) else None
    relation = run(call, value, dialect, frames=dialect == "duckdb")
    frame: v.Value = call.m.alloc(v.Frame(relation)) if relation is not None else v.NONE
    slot = receiver.get("last")
    if slot is not None and relation is not None:
        call.m.set(slot, v.Dict(((v.Const("rows"), frame),)))
    return v.Handle("query", (("frame", frame), ("of", call.target)))


def last_rows(call: Call) -> v.Value | None:
    """`cursor.fetchall()`."""
    receiver = call.receiver
    slot = receiver.get("last") if isinstance(receiver, v.Handle) else None
    held = call.m.get(slot) if slot is not None else None
    return held.get("rows") if isinstance(held, v.Dict) else None


def description(call: Call) -> v.Value:
    """`cursor.description`: the names of the last query's columns, each the first of a row of facts."""
    rows = last_rows(call)
    frame = call.m.get(rows) if rows is not None else None
    names = known(AllOf(frame.relation)) if isinstance(frame, v.Frame) else None
    if names is None:
        return v.Seq((call.m.unknown("description"),), "tuple", True)
    return v.Seq(tuple(v.Seq((v.Const(name),), "tuple", True) for name in names), "tuple")


def column_names(call: Call) -> v.Value | None:
    """`result.keys()`."""
    rows = call.receiver.get("frame") if isinstance(call.receiver, v.Handle) else None
    frame = call.m.get(rows) if rows is not None else None
    return v.Columns(AllOf(frame.relation), frame.relation) if isinstance(frame, v.Frame) else None


def maybe_execute(call: Call) -> v.Value | None:
    """A method of something unknown whose argument is plainly SQL."""
    value = call.arg(0) or next(iter(call.kwargs.values()), None)
    found = call.m.get(value) if value is not None else None
    if isinstance(found, v.Handle) and found.kind == "sql.text":
        found = call.m.get(found.get("0") or v.NONE)
    if (
        value is None
        or not isinstance(found, v.Const)
        or not isinstance(found.value, str)
        or not looks_like_sql(found.value)
    ):
        return None
    relation = run(call, value, None)
    frame: v.Value = call.m.alloc(v.Frame(relation)) if relation is not None else v.NONE
    return v.Handle("query", (("frame", frame), ("of", call.target)))


# --- BigQuery tables ---


def table_handle(call: Call) -> v.Value | None:
    value = call.arg(0)
    return v.Handle("reference", (("name", as_text(call.m, value)),)) if value is not None else None


def table_rows(call: Call) -> v.Value | None:
    """`client.list_rows(table)`."""
    value = call.arg(0, "table")
    found = call.m.get(value) if value is not None else None
    name = found.get("name") if isinstance(found, v.Handle) else value
    if name is None:
        return None
    frame = v.Frame(scan(call, Source(path_name(call, name), "table", "bigquery")))
    return v.Handle("query", (("frame", call.m.alloc(frame)),))


def load_table(call: Call) -> v.Value | None:
    """`client.load_table_from_uri(uri, table)`."""
    uri, table = call.arg(0, "source_uris"), call.arg(1, "destination")
    if uri is None or table is None:
        return None
    from feasilint.lower.python.transfers.loading import scan_paths

    relation = scan_paths(call, uri)
    if relation is not None:
        call.m.sink(Write(relation, Source(path_name(call, table), "table", "bigquery"), "insert", origin=call.origin))
    return v.NONE


# --- data sets, sheets ---


def keras_file(call: Call) -> v.Value | None:
    """`get_file(name, origin=url)`: a path that stands for the URL."""
    origin = call.arg(1, "origin")
    if origin is None:
        return None
    url = as_text(call.m, origin)
    relation = scan(call, Source(str(url.value), "url"))
    return v.Handle("download", (("url", url), ("data", v.Row(relation))))


def bunch_member(call: Call) -> v.Value | None:
    receiver = call.receiver
    name = call.text(0) if call.name == "get" else call.name
    return receiver.get(name or "") if isinstance(receiver, v.Handle) else None


def bunch_names(call: Call) -> v.Value | None:
    receiver = call.receiver
    data = receiver.get("data") if isinstance(receiver, v.Handle) else None
    frame = call.m.frame(data) if data is not None else None
    return v.Columns(AllOf(frame.relation), frame.relation) if frame is not None else None


def sheet(call: Call) -> v.Value | None:
    """Google Sheets: opening gives a sheet, getting records reads it."""
    if call.name.startswith("get_all") or call.name == "get_values":
        receiver = call.receiver
        name = receiver.get("0") if isinstance(receiver, v.Handle) else None
        words = path_name(call, name) if name is not None else "sheet"
        return call.m.unknown("records", v.Row(scan(call, Source(words, "api", None, "google sheets"))))
    return v.Handle("worksheet", tuple((str(at), value) for at, value in enumerate(call.args)))

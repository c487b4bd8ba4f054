# /// script
# dependencies = ["psycopg[binary]==3.3.9", "duckdb==2.0.1"]
# ///
"""Makes tests/catalog/imports/artefacts/information_schema.

PostgreSQL (a private server of 15.18) and DuckDB are asked themselves. Of BigQuery, Snowflake and Unity Catalog, which cannot be
run here, the dumps have the columns, types and spellings that their documentation of INFORMATION_SCHEMA gives.

    python -m venv venv && venv/bin/pip install 'psycopg[binary]==3.3.9' duckdb==2.0.1
    venv/bin/python scripts/artefacts/information_schema.py
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb
import psycopg

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/catalog/imports/artefacts/information_schema"
sys.path.insert(0, str(ROOT / "tests/catalog/imports"))

SHOP = """
CREATE SCHEMA sales;
CREATE TABLE sales.orders (
  order_id bigint PRIMARY KEY, ordered_at timestamptz NOT NULL, amount numeric(12, 2), tags text[]);
CREATE TABLE sales.order_lines (
  order_id bigint REFERENCES sales.orders, line int, sku varchar(20), PRIMARY KEY (order_id, line));
CREATE VIEW sales.v_orders AS SELECT order_id, amount FROM sales.orders;
"""
VIEWS = ("tables", "columns", "table_constraints", "key_column_usage")


def postgres() -> str:
    from private_postgres import server

    folder = FOLDER / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    with server() as host, psycopg.connect(host=host, user="owner", dbname="postgres", autocommit=True) as start:
        start.execute("CREATE DATABASE shop")
        with psycopg.connect(host=host, user="owner", dbname="shop", autocommit=True) as connection:
            connection.execute(SHOP)
            for view in VIEWS:
                wanted = (
                    f"SELECT * FROM information_schema.{view} WHERE table_schema IN ('sales', 'information_schema')"
                )
                with connection.cursor().copy(
                    f"COPY ({wanted} ORDER BY table_schema DESC, table_name LIMIT 20) TO STDOUT WITH (FORMAT csv, HEADER)"
                ) as copy:
                    (folder / f"{view}.csv").write_bytes(b"".join(copy))
            return f"postgres/*: PostgreSQL {connection.info.server_version // 10000}.{connection.info.server_version % 10000}"


def duck() -> str:
    folder = FOLDER / "duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS shop; USE shop; CREATE SCHEMA sales")
    connection.execute(
        "CREATE TABLE sales.orders (order_id BIGINT PRIMARY KEY, ts TIMESTAMP, item STRUCT(sku VARCHAR, n INTEGER))"
    )
    connection.execute(
        "CREATE TABLE sales.events_20261119 (ts TIMESTAMP); CREATE TABLE sales.events_20261120 (ts TIMESTAMP, x INT)"
    )
    for view, array in (("tables", "true"), ("columns", "false")):
        wanted = f"SELECT * FROM information_schema.{view} WHERE table_schema = 'sales' ORDER BY table_name"
        connection.execute(f"COPY ({wanted}) TO '{folder}/{view}.json' (FORMAT json, ARRAY {array})")
    return f"duckdb/*: DuckDB {version('duckdb')}"


def table(path: Path, head: str, *rows: str) -> None:
    """A CSV file, with fields as they are quoted by whoever exports them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head.split(","))
        writer.writerows(next(csv.reader([row], skipinitialspace=True)) for row in rows)


def bigquery() -> str:
    folder, looked = FOLDER / "bigquery", date(2026, 11, 20)
    days = [looked - timedelta(days=back) for back in range(40, -1, -1)]
    parts = [
        f"acme,sales,orders,{day:%Y%m%d},{3000 if day == looked else 1_000_000 + (days.index(day) % 7) * 50_000},"
        f"{600_000 if day == looked else (1_000_000 + (days.index(day) % 7) * 50_000) * 200},"
        f"{day + timedelta(days=day != looked)} 03:12:11.250 UTC,2026-11-20 09:12:11 UTC"
        for day in days
    ]
    head = "table_catalog,table_schema,table_name"
    table(folder / "partitions.csv", f"{head},partition_id,total_rows,total_logical_bytes,last_modified_time,read_at",
          *parts, "acme,sales,orders,__NULL__,12,2400,2026-11-01 03:12:11 UTC,2026-11-20 09:12:11 UTC",
          "acme,sales,users,,20000,3000000,2026-11-19 22:12:11 UTC,2026-11-20 09:12:11 UTC")  # fmt: skip
    table(folder / "tables.csv", f"{head},table_type,is_insertable_into,is_typed,creation_time,ddl",
          'acme,sales,orders,BASE TABLE,YES,NO,2026-01-01 00:00:00 UTC,"CREATE TABLE `acme.sales.orders`\n(\n  order_id STRING\n)"',
          "acme,sales,users,BASE TABLE,YES,NO,2026-01-01 00:00:00 UTC,CREATE TABLE",
          "acme,sales,v_orders,VIEW,NO,NO,2026-01-01 00:00:00 UTC,CREATE VIEW",
          "acme,sales,old_users,SNAPSHOT,NO,NO,2026-01-01 00:00:00 UTC,CREATE SNAPSHOT",
          *(f"acme,web,events_{day:%Y%m%d},BASE TABLE,YES,NO,2026-01-01 00:00:00 UTC,CREATE TABLE" for day in days[:3]))  # fmt: skip
    table(folder / "columns.csv",
          f"{head},column_name,ordinal_position,is_nullable,data_type,is_hidden,is_partitioning_column,clustering_ordinal_position",
          "acme,sales,orders,amount,3,YES,NUMERIC,NO,NO,", "acme,sales,orders,order_id,1,NO,STRING,NO,NO,1",
          "acme,sales,orders,ordered_at,2,YES,TIMESTAMP,NO,YES,",
          "acme,sales,orders,item,4,YES,\"STRUCT<sku STRING, n INT64>\",NO,NO,",
          "acme,sales,users,user_id,1,NO,STRING,NO,NO,", "acme,sales,users,email,2,YES,STRING,NO,NO,",
          "acme,sales,users,_PARTITIONTIME,3,YES,TIMESTAMP,YES,YES,",
          *(f"acme,web,events_{day:%Y%m%d},event_name,1,YES,STRING,NO,NO," for day in days[:3]))  # fmt: skip
    table(folder / "fields.csv", f"{head},column_name,field_path,data_type,description,policy_tags",
          'acme,sales,orders,item,item,"STRUCT<sku STRING, n INT64>",,[]', "acme,sales,orders,item,item.sku,STRING,,[]",
          'acme,sales,users,email,email,STRING,,"[""projects/acme/locations/eu/taxonomies/1/policyTags/2""]"')  # fmt: skip
    storage = f"{head},table_type,total_rows,total_partitions,total_logical_bytes,storage_last_modified_time,deleted"
    sizes = (40_000, 44_000, 42_000)
    table(folder / "storage.csv", f"project_id,{storage}",
          "acme,acme,sales,gone,BASE TABLE,5,0,100,2026-11-19 00:00:00 UTC,true",
          *(f"acme,acme,web,events_{day:%Y%m%d},BASE TABLE,{size},0,{size * 500},{day} 04:00:00 UTC,false"
            for day, size in zip(days[:3], sizes, strict=True)))  # fmt: skip
    table(
        folder / "options.csv",
        f"{head},option_name,option_type,option_value",
        "acme,sales,orders,partition_expiration_days,FLOAT64,1095.0",
        'acme,sales,orders,labels,"ARRAY<STRUCT<STRING, STRING>>","[STRUCT(""tier"", ""gold""), STRUCT(""feasilint_latency"", ""daily"")]"',
    )
    table(folder / "keys.csv", f"constraint_catalog,constraint_schema,constraint_name,{head},column_name,ordinal_position",
          "acme,sales,orders.pk$,acme,sales,orders,order_id,1")  # fmt: skip
    return "bigquery/*: the columns of INFORMATION_SCHEMA as documented in November 2026"


def snowflake() -> str:
    folder = FOLDER / "snowflake"
    folder.mkdir(parents=True, exist_ok=True)
    base = {"TABLE_CATALOG": "ANALYTICS", "TABLE_SCHEMA": "SALES"}
    tables = [
        base
        | {
            "TABLE_NAME": "ORDERS",
            "TABLE_OWNER": "TRANSFORMER",
            "TABLE_TYPE": "BASE TABLE",
            "IS_TRANSIENT": "NO",
            "CLUSTERING_KEY": "LINEAR(TO_DATE(ORDERED_AT), ORDER_ID)",
            "ROW_COUNT": 73_000_000,
            "BYTES": 2_190_000_000,
            "RETENTION_TIME": 1,
            "LAST_ALTERED": "2026-11-20 03:10:00.000 -0800",
            "IS_DYNAMIC": "NO",
            "COMMENT": None,
        },
        base
        | {
            "TABLE_NAME": "DAILY_ORDERS",
            "TABLE_OWNER": "SYSADMIN",
            "TABLE_TYPE": "BASE TABLE",
            "CLUSTERING_KEY": None,
            "ROW_COUNT": 0,
            "BYTES": 0,
            "RETENTION_TIME": 1,
            "IS_DYNAMIC": "YES",
        },
        base
        | {
            "TABLE_NAME": "V_ORDERS",
            "TABLE_OWNER": "TRANSFORMER",
            "TABLE_TYPE": "MATERIALIZED VIEW",
            "ROW_COUNT": None,
        },
        base
        | {"TABLE_SCHEMA": "INFORMATION_SCHEMA", "TABLE_NAME": "TABLES", "TABLE_OWNER": None, "TABLE_TYPE": "VIEW"},
    ]
    columns = [
        base | {"TABLE_NAME": "ORDERS", "COLUMN_NAME": name, "ORDINAL_POSITION": at, "DATA_TYPE": kind}
        for at, (name, kind) in enumerate(
            (("ORDER_ID", "NUMBER"), ("ORDERED_AT", "TIMESTAMP_NTZ"), ("EMAIL", "TEXT")), 1
        )
    ]
    keys = {"created_on": "2026-01-01", "database_name": "ANALYTICS", "schema_name": "SALES", "table_name": "ORDERS",
            "column_name": "ORDER_ID", "key_sequence": 1, "constraint_name": "SYS_CONSTRAINT_1", "rely": "false"}  # fmt: skip
    tag = {"TAG_DATABASE": "GOVERNANCE", "TAG_SCHEMA": "TAGS", "OBJECT_DATABASE": "ANALYTICS", "OBJECT_SCHEMA": "SALES",
           "OBJECT_NAME": "ORDERS"}  # fmt: skip
    tags = [
        tag | {"TAG_NAME": "PII", "TAG_VALUE": "email", "DOMAIN": "COLUMN", "COLUMN_NAME": "EMAIL"},
        tag | {"TAG_NAME": "COST_CENTER", "TAG_VALUE": "42", "DOMAIN": "TABLE", "COLUMN_NAME": None},
    ]
    for name, rows in (("tables", tables), ("columns", columns), ("primary_keys", [keys]), ("tags", tags)):
        (folder / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return "snowflake/*: the columns of INFORMATION_SCHEMA, SHOW PRIMARY KEYS and TAG_REFERENCES as documented in November 2026"


def unity() -> str:
    folder, head = FOLDER / "unity", "table_catalog,table_schema,table_name"
    table(folder / "tables.csv", f"{head},table_type,table_owner,comment,created,last_altered,data_source_format,storage_path",
          "main,sales,orders,MANAGED,payments-team,null,2026-01-01,2026-11-20,DELTA,s3://managed/__unitystorage/1",
          "main,sales,raw_orders,EXTERNAL,8f14e45f-ceea-467f-a1d3-9d1c2b0a7e11,null,2026-01-01,2026-11-20,DELTA,s3://lake/raw/orders",
          "main,sales,live_orders,STREAMING_TABLE,owner@example.com,null,2026-01-01,2026-11-20,DELTA,",
          "system,access,audit,EXTERNAL,System user,null,2026-01-01,2026-11-20,DELTA,")  # fmt: skip
    table(folder / "columns.csv", f"{head},column_name,ordinal_position,is_nullable,full_data_type,data_type,partition_index,comment",
          "main,sales,orders,order_id,1,NO,bigint,LONG,null,null", 'main,sales,orders,amount,2,YES,"decimal(12,2)",DECIMAL,null,null',
          "main,sales,orders,country,3,YES,string,STRING,1,null", "main,sales,orders,ds,4,YES,date,DATE,2,null")  # fmt: skip
    of_constraint = "constraint_catalog,constraint_schema,constraint_name"
    table(folder / "constraints.csv", f"{of_constraint},{head},constraint_type",
          "main,sales,orders_key,main,sales,orders,PRIMARY KEY", "main,sales,to_users,main,sales,orders,FOREIGN KEY")  # fmt: skip
    table(folder / "keys.csv", f"{of_constraint},{head},column_name,ordinal_position,position_in_unique_constraint",
          "main,sales,orders_key,main,sales,orders,order_id,1,null", "main,sales,to_users,main,sales,orders,country,1,1")  # fmt: skip
    table(folder / "table_tags.csv", "catalog_name,schema_name,table_name,tag_name,tag_value",
          "main,sales,raw_orders,system.certification_status,deprecated", "main,sales,orders,feasilint.retention,3y")  # fmt: skip
    table(folder / "column_tags.csv", "catalog_name,schema_name,table_name,column_name,tag_name,tag_value",
          "main,sales,orders,country,pii,", "main,sales,orders,amount,feasilint.known_after,2d")  # fmt: skip
    return "unity/*: the columns of information_schema as documented in November 2026"


def main() -> None:
    made = [make() for make in (postgres, duck, bigquery, snowflake, unity)]
    (FOLDER / "VERSIONS").write_text("\n".join(made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

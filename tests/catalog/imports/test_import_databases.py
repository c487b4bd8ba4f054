"""Databases themselves, asked through SQLAlchemy: PostgreSQL, DuckDB and SQLite for real."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING

import duckdb
import psycopg
import pytest
import sqlalchemy
from private_postgres import programs, server
from required import missing

from feasilint.catalog.imports import databases
from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.load import from_mapping
from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOP = """
CREATE ROLE "payments-data";
CREATE SCHEMA sales;
CREATE TABLE sales.users (user_id bigint PRIMARY KEY, email text);
COMMENT ON COLUMN sales.users.email IS 'PII, as entered';
COMMENT ON TABLE sales.users IS 'Deprecated: use crm.contacts. feasilint: {use_instead: crm.contacts}';
CREATE TABLE sales.orders (
  order_id bigint, ordered_at timestamptz, user_id bigint REFERENCES sales.users, amount numeric(12, 2), tags text[],
  PRIMARY KEY (ordered_at, order_id)) PARTITION BY RANGE (ordered_at);
CREATE TABLE sales.orders_1 PARTITION OF sales.orders FOR VALUES FROM ('2025-11-01') TO ('2025-11-02');
CREATE TABLE sales.orders_2 PARTITION OF sales.orders FOR VALUES FROM ('2025-11-02') TO ('2025-11-03');
CREATE TABLE sales.orders_rest PARTITION OF sales.orders DEFAULT;
ALTER TABLE sales.orders OWNER TO "payments-data";
CREATE VIEW sales.v_orders AS SELECT order_id FROM sales.orders;
CREATE MATERIALIZED VIEW sales.m_orders AS SELECT order_id FROM sales.orders;
CREATE TABLE public.never_counted (x int);
CREATE TEMPORARY TABLE scratch (x int);
INSERT INTO sales.users SELECT n, 'a' || n FROM generate_series(1, 500) n;
INSERT INTO sales.orders SELECT n, '2025-11-01 12:00+00'::timestamptz + (n % 2) * interval '1 day', 1 + n % 500, 9.5
  FROM generate_series(1, 20000) n;
ANALYZE sales.users, sales.orders, sales.orders_1, sales.orders_2;
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if programs() is None:
        missing("postgres", "there is no PostgreSQL server (initdb, pg_ctl) on this machine")
    with server() as host:
        with psycopg.connect(host=host, user="owner", dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE shop")
        with psycopg.connect(host=host, user="owner", dbname="shop", autocommit=True) as connection:
            connection.execute(SHOP)
        yield host


def entries(url: str) -> dict[str, dict[str, object]]:
    (found,) = databases.read(url)
    from_mapping({"version": "1", "sources": list(found.sources)})
    assert found.notes == ()
    return {str(entry["name"]): entry for entry in found.sources}


class TestPostgres:
    def test_a_partitioned_table(self, postgres):
        orders = entries(f"postgresql://owner@/shop?host={postgres}")["shop.sales.orders"]
        size = int(str(orders.pop("row_bytes")))
        assert 40 < size < 200
        assert orders == {
            "name": "shop.sales.orders",
            "owner": "payments-data",
            "grain": ["ordered_at", "order_id"],
            "keys": {"user_id": {"distinct": "500"}},
            "partition": "ordered_at",
            "columns": {
                "order_id": {"type": "bigint"},
                "ordered_at": {"type": "timestamp with time zone"},
                "user_id": {"type": "bigint"},
                "amount": {"type": "numeric(12,2)"},
                "tags": {"type": "text[]"},
            },
            "rows_per_day": "10k",
        }

    def test_what_comments_say(self, postgres):
        users = entries(f"postgresql://owner@/shop?host={postgres}")["shop.sales.users"]
        assert users["columns"] == {"user_id": {"type": "bigint"}, "email": {"type": "text", "flags": ["pii"]}}
        assert (users["availability"], users["reason"]) == ("deprecated", "Deprecated: use crm.contacts.")
        assert users["use_instead"] == "crm.contacts"
        assert "owner" not in users  # a superuser

    def test_views_and_no_partitions_temporary_tables_or_tables_of_the_system(self, postgres):
        found = entries(f"postgresql://owner@/shop?host={postgres}")
        assert sorted(found) == [
            "shop.public.never_counted",
            "shop.sales.m_orders",
            "shop.sales.orders",
            "shop.sales.users",
            "shop.sales.v_orders",
        ]
        assert found["shop.sales.v_orders"]["flags"] == ["view"]
        assert found["shop.sales.m_orders"]["flags"] == ["materialized view"]

    def test_what_was_never_counted_has_no_size(self, postgres):
        found = entries(f"postgresql://owner@/shop?host={postgres}")
        assert found["shop.public.never_counted"] == {
            "name": "shop.public.never_counted",
            "columns": {"x": {"type": "integer"}},
        }

    def test_nothing_can_be_written(self, postgres):
        url = sqlalchemy.make_url(f"postgresql+psycopg://owner@/shop?host={postgres}")
        with (
            pytest.raises(ArtefactError, match="read-only transaction"),
            databases._connected(url, "shop") as connection,
        ):
            connection.execute(sqlalchemy.text("CREATE TABLE public.mine (x int)"))

    def test_no_secret_is_told(self, postgres):
        (found,) = databases.read(f"postgresql://owner:s3cret@/shop?host={postgres}&sslpassword=0ther")
        assert found.path == "postgresql:///shop"
        assert not [secret for secret in ("s3cret", "0ther", "owner@") if secret in repr(found)]
        with pytest.raises(ArtefactError) as told:
            list(databases.read(f"postgresql://owner:s3cret@/s3cret?host={postgres}"))
        assert "s3cret" not in str(told.value).removeprefix("postgresql:///s3cret")
        assert told.value.__cause__ is None


class TestDuckDB:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE SCHEMA sales")
            connection.execute(
                "CREATE TABLE sales.lines (line INT, ts TIMESTAMP, item STRUCT(sku VARCHAR), id INT, PRIMARY KEY (id, line))"
            )
            connection.execute(
                "COMMENT ON COLUMN sales.lines.ts IS 'no PII'; COMMENT ON TABLE sales.lines IS 'feasilint: {latency: daily}'"
            )
            connection.execute("CREATE VIEW v AS SELECT id FROM sales.lines")
        return path

    def test_tables_and_views(self, path):
        assert entries(f"duckdb:///{path}") == {
            "shop.sales.lines": {
                "name": "shop.sales.lines",
                "grain": ["id", "line"],
                "columns": {
                    "line": {"type": "INTEGER"},
                    "ts": {"type": "TIMESTAMP"},
                    "item": {"type": "STRUCT(sku VARCHAR)"},
                    "id": {"type": "INTEGER"},
                },
                "latency": "daily",
            },
            "shop.main.v": {"name": "shop.main.v", "flags": ["view"], "columns": {"id": {"type": "INTEGER"}}},
        }

    def test_nothing_can_be_written(self, path):
        url = sqlalchemy.make_url(f"duckdb:///{path}")
        with pytest.raises(ArtefactError, match="read-only"), databases._connected(url, "shop") as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE mine (x INT)"))


class TestOthers:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "shop.sqlite"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE orders (order_id INTEGER, line INTEGER, note, PRIMARY KEY (order_id, line))")
        connection.execute("CREATE VIEW v AS SELECT order_id FROM orders")
        connection.close()
        return path

    def test_any_dialect_of_sqlalchemy(self, path):
        assert entries(f"sqlite:///{path}") == {
            "orders": {
                "name": "orders",
                "grain": ["order_id", "line"],
                "columns": {"order_id": {"type": "INTEGER"}, "line": {"type": "INTEGER"}, "note": {}},
            },
            "v": {"name": "v", "flags": ["view"], "columns": {"order_id": {"type": "INTEGER"}}},
        }

    def test_nothing_can_be_written(self, path):
        url = sqlalchemy.make_url(f"sqlite:///{path}")
        with pytest.raises(ArtefactError, match="readonly"), databases._connected(url, "shop") as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE mine (x INT)"))


class TestRefused:
    @pytest.mark.parametrize("backend", ["duckdb", "sqlite"])
    def test_a_file_that_does_not_exist_is_not_made(self, tmp_path, backend):
        with pytest.raises(ArtefactError, match="no such file"):
            list(databases.read(f"{backend}:///{tmp_path}/nothing.db"))
        assert list(tmp_path.iterdir()) == []

    def test_a_file_with_too_few_slashes(self):
        with pytest.raises(ArtefactError, match=r"three slashes, as duckdb:///store\.duckdb"):
            list(databases.read("duckdb://store.duckdb"))

    @pytest.mark.parametrize("location", ["me:s3cret@host", "postgresql", "", "postgresql://me:s3cret@host:port/x"])
    def test_what_is_no_url(self, location):
        with pytest.raises(ArtefactError, match="no URL of a database") as told:
            list(databases.read(location))
        assert "s3cret" not in str(told.value)

    def test_a_file_that_is_no_database(self, tmp_path):
        (tmp_path / "x.db").write_text("nothing of the kind " * 100)
        with pytest.raises(ArtefactError, match=r"x\.db: "):
            list(databases.read(f"sqlite:///{tmp_path}/x.db"))

    @pytest.mark.parametrize(
        ("url", "told"),
        [("nix://host/x", "SQLAlchemy knows no 'nix'"), ("oracle://me:s3cret@host/x", "driver .* is not installed")],
    )
    def test_a_driver_that_is_missing(self, url, told):
        with pytest.raises(UsageError, match=told) as error:
            list(databases.read(url))
        assert "feasilint[databases]" in str(error.value)
        assert "s3cret" not in str(error.value)

    def test_without_the_extra(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        with pytest.raises(UsageError, match=r"reading databases needs SQLAlchemy; install feasilint\[databases\]"):
            list(databases.read("postgresql://me:s3cret@host/x"))

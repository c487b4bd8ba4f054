"""Dumps of information schemas: what is taken over, and what is not."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import information_schema
from feasilint.catalog.imports._dumped import Dump
from feasilint.catalog.imports._volumes import rows_per_day, written_count
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ROOT = Path(__file__).parents[3]
ARTEFACTS = Path(__file__).parent / "artefacts/information_schema"
COLUMNS = "table_catalog,table_schema,table_name,column_name,ordinal_position,data_type\n"
TABLES = "table_catalog,table_schema,table_name,table_type\n"


def imported(location: Path) -> Imported:
    (found,) = information_schema.read(location.as_posix())
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found


def of(folder: str) -> dict[str, dict[str, object]]:
    return {str(entry["name"]): entry for entry in imported(ARTEFACTS / folder).sources}


def dumped(tmp_path: Path, text: str, name: str = "dump.csv") -> tuple[dict[str, object], ...]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return imported(tmp_path / name).sources


class TestNotTakenOver:
    def test_tables_of_the_system_and_deleted_ones(self):
        assert list(of("postgres")) == ["shop.sales.order_lines", "shop.sales.orders", "shop.sales.v_orders"]
        assert not [name for name in of("snowflake") if "INFORMATION_SCHEMA" in name]
        assert not [name for name in of("unity") if name.startswith("system.")]
        assert "acme.sales.gone" not in of("bigquery")

    def test_time_travel_is_no_retention_of_rows(self):
        assert "retention" not in of("snowflake")["ANALYTICS.SALES.ORDERS"]

    def test_nothing_is_said_of_production_or_schedules(self):
        for folder in ("postgres", "duckdb", "bigquery", "snowflake"):
            assert not [entry for entry in of(folder).values() if {"availability", "period"} & entry.keys()]

    def test_a_total_of_rows_says_nothing_of_a_day(self):
        assert "rows_per_day" not in of("snowflake")["ANALYTICS.SALES.ORDERS"]
        assert "rows_per_day" not in of("bigquery")["acme.sales.users"]

    def test_who_owns_everything_owns_nothing(self):
        assert "owner" not in of("snowflake")["ANALYTICS.SALES.DAILY_ORDERS"]
        assert "owner" not in of("unity")["main.sales.raw_orders"]

    def test_where_a_managed_table_lies_is_nobodys_concern(self):
        assert "aliases" not in of("unity")["main.sales.orders"]
        assert of("unity")["main.sales.raw_orders"]["aliases"] == ["s3://lake/raw/orders"]

    def test_external_tables_are_told_but_for_those_of_unity_catalog(self, tmp_path):
        (entry,) = dumped(tmp_path, f"{TABLES}p,d,sheet,EXTERNAL\n")
        assert entry["flags"] == ["external table"]
        assert "external table" not in of("unity")["main.sales.raw_orders"]["flags"]

    def test_a_foreign_key_is_no_grain(self):
        assert of("unity")["main.sales.orders"]["grain"] == ["order_id"]

    def test_clustering_by_no_time_is_no_partition(self, tmp_path):
        head = "table_schema,table_name,table_type,clustering_key,column_name,data_type\n"
        (entry,) = dumped(
            tmp_path, f'{head}s,t,BASE TABLE,"LINEAR(user_id, ds)",user_id,TEXT\ns,t,BASE TABLE,,ds,DATE\n'
        )
        assert "partition" not in entry

    def test_two_tables_that_end_alike_are_no_shards_of_another_schema(self, tmp_path):
        found = dumped(tmp_path, f"{TABLES}c,s_20240101,t,BASE TABLE\nc,s_20240102,t,BASE TABLE\n")
        assert [entry["name"] for entry in found] == ["c.s_20240101.t", "c.s_20240102.t"]


class TestWarehouses:
    def test_postgres(self):
        found = of("postgres")
        assert found["shop.sales.orders"] == {
            "name": "shop.sales.orders",
            "grain": ["order_id"],
            "columns": {
                "order_id": {"type": "bigint"},
                "ordered_at": {"type": "timestamp with time zone"},
                "amount": {"type": "numeric"},
                "tags": {"type": "text[]"},
            },
        }
        assert found["shop.sales.order_lines"]["grain"] == ["order_id", "line"]
        assert found["shop.sales.v_orders"]["flags"] == ["view"]

    def test_duckdb_as_json(self):
        found = of("duckdb")
        assert found["shop.sales.orders"]["columns"] == {
            "order_id": {"type": "BIGINT"},
            "ts": {"type": "TIMESTAMP"},
            "item": {"type": "STRUCT(sku VARCHAR, n INTEGER)"},
        }
        assert list(found["shop.sales.events_*"]["columns"]) == ["ts", "x"]

    def test_bigquery(self):
        found = of("bigquery")
        assert found["acme.sales.orders"] == {
            "name": "acme.sales.orders",
            "grain": ["order_id"],
            "partition": "ordered_at",
            "retention": "1095d",
            "flags": ["tier=gold"],
            "columns": {
                "order_id": {"type": "STRING"},
                "ordered_at": {"type": "TIMESTAMP"},
                "amount": {"type": "NUMERIC"},
                "item": {"type": "STRUCT<sku STRING, n INT64>"},
                "item.sku": {"type": "STRING"},
            },
            "measured_age": "6h",
            "rows_per_day": "1.15M",
            "row_bytes": "200",
            "latency": "daily",
        }
        users = found["acme.sales.users"]
        assert users["partition"] == "_PARTITIONTIME"
        assert users["columns"] == {"user_id": {"type": "STRING"}, "email": {"type": "STRING", "flags": ["policy tag"]}}
        assert users["row_bytes"] == "150"
        assert found["acme.sales.v_orders"]["flags"] == ["view"]
        assert imported(ARTEFACTS / "bigquery").as_of == "2026-11-20"

    def test_tables_of_one_day_each_are_one(self):
        events = of("bigquery")["acme.web.events_*"]
        assert (events["rows_per_day"], events["row_bytes"]) == ("42k", "500")

    def test_snowflake(self):
        found = of("snowflake")
        assert found["ANALYTICS.SALES.ORDERS"] == {
            "name": "ANALYTICS.SALES.ORDERS",
            "owner": "TRANSFORMER",
            "grain": ["ORDER_ID"],
            "partition": "ORDERED_AT",
            "flags": ["COST_CENTER=42"],
            "columns": {
                "ORDER_ID": {"type": "NUMBER"},
                "ORDERED_AT": {"type": "TIMESTAMP_NTZ"},
                "EMAIL": {"type": "TEXT", "flags": ["PII=email"]},
            },
            "row_bytes": "30",
        }
        assert found["ANALYTICS.SALES.DAILY_ORDERS"]["flags"] == ["dynamic table"]
        assert found["ANALYTICS.SALES.V_ORDERS"]["flags"] == ["materialized view"]

    def test_unity_catalog(self):
        found = of("unity")
        assert found["main.sales.orders"] == {
            "name": "main.sales.orders",
            "owner": "payments-team",
            "grain": ["order_id"],
            "partition": "ds",
            "retention": "3y",
            "columns": {
                "order_id": {"type": "bigint"},
                "amount": {"type": "decimal(12,2)", "known_after": "2d"},
                "country": {"type": "string", "flags": ["pii"]},
                "ds": {"type": "date"},
            },
        }
        assert found["main.sales.raw_orders"]["availability"] == "deprecated"
        assert found["main.sales.live_orders"] == {
            "name": "main.sales.live_orders",
            "owner": "owner@example.com",
            "flags": ["streaming table"],
        }


class TestFormats:
    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    def test_other_delimiters_marks_and_letters(self, tmp_path, delimiter):
        head = COLUMNS.upper().replace(",", delimiter)
        found = dumped(tmp_path, f"\ufeff{head}def{delimiter}s{delimiter}t{delimiter}x{delimiter}1{delimiter}int\r\n")
        assert found == ({"name": "s.t", "columns": {"x": {"type": "int"}}},)

    @pytest.mark.parametrize(
        "shape", ["[{}]", "{}", '{{"rows": [{}]}}', '{{\n"meta": 1,\n"rows": [\n{}]\n}}', "\n{}\n\n"]
    )
    def test_shapes_of_json(self, tmp_path, shape):
        row = json.dumps({"table_schema": "s", "table_name": "t", "column_name": "x", "data_type": "int"})
        assert dumped(tmp_path, shape.format(row)) == ({"name": "s.t", "columns": {"x": {"type": "int"}}},)

    @pytest.mark.parametrize(
        ("text", "age"),
        [
            ("2026-11-20 03:10:00 UTC", "20m"),
            ("2026-11-20T03:10:00.000Z", "20m"),
            ("2026-11-19 19:10:00.000 -0800", "20m"),
            ("1795144200", "20m"),
            ("1795144200000", "20m"),
            ("1.7951442E9", "20m"),
            ("1795144200000000", "20m"),
            ("20261120", None),
            ("yesterday", None),
        ],
    )
    def test_timestamps_as_they_are_exported(self, tmp_path, text, age):
        head = "project_id,dataset_id,table_id,row_count,size_bytes,last_modified_time,read_at\n"
        (entry,) = dumped(tmp_path, f"{head}p,d,t,10,500,{text},2026-11-20 03:30:00\n")
        assert (entry["name"], entry["row_bytes"], entry.get("measured_age")) == ("p.d.t", "50", age)

    def test_keys_of_mysql(self, tmp_path):
        head = "TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,ORDINAL_POSITION,COLUMN_TYPE,COLUMN_KEY\n"
        (entry,) = dumped(tmp_path, f"{head}s,t,b,2,int(11),PRI\ns,t,a,1,int(11),PRI\ns,t,c,3,text,MUL\n")
        assert entry["grain"] == ["a", "b"]

    def test_empty_files_and_dumps_without_rows(self, tmp_path):
        assert dumped(tmp_path, COLUMNS) == ()
        (tmp_path / "x.csv").write_text("\n")
        with pytest.raises(ArtefactError, match="the file is empty"):
            imported(tmp_path / "x.csv")

    def test_columns_stand_in_their_order(self, tmp_path):
        (entry,) = dumped(tmp_path, f"{COLUMNS}c,s,t,b,2,int\nc,s,t,a,1,int\nc,s,t,j,10,int\n")
        assert list(entry["columns"]) == ["a", "b", "j"]

    def test_long_fields(self, tmp_path):
        head = "table_schema,table_name,view_definition\n"
        assert dumped(tmp_path, f'{head}s,v,"SELECT {"x, " * 100_000}1"\n') == ({"name": "s.v", "flags": ["view"]},)

    def test_many_columns(self, tmp_path):
        lines = "".join(f"c,s,t{table},x{at},{at},int\n" for table in range(50) for at in range(200))
        assert sum(len(entry["columns"]) for entry in dumped(tmp_path, COLUMNS + lines)) == 10_000

    @pytest.mark.parametrize("text", ["a,b\n1,2\n", '[{"a": 1}]', "table_name,b\nt,2\n"])
    def test_a_file_that_is_no_dump(self, tmp_path, text):
        (tmp_path / "x.csv").write_text(text)
        with pytest.raises(
            ArtefactError, match=r"x\.csv:1: no view of an information schema has these columns: (a|b, table_name)"
        ):
            list(information_schema.read((tmp_path / "x.csv").as_posix()))

    def test_other_files_of_a_folder_are_told(self, tmp_path):
        (tmp_path / "broken.json").write_text('[{"a": 1},\n{"a": ]')
        (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
        (tmp_path / "columns.csv").write_text(f"{COLUMNS}c,s,t,x,1,int\n")
        found = imported(tmp_path)
        assert [entry["name"] for entry in found.sources] == ["c.s.t"]
        told = [str(note).removeprefix(tmp_path.as_posix()) for note in found.notes]
        assert told[0].startswith("/broken.json:2: not JSON")
        assert told[1].startswith("/notes.csv:1: no view")

    @pytest.mark.parametrize(
        ("text", "line"),
        [('[{"a": 1},\n{"a": ]', 2), ('{"a": 1}\n{"a": }\n', 2), ('[{"a": 1}\n', None), ('{"a":\n [}', 2)],
    )
    def test_broken_json_is_told_with_its_line(self, tmp_path, text, line):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(ArtefactError, match=r"x\.json" if line is None else rf"x\.json:{line}: not JSON"):
            list(information_schema.read((tmp_path / "x.json").as_posix()))


DOCUMENTED = (ROOT / "docs/import.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^SELECT\s(.*?)\sFROM\s\S*INFORMATION_SCHEMA\.(\w+)", DOCUMENTED, re.M | re.S | re.I)


@pytest.mark.parametrize(("columns", "view"), QUERIES, ids=[f"{view}-{at}" for at, (_, view) in enumerate(QUERIES)])
def test_what_the_documentation_asks_for_is_read(columns, view):
    assert Dump().take(dict.fromkeys(column.split()[-1] for column in columns.split(",")))


def test_the_documentation_asks_for_something():
    assert len(QUERIES) > 15


class TestVolumes:
    @pytest.mark.parametrize(
        ("parts", "until", "mean"),
        [
            ({}, None, None),
            ({"__NULL__": 9, "42": 7, "20261341": 3}, None, None),
            ({"20261118": 10, "20261119": 20}, None, 15),
            ({"20261118": 10, "20261119": 20, "20261120": 1}, date(2026, 11, 20), 15),
            ({"20261118": 10, "20261119": 20, "29991231": 1}, date(2026, 11, 20), 15),
            ({"20261116": 10, "20261119": 20}, None, 7.5),
            ({"2026111800": 4, "2026111823": 6, "2026111907": 20}, None, 15),
            ({"202610": 3100, "202611": 5}, date(2026, 11, 20), 100),
            ({"20260101": 1_000_000, "20261119": 28}, None, 1),
            ({"20261120": 8}, date(2026, 11, 20), 8),
        ],
    )
    def test_the_mean_of_complete_days(self, parts, until, mean):
        assert rows_per_day(parts, until) == (None if mean is None else pytest.approx(mean))

    @pytest.mark.parametrize(
        ("number", "written"),
        [(0, "0"), (0.25, "0.25"), (532.4, "532"), (9_999, "9999"), (12_345, "12.3k"), (50e6, "50M"), (1_234_567, "1.23M"), (7e10, "70B")],
    )  # fmt: skip
    def test_counts_as_people_write_them(self, number, written):
        assert written_count(number) == written


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("folder", ["bigquery", "unity"])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_it_fail(tmp_path, folder, data):
    path = data.draw(st.sampled_from(sorted((ARTEFACTS / folder).glob("*.csv"))))
    rows = [{key: value.replace("feasilint", "other") for key, value in row.items()} for row in _rows(path)[:4]]
    (tmp_path / "x.json").write_text(json.dumps(data.draw(damaged(rows))), encoding="utf-8")
    with suppress(ArtefactError):
        imported(tmp_path / "x.json")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path, text):
    (tmp_path / "x.csv").write_text(
        f"table_schema,table_name,column_name,data_type\n{text}", encoding="utf-8", errors="replace"
    )
    with suppress(ArtefactError):
        imported(tmp_path / "x.csv")

"""What artefacts of dbt say of age, volume, names and schedules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from dbt_manifests import DAY, HERE, VERSIONS, alone, by_name, manifest, put, said

from feasilint.catalog.imports.kinds import read

if TYPE_CHECKING:
    from pathlib import Path

AGES = {
    "v9": {"shop.raw.tx": "5h3s", "shop.raw.refunds": "20m3s"},
    "v10": {"shop.raw.tx": "5h3s", "shop.raw.refunds": "20m3s"},
    "v11": {"shop.raw.tx": "5h3s", "shop.raw.refunds": "20m3s"},
    "v12": {"shop.raw.tx": "5h4s", "shop.raw.refunds": "20m4s", "shop.raw.clicks": "1d1h4s"},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_measured_ages(version: str) -> None:
    *_, sources = read("dbt", str(HERE / version))
    assert {name: entry["measured_age"] for name, entry in by_name(sources).items()} == AGES[version]
    assert (sources.origin, sources.as_of) == ("dbt sources", DAY)


def test_what_dbt_could_not_measure_is_said(tmp_path: Path) -> None:
    put(tmp_path, manifest())
    results = [
        {"unique_id": "source.shop.payments.settlements", "status": "runtime error", "error": "password=hunter2"},
        {"unique_id": "source.shop.payments.transactions", "max_loaded_at_time_ago_in_s": -3600, "status": "pass"},
        {"unique_id": "source.shop.gone.table", "max_loaded_at_time_ago_in_s": 60, "status": "pass"},
        {"unique_id": "source.shop.payments.refunds", "max_loaded_at_time_ago_in_s": 90.4, "status": "warn"},
        7,
    ]
    head = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json",
        "generated_at": "2026-11-20T01:02:03Z",
    }
    [imported] = read("dbt", put(tmp_path, {"metadata": head, "results": results}, "sources.json"))
    assert by_name(imported) == {"shop.raw.refunds": {"measured_age": "1m30s"}}
    assert "hunter2" not in said(imported)
    assert said(imported).splitlines() == [
        "source.shop.payments.settlements: dbt has measured no age (runtime error); it was left out",
        "source.shop.payments.transactions: its newest row is from the future, look at the time zone of its loaded_at_field; "
        "it was left out",
        "source.shop.gone.table: the manifest beside this file does not have it; run `dbt parse`",
        "None: the manifest beside this file does not have it; run `dbt parse`",
    ]


def test_freshness_of_models_as_dbt_2_writes_it(tmp_path: Path) -> None:
    put(tmp_path, manifest())
    head = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/freshness/v0.json",
        "generated_at": "2026-11-20T01:02:03Z",
    }
    result = {
        "unique_id": "model.shop.customers",
        "resource_type": "model",
        "status": "Warn",
        "max_loaded_at_time_ago_in_s": 7200,
    }
    *_, imported = read("dbt", put(tmp_path, {"metadata": head, "results": [result]}, "freshness.json"))
    assert (imported.origin, imported.as_of) == ("dbt freshness", "2026-11-20")
    assert by_name(imported) == {"shop.analytics.customers": {"measured_age": "2h"}}


@pytest.mark.parametrize(
    ("stats", "expected"),
    [
        ({"row_count": 1000, "bytes": 64000}, {"row_bytes": 64, "keys": {"tx_id": {"distinct": 1000}}}),
        ({"num_rows": 1000, "num_bytes": 64000}, {"row_bytes": 64, "keys": {"tx_id": {"distinct": 1000}}}),
        (
            {"rows": "1,000", "size": "1"},
            {"row_bytes": 1049, "keys": {"tx_id": {"distinct": 1000}}},
        ),  # Redshift, in MiB
        ({"rows": 0, "bytes": 64000}, {}),
        ({"rows": "many", "bytes": None}, {}),
        ({"has_stats": False}, {}),
    ],
)
def test_volumes(tmp_path: Path, stats: dict[str, object], expected: dict[str, object]) -> None:
    put(tmp_path, manifest())
    catalog = json.loads((HERE / "v12" / "catalog.json").read_text())
    table = catalog["sources"]["source.shop.payments.transactions"]
    table["stats"] = {key: {"id": key, "value": value, "include": True} for key, value in stats.items()}
    table["metadata"]["owner"] = "ACCOUNTADMIN"
    [imported] = read("dbt", put(tmp_path, catalog, "catalog.json"))
    found = by_name(imported)["shop.raw.tx"]
    del found["columns"]
    assert found == expected


def test_a_catalog_without_a_manifest(tmp_path: Path) -> None:
    catalog = json.loads((HERE / "v12" / "catalog.json").read_text())
    catalog["nodes"]["model.shop.customers"]["metadata"]["owner"] = "TRANSFORMER"
    [imported] = read("dbt", put(tmp_path, catalog, "catalog.json"))
    assert by_name(imported)["shop.analytics.customers"] == {
        "columns": {"customer_id": {"type": "INTEGER"}, "transactions": {"type": "INTEGER"}},
        "owner": "TRANSFORMER",
    }


def test_deprecated_versions_name_the_latest(tmp_path: Path) -> None:
    data = manifest()
    data["nodes"]["model.shop.totals.v1"]["deprecation_date"] = "2999-12-31T00:00:00+00:00"
    found = by_name(alone(tmp_path, data))
    assert found["shop.analytics.totals_v1"] == {
        "reason": "to be deprecated on 2999-12-31",
        "use_instead": "shop.analytics.totals_v2",
    }


@pytest.mark.parametrize(
    ("relation", "name"),
    [
        ("`my-project`.`raw`.`events_*`", "my-project.raw.events_*"),
        ("[shop].[dbo].[Orders]", "shop.dbo.Orders"),
        ("'s3://lake/tx/part.parquet'", "s3://lake/tx/part.parquet"),
        ("read_csv('data/tx.csv', header=true)", "data/tx.csv"),
    ],
)
def test_names(tmp_path: Path, relation: str, name: str) -> None:
    data = manifest()
    data["sources"] = {"source.shop.payments.transactions": {"relation_name": relation}}
    data["nodes"] = {}
    assert list(by_name(alone(tmp_path, data))) == [name]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"partition_by": {"field": "day", "data_type": "date"}, "partition_expiration_days": 90}, ("day", "90d")),
        ({"partition_by": ["ds"]}, ("ds", None)),
        ({"partition_by": ["ds", "country"]}, (None, None)),
        ({"partition_by": "truncate(day, month)", "partition_expiration_days": True}, (None, None)),
        ({"partitioned_by": ["ds"]}, ("ds", None)),
    ],
)
def test_partitions(tmp_path: Path, config: dict[str, object], expected: tuple[object, object]) -> None:
    data = manifest()
    data["nodes"]["model.shop.customers"]["config"].update(config)
    found = by_name(alone(tmp_path, data))["shop.analytics.customers"]
    assert (found.get("partition"), found.get("retention")) == expected


def test_files_of_external_tables_are_other_names(tmp_path: Path) -> None:
    data = manifest()
    for key, location in (("transactions", "s3://lake/tx/"), ("refunds", "@stage.refunds"), ("merchants", None)):
        data["sources"][f"source.shop.payments.{key}"]["external"] = {"location": location}
    found = by_name(alone(tmp_path, data))
    assert [found[f"shop.raw.{name}"].get("aliases") for name in ("tx", "refunds", "merchants")] == [
        ["s3://lake/tx/"],
        None,
        None,
    ]


def test_semantic_models(tmp_path: Path) -> None:
    data = manifest()
    data["semantic_models"] = {
        "semantic_model.shop.orders": {
            "depends_on": {"nodes": ["model.shop.order_facts.v1"]},
            "defaults": {"agg_time_dimension": "ordered"},
            "dimensions": [{"name": "ordered", "type": "time", "expr": "ordered_at"}],
            "entities": [
                {"name": "customer", "type": "foreign"},
                {"name": "order", "type": "primary", "expr": "tx_id"},
            ],
        }
    }
    found = by_name(alone(tmp_path, data))["shop.analytics.order_facts_v1"]
    assert (found["grain"], found["event_time"]) == (["tx_id"], "ordered_at")


def test_one_table_that_is_declared_twice(tmp_path: Path) -> None:
    data = manifest()
    data["sources"]["source.shop.own.customers"] = {
        "relation_name": '"SHOP"."analytics"."customers"',
        "loaded_at_field": "at",
        "meta": {"owner": "first"},
    }
    found = by_name(alone(tmp_path, data))
    assert "SHOP.analytics.customers" not in found or "shop.analytics.customers" not in found
    entry = found.get("SHOP.analytics.customers") or found["shop.analytics.customers"]
    assert (entry["available_at"], entry["grain"]) == ("at", ["customer_id"])


@pytest.mark.parametrize(
    ("schedule", "expected", "told"),
    [
        ("whenever", (None, None), "`whenever` of meta.schedule is no schedule that is known"),
        ("99 4 * * *", (None, None), "`99 4 * * *` is no cron expression"),
        ("every 4 hours", ("4h", None), ""),
        ("15 */6 * * *", ("6h", "15m"), ""),
    ],
)
def test_schedules(tmp_path: Path, schedule: str, expected: tuple[object, object], told: str) -> None:
    data = manifest()
    data["nodes"]["model.shop.customer_features"]["config"]["meta"]["schedule"] = schedule
    imported = alone(tmp_path, data)
    found = by_name(imported)["shop.analytics.customer_features"]
    assert (found.get("period"), found.get("offset")) == expected
    assert told in said(imported)

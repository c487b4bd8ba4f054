"""Artefacts of dbt, made by dbt itself of one small project in several versions (`scripts/artefacts/dbt.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dbt_manifests import DAY, HERE, VERSIONS, alone, by_name, manifest, said

from feasilint.catalog.imports.kinds import read

if TYPE_CHECKING:
    from pathlib import Path

# --- what is not taken over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_no_table_is_no_entry(version: str) -> None:
    found = by_name(read("dbt", str(HERE / version / "manifest.json"))[0])
    assert not [name for name in found if "recent" in name]  # ephemeral
    assert all("test" not in name for name in found)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_alarm_is_a_promise_and_no_age(version: str) -> None:
    found = by_name(read("dbt", str(HERE / version))[0])
    assert {"period", "latency", "measured_age"}.isdisjoint(found["shop.raw.tx"])
    assert "promised_within" not in found["shop.raw.merchants"]  # `freshness: null` beats that of the source


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_says_what_production_has(version: str) -> None:
    declared = {"shop.raw.contacts", "shop.analytics.clicks_by_page"}
    found = by_name(read("dbt", str(HERE / version))[0])
    assert not [name for name, entry in found.items() if "availability" in entry and name not in declared]


def test_a_view_has_no_schedule_of_its_own() -> None:
    assert by_name(read("dbt", str(HERE / "v12"))[0])["shop.analytics.stg_transactions"] == {}  # tagged `hourly`


def test_tags_of_a_source_do_not_say_how_often_it_is_loaded() -> None:
    assert "nightly" in manifest()["sources"]["source.shop.payments.transactions"]["tags"]
    assert "period" not in by_name(read("dbt", str(HERE / "v12"))[0])["shop.raw.tx"]


def test_uniqueness_of_some_rows_is_no_grain(tmp_path: Path) -> None:
    data = manifest()
    data["metadata"]["adapter_type"] = "duckdb"
    assert data["nodes"]["model.shop.customer_features"]["primary_key"] == ["customer_id"]  # what dbt infers of it
    imported = alone(tmp_path, data)
    assert "grain" not in by_name(imported)["shop.analytics.customer_features"]  # `where: amount > 0`


@pytest.mark.parametrize(
    ("adapter", "config", "grain"),
    [
        ("duckdb", {}, None),
        ("snowflake", {}, ["customer_id"]),
        ("snowflake", {"incremental_strategy": "delete+insert"}, None),  # which keeps all rows of one key
        ("snowflake", {"unique_key": "customer_id || day"}, None),
        ("duckdb", {"incremental_strategy": "merge"}, ["customer_id"]),
        ("duckdb", {"incremental_strategy": "merge", "materialized": "table"}, None),
    ],
)
def test_the_key_that_rows_are_merged_by(tmp_path: Path, adapter: str, config: dict[str, str], grain: object) -> None:
    data = manifest()
    data["metadata"]["adapter_type"] = adapter
    features = data["nodes"]["model.shop.customer_features"]
    features["config"].update(config)
    assert by_name(alone(tmp_path, data))["shop.analytics.customer_features"].get("grain") == grain


def test_an_expression_of_several_columns_is_none() -> None:
    imported = read("dbt", str(HERE / "v12"))[0]
    assert "available_at" not in by_name(imported)["shop.raw.merchants"]
    told = "merchants: its loaded_at_field has several columns or none; state the column as meta.feasilint.available_at"
    assert told in said(imported)


@pytest.mark.parametrize(
    ("adapter", "expression", "column"),
    [
        ("athena", "date_parse(loaded_at, '%Y-%m-%d %H:%i:%S.%f')", "loaded_at"),
        ("trino", "from_iso8601_timestamp(created_on || 'Z')", "created_on"),
        ("snowflake", "convert_timezone('UTC', _loaded_at)", "_loaded_at"),
        ("no such thing", "cast(_loaded_at as timestamp)", "_loaded_at"),
        ("postgres", "now()", None),
        ("postgres", "a b c (", None),
        ("postgres", "{{ field }}", None),
    ],
)
def test_the_only_column_of_an_expression(tmp_path: Path, adapter: str, expression: str, column: str | None) -> None:
    data = manifest()
    data["metadata"]["adapter_type"] = adapter
    data["sources"]["source.shop.payments.transactions"]["loaded_at_field"] = expression
    assert by_name(alone(tmp_path, data))["shop.raw.tx"].get("available_at") == column


def test_columns_that_the_table_does_not_have_are_left_out() -> None:
    imported = read("dbt", str(HERE / "v12"))[0]
    assert by_name(imported)["shop.raw.pages"] == {"owner": "web-team"}
    assert "shop.raw.pages: it has no column happened_at; event_time was left out" in said(imported)


def test_exposures_that_are_no_models() -> None:
    imported = read("dbt", str(HERE / "v12"))[0]
    assert [model["name"] for model in imported.models] == ["fraud", "churn"]
    assert (
        "exposure.shop.scores: this exposure of type ml names no files; state those that train it as meta.feasilint.paths"
        in said(imported)
    )


# --- what is taken over ----------------------------------------------------------------------------------------------

SHARED = {
    "shop.raw.tx": {
        "promised_within": "1d",
        "grain": ["tx_id"],
        "available_at": "_loaded_at",
        "owner": "#payments-data",
    },
    "shop.raw.refunds": {
        "promised_within": "1d",
        "available_at": "_loaded_at",
        "owner": {"team": "Refunds", "contact": "refunds@example.com"},
    },
    "shop.raw.merchants": {"owner": "#payments-data"},
    "shop.raw.settlements": {"promised_within": "1d", "available_at": "_loaded_at", "owner": "#payments-data"},
    "shop.raw.contacts": {"availability": "vendor", "latency": "manual", "reason": "bought once"},
    "shop.analytics.stg_transactions": {},
    "shop.analytics.customer_features": {"period": "1d", "offset": "4h30m", "owner": "ml-team"},
    "shop.analytics.customers": {
        "period": "1d",
        "grain": ["customer_id"],
        "owner": {"team": "Risk", "contact": "#risk"},
    },
    "shop.analytics.daily_totals": {"period": "3d", "grain": ["country", "day"], "owner": "data-team"},
    "shop.analytics.order_facts_v1": {"owner": "data-team"},
    "shop.analytics.order_facts_v2": {"owner": "data-team"},
    "shop.analytics.countries": {"grain": ["code"], "kind": "dimension", "latency": "manual"},
    "shop.history.customers_history": {"kind": "scd2", "grain": ["customer_id", "dbt_valid_from"]},
}
NEWER = {
    "shop.raw.clicks": {
        "promised_within": "8h",
        "event_time": "happened_at",
        "available_at": "received_at",
        "owner": "web-team",
    },
    "shop.raw.pages": {"owner": "web-team"},
    "shop.analytics.sessions": {"period": "4h", "grain": ["session_id"], "event_time": "started_at"},
    "shop.analytics.clicks_by_page": {
        "availability": "deprecated",
        "reason": "deprecated since 2024-01-31",
        "grain": ["page", "day"],
    },
    "shop.analytics.totals_v1": {},
    "shop.analytics.totals_v2": {},
    "shop.analytics_history.pages_history": {"kind": "scd2", "grain": ["page", "valid_from"]},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_entries_of_a_manifest(version: str) -> None:
    imported, *_ = read("dbt", str(HERE / version))
    found = by_name(imported)
    for entry in found.values():
        entry.pop("columns", None)  # of what the database does not have
    assert found == {**SHARED, **(NEWER if version == "v12" else {})}
    assert (imported.origin, imported.path, imported.as_of) == (
        "dbt manifest",
        str(HERE / version / "manifest.json"),
        DAY,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_models_of_a_manifest(version: str) -> None:
    imported, *_ = read("dbt", str(HERE / version))
    assert imported.models == (
        {
            "name": "fraud",
            "paths": ["ml/fraud/train.ipynb", "models/marts/customer_features.sql", "models/marts/customers.sql"],
            "owner": {"team": "Risk ML", "contact": "risk-ml@example.com"},
        },
        {"name": "churn", "paths": ["churn/**"], "owner": "#growth"},
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_columns_of_a_catalog_with_what_the_manifest_says_of_them(version: str) -> None:
    _, catalog, _ = read("dbt", str(HERE / version))
    found = by_name(catalog)
    assert found["shop.raw.tx"] == {
        "columns": {
            "tx_id": {"type": "integer"},
            "customer_id": {"type": "integer"},
            "card_number": {"type": "varchar", "flags": ["pii"]},
            "amount": {"type": "DECIMAL(21,1)"},
            "chargeback": {
                "type": "boolean",
                "availability": "training_only",
                "known_after": "60d",
                "reason": "dispute window",
            },
            "_loaded_at": {"type": "TIMESTAMP"},
        }
    }
    assert found["shop.raw.merchants"]["columns"] == {
        "name": {"type": "VARCHAR", "flags": ["pii"]},
        "updated_at": {"type": "TIMESTAMP WITH TIME ZONE"},
        "created_at": {"type": "TIMESTAMP WITH TIME ZONE"},
    }
    assert (catalog.origin, catalog.as_of, catalog.notes) == ("dbt catalog", DAY, ())


def test_columns_of_a_manifest_alone() -> None:
    [imported] = read("dbt", str(HERE / "v12" / "manifest.json"))
    found = by_name(imported)
    assert found["shop.raw.clicks"]["columns"] == {"click_id": {"flags": ["internal"]}, "email": {"flags": ["pii"]}}
    assert found["shop.analytics.daily_totals"]["columns"] == ["country", "day"]

"""Artefacts of dbt, made by dbt itself of one small project in several versions (`scripts/artefacts/dbt.py`)."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.load import from_mapping

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Imported

HERE = Path(__file__).parent / "artefacts" / "dbt"
VERSIONS = ("v9", "v10", "v11", "v12")
DAY = "2026-11-28"


def manifest(version: str = "v12") -> Any:
    return json.loads((HERE / version / "manifest.json").read_text())


def put(folder: Path, data: object, name: str = "manifest.json") -> str:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return str(path)


def by_name(imported: Imported) -> dict[str, dict[str, object]]:
    return {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in imported.sources
    }


def alone(folder: Path, data: object) -> Imported:
    [imported] = read("dbt", put(folder, data))
    return imported


def said(imported: Imported) -> str:
    return "\n".join(note.message for note in imported.notes)


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


# --- other versions --------------------------------------------------------------------------------------------------


def fusion(data: Any) -> Any:
    """A manifest as dbt Fusion writes it: what is null is left out, freshness stands in the settings, rules may be empty."""

    def without_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        return [without_nulls(item) for item in value] if isinstance(value, list) else value

    data["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v20.json"
    for source in data["sources"].values():
        source.pop("freshness")
        for rule in ("warn_after", "error_after"):
            if source["config"]["freshness"] and source["config"]["freshness"][rule]["count"] is None:
                source["config"]["freshness"][rule] = {}
    for group in data["groups"].values():
        group["owner"]["email"] = [group["owner"]["email"]]
    return without_nulls(data)


def test_manifests_of_fusion(tmp_path: Path) -> None:
    folder = tmp_path / "target"
    folder.mkdir()
    for name in ("catalog.json", "sources.json"):
        (folder / name).write_text((HERE / "v12" / name).read_text())
    put(folder, fusion(manifest()))
    imported, *_ = read("dbt", str(tmp_path))
    before, *_ = read("dbt", str(HERE / "v12"))
    assert by_name(imported) == by_name(before)
    assert said(imported) == said(before)


def test_an_unknown_version_is_read_and_said(tmp_path: Path) -> None:
    data = manifest()
    data["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v99.json"
    imported = alone(tmp_path, data)
    assert "shop.raw.tx" in by_name(imported)
    assert "manifest v99 is none of v9, v10, v11, v12, v20; what is written as in these was taken" in said(imported)


# --- where it is -----------------------------------------------------------------------------------------------------


def test_the_target_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\ntarget-path: built\n")
    (tmp_path / "built").mkdir()
    put(tmp_path / "built", manifest())
    [imported] = read("dbt", str(tmp_path))
    assert imported.path.endswith("built/manifest.json")


def test_files_of_models_are_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "warehouse" / "target"
    target.mkdir(parents=True)
    put(target, manifest())
    monkeypatch.chdir(tmp_path)
    [imported] = read("dbt", "warehouse")
    assert imported.path == "warehouse/target/manifest.json"
    assert "warehouse/models/marts/customers.sql" in list(imported.models[0]["paths"])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://gitlab.example.com/a/b/-/blob/main/ml/train.py#L3", "ml/train.py"),
        ("https://github.com/a/b/tree/main/ml/fraud", "ml/fraud/"),
        ("https://bitbucket.org/a/b/src/main/ml/train.py?at=main", "ml/train.py"),
        ("https://user:secret@mlflow.example.com/models/7", None),
        ("https://[broken", None),
    ],
)
def test_urls_of_exposures(tmp_path: Path, url: str, path: str | None) -> None:
    data = manifest()
    data["exposures"]["exposure.shop.scores"]["url"] = url
    imported = alone(tmp_path, data)
    found = {str(model["name"]): model["paths"] for model in imported.models}
    assert found.get("scores") == (None if path is None else [path])
    assert "secret" not in str(imported)


# --- what is broken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"metadata": {,}\n}', ":2: not JSON"),
        ("", ":1: not JSON"),
        ("[]", "not what dbt writes"),
        ('{"name": "an app", "icons": []}', "none of dbt's manifest.json, catalog.json, sources.json, freshness.json"),
        ('{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"}}', "none of dbt's"),
        ('{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}, "nodes": []}', "not what dbt writes"),
    ],
)  # fmt: skip
def test_files_that_are_none_of_dbt(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path, text)
    with pytest.raises(ArtefactError) as error:
        read("dbt", path)
    assert path in str(error.value)
    assert message in str(error.value)


def test_places_without_artefacts(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"no manifest\.json here, and no dbt_project\.yml here or below"):
        read("dbt", str(tmp_path))
    with pytest.raises(ArtefactError, match="no such file or folder"):
        read("dbt", str(tmp_path / "nowhere"))


def test_a_node_of_another_shape_costs_itself(tmp_path: Path) -> None:
    data = manifest()
    data["nodes"]["model.shop.odd"] = ["?"]
    imported = alone(tmp_path, data)
    assert "shop.analytics.customers" in by_name(imported)
    assert "model.shop.odd: not as dbt writes it" in said(imported)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    text = (HERE / "v12" / "catalog.json").read_text().replace('"value": false', '"value": NaN')
    [imported] = read("dbt", put(tmp_path, "\ufeff" + text, "catalog.json"))
    assert "shop.analytics.customers" in by_name(imported)


@pytest.mark.parametrize("version", VERSIONS)
def test_entries_are_those_of_a_catalog(version: str) -> None:
    for imported in read("dbt", str(HERE / version)):
        from_mapping({"version": "1", "sources": list(imported.sources), "models": list(imported.models)})


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_entries_or_a_clear_error(tmp_path: Path, data: st.DataObject) -> None:
    for name in ("manifest.json", "catalog.json", "sources.json"):
        whole = json.loads((HERE / "v12" / name).read_text())
        for _ in range(data.draw(st.integers(0, 8))):
            mutate(whole, data)
        put(tmp_path, whole, name)
    with suppress(ArtefactError):
        for imported in read("dbt", str(tmp_path)):
            assert all(isinstance(entry["name"], str) for entry in imported.sources)


def mutate(value: Any, data: st.DataObject) -> None:
    """Put anything somewhere into nested data."""
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.integers(0, 5)) == 0:
            value[key] = data.draw(_ANYTHING)
            return
        value = value[key]

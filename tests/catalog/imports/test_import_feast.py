"""Feast: a repository read from its files and the registry that Feast made of it say the same; what is not known stays unsaid."""

from __future__ import annotations

import pytest
from feast_repositories import (
    ARTEFACTS,
    NEVER_MATERIALIZED,
    by_name,
    entries,
    notes,
    registry,
    repository,
    shop_entries,
)

from feasilint.catalog.imports import feast


@pytest.fixture
def shop(monkeypatch):
    return shop_entries(monkeypatch)


class TestBothReadingsAgree:
    def test_on_what_there_is(self, shop):
        assert shop["code"].keys() == shop["registry"].keys()
        assert len(shop["code"]) == 38

    def test_on_everything_but_what_only_a_run_proves(self, shop):
        told_by_runs = {"availability", "period"}
        for name, entry in shop["code"].items():
            other = shop["registry"][name]
            assert {k: v for k, v in entry.items() if k not in told_by_runs} == {
                k: v for k, v in other.items() if k not in told_by_runs
            }

    def test_on_availability_where_a_view_was_materialized(self, shop):
        code, made = ({name: entry.get("availability") for name, entry in found.items()} for found in shop.values())
        assert {name for name in code if code[name] != made[name]} == {*NEVER_MATERIALIZED, "shop-prod.sales.orders"}
        assert {made[name] for name in NEVER_MATERIALIZED} == {None}
        assert (code["shop-prod.sales.orders"], made["shop-prod.sales.orders"]) == (None, "production")

    def test_the_periods_are_those_of_the_runs(self, shop):
        periods = {name: entry["period"] for name, entry in shop["registry"].items() if "period" in entry}
        assert periods == {"orders_by_user": "4h", "baskets_by_user": "1d", "basket_sizes": "1d"}
        assert not any("period" in entry for entry in shop["code"].values())

    def test_what_feast_ignores_is_ignored(self, shop):
        assert "s3://shop/draft.parquet" not in shop["code"]

    def test_entries_have_the_files_that_define_them(self, monkeypatch):
        monkeypatch.chdir(ARTEFACTS / "shop")
        found = {one.path: [entry["name"] for entry in one.sources] for one in feast.read(".")}
        assert list(found) == ["labels.py", "sources.py", "views/batch.py", "views/fresh.py", "services.py"]
        assert found["labels.py"] == ["data/verdicts.parquet", "fraud_labels"]


class TestShop:
    def test_tables(self, shop):
        found = shop["registry"]
        assert found["shop-prod.sales.orders"] == {
            "name": "shop-prod.sales.orders",
            "availability": "production",
            "event_time": "ordered_at",
            "available_at": "_loaded_at",
            "partition": "ds",
            "flags": ["pii"],
            "owner": {"team": "sales", "contact": "orders@example.com"},
            "rows_per_day": "2M",
        }
        assert found["SHOP.CORE.PRICES"] == {"name": "SHOP.CORE.PRICES", "event_time": "VALID_FROM"}
        assert found["dw.sales.returns"]["availability"] == "deprecated"
        assert {"web.visits", "lake.ops.stock", "finance.ledger", "s3://shop-lake/ratings.parquet"} <= found.keys()

    def test_streams_and_their_tables(self, shop):
        found = shop["code"]
        assert found["kafka://web.clicks"] == {
            "name": "kafka://web.clicks",
            "availability": "production",
            "latency": "streaming",
            "event_time": "clicked_at",
            "owner": {"team": "web"},
        }
        assert found["s3://shop-lake/clicks.parquet"]["stream_twin"] == "kafka://web.clicks"
        assert found["s3://shop-lake/searches.parquet"]["stream_twin"] == "kinesis://searches"
        assert "availability" not in found["s3://shop-lake/clicks.parquet"]

    def test_what_is_pushed_has_no_known_pace(self, shop):
        assert shop["code"]["basket_push"] == {"name": "basket_push", "availability": "production"}
        assert shop["code"]["data/baskets.parquet"]["stream_twin"] == "basket_push"
        assert "latency" not in shop["code"]["baskets_by_user"]

    def test_requests(self, shop):
        assert shop["code"]["checkout"] == {
            "name": "checkout",
            "availability": "request",
            "latency": "request",
            "columns": {"amount": "double", "currency": "string"},
        }
        assert shop["code"]["large_amount"]["latency"] == "request"
        assert "latency" not in shop["code"]["amount_per_order"]

    def test_a_view(self, shop):
        assert shop["registry"]["orders_by_user"] == {
            "name": "orders_by_user",
            "availability": "production",
            "period": "4h",
            "grain": ["user_id"],
            "event_time": "ordered_at",
            "available_at": "_loaded_at",
            "retention": "30d",
            "columns": {"user_id": "int64", "n_orders": "int64", "amounts": "double_list"},
            "flags": ["reviewed", "sales"],
            "owner": {"team": "sales", "contact": "#sales"},
        }

    def test_views_that_are_not_served(self, shop):
        unsaid = ("visits_by_user", "stock_total", "ratings_of_items", "amount_per_visit", "study")
        assert [shop["code"][name].get("availability") for name in unsaid] == [None] * len(unsaid)
        assert shop["code"]["returns_by_user"]["availability"] == "deprecated"

    def test_labels_are_for_training(self, shop):
        assert shop["code"]["fraud_labels"]["availability"] == "training_only"
        assert shop["code"]["fraud_labels"]["kind"] == "label"
        assert shop["code"]["data/verdicts.parquet"]["kind"] == "label"
        assert "verdicts" not in shop["code"]

    def test_a_service_has_the_features_that_it_takes(self, shop):
        assert shop["code"]["fraud_v2"] == {
            "name": "fraud_v2",
            "availability": "production",
            "columns": {"n_orders": "int64", "n_clicks": "int64", "amount_per_order": "double", "is_large": "int64"},
            "owner": {"team": "risk-ml"},
        }

    def test_of_a_query_the_table_of_its_time_column(self, shop):
        assert shop["code"]["crm.accounts"] == {"name": "crm.accounts", "event_time": "changed"}

    def test_no_secrets(self, shop):
        assert "hunter2" not in repr(shop)

    def test_what_is_told(self, monkeypatch):
        monkeypatch.chdir(ARTEFACTS / "shop")
        assert notes(feast.read(".")) == [
            "sources.py:55: `tickets` reads a query, whose tables it says nothing about; they are left out",
            "views/batch.py:13: `visits_by_user` is not served online (`online=False`); state its availability if you know it",
            "views/batch.py:47: `ratings_of_items` is not served online (`online=False`); state its availability if you know it",
            "views/batch.py:55: `stock_total` is disabled; state its availability if you know it",
        ]
        told = notes(feast.read("../shop.json"))
        assert "../shop.json: `orders_by_user`: the period 4h was seen in 7 runs, 2026-11-05 to 2026-11-06" in told


class TestTemplate:
    def test_an_online_store_on_disk_proves_no_production(self):
        (found,) = feast.read(str(ARTEFACTS / "template.json"))
        assert {entry["availability"] for entry in found.sources if "availability" in entry} == {
            "request",
            "training_only",
        }
        assert "SQLite" in str(found.notes[0])
        assert found.as_of is not None

    def test_its_views(self):
        found = by_name(feast.read(str(ARTEFACTS / "template.json")))
        assert found["driver_hourly_stats"]["retention"] == "1d"
        assert found["driver_hourly_stats"]["columns"]["driver_id"] == "int64"
        assert found["driver_quality_labels"]["kind"] == "label"
        assert found["driver_activity_v1"]["columns"] == {
            "conv_rate": "float",
            "conv_rate_plus_val1": "double",
            "conv_rate_plus_val2": "double",
        }


class TestNotTakenOver:
    def test_nothing_is_imported_or_run(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            open("ran", "w").close()
            raise SystemExit(3)
            source = FileSource(path="s3://b/x.parquet", timestamp_field="ts")
        """
        repository(tmp_path, monkeypatch, code)
        assert not (tmp_path / "ran").exists()

    def test_a_repository_without_an_online_store_serves_nothing(self, tmp_path, monkeypatch):
        code = """
            from feast import Entity, FeatureView, FileSource
            v = FeatureView(name="v", entities=[Entity(name="e")], source=FileSource(path="s3://b/x.parquet", timestamp_field="ts"))
        """
        found = repository(tmp_path, monkeypatch, code, store="project: p\nprovider: local\nonline_store: null\n")
        assert "availability" not in by_name(found)["v"]
        assert "has no online store" in " ".join(notes(found))

    def test_what_a_function_makes_that_nobody_calls(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            def source(name):
                made = FileSource(name=name, path=f"s3://b/{name}.parquet", timestamp_field="ts")
                return made
        """
        assert entries(tmp_path, monkeypatch, code) == {}

    def test_objects_in_lists_are_not_seen_by_feast(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            sources = [FileSource(path="s3://b/x.parquet", timestamp_field="ts")]
        """
        assert entries(tmp_path, monkeypatch, code) == {}

    def test_a_column_of_a_join_is_no_event_time_of_either_table(self, tmp_path, monkeypatch):
        code = """
            from feast import BigQuerySource
            s = BigQuerySource(query="select greatest(a.x, b.y) as ts from d.a join d.b using (id)", timestamp_field="ts")
        """
        assert entries(tmp_path, monkeypatch, code) == {}

    def test_a_stream_that_nothing_served_follows(self, tmp_path, monkeypatch):
        code = """
            from feast import KafkaSource
            s = KafkaSource(name="s", topic="clicks", kafka_bootstrap_servers="h", timestamp_field="ts")
        """
        assert entries(tmp_path, monkeypatch, code)["kafka://clicks"] == {
            "name": "kafka://clicks", "latency": "streaming", "event_time": "ts",
        }  # fmt: skip

    def test_what_is_wrong_in_files_that_have_nothing_to_do_with_feast(self, tmp_path, monkeypatch):
        found = repository(tmp_path, monkeypatch, "from feast import FileSource", other="    x = (")
        assert notes(found) == ["feature_store.yaml: nothing is declared here that a catalog could take over"]

    def test_a_description_is_no_reason(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            s = FileSource(path="s3://b/x.parquet", timestamp_field="ts", description="All of it")
        """
        assert entries(tmp_path, monkeypatch, code)["s3://b/x.parquet"] == {
            "name": "s3://b/x.parquet",
            "event_time": "ts",
        }

    def test_a_developers_file_is_not_of_production_though_it_was_materialized(self, tmp_path):
        source = {"name": "s", "type": "BATCH_FILE", "fileOptions": {"uri": "data/x.parquet"}, "timestampField": "ts"}
        spec = {"name": "v", "online": True, "batchSource": source}
        runs = [{"startTime": "2026-11-01T00:00:00Z", "endTime": "2026-11-02T00:00:00Z"}]
        meta = {"materializationIntervals": runs}
        found = by_name(registry(tmp_path, dataSources=[source], featureViews=[{"spec": spec, "meta": meta}]))
        assert found["v"]["availability"] == "production"
        assert "availability" not in found["data/x.parquet"]

    def test_two_runs_are_no_period(self, tmp_path):
        runs = [{"endTime": f"2026-11-0{day}T00:00:00Z"} for day in (1, 2)]
        spec = {"name": "v", "online": True}
        found = by_name(registry(tmp_path, featureViews=[{"spec": spec, "meta": {"materializationIntervals": runs}}]))
        assert "period" not in found["v"]

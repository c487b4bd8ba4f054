"""Feast: a repository read from its files and the registry that Feast made of it say the same; what is not known stays unsaid."""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import feast
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ARTEFACTS = Path(__file__).parent / "artefacts/feast"
SERVED = "project: p\nprovider: aws\nonline_store: {type: redis}\n"
NEVER_MATERIALIZED = {"accounts_by_user", "ledger_by_user", "prices_of_items", "tickets_by_user"}


class Text(str):
    """Text that is not shown: a registry is long."""

    def __repr__(self) -> str:
        return "…"


@pytest.fixture
def shop(monkeypatch):
    """The entries of the repository and of its registry, by name."""
    monkeypatch.chdir(ARTEFACTS / "shop")
    return {key: by_name(feast.read(location)) for key, location in {"code": ".", "registry": "../shop.json"}.items()}


def by_name(imported) -> dict[str, dict[str, object]]:
    entries = [entry for artefact in imported for entry in artefact.sources]
    from_mapping({"version": "1", "sources": entries})
    return {entry["name"]: entry for entry in entries}


def repository(tmp_path: Path, monkeypatch, code: str, store: str = SERVED, **more: str) -> list[Imported]:
    monkeypatch.chdir(tmp_path)
    files = {
        "feature_store.yaml": store,
        "defs.py": dedent(code),
        **{f"{name}.py": dedent(t) for name, t in more.items()},
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = list(feast.read("."))
    by_name(found)
    return found


def entries(tmp_path: Path, monkeypatch, code: str, **more: str) -> dict[str, dict[str, object]]:
    return by_name(repository(tmp_path, monkeypatch, code, **more))


def notes(imported) -> list[str]:
    return [str(note) for artefact in imported for note in artefact.notes]


def registry(tmp_path: Path, **lists: object) -> list[Imported]:
    path = tmp_path / "registry.json"
    path.write_text(json.dumps({"project": "p", "dataSources": [], **lists}), encoding="utf-8")
    return list(feast.read(path.as_posix()))


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


class TestNames:
    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("RedshiftSource(schema='spectrum', table='credit', timestamp_field='t')", "spectrum.credit"),
            ("BigQuerySource(table='p.d.events_*', timestamp_field='t')", "p.d.events_*"),
            ("SnowflakeSource(table='T', timestamp_field='t')", "WH.CORE.T"),
            ("FileSource(path='data/x.parquet', timestamp_field='t')", "data/x.parquet"),
            ("FileSource('data/x.parquet', timestamp_field='t')", "data/x.parquet"),
            ("FileSource(path='../x.parquet', timestamp_field='t')", "../x.parquet"),
            ("FileSource(path='/lake/x.parquet', timestamp_field='t')", "/lake/x.parquet"),
            (r"FileSource(path=r'D:\lake\x.parquet', timestamp_field='t')", r"D:\lake\x.parquet"),
            ("FileSource(path=os.path.join(os.path.dirname(__file__), 'x.parquet'))", "x.parquet"),
            ("FileSource(path=str(Path(__file__).resolve().parent / 'd' / 'x.parquet'))", "d/x.parquet"),
            ("FileSource(path=f\"s3://{os.environ['BUCKET']}/x.parquet\")", "s3://*/x.parquet"),
            ("FileSource(path='s3://key:secret@bucket/x.parquet')", "s3://bucket/x.parquet"),
            ("BigQuerySource(table=f\"{os.environ['PROJECT']}.sales.orders\")", "sales.orders"),
            ("BigQuerySource(table=os.getenv('TABLE', 'p.d.t'))", "p.d.t"),
        ],
    )
    def test_physical_names(self, tmp_path, monkeypatch, source, name):
        code = f"""
            import os
            from pathlib import Path
            from feast import BigQuerySource, FileSource, RedshiftSource, SnowflakeSource
            s = {source}
        """
        store = SERVED + "offline_store: {type: snowflake.offline, database: WH, schema: CORE, password: hunter2}\n"
        assert list(by_name(repository(tmp_path, monkeypatch, code, store))) == [name]

    @pytest.mark.parametrize(
        "table", ["os.environ['T']", "f\"{os.environ['D']}.orders\"", "f\"p.d.orders_{os.environ['X']}\""]
    )
    def test_a_name_that_only_a_run_knows_is_told(self, tmp_path, monkeypatch, table):
        code = f"""
            import os
            from feast import BigQuerySource
            s = BigQuerySource(name="orders", table={table}, timestamp_field="ts")
        """
        found = repository(tmp_path, monkeypatch, code)
        assert by_name(found) == {}
        assert notes(found) == ["defs.py:4: what `orders` reads depends on what only a run knows; it is left out"]

    def test_a_table_and_a_view_of_one_name(self, tmp_path, monkeypatch):
        code = """
            from feast import FeatureView, SnowflakeSource
            v = FeatureView(name="orders", source=SnowflakeSource(table="ORDERS", timestamp_field="ts"))
        """
        found = repository(tmp_path, monkeypatch, code)
        assert list(by_name(found)) == ["ORDERS"]
        assert "the feature view `orders` has the name of a table" in " ".join(notes(found))

    def test_two_sources_of_one_table(self, tmp_path, monkeypatch):
        code = """
            from feast import BigQuerySource
            a = BigQuerySource(name="a", table="p.d.t", timestamp_field="ts", owner="#x")
            b = BigQuerySource(name="b", table="p.d.t", timestamp_field="seen", date_partition_column="ds")
        """
        found = repository(tmp_path, monkeypatch, code)
        assert by_name(found)["p.d.t"] == {
            "name": "p.d.t", "event_time": "ts", "owner": {"contact": "#x"}, "partition": "ds",
        }  # fmt: skip
        assert notes(found) == ["defs.py:4: `p.d.t` has two values of event_time, ts and seen; the first counts"]


class TestOlderVersions:
    CODE = """
        from datetime import timedelta
        from google.protobuf.duration_pb2 import Duration
        from feast import BigQuerySource, Entity, Feature, FeatureView, ValueType
        from feast.data_source import RequestDataSource
        from feast.on_demand_feature_view import on_demand_feature_view

        driver = Entity(name="driver", join_key="driver_id", value_type=ValueType.INT64)
        stats = BigQuerySource(table_ref="p.d.stats", event_timestamp_column="datetime", created_timestamp_column="created")
        view = FeatureView(
            name="driver_stats",
            entities=["driver"],
            ttl=Duration(seconds=86400),
            features=[Feature(name="rate", dtype=ValueType.DOUBLE)],
            online=True,
            batch_source=stats,
            tags={},
        )
        asked = RequestDataSource(name="asked", schema={"val": ValueType.INT64})

        @on_demand_feature_view(inputs={"stats": view, "asked": asked}, features=[Feature(name="sum", dtype=ValueType.DOUBLE)])
        def both(frame):
            return frame
    """

    def test_their_words(self, tmp_path, monkeypatch):
        found = entries(tmp_path, monkeypatch, self.CODE)
        assert found["p.d.stats"] == {"name": "p.d.stats", "event_time": "datetime", "available_at": "created"}
        assert found["driver_stats"]["columns"] == {"driver_id": "int64", "rate": "double"}
        assert found["driver_stats"]["retention"] == "1d"
        assert found["driver_stats"]["grain"] == ["driver_id"]
        assert found["asked"]["columns"] == {"val": "int64"}
        assert found["both"]["availability"] == "production"


class TestCode:
    def test_objects_of_other_modules_loops_and_functions(self, tmp_path, monkeypatch):
        helpers = """
            from feast import FeatureView, FileSource
            def view(name, **more):
                return FeatureView(name=name, source=FileSource(path=f"s3://lake/{name}.parquet", timestamp_field="ts"), **more)
        """
        code = """
            from helpers import view
            made = {name: view(name, tags={"team": name.upper()}) for name in ("a", "b")}
            a, b = made["a"], made["b"]
        """
        found = entries(tmp_path, monkeypatch, code, helpers=helpers)
        assert {"a", "b", "s3://lake/a.parquet", "s3://lake/b.parquet"} == found.keys()
        assert found["b"]["owner"] == {"team": "B"}

    def test_packages_above_the_repository(self, tmp_path, monkeypatch):
        (tmp_path / "pyproject.toml").touch()
        (tmp_path / "shared.py").write_text("LAKE = 's3://lake'\n", encoding="utf-8")
        inner = tmp_path / "features"
        inner.mkdir()
        code = """
            from feast import FileSource
            from shared import LAKE
            s = FileSource(path=f"{LAKE}/x.parquet", timestamp_field="ts")
        """
        assert list(entries(inner, monkeypatch, code)) == ["s3://lake/x.parquet"]

    def test_a_source_that_cannot_be_found(self, tmp_path, monkeypatch):
        code = """
            from feast import FeatureView
            from company.tables import orders
            v = FeatureView(name="v", source=orders)
        """
        found = repository(tmp_path, monkeypatch, code)
        assert notes(found) == [
            "defs.py:4: the source of `v` is not known (`company.tables.orders`); state in the catalog what it reads"
        ]

    def test_a_broken_statement_costs_itself(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            a = FileSource(path="s3://b/a.parquet", timestamp_field="ts")
            b = FileSource(path=
            c = FileSource(path="s3://b/c.parquet", timestamp_field="ts")
        """
        found = repository(tmp_path, monkeypatch, code)
        assert list(by_name(found)) == ["s3://b/a.parquet", "s3://b/c.parquet"]
        assert notes(found)[0].startswith("defs.py:4: ")

    def test_broken_settings_cost_themselves(self, tmp_path, monkeypatch):
        code = "from feast import FileSource\ns = FileSource(path='s3://b/a.parquet', timestamp_field='ts')"
        found = repository(tmp_path, monkeypatch, code, store="project: %NAME%\n")
        assert list(by_name(found)) == ["s3://b/a.parquet"]
        assert notes(found)[0].startswith("feature_store.yaml:1: not valid YAML")

    def test_keys_of_the_catalog_in_tags(self, tmp_path, monkeypatch):
        code = """
            from feast import FileSource
            s = FileSource(path="s3://b/a.parquet", tags={"feasilint": "{latency: daily, aliases: [a, b]}", "feasilint.kind": "events"})
        """
        assert entries(tmp_path, monkeypatch, code)["s3://b/a.parquet"] == {
            "name": "s3://b/a.parquet", "latency": "daily", "aliases": ["a", "b"], "kind": "events",
        }  # fmt: skip


class TestBroken:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            (
                "registry.db",
                b"\x0a\xff\xfe",
                "a binary registry; write it as JSON with `feast registry-dump > registry.json`",
            ),
            ("r.json", b"{", "r.json:1: not JSON"),
            ("r.json", b"[]", "no registry dump of Feast"),
            ("r.json", b"\xff", "not UTF-8"),
        ],
    )
    def test_files(self, tmp_path, name, content, message):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ArtefactError, match=message):
            list(feast.read(str(tmp_path / name)))

    def test_a_folder_without_repositories(self, tmp_path):
        with pytest.raises(ArtefactError, match=r"no feature_store\.yaml here"):
            list(feast.read(str(tmp_path)))

    def test_an_empty_repository_says_so(self, tmp_path, monkeypatch):
        found = repository(tmp_path, monkeypatch, "")
        assert notes(found) == ["feature_store.yaml: nothing is declared here that a catalog could take over"]

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_registry(self, tmp_path, data):
        path = tmp_path / "registry.json"
        made = data.draw(damaged(json.loads((ARTEFACTS / "shop.json").read_text())).map(json.dumps).map(Text))
        path.write_text(made, encoding="utf-8")
        with suppress(ArtefactError):
            list(feast.read(str(path)))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_code(self, tmp_path, data):
        """Arguments of calls are swapped, dropped and replaced."""
        tree = ast.parse((ARTEFACTS / "shop/views/batch.py").read_text() + (ARTEFACTS / "shop/sources.py").read_text())
        keywords = [node for node in ast.walk(tree) if isinstance(node, ast.keyword)]
        odd = st.sampled_from(
            ["None", "[]", "{}", "3", "''", "unknown", "'{x}'", "lambda: 1", "[[1]]", "orders", "view", "1e999"]
        )
        for _ in range(data.draw(st.integers(1, 8))):
            chosen = data.draw(st.sampled_from(keywords))
            chosen.value = ast.parse(data.draw(odd), mode="eval").body
        (tmp_path / "feature_store.yaml").write_text(SERVED, encoding="utf-8")
        (tmp_path / "defs.py").write_text(ast.unparse(tree), encoding="utf-8")
        list(feast.read(str(tmp_path)))

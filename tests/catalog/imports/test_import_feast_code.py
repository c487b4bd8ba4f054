"""Names, older versions and code of Feast's repositories, and what is broken in them."""

from __future__ import annotations

import ast
import json
from contextlib import suppress

import pytest
from feast_repositories import (
    ARTEFACTS,
    SERVED,
    Text,
    by_name,
    entries,
    notes,
    repository,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import feast
from feasilint.catalog.imports.artefact import ArtefactError


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

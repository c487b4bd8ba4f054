"""The platforms themselves take what is written for them, and serve what DuckDB computes of the same rows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest
import real_dbt
import real_platforms
from platform_shop import CATALOG, STREAMED, alike, by_key, definition, events

from feasilint.suggest.platforms import rendered
from feasilint.suggest.statement import bounded
from feasilint.suggest.tiles import feature_name

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.suggest.definition import Definition
    from feasilint.suggest.platforms import File

pytestmark = pytest.mark.slow
VALUES = [
    "count(*)", "avg(amount) FILTER (WHERE status = 'it''s' OR NOT is_test)", "stddev(amount)", "count(DISTINCT merchant)",
    "1.0 * count(*) FILTER (WHERE ts >= now() - INTERVAL 30 DAY) / count(*)",
]  # fmt: skip
WHERE = "WHERE merchant <> 'own'"
TODAY = datetime.now(UTC).date()


def shop(path: Path, as_of: date) -> None:
    oldest = {"storage_compatibility_version": "v1.0.0"}  # the platforms bring releases of their own
    with duckdb.connect(str(path), config=oldest) as base:
        base.execute(events(str(as_of)))


def reference(path: Path, made: Definition, as_of: date) -> dict[int, object]:
    with duckdb.connect(str(path), read_only=True) as base:
        return by_key(base.execute(bounded(made), {"as_of": as_of}).fetchall())


def served(path: Path, table: str) -> dict[int, object]:
    with duckdb.connect(str(path), read_only=True) as base:
        return by_key(base.execute(f"SELECT user_id, * EXCLUDE (user_id, as_of) FROM {table}").fetchall())


def put(files: tuple[File, ...], folder: Path) -> None:
    for file in files:
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_text(file.text, encoding="utf-8")


# --- dbt ---


@pytest.mark.parametrize("value", VALUES)
def test_dbt_builds_the_models_and_their_tests_hold(dbt_python: Path, tmp_path: Path, value: str) -> None:
    made = definition(value, WHERE)
    put(rendered(made, "dbt", "duckdb"), tmp_path)
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\nmodel-paths: [models]\n")
    (tmp_path / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: base.duckdb, schema: main}}}\n"
    )
    shop(tmp_path / "base.duckdb", TODAY)
    early, late = TODAY - timedelta(days=2), TODAY
    with duckdb.connect(str(tmp_path / "base.duckdb")) as base:  # what comes between two runs, and late
        base.execute(
            f"CREATE TABLE later AS SELECT * FROM shop.tx WHERE ts >= DATE '{early}' OR tx_id % 900 = 7 AND ts >= DATE '{early}' - 1"
        )
        base.execute("DELETE FROM shop.tx WHERE tx_id IN (SELECT tx_id FROM later)")
    stem = "x_365d"
    real_dbt.run(dbt_python, tmp_path, f'build --vars {{"as_of":"{early}"}}')
    with duckdb.connect(str(tmp_path / "base.duckdb")) as base:
        base.execute("INSERT INTO shop.tx SELECT * FROM later")
    real_dbt.run(dbt_python, tmp_path, f'build --vars {{"as_of":"{late}"}}')
    assert alike(reference(tmp_path / "base.duckdb", made, late), served(tmp_path / "base.duckdb", stem))


# --- SQLMesh ---

_MESH = """
import logging, sys
from sqlmesh import Context
context = Context(paths=["."])
context.plan(auto_apply=True, no_prompts=True, execution_time=sys.argv[1])
"""


@pytest.mark.parametrize("value", VALUES)
def test_sqlmesh_plans_and_runs_the_models(tmp_path: Path, value: str) -> None:
    python = real_platforms.python_of("sqlmesh")
    made = definition(value, WHERE)
    put(rendered(made, "sqlmesh", "duckdb"), tmp_path)
    (tmp_path / "config.yaml").write_text(
        "gateways: {dev: {connection: {type: duckdb, database: base.duckdb}}}\nmodel_defaults: {dialect: duckdb}\n"
    )
    shop(tmp_path / "base.duckdb", TODAY)
    real_platforms.run(python, _MESH, tmp_path, str(TODAY))
    got = served(tmp_path / "base.duckdb", "features.x_365d")
    assert alike(reference(tmp_path / "base.duckdb", made, TODAY), got)


# --- Feast ---

_FEAST = """
import json, sys
from datetime import datetime, timedelta, timezone
from feast import FeatureStore
from feast.repo_config import load_repo_config
from feast.repo_operations import apply_total
from pathlib import Path
apply_total(load_repo_config(Path("."), Path("feature_store.yaml")), Path("."), True)
store = FeatureStore(".")
now = datetime.now(timezone.utc)
store.materialize(now - timedelta(days=2), now + timedelta(days=1))
users = [{"user_id": user} for user in range(12)]
print("served", json.dumps(store.get_online_features([sys.argv[1]], users).to_dict()))
"""


@pytest.mark.parametrize("value", ["count(*)", "avg(amount)", "max_by(merchant, ts)"])
def test_feast_serves_the_table_that_the_statements_fill(tmp_path: Path, value: str) -> None:
    python = real_platforms.python_of("feast")
    made = definition(value, WHERE)
    files, stem = rendered(made, "feast", "duckdb"), feature_name(made)
    put(tuple(file for file in files if file.path.endswith(".py")), tmp_path)
    (tmp_path / "feature_store.yaml").write_text(
        "project: shop\nregistry: registry.db\nprovider: local\nonline_store: {type: sqlite, path: online.db}\n"
        "entity_key_serialization_version: 3\n"
    )
    (tmp_path / "data").mkdir()
    shop(tmp_path / "base.duckdb", TODAY)
    with duckdb.connect(str(tmp_path / "base.duckdb")) as base:
        for file in files:
            if file.path.endswith("_daily.sql"):
                create, _, insert = file.text.split(";\n\n")
                base.execute(create, {"day": TODAY})
                for back in range(1, 366):
                    base.execute(insert.rstrip(";\n"), {"day": TODAY - timedelta(days=back)})
        window = next(file.text for file in files if file.path == f"{stem}.sql")
        base.execute(
            f"COPY ({window.replace('$as_of', f'DATE {str(TODAY)!r}').rstrip().rstrip(';')}) TO '{tmp_path}/data/{stem}.parquet'"
        )
    said = real_platforms.run(python, _FEAST, tmp_path, f"{stem}:{stem}")
    found = json.loads(next(line for line in said.splitlines() if line.startswith("served ")).removeprefix("served "))
    got = dict(zip(found["user_id"], found[stem], strict=True))
    assert got.pop(11) is None  # nobody
    assert alike(reference(tmp_path / "base.duckdb", made, TODAY), got)


# --- Chronon ---

_CHRONON = """
import importlib.util, json, sys
from ai.chronon.repo.serializer import thrift_simple_json
from ai.chronon.repo.validator import ChrononRepoValidator
spec = importlib.util.spec_from_file_location("group_by", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.v1.metaData.name, module.v1.metaData.team = "features.x.v1", "features"
print("errors", json.dumps(ChrononRepoValidator(".", "production")._validate_group_by(module.v1)))
print("made", json.dumps(json.loads(thrift_simple_json(module.v1))))
"""


@pytest.mark.parametrize("catalog", [CATALOG, STREAMED], ids=["batch", "stream"])
@pytest.mark.parametrize(("value", "operation"), [("count(*) FILTER (WHERE NOT is_test)", 6), ("avg(amount)", 8), ("count(DISTINCT merchant)", 5), ("max_by(merchant, ts)", 3), ("median(amount)", 12)])  # fmt: skip
def test_chronon_compiles_the_group_by(tmp_path: Path, value: str, operation: int, catalog: str) -> None:
    python = real_platforms.python_of("chronon")
    stated = definition(value, WHERE, catalog)
    (file,) = rendered(stated, "chronon", "duckdb")
    put((file,), tmp_path)
    (tmp_path / "teams.json").write_text('{"default": {}, "features": {}}')
    lines = real_platforms.run(python, _CHRONON, tmp_path, file.path).splitlines()
    said = dict(line.split(" ", 1) for line in lines if line.startswith(("errors ", "made ")))
    assert json.loads(said["errors"]) == []
    made = json.loads(said["made"])
    (aggregation,) = made["aggregations"]
    assert aggregation["windows"] == [{"length": stated.days, "timeUnit": 1}]
    assert made["keyColumns"] == ["user_id"]
    assert made["accuracy"] == (0 if catalog is STREAMED else 1)
    assert made["sources"][0]["events"].get("topic") == ("kafka://payments" if catalog is STREAMED else None)
    assert aggregation["operation"] == operation

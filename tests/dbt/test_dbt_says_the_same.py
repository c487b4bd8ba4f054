"""What is read of a project against what dbt itself makes of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import real_dbt

from feasilint.dbt.plain import mapping, texts
from feasilint.dbt.project import Project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
STORED = ("model", "seed", "snapshot")


@pytest.fixture(scope="module")
def said(dbt_project: Path) -> dict[str, Any]:
    """dbt's own account of the project."""
    manifest: dict[str, Any] = json.loads((dbt_project / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest


@pytest.fixture(params=["from the files alone", "with the manifest"])
def project(request: pytest.FixtureRequest, dbt_project: Path, tmp_path: Path) -> Project:
    if request.param == "with the manifest":
        return Project(str(dbt_project))
    return Project(str(real_dbt.copied(tmp_path / "shop")))


def nodes(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in said["nodes"].values() if node["resource_type"] in STORED]


def relation(node: dict[str, Any]) -> list[str]:
    return [part.strip('"') for part in (node["relation_name"] or "").split(".") if part]


def test_there_are_no_other_models(project: Project, said: dict[str, Any]) -> None:
    wanted = {(node["name"], node.get("version")) for node in nodes(said) if node["package_name"] == "shop"}
    assert {(model.name, model.version) for model in project.models()} == wanted
    assert project.problems == ()


def test_models(project: Project, said: dict[str, Any]) -> None:
    assert len(nodes(said)) == 15
    for node in nodes(said):
        model = project.model(node["name"], node["package_name"], node.get("version"))
        assert model is not None, node["unique_id"]
        assert model.kind == node["resource_type"]
        assert model.materialized == node["config"]["materialized"], node["unique_id"]
        assert set(texts(model.config.get("tags"))) == set(node["config"]["tags"]), node["unique_id"]
        assert mapping(model.config.get("meta")) == node["config"]["meta"], node["unique_id"]
        assert sorted(model.columns) == sorted(node["columns"])


def test_names(project: Project, said: dict[str, Any]) -> None:
    stored = [node for node in nodes(said) if node["relation_name"] is not None]
    assert len(stored) == 14
    for node in (*stored, *said["sources"].values()):
        found = (
            project.source(node["source_name"], node["name"])
            if node["resource_type"] == "source"
            else project.model(node["name"], node["package_name"], node.get("version"))
        )
        assert found is not None
        full = relation(node)
        assert full[-len(found.relation) :] == list(found.relation), node["unique_id"]
        if project.manifest.nodes or node["resource_type"] == "source" or full[-2] != "main":
            assert len(found.relation) >= (3 if project.manifest.nodes else 2), node["unique_id"]


def test_files_lead_to_their_models(project: Project, said: dict[str, Any]) -> None:
    own = [
        node
        for node in nodes(said)
        if node["package_name"] == "shop" and not node["original_file_path"].endswith(".yml")
    ]
    for node in own:
        model = project.model_at(f"{project.root}/{node['original_file_path']}")
        assert model is not None
        assert (model.name, model.version) == (node["name"], node.get("version"))


def test_sources(project: Project, said: dict[str, Any]) -> None:
    for node in said["sources"].values():
        source = project.source(node["source_name"], node["name"])
        assert source is not None
        assert source.config.get("loaded_at_field") == node["loaded_at_field"]
        for rule in ("warn_after", "error_after"):
            assert mapping(source.config.get("freshness")).get(rule) == (node["freshness"] or {}).get(rule)


def test_variables_and_adapter(project: Project) -> None:
    assert project.adapter == "duckdb"
    assert (project.vars["first_day"], project.vars_of("calendar")["days_back"]) == ("2024-01-01", 30)


def test_compiled_code_belongs_to_the_content_it_was_made_from(dbt_project: Path, said: dict[str, Any]) -> None:
    project = Project(str(dbt_project))
    compiled = [
        node for node in nodes(said) if node.get("compiled_code") and node["original_file_path"].endswith(".sql")
    ]
    assert len(compiled) >= 8
    for node in compiled:
        if node["package_name"] == "shop":
            path = dbt_project / node["original_file_path"]
            content = path.read_text(encoding="utf-8")
            assert hashlib.sha256(content.strip().encode()).hexdigest() == node["checksum"]["checksum"]
            assert project.compiled(str(path), f"\n{content}\n\n") == node["compiled_code"]
            assert project.compiled(str(path), f"{content} -- changed since") is None


def test_nothing_is_compiled_without_a_manifest(tmp_path: Path) -> None:
    project = Project(str(real_dbt.copied(tmp_path / "shop")))
    path = tmp_path / "shop" / "models" / "staging" / "stg_orders.sql"
    assert project.compiled(str(path), path.read_text(encoding="utf-8")) is None

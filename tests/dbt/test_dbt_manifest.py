"""Manifests that are other than expected."""

from __future__ import annotations

import hashlib
import json

import pytest

SQL = "{{ config(materialized=var('kind'), tags=['daily']) }} select 1"
CHECKSUM = hashlib.sha256(SQL.encode()).hexdigest()


def manifest(project: str | None = "shop", **node: object) -> str:
    checksum = {"name": "sha256", "checksum": CHECKSUM}
    known = {"relation_name": '"DB"."S"."A"', "checksum": checksum, "compiled_code": "select 1", **node}
    metadata = {"project_name": project, "adapter_type": "snowflake"}
    return json.dumps({"metadata": metadata, "nodes": {"model.shop.a": known}, "unknown": [1, {"x": 2}]})


def test_the_manifest_of_another_project_is_not_taken(made) -> None:
    project = made(models__a_sql=SQL, target__manifest_json=manifest("other"))
    assert project.model("a").relation == ("a",)
    assert project.compiled(f"{project.root}/models/a.sql", SQL) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"nodes": 1}', '{"nodes": {"model.shop.a": 1}}', "\x00", "[" * 100_000]
)
def test_a_broken_manifest_costs_itself(made, text: str) -> None:
    project = made(models__a_sql=SQL, target__manifest_json=text)
    assert project.model("a").relation == ("a",)
    assert len(project.problems) == (0 if text.startswith('{"nodes": {') else 1)
    assert all(problem.message.startswith("target/manifest.json is no manifest of dbt") for problem in project.problems)


@pytest.mark.parametrize(
    "node",
    [{"checksum": None}, {"checksum": "x"}, {"compiled_code": None}, {"compiled_code": 1}, {"compiled_code": ""}],
)
def test_code_of_unknown_origin_is_not_taken(made, node: dict[str, object]) -> None:
    project = made(models__a_sql=SQL, target__manifest_json=manifest(**node))
    assert project.compiled(f"{project.root}/models/a.sql", SQL) is None


def test_code_compiled_under_windows_is_taken(made) -> None:
    content = "select 1,\n2"
    checksum = {"name": "sha256", "checksum": hashlib.sha256(b"select 1,\r\n2").hexdigest()}
    project = made(models__a_sql=content, target__manifest_json=manifest(checksum=checksum, compiled_code="compiled"))
    assert project.compiled(f"{project.root}/models/a.sql", content) == "compiled"


def test_code_of_old_versions_of_dbt_is_taken(made) -> None:
    project = made(models__a_sql=SQL, target__manifest_json=manifest(compiled_code=None, compiled_sql="select 2"))
    assert project.compiled(f"{project.root}/models/a.sql", SQL) == "select 2"


@pytest.mark.parametrize(
    ("written", "relation"),
    [
        (None, ("a",)),
        (7, ("7",)),
        ("", ("a",)),
        ("s.a", ("s", "a")),
        ('"DB"."S"."A"', ("DB", "S", "A")),
        ("`my-project`.`s`.`a`", ("my-project", "s", "a")),
        ("[db].[s].[a b]", ("db", "s", "a b")),
        ('"d.b"."s"."a"', ("d.b", "s", "a")),
    ],
)
def test_relation_names_of_every_dialect(made, written: object, relation: tuple[str, ...]) -> None:
    project = made(models__a_sql=SQL, target__manifest_json=manifest(relation_name=written))
    assert project.model("a").relation == relation


def test_the_manifest_fills_only_what_the_files_leave_open(made) -> None:
    config = {"materialized": "incremental", "tags": ["hourly"], "meta": {"owner": "ada"}}
    model = made(models__a_sql=SQL, target__manifest_json=manifest(config=config)).model("a")
    assert (model.materialized, model.schedule.every, model.owner) == ("incremental", "daily", None)


def test_the_manifest_knows_the_adapter(made) -> None:
    assert made(target__manifest_json=manifest()).adapter == "snowflake"
    assert made("models: {+snowflake_warehouse: big}").adapter == "snowflake"
    assert made("models: {+snowflake_warehouse: big, x: {+require_partition_filter: true}}").adapter == "snowflake"


def test_the_target_folder_is_the_one_that_is_stated(made) -> None:
    project = made(
        "target-path: out", models__a_sql=SQL, out__manifest_json=manifest(), target__manifest_json=manifest("other")
    )
    assert project.model("a").relation == ("DB", "S", "A")

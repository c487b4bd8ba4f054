"""What files of a dbt project say of tables, where a project is, and what is broken."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import yaml
from dbt_projects import ARTEFACTS, put, shop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.load import from_mapping

if TYPE_CHECKING:
    from pathlib import Path


from dbt_project_entries import entries, notes, of

# --- what is taken over --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "table", "promise"),
    [
        ("freshness: {error_after: {count: 2, period: day}}", "", "2d"),
        ("config: {freshness: {error_after: {count: 2, period: day}}}", "", "2d"),
        ("", "", "6h"),  # of the folder
        ("freshness: null", "", None),
        ("", "freshness: null", None),
        (
            "freshness: {error_after: {count: 2, period: day}}",
            "freshness: {warn_after: {count: 1, period: hour}}",
            "2d",
        ),
        ("freshness: {error_after: {count: 2, period: day}}", "config: {freshness: {error_after: {count: 3}}}", "3d"),
    ],
)
def test_promises_of_all_places(tmp_path: Path, source: str, table: str, promise: str | None) -> None:
    tree = "sources: {shop: {+freshness: {error_after: {count: 6, period: hour}}}}"
    text = f"sources: [{{name: app, tables: [{{name: t, {table}}}], {source}}}]"
    [entry] = of(tmp_path, dbt_project_yml=f"name: shop\n{tree}\n", models__s_yml=text).values()
    assert entry.get("promised_within") == promise


def test_versions_have_columns_of_their_own_and_follow_each_other(tmp_path: Path) -> None:
    model = """
models:
  - name: m
    latest_version: 2
    columns: [{name: id, data_tests: [unique, not_null]}, {name: email, tags: [pii]}, {name: old}]
    versions:
      - {v: 1, deprecation_date: 1999-12-31}
      - v: 2
        columns: [{include: all, exclude: [old]}, {name: id}, {name: new, data_type: int}]
      - {v: 3, defined_in: m_next, columns: [{include: [email]}], data_tests: [{dbt_utils.unique_combination_of_columns: {arguments: {combination_of_columns: [email, day]}}}]}
"""
    files = {f"models__{name}_sql": "select 1 as id" for name in ("m_v1", "m_v2", "m_next")}
    assert of(tmp_path, models__m_yml=model, **files) == {
        "m_v1": {
            "availability": "deprecated",
            "reason": "deprecated since 1999-12-31",
            "grain": ["id"],
            "columns": {"id": {}, "email": {"flags": ["pii"]}, "old": {}},
            "use_instead": "m_v2",
        },
        "m_v2": {"columns": {"email": {"flags": ["pii"]}, "id": {}, "new": {"type": "int"}}},
        "m_v3": {"grain": ["email", "day"], "columns": {"email": {"flags": ["pii"]}}},
    }


def test_a_column_that_is_listed_twice_has_the_tests_of_both(tmp_path: Path) -> None:
    model = "models: [{name: m, columns: [{name: id, tests: [unique, not_null]}, {name: id, data_type: int}]}]"
    assert of(tmp_path, models__m_yml=model, models__m_sql="select 1 as id")["m"] == {
        "grain": ["id"],
        "columns": {"id": {"type": "int"}},
    }


def test_a_seed_has_the_columns_of_its_file_as_they_are_declared(tmp_path: Path) -> None:
    put(tmp_path, {"seeds/rates.csv": "DAY,Rate,note\n2024-01-01,1.5,x\n"})
    declared = "seeds: [{name: rates, columns: [{name: rate, data_type: float}, {name: made_up}]}]"
    assert of(tmp_path, seeds__rates_yml=declared)["rates"] == {
        "columns": {"DAY": {}, "rate": {"type": "float"}, "note": {}, "made_up": {}}
    }


def test_semantic_models(tmp_path: Path) -> None:
    semantic = """
semantic_models:
  - name: orders
    model: ref('m')
    defaults: {agg_time_dimension: ordered}
    dimensions: [{name: ordered, type: time, expr: ordered_at}]
    entities: [{name: order, type: primary, expr: order_id}]
"""
    found = of(tmp_path, models__m_yml=semantic, models__m_sql="select 1 as id")
    assert found["m"] == {"grain": ["order_id"], "event_time": "ordered_at"}


def test_sources_of_installed_packages(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        dbt_project_yml="name: shop\nvars: {stripe_schema: ours}\nsources: {stripe: {stripe: {refund: {+enabled: false}}}}\n",
        dbt_packages__stripe__dbt_project_yml="name: stripe\nvars: {stripe_schema: theirs}\n",
        dbt_packages__stripe__models__s_yml="""
sources:
  - name: stripe
    schema: "{{ var('stripe_schema', 'stripe') }}"
    tables: [{name: charge, loaded_at_field: at}, {name: refund}]
""",
    )
    assert found == {"ours.charge": {"available_at": "at"}}


def test_packages_that_are_not_here_are_said(tmp_path: Path) -> None:
    put(tmp_path, {"packages.yml": "packages: [{package: a/b, version: 1.0.0}]"})
    assert notes(tmp_path) == [
        "dbt_project.yml: not all of its packages are here, nor the sources that they declare; run `dbt deps`"
    ]


def test_what_is_odd_names_its_line(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "models/a.yml": "version: 2\nmodels:\n  - name: a\n  - name: b\n    config: {meta: {schedule: whenever}}\n",
            "models/b.sql": "{{ config(materialized='table') }} select 1 as id",
            "models/c.sql": "{{ config(materialized='table', meta={'cron': '99 4 * * *'}) }} select 1 as id",
        },
    )
    said = notes(tmp_path)
    assert said[1].startswith("models/a.yml:4: model.shop.b: `whenever` of meta.schedule is no schedule that is known")
    assert said[2].startswith("models/c.sql: model.shop.c: `99 4 * * *` is no cron expression")


# --- where it is ---------------------------------------------------------------------------------------------------------


def test_the_settings_name_a_project_too(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", newer=False)
    assert read("dbt", str(folder / "dbt_project.yml")) == read("dbt", str(folder))


def test_a_manifest_is_taken_where_there_is_one(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", newer=False)
    (folder / "target").mkdir()
    shutil.copy(ARTEFACTS / "v11" / "manifest.json", folder / "target")
    [imported] = read("dbt", str(folder))
    assert imported.origin == "dbt manifest"


def test_all_projects_of_a_repository(tmp_path: Path) -> None:
    for name in ("one", "deep/two", "one/integration_tests", "one/dbt_packages/three", "node_modules/four"):
        put(tmp_path / name, {"models/s.yml": f"sources: [{{name: {name.rpartition('/')[2]}, tables: [{{name: t}}]}}]"})
    put(tmp_path / "broken", {"dbt_project.yml": "name: ["})
    found = read("dbt", str(tmp_path))
    assert [(imported.path.removeprefix(f"{tmp_path}/"), list(entries(imported))) for imported in found] == [
        ("broken/dbt_project.yml", []),
        ("deep/two/dbt_project.yml", ["two.t"]),
        ("one/dbt_project.yml", ["one.t"]),
    ]
    assert "not valid YAML" in str(found[0].notes[0])


def test_tables_of_several_projects_are_told_by_the_first(tmp_path: Path) -> None:
    shop(tmp_path / "a", newer=False)
    shutil.copytree(ARTEFACTS / "v9", tmp_path / "a" / "target")
    shop(tmp_path / "b", newer=True)
    shop(tmp_path / "c", newer=True)
    assert [(imported.origin, len(imported.sources)) for imported in read("dbt", str(tmp_path))] == [
        ("dbt manifest", 13),
        ("dbt catalog", 12),
        ("dbt sources", 2),
        ("dbt project", 20),
        ("dbt project", 0),
    ]


def test_files_are_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path / "warehouse", newer=True)
    monkeypatch.chdir(tmp_path)
    [imported] = read("dbt", "warehouse")
    assert imported.path == "warehouse/dbt_project.yml"
    assert [note.path for note in imported.notes] == [
        "warehouse/dbt_project.yml",
        "warehouse/models/staging/sources.yml",
        "warehouse/models/marts/marts.yml",
    ]
    assert "warehouse/models/marts/customers.sql" in list(imported.models[0]["paths"])  # type: ignore[call-overload]
    monkeypatch.chdir(tmp_path / "warehouse")
    [imported] = read("dbt", ".")
    assert (imported.path, imported.notes[1].path) == ("dbt_project.yml", "models/staging/sources.yml")


def test_a_catalog_has_the_names_of_the_project(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", newer=True)
    (folder / "target").mkdir()
    for name in ("catalog.json", "sources.json"):
        shutil.copy(ARTEFACTS / "v12" / name, folder / "target")
    project, catalog, sources = read("dbt", str(folder))
    assert (project.origin, catalog.origin, sources.origin) == ("dbt project", "dbt catalog", "dbt sources")
    assert "columns" not in entries(project)["raw.tx"]
    assert entries(catalog)["raw.tx"]["columns"]["card_number"] == {"type": "varchar", "flags": ["pii"]}
    assert set(entries(sources)) == {"raw.tx", "raw.refunds", "raw.clicks"}


# --- what is broken ------------------------------------------------------------------------------------------------------


def test_a_broken_file_costs_itself(tmp_path: Path) -> None:
    found = of(
        tmp_path, models__a_yml="sources: [{name: a, tables: [{name: t}]}]", models__b_yml="sources:\n  - {name: b\n"
    )
    assert set(found) == {"a.t"}
    [note] = notes(tmp_path)
    assert note.startswith("models/b.yml:2: is not valid YAML")


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"dbt_project\.yml:3: not valid YAML"):
        of(tmp_path, dbt_project_yml="name: shop\nvars: [")


@pytest.mark.parametrize("settings", ["", "- a\n", "name: {a: b}\nmodels: 7\n"])
def test_settings_that_say_nothing(tmp_path: Path, settings: str) -> None:
    assert set(of(tmp_path, dbt_project_yml=settings, models__a_sql="select 1 as id")) == {"a"}


def test_entries_are_those_of_a_catalog(tmp_path: Path) -> None:
    [imported] = read("dbt", str(shop(tmp_path / "shop", newer=True)))
    from_mapping({"version": "1", "sources": list(imported.sources), "models": list(imported.models)})


FILES = ("project/models/marts/marts.yml", "project/models/staging/sources.yml", "newer/models/newer.yml")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_entries_or_a_note(tmp_path: Path, data: st.DataObject) -> None:
    folder = shop(tmp_path / "shop", newer=True)
    for name in (*FILES, "project/dbt_project.yml"):
        whole = yaml.load((ARTEFACTS / name).read_text(encoding="utf-8"), yaml.BaseLoader)
        changed = data.draw(damaged(whole))
        (folder / name.partition("/")[2]).write_text(json.dumps(changed), encoding="utf-8")
    with suppress(ArtefactError):
        [imported] = read("dbt", str(folder))
        assert all(isinstance(entry["name"], str) and entry["name"] for entry in imported.sources)
        assert all(note.message for note in imported.notes)

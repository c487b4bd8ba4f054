"""Projects of dbt without a manifest: their files say what dbt would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import real_dbt
from dbt_projects import ARTEFACTS, RICH, put, shop

from feasilint.api import survey
from feasilint.catalog.imports.kinds import read
from feasilint.dbt.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.catalog.imports.artefact import Imported


from dbt_project_entries import Entry, entries, notes, of

# --- the same as dbt says ------------------------------------------------------------------------------------------------


SEEDS: dict[str, object] = {  # which dbt looks into only when it loads them
    "countries": ["code", "name"],
    "raw.countries": ["code", "name"],
    "raw.raw_orders": ["id", "customer_id", "amount_cents", "ordered_at", "_loaded_at"],
    "raw.raw_customers": ["id", "name", "country", "updated_at"],
}


def assert_same(project: Imported, manifest: Imported) -> None:
    """Whether both have the same entries. Names from files may lack what only the target of dbt says, which is noted, and may have
    their schema as another name; seeds have the columns of their files; newer versions of dbt sort tags; `as_of` and the places
    in notes are those of a manifest."""
    wanted, used = entries(manifest), set()
    for name, entry in entries(project).items():
        [whole] = [one for one in wanted if f".{one}".endswith(f".{name}")]
        used.add(whole)
        aliases = entry.pop("aliases", [])
        assert all(f".{whole}".endswith(f".{alias}") for alias in aliases)
        if name in SEEDS:
            assert entry.pop("columns") == SEEDS[name]
            wanted[whole].pop("columns", None)
        assert ordered(entry) == ordered(wanted[whole]), name
    assert used == set(wanted)
    assert project.models == manifest.models
    short, *same = (note.message for note in project.notes)
    assert same == [note.message for note in manifest.notes]
    assert short.startswith("only dbt knows the schemas of ")


def ordered(entry: Entry) -> Entry:
    """An entry with its flags in their order, and the last part of what to use instead."""
    columns, instead = entry.get("columns"), str(entry.get("use_instead", ""))
    if isinstance(columns, dict):
        columns = {name: {**column, "flags": sorted(column.get("flags", []))} for name, column in columns.items()}
    return {
        **entry, "columns": columns, "flags": sorted(entry.get("flags", [])), "use_instead": instead.rpartition(".")[2],
    }  # fmt: skip


@pytest.mark.parametrize("version", ["v9", "v10", "v11", "v12"])
def test_the_files_say_what_the_manifest_says(tmp_path: Path, version: str) -> None:
    folder = shop(tmp_path / "shop", newer=version == "v12")
    [project] = read("dbt", str(folder))
    [manifest] = read("dbt", str(ARTEFACTS / version / "manifest.json"))
    assert len(project.sources) == (20 if version == "v12" else 13)
    assert_same(project, manifest)
    assert (project.origin, project.path, project.as_of) == ("dbt project", f"{folder}/dbt_project.yml", None)


@pytest.mark.slow
def test_a_project_with_packages_and_macros_of_schemas(dbt_project: Path, tmp_path: Path) -> None:
    [manifest, *_] = read("dbt", str(dbt_project / "target" / "manifest.json"))
    [project] = read("dbt", str(real_dbt.copied(tmp_path / "shop")))
    assert len(project.sources) == 14  # the two sources are seeds of the project, too
    assert_same(project, manifest)


@pytest.mark.slow
def test_whatever_may_be_stated_in_several_places(dbt_python: Path, tmp_path: Path) -> None:
    put(tmp_path, RICH)
    [project] = read("dbt", str(tmp_path))
    real_dbt.run(dbt_python, tmp_path, "parse --no-partial-parse")
    [manifest] = read("dbt", str(tmp_path))
    assert (len(project.sources), manifest.origin) == (17, "dbt manifest")
    assert_same(project, manifest)


# --- the same as code is read --------------------------------------------------------------------------------------------


def test_whatever_the_project_reads_has_its_entry(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", newer=True)
    [imported] = read("dbt", str(folder))
    read_there = {use.source.name for use in survey([str(folder)], use_catalog=False).uses}
    assert {"raw.tx", "raw.clicks"} <= read_there <= set(entries(imported))
    every = {".".join(model.relation) for model in Project(str(folder)).models() if model.materialized != "ephemeral"}
    assert every <= set(entries(imported))


def test_names_as_far_as_they_are_known(tmp_path: Path) -> None:
    sources = """
sources:
  - name: app
    database: "{{ var('db', 'raw') }}"
    schema: "{{ env_var('APP_SCHEMA', 'app_prod') }}"
    tables: [{name: users}, {name: old, identifier: "{{ target.name }}_old"}]
  - {name: here, schema: "{{ target.schema }}", tables: [{name: t}]}
"""
    assert set(of(tmp_path, models__s_yml=sources)) == {"raw.app_prod.users", "app.old", "t"}
    advice = "run `dbt parse` and import its manifest to have whole names"
    assert notes(tmp_path) == [
        f"models/s.yml:6: source.shop.app.old: only dbt knows its identifier; {advice}",
        f"dbt_project.yml: only dbt knows the schemas of 1 of its 3 tables; {advice}",
    ]


def test_one_word_for_two_tables_is_that_of_the_source(tmp_path: Path) -> None:
    source = 'sources: [{name: app, schema: "{{ target.schema }}", tables: [{name: users, loaded_at_field: at}]}]'
    config = "{{ config(materialized='table', tags=['daily']) }} select 1 as id"
    assert of(tmp_path, models__s_yml=source, models__users_sql=config) == {"users": {"available_at": "at"}}
    assert "models/users.sql: model.shop.users: its name is also that of source.shop.app.users" in notes(tmp_path)[0]


@pytest.mark.parametrize(
    ("config", "alias"),
    [
        ("", "analytics.m"),
        ("{{ config(schema='marts') }}", "analytics_marts.m"),
        ("{{ config(schema=target.name) }}", None),
        ("{{ config(alias='other') }}", "analytics.other"),
    ],
)
def test_the_schema_of_production_is_another_name(tmp_path: Path, config: str, alias: str | None) -> None:
    profiles = "x: {target: dev, outputs: {dev: {type: duckdb, schema: me}, prod: {type: duckdb, schema: analytics}}}"
    [entry] = of(tmp_path, models__m_sql=f"{config} select 1 as id", profiles_yml=profiles).values()
    assert entry.get("aliases") == ([alias] if alias else None)


def test_files_that_stand_for_sources(tmp_path: Path) -> None:
    source = """
sources:
  - name: lake
    meta: {external_location: "s3://lake/{name}.parquet"}
    tables:
      - {name: tx, external: {location: "s3://lake/tx/"}}
      - {name: users}
      - {name: rates, config: {external_location: "read_csv('rates.csv', header=true)"}}
      - {name: logs, meta: {external_location: "s3://lake/{day}.json"}}
"""
    found = of(tmp_path, models__s_yml=source)
    assert {name: entry.get("aliases") for name, entry in found.items()} == {
        "lake.tx": ["s3://lake/tx/"],
        "lake.users": ["s3://lake/users.parquet"],
        "lake.rates": ["rates.csv"],
        "lake.logs": None,
    }


# --- what is not taken over ----------------------------------------------------------------------------------------------


def test_what_is_switched_off_or_not_stored_is_no_entry(tmp_path: Path) -> None:
    sources = """
sources:
  - {name: app, config: {enabled: "{{ var('use_off', false) }}"}, tables: [{name: a}, {name: b, config: {enabled: true}}]}
  - {name: folder, tables: [{name: c}]}
"""
    found = of(
        tmp_path,
        dbt_project_yml="name: shop\nvars: {use_m: false}\nsources: {shop: {staging: {folder: {c: {+enabled: false}}}}}\n",
        models__staging__s_yml=sources,
        models__m_sql="{{ config(enabled=var('use_m') == true) }} select 1 as id",
        models__e_sql="{{ config(materialized='ephemeral') }} select 1 as id",
        models__kept_sql="select 1 as id",
    )
    assert set(found) == {"app.b", "kept"}


UNIQUE = "models: [{name: m, columns: [{name: id, data_tests: [{unique: {%s}}]}]}]"


@pytest.mark.parametrize(
    ("test", "settings", "grain"),
    [
        ("", "", ["id"]),
        ("name: ids, config: {severity: warn}", "", ["id"]),
        ("where: amount > 0", "", None),
        ("arguments: {where: amount > 0}", "", None),
        ('config: {where: "{{ target.name }} = 1"}', "", None),
        ("config: {enabled: false}", "", None),
        ("config: {enabled: \"{{ target.name == 'prod' }}\"}", "", None),
        ("", "data_tests: {shop: {+enabled: false}}", None),
        ("", "tests: {shop: {marts: {+where: day > 1}}}", None),
        ("", "tests: {shop: {staging: {+where: day > 1}}}", ["id"]),
        ("config: {enabled: true}", "data_tests: {+enabled: false}", ["id"]),
    ],
)
def test_tests_that_do_not_run_for_all_rows_say_nothing(
    tmp_path: Path, test: str, settings: str, grain: list[str] | None
) -> None:
    found = of(
        tmp_path,
        dbt_project_yml=f"name: shop\n{settings}\n",
        models__marts__m_yml=UNIQUE % test,
        models__marts__m_sql="select 1 as id",
    )
    assert found["m"].get("grain") == grain


def test_jinja_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    source = """
sources:
  - name: app
    meta: {owner: "{{ env_var('OWNER') }}", feasilint: {retention: "{{ var('kept', '3y') }}", latency: "{{ var('unset') }}"}}
    loaded_at_field: "{{ var('unset') }}"
    freshness: {error_after: {count: "{{ var('unset') }}", period: hour}, warn_after: {count: "{{ var('n', 4) }}", period: hour}}
    tables: [{name: t, columns: [{name: id, tags: ["{{ var('unset') }}"], data_type: "{{ var('kind', 'int') }}"}]}]
"""
    assert of(tmp_path, models__s_yml=source) == {
        "app.t": {"promised_within": "4h", "columns": {"id": {"type": "int"}}, "retention": "3y"}
    }


def test_an_adapter_that_is_guessed_does_not_say_how_rows_are_merged(tmp_path: Path) -> None:
    config = "{{ config(materialized='incremental', unique_key='id') }} select 1 as id"
    macro = "{% macro snowflake__x() %}{% endmacro %}"
    assert "grain" not in of(tmp_path / "a", models__m_sql=config, macros__x_sql=macro)["m"]
    assert of(tmp_path / "b", dbt_project_yml="name: shop\nprofile: snowflake\n", models__m_sql=config)["m"][
        "grain"
    ] == ["id"]

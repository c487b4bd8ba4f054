"""Projects of dbt that are read from their own files, against what dbt itself has made of them."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import real_dbt
import yaml
from dbt_projects import ARTEFACTS, RICH, put, shop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.api import survey
from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.load import from_mapping
from feasilint.dbt.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.catalog.imports.artefact import Imported

Entry = dict[str, Any]


def entries(imported: Imported) -> dict[str, Entry]:
    return {
        str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in imported.sources
    }


def of(folder: Path, **files: str) -> dict[str, Entry]:
    """The entries of a project of these files; in their names `__` stands for a slash and `_sql` for the ending."""
    named = {
        name.replace("__", "/").replace("_yml", ".yml").replace("_sql", ".sql"): text for name, text in files.items()
    }
    [imported] = read("dbt", str(put(folder, named)))
    return entries(imported)


def notes(folder: Path) -> list[str]:
    [imported] = read("dbt", str(folder))
    return [str(note).removeprefix(f"{folder}/") for note in imported.notes]


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

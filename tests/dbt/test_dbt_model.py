"""What YAML files and `config` calls say of a model, without a manifest."""

from __future__ import annotations

import pytest

from feasilint.dbt.model import Schedule


def test_nothing_is_read_before_it_is_asked(made) -> None:
    project = made(models__a_sql="select 1", models__a_yml="models: [")
    assert project.digests == {}
    assert project.problems == ()


def test_an_unknown_model_is_none(made) -> None:
    project = made(models__a_sql="select 1")
    assert project.model("b") is None
    assert project.model("a", "other") is None
    assert project.model_at(f"{project.root}/models/b.sql") is None
    assert project.model_at("/elsewhere/a.sql") is None


@pytest.mark.parametrize(
    "settings", ["", "models:", "models: []", "models: {shop: table}", "models: {other: {+materialized: table}}"]
)
def test_a_model_without_settings_is_a_view(made, settings: str) -> None:
    model = made(settings, models__a_sql="select 1").model("a")
    assert (model.materialized, model.relation, model.schedule, model.owner) == ("view", ("a",), None, None)


def test_a_setting_that_only_dbt_can_tell_is_unknown(made) -> None:
    text = "{{ config(materialized=var('kind'), alias=this.name ~ '_x') }} select 1"
    model = made(models__a_sql=text).model("a")
    assert model.materialized is None
    assert model.config == {"materialized": None, "alias": None}


def test_settings_in_comments_do_not_count(made) -> None:
    model = made(models__a_sql="{# {{ config(materialized='table') }} #} select 1").model("a")
    assert model.materialized == "view"


def test_files_of_installed_packages_and_dbts_output_are_no_models(made) -> None:
    project = made("model-paths: ['.']", a_sql="", target__compiled__b_sql="", dbt_packages__p__models__c_sql="")
    assert [model.name for model in project.models()] == ["a"]


def test_model_paths_outside_of_the_project_are_not_looked_into(made) -> None:
    project = made("model-paths: ['../..', /etc, models]", models__a_sql="")
    assert [model.name for model in project.models()] == ["a"]
    assert [problem.message.split(" which")[0] for problem in project.problems] == [
        "dbt_project.yml names the folder `../..` outside of the project,",
        "dbt_project.yml names the folder `/etc` outside of the project,",
    ]


def test_folders_then_properties_then_the_file_state_settings(made) -> None:
    project = made(
        "models: {+materialized: table, shop: {+tags: [a], marts: {materialized: incremental, +meta: {x: 1, y: 1}}}}",
        models__top_sql="select 1",
        models__marts__inner_sql="select 1",
        models__marts__stated_sql="select 1",
        models__marts__own_sql="{{ config(materialized='table', tags='c', meta={'y': 3}) }} select 1",
        models__m_yml="""
models:
  - {name: stated, config: {materialized: view, tags: b}}
  - {name: own, tags: [ignored], meta: {y: 2}, config: {materialized: view, tags: [b]}}
""",
    )
    assert project.model("top").materialized == "table"
    assert project.model("inner").materialized == "incremental"
    assert project.model("stated").materialized == "view"
    own = project.model("own")
    assert (own.materialized, own.config["tags"], own.config["meta"]) == ("table", ["a", "b", "c"], {"x": 1, "y": 3})


def test_python_models_state_settings_in_a_call(made) -> None:
    text = "def model(dbt, session):\n    dbt.config(materialized='table', tags=['daily'])\n    return dbt.ref('a')\n"
    model = made(models__a_py=text).model("a")
    assert (model.materialized, model.schedule) == ("table", Schedule("daily", "tag `daily`"))


OWN_SCHEMAS = "{% macro generate_schema_name(name, node) %}{{ name }}{% endmacro %}"


@pytest.mark.parametrize(
    ("config", "relation"),
    [
        ("", ("a",)),
        ("database='db'", ("a",)),  # in which schema?
        ("alias='b'", ("b",)),
        ("schema='s'", ("s", "a")),
        ("schema='s', database='db', alias='b'", ("db", "s", "b")),
        ("dataset='s', project='db'", ("db", "s", "a")),
        ("schema=target.schema, database='db'", ("a",)),
    ],
)
def test_names_as_far_as_they_are_sure(made, config: str, relation: tuple[str, ...]) -> None:
    project = made(models__a_sql=f"{{{{ config({config}) }}}} select 1", macros__schemas_sql=OWN_SCHEMAS)
    assert project.model("a").relation == relation


def test_a_custom_schema_is_unsure_where_dbt_puts_the_targets_before_it(made) -> None:
    assert made(models__a_sql="{{ config(schema='s') }} select 1").model("a").relation == ("a",)


@pytest.mark.parametrize(
    ("macro", "relation"), [("default__", ("s", "a")), ("snowflake__", ("s", "a")), ("spark__", ("a",))]
)
def test_a_variant_of_the_macro_decides_on_schemas_where_dbt_calls_it(
    made, macro: str, relation: tuple[str, ...]
) -> None:
    project = made(
        "profile: p",
        profiles_yml="p: {target: dev, outputs: {dev: {type: snowflake}}}",
        models__a_sql="{{ config(schema='s') }} select 1",
        macros__schemas_sql=OWN_SCHEMAS.replace("generate", f"{macro}generate"),
    )
    assert project.model("a").relation == relation


def test_versions_have_their_own_files_and_names(made) -> None:
    project = made(
        models__a_v1_sql="select 1",
        models__b_sql="select 1",
        models__a_v10_sql="select 1",
        models__m_yml="models: [{name: a, versions: [{v: 1}, {v: 2, defined_in: b, config: {alias: c}}, {v: 10}]}]",
    )
    assert project.model("a").version == 10
    assert project.model("a", version=1).path == "models/a_v1.sql"
    assert project.model("a", version="2").relation == ("c",)
    assert project.model("a", version=3) is None
    assert project.model_at(f"{project.root}/models/b.sql").name == "a"
    assert [(model.name, model.version, model.relation) for model in project.models()] == [
        ("a", 1, ("a_v1",)),
        ("a", 10, ("a_v10",)),
        ("a", 2, ("c",)),
    ]


def test_the_file_for_the_projects_warehouse_is_taken(made) -> None:
    project = made(
        "profile: p",
        profiles_yml="p: {target: dev, outputs: {dev: {type: snowflake}, other: {type: bigquery}}}",
        models__bigquery__a_sql="select 1",
        models__default__a_sql="select 2",
        models__snowflake__a_sql="select 3",
    )
    assert project.adapter == "snowflake"
    assert project.model("a").path == "models/snowflake/a.sql"
    assert project.model_at(f"{project.root}/models/default/a.sql").path == "models/default/a.sql"


@pytest.mark.parametrize(
    ("variants", "profiles", "adapter"),
    [
        (["my"], "", None),
        (["default"], "", None),
        (["bigquery"], "p: {target: dev, outputs: {dev: {type: postgres}}}", "postgres"),
        (["default", "bigquery", "spark", "bigquery"], "", "bigquery"),
        (["spark", "snowflake"], "", "snowflake"),
    ],
)
def test_a_project_for_several_warehouses_is_read_for_the_one_it_knows_best(
    made, variants: list[str], profiles: str, adapter: str | None
) -> None:
    macros = "".join(f"{{% macro {name}__m{at}() %}}x{{% endmacro %}}" for at, name in enumerate(variants))
    assert made("profile: p", profiles_yml=profiles, macros__a_sql=macros).adapter == adapter


@pytest.mark.parametrize(
    ("config", "schedule"),
    [
        ("tags=['finance', 'daily_tables']", None),
        ("target_lag='downstream'", None),
        ("refresh_interval_minutes=0", None),
        ("meta={'schedule': None, 'owner': 'daily'}", None),
        ("freshness={'warn_after': {'count': 1, 'period': 'day'}}", None),
        ("tags='Nightly'", Schedule("nightly", "tag `Nightly`")),
        ("target_lag='1 hour', tags=['daily']", Schedule("1 hour", "target_lag")),
        ("refresh_interval_minutes=30", Schedule("30 minutes", "refresh_interval_minutes")),
        ("schedule={'cron': '0 0 * * * ?'}", Schedule("0 0 * * * ?", "schedule")),
        ("meta={'cron': '0 2 * * *'}, tags=['hourly']", Schedule("0 2 * * *", "meta.cron")),
        ("freshness={'build_after': {'count': 4, 'period': 'hour'}}", Schedule("4 hours", "freshness.build_after")),
    ],
)
def test_schedules(made, config: str, schedule: Schedule | None) -> None:
    assert made(models__a_sql=f"{{{{ config({config}) }}}} select 1").model("a").schedule == schedule


@pytest.mark.parametrize(
    ("properties", "owner"),
    [
        ("models: [{name: a, config: {meta: {owners: x}}}]", None),
        ("models: [{name: a, meta: {owner: ada}}]", "ada"),
        ("models: [{name: a, config: {meta: {owner: {name: Ada, email: ada@x}}}}]", "Ada"),
        ("models: [{name: a, config: {group: growth}}]\ngroups: [{name: growth, owner: {email: g@x}}]", "g@x"),
        ("models: [{name: a, group: growth}]", "growth"),
    ],
)
def test_owners(made, properties: str, owner: str | None) -> None:
    assert made(models__a_sql="select 1", models__a_yml=properties).model("a").owner == owner


def test_snapshots_by_block_and_by_properties(made) -> None:
    project = made(
        "snapshots: {shop: {two: {+target_schema: history}}}",
        snapshots__two_sql="{% snapshot a %}{{ config(alias='x') }}{% endsnapshot %}{% snapshot b %}{% endsnapshot %}",
        snapshots__c_yml="snapshots: [{name: c, relation: ref('a'), config: {target_schema: s}}, {name: d}]",
    )
    assert [(model.name, model.kind, model.relation) for model in project.models()] == [
        ("a", "snapshot", ("history", "x")),
        ("b", "snapshot", ("history", "b")),
        ("c", "snapshot", ("s", "c")),
    ]
    assert project.model("b").materialized == "snapshot"

"""What templates ask the database, answered by the files of the project; unknown where they do not say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feasilint.documents.read import read
from feasilint.lower.options import Options
from feasilint.lower.sql.making import Making
from feasilint.lower.sql.reading import read as read_sql

if TYPE_CHECKING:
    from conftest import MakeProject

    from feasilint.dbt.project import Project

_LIST = (
    "select {% for c in adapter.get_columns_in_relation(ref('q')) %}_{{ c.name }}{{ ',' if not loop.last }}{% endfor %}"
)
_MODELS = "version: 2\nmodels: [{name: q, columns: [{name: a}, {name: b}]}]\n"


def shown(project: Project, path: str, dialect: str | None = None) -> str:
    """A model as it is read, on one line."""
    file = Path(project.root) / path
    making = Making.of(read(file.as_posix(), file.read_bytes()), Options(dialect, project=lambda _: project))
    made = read_sql(file.read_text(), making.dialect, making.setting)
    return " ".join(made.source.split())


def test_columns_that_nobody_names_are_unknown(made: MakeProject) -> None:
    project = made(models__m_sql=_LIST, models__q_sql="select 1")
    assert shown(project, "models/m.sql") == "select _{{ c.name }}"


def test_a_column_that_may_be_there_is_not_taken_for_missing(made: MakeProject) -> None:
    asks = "{% set known = adapter.get_columns_in_relation(ref('q')) | map(attribute='name') | map('lower') | list %}"
    text = asks + "select {% if 'a' in known %}a{% else %}null as a{% endif %}"
    assert shown(made(models__m_sql=text), "models/m.sql") == "select anull as a"


def test_columns_are_those_of_properties_and_of_the_heads_of_seeds(made: MakeProject) -> None:
    declared = made(models__m_sql=_LIST, models__q_sql="select 1", models__q_yml=_MODELS)
    assert shown(declared, "models/m.sql") == "select _a,_b"
    seed = _LIST.replace("'q'", "'countries'")
    project = made(models__m_sql=seed, seeds__countries_csv='code, "label"\nde,Germany\n')
    assert shown(project, "models/m.sql") == "select _code,_label"


def test_the_graph_has_the_models_of_the_project(made: MakeProject) -> None:
    text = (
        "select {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == 'q' %}"
        "{{ node.columns.keys() | join(', ') }} from "
        "{% set found = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) %}"
        "{{ found.identifier }}{% endfor %}"
    )
    project = made(models__m_sql=text, models__q_sql="{{ config(alias='stock') }} select 1", models__q_yml=_MODELS)
    assert shown(project, "models/m.sql") == "select a, b from stock"


def test_one_cell_of_a_result_is_a_parameter_and_its_rows_are_unknown(made: MakeProject) -> None:
    project = made(models__m_sql="select 1")
    making = Making.of(read(f"{project.root}/models/m.sql", b""), Options(project=lambda _: project))
    made_ = read_sql("select {{ run_query(q).columns[0].values()[0] }}", None, making.setting)
    assert [mark.kind for mark in made_.marks.found] == ["param"]
    rows = read_sql("select {% for row in run_query(q) %}{{ row.name }}{% endfor %}", None, making.setting)
    assert [mark.kind for mark in rows.marks.found] == ["hole"]


def test_variables_may_be_templates(made: MakeProject) -> None:
    settings = "vars:\n  shop:\n    orders: \"{{ source('raw', 'orders') }}\"\n    loop: \"{{ var('loop') }}\"\n"
    project = made(
        settings, models__m_sql="select * from {{ var('orders') }}", models__n_sql="select {{ var('loop') }}"
    )
    assert shown(project, "models/m.sql") == "select * from {{ var('orders') }}"
    (mark,) = read_sql(
        "select * from {{ var('orders') }}",
        None,
        Making.of(read(f"{project.root}/models/m.sql", b""), Options(project=lambda _: project)).setting,
    ).marks.found
    assert (mark.kind, mark.name) == ("table", "raw.orders")
    assert "loop" in shown(project, "models/n.sql")


def test_a_model_that_is_switched_off_is_read_as_if_it_were_on(made: MakeProject) -> None:
    text = "{{ config(enabled=var('claims', False)) }}{% if var('claims', False) %}select a{% endif %}"
    assert shown(made(models__m_sql=text), "models/m.sql") == "select a"
    kept = "{% if var('claims', False) %}select a{% else %}select b{% endif %}"
    assert shown(made(models__m_sql=kept), "models/m.sql") == "select b"


@pytest.mark.parametrize("folder", ["", "profiles/", "integration_tests/"])
def test_the_warehouse_is_that_of_the_profile(folder: str, made: MakeProject) -> None:
    project = made("profile: p\n", models__m_sql="{{ adapter.type() }}")
    profile = Path(project.root) / folder / "profiles.yml"
    profile.parent.mkdir(exist_ok=True)
    profile.write_text("p: {target: prod, outputs: {prod: {type: redshift, password: secret}}}")
    assert project.adapter == "redshift"


TARGET = "select * from {{ target.schema }}_x.t join {{ target.database }}.u"


@pytest.mark.parametrize(
    "outputs",
    [
        "dev: {type: snowflake, schema: me, database: db}",
        "prod: {type: snowflake, schema: \"{{ env_var('SCHEMA') }}\", database: \"{{ env_var('DB') }}\"}",
        "prod: {type: snowflake, user: me, password: schema}",
    ],
)
def test_the_place_of_production_that_no_profile_states(outputs: str, made: MakeProject) -> None:
    project = made("profile: p\n", models__m_sql=TARGET, profiles_yml=f"p: {{target: dev, outputs: {{{outputs}}}}}")
    assert shown(project, "models/m.sql") == TARGET


@pytest.mark.parametrize(
    "output", ["schema: s, database: db", "dataset: s, project: db", "schema: \"{{ env_var('X', 's') }}\", catalog: db"]
)
def test_the_place_of_production_is_that_of_the_profile(output: str, made: MakeProject) -> None:
    outputs = f"{{dev: {{type: bigquery, schema: me, database: mine}}, prod: {{type: bigquery, {output}}}}}"
    project = made("profile: p\n", models__m_sql=TARGET, profiles_yml=f"p: {{target: dev, outputs: {outputs}}}")
    assert shown(project, "models/m.sql") == "select * from s_x.t join db.u"


def test_files_for_several_warehouses_are_read_each_for_its_own(made: MakeProject) -> None:
    project = made(models__bigquery__m_sql="{{ adapter.type() }}", models__snowflake__m_sql="{{ adapter.type() }}")
    assert shown(project, "models/bigquery/m.sql") == "bigquery"
    assert shown(project, "models/snowflake/m.sql") == "snowflake"
    assert shown(project, "models/snowflake/m.sql", "duckdb") == "duckdb"


def test_a_macro_dispatches_in_its_own_package(made: MakeProject) -> None:
    macro = "{% macro say() %}{{ return(adapter.dispatch('say')()) }}{% endmacro %}{% macro default__say() %}x{% endmacro %}"
    project = made(
        models__m_sql="select {{ other.say() }}",
        dbt_packages__other__dbt_project_yml="name: other\n",
        dbt_packages__other__macros__say_sql=macro,
    )
    assert shown(project, "models/m.sql") == "select x"

"""Installed packages, variables, macros, and which project a file belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbt_files import put

from feasilint.dbt.project import Project
from feasilint.nearest import dbt_projects

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "dbt_project.yml": """
name: shop
vars: {days: 1, spread: {a: 1}, shop: {currency: EUR}, dates: {days: 30}}
dispatch: [{macro_namespace: dates, search_order: [shop, dates]}]
models: {dates: {+materialized: table}}
""",
    "models/orders.sql": "select 1",
    "macros/own.sql": "{% macro week_of(x) %}{% endmacro %}\n{%- macro other(x) -%}{% endmacro %}",
    "dbt_packages/dates/dbt_project.yml": "name: dates\nvars: {days: 7, start: monday}\nmacro-paths: [sql_macros]",
    "dbt_packages/dates/models/days.sql": "{{ config(materialized='view') }} select 1",
    "dbt_packages/dates/models/orders.sql": "select 1",
    "dbt_packages/dates/sql_macros/dates.sql": "{% macro week_of(x) %}{% endmacro %}{% macro month_of(x) %}{% endmacro %}",
    "dbt_packages/no_package/models/x.sql": "select 1",
    "packages.yml": "packages: [{package: a/b, version: 1}, {local: packages/local}, {local: /etc}]",
    "packages/local/dbt_project.yml": "name: local_one",
    "packages/local/models/beside.sql": "select 1",
}


def test_a_file_outside_of_any_project_has_none(tmp_path: Path) -> None:
    assert dbt_projects().of(str(tmp_path / "a.sql")) is None
    assert dbt_projects().of("nowhere/at/all.sql") is None


def test_the_nearest_project_counts_and_is_kept(tmp_path: Path) -> None:
    put(tmp_path, {"dbt_project.yml": "name: outer", "inner/dbt_project.yml": "name: inner"})
    projects = dbt_projects()
    inner = projects.of(str(tmp_path / "inner" / "models" / "a.sql"))
    assert inner is not None
    assert inner.name == "inner"
    assert projects.of(str(tmp_path / "inner" / "b.sql")) is inner
    assert projects.of(str(tmp_path / "models" / "a.sql")).name == "outer"


def test_a_file_of_an_installed_package_belongs_to_the_project_that_uses_it(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    project = dbt_projects().of(str(tmp_path / "dbt_packages" / "dates" / "models" / "days.sql"))
    assert project.name == "shop"
    assert project.model_at(str(tmp_path / "dbt_packages" / "dates" / "models" / "days.sql")).package == "dates"


def test_packages_are_installed_ones_and_local_ones(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    assert list(Project(str(tmp_path)).packages) == ["shop", "dates", "local_one"]


def test_the_projects_own_model_comes_first(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    project = Project(str(tmp_path))
    assert project.model("orders").package == "shop"
    assert project.model("orders", "dates").path == "dbt_packages/dates/models/orders.sql"
    assert project.model("beside").path == "packages/local/models/beside.sql"


def test_the_project_has_the_last_word_on_models_of_packages(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    assert Project(str(tmp_path)).model("days").materialized == "table"


def test_variables_of_one_package_beat_those_of_all(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    project = Project(str(tmp_path))
    assert (project.vars["days"], project.vars["currency"], project.vars["spread"]) == (1, "EUR", {"a": 1})
    dates = project.vars_of("dates")
    assert (dates["days"], dates["start"], "currency" in dates) == (30, "monday", False)


def test_macros_and_where_they_are_looked_for(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    project = Project(str(tmp_path))
    assert [(package, path.rsplit("/", 1)[1]) for package, path in project.macro_files()] == [
        ("shop", "own.sql"),
        ("dates", "dates.sql"),
    ]
    assert project.macro("week_of").package == "shop"
    assert project.macro("week_of", "dates").package == "dates"
    assert project.macro("month_of").package == "dates"
    assert project.macro("year_of") is None
    assert project.dispatch == {"dates": ("shop", "dates")}


def test_what_dbt_is_told_to_ignore_is_no_model(made, tmp_path: Path) -> None:
    project = made(
        models__a_sql="select 1",
        models__helpers_py="def main(): ...",
        models__old__b_sql="select 1",
        models__old__b_yml="models: [{name: a, config: {tags: daily}}]",
    )
    put(tmp_path, {".dbtignore": "# not ours\nhelpers.py\n/models/old/\n"})
    assert [(model.name, model.schedule) for model in project.models()] == [("a", None)]
    assert project.problems == ()

"""References that lead nowhere: said once, with the line and what to do; not where it cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from dbt_files import put

from feasilint.api import inspect

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = "sources: [{name: shop, tables: [{name: orders}, {name: customers}]}]"
FILES = {
    "dbt_project.yml": "name: shop\nanalysis-paths: [queries]",
    "models/stg_orders.sql": "select * from {{ source('shop', 'orders') }}",
    "models/versioned_v2.sql": "select 2 as one",
    "models/sources.yml": SOURCES + "\nmodels: [{name: versioned, versions: [{v: 2}]}]",
    "seeds/countries.csv": "code,name",
    "snapshots/history.sql": "{% snapshot orders_history %} select * from {{ ref('stg_orders') }} {% endsnapshot %}",
    "snapshots/more.yml": "snapshots:\n- name: customers_history\n  relation: source('shop', 'customers')",
}
PACKAGES = "packages: [{package: dbt-labs/dbt_utils, version: 1.0.0}]"


def said(root: Path, path: str, text: str, **files: str) -> list[tuple[str, int]]:
    """What is said of references in one file of a project, and at which lines."""
    put(
        root, {**FILES, path: text, **{name.replace("__", "/").replace("_yml", ".yml"): t for name, t in files.items()}}
    )
    (document,) = inspect(str(root / path), use_catalog=False)["documents"]
    return _references(document)


def _references(document: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (one["message"], one["span"]["line"]) for one in document["diagnostics"] if one["kind"] == "unresolved-source"
    ]


# --- nothing is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "ref('stg_orders')",
        "ref('shop', 'stg_orders')",
        "ref('countries')",
        "ref('orders_history')",
        "ref('customers_history')",
        "ref('versioned')",
        "ref('versioned', v=2)",
        "ref('versioned', version='2')",
        "source('shop', 'customers')",
        "ref(var('which'))",
        "source(var('where'), 'orders')",
    ],
)
def test_what_leads_somewhere(code: str, tmp_path: Path) -> None:
    assert said(tmp_path, "models/m.sql", f"select * from {{{{ {code} }}}}") == []


@pytest.mark.parametrize(
    "path", ["queries/m.sql", "scratch/m.sql", "tests/m.sql", "macros/m.sql"], ids=lambda path: path.split("/")[0]
)
def test_what_is_no_model(path: str, tmp_path: Path) -> None:
    assert said(tmp_path, path, "select * from {{ ref('nowhere') }}") == []


def test_without_a_project(tmp_path: Path) -> None:
    put(tmp_path, {"m.sql": "select * from {{ ref('nowhere') }} join {{ source('a', 'b') }} using (id)"})
    assert _references(inspect(str(tmp_path / "m.sql"), use_catalog=False)["documents"][0]) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ config(enabled=false) }} select * from {{ ref('nowhere') }}",
        "{{ config(enabled=var('used')) }} select * from {{ ref('nowhere') }}",
        "{% if var('used') %} select * from {{ ref('nowhere') }} {% else %} select 1 as one {% endif %}",
        "{% if is_incremental() %} select * from {{ ref('nowhere') }} {% else %} select 1 as one {% endif %}",
        "{# {{ ref('nowhere') }} #} select 1 as one",
        "{% raw %} select '{{ ref(''nowhere'') }}' as one {% endraw %}",
    ],
)
def test_what_dbt_may_never_come_to(text: str, tmp_path: Path) -> None:
    assert said(tmp_path, "models/m.sql", text) == []


def test_what_a_file_that_cannot_be_read_may_define(tmp_path: Path) -> None:
    assert said(tmp_path, "models/m.sql", "select * from {{ source('shap', 'orders') }}", models__b_yml="a: [") == []


def test_sources_whose_names_are_templates(tmp_path: Path) -> None:
    more = "sources: [{name: \"{{ var('region') }}\", tables: [{name: orders}]}]"
    assert said(tmp_path, "models/m.sql", "select * from {{ source('west', 'orders') }}", models__b_yml=more) == []


@pytest.mark.parametrize("folder", ["queries", "macros", "seeds", "snapshots", "tests"])
def test_sources_may_be_declared_in_any_folder_of_the_project(folder: str, tmp_path: Path) -> None:
    more = {f"{folder}__b_yml": "sources: [{name: crm, tables: [{name: leads}]}]"}
    assert said(tmp_path, "models/m.sql", "select * from {{ source('crm', 'leads') }}", **more) == []


def test_what_the_manifest_knows(tmp_path: Path) -> None:
    manifest = '{"nodes": {"model.shop.generated": {}}, "sources": {"source.shop.crm.leads": {}}}'
    put(tmp_path, {"target/manifest.json": manifest})
    text = "select * from {{ ref('generated') }} join {{ source('crm', 'leads') }} using (id)"
    assert said(tmp_path, "models/m.sql", text) == []


# --- something is said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "ref('stg_order')",
            "ref('stg_order'): no model, seed or snapshot is called `stg_order`; did you mean `stg_orders`?",
        ),
        ("ref('country')", "ref('country'): no model, seed or snapshot is called `country`; did you mean `countries`?"),
        (
            "ref('zzz')",
            "ref('zzz'): no model, seed or snapshot is called `zzz`; correct the name, or declare it",
        ),
        (
            "ref('shop', 'stg_order')",
            "ref('shop', 'stg_order'): no model, seed or snapshot is called `stg_order`; did you mean `stg_orders`?",
        ),
        ("ref('other', 'm')", "ref('other', 'm'): the package `other` is not installed here; run `dbt deps`"),
        ("ref('versioned', v=3)", "ref('versioned', v=3): the model `versioned` has the versions 2 only; correct it"),
        (
            "source('shop', 'order')",
            "source('shop', 'order'): the source `shop` has no table `order`; did you mean `orders`?",
        ),
        ("source('shops', 'orders')", "source('shops', 'orders'): no source is called `shops`; did you mean `shop`?"),
        (
            "source('zzz', 'orders')",
            "source('zzz', 'orders'): no source is called `zzz`; correct the name, or declare it",
        ),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(code: str, message: str, tmp_path: Path) -> None:
    assert said(tmp_path, "models/m.sql", f"select *\nfrom {{{{ {code} }}}}") == [(message, 2)]
    python = f"def model(dbt, session):\n    df = dbt.{code}\n    return df\n"
    assert said(tmp_path / "python", "models/n.py", python) == [(message, 2)]


def test_the_same_is_said_once(tmp_path: Path) -> None:
    text = "select * from {{ ref('zzz') }}\nunion all\nselect * from {{ ref('zzz') }}"
    assert [line for _, line in said(tmp_path, "models/m.sql", text)] == [1]


def test_a_reference_in_a_macro_is_said_at_the_start_of_the_model(tmp_path: Path) -> None:
    put(tmp_path, {"macros/m.sql": "{% macro rows() %} (select * from {{ ref('zzz') }}) {% endmacro %}"})
    assert [line for _, line in said(tmp_path, "models/m.sql", "\n\nselect * from {{ rows() }}")] == [1]


@pytest.mark.parametrize("name", ["packages_yml", "dependencies_yml"])
def test_a_name_may_be_one_of_a_package_that_is_not_installed(name: str, tmp_path: Path) -> None:
    (found,) = said(tmp_path, "models/m.sql", "select * from {{ ref('date_spine') }}", **{name: PACKAGES})
    assert found[0] == (
        "ref('date_spine'): no model, seed or snapshot is called `date_spine` here, but not all packages of the project "
        "are installed; run `dbt deps`"
    )


def test_where_packages_are_missing_a_near_name_is_only_a_guess(tmp_path: Path) -> None:
    (found,) = said(tmp_path, "models/m.sql", "select * from {{ ref('stg_order') }}", packages_yml=PACKAGES)
    assert found[0].endswith("are installed; run `dbt deps`, or did you mean `stg_orders`?")


def test_with_all_packages_installed_the_name_is_wrong(tmp_path: Path) -> None:
    put(tmp_path, {"dbt_packages/dbt_utils/dbt_project.yml": "name: dbt_utils"})
    (found,) = said(tmp_path, "models/m.sql", "select * from {{ ref('date_spine') }}", packages_yml=PACKAGES)
    assert found[0].endswith("is called `date_spine`; correct the name, or declare it")


def test_a_package_beside_the_project_may_lack_its_own_packages(tmp_path: Path) -> None:
    put(tmp_path, {"beside/dbt_project.yml": "name: beside", "beside/packages.yml": PACKAGES})
    local = "packages: [{local: beside}]"
    (found,) = said(tmp_path, "models/m.sql", "select * from {{ ref('date_spine') }}", packages_yml=local)
    assert found[0].endswith("not all packages of the project are installed; run `dbt deps`")


def test_another_project_of_a_mesh_is_not_here(tmp_path: Path) -> None:
    other = "projects: [{name: finance}]"
    (found,) = said(tmp_path, "models/m.sql", "select * from {{ ref('date_spine') }}", dependencies_yml=other)
    assert "not all packages of the project are installed" in found[0]


def test_a_reference_by_a_name_that_only_the_database_knows_is_a_hole(tmp_path: Path) -> None:
    macro = "{% macro first() %}{% set tables = run_query('show tables') %}{{ return(tables.columns[0].values()[0] ~ '') }}{% endmacro %}"
    query = "select a from {{ ref((first() ~ '.x').split('.')[0] | lower) }}"
    put(tmp_path, {**FILES, "macros/first.sql": macro, "models/m.sql": query})
    (document,) = inspect(str(tmp_path / "models/m.sql"), use_catalog=False)["documents"]
    [source] = document["sources"]
    assert source["dynamic"]
    assert source["name"].isprintable()

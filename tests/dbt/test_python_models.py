"""Python models of dbt: what they read and write is that of their project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from dbt_files import put

from feasilint.api import inspect

if TYPE_CHECKING:
    from pathlib import Path

DUCKDB = "profile: shop\n"
PROFILES = "shop: {outputs: {dev: {type: %s}}}"
ALONE = "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}"
ORDERS = "sources: [{name: shop, schema: raw, tables: [{name: orders, identifier: orders_v2}]}]"


def inspected(root: Path, files: dict[str, str], *paths: str, adapter: str = "duckdb") -> dict[str, dict[str, Any]]:
    """The documents of a project by their path in it."""
    settings = {"dbt_project.yml": "name: shop\nprofile: shop\n", "profiles.yml": PROFILES % adapter}
    put(root, {**settings, "models/sources.yml": ORDERS, **files})
    said = inspect([str(root / path) for path in paths] or str(root), use_catalog=False)
    return {one["path"].split(root.name + "/", 1)[1]: one for one in said["documents"]}


def reads(document: dict[str, Any]) -> list[str]:
    return [source["name"] for source in document["sources"]]


def writes(document: dict[str, Any]) -> list[str]:
    return [table["name"] for table in document["tables"]]


def values(document: dict[str, Any]) -> dict[str, list[str]]:
    return {one["name"]: [".".join(pair) for pair in one["value"]] for one in document["columns"]}


MODEL = "def model(dbt, session):\n    return dbt.source('shop', 'orders')\n"


# --- what is no model --------------------------------------------------------------------------------------------------


def test_without_a_project_the_function_is_like_any_other(tmp_path: Path) -> None:
    put(tmp_path, {"models/m.py": MODEL})
    (document,) = inspect(str(tmp_path), use_catalog=False)["documents"]
    assert (reads(document), writes(document), document["diagnostics"]) == ([], [], [])


@pytest.mark.parametrize("path", ["scripts/m.py", "models.py", "tests/m.py", "models_old/m.py"])
def test_outside_of_the_folders_of_models_it_is_like_any_other(path: str, tmp_path: Path) -> None:
    document = inspected(tmp_path, {path: MODEL})[path]
    assert (reads(document), writes(document), document["diagnostics"]) == ([], [], [])


def test_what_only_an_incremental_run_reads_is_not_read(tmp_path: Path) -> None:
    code = (
        "def model(dbt, session):\n    dbt.config(materialized='incremental')\n    df = dbt.source('shop', 'orders')\n"
        "    if dbt.is_incremental:\n        df = df.filter(session.sql(f'select max(at) from {dbt.this}').fetchone()[0])\n"
        "    return df\n"
    )
    document = inspected(tmp_path, {"models/m.py": code})["models/m.py"]
    assert (reads(document), document["diagnostics"]) == (["raw.orders_v2"], [])


def test_a_table_that_the_code_writes_itself_stays(tmp_path: Path) -> None:
    code = "import pandas as pd\npd.read_csv('a.csv').to_csv('b.csv')\n" + MODEL
    document = inspected(tmp_path, {"models/m.py": code})["models/m.py"]
    assert (reads(document), writes(document)) == (["a.csv", "raw.orders_v2"], ["b.csv", "m"])


# --- names -------------------------------------------------------------------------------------------------------------


def test_the_table_is_the_one_that_the_project_names(tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    dbt.config(materialized='table', alias='facts', schema='marts')\n    return dbt.ref('a')\n"
    files = {
        "macros/schemas.sql": ALONE,
        "models/a.sql": "{{ config(schema='staging') }} select id, amount from {{ source('shop', 'orders') }}",
        "models/m.py": code,
        "models/m.yml": "models: [{name: m, config: {meta: {schedule: 1 hour}}}]",
    }
    document = inspected(tmp_path, files)["models/m.py"]
    assert reads(document) == ["staging.a"]
    (table,) = document["tables"]
    stated = {key: table[key] for key in ("name", "mode", "materialized", "schedule", "schedule_from")}
    assert stated == {
        "name": "marts.facts",
        "mode": "create",
        "materialized": "table",
        "schedule": "1 hour",
        "schedule_from": "meta.schedule",
    }
    assert table["span"]["line"] == 3


@pytest.mark.parametrize(
    ("properties", "code", "materialized"),
    [
        ("", "", "table"),  # not what the folder says of models in SQL
        ("models: [{name: m, config: {materialized: incremental}}]", "", "incremental"),
        ("models: [{name: m, config: {materialized: incremental}}]", "dbt.config(materialized='table')", "table"),
    ],
)
def test_a_python_model_is_a_table_unless_it_is_said_of_it_alone(
    properties: str, code: str, materialized: str, tmp_path: Path
) -> None:
    settings = "name: shop\nmodels: {shop: {+materialized: view}}"
    text = f"def model(dbt, session):\n    {code or 'pass'}\n    return dbt.source('shop', 'orders')\n"
    files = {"dbt_project.yml": settings, "models/m.yml": properties, "models/m.py": text}
    (table,) = inspected(tmp_path, files, "models/m.py")["models/m.py"]["tables"]
    assert table["materialized"] == materialized


@pytest.mark.parametrize(
    ("call", "table"),
    [
        ("dbt.ref('a')", "b.renamed"),
        ("dbt.ref('shop', 'a')", "b.renamed"),
        ("dbt.ref('versioned')", "versioned_v2"),
        ("dbt.ref('versioned', v=1)", "versioned_v1"),
        ("dbt.ref('versioned', version=1)", "versioned_v1"),
        ("dbt.ref('calendar', 'days')", "days"),
        ("dbt.source('shop', 'orders')", "raw.orders_v2"),
        ("dbt.ref(f'{session}')", "{session}"),
    ],
)
def test_what_is_read_goes_by_its_name_in_the_warehouse(call: str, table: str, tmp_path: Path) -> None:
    files = {
        "macros/schemas.sql": ALONE,
        "models/a.sql": "{{ config(schema='b', alias='renamed') }} select 1 as one",
        "models/versioned_v1.sql": "select 1 as one",
        "models/versioned_v2.sql": "select 2 as one",
        "models/v.yml": "models: [{name: versioned, versions: [{v: 1}, {v: 2}]}]",
        "dbt_packages/calendar/dbt_project.yml": "name: calendar",
        "dbt_packages/calendar/models/days.sql": "select 1 as day",
        "models/m.py": f"def model(dbt, session):\n    return {call}\n",
    }
    assert reads(inspected(tmp_path, files, "models/m.py")["models/m.py"]) == [table]


def test_the_manifest_knows_the_whole_name(tmp_path: Path) -> None:
    node = {"relation_name": '"prod"."marts"."m"', "config": {"materialized": "table"}, "language": "python"}
    manifest = {"metadata": {"project_name": "shop"}, "nodes": {"model.shop.m": node}}
    files = {"models/m.py": MODEL, "target/manifest.json": json.dumps(manifest)}
    assert writes(inspected(tmp_path, files)["models/m.py"]) == ["prod.marts.m"]


def test_a_version_has_a_table_of_its_own(tmp_path: Path) -> None:
    files = {"models/m_v2.py": MODEL, "models/m.yml": "models: [{name: m, versions: [{v: 2}]}]"}
    assert writes(inspected(tmp_path, files)["models/m_v2.py"]) == ["m_v2"]


def test_a_model_that_is_switched_off_is_read_like_others(tmp_path: Path) -> None:
    files = {"models/m.py": MODEL, "models/m.yml": "models: [{name: m, config: {enabled: false}}]"}
    assert writes(inspected(tmp_path, files)["models/m.py"]) == ["m"]


def test_a_file_without_the_function_says_so(tmp_path: Path) -> None:
    document = inspected(tmp_path, {"models/m.py": "def other(dbt, session):\n    return 1\n"})["models/m.py"]
    assert [said["message"].split(":")[0] for said in document["diagnostics"]] == [
        "dbt expects a function `model(dbt, session)` here, which is missing"
    ]


# --- lineage -----------------------------------------------------------------------------------------------------------

FEATURES = "select user_id, spend * 2 as double from {{ ref('spend') }}"


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        ("snowflake", "dbt.ref('staged').to_pandas().groupby('user_id').agg(spend=('amount', 'sum')).reset_index()"),
        ("snowflake", "dbt.ref('staged').group_by('user_id').agg(F.sum('amount').alias('spend'))"),
        ("snowflake", "session.table('staged').group_by('user_id').agg(F.sum('amount').alias('spend'))"),
        ("databricks", "dbt.ref('staged').groupBy('user_id').agg(F.sum('amount').alias('spend'))"),
        (
            "databricks",
            "dbt.ref('staged').pandas_api().groupby('user_id', as_index=False).agg(spend=('amount', 'sum'))",
        ),
        ("databricks", "session.sql('select user_id, sum(amount) as spend from staged group by user_id')"),
        ("bigquery", "dbt.ref('staged').toPandas().groupby('user_id').agg(spend=('amount', 'sum')).reset_index()"),
        ("duckdb", "dbt.ref('staged').df().groupby('user_id').agg(spend=('amount', 'sum')).reset_index()"),
        ("duckdb", "dbt.ref('staged').pl().group_by('user_id').agg(pl.col('amount').sum().alias('spend'))"),
        ("duckdb", "dbt.ref('staged').aggregate('user_id, sum(amount) as spend')"),
        ("duckdb", "dbt.ref('staged').filter('amount > 0').aggregate('user_id, sum(amount) as spend', 'user_id')"),
        ("duckdb", "dbt.ref('staged').project('user_id', 'amount as spend').limit(10)"),
        ("duckdb", "dbt.ref('staged').query('t', 'select user_id, sum(amount) as spend from t group by 1')"),
        ("duckdb", "session.sql('select user_id, amount as spend from staged').df()"),
        ("duckdb", "session.sql('select user_id, amount as spend from staged')"),
        ("postgres", "dbt.ref('staged').groupby('user_id').agg(spend=('amount', 'sum')).reset_index()"),
    ],
)
def test_a_sql_model_sees_through_it_to_the_raw_tables(adapter: str, body: str, tmp_path: Path) -> None:
    code = (
        "import polars as pl\nimport pyspark.sql.functions as F\n\ndef model(dbt, session):\n    return " + body + "\n"
    )
    files = {
        "models/staged.sql": "select user_id, amount from {{ source('shop', 'orders') }}",
        "models/spend.py": code,
        "models/features.sql": FEATURES,
    }
    documents = inspected(tmp_path, files, "models/features.sql", adapter=adapter)
    document = documents["models/features.sql"]
    assert values(document) == {"user_id": ["raw.orders_v2.user_id"], "double": ["raw.orders_v2.amount"]}
    assert document["diagnostics"] == []


def test_columns_of_snowpark_are_named_by_attributes_and_keys(tmp_path: Path) -> None:
    code = (
        "import snowflake.snowpark.functions as F\n\ndef model(dbt, session):\n"
        "    df = dbt.source('shop', 'orders')\n    df = df.filter(df.amount > 3)\n"
        "    return df.select(df['user_id'], F.upper(df.country).alias('country'))\n"
    )
    document = inspected(tmp_path, {"models/m.py": code}, adapter="snowflake")["models/m.py"]
    assert values(document) == {"user_id": ["raw.orders_v2.user_id"], "country": ["raw.orders_v2.country"]}
    assert ["raw.orders_v2", "amount", "where"] in document["columns"][0]["indirect"]


@pytest.mark.parametrize("adapter", ["snowflake", "databricks", "duckdb", "postgres"])
def test_a_method_that_nobody_knows_keeps_the_lineage(adapter: str, tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    return dbt.source('shop', 'orders').unheard_of(3)\n"
    files = {"models/made.py": code, "models/features.sql": "select amount from {{ ref('made') }}"}
    (column,) = inspected(tmp_path, files, adapter=adapter)["models/features.sql"]["columns"]
    assert {table for table, _ in (*column["value"], *column["maybe"])} == {"raw.orders_v2"}


def test_without_a_warehouse_code_that_assigns_columns_is_pandas(tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    df = dbt.ref('a')\n    df['x'] = df['a'] + df.b\n    return df[['x']]\n"
    files = {"models/a.sql": "select 1", "profiles.yml": "", "models/m.py": code}
    assert values(inspected(tmp_path, files, "models/m.py")["models/m.py"]) == {"x": ["a.a", "a.b"]}


def test_a_query_finds_relations_by_the_names_of_variables(tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    rows = dbt.source('shop', 'orders')\n    return session.sql('select amount from rows')\n"
    document = inspected(tmp_path, {"models/m.py": code})["models/m.py"]
    assert values(document) == {"amount": ["raw.orders_v2.amount"]}


def test_a_notebook_sees_through_it(tmp_path: Path) -> None:
    files = {
        "models/spend.py": "def model(dbt, session):\n    df = dbt.source('shop', 'orders').df()\n    return df[['amount']]\n",
        "train.py": "import pandas as pd\ndf = pd.read_sql('select amount from spend', con)\ndf.to_csv('out.csv')\n",
    }
    assert values(inspected(tmp_path, files, "train.py")["train.py"]) == {"amount": ["raw.orders_v2.amount"]}


@pytest.mark.parametrize(
    "body",
    [
        "session.read_gbq('p.raw.orders')[['amount']]",
        "session.read_gbq('select amount from `p.raw.orders`')",
        "bpd.read_gbq('p.raw.orders')[['amount']]",
        "dbt.source('shop', 'orders')[['amount']]",
    ],
)
def test_bigframes_are_frames_of_pandas(body: str, tmp_path: Path) -> None:
    code = f"def model(dbt, session):\n    dbt.config(submission_method='bigframes')\n    return {body}\n"
    document = inspected(tmp_path, {"models/m.py": code}, adapter="bigquery")["models/m.py"]
    ((table, column),) = [name.rsplit(".", 1) for names in values(document).values() for name in names]
    assert (table.split(".")[-1].removesuffix("_v2"), column) == ("orders", "amount")


def test_helpers_that_take_the_dbt_object_are_followed(tmp_path: Path) -> None:
    code = (
        "def load(dbt):\n    return dbt.source('shop', 'orders').df()\n\n"
        "def model(dbt, session):\n    df = load(dbt)\n    df['x'] = df['amount'] + 1\n    return df[['x']]\n"
    )
    assert values(inspected(tmp_path, {"models/m.py": code})["models/m.py"]) == {"x": ["raw.orders_v2.amount"]}


def test_the_names_of_its_arguments_do_not_matter(tmp_path: Path) -> None:
    code = "def model(d, _):\n    return d.source('shop', 'orders')\n"
    assert reads(inspected(tmp_path, {"models/m.py": code})["models/m.py"]) == ["raw.orders_v2"]


@pytest.mark.parametrize(
    ("imported", "body"),
    [
        ("import snowflake.snowpark.functions as F", "dbt.ref('a').group_by('id').agg(F.sum('x').alias('s'))"),
        ("from pyspark.sql import functions as F", "dbt.ref('a').groupBy('id').agg(F.sum('x').alias('s'))"),
        ("import bigframes.pandas as bpd", "dbt.ref('a').groupby('id', as_index=False).agg(s=('x', 'sum'))"),
        ("import duckdb", "dbt.ref('a').aggregate('id, sum(x) as s')"),
        ("", "dbt.ref('a').df().groupby('id', as_index=False).agg(s=('x', 'sum'))"),
        ("", "dbt.ref('a').merge(dbt.ref('a'), on='id').groupby('id', as_index=False).agg(s=('x_x', 'sum'))"),
        ("", "dbt.ref('a').to_pandas().groupby('id', as_index=False).agg(s=('x', 'sum')).reset_index(drop=True)"),
        ("", "dbt.ref('a').toPandas().groupby('id', as_index=False).agg(s=('x', 'sum'))"),
    ],
)
def test_without_a_known_warehouse_the_code_tells(imported: str, body: str, tmp_path: Path) -> None:
    files = {"models/a.sql": "select 1", "profiles.yml": ""}
    code = f"{imported}\ndef model(dbt, session):\n    return {body}\n"
    document = inspected(tmp_path, {**files, "models/m.py": code}, "models/m.py")["models/m.py"]
    assert [found["function"] for found in document["aggregations"]] == ["sum"]
    assert [one["name"] for one in document["columns"]] == ["id", "s"]


# --- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "column"),
    [
        ("dbt.config.get('column')", "amount"),
        ("dbt.config.get('column', 'id')", "amount"),
        ("dbt.config.get('other', 'id')", "id"),
        ("dbt.config.get('listed')[0]", "at"),
        ("dbt.config.get('nested')['key']", "price"),
        ("dbt.config.get('templated')", "{templated}"),
        ("dbt.config.get('absent')", "{absent}"),
    ],
)
def test_settings_are_those_of_the_project(call: str, column: str, tmp_path: Path) -> None:
    stated = "{column: amount, listed: [at], nested: {key: price}, templated: '{{ target.name }}'}"
    files = {
        "models/m.yml": f"models: [{{name: m, config: {stated}}}]",
        "models/m.py": f"def model(dbt, session):\n    return dbt.source('shop', 'orders').df()[[{call}]]\n",
    }
    assert [one["name"] for one in inspected(tmp_path, files)["models/m.py"]["columns"]] == [column]


def test_its_own_name_is_that_of_its_table(tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    dbt.config(schema='marts')\n    return session.sql(f'select id from {dbt.this}')\n"
    files = {"macros/schemas.sql": ALONE, "models/m.py": code}
    assert reads(inspected(tmp_path, files)["models/m.py"]) == ["marts.m"]

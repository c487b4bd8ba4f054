"""Models that read each other: one diagnostic, and what can be read is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dbt_files import put

from feasilint.api import inspect

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = {"dbt_project.yml": "name: shop", "models/s.yml": "sources: [{name: raw, tables: [{name: orders}]}]"}


def said(root: Path, models: dict[str, str], *paths: str) -> dict[str, list[tuple[str, int]]]:
    """What is said of circles, by file, with the lines."""
    put(root, {**PROJECT, **{f"models/{name}": text for name, text in models.items()}})
    documents = inspect([str(root / "models" / path) for path in paths] or str(root), use_catalog=False)["documents"]
    found = {
        one["path"].rsplit("/", 1)[1]: [
            (note["message"], note["span"]["line"]) for note in one["diagnostics"] if " → " in note["message"]
        ]
        for one in documents
    }
    return {path: notes for path, notes in found.items() if notes}


# --- nothing is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "models",
    [
        {  # a source that is called like the model that is made of it in the end
            "stg_orders.sql": "select id from {{ source('raw', 'orders') }}",
            "orders.sql": "select id from {{ ref('stg_orders') }}",
        },
        {"orders.sql": "select id from {{ source('raw', 'orders') }}"},
        {
            "totals.sql": "select id from {{ ref('orders') }}",
            "orders.sql": "{# {{ ref('totals') }} #} select id from {{ source('raw', 'orders') }}",
        },
        {
            "totals.sql": "select id from {{ ref('orders') }}",
            "orders.sql": "select id from {{ source('raw', 'orders') }} {% if is_incremental() %} "
            "where id not in (select id from {{ ref('totals') }}) {% endif %}",
        },
        {"orders.sql": "select id from {{ source('raw', 'orders') }} union all select id from {{ this }}"},
        {
            "versioned_v1.sql": "select id from {{ source('raw', 'orders') }}",
            "versioned_v2.sql": "select id from {{ ref('versioned', v=1) }}",
            "v.yml": "models: [{name: versioned, latest_version: 1, versions: [{v: 1}, {v: 2}]}]",
        },
        {
            "one.sql": "select id from {{ ref('orders') }}",
            "two.sql": "select id from {{ ref('one') }} union all select id from {{ ref('orders') }}",
            "orders.sql": "select id from {{ source('raw', 'orders') }}",
        },
    ],
)
def test_what_is_no_circle(models: dict[str, str], tmp_path: Path) -> None:
    assert said(tmp_path, models) == {}


def test_scripts_that_fill_each_others_tables_are_none(tmp_path: Path) -> None:
    put(tmp_path, {"one.sql": "insert into a select id from b", "two.sql": "insert into b select id from a"})
    documents = inspect(str(tmp_path), use_catalog=False)["documents"]
    assert [one["diagnostics"] for one in documents] == [[], []]


# --- something is said -------------------------------------------------------------------------------------------------


def test_two_models_that_read_each_other(tmp_path: Path) -> None:
    models = {
        "orders.sql": "select id, amount\nfrom {{ ref('totals') }}\n",
        "totals.sql": "select id, sum(amount) as amount from {{ ref('orders') }} group by id",
        "features.sql": "select amount from {{ ref('orders') }}",
    }
    message = (
        "these models read each other: orders → totals → orders; dbt builds none of them until one `ref` is taken out"
    )
    assert said(tmp_path, models) == {"orders.sql": [(message, 2)]}


def test_the_document_that_is_scanned_says_it(tmp_path: Path) -> None:
    models = {"orders.sql": "select id from {{ ref('totals') }}", "totals.sql": "select id from {{ ref('orders') }}"}
    ((path, ((message, _),)),) = said(tmp_path, models, "totals.sql").items()
    assert (path, message.split(";")[0]) == ("totals.sql", "these models read each other: totals → orders → totals")


def test_python_models_may_be_part_of_it(tmp_path: Path) -> None:
    models = {
        "orders.py": "def model(dbt, session):\n    return dbt.ref('totals')\n",
        "totals.sql": "select id from {{ ref('shop', 'orders') }}",
    }
    assert [*said(tmp_path, models)] == ["orders.py"]


def test_a_model_that_reads_itself(tmp_path: Path) -> None:
    ((message, _),) = said(tmp_path, {"orders.sql": "select id from {{ ref('orders') }}"})["orders.sql"]
    assert message.startswith("this model reads itself: orders → orders;")


def test_every_circle_is_said_once(tmp_path: Path) -> None:
    ring = {f"m{at}x.sql": f"select id from {{{{ ref('m{(at + 1) % 60}x') }}}}" for at in range(60)}
    pair = {"one.sql": "select id from {{ ref('two') }}", "two.sql": "select id from {{ ref('one') }}"}
    found = said(tmp_path, {**ring, **pair})
    assert [*found] == ["m0x.sql", "one.sql"]
    assert found["m0x.sql"][0][0].count("→") == 60

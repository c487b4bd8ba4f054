"""Sources and models of one name, as most dbt projects have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt_files import put

from feasilint import api

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "dbt_project.yml": "name: shop\nprofile: x\n",
    "models/src.yml": "sources:\n  - {name: raw, tables: [{name: orders}]}\n",
    "models/stg_orders.sql": "select id, amount from {{ source('raw', 'orders') }}",
    "models/orders.sql": "select id, sum(amount) as total from {{ ref('stg_orders') }} group by id",
    "features.sql": "create table ml.order_features as select id, total from analytics.orders",
}


def origins(folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """By document the physical columns of every column that it makes."""
    put(folder, files)
    found = api.inspect([str(folder)], root=str(folder))
    return {
        document["path"].rsplit("/", 1)[-1]: {column["name"]: column["value"] for column in document["columns"]}
        for document in found["documents"]
    }


def test_a_mart_goes_through_staging_down_to_the_source_of_its_name(tmp_path: Path) -> None:
    found = origins(tmp_path, FILES)
    raw = {"id": [["raw.orders", "id"]], "total": [["raw.orders", "amount"]]}
    assert found["features.sql"] == found["orders.sql"] == raw


def test_a_python_model_reads_the_source(tmp_path: Path) -> None:
    code = (
        "def model(dbt, session):\n    df = dbt.source('raw', 'orders').to_pandas()\n    return df[['id', 'amount']]\n"
    )
    files = {key: text for key, text in FILES.items() if key != "models/stg_orders.sql"}
    found = origins(tmp_path, {**files, "models/stg_orders.py": code})
    assert found["orders.sql"]["total"] == [["raw.orders", "amount"]]


def test_further_files_of_properties_are_read_while_a_table_is_looked_for(tmp_path: Path) -> None:
    files = {
        **FILES,
        "models/a.yml": "models:\n  - {name: sums, config: {alias: orders}}\n  - {name: others}\n",
        "models/b.yml": "models:\n  - {name: sums_by_day}\n",
        "models/sums.sql": "select id, sum(amount) as total from {{ ref('stg_orders') }} group by id",
    }
    del files["models/orders.sql"]
    put(tmp_path, files)
    found = api.inspect([str(tmp_path / "features.sql")], root=str(tmp_path))
    (total,) = [one for one in found["documents"][0]["columns"] if one["name"] == "total"]
    assert total["value"] == [["raw.orders", "amount"]]


ALIASED = {
    "dbt_project.yml": "name: shop\nprofile: x\n",
    "models/core.yml": "models:\n  - {name: core__claims, config: {alias: claims}}\n",
    "models/core__claims.sql": "select id, amount from raw.core",
    "models/mart.sql": "select id, amount from {{ ref('core__claims') }}",
    "tests_project/dbt_project.yml": "name: shop_tests\nprofile: x\n",
    "tests_project/models/claims.sql": "select id, amount from raw.fixtures",
    "tests_project/models/checked.sql": "select id, amount from {{ ref('claims') }}",
}
CORE, FIXTURES = {"id": [["raw.core", "id"]], "amount": [["raw.core", "amount"]]}, [["raw.fixtures", "amount"]]


def test_a_reference_names_one_model_whatever_other_projects_call_theirs(tmp_path: Path) -> None:
    found = origins(tmp_path, ALIASED)
    assert found["mart.sql"] == CORE
    assert found["checked.sql"]["amount"] == FIXTURES


def test_so_it_does_in_a_python_model(tmp_path: Path) -> None:
    code = "def model(dbt, session):\n    df = dbt.ref('core__claims').to_pandas()\n    return df[['id', 'amount']]\n"
    files = {key: text for key, text in ALIASED.items() if key != "models/mart.sql"}
    assert origins(tmp_path, {**files, "models/mart.py": code})["mart.py"] == CORE


def test_a_table_that_is_named_as_such_may_be_of_either(tmp_path: Path) -> None:
    files = {**ALIASED, "features.sql": "create table ml.features as select amount from claims"}
    assert origins(tmp_path, files)["features.sql"]["amount"] == [*CORE["amount"], *FIXTURES]

"""Templates of a real project rendered as dbt itself compiles them, and linked down to the raw tables."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import real_dbt

from feasilint import api
from feasilint.documents.read import read as read_document
from feasilint.lower.options import Options
from feasilint.lower.sql.making import Making
from feasilint.lower.sql.reading import read
from feasilint.nearest import dbt_projects

if TYPE_CHECKING:
    from pathlib import Path

MODELS = {
    "models/staging/stg_orders.sql": "stg_orders",
    "models/staging/stg_customers.sql": "stg_customers",
    "models/marts/order_facts_next.sql": "order_facts_next",
    "models/marts/order_facts_v1.sql": "order_facts_v1",
    "models/marts/features/customer_features.sql": "customer_features",
    "models/intermediate/int_customer_orders.sql": "int_customer_orders",
}


def _plain(text: str) -> str:
    """Without what only the target says (database and schema), without quotes and layout."""
    return re.sub(r"\s+|\b(shop|main)\.", "", text.replace('"', "")).lower()


def _rendered(path: Path, with_manifest: bool) -> str:
    document = read_document(path.as_posix(), path.read_bytes())
    making = Making.of(document, Options(project=dbt_projects().of))
    assert (making.setting.compiled is not None) == with_manifest
    done = read(document.text, making.dialect, making.setting)
    assert done.refused is None
    return done.marks.restore(done.text)


@pytest.mark.parametrize("path", MODELS)
def test_templates_come_out_as_dbt_compiles_them(path: str, dbt_project: Path, tmp_path: Path) -> None:
    compiled = next((dbt_project / "target/compiled").rglob(f"{MODELS[path]}.sql")).read_text()
    bare = real_dbt.copied(tmp_path / "bare")  # nothing but the sources: no target folder, no installed packages
    assert _plain(_rendered(bare / path, with_manifest=False)) == _plain(compiled)


@pytest.mark.parametrize("path", MODELS)
def test_code_that_dbt_has_compiled_is_taken_as_it_is(path: str, dbt_project: Path) -> None:
    compiled = next((dbt_project / "target/compiled").rglob(f"{MODELS[path]}.sql")).read_text()
    assert _plain(_rendered(dbt_project / path, with_manifest=True)) == _plain(compiled)


def test_code_that_is_older_than_the_file_is_not_taken(dbt_project: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(dbt_project, changed)
    path = changed / "models/staging/stg_customers.sql"
    path.write_text(path.read_text() + "where country = 'FR'\n")
    assert "where country = 'FR'" in _rendered(path, with_manifest=False)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_notebook_sees_through_the_models_to_the_raw_tables(
    compiled: bool, dbt_project: Path, tmp_path: Path
) -> None:
    project = dbt_project if compiled else real_dbt.copied(tmp_path / "bare")
    notebook = tmp_path / "train.py"
    notebook.write_text(
        "import pandas as pd\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "df = pd.read_sql('select * from features.features', con)\n"
        "LogisticRegression().fit(df[['orders_7d', 'lifetime_amount']], df['y'])\n"
    )
    analysed = api.inspect([notebook.as_posix(), f"{project}/models"], root=project.as_posix(), use_catalog=False)
    alone = api.inspect([notebook.as_posix()], root=project.as_posix(), use_catalog=False)["documents"][0]
    documents = {one["path"].rsplit("/", 1)[-1]: one for one in analysed["documents"]}
    assert alone["features"] == documents["train.py"]["features"]
    traced = {feature["name"]: feature["derived_from"] for feature in alone["features"]}
    assert [(name.split(".")[-1], column) for name, column in traced["lifetime_amount"]] == [
        ("raw_orders", "amount_cents")
    ]
    features = documents["customer_features.sql"]
    (table,) = features["tables"]
    assert (table["name"].split(".")[-2:], table["materialized"]) == (["features", "features"], "table")
    assert (table["schedule"], table["schedule_from"]) == ("0 6 * * *", "meta.schedule")
    found = [(one["outputs"], one["window"], one["extent"]) for one in features["aggregations"]]
    assert found == [
        (["orders_7d", "orders_30d"], "bounded", ["P7D", "P30D"]),  # one line of a loop
        (["lifetime_amount"], "anchored", []),  # stg_orders begins on a certain day
    ]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_python_model_makes_the_table_that_dbt_has_made(
    compiled: bool, dbt_python: Path, dbt_project: Path, tmp_path: Path
) -> None:
    project = dbt_project if compiled else real_dbt.copied(tmp_path / "bare")
    path = f"{project}/models/marts/features/order_sizes.py"
    (document,) = api.inspect(path, root=project.as_posix(), use_catalog=False)["documents"]
    assert document["diagnostics"] == []
    (table,) = document["tables"]
    assert (table["name"].split(".")[-2:], table["schedule"]) == (["features", "sizes"], "daily")
    code = f"import duckdb; print(duckdb.connect({str(dbt_project / 'shop.duckdb')!r}).table('features.sizes').columns)"
    made = subprocess.run([dbt_python, "-c", code], check=True, capture_output=True, text=True).stdout
    assert [one["name"] for one in document["columns"]] == ast.literal_eval(made)
    read = {
        one["name"]: [(name.split(".")[-1], column) for name, column in one["value"]] for one in document["columns"]
    }
    assert read["is_large"] == read["amount"] == [("raw_orders", "amount_cents")]
    assert read["country"] == [("raw_customers", "country")]

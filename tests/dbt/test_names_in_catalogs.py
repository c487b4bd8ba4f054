"""Under which names the table of a model, seed or snapshot may stand in a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dbt_files import put

from feasilint import api

if TYPE_CHECKING:
    from pathlib import Path

ALONE = "{% macro generate_schema_name(name, node) %}{{ name }}{% endmacro %}"
SEEDS = "seeds:\n  - {name: terms__places, config: {alias: places, schema: \"{% if var('x', none) %}y{% else %}terms{% endif %}\"}}\n"
SQL = "create table ml.f as select t.amount, p.kind from raw.orders t join {{ ref('terms__places') }} p using (place)"
PYTHON = "def model(dbt, session):\n    return dbt.ref('terms__places')[['kind']]\n"


def told(folder: Path, name: str, macro: str, model: tuple[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """What `AVL103` says, and the sources that are not known."""
    sources = ["raw.orders", name]
    listed = "".join(
        f"  - {{name: '{one}', availability: production, latency: daily, kind: snapshot}}\n" for one in sources
    )
    point = 'prediction_points: {p: {mode: batch}}\nmodels: [{name: m, paths: ["**"], prediction_point: p}]\n'
    files = {
        "dbt_project.yml": "name: shop\n",
        "seeds/terms.csv": "place,kind\n",
        "seeds/terms__places.csv": "place,kind\n",
        "seeds/seeds.yml": SEEDS,
        "macros/schemas.sql": macro,
        f"models/{model[0]}": model[1],
        "catalog.yaml": f"version: 1\n{point}sources:\n{listed}",
    }
    put(folder, files)
    found = api.scan([str(folder / "models")], root=str(folder))
    return [one.message for one in found.findings if one.code == "AVL103"], found.unknown_sources


@pytest.mark.parametrize("model", [("features.sql", SQL), ("features.py", PYTHON)])
@pytest.mark.parametrize("macro", [ALONE, ""])
@pytest.mark.parametrize("name", ["terms__places", "*terms*", "places", "*laces"])
def test_the_alias_and_the_name_of_the_node_are_names_of_a_table(
    tmp_path: Path, name: str, macro: str, model: tuple[str, str]
) -> None:
    assert told(tmp_path, name, macro, model) == ([], ())


@pytest.mark.parametrize("model", [("features.sql", SQL), ("features.py", PYTHON)])
@pytest.mark.parametrize("name", ["terms.places", "terms.*"])
def test_so_is_its_name_with_the_schema(tmp_path: Path, name: str, model: tuple[str, str]) -> None:
    assert told(tmp_path, name, ALONE, model) == ([], ())


@pytest.mark.parametrize("model", [("features.sql", SQL), ("features.py", PYTHON)])
@pytest.mark.parametrize("name", ["terms", "terms__place", "other__*", "kind"])
def test_other_names_are_those_of_other_tables(tmp_path: Path, name: str, model: tuple[str, str]) -> None:
    (message,), unknown = told(tmp_path, name, ALONE, model)
    assert message.startswith("the catalog does not know `terms.places`")
    assert unknown == ("terms.places",)

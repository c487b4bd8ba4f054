"""Which files of dbt are read: other versions, where they are, and what is broken."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from dbt_manifests import HERE, VERSIONS, alone, by_name, manifest, put, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.load import from_mapping

if TYPE_CHECKING:
    from pathlib import Path

# --- other versions --------------------------------------------------------------------------------------------------


def fusion(data: Any) -> Any:
    """A manifest as dbt Fusion writes it: what is null is left out, freshness stands in the settings, rules may be empty."""

    def without_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        return [without_nulls(item) for item in value] if isinstance(value, list) else value

    data["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v20.json"
    for source in data["sources"].values():
        source.pop("freshness")
        for rule in ("warn_after", "error_after"):
            if source["config"]["freshness"] and source["config"]["freshness"][rule]["count"] is None:
                source["config"]["freshness"][rule] = {}
    for group in data["groups"].values():
        group["owner"]["email"] = [group["owner"]["email"]]
    return without_nulls(data)


def test_manifests_of_fusion(tmp_path: Path) -> None:
    folder = tmp_path / "target"
    folder.mkdir()
    for name in ("catalog.json", "sources.json"):
        (folder / name).write_text((HERE / "v12" / name).read_text())
    put(folder, fusion(manifest()))
    imported, *_ = read("dbt", str(tmp_path))
    before, *_ = read("dbt", str(HERE / "v12"))
    assert by_name(imported) == by_name(before)
    assert said(imported) == said(before)


def test_an_unknown_version_is_read_and_said(tmp_path: Path) -> None:
    data = manifest()
    data["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v99.json"
    imported = alone(tmp_path, data)
    assert "shop.raw.tx" in by_name(imported)
    assert "manifest v99 is none of v9, v10, v11, v12, v20; what is written as in these was taken" in said(imported)


# --- where it is -----------------------------------------------------------------------------------------------------


def test_the_target_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\ntarget-path: built\n")
    (tmp_path / "built").mkdir()
    put(tmp_path / "built", manifest())
    [imported] = read("dbt", str(tmp_path))
    assert imported.path.endswith("built/manifest.json")


def test_files_of_models_are_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "warehouse" / "target"
    target.mkdir(parents=True)
    put(target, manifest())
    monkeypatch.chdir(tmp_path)
    [imported] = read("dbt", "warehouse")
    assert imported.path == "warehouse/target/manifest.json"
    assert "warehouse/models/marts/customers.sql" in list(imported.models[0]["paths"])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://gitlab.example.com/a/b/-/blob/main/ml/train.py#L3", "ml/train.py"),
        ("https://github.com/a/b/tree/main/ml/fraud", "ml/fraud/"),
        ("https://bitbucket.org/a/b/src/main/ml/train.py?at=main", "ml/train.py"),
        ("https://user:secret@mlflow.example.com/models/7", None),
        ("https://[broken", None),
    ],
)
def test_urls_of_exposures(tmp_path: Path, url: str, path: str | None) -> None:
    data = manifest()
    data["exposures"]["exposure.shop.scores"]["url"] = url
    imported = alone(tmp_path, data)
    found = {str(model["name"]): model["paths"] for model in imported.models}
    assert found.get("scores") == (None if path is None else [path])
    assert "secret" not in str(imported)


# --- what is broken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"metadata": {,}\n}', ":2: not JSON"),
        ("", ":1: not JSON"),
        ("[]", "not what dbt writes"),
        ('{"name": "an app", "icons": []}', "none of dbt's manifest.json, catalog.json, sources.json, freshness.json"),
        ('{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"}}', "none of dbt's"),
        ('{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}, "nodes": []}', "not what dbt writes"),
    ],
)  # fmt: skip
def test_files_that_are_none_of_dbt(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path, text)
    with pytest.raises(ArtefactError) as error:
        read("dbt", path)
    assert path in str(error.value)
    assert message in str(error.value)


def test_places_without_artefacts(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"no manifest\.json here, and no dbt_project\.yml here or below"):
        read("dbt", str(tmp_path))
    with pytest.raises(ArtefactError, match="no such file or folder"):
        read("dbt", str(tmp_path / "nowhere"))


def test_a_node_of_another_shape_costs_itself(tmp_path: Path) -> None:
    data = manifest()
    data["nodes"]["model.shop.odd"] = ["?"]
    imported = alone(tmp_path, data)
    assert "shop.analytics.customers" in by_name(imported)
    assert "model.shop.odd: not as dbt writes it" in said(imported)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    text = (HERE / "v12" / "catalog.json").read_text().replace('"value": false', '"value": NaN')
    [imported] = read("dbt", put(tmp_path, "\ufeff" + text, "catalog.json"))
    assert "shop.analytics.customers" in by_name(imported)


@pytest.mark.parametrize("version", VERSIONS)
def test_entries_are_those_of_a_catalog(version: str) -> None:
    for imported in read("dbt", str(HERE / version)):
        from_mapping({"version": "1", "sources": list(imported.sources), "models": list(imported.models)})


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_entries_or_a_clear_error(tmp_path: Path, data: st.DataObject) -> None:
    for name in ("manifest.json", "catalog.json", "sources.json"):
        whole = json.loads((HERE / "v12" / name).read_text())
        for _ in range(data.draw(st.integers(0, 8))):
            mutate(whole, data)
        put(tmp_path, whole, name)
    with suppress(ArtefactError):
        for imported in read("dbt", str(tmp_path)):
            assert all(isinstance(entry["name"], str) for entry in imported.sources)


def mutate(value: Any, data: st.DataObject) -> None:
    """Put anything somewhere into nested data."""
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.integers(0, 5)) == 0:
            value[key] = data.draw(_ANYTHING)
            return
        value = value[key]

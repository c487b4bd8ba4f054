"""Parts of a repository with catalogs of their own: each document is judged by the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from feasilint import api
from feasilint.catalog.load import find_catalog, load, load_nearest
from feasilint.catalog.several import matcher_of, together
from feasilint.errors import CatalogError
from feasilint.ir import Source

SQL = "CREATE TABLE user_features AS SELECT user_id, score FROM vendor.scores\n"
CATALOG = """\
version: 1
prediction_points: {{p: {{mode: online, entity: [user_id], max_age: {age}}}}}
models: [{{name: {name}, paths: ["**"], prediction_point: p}}]
sources: [{{name: vendor.scores, availability: {availability}, latency: hourly}}]
"""


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user-cache"))
    put(".git/HEAD", "")
    put("a/features.sql", SQL)
    put("a/catalog.yaml", CATALOG.format(age="1d", name="alpha", availability="production"))
    put("b/deep/features.sql", SQL)
    put("b/catalog.yaml", CATALOG.format(age="2d", name="beta", availability="vendor"))
    put("c/features.sql", SQL)


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def findings(*paths: str) -> set[tuple[str, str]]:
    return {(finding.code, finding.place.path) for finding in api.scan(paths).findings}


def test_one_catalog_counts_for_all_that_is_scanned() -> None:
    assert findings("a", "c") == set()
    assert findings("b", "c") == {("AVL102", "b/deep/features.sql"), ("AVL102", "c/features.sql")}


@pytest.mark.parametrize("paths", [("a", "b"), ("b", "a"), (".",), ("b/deep/features.sql", "a/features.sql")])
def test_each_document_is_judged_by_its_nearest_catalog(paths: tuple[str, ...]) -> None:
    assert {one for one in findings(*paths) if not one[1].startswith("c")} == {("AVL102", "b/deep/features.sql")}


def test_the_nearer_of_two_above_counts() -> None:
    put("b/deep/catalog.yaml", CATALOG.format(age="1d", name="deep", availability="production"))
    put("b/features.sql", SQL)
    assert findings("b") == {("AVL102", "b/features.sql")}


def test_a_file_that_is_named_counts_for_all() -> None:
    assert len(api.scan(["a", "b"], catalog="b/catalog.yaml").findings) == 2


def test_models_and_points_are_those_of_the_nearest() -> None:
    known = load_nearest(["a/features.sql", "b/deep/features.sql"])
    assert known is not None
    assert (known.path, len(known.sources)) == ("a/catalog.yaml, b/catalog.yaml", 2)
    matcher = matcher_of(known)
    models = [matcher.model_for(path) for path in ("a/features.sql", "b/deep/features.sql", "c/features.sql")]
    assert [model and model.name for model in models] == ["alpha", "beta", None]
    points = [matcher.point_for(model) for model in models]
    assert [point and point.max_age for point in points] == [86_400, 2 * 86_400, None]


def test_what_the_nearest_does_not_know_the_others_may() -> None:
    put("b/catalog.yaml", "version: 1\nsources: [{name: only.here}]\n")
    matcher = matcher_of(together([load("a/catalog.yaml"), load("b/catalog.yaml")]))
    entry = matcher.find(Source("only.here", "table"), "a/features.sql")
    assert entry is not None
    assert matcher.find(Source("vendor.scores", "table")) is not None
    assert matcher.find(Source("nowhere", "table"), "a/features.sql") is None
    assert matcher.nearest(Source("only.there", "table"))[0] == "only.here"


def test_problems_of_a_catalog_that_is_not_needed_are_not_told() -> None:
    put("b/catalog.yaml", "version: 1\nsorces: []")
    assert findings("a") == set()
    with pytest.raises(CatalogError, match=r"b/catalog\.yaml:2:1"):
        findings("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "companies:\n  type: pandas.CSVDataset\n  filepath: data/01_raw/companies.csv\n",
        "metadata:\n  version: 1\nsources:\n  states:\n    driver: csv\n",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
        "companies:\n  columns:\n    [a, b]\n",
        f"{'# comment ' * 1000}\nkind: Component\n",
    ],
)
def test_the_catalog_of_another_tool_is_passed_over(text: str) -> None:
    put("b/deep/catalog.yaml", text)
    assert find_catalog("b/deep") == "b/catalog.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# to do\n",
        "version: 2",
        "sources:\n- name: a\n",
        "sources: [",
        "{version: 1}",
        "'version': 1",
        "prices: {",
        "[]",
        "\ufeffversion: 1\n",
        "v\0e\0r\0",
        "# comment\n{version: 1}",
        f"{'# comment ' * 1000}\nversion: 1\n",
    ],
)
def test_what_may_be_ours_is_not_passed_over(text: str) -> None:
    put("b/deep/catalog.yaml", text)
    assert find_catalog("b/deep") == "b/deep/catalog.yaml"

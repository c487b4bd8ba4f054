"""Settings that cannot be read: said once, with file and line, and nothing else is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint import api

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_project_in_order_gives_no_hint(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select x from {{ ref('b') }}")
    assert [hint for hint in api.scan([str(tmp_path)], use_catalog=False).hints if "dbt_project" in hint] == []


def test_broken_settings_are_said_once_and_the_models_are_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\nmodels:\n  - [\n")
    (tmp_path / "models").mkdir()
    for name in ("a", "c"):
        (tmp_path / "models" / f"{name}.sql").write_text("select x from {{ ref('b') }}")
    monkeypatch.chdir(tmp_path.parent)
    result = api.scan([tmp_path.name], use_catalog=False)
    (hint,) = [hint for hint in result.hints if "dbt_project.yml" in hint]
    assert f"{tmp_path.name}/dbt_project.yml:3 is not valid YAML" in hint
    assert set(result.documents) == {f"{tmp_path.name}/models/{name}.sql" for name in ("a", "c")}

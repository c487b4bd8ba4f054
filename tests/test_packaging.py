"""What an installation holds: the wheel has every module, the rules, the schema and the entry points."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
import yaml

import feasilint

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(project_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(project_copy),
    ]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.namelist()


@pytest.mark.slow
def test_the_wheel_has_every_module_and_nothing_else(wheel: list[str], project_copy: Path) -> None:
    packages = {"feasilint": project_copy / "feasilint", "feasilint_rules": project_copy / "rules"}
    modules = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in packages.items()
        for path in folder.rglob("*.py")
    }
    assert {name for name in wheel if name.endswith(".py")} == modules


@pytest.mark.slow
def test_the_wheel_has_the_data_files(wheel: list[str]) -> None:
    assert {"feasilint/py.typed", "feasilint/report/scan.schema.json", "feasilint/data/prices.json"} <= set(wheel)


def test_the_version_is_said_once() -> None:
    assert feasilint.__version__ == version("feasilint")


def test_public_names_can_be_imported() -> None:
    for name in feasilint.__all__:
        assert getattr(feasilint, name)


def test_rules_are_found_through_the_entry_point() -> None:
    assert any(entry.value.startswith("feasilint_rules") for entry in entry_points(group="feasilint.rules"))


def test_the_hook_covers_notebooks_and_sql() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "feasilint scan --force-exclude"
    assert hook["types_or"] == ["jupyter", "sql"]
    assert hook["require_serial"] is True

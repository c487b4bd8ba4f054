"""sqlglot's minor releases change its API: one module knows it, and both ends of the declared range are tested."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOOR = ROOT / "feasilint" / "lower" / "sql" / "adapter.py"
SOURCES = sorted(path for folder in ("feasilint", "rules") for path in (ROOT / folder).rglob("*.py"))


def imported(text: str) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            yield node.module.partition(".")[0]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return declared


@pytest.fixture(scope="module")
def ends(project: dict[str, Any]) -> tuple[str, str]:
    """The lowest version of the declared range, and the first one above it."""
    requirement = next(one for one in project["dependencies"] if one.startswith("sqlglot"))
    found = re.fullmatch(r"sqlglot>=([\d.]+),<([\d.]+)", requirement)
    assert found is not None, requirement
    return found[1], found[2]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_imports_are_found_wherever_they_stand() -> None:
    text = "if x:\n    import sqlglot.exp\ndef f():\n    from sqlglot import exp\nfrom .sqlglot import y\nimport os, json\n"
    assert list(imported(text)).count("sqlglot") == 2
    assert {"os", "json"} <= set(imported(text))


def test_only_the_adapter_imports_sqlglot() -> None:
    users = [path for path in SOURCES if "sqlglot" in imported(path.read_text(encoding="utf-8"))]
    assert users == [DOOR]


def test_the_compiled_extra_has_the_same_range(project: dict[str, Any], ends: tuple[str, str]) -> None:
    assert project["optional-dependencies"]["fast"] == ["sqlglot[c]>={},<{}".format(*ends)]


def test_the_whole_run_includes_both_ends_of_the_range(ends: tuple[str, str]) -> None:
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"sqlglot==([\d.]+)", steps) == [ends[0]]
    assert "'.[fast]'" in steps


def test_the_installed_version_is_one_of_the_range(ends: tuple[str, str]) -> None:
    assert numbers(ends[0]) <= numbers(version("sqlglot")) < numbers(ends[1])

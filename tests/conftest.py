"""What tests share: golden files, which `pytest --update-golden` rewrites, and a copy of the project to build from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import real_dbt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden from the present output")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: installs packages or runs other tools; deselect with -m 'not slow'")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden file {name}: run `pytest --update-golden`"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it stands in the working tree, without what builds and caches leave behind."""
    target = tmp_path_factory.mktemp("project") / "feasilint"
    left = (".git", ".*_cache", "__pycache__", "*.egg-info", "build", "dist", ".venv", ".hypothesis")
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*left))
    return target


@pytest.fixture(scope="session")
def dbt_python(request: pytest.FixtureRequest) -> Path:
    """The Python of an environment that dbt is installed in; it stays in pytest's cache."""
    return real_dbt.environment(request.config.cache.mkdir("dbt"))


@pytest.fixture(scope="session")
def dbt_project(dbt_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tests/dbt/project that dbt has built: with target/manifest.json, compiled code and a database."""
    project = real_dbt.copied(tmp_path_factory.mktemp("dbt") / "shop")
    real_dbt.run(dbt_python, project, "deps", "seed", "build")
    return project


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark session of one thread, where Spark and Java are installed."""
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    yield session
    session.stop()

"""The hook, run by pre-commit itself as a user's repository would."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["**"], prediction_point: checkout}
sources:
  - {name: vendor.scores, availability: training_only, owner: {contact: "#vendors"}}
  - {name: payments.transactions, availability: production, latency: streaming, kind: events, event_time: ts}
"""
BAD = "create table fraud.features as select user_id, score from vendor.scores\n"
GOOD = """\
create table fraud.features as
select user_id, count(*) as txns_30d
from payments.transactions
where ts >= timestamp_sub(current_timestamp(), interval 30 day)
group by user_id
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def hook_repository(project_copy: Path) -> Path:
    """The project as it stands, committed."""
    git(project_copy, "init", "--quiet")
    git(project_copy, "add", "--all")
    git(project_copy, "commit", "--quiet", "--message", "as it stands")
    return project_copy


@pytest.fixture
def user_repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "bad.sql").write_text(BAD, encoding="utf-8")
    (tmp_path / "good.sql").write_text(GOOD, encoding="utf-8")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "features")
    return tmp_path


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-cache")


def try_repo(
    hook_repository: Path, user_repository: Path, cache: Path, *files: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hook_repository), "feasilint", "--files", *files]
    environment = os.environ | {"PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never"}
    return subprocess.run(
        command, cwd=user_repository, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.slow
def test_the_hook_stops_a_commit_and_lets_another_pass(
    hook_repository: Path, user_repository: Path, cache: Path
) -> None:
    stopped = try_repo(hook_repository, user_repository, cache, "bad.sql")
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "AVL101 error" in stopped.stdout
    assert "exit code: 1" in stopped.stdout
    passed = try_repo(hook_repository, user_repository, cache, "good.sql")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    skipped = try_repo(hook_repository, user_repository, cache, "catalog.yaml")
    assert "(no files to check)" in skipped.stdout

"""The package of rules under examples/plugin, installed as anybody would install it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from feasilint.testing import Failure, failures

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "examples" / "plugin"
BROKEN = """
from feasilint.rule import Rule
raise ImportError("no such library")
"""
CRASHING = '''
from acme_rules.personal_data import PersonalData

class Crashing(PersonalData):
    """Fails on everything."""
    code = "ACME002"
    name = "crashing"

    def check(self, subject, context):
        raise ValueError("out of order")
'''


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of the feasilint under test, with the plugin on its path."""
    program = "import sys; from feasilint.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-c", program, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


def install(source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "features.sql").write_text("create table ml.features as select user_id, birth_date from crm.users\n")
    (folder / "catalog.yaml").write_text(
        "version: 1\nsources: [{name: crm.users, columns: {user_id: text, birth_date: {flags: [acme-personal]}}}]\n"
    )
    return folder


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(
        shutil.copytree(PLUGIN, tmp_path_factory.mktemp("source") / "plugin"), tmp_path_factory.mktemp("plugin")
    )


@pytest.mark.slow
def test_it_is_found_tested_and_run(plugin: Path) -> None:
    assert "ACME001  personal-data" in run(plugin, "rules").stdout
    tested = run(plugin, "test", "acme-feasilint-rules")
    assert (tested.returncode, tested.stdout) == (
        0,
        "ACME001 personal-data: 2 examples, holds\n1 rule: all examples hold\n",
    )
    assert run(plugin, "test").stdout == run(plugin, "test", "acme_rules").stdout == tested.stdout
    scanned = json.loads(run(plugin, "scan", "features.sql", "--format", "json").stdout)
    assert [finding["code"] for finding in scanned["findings"] if finding["code"].startswith("ACME")] == ["ACME001"]
    assert "Data about a person" in run(plugin, "explain", "ACME001").stdout


@pytest.mark.slow
def test_one_that_fails_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    source = shutil.copytree(PLUGIN, tmp_path / "plugin")
    (source / "acme_rules" / "broken.py").write_text(BROKEN)
    (source / "acme_rules" / "crashing.py").write_text(CRASHING)
    settings = (source / "pyproject.toml").read_text()
    points = 'ACME002 = "acme_rules.crashing:Crashing"\nACME003 = "acme_rules.broken:Broken"\nACME001 ='
    (source / "pyproject.toml").write_text(settings.replace("ACME001 =", points))
    folder = install(source, tmp_path / "installed")
    scanned = run(folder, "scan", "features.sql")
    assert scanned.returncode == 2
    assert "ACME001" in scanned.stdout
    assert "ACME002 failed on feature `user_id`: ValueError: out of order" in scanned.stdout
    assert "ACME003 (acme_rules.broken:Broken) cannot be loaded: no such library" in scanned.stdout
    tested = run(folder, "test", "acme_rules")
    assert tested.returncode == 1
    assert "ACME001 personal-data: 2 examples, holds" in tested.stdout
    assert "ACME002 failed on" in tested.stdout


def test_a_package_without_rules(capsys: pytest.CaptureFixture[str]) -> None:
    from feasilint.cli import main

    assert main(["test", "numpy"]) == 2
    assert "no rules are installed from a package called 'numpy'" in capsys.readouterr().err


def test_what_does_not_hold_is_told() -> None:
    from feasilint.registry import rules
    from feasilint.rule import Example

    [rule] = [rule for rule in rules() if rule.code == "AVL101"]

    class Odd(type(rule)):  # type: ignore[misc]
        """Without headings."""

        examples = (Example("nothing in it", {"a.sql": "select 1"}, flagged=1),)

    assert list(failures(Odd())) == [
        Failure(
            "AVL101",
            "",
            "its docstring has no heading `## What it does`, `## Why it matters`, `## Instead`, `## When to ignore it`",
        ),
        Failure("AVL101", "", "no example shows what is not flagged"),
        Failure("AVL101", "nothing in it", "flagged 0 times instead of 1; found was nothing"),
    ]

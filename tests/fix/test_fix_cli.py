"""`--fix`, `--unsafe-fixes` and `--diff`, and the page that shows them."""

from __future__ import annotations

import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from msgspec import Struct

from feasilint.cli import main

_PAGE = Path(__file__).parents[2] / "docs" / "fixes.md"
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: payments.transactions, availability: production, period: 1d, kind: events, grain: [tx_id], event_time: ts}
  - {name: ml.spine, availability: production, period: 1d, kind: dimension}
"""


def _shown(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(_CATALOG)
    path = tmp_path / "features.sql"
    path.write_text(_shown("sql"))
    return path


class Run(Struct, frozen=True):
    exit_code: int
    stdout: str
    stderr: str


def _scan(*options: str) -> Run:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["scan", "features.sql", "--fail-on", "info", "--select", "AGG301,FEA", *options])
    return Run(code, out.getvalue(), err.getvalue())


def test_a_patch_changes_nothing_and_exits_as_a_scan_does(query: Path) -> None:
    assert _scan().exit_code == 1
    found = _scan("--unsafe-fixes", "--diff")
    assert found.exit_code == 1
    assert query.read_text() == _shown("sql")


def test_the_page_shows_what_is_printed(query: Path) -> None:
    found = _scan("--unsafe-fixes", "--diff")
    assert "$ feasilint scan features.sql --unsafe-fixes --diff\n" + found.stdout + found.stderr == _shown("console")


def test_safe_fixes_leave_the_bound_to_whoever_asks_for_it(query: Path) -> None:
    found = _scan("--fix")
    assert found.exit_code == 1
    assert found.stderr == "Fixed nothing; 1 finding with --unsafe-fixes\n"
    assert query.read_text() == _shown("sql")


def test_after_a_fix_nothing_is_found_any_more(query: Path) -> None:
    found = _scan("--unsafe-fixes")
    assert found.exit_code == 0
    assert found.stderr == "Fixed 1 finding in 1 file\n"
    assert "  and t.ts >= s.as_of - interval '365' day\n" in query.read_text()
    assert _scan("--unsafe-fixes", "--diff").stdout == ""


def test_a_folder_that_is_closed_is_told_in_one_line(query: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    found = _scan("--unsafe-fixes")
    assert found.exit_code == 2
    assert found.stderr == "feasilint: cannot write features.sql: Permission denied\n"
    assert query.read_text() == _shown("sql")

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from feasilint import api, cli
from feasilint.documents.model import Document
from feasilint.errors import CatalogError, RuleError
from feasilint.findings import Finding, Place, Severity
from feasilint.result import ScanResult

FOUND = Finding(
    "LAT201", "window-inside-staleness", Severity.WARNING, "feature `x` is always empty", Place("a.sql", None)
)
DOCUMENTS = {"a.sql": Document("a.sql", "sql", "select 1", "0" * 64)}


class Api:
    """Stands in for `feasilint.api`: remembers how it was called and gives a prepared result."""

    def __init__(self) -> None:
        self.result = ScanResult((FOUND,), documents=DOCUMENTS, features=1)
        self.paths: tuple[str, ...] = ()
        self.options: dict[str, Any] = {}
        self.error: Exception | None = None

    def scan(self, paths: tuple[str, ...], **options: Any) -> ScanResult:
        self.paths, self.options = paths, options
        if self.error:
            raise self.error
        return self.result


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    stand_in = Api()
    monkeypatch.setattr(api, "scan", stand_in.scan)
    monkeypatch.chdir(tmp_path)
    Path("a.sql").write_text("select 1", encoding="utf-8")
    return stand_in


def test_findings_below_the_limit_exit_0(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "a.sql"]) == 0
    assert capsys.readouterr().out.startswith("LAT201 warning: feature `x` is always empty\n")


@pytest.mark.parametrize(
    ("severity", "limit", "code"),
    [
        (Severity.ERROR, "error", 1),
        (Severity.WARNING, "error", 0),
        (Severity.WARNING, "warning", 1),
        (Severity.INFO, "warning", 0),
        (Severity.INFO, "info", 1),
        (Severity.ERROR, "never", 0),
    ],
)
def test_fail_on_sets_the_limit(scanner: Api, severity: Severity, limit: str, code: int) -> None:
    scanner.result = replace(scanner.result, findings=(replace(FOUND, severity=severity),))
    assert cli.main(["scan", "a.sql", "--fail-on", limit]) == code


def test_options_reach_the_api(scanner: Api) -> None:
    cli.main(
        [
            "scan",
            "a.sql",
            "--catalog",
            "c.yaml",
            "--exclude",
            "x/",
            "--exclude",
            "y",
            "--force-exclude",
            "--dialect",
            "spark",
            "--select",
            "LAT",
        ]
    )
    assert scanner.paths == ("a.sql",)
    assert scanner.options == {
        "catalog": "c.yaml",
        "use_catalog": True,
        "dialect": "spark",
        "exclude": ("x/", "y"),
        "force_exclude": True,
        "select": ("LAT",),
        "ignore": (),
    }


def test_no_catalog_is_passed_on(scanner: Api) -> None:
    cli.main(["scan", "a.sql", "--no-catalog"])
    assert scanner.options["use_catalog"] is False


def test_two_words_about_the_catalog_exclude_each_other(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "a.sql", "--no-catalog", "--catalog", "c.yaml"]) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_a_missing_path_is_named_and_the_others_are_reported(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "nope.ipynb", "a.sql"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "feasilint: nope.ipynb: no such file or directory\n"
    assert "LAT201" in printed.out
    assert scanner.paths == ("a.sql",)


def test_only_missing_paths_scan_nothing(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "nope.ipynb"]) == 2
    assert capsys.readouterr().out == ""
    assert scanner.options == {}


def test_nothing_to_scan_exits_3(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.result = ScanResult()
    assert cli.main(["scan", "."]) == 3
    assert capsys.readouterr().err == "nothing to scan in .\n"


def test_nothing_to_scan_is_fine_in_a_hook(scanner: Api) -> None:
    scanner.result = ScanResult()
    assert cli.main(["scan", "a.sql", "--force-exclude"]) == 0


def test_catalog_errors_are_printed_as_they_come(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    problems = ("catalog.yaml:41:5: sources[3].latency: 'dayly' is not a latency class", "catalog.yaml:50:1: second")
    scanner.error = CatalogError(problems)
    assert cli.main(["scan", "a.sql"]) == 2
    assert capsys.readouterr() == ("", "\n".join(problems) + "\n")


def test_a_broken_rule_package_exits_2(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.error = RuleError("package `x` cannot be loaded")
    assert cli.main(["scan", "a.sql"]) == 2
    assert capsys.readouterr().err == "feasilint: package `x` cannot be loaded\n"


def test_a_failed_rule_exits_2_after_the_report(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.result = replace(scanner.result, errors=("LAT201 failed on `x`",))
    assert cli.main(["scan", "a.sql"]) == 2
    assert "failed: LAT201 failed on `x`" in capsys.readouterr().out


def test_an_own_failure_is_one_line(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.error = ZeroDivisionError("oh")
    assert cli.main(["scan", "a.sql"]) == 2
    assert capsys.readouterr().err.startswith("feasilint: internal error: ZeroDivisionError: oh (")


def test_an_own_failure_can_be_traced(scanner: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEASILINT_DEBUG", "1")
    scanner.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        cli.main(["scan", "a.sql"])


def test_formats(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["scan", "a.sql", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["schema"] == "feasilint.scan/1"
    cli.main(["scan", "a.sql", "--format", "markdown"])
    assert capsys.readouterr().out.startswith("<!-- feasilint -->\n")


def test_the_report_can_go_to_a_file(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["scan", "a.sql", "--output", "report.txt"])
    assert capsys.readouterr().out == ""
    assert Path("report.txt").read_text(encoding="utf-8").startswith("LAT201 warning")


def test_an_unwritable_file_exits_2(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "a.sql", "--output", "no/such/report.txt"]) == 2
    assert "cannot write no/such/report.txt" in capsys.readouterr().err


def test_colours_only_on_a_terminal_or_when_asked(scanner: Api, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["scan", "a.sql"])
    assert "\x1b" not in capsys.readouterr().out
    cli.main(["scan", "a.sql", "--color", "always"])
    assert "\x1b[" in capsys.readouterr().out


TABLE = "create table ml.n as select user_id, count(distinct shop) as shops from payments.transactions group by user_id"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--select", "AGG"], True),
        (["--select", "lat201,AGG301"], True),
        (["--select", "LAT"], False),
        (["--ignore", "AGG301"], False),
        (["--ignore", "LAT201"], True),
        (["--select", "AGG", "--ignore", "AGG301"], False),
    ],
)
def test_rules_are_selected_by_code_or_its_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], shown: bool
) -> None:
    path = tmp_path / "n.sql"
    path.write_text(TABLE)
    cli.main(["scan", str(path), *arguments])
    assert ("AGG301" in capsys.readouterr().out) is shown


def test_an_ignore_for_a_rule_that_does_not_run_is_not_unused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.sql"
    path.write_text(f"-- feasilint: ignore[LAT201] late, but good enough\n{TABLE}")
    cli.main(["scan", str(path), "--ignore", "LAT201"])
    assert "FEA003" not in capsys.readouterr().out
    cli.main(["scan", str(path)])
    assert "FEA003" in capsys.readouterr().out


def test_an_unknown_code_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.sql"
    path.write_text(TABLE)
    assert cli.main(["scan", str(path), "--select", "LAT2O1"]) == 2
    assert capsys.readouterr().err == "feasilint: no rule's code begins with `LAT2O1`; did you mean `LAT201`?\n"


@pytest.mark.parametrize(
    "arguments", [["scan"], ["scan", "a.sql", "--format", "xml"], ["nope"], ["scan", "--nope", "a.sql"], []]
)
def test_bad_options_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert "Usage: feasilint" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("feasilint ")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_start_up_loads_nothing_heavy(arguments: list[str]) -> None:
    heavy = {"rich", "sqlglot", "networkx", "pydantic", "libcst", "nbformat", "yaml", "feasilint.api"}
    code = (
        f"import sys; from feasilint.cli import main; main({arguments!r}); print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_changes_nothing() -> None:
    code = "from feasilint.cli import main; raise SystemExit(main(['rules']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""
    assert process.returncode == 0


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("AGG301  unbounded-aggregation") for line in lines)
    assert lines == sorted(lines)


def test_the_rules_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "--format", "json"]) == 0
    listed = {rule["code"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert listed["LAT201"]["name"] == "window-inside-staleness"
    assert listed["AVL109"]["supersedes"] == ["AVL101"]


@pytest.mark.parametrize("word", ["LAT201", "lat201", "window-inside-staleness"])
def test_a_rule_is_explained_by_code_or_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", word]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("LAT201 window-inside-staleness\n")
    assert "Why it matters" in printed


@pytest.mark.parametrize(("word", "near"), [("LAT2O1", "LAT201"), ("unbounded-agregation", "AGG301")])
def test_an_unknown_rule_is_answered_with_the_nearest(word: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", word]) == 2
    assert f"did you mean `{near}`" in capsys.readouterr().err


def test_inspect_prints_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "daily.sql"
    path.write_text("create table ml.n as select user_id, count(*) as txns from payments.transactions group by user_id")
    assert cli.main(["inspect", str(path), "--format", "json", "--no-catalog"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "feasilint.inspect/1"
    assert [source["name"] for source in found["documents"][0]["sources"]] == ["payments.transactions"]


def test_inspect_reads_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "daily.sql"
    path.write_text("create table ml.n as select user_id, count(*) as txns from payments.transactions group by user_id")
    assert cli.main(["inspect", str(path), "--no-catalog"]) == 0
    printed = capsys.readouterr().out
    assert "  sources\n" in printed
    assert "count by user_id over unbounded -> txns (table) from payments.transactions" in printed


def test_inspecting_nothing_exits_3(tmp_path: Path) -> None:
    assert cli.main(["inspect", str(tmp_path)]) == 3


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pipe.sql"
    os.mkfifo(path)
    cli.main(["scan", str(path)])
    assert "cannot be read: not a regular file" in capsys.readouterr().out


def test_the_commands_are_told_in_whole_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert "..." not in listed.partition("Commands:")[2]
    assert "explain Say what a rule does, why it matters and what to do instead init " in listed
    assert "down to the sources" in listed

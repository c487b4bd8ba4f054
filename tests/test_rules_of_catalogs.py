"""Rules that a catalog declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from feasilint.api import scan_files
from feasilint.catalog.load import load, load_text
from feasilint.cli import main
from feasilint.errors import CatalogError

HEAD = """\
version: 1
prediction_points: {checkout: {mode: online}, nightly: {mode: batch}}
models:
- {name: fraud, paths: [fraud.sql], prediction_point: checkout}
- {name: churn, paths: [churn.sql], prediction_point: nightly}
sources:
- {name: raw.tx, availability: production, latency: daily, owner: "#pay", flags: [gold], columns: {user_id: text, ssn: {flags: [pii]}, amount: int}}
- {name: core.tx, aliases: [dwh.tx], availability: sandbox, latency: daily}
rules:
"""
QUERY = """\
create table ml.features as
select r.user_id, r.ssn, r.amount, c.total
from raw.tx r
join (select user_id, sum(amount) as total from core.tx where ts >= now() - interval '30 days' group by user_id) c
  on r.user_id = c.user_id
"""


def rule(match: str, more: str = "") -> str:
    return f"{HEAD}- {{code: ACME101, name: ours, match: {match}, message: '`{{feature}}`: {{source}}.{{column}}'{more}}}\n"


def found(catalog: str, path: str = "fraud.sql") -> list[str]:
    """The features that the rule is told of."""
    findings = [finding for finding in scan_files({path: QUERY}, catalog).findings if finding.code == "ACME101"]
    return sorted(name for finding in findings for name in names(finding.feature, dict(finding.facts)))


def names(feature: str | None, facts: dict[str, str]) -> list[str]:
    return [name.strip("`") for name in facts["features"].split(", ")] if "features" in facts else [str(feature)]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{sources: [other.*]}", []),
        ("{sources: ['raw.*'], columns: [total]}", []),
        ("{functions: [median]}", []),
        ("{functions: [sum], sources: [raw.tx]}", []),
        ("{longer_than: 40d}", []),
        ("{shorter_than: 30d}", []),
        ("{windows: [unbounded]}", []),
        ("{models: [churn]}", []),
        ("{modes: [batch]}", []),
        ("{sources: [core.tx], columns: [user_id]}", []),  # it only joins
        ("{columns: [ssn]}", ["ssn"]),
        ("{columns: ['S*']}", ["ssn"]),
        ("{flags: [pii]}", ["ssn"]),
        ("{flags: [gold]}", ["amount", "ssn"]),  # the keys of a join are no features
        ("{sources: [core.tx]}", ["total"]),
        ("{sources: ['dwh.*']}", ["total"]),
        ("{availability: [sandbox]}", ["total"]),
        ("{functions: [SUM]}", ["total"]),
        ("{functions: [sum], sources: ['core.*']}", ["total"]),
        ("{windows: [bounded], longer_than: 7d, shorter_than: 31d}", ["total"]),
        ("{columns: [ssn], models: ['fr*'], modes: [online, streaming]}", ["ssn"]),
    ],
)
def test_what_a_rule_is_about(match: str, expected: list[str]) -> None:
    assert found(rule(match)) == expected


def test_an_aggregate_without_a_bound_is_longer_than_anything() -> None:
    lifetime = QUERY.replace("where ts >= now() - interval '30 days' ", "")
    findings = scan_files({"fraud.sql": lifetime}, rule("{longer_than: 10y}")).findings
    assert [finding.feature for finding in findings if finding.code == "ACME101"] == ["total"]


def test_what_it_says() -> None:
    more = ", severity: error, help: ask us, instead: the other table"
    [finding] = [
        one
        for one in scan_files({"fraud.sql": QUERY}, rule("{columns: [ssn]}", more)).findings
        if one.code == "ACME101"
    ]
    assert finding.message == "`ssn`: raw.tx.ssn"
    assert (finding.severity.word, finding.help, finding.owner, finding.model) == ("error", "ask us", "#pay", "fraud")
    assert finding.suggestion is not None
    assert finding.suggestion.title == "the other table"
    assert dict(finding.facts)["rule"] == "catalog.yaml:10"


def test_what_it_says_of_an_aggregate() -> None:
    text = rule("{functions: [sum]}").replace(
        "`{feature}`: {source}.{column}", "{function} over {window} of {source}, {owner}."
    )
    [finding] = [one for one in scan_files({"fraud.sql": QUERY}, text).findings if one.code == "ACME101"]
    assert finding.message == "sum over 30 d of core.tx, ."


@pytest.mark.parametrize(
    ("more", "online", "batch"),
    [
        ("", "warning", "warning"),
        (", severity: error", "error", "error"),
        (", severity: error, batch: info", "error", "info"),
        (", severity: error, batch: silent", "error", None),
    ],
)
def test_severities_by_prediction_point(more: str, online: str, batch: str | None) -> None:
    def severity(path: str) -> str | None:
        result = scan_files({path: QUERY}, rule("{columns: [ssn]}", more))
        return next((finding.severity.word for finding in result.findings if finding.code == "ACME101"), None)

    assert (severity("fraud.sql"), severity("churn.sql")) == (online, batch)


def test_it_supersedes_and_is_silenced_like_any_other() -> None:
    result = scan_files({"fraud.sql": QUERY}, rule("{availability: [sandbox]}", ", supersedes: [AVL106]"))
    assert "AVL106" not in {finding.code for finding in result.findings}
    silenced = QUERY.replace("from raw.tx r", "from raw.tx r -- feasilint: ignore[ACME101] known")
    result = scan_files({"fraud.sql": silenced}, rule("{columns: [ssn]}"))
    assert [finding.code for finding in result.suppressed] == ["ACME101"]
    assert "FEA003" not in {finding.code for finding in result.findings}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{code: acme1, name: a, match: {}, message: m}", "'acme1' is no code of a rule"),
        ("{code: ACME101, name: A b, match: {}, message: m}", "'A b' is no name of a rule"),
        (
            "{code: ACME101, name: a, match: {}, message: 'x {featur}'}",
            "{featur} stands for nothing; did you mean 'feature'?",
        ),
        ("{code: ACME101, name: a, match: {source: [x]}, message: m}", "unknown key 'source'; did you mean 'sources'?"),
        ("{code: ACME101, name: a, match: {windows: [lifetime]}, message: m}", "'lifetime' is not a kind of window"),
        ("{code: ACME101, name: a, match: {}, message: m, severity: fatal}", "'fatal' is not a severity"),
        ("{code: ACME101, name: a, message: m}", "missing key 'match'"),
    ],
)
def test_broken_rules_are_told_at_their_place(text: str, message: str) -> None:
    with pytest.raises(CatalogError) as raised:
        load_text(f"{HEAD}- {text}\n")
    [problem] = raised.value.problems
    assert problem.startswith("catalog.yaml:10:")
    assert message in problem


def test_two_rules_of_one_code() -> None:
    two = rule("{columns: [a]}") + "- {code: ACME101, name: other, match: {columns: [b]}, message: m}\n"
    with pytest.raises(CatalogError, match="ACME101"):
        load_text(two)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("fraud.sql").write_text(QUERY)
    return tmp_path


def test_selected_and_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.yaml").write_text(rule("{columns: [ssn]}", ", severity: error"))
    for _ in range(2):  # the second time from the cache
        assert main(["scan", "fraud.sql", "--select", "ACME"]) == 1
        assert "ACME101 error: `ssn`: raw.tx.ssn" in capsys.readouterr().out
    assert load("catalog.yaml").rules[0].match.columns == ("ssn",)
    assert main(["scan", "fraud.sql", "--select", "ACMX"]) == 2


def test_the_code_of_an_installed_rule_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.yaml").write_text(rule("{columns: [ssn]}").replace("ACME101", "AVL101"))
    assert main(["scan", "fraud.sql"]) == 2
    assert "catalog.yaml:10:3: the code AVL101 is that of unavailable-source; choose another" in capsys.readouterr().err


def test_it_is_listed_and_explained_like_any_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.yaml").write_text(rule("{columns: [ssn]}", ", summary: Numbers of people feed a feature."))
    assert main(["rules"]) == 0
    assert "ACME101  ours" in capsys.readouterr().out
    assert main(["explain", "acme101"]) == 0
    assert "Numbers of people feed a feature." in capsys.readouterr().out


EXAMPLES = """
  examples:
  - {title: a name, files: {fraud.sql: "select user_id, ssn from raw.tx"}, flagged: 1}
  - {title: none, files: {fraud.sql: "select user_id from raw.tx"}, flagged: FLAGGED}
"""


@pytest.mark.parametrize(("flagged", "code"), [("0", 0), ("3", 1)])
def test_examples_are_run(folder: Path, capsys: pytest.CaptureFixture[str], flagged: str, code: int) -> None:
    declared = "- code: ACME101\n  name: ours\n  match: {columns: [ssn]}\n  message: m" + EXAMPLES.replace(
        "FLAGGED", flagged
    )
    Path("catalog.yaml").write_text(HEAD + declared)
    assert main(["test", "catalog.yaml"]) == code
    out = capsys.readouterr().out
    assert f"ACME101 ours: 2 examples, {'fails' if code else 'holds'}" in out
    assert ("ACME101 (none): flagged 0 times instead of 3" in out) is bool(code)


def test_a_catalog_without_rules_has_none_to_test(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.yaml").write_text("version: 1\n")
    assert main(["test", "catalog.yaml"]) == 2
    assert "catalog.yaml declares no rules" in capsys.readouterr().err


def test_the_example_of_the_documentation_holds(folder: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "catalog.md").read_text(encoding="utf-8")
    part = page.partition("## Rules of your own")[2].partition("```yaml\n")[2].partition("```")[0]
    Path("catalog.yaml").write_text(part)
    assert main(["test", "catalog.yaml"]) == 0

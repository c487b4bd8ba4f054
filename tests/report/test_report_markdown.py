from __future__ import annotations

import pytest
from made import NOTEBOOK, made, notebook, place, scanned, sqlfile
from msgspec.structs import replace

from feasilint.findings import Finding, Place, Severity, Suggestion
from feasilint.report.markdown import LIMIT, TAG, render
from feasilint.result import ScanResult


def test_nothing_found_is_said_in_one_sentence() -> None:
    body = render(scanned(documents=(notebook(),), features=3))
    assert body.startswith(f"{TAG}\n**feasilint found nothing that speaks against 3 features.**\n")
    assert "| Feature |" not in body
    assert "<details>" not in body


def test_the_headline_counts_features_not_findings(finding: Finding) -> None:
    twice = (finding, replace(finding, code="LAT203", severity=Severity.WARNING))
    body = render(ScanResult(twice, features=14))
    assert body.splitlines()[1] == "**1 of 14 features needs a change before production: 1 error and 1 warning.**"


def test_the_headline_counts_every_feature_that_a_finding_speaks_for(finding: Finding) -> None:
    merged = replace(finding, feature="a", facts=(("features", "`a`, `b`, `c`"),))
    assert render(ScanResult((merged,), features=14)).splitlines()[1].startswith("**3 of 14 features need a change")


def test_information_alone_asks_for_no_change(finding: Finding) -> None:
    body = render(ScanResult((replace(finding, severity=Severity.INFO),), features=14))
    assert body.splitlines()[1] == "**feasilint found 1 info in 0 files.**"


def test_the_table_says_feature_where_why_owner_and_instead(result: ScanResult) -> None:
    row = next(line for line in render(result).splitlines() if line.startswith("| ❌"))
    assert row.split(" | ")[1:] == [
        "<code>days&#95;since&#95;chargeback</code>",
        "<code>churn.ipynb</code>, cell 7 \\[In 12\\], line 4",
        (
            "feature <code>days&#95;since&#95;chargeback</code> uses <code>raw.chargebacks.posted&#95;at</code>, "
            "which is known 30 days after the outcome (AVL109)"
        ),
        "#risk-data",
        "days since a dispute was opened |",
    ]


def test_frames_lineage_and_code_are_folded(result: ScanResult) -> None:
    body = render(result)
    folded = body[body.index("<details>") : body.index("</details>")]
    assert "3 | cb = read_sql(" in folded
    assert "- path: days" in folded
    assert "```sql\nselect user_id, opened_at\nfrom prod.disputes\n```" in folded


HOSTILE = "@octocat #1 | <img src=x> [a](http://evil.example) `x` **b**\n# head ~~s~~ \x1b[2J"


@pytest.fixture
def hostile() -> str:
    finding = made(
        place("fe|at@x.sql", None, 1, 1, 2),
        message=f"feature `{HOSTILE}` is {HOSTILE}",
        feature=HOSTILE,
        owner=HOSTILE,
        facts=((HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        help=HOSTILE,
        suggestion=Suggestion(HOSTILE, f"````\n{HOSTILE}\n</details>", "sql", HOSTILE),
    )
    return render(scanned(finding, documents=(sqlfile("````` @octocat", "fe|at@x.sql"),), hints=(HOSTILE,)))


def outside_code(body: str) -> str:
    """The body without fenced blocks."""
    kept, fence = [], ""
    for line in body.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.rstrip("abcdefghijklmnopqrstuvwxyz")
        else:
            kept.append(line)
    assert not fence
    return "\n".join(kept)


@pytest.mark.parametrize("active", ["@octocat", "<img", "a](", "**b", "~~s", "#1 ", "http://evil", "\x1b", "\n# head"])
def test_scanned_text_is_inert(hostile: str, active: str) -> None:
    assert active not in outside_code(hostile)


def test_scanned_text_adds_no_table_cell(hostile: str) -> None:
    row = next(line for line in hostile.splitlines() if line.startswith("| ❌"))
    assert row.replace("\\|", "").count("|") == 7


def test_a_fence_is_longer_than_the_backticks_within(hostile: str) -> None:
    assert "\n``````\n" in hostile
    assert "\n`````sql\n" in hostile


def test_what_does_not_fit_is_counted(finding: Finding) -> None:
    findings = tuple(replace(finding, feature=f"feature_{number}") for number in range(500))
    body = render(ScanResult(findings, documents={NOTEBOOK: notebook()}, features=500))
    rows = body.count("| ❌")
    assert 10 < rows < 500
    assert len(body) <= LIMIT
    assert f"{500 - rows} more findings did not fit in here" in body
    assert body.count("<details>") == body.count("</details>") == rows


@pytest.mark.parametrize("limit", [2_000, 5_000, 65_536])
def test_no_text_is_too_long(finding: Finding, limit: int) -> None:
    long = "x" * 100_000
    findings = (finding, replace(finding, message=long, owner=long, feature=long, help=long))
    result = ScanResult(findings, hints=(long,), errors=(long, "@" * 100_000), features=2)
    assert len(render(result, limit=limit)) <= limit


def test_a_finding_without_a_feature_names_the_file() -> None:
    body = render(scanned(made(Place("broken.ipynb", None), message="cell 3 cannot be read")))
    assert (
        "| ❌ | <code>broken.ipynb</code> | <code>broken.ipynb</code> | cell 3 cannot be read (LAT201) |  |  |" in body
    )

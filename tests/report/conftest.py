"""A finding as the rules make them, over a notebook, a SQL file and a catalog."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import NOTEBOOK, notebook, place

from feasilint.findings import Finding, Label, Severity, Suggestion
from feasilint.result import ScanResult


@pytest.fixture
def catalog_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """catalog.yaml in the current directory."""
    monkeypatch.chdir(tmp_path)
    text = "sources:\n  - name: raw.chargebacks\n    columns:\n"
    text += "      posted_at: {availability: training_only, known_after: 30d}  # dispute window\n"
    Path("catalog.yaml").write_text(text, encoding="utf-8")
    return "catalog.yaml"


@pytest.fixture
def finding(catalog_file: str) -> Finding:
    built = place(NOTEBOOK, 6, 4, 4, 27)
    return Finding(
        "AVL109",
        "post-outcome-column",
        Severity.ERROR,
        "feature `days_since_chargeback` uses `raw.chargebacks.posted_at`, which is known 30 days after the outcome",
        built,
        labels=(
            Label(place(NOTEBOOK, 6, 3, 32, 41), "read here"),
            Label(built, "feature built here"),
            Label(place(catalog_file, None, 4, 18, 19), "declared here (owner #risk-data)"),
        ),
        feature="days_since_chargeback",
        model="churn",
        source="raw.chargebacks",
        column="posted_at",
        owner="#risk-data",
        facts=(("path", "days_since_chargeback <- cb.posted_at <- raw.chargebacks.posted_at"),),
        help="use `prod.disputes.opened_at` (hourly), which the catalog lists instead",
        suggestion=Suggestion(
            "days since a dispute was opened", "select user_id, opened_at\nfrom prod.disputes", "sql"
        ),
        notes=("LAT203 too-old-for-decision: 36 h old at worst",),
    )


@pytest.fixture
def result(finding: Finding) -> ScanResult:
    return ScanResult((finding,), documents={NOTEBOOK: notebook()}, features=14, models=1)

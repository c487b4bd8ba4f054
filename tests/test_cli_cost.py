"""`feasilint cost` on the command line."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import jsonschema
import pytest

from feasilint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*"], prediction_point: checkout}]
sources:
  - name: payments.transactions
    availability: production
    kind: events
    event_time: ts
    period: 1d
    rows_per_day: 50M
    row_bytes: 600
    columns: {user_id: bigint, ts: timestamp, status: int64}
    keys: {user_id: {distinct: 20M, active_per_day: 8M}}
"""
LIFETIME = """create table ml.user_features as
select user_id, count(status) as n from payments.transactions where ts < current_timestamp group by user_id;
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "features.sql").write_text(LIFETIME)
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["cost", ".", *arguments]) == 0
    return capsys.readouterr().out


def prose(text: str) -> str:
    return " ".join(text.split())


def test_the_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys)
    assert said.splitlines()[:3] == [
        "fraud",
        "  feature  grows        H/W   full rescan  bounded rescan  daily tiles  running total",
        "  n        O(history)  5.5x        $4,997     365 d: $909         $148          $3.49",
    ]
    said = prose(said)
    assert "Bounding alone makes the former $909" in said
    assert "$3.49 if what can be is kept incrementally already" in said
    assert "price: BigQuery on demand, 6.25 per TiB scanned, as of 2026-09-28" in said
    assert "25.0 times as much where rows of 600 B are read whole" in said


def test_without_volumes_there_is_no_money(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "--no-catalog")
    assert "$" not in said.partition("Assumed")[0]
    assert "O(history)  5.5x" in said
    assert "`payments.transactions`: an entry of the catalog" in said


def test_the_history_can_be_stated(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert " 1.5x " in run(capsys, "--history", "1y")


def test_a_price_of_the_catalog_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "catalog.yaml").write_text(CATALOG + "prices: {currency: EUR, scan_per_tib: 5, as_of: 2026-10-01}\n")
    said = run(capsys)
    assert "€3,998" in said
    assert "price: the catalog, 5 per TiB scanned, as of 2026-10-01" in said
    assert "DynamoDB" not in said, "dollars are not added to euros"


def test_a_warehouse_that_bills_its_time(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "catalog.yaml").write_text(CATALOG + "prices: {compute_per_credit: 3}\n")
    assert "$" not in run(capsys).partition("Served")[0]
    said = run(capsys, "--per-credit", "1099511627776")
    assert "$2,399" in said, "3 dollars a TiB"
    assert "price: the catalog, 3 per credit, 3 per TiB scanned" in said


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "--format", "json"))
    jsonschema.validate(found, json.loads(files("feasilint.report").joinpath("cost.schema.json").read_text()))
    (feature,), (scan,) = found["features"], found["scans"]
    assert (feature["model"], feature["feature"], round(feature["today"])) == ("fraud", "n", 4_997)
    assert scan["volumes"]["rows"] == 50e6
    assert scan["volumes"]["kept"] is None
    assert round(found["total"]["bounded"]) == 909
    assert {price["key"] for price in found["prices"]} == {"scan_per_tib", "writes_per_million", "reads_per_million"}


def test_json_without_a_catalog(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "--format", "json", "--no-catalog"))
    jsonschema.validate(found, json.loads(files("feasilint.report").joinpath("cost.schema.json").read_text()))
    assert found["total"] == {"today": None, "bounded": None, "kept": None, "least": None}


def test_markdown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "--format", "markdown", "--output", "cost.md")
    assert said == ""
    assert "| <code>n</code> | O(history) | 5.5x | \\$4,997 |" in (project / "cost.md").read_text(encoding="utf-8")


def test_names_of_features_cannot_steer_a_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "features.sql").write_text(LIFETIME.replace(" as n ", ' as "n\x1b[31m" '))
    assert "\x1b" not in run(capsys)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--history", "5"], "--history: 5 of what?"),
        (["--history", "forever"], "--history: there is no endless history"),
        (["--refreshes", "0"], "0"),
        (["--per-credit", "0"], "--per-credit: a credit reads something"),
        (["--per-credit", "much"], "--per-credit: 'much' is not a size"),
        (["--today", "soon"], "soon"),
        (["--no-catalog", "--catalog", "catalog.yaml"], "exclude each other"),
        (["--output", "missing/cost.txt"], "cannot write missing/cost.txt"),
    ],
)
def test_wrong_options(project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["cost", ".", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_nothing_to_estimate(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "features.sql").write_text("select 1 as one")
    assert main(["cost", "."]) == 3
    assert "No feature aggregates events" in capsys.readouterr().out

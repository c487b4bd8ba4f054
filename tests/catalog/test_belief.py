"""`catalog show`: what is believed about a source, who says so, and what depends on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from feasilint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: [features.sql], prediction_point: checkout}]
sources:
- name: shop.orders
  aliases: [raw.orders]
  availability: production
  period: 1d
  run_time: 30m
  owner: "#shop"
  columns: {amount: int, user_id: {flags: [pii]}}
  provenance:
  - {from: dbt manifest, as_of: 2026-11-20, keys: {period: 7949c8, owner: abcdef}}
- {name: vendor.scores, latency: manual, provenance: a contract}
- {name: shop.idle, latency: daily}
"""
STAGING = "create view shop.recent as select user_id, amount from shop.orders"
FEATURES = (
    "create table ml.features as select r.amount, s.score from shop.recent r join vendor.scores s using (user_id)"
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    (tmp_path / "staging.sql").write_text(STAGING)
    (tmp_path / "features.sql").write_text(FEATURES)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["catalog", "show", *arguments]) == code
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["shop.orders", "RAW.orders", "prod.shop.orders", "orders"])
def test_a_page_about_a_source(shop: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    lines = [line.split("  ") for line in shown(capsys, name).splitlines()]
    assert [[word.strip() for word in line if word.strip()] for line in lines] == [
        ["shop.orders", "catalog.yaml:5"],
        ["aliases", "[raw.orders]", "written by hand, line 6"],
        ["availability", "production", "written by hand, line 7"],
        ["period", "1d", "dbt manifest of 2026-11-20, line 8"],
        ["run_time", "30m", "written by hand, line 9"],
        ["owner", "#shop", "dbt manifest of 2026-11-20, edited since, line 10"],
        ["columns", "{amount: int, user_id: {flags: [pii]}}", "written by hand, line 11"],
        ["its newest row is 30 min to 1 d 30 min old, 12 h 30 min on average (period 1 d, run time 30 min)"],
        ["nobody states kind, grain, event_time"],
        ["read at"],
        ["staging.sql:1:56"],
        ["1 feature depends on it"],
        ["fraud at checkout (features.sql): amount"],
    ]


def test_provenance_without_keys_is_that_of_the_entry(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "vendor.scores")
    assert "latency  manual  a contract, line 14" in page
    assert "its newest row may be of any age" in page


def test_what_nobody_reads(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(capsys, "shop.idle").splitlines()
    assert "its newest row is 12 h to 1 d 12 h old, 1 d on average (class daily)" in page[2]
    assert page[-1] == "  nobody reads it"


def test_a_table_that_the_code_makes(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "recent").splitlines()[:2] == [
        "recent: made by the code; `feasilint trace` shows from what",
        "  1 feature depends on it",
    ]


def test_a_table_that_features_are_stored_in(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "ml.features").splitlines()[:2] == [
        "ml.features: made by the code; `feasilint trace` shows from what",
        "  2 features depend on it",
    ]


def test_a_name_that_nobody_knows(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "shop.order", code=1).splitlines() == [
        "shop.order: the catalog does not know it",
        "  it has shop.orders, shop.idle",
        "  nobody reads it",
    ]


def test_a_source_that_is_read_and_not_declared(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text("version: 1\n")
    assert "read at\n    staging.sql:1:56" in shown(capsys, "shop.orders")


def test_the_same_for_programs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = json.loads(shown(capsys, "shop.orders", "--format", "json"))
    assert page["schema"] == "feasilint.belief/1"
    assert page["declared"] == "catalog.yaml:5"
    assert page["age"] == {"least": 1800, "mean": 45000, "worst": 88200}
    assert [(one["key"], one["from"]) for one in page["statements"]][2] == ("period", "dbt manifest of 2026-11-20")
    assert page["features"] == [{"name": "amount", "target": "ml.features", "model": "fraud", "point": "checkout"}]
    assert json.loads(shown(capsys, "vendor.scores", "--format", "json"))["age"]["worst"] is None

"""Doubts about a catalog: none where all is well, each at its line with what to do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from feasilint.api import survey
from feasilint.catalog.care import entries, readers
from feasilint.catalog.load import load, load_text
from feasilint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.catalog.care.doubt import Doubt

TODAY = date(2026, 11, 28)
DAY = 86_400.0


def doubts(text: str) -> list[Doubt]:
    return list(entries.doubts(load_text(f"version: 1\n{text}"), TODAY, 90 * DAY))


def said(text: str) -> list[str]:
    return [f"{doubt.kind} {doubt.mark.line if doubt.mark else 0}" for doubt in doubts(text)]


GOOD = """\
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*.sql"], prediction_point: checkout}]
sources:
- name: a.events
  aliases: [raw.events]
  kind: events
  event_time: ts
  grain: [id]
  latency: daily
  period: 1d
  promised_within: 30h
  measured_age: 11h
  columns: {amount: int}
  stream_twin: kafka://events
  provenance: {from: dbt, as_of: 2026-11-01}
- {name: a.old, availability: deprecated, use_instead: a.events}
- {name: kafka://events, latency: streaming}
- {name: lake.events_eu_*}
- {name: lake.events_*}
- {name: sales.labels, kind: label, columns: {y: {known_after: 30d}}}
- {name: x.y, availability: deprecated, use_instead: "ask the data team"}
"""


def test_a_good_catalog_raises_no_doubts() -> None:
    assert doubts(GOOD) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{name: b, event_time: tss, columns: {ts: time}}", "missing-column"),
        ("{name: b, grain: [user_ids], columns: {user_id: int}}", "missing-column"),
        ("{name: b, latency: hourly, period: 7d}", "contradicting-age"),
        ("{name: b, period: 1h, measured_age: 9h}", "contradicting-age"),
        ("{name: b, period: 1d, run_time: 9h, promised_within: 2h}", "contradicting-age"),
        ("{name: b, kind: events}", "no-clock"),
        ("{name: b, kind: label}", "no-delay"),
        ("{name: b, availability: deprecated}", "no-replacement"),
        ("{name: b, aliases: [RAW.events]}", "claimed-twice"),
        ("{name: raw.events}", "unreachable-source"),
        ("{name: lake.events_*_old}", "shadowed-pattern"),
        ("{name: b, stream_twin: kafka://nothing}", "undeclared-name"),
        ("{name: b, use_instead: nobody.knows}", "undeclared-name"),
        ("{name: b, use_instead: a.old}", "bad-replacement"),
        ("{name: b, provenance: {from: dbt, as_of: 2026-01-01}}", "stale-provenance"),
    ],
)
def test_one_doubt(source: str, expected: str) -> None:
    line = GOOD.count("\n") + 2
    assert said(f"{GOOD}- {source}\n") == [f"{expected} {line}"]


def test_columns_that_a_part_of_a_list_lacks_are_no_doubt() -> None:
    assert doubts(f"{GOOD}- {{name: b, event_time: created_at, columns: {{amount: int}}}}\n") == []


def test_models_and_prediction_points_that_do_not_meet() -> None:
    text = "prediction_points: {a: {mode: online}}\nmodels: [{name: m, paths: [x.sql]}]\n"
    assert said(text) == ["idle-prediction-point 2", "no-prediction-point 3"]


# --- held against the code ---

QUERY = "create table ml.features as select user_id, amount, score from shop.orders join vendor.scores using (user_id)"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "features.sql").write_text(QUERY)
    return tmp_path


def read(folder: Path, text: str) -> list[str]:
    (folder / "catalog.yaml").write_text(f"version: 1\n{text}")
    known = load("catalog.yaml")
    return [f"{doubt.about}: {doubt.kind}" for doubt in readers.doubts(known, survey(".", catalog=known))]


POINTS = "prediction_points: {c: {mode: online}}\nmodels: [{name: m, paths: [features.sql], prediction_point: c}]\n"
ORDERS = "{name: shop.orders, availability: production, latency: daily, owner: x}"
SCORES = "{name: vendor.scores, availability: vendor, owner: x}"


def test_what_is_read_and_known_raises_no_doubts(shop: Path) -> None:
    assert read(shop, f"{POINTS}sources: [{ORDERS}, {SCORES}]\n") == []


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (f"[{ORDERS}, {SCORES}, {{name: shop.older}}]", "shop.older: nobody-reads"),
        (f"[{ORDERS}]", "vendor.scores: undeclared-source"),
        (f"[{ORDERS}, {{name: vendor.scores, owner: x}}]", "vendor.scores: unknown-availability"),
        (f"[{SCORES}, {{name: shop.orders, availability: production, owner: x}}]", "shop.orders: unknown-age"),
        (f"[{ORDERS}, {{name: vendor.scores, availability: vendor}}]", "vendor.scores: no-owner"),
    ],
)
def test_one_doubt_about_what_is_read(shop: Path, sources: str, expected: str) -> None:
    assert read(shop, f"{POINTS}sources: {sources}\n") == [expected]


def test_an_owner_that_yaml_takes_for_a_comment(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        f"version: 1\n{POINTS}sources:\n- {ORDERS}\n- name: vendor.scores\n  availability: vendor\n  owner: #scores\n"
    )
    (shop / "catalog.yaml").write_text(text, encoding="utf-8")
    assert main(["catalog", "check"]) == 0
    assert (
        "vendor.scores: 3 features depend on it, and `owner` is empty (a # begins a comment" in capsys.readouterr().out
    )


def test_a_replacement_and_a_stream_need_no_reader(shop: Path) -> None:
    more = "{name: shop.orders, availability: production, latency: daily, owner: x, stream_twin: kafka://o, use_instead: o2}"
    assert read(shop, f"{POINTS}sources: [{more}, {SCORES}, {{name: kafka://o}}, {{name: o2}}]\n") == []


def test_a_model_whose_files_another_one_has(shop: Path) -> None:
    models = "models: [{name: m, paths: ['*.sql']}, {name: n, paths: [features.sql]}, {name: o, paths: [no/]}]\n"
    assert read(shop, f"{models}sources: [{ORDERS}, {SCORES}]\n") == ["n: no-files", "o: no-files"]


# --- the command ---


def test_the_command_lists_doubts_and_sums_up(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text(f"version: 1\n{POINTS}sources:\n- {ORDERS}\n- {{name: b}}\n")
    assert main(["catalog", "check", "--today", "2026-11-28"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "catalog.yaml:6:4: b: no notebook or SQL file reads it; check the name, or remove the entry [nobody-reads]",
        "features.sql:1:81: vendor.scores: 3 features depend on it, and the catalog does not know it [undeclared-source]",
        "catalog.yaml: 2 sources, 1 model, 1 prediction point: no errors, 2 doubts",
    ]
    assert main(["catalog", "check", "--strict"]) == 1
    assert main(["catalog", "check", "--no-scan", "--strict"]) == 0


def test_a_catalog_among_the_paths_is_the_one_to_check(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "other.yaml").write_text(f"version: 1\n{POINTS}sources: [{ORDERS}, {SCORES}]\n")
    assert main(["catalog", "check", "other.yaml", "--strict"]) == 0
    assert "other.yaml: 2 sources" in capsys.readouterr().out
    assert main(["catalog", "check", "other.yaml", "--catalog", "other.yaml"]) == 2


def test_a_rule_with_the_code_of_another_is_no_doubt_but_an_error(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "catalog.yaml").write_text("version: 1\nrules: [{code: LAT201, name: a, match: {}, message: m}]\n")
    assert main(["catalog", "check"]) == 2
    assert "catalog.yaml:2:9: the code LAT201 is that of window-inside-staleness" in capsys.readouterr().err


def test_errors_give_two(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text("version: 1\nsources: [{name: a, latency: dayly}]\n")
    assert main(["catalog", "check"]) == 2
    assert "catalog.yaml:2:30" in capsys.readouterr().err
    assert main(["catalog", "check", "--stale-after", "90"]) == 2
    assert main(["catalog", "check", "--today", "yesterday"]) == 2


def test_without_a_catalog_it_says_how_to_get_one(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / ".git").mkdir()
    assert main(["catalog", "check"]) == 2
    assert "feasilint init" in capsys.readouterr().err


def test_the_same_for_programs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    (shop / "catalog.yaml").write_text(f"version: 1\n{POINTS}sources: [{ORDERS}]\n")
    assert main(["catalog", "check", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "feasilint.doubts/1"
    assert [(one["kind"], one["path"], one["line"]) for one in found["doubts"]] == [
        ("undeclared-source", "features.sql", 1)
    ]

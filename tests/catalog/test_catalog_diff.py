"""`catalog diff`: a change of the catalog as what it does to features."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from feasilint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["ml/*"], prediction_point: checkout}]
"""
OLD = f"""{HEAD}sources:
- {{name: shop.orders, availability: production, latency: hourly, owner: "#shop"}}
- {{name: vendor.scores, availability: vendor, owner: "#risk"}}
"""
BREAKING = OLD.replace("availability: production", "availability: training_only")
HEALING = OLD.replace("availability: vendor", "availability: production, latency: online")
QUERY = "create table ml.features as select o.amount, o.day, v.score, v.rank from shop.orders o join vendor.scores v using (id)"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml/features.sql").write_text(QUERY)
    (tmp_path / "catalog.yaml").write_text(OLD)
    return tmp_path


def diff(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["catalog", "diff", *arguments]) == code
    return capsys.readouterr().out


def test_equal_catalogs_change_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text(f"# a comment\n{OLD}")
    assert diff(capsys, "catalog.yaml", "new.yaml") == "nothing changes for 4 features in 1 file\n"


def test_a_change_that_nobody_feels(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text(OLD.replace("#shop", "#orders") + "- {name: other.table}\n")
    assert diff(capsys, "catalog.yaml", "new.yaml").splitlines() == [
        "source shop.orders: owner #shop -> #orders",
        "source other.table: added",
        "nothing changes for 4 features in 1 file",
    ]


def test_what_breaks_comes_with_its_owner_and_fails(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text(BREAKING)
    lines = diff(capsys, "catalog.yaml", "new.yaml", code=1).splitlines()
    assert lines[0] == "source shop.orders: availability production -> training_only"
    assert lines[1] == "Breaks:"
    assert lines[2].startswith("  error AVL101 ml/features.sql:1:")
    assert "(also " in lines[2]
    assert lines[2].endswith("(owner #shop)")
    assert lines[-1] == "of 4 features in 1 file: 2 break"
    diff(capsys, "catalog.yaml", "new.yaml", "--fail-on", "never")


def test_what_heals(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text(HEALING)
    lines = diff(capsys, "catalog.yaml", "new.yaml").splitlines()
    assert lines[0] == "source vendor.scores: availability vendor -> production, + latency online"
    assert lines[1] == "Heals:"
    assert lines[-1].startswith("of 4 features in 1 file: ")
    assert lines[-1].endswith(("2 heal", "1 heals"))


def test_a_finding_that_heals_for_one_of_its_features(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    column = OLD.replace('owner: "#risk"', 'owner: "#risk", columns: {score: {availability: production}}')
    (shop / "new.yaml").write_text(column)
    found = json.loads(diff(capsys, "catalog.yaml", "new.yaml", "--format", "json"))
    assert found["schema"] == "feasilint.impact/1"
    healed = [impact for impact in found["impacts"] if impact["effect"] == "heals"]
    assert [impact["features"] for impact in healed] == [["score"]]
    assert [impact for impact in found["impacts"] if impact["effect"] in ("breaks", "worsens")] == []


def test_a_batch_model_is_judged_more_mildly(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "old.yaml").write_text(OLD.replace("latency: hourly", "latency: none"))
    (shop / "new.yaml").write_text(
        OLD.replace("latency: hourly", "latency: none").replace("mode: online", "mode: batch")
    )
    out = diff(capsys, "old.yaml", "new.yaml")
    assert "prediction point checkout: mode online -> batch" in out


def test_for_a_review(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text(BREAKING)
    page = diff(capsys, "catalog.yaml", "new.yaml", "--format", "markdown", code=1)
    assert page.startswith("**of 4 features in 1 file: 2 break**\n\n### Breaks\n\n- error AVL101 ")
    assert "### What changed\n\n- source shop.orders: availability production -&gt; training\\_only" in page


def test_versions_in_git(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True, capture_output=True
        )

    (shop / "more").mkdir()
    (shop / "more/a.yaml").write_text("version: 1\nsources: [{name: x}]\n")
    (shop / "catalog.yaml").write_text(f"{OLD}\ninclude: more/*.yaml\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all")
    assert diff(capsys, "HEAD:catalog.yaml", "catalog.yaml") == "nothing changes for 4 features in 1 file\n"
    (shop / "catalog.yaml").write_text(BREAKING)
    out = diff(capsys, "HEAD:catalog.yaml", "catalog.yaml", code=1)
    assert "source x: removed" in out
    assert "2 break" in out
    assert main(["catalog", "diff", "HEAD:other.yaml", "catalog.yaml"]) == 2
    assert "HEAD:other.yaml: Git has no such file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.yaml", "--output=x:catalog.yaml"])
def test_a_version_that_does_not_exist(shop: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["catalog", "diff", "--", name, "catalog.yaml"]) == 2
    assert name.partition(":")[0] in capsys.readouterr().err


def test_a_broken_version(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "new.yaml").write_text("version: 1\nsources: [{nam: x}]\n")
    assert main(["catalog", "diff", "catalog.yaml", "new.yaml"]) == 2
    assert "new.yaml:2:12" in capsys.readouterr().err

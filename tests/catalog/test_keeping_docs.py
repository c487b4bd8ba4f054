"""The page about getting and keeping a catalog shows what the commands print."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.care import entries, readers
from feasilint.cli import main

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "keeping.md"
ODD = """\
version: 1
sources:
  - {name: payments.checkouts, kind: events, grain: [id], columns: {ids: text}}
  - {name: payments.transactions, availability: production, owner: "#payments"}
  - {name: shop.orders, provenance: {from: dbt manifest, as_of: 2026-03-01}}
"""


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(arguments)
    return capsys.readouterr().out


def check(title: str, text: str, request: pytest.FixtureRequest) -> None:
    """Compare the block below a comment with what it should be."""
    page = PAGE.read_text(encoding="utf-8")
    shown = re.sub(
        rf"(<!-- {re.escape(title)} -->\n```\w*\n).*?```\n",
        lambda found: f"{found[1]}{text}```\n",
        page,
        flags=re.DOTALL,
    )
    assert title in page
    if request.config.getoption("--update-golden"):
        PAGE.write_text(shown, encoding="utf-8")
    assert shown == PAGE.read_text(encoding="utf-8")


def test_init(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    check("printed by `feasilint init`", printed(capsys, "init").partition("\n\n")[0] + "\n", request)
    written = Path("catalog.yaml").read_text(encoding="utf-8")
    part = written.partition("sources:\n")[2].split("\n  - name: ")
    check("part of its catalog.yaml", "sources:\n" + "\n  - name: ".join(part[:3]) + "\n", request)


def test_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.ipynb"))
    monkeypatch.chdir(tmp_path)
    Path("catalog.yaml").write_text(ODD)
    title = "printed by `feasilint catalog check` for a catalog with some oddities"
    check(title, printed(capsys, "catalog", "check", "--today", "2026-11-28"), request)


def test_show(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    page = printed(capsys, "catalog", "show", "payments.chargebacks", "examples/")
    check("printed by `feasilint catalog show payments.chargebacks examples/`", page, request)


def test_diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    before, name, after = (ROOT / "catalog.yaml").read_text(encoding="utf-8").partition("name: payments.merchants\n")
    new = tmp_path / "new.yaml"
    new.write_text(
        before + name + after.replace("availability: production", "availability: vendor", 1), encoding="utf-8"
    )
    page = printed(capsys, "catalog", "diff", "catalog.yaml", str(new), "examples/")
    check("printed by `feasilint catalog diff catalog.yaml new.yaml examples/`", page, request)


def test_every_kind_of_doubt_is_explained() -> None:
    explained = set(re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    code = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (entries, readers))
    assert explained == set(re.findall(r'"([a-z]+-[a-z-]+)"', code))


def test_the_bundled_catalog_raises_no_doubts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["catalog", "check", "examples/", "--strict"]) == 0

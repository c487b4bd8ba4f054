"""Catalogs of installed packages: they are found without being imported, and what includes them counts more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from feasilint.catalog import cache
from feasilint.catalog.load import load
from feasilint.catalog.model import Catalog, Mark
from feasilint.errors import CatalogError

ACME = """\
version: 1
include: finance.yaml
latency_classes: {daily: 30h, hourly: 3h}
prices: {currency: EUR, scan_per_tib: 6}
prediction_points: {checkout: {mode: online, max_age: 5s}}
sources:
  - {name: payments.tx, period: 1d, run_time: 20m, columns: {amount: decimal}}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages are installed; one of them would say so if it were imported."""
    site = tmp_path / "site"
    put(site / "acme_catalog" / "__init__.py", "raise SystemExit('imported')\n")
    put(site / "acme_catalog" / "catalog.yaml", ACME)
    put(site / "acme_catalog" / "finance.yaml", "version: 1\nsources: [{name: ledger, latency: daily}]\n")
    put(site / "acme_catalog" / "inner" / "more.yaml", "version: 1\nsources: [{name: more}]\n")
    put(site / "acme_data-1.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: acme-data\nVersion: 1.0\n")
    put(site / "acme_data-1.0.dist-info" / "RECORD", "acme_catalog/catalog.yaml,,\nacme_catalog/inner/more.yaml,,\n")
    put(tmp_path / "project" / "x", "")
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user-cache"))
    monkeypatch.syspath_prepend(str(site))
    return site


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def loaded(text: str) -> Catalog:
    put(Path("catalog.yaml"), f"version: 1\n{text}\n")
    return load("catalog.yaml", cache=False)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as raised:
        loaded(text)
    return raised.value.problems


@pytest.mark.parametrize(
    ("include", "problem"),
    [
        ("package:nope_nope", f"no package called nope_nope is installed beside feasilint ({sys.prefix})"),
        ("package:", "write it as `package:acme_catalog` or `package:acme_catalog/finance.yaml`"),
        ("package:acme_catalog/../x.yaml", "write it as `package:acme_catalog` or `package:acme_catalog/finance.yaml`"),
        ("package:/etc/passwd", "write it as `package:acme_catalog` or `package:acme_catalog/finance.yaml`"),
    ],
)
def test_what_is_not_installed_is_said(site: Path, include: str, problem: str) -> None:
    assert problems(f"include: ['{include}']") == (f"catalog.yaml:2:11: include[0]: {problem}",)


def test_a_file_that_a_package_does_not_have(site: Path) -> None:
    [found] = problems("include: package:acme_catalog/nope.yaml")
    assert found.startswith("catalog.yaml:2:10: include: the package acme_catalog has no nope.yaml; its files are in /")


def test_nothing_is_imported(site: Path) -> None:
    assert len(loaded("include: package:acme_catalog").sources) == 2
    assert "acme_catalog" not in sys.modules


@pytest.mark.parametrize(
    ("include", "names"),
    [
        ("package:acme_catalog", ["payments.tx", "ledger"]),
        ("package:acme_catalog/finance.yaml", ["ledger"]),
        ("package:acme_catalog/inner/*.yaml", ["more"]),
        ("package:acme_catalog.inner/more.yaml", ["more"]),
        ("package:acme-data", ["payments.tx", "ledger"]),
        ("package:acme-data/more.yaml", ["more"]),
    ],
)
def test_files_of_packages_are_found(site: Path, include: str, names: list[str]) -> None:
    assert [source.name for source in loaded(f"include: {include}").sources] == names


def test_what_includes_a_package_counts_more(site: Path) -> None:
    catalog = loaded(
        "include: package:acme_catalog\nlatency_classes: {daily: 40h}\nprices: {scan_per_tib: 5}\n"
        "prediction_points: {checkout: {mode: online, max_age: 1s}}\n"
        "sources: [{name: payments.TX, period: 1h, columns: {amount: {type: float, known_after: 3d}}}, {name: mine}]"
    )
    tx, mine, ledger = catalog.sources
    assert (tx.name, mine.name, ledger.name) == ("payments.TX", "mine", "ledger")
    assert (tx.period, tx.run_time) == (3600, 1200)
    assert (tx.columns["amount"].type, tx.columns["amount"].known_after) == ("float", 3 * 86_400)
    assert ledger.worst_age == 40 * 3600
    assert (catalog.prices.currency, catalog.prices.scan_per_tib) == ("EUR", 5)
    assert [point.max_age for point in catalog.prediction_points] == [1]
    package = (site / "acme_catalog" / "catalog.yaml").as_posix()
    assert tx.overridden == {"period": Mark(package, 7, 33), "columns.amount.type": Mark(package, 7, 70)}
    assert tx.marks["period"] == Mark("catalog.yaml", 6, 31)
    assert tx.marks["run_time"] == Mark(package, 7, 37)


def test_two_packages_must_not_contradict_each_other(site: Path) -> None:
    put(site / "other" / "catalog.yaml", "version: 1\nsources: [{name: payments.tx, period: 2d}]\n")
    [found] = problems("include: [package:acme_catalog, package:other]")
    assert "sources[0].period: '2d' here, but '1d' at " in found
    assert loaded("include: [package:acme_catalog, package:other]\nsources: [{name: payments.tx, period: 3d}]").sources


def test_a_package_that_includes_a_package_counts_more_than_that(site: Path) -> None:
    put(
        site / "other" / "catalog.yaml",
        "version: 1\ninclude: package:acme_catalog\nsources: [{name: payments.tx, period: 2d}]\n",
    )
    assert loaded("include: [package:other]").sources[0].period == 2 * 86_400


def test_a_kept_catalog_notices_that_a_package_changed_or_moved(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(Path("catalog.yaml"), "version: 1\ninclude: package:acme_catalog\n")
    fresh = load("catalog.yaml")
    assert cache.read("catalog.yaml") == fresh
    elsewhere = site.parent / "elsewhere"
    put(elsewhere / "acme_catalog" / "__init__.py", "")
    put(elsewhere / "acme_catalog" / "catalog.yaml", "version: 1\nsources: [{name: moved}]\n")
    monkeypatch.syspath_prepend(str(elsewhere))
    assert cache.read("catalog.yaml") is None
    assert [source.name for source in load("catalog.yaml").sources] == ["moved"]
    put(elsewhere / "acme_catalog" / "catalog.yaml", "version: 1\nsources: [{name: changed}]\n")
    assert [source.name for source in load("catalog.yaml").sources] == ["changed"]


def test_places_in_packages_stay_where_they_are(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(Path("sub/x"), "")
    put(Path("catalog.yaml"), "version: 1\ninclude: package:acme_catalog\n")
    load(str(Path("catalog.yaml").resolve()))
    monkeypatch.chdir("sub")
    assert cache.read("../catalog.yaml") == load("../catalog.yaml", cache=False)

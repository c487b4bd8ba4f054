"""A comment says to which model a file belongs, and where it is judged; it beats the paths of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint import api
from feasilint.findings import Severity

if TYPE_CHECKING:
    from feasilint.result import ScanResult

CATALOG = """\
version: 1
prediction_points:
  checkout: {mode: online, entity: [user_id]}
  nightly: {mode: batch, entity: [user_id]}
models:
  - {name: fraud, paths: [fraud/], prediction_point: checkout}
  - {name: churn, paths: [churn/], prediction_point: nightly}
sources: [{name: shop.orders, availability: production, latency: streaming, kind: events, event_time: ts}]
"""
SQL = "create table t as select user_id, count(distinct item_id) as n from shop.orders group by user_id\n"
POINTS = {Severity.ERROR: "checkout", Severity.WARNING: "nightly"}  # of an aggregate over all history


def scanned(path: str, comment: str = "", catalog: str | None = CATALOG) -> ScanResult:
    return api.scan_files({path: f"-- feasilint: {comment}\n{SQL}" if comment else SQL}, catalog)


def judged(path: str, comment: str = "") -> list[str]:
    return [POINTS[finding.severity] for finding in scanned(path, comment).findings if finding.code == "AGG301"]


def mistakes(comment: str, catalog: str | None = CATALOG) -> list[tuple[str, str]]:
    result = scanned("fraud/a.sql", comment, catalog)
    assert all(one.place.span and one.place.span.line == 1 for one in result.findings if one.code == "FEA006")
    return [(finding.message, finding.help) for finding in result.findings if finding.code == "FEA006"]


def test_without_a_comment_the_path_decides() -> None:
    assert judged("fraud/a.sql") == ["checkout"]
    assert judged("churn/a.sql") == ["nightly"]
    assert judged("other/a.sql") == []  # nothing says that the table holds features


@pytest.mark.parametrize(
    ("path", "comment", "expected"),
    [
        ("other/a.sql", "model=fraud", "checkout"),
        ("fraud/a.sql", "model=churn", "nightly"),
        ("fraud/a.sql", "prediction_point=nightly", "nightly"),
        ("other/a.sql", "prediction_point=checkout", "checkout"),
        ("churn/a.sql", "prediction_point=nightly model=fraud", "nightly"),
        ("fraud/a.sql", "model=nope", "checkout"),
    ],
)
def test_a_comment_beats_the_path(path: str, comment: str, expected: str) -> None:
    assert judged(path, comment) == [expected]


@pytest.mark.parametrize(
    "comment", ["model=fraud", "prediction_point=nightly model=churn", "model=fraud and model = nope"]
)
def test_what_is_no_mistake(comment: str) -> None:
    assert mistakes(comment) == []


def test_without_a_catalog_names_cannot_be_wrong() -> None:
    assert mistakes("model=frod", None) == []
    assert mistakes("modle=fraud", None) != []


@pytest.mark.parametrize(
    ("comment", "message", "advice"),
    [
        ("model=frod", "no model is called `frod`", "did you mean 'fraud'?"),
        ("model=xyz", "no model is called `xyz`", "declared are churn, fraud"),
        ("prediction_point=chekout", "no prediction point is called `chekout`", "did you mean 'checkout'?"),
        ("modle=fraud", "`modle` means nothing in a comment", "did you mean 'model'?"),
        ("ingore[AVL101]", "`ingore` means nothing in a comment", "did you mean 'ignore'?"),
        ("model=fraud model=churn", "this file is said to be `model=fraud` already", "leave one of the two comments"),
    ],
)
def test_mistakes(comment: str, message: str, advice: str) -> None:
    assert mistakes(comment) == [(message, advice)]


def test_where_nothing_is_declared_it_says_where_to() -> None:
    assert mistakes("prediction_point=p", "version: 1\nsources: [{name: shop.orders}]") == [
        ("no prediction point is called `p`", "declare it in the catalog, under `prediction_points:`")
    ]


def test_a_trace_goes_by_the_comment_too(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    (tmp_path / "a.sql").write_text("-- feasilint: model=fraud\n" + SQL)
    found = api.trace("a.sql", "n")
    assert found["features"][0]["targets"][0]["model"] == "fraud"

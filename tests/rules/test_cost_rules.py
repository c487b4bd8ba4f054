"""Costs in findings: money where volumes and prices are declared, and budgets."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files
from feasilint.findings import Finding, Severity

CATALOG = """
version: 1
prediction_points: {{checkout: {{mode: online}}}}
models: [{{name: fraud, paths: ["*"], prediction_point: checkout}}]
sources:
  - name: payments.transactions
    availability: production
    kind: events
    event_time: ts
    period: 1d
    rows_per_day: 50M
    row_bytes: 600
    columns: {{user_id: bigint, ts: timestamp, status: int64}}
    keys: {{user_id: {{distinct: 20M, active_per_day: 8M}}}}
{more}
"""
PRICES = "prices: {currency: USD, scan_per_tib: 6.25}"
FEATURES = (
    "create table ml.user_features as select user_id, {measures} from payments.transactions {where} group by user_id"
)
COUNT = "count(status) as n"
YEAR = "where ts >= current_timestamp - interval '365 days'"


def found(more: str, measures: str = COUNT, where: str = "where ts < current_timestamp") -> list[Finding]:
    files = {"features.sql": FEATURES.format(measures=measures, where=where)}
    return list(scan_files(files, CATALOG.format(more=more)).findings)


def codes(more: str, **fields: str) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in found(more, **fields)]


@pytest.mark.parametrize(
    "more", ["", "prices: {currency: USD, reads_per_million: 1}", "prices: {compute_per_credit: 3}"]
)
def test_no_money_without_a_price_of_the_catalog(more: str) -> None:
    (finding,) = found(more)
    assert finding.suggestion is not None
    assert finding.suggestion.saves.endswith("instead of a history that grows")


def test_what_a_suggestion_saves() -> None:
    (finding,) = found(PRICES)
    assert finding.suggestion is not None
    assert finding.suggestion.saves.partition("; ")[2] == (
        "rescanned once a day: $4,997 -> $909 a year (50M rows/d x 24 B, 5 years of history assumed, $6.25/TiB); kept"
        " instead of rescanned: daily tiles $148, an exact running total $3.49"
    )


def test_nothing_is_saved_where_no_more_than_the_window_is_kept() -> None:
    (finding,) = [one for one in found(f"    retention: 365d\n{PRICES}") if one.code == "AGG301"]
    assert finding.suggestion is not None
    assert (
        "$909 a year, of which bounding alone saves nothing (50M rows/d x 24 B, 365 days kept"
        in finding.suggestion.saves
    )


def test_a_shared_scan_is_saved_once_all_are_bounded() -> None:
    (first, *_) = found(PRICES, measures="count(status) as n, sum(status) as s")
    assert first.suggestion is not None
    assert "$909 a year, once all 2 growing features of the scan are bounded" in first.suggestion.saves


@pytest.mark.parametrize(
    "more",
    [
        f"{PRICES}\nbudgets: {{per_feature: 5_000, per_model: 5_000}}",
        "budgets: {per_feature: 1}",
        f"{PRICES}\nbudgets: {{}}",
    ],
)
def test_within_the_budget(more: str) -> None:
    assert codes(more) == [("AGG301", Severity.WARNING)]


def test_a_lifetime_count_over_budget_is_one_error() -> None:
    (finding,) = found(f"{PRICES}\nbudgets: {{per_feature: 4_000}}")
    assert (finding.code, finding.severity) == ("AGG301", Severity.ERROR)
    assert finding.notes == (
        "AGG312 over-budget: feature `n` costs about $4,997 a year, which is more than its budget of $4,000",
    )


def test_a_window_over_budget() -> None:
    (finding,) = found(f"{PRICES}\nbudgets: {{per_feature: 500}}", where=YEAR)
    assert (finding.code, finding.severity) == ("AGG312", Severity.WARNING)
    facts = dict(finding.facts)
    assert facts["scan"] == (
        "`payments.transactions` once a day (as often as `payments.transactions` is loaded (`period`)):"
        " 50M rows/d x 24 B, window 365 days, $6.25/TiB = $909 a year"
    )
    assert facts["otherwise"] == "daily tiles $148 a year"
    assert [label.place.path for label in finding.labels][-1] == "catalog.yaml"


def test_features_that_share_a_scan_share_its_cost() -> None:
    more = f"{PRICES}\nbudgets: {{per_feature: 500}}"
    assert codes(more, measures="count(status) as n, sum(status) as s", where=YEAR) == []


def test_a_model_over_budget_is_told_once() -> None:
    (finding,) = found(
        f"{PRICES}\nbudgets: {{per_model: 500}}", measures="count(status) as n, sum(status) as s", where=YEAR
    )
    assert (finding.code, finding.model) == ("AGG312", "fraud")
    assert (
        finding.message
        == "the features of `fraud` cost about $909 a year together, which is more than their budget of $500"
    )
    assert dict(finding.facts)["costliest"] == "`n` $454, `s` $454"


def test_an_incremental_model_reads_nothing_again() -> None:
    more = f"{PRICES}\nbudgets: {{per_feature: 500}}"
    query = FEATURES.format(measures=COUNT, where=YEAR).partition(" as ")[2]
    files = {"features.sqlx": f'config {{ type: "incremental", schema: "ml", name: "user_features" }}\n{query}'}
    catalog = CATALOG.format(more=more)
    assert not [one for one in scan_files(files, catalog).findings if one.code == "AGG312"]
    plain = {"features.sqlx": files["features.sqlx"].replace("incremental", "table")}
    assert [one.code for one in scan_files(plain, catalog).findings] == ["AGG312"]

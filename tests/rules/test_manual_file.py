"""Which files and sources are there only because somebody put them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feasilint_rules.manual_file import ManualFile
from rule_subjects import NIGHTLY, ONLINE, context, entry, feature, judge, read

from feasilint.findings import Severity
from feasilint.ir import Source

if TYPE_CHECKING:
    from feasilint.catalog.model import PredictionPoint

MANUAL = ManualFile()


def of_file(name: str, **fields: object) -> object:
    return read(None, source=Source(name, "file", **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "s3://lake/tx.csv", "dbfs:/mnt/tx.csv", "gs://lake/tx.parquet", "/mnt/lake/tx.csv", "/Volumes/main/tx.csv",
        "/data/tx.csv", "hdfs:///data/tx.csv", "{path}", "{folder}/tx.csv", "\\\\share\\tx.csv", "sklearn.iris", "data/tx", "Files/raw/tx.csv",
        "stanford/imdb", "tx", "path/to/tx.csv", "your-data/tx.csv",
    ],
)  # fmt: skip
def test_files_that_may_well_be_in_production(name: str) -> None:
    assert judge(MANUAL, feature(of_file(name))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["table", "url", "api", "stream"])
def test_no_files(kind: str) -> None:
    assert judge(MANUAL, feature(read(None, source=Source("data/tx.csv", kind)))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["data/tx.csv", "rates.xlsx", "/home/anna/tx.parquet"])
def test_without_a_prediction_point_nobody_means_to_call_it(name: str) -> None:
    assert judge(MANUAL, feature(of_file(name), point=None), context(entry())) == []  # type: ignore[arg-type]


def test_a_file_that_the_catalog_knows() -> None:
    assert judge(MANUAL, feature(read(entry("data/tx.csv"), source=Source("data/tx.csv", "file")))) == []


@pytest.mark.parametrize(
    ("name", "what", "severity"),
    [
        ("data/tx.csv", "a local file", Severity.ERROR),
        ("../tx.CSV.gz", "a local file", Severity.ERROR),
        ("C:\\Users\\anna\\tx.csv", "a local file", Severity.ERROR),
        ("~/tx.tsv", "a local file", Severity.ERROR),
        ("data/{year}.csv", "a local file", Severity.ERROR),
        ("rates.xlsx", "a spreadsheet", Severity.ERROR),
        ("s3://lake/rates.xlsx", "a spreadsheet", Severity.ERROR),
        ("data/tx.parquet", "a local file", Severity.WARNING),
        ("/home/anna/tx", "a local file", Severity.WARNING),
    ],
)
def test_files_of_one_computer(name: str, what: str, severity: Severity) -> None:
    (found,) = judge(MANUAL, feature(of_file(name)))  # type: ignore[arg-type]
    assert found.message == f"feature `x` uses `{name}`, {what} that production does not have"
    assert found.severity is severity


def test_a_batch_may_be_given_the_file() -> None:
    (found,) = judge(MANUAL, feature(of_file("data/tx.csv"), point=NIGHTLY))  # type: ignore[arg-type]
    assert found.severity is Severity.WARNING


# --- loaded by hand ---


@pytest.mark.parametrize(
    "fields",
    [
        {"latency": "daily"},
        {"latency": "manual", "kind": "dimension"},
        {"latency": "manual", "kind": "scd2"},
        {"latency": "manual", "kind": "label"},
        {"latency": "manual", "kind": "events", "availability": "vendor"},
        {"latency": "manual", "kind": "events", "availability": "training_only"},
        {"latency": "manual", "kind": "events", "period": 86_400.0},
    ],
)
def test_loaded_by_a_job_or_the_affair_of_others(fields: dict[str, object]) -> None:
    assert judge(MANUAL, feature(read(entry(**fields)))) == []


@pytest.mark.parametrize(
    ("kind", "point", "severity"),
    [
        ("events", ONLINE, Severity.ERROR),
        ("snapshot", NIGHTLY, Severity.WARNING),
        (None, ONLINE, Severity.WARNING),
        ("events", None, Severity.WARNING),
    ],
)
def test_facts_that_are_loaded_by_hand(kind: str | None, point: PredictionPoint | None, severity: Severity) -> None:
    known = entry("finance.rates", latency="manual", kind=kind, reason="typed in")
    (found,) = judge(MANUAL, feature(read(known, "a"), read(known, "b"), point=point))
    assert found.message == "feature `x` uses `finance.rates`, which is loaded by hand"
    assert found.severity is severity
    assert ("reason", "typed in") in found.facts

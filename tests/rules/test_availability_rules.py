from __future__ import annotations

import pytest
from feasilint_rules.post_outcome_column import PostOutcomeColumn
from feasilint_rules.unavailable_source import UnavailableSource
from feasilint_rules.unknown_source import UnknownSource
from feasilint_rules.vendor_source import VendorSource
from rule_subjects import NIGHTLY, at, context, entry, feature, judge, read

from feasilint.catalog.model import ColumnEntry, Mark, Owner
from feasilint.findings import Severity
from feasilint.ir import Source
from feasilint.rule import SourceSubject

UNAVAILABLE, VENDOR, LATE, UNKNOWN = UnavailableSource(), VendorSource(), PostOutcomeColumn(), UnknownSource()
CONFIRMED = ColumnEntry(
    "confirmed", availability="training_only", known_after=60 * 86_400, mark=Mark("catalog.yaml", 11, 7)
)


# --- unavailable-source ---


@pytest.mark.parametrize(
    "given",
    [
        read(None),
        read(entry(availability="unknown")),
        read(entry(availability="production", latency="daily")),
        read(entry(availability="request")),
        read(entry(availability="vendor")),
        read(entry(availability="vendor", latency="none")),
        read(entry(kind="label", availability="training_only")),
        read(entry(columns={"confirmed": CONFIRMED}), "confirmed"),
        read(entry(columns={"score": ColumnEntry("score", availability="training_only")}), "amount"),
        read(entry(availability="training_only", columns={"x": ColumnEntry("x", availability="production")}), "X"),
    ],
)
def test_available_or_another_rules_affair(given: object) -> None:
    assert judge(UNAVAILABLE, feature(given)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("fields", [{"availability": "training_only"}, {"latency": "none"}])
def test_a_source_that_production_does_not_have(fields: dict[str, object]) -> None:
    known = entry("lab.answers", owner=Owner("research", "#research"), reason="a study", **fields)
    (found,) = judge(UNAVAILABLE, feature(read(known, "a"), read(known, "b")))
    assert found.message == "feature `x` uses `lab.answers`, which production does not have"
    assert (found.severity, found.place, found.owner) == (Severity.ERROR, at(3), "#research")
    assert [label.text for label in found.labels] == [
        "read here",
        "feature built here",
        "declared here (owner #research)",
    ]
    assert ("reason", "a study") in found.facts
    assert (found.feature, found.model, found.source, found.column) == ("x", "fraud", "lab.answers", "a")


def test_a_single_column_is_named() -> None:
    known = entry(columns={"score": ColumnEntry("score", availability="training_only", reason="offline")})
    (found,) = judge(UNAVAILABLE, feature(read(known, "SCORE")))
    assert "`payments.transactions.SCORE`, which production does not have" in found.message
    assert ("reason", "offline") in found.facts


@pytest.mark.parametrize(
    ("role", "words"), [("join", "is joined on"), ("where", "is filtered on"), ("strange", "depends on")]
)
def test_what_the_computation_of_a_feature_needs_counts_too(role: str, words: str) -> None:
    (found,) = judge(UNAVAILABLE, feature(read(entry(availability="training_only"), role=role)))
    assert f"feature `x` {words} `" in found.message


def test_values_are_told_before_conditions() -> None:
    known = entry(availability="training_only")
    (found,) = judge(UNAVAILABLE, feature(read(known, "k", role="join"), read(known, "v")))
    assert found.column == "v"


def test_the_replacement_of_the_catalog_is_named() -> None:
    other = entry("prod.answers", latency="hourly")
    (found,) = judge(
        UNAVAILABLE, feature(read(entry(availability="training_only", use_instead="prod.answers"))), context(other)
    )
    assert found.help == "use `prod.answers` (hourly), which the catalog lists instead"


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ((), ""),
        (("AMOUNT", "ts"), "; it has `amount`, but no `mood`"),
        (("amount", "mood"), "; it has `amount` and `mood`"),
        (("ts",), "; it lists no `amount` and `mood`"),
    ],
)
def test_the_replacement_is_named_with_the_columns_that_it_lists(listed: tuple[str, ...], said: str) -> None:
    other = entry("prod.answers", columns={name: ColumnEntry(name) for name in listed})
    known = entry("lab.answers", availability="training_only", use_instead="prod.answers")
    given = feature(read(known, "amount"), read(known, "mood"), read(entry(), "other"))
    (found,) = judge(UNAVAILABLE, given, context(other))
    assert found.help == f"use `prod.answers`, which the catalog lists instead{said}"


def test_an_approximate_path_is_milder() -> None:
    (found,) = judge(UNAVAILABLE, feature(read(entry(availability="training_only"), confidence="approximate")))
    assert (found.severity, found.confidence) == (Severity.WARNING, "approximate")


@pytest.mark.parametrize("point", [None, NIGHTLY])
def test_batch_scoring_does_not_have_it_either(point: object) -> None:
    (found,) = judge(UNAVAILABLE, feature(read(entry(availability="training_only")), point=point))
    assert found.severity is Severity.ERROR


# --- vendor-source ---


@pytest.mark.parametrize(
    "given",
    [
        read(None),
        read(entry(availability="training_only")),
        read(entry(), source=Source("api.bureau.com", "api", vendor="Bureau")),
        read(entry(availability="vendor", columns={"amount": ColumnEntry("amount", availability="production")})),
    ],
)
def test_no_third_party_or_under_contract(given: object) -> None:
    assert judge(VENDOR, feature(given)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["http://localhost:8000/score", "http://scorer/score", "http://scorer.corp.local/x", "<endpoint>"]
)
def test_a_service_of_ones_own_is_no_third_party(name: str) -> None:
    assert not list(VendorSource().check(feature(read(None, source=Source(name, "api"))), context()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (read(entry(availability="vendor")), "a third party's data without"),
        (read(None, source=Source("https://api.bureau.com/v1/scores", "api")), "a third party's data; no"),
        (read(None, source=Source("api.bureau.com", "api", vendor="Bureau")), "Bureau's data; no"),
        (read(entry(availability="unknown"), source=Source("s", "table", vendor="Bureau")), "Bureau's data; no"),
        (read(entry(columns={"amount": ColumnEntry("amount", availability="vendor")})), "a third party's data without"),
    ],
)
def test_third_parties(given: object, said: str) -> None:
    (found,) = judge(VENDOR, feature(given))  # type: ignore[arg-type]
    assert (
        f"{said} {'a production contract' if said.endswith('without') else 'production contract of it'}"
        in found.message
    )
    assert found.severity is (Severity.ERROR if said.endswith("without") else Severity.WARNING), "not declared: milder"


# --- post-outcome-column ---


@pytest.mark.parametrize(
    "given",
    [
        read(None),
        read(entry(columns={"confirmed": CONFIRMED}), "opened_at"),
        read(entry(columns={"opened_at": ColumnEntry("opened_at", known_after=0)}), "opened_at"),
        read(entry(columns={"score": ColumnEntry("score", availability="training_only")}), "score"),
        read(entry(kind="label", columns={"id": ColumnEntry("id", availability="production")}), "id"),
    ],
)
def test_known_in_time(given: object) -> None:
    assert judge(LATE, feature(given)) == []  # type: ignore[arg-type]


def test_a_column_known_later_is_named_with_its_delay() -> None:
    (found,) = judge(LATE, feature(read(entry("raw.cb", columns={"confirmed": CONFIRMED}), "confirmed")))
    assert found.message == "feature `x` uses `raw.cb.confirmed`, which is known 60 days after the event"
    declared = found.labels[-1].place.span
    assert declared is not None
    assert (declared.line, declared.column, declared.end_column) == (11, 7, 16)


def test_each_late_column_is_told_but_a_label_table_once() -> None:
    late = {name: ColumnEntry(name, known_after=3600) for name in ("a", "b")}
    assert len(judge(LATE, feature(*(read(entry(columns=late), name) for name in "ab")))) == 2
    labels = entry(kind="label")
    (found,) = judge(LATE, feature(read(labels, "a"), read(labels, "b")))
    assert "which holds outcomes" in found.message


# --- unknown-source ---


def source(
    name: str = "shop.order", kind: str = "table", features: tuple[str, ...] = ("a",), **fields: object
) -> SourceSubject:
    return SourceSubject(Source(name, kind, **fields), (at(3), at(8)), features)  # type: ignore[arg-type]


ORDERS = entry("shop.orders")


@pytest.mark.parametrize(
    "subject",
    [
        source("shop.orders"),
        source(features=()),
        source(kind="inline"),
        source(kind="request"),
        source(kind="api"),
        source("feed", kind="url", vendor="Bureau"),
        source("shop.{name}"),
        source("sys.objects"),
        source("shop.information_schema.columns"),
        source("PATH/TO/DATA/FILE", kind="file"),
        source("/path/to/tx.csv", kind="file"),
        source("path_to_csv", kind="file"),
        source("s3://your-bucket/tx.csv", kind="file"),
        source("https://shop.net/<name>.csv", kind="url"),
    ],
)
def test_known_or_nothing_that_a_catalog_should_have(subject: SourceSubject) -> None:
    assert judge(UNKNOWN, subject, context(ORDERS)) == []


def test_without_a_catalog_the_rule_is_silent() -> None:
    assert judge(UNKNOWN, source()) == []


def test_an_unknown_source_is_told_with_its_features_and_neighbours() -> None:
    (found,) = judge(UNKNOWN, source(features=("a", "b", "c", "d")), context(ORDERS))
    assert found.message == "the catalog does not know `shop.order`, which `a`, `b`, `c` and 1 more are made of"
    assert found.severity is Severity.WARNING
    assert "nearest: `shop.orders`" in (found.help or "")
    assert [label.place for label in found.labels] == [at(3), at(8)]


@pytest.mark.parametrize("name", ["paths/to/tx.csv", "xpath/to.csv", "data/your.csv", "path/tx.csv", "path/torch.csv"])
def test_a_path_that_is_no_blank(name: str) -> None:
    assert len(judge(UNKNOWN, source(name, kind="file"), context(ORDERS))) == 1


@pytest.mark.parametrize("name", ["shop.order", "s3://lake/tx/*.parquet", "data/it's here.csv", "2024"])
def test_the_lines_to_add_are_a_valid_catalog(name: str) -> None:
    from feasilint.catalog.load import load_text

    (found,) = judge(UNKNOWN, source(name, kind="file"), context(ORDERS))
    assert found.suggestion is not None
    assert found.suggestion.language == "yaml"
    (added,) = load_text("version: 1\n" + found.suggestion.code, "catalog.yaml").sources
    assert added.name == name

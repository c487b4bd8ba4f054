"""Which flags of a catalog forbid a feature, and which are no affair of it."""

from __future__ import annotations

import pytest
from feasilint_rules.restricted_data import RestrictedData
from rule_subjects import NIGHTLY, entry, feature, judge, read, unbounded, windowed

from feasilint.catalog.model import ColumnEntry, Owner, SourceEntry
from feasilint.findings import Severity

RESTRICTED = RestrictedData()


def flagged(*flags: str, **columns: tuple[str, ...]) -> SourceEntry:
    """A source with flags, and flags of its columns."""
    return entry(flags=flags, columns={name: ColumnEntry(name, flags=said) for name, said in columns.items()})


@pytest.mark.parametrize(
    "given",
    [
        read(None),
        read(entry()),
        read(flagged(email=("pii",))),
        read(flagged("pii", email=("pii",))),
        read(flagged("pii"), "user_id", "group_by"),
        read(flagged("pii"), "*"),
        read(flagged(amount=("nightly", "finance", "view"))),
        read(flagged(amount=("non-pii",))),
        read(flagged(amount=("pii=false",))),
        read(flagged(amount=("classification=public",))),
        read(flagged(amount=("apiidentifiers",))),
        read(flagged(amount=("case_sensitive",))),
        read(flagged(amount=("pii",)), role="join"),
    ],
)
def test_nothing_that_is_restricted(given: object) -> None:
    assert judge(RESTRICTED, feature(given)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("function", ["count", "count_distinct"])
def test_a_count_says_nothing_about_a_person(function: str) -> None:
    counted = unbounded(function, arguments=("amount",))
    assert judge(RESTRICTED, feature(read(flagged(amount=("pii",))), aggregations=(counted,))) == []


def test_a_count_beside_the_value_itself_does() -> None:
    measures = unbounded("count", arguments=("amount",)), windowed("max", arguments=("amount",))
    assert len(judge(RESTRICTED, feature(read(flagged(amount=("pii",))), aggregations=measures))) == 1


@pytest.mark.parametrize(
    "flag", ["pii", "PII", "pii.email", "governance.pii=true", "Sensitive", "special_category", "policy tag", "no-ml"]
)
def test_a_flagged_column(flag: str) -> None:
    known = flagged(amount=(flag,))
    (found,) = judge(RESTRICTED, feature(read(known), read(known, "currency")))
    assert found.message == (
        f"feature `x` is made of `payments.transactions.amount`, which the catalog flags as `{flag}`"
    )
    assert found.severity is Severity.ERROR


def test_every_flagged_column_is_told() -> None:
    known = flagged(a=("pii",), b=("phi",))
    assert [found.column for found in judge(RESTRICTED, feature(read(known, "a"), read(known, "b")))] == ["a", "b"]


def test_a_purpose_binds_all_columns_and_counts_too() -> None:
    known = entry("web.profiles", flags=("consent: newsletters",), owner=Owner(contact="#privacy"))
    counted = unbounded("count", arguments=("a",))
    (found,) = judge(RESTRICTED, feature(read(known, "a"), read(known, "b"), aggregations=(counted,), point=NIGHTLY))
    assert found.message == "feature `x` is made of `web.profiles`, which the catalog flags as `consent: newsletters`"
    assert found.severity is Severity.ERROR
    assert "have #privacy clear it" in str(found.help)


def test_personal_data_somewhere_in_a_source_is_a_remark() -> None:
    (found,) = judge(RESTRICTED, feature(read(flagged("pii"), "a"), read(flagged("pii"), "b")))
    assert found.message.endswith("which the catalog flags as `pii`, but none of its columns")
    assert found.severity is Severity.INFO
    assert "flag the columns of `payments.transactions`" in str(found.help)

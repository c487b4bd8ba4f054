from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.errors import UsageError
from feasilint.findings import Severity
from feasilint.report.rulebook import explain, named, render, summary
from feasilint.rule import Context, Example, Finding, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator


class Late(Rule):
    """A source is late.

    ## What it does
    Looks at the clock.
    """

    code = "LAT901"
    name = "late-source"
    scope = "source"
    severity = Severity.ERROR
    batch = None
    since = "0.1.0"
    examples = (
        Example("in time", {"a.sql": "select 1", "catalog.yaml": "version: 1"}, flagged=0),
        Example("late", {"a.sql": "select 2", "catalog.yaml": "version: 1"}),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        return iter(())


class Early(Late):
    """A source is early."""

    code = "LAT902"
    name = "early-source"
    batch = Severity.ERROR
    examples = ()


RULES = (Late(), Early())


def test_no_rules_are_no_lines() -> None:
    assert render(()) == ""


def test_the_list_is_aligned() -> None:
    assert render(RULES) == (
        "LAT901  late-source   error, silent in batch  A source is late.\n"
        "LAT902  early-source  error                   A source is early.\n"
    )


def test_an_explanation_shows_a_reported_and_an_accepted_example() -> None:
    assert explain(RULES[0]).split("\n\n")[1:] == [
        "A source is late.",
        "## What it does\nLooks at the clock.",
        "Reported: late\n  a.sql\n    select 2\n  catalog.yaml\n    version: 1",
        "Accepted: in time\n  a.sql\n    select 1\n  catalog.yaml as above\n",
    ]


def test_the_summary_is_the_first_line() -> None:
    assert summary(RULES[0]) == "A source is late."


@pytest.mark.parametrize("word", ["LAT902", "lat902", "early-source", " Early-Source "])
def test_a_rule_has_two_names(word: str) -> None:
    assert named(word, RULES).code == "LAT902"


def test_a_word_like_no_name_gets_no_proposal() -> None:
    with pytest.raises(UsageError, match=r"^no rule is called `xyzzy`; `feasilint rules` lists all$"):
        named("xyzzy", RULES)

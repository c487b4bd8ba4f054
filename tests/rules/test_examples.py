"""The examples of every rule, through the whole pipeline: they are its tests and its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.registry import rules
from feasilint.testing import failures, outcome

if TYPE_CHECKING:
    from feasilint.rule import Example, Rule

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{example.title}") for rule in rules() for example in rule.examples
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    assert outcome(rule, example) == ""


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_documentation(rule: Rule) -> None:
    assert [str(failure) for failure in failures(rule) if not failure.example] == []

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from feasilint.registry import GROUP, load, rules
from feasilint.rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.rule import Context, Finding, Subject


class Good(Rule):
    """Never finds anything."""

    code = "XYZ900"
    name = "never-finds"
    scope = "feature"
    severity = batch = Severity.WARNING
    since = "0.1.0"

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        yield from ()


class Lowercase(Good):
    code = "xyz900"


class Spaced(Good):
    name = "Never Finds"


class Impostor(Good):
    code = "AVL101"


class Undeclared(Rule):
    code = "XYZ901"

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        yield from ()


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> str:
    """The classes above as an installed module."""
    module = ModuleType("third_party_rules")
    for made in (Good, Lowercase, Spaced, Undeclared, Impostor):
        setattr(module, made.__name__, made)
    module.NotARule = str  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module.__name__


def point(plugin: str, name: str, attribute: str) -> EntryPoint:
    return EntryPoint(name, f"{plugin}:{attribute}", GROUP)


def test_nothing_registered_is_no_error() -> None:
    assert load([]).rules == ()


def test_a_point_listed_twice_is_one_rule(plugin: str) -> None:
    """Distributions can be seen twice, through a path that is listed twice."""
    assert len(load([point(plugin, "XYZ900", "Good")] * 2).rules) == 1


def test_loads_instances(plugin: str) -> None:
    (rule,) = load([point(plugin, "XYZ900", "Good")]).rules
    assert isinstance(rule, Good)


@pytest.mark.parametrize(
    ("name", "attribute", "problem"),
    [
        ("XYZ900", "Missing", "cannot be loaded: .*Missing"),
        ("XYZ900", "NotARule", "is no subclass of feasilint.rule.Rule"),
        ("XYZ901", "Undeclared", "does not declare name, scope, severity, batch, since"),
        ("XYZ902", "Good", "has the code XYZ900; it must be registered under it"),
        ("xyz900", "Lowercase", "has the code 'xyz900'"),
        ("XYZ900", "Spaced", "is called 'Never Finds'; a name is kebab-case"),
    ],
)
def test_broken_rules_say_what_is_wrong(plugin: str, name: str, attribute: str, problem: str) -> None:
    found = load([point(plugin, name, attribute), point(plugin, "XYZ900", "Good")])
    [told] = found.problems
    assert re.search(problem, told)
    assert [rule.code for rule in found.rules] == ["XYZ900"]


def test_two_rules_with_one_code(plugin: str) -> None:
    other = EntryPoint("XYZ900", f"{plugin}:Good ", GROUP)
    found = load([point(plugin, "XYZ900", "Good"), other])
    assert [rule.code for rule in found.rules] == ["XYZ900"]
    assert "two rules have the code XYZ900" in found.problems[0]


def test_nobody_takes_the_code_of_a_built_in_rule(plugin: str) -> None:
    built_in = [point for point in entry_points(group=GROUP) if point.name == "AVL101"]
    found = load([EntryPoint("AVL101", f"{plugin}:Impostor", GROUP), *built_in])
    assert type(found.rules[0]).__module__.startswith("feasilint_rules.")
    assert "two rules have the code AVL101" in found.problems[0]


def test_built_in_rules_are_registered_like_any_others() -> None:
    installed = rules()
    codes = [rule.code for rule in installed]
    assert codes == sorted(codes)
    assert {"AVL101", "AVL102", "AVL103", "AVL109", "LAT201", "LAT202", "LAT203", "AGG301", "AGG304", "FEA001"} <= set(
        codes
    )
    assert rules() is installed


def test_file_names_follow_rule_names() -> None:
    for rule in rules():
        module = type(rule).__module__
        if module.startswith("feasilint_rules."):
            assert module == f"feasilint_rules.{rule.name.replace('-', '_')}"


def test_superseded_codes_are_no_typos() -> None:
    codes = {rule.code for rule in rules()}
    families = {code[:4] for code in codes}
    for rule in rules():
        assert all(code in codes or code[:4] in families or code.startswith("SKW") for code in rule.supersedes)
        assert rule.code not in rule.supersedes

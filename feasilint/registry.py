"""Which rules there are: all that installed distributions register in the entry-point group `feasilint.rules`.

An entry point is named after its rule's code and points to the class. The built-in rules come the same way as anybody's.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from feasilint.errors import RuleError
from feasilint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

GROUP = "feasilint.rules"
_CODE = re.compile(r"[A-Z]{3,}\d{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DECLARED = ("code", "name", "scope", "severity", "batch", "since")


@cache
def rules() -> tuple[Rule, ...]:
    """Every installed rule, by code. RuleError for one that cannot be loaded or declares itself wrongly."""
    return load(entry_points(group=GROUP))


def load(points: Iterable[EntryPoint]) -> tuple[Rule, ...]:
    """The rules behind these entry points, by code."""
    found: dict[str, tuple[Rule, EntryPoint]] = {}
    for point in sorted(set(points), key=lambda point: (point.name, point.value)):
        rule = _load(point)
        if rule.code in found:
            raise RuleError(f"two rules have the code {rule.code}: {found[rule.code][1].value} and {point.value}")
        found[rule.code] = (rule, point)
    return tuple(rule for _, (rule, _) in sorted(found.items()))


def _load(point: EntryPoint) -> Rule:
    try:
        made = point.load()()
    except Exception as error:
        raise RuleError(f"the rule {point.name} ({point.value}) cannot be loaded: {error}") from error
    problem = _problem(point.name, made)
    if problem:
        raise RuleError(f"the rule {point.name} ({point.value}) {problem}")
    assert isinstance(made, Rule)
    return made


def _problem(registered: str, made: object) -> str:
    if not isinstance(made, Rule):
        return "is no subclass of feasilint.rule.Rule"
    missing = [name for name in _DECLARED if not hasattr(made, name)]
    if missing:
        return f"does not declare {', '.join(missing)}"
    if not _CODE.fullmatch(made.code):
        return f"has the code {made.code!r}; a code is three or more capitals and three digits"
    if made.code != registered:
        return f"has the code {made.code}; it must be registered under it"
    if not _NAME.fullmatch(made.name):
        return f"is called {made.name!r}; a name is kebab-case"
    return ""

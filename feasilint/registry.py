"""Which rules there are: all that installed distributions register in the entry-point group `feasilint.rules`.

An entry point is named after its rule's code and points to the class. The built-in rules come the same way as anybody's.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.errors import RuleError
from feasilint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

GROUP = "feasilint.rules"
_OWN = "feasilint"
_CODE = re.compile(r"[A-Z]{3,}\d{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DECLARED = ("code", "name", "scope", "severity", "batch", "since")


class Registry(Struct, frozen=True):
    """The installed rules by code. `problems`: what cannot be loaded, in words; `homes`: the distribution of each code."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[str, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)


def rules() -> tuple[Rule, ...]:
    """Every installed rule that can be loaded, by code."""
    return installed().rules


@cache
def installed() -> Registry:
    """Every installed rule. One that cannot be loaded, or declares itself wrongly, costs nothing but itself."""
    return load(entry_points(group=GROUP))


def load(points: Iterable[EntryPoint]) -> Registry:
    """The rules behind these entry points. Of two with one code the built-in one counts, else the first by name."""
    found: dict[str, tuple[Rule, EntryPoint]] = {}
    problems: list[str] = []
    for point in sorted(set(points), key=lambda point: (_home(point) != _OWN, point.name, point.value)):
        try:
            rule = _load(point)
            if rule.code in found:
                raise RuleError(f"two rules have the code {rule.code}: {found[rule.code][1].value} and {point.value}")
            found[rule.code] = (rule, point)
        except RuleError as error:
            problems.append(str(error))
    ordered = sorted(found)
    homes = {code: _home(found[code][1]) for code in ordered}
    return Registry(tuple(found[code][0] for code in ordered), tuple(problems), homes)


def _home(point: EntryPoint) -> str:
    """The distribution that registers an entry point; its top-level package if that is unknown."""
    return point.dist.name if point.dist is not None else point.value.partition(":")[0].partition(".")[0]


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

"""How the examples of a package of rules came out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.errors import UsageError
from feasilint.report.screen import visible
from feasilint.report.summary import plural
from feasilint.testing import declared_failures, failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.registry import Registry
    from feasilint.rule import Rule

_OWN = "feasilint"


class Report(Struct, frozen=True):
    """The text, and whether anything does not hold."""

    text: str
    failed: bool


def render(registry: Registry, package: str | None = None) -> Report:
    """One line for each rule, and below it what does not hold. UsageError if the package has no rules."""
    chosen = [rule for rule in registry.rules if _is_of(rule, registry, package)]
    problems = [problem for problem in registry.problems if package is None or _folded(package) in _folded(problem)]
    if not chosen and not problems:
        raise UsageError(_none(registry, package))
    told = {rule.code: [str(failure) for failure in failures(rule)] for rule in chosen}
    return _report(chosen, told, problems)


def render_declared(path: str) -> Report:
    """The same for the rules that a catalog declares. UsageError if it declares none."""
    from feasilint.catalog.load import load
    from feasilint.declared import declared
    from feasilint.registry import rules

    chosen = declared(load(path), rules())
    if not chosen:
        raise UsageError(f"{path} declares no rules")
    text = Path(path).read_text(encoding="utf-8-sig")
    return _report(chosen, {rule.code: [*map(str, declared_failures(rule, text))] for rule in chosen}, [])


def _report(chosen: Sequence[Rule], told: dict[str, list[str]], problems: list[str]) -> Report:
    lines = [line for rule in chosen for line in _lines(rule, told[rule.code])]
    failed = len(problems) + sum(map(len, told.values()))
    summary = f"{plural(len(chosen), 'rule')}: {'all examples hold' if not failed else plural(failed, 'problem')}"
    text = "".join(f"{visible(line)}\n" for line in [*lines, *problems, summary])
    return Report(text, bool(failed))


def _lines(rule: Rule, failed: list[str]) -> Iterator[str]:
    verdict = "fails" if failed else "holds"
    yield f"{rule.code} {rule.name}: {plural(len(rule.examples), 'example')}, {verdict}"
    yield from (f"  {message}" for message in failed)


def _is_of(rule: Rule, registry: Registry, package: str | None) -> bool:
    """Whether a rule is in a package, named as it is installed or as it is imported."""
    home = registry.homes.get(rule.code, "")
    if package is None:
        return home != _OWN
    module = type(rule).__module__.partition(".")[0]
    return _folded(package) in (_folded(home), _folded(module))


def _none(registry: Registry, package: str | None) -> str:
    homes = sorted(set(registry.homes.values()))
    if package is None:
        return "no package of rules is installed besides the built-in one; name a package to test it"
    return f"no rules are installed from a package called {package!r}; there are those of {', '.join(homes)}"


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

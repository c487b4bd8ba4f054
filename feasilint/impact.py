"""A change of the catalog seen as impact: which findings about which features it brings, takes away, worsens or softens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.check import position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.findings import Finding, Severity

Effect: TypeAlias = Literal["breaks", "worsens", "improves", "heals"]
_EFFECTS: tuple[Effect, ...] = ("breaks", "worsens", "improves", "heals")
_Key: TypeAlias = tuple[object, ...]


class Impact(Struct, frozen=True):
    """What happens to one finding. `before`, `after`: its severity, None where there is none; `features`: whom it concerns."""

    effect: Effect
    finding: Finding
    before: Severity | None
    after: Severity | None
    features: tuple[str, ...]


def impacts(before: Iterable[Finding], after: Iterable[Finding]) -> list[Impact]:
    """The differences between the findings under two catalogs: what breaks first, each kind by place.

    A finding that is told of several features is looked at for each of them, so that it may heal for one alone.
    """
    old, new = _by_fact(before), _by_fact(after)
    groups: dict[_Key, list[_Key]] = {}
    for fact in {**new, **old}:
        was, now = _severity(old.get(fact)), _severity(new.get(fact))
        if was != now:
            groups.setdefault((*fact[1:], was, now), []).append(fact)
    found = [_impact(facts, old, new) for facts in groups.values()]
    return sorted(
        found, key=lambda impact: (_EFFECTS.index(impact.effect), -impact.finding.severity, *position(impact.finding))
    )


def _impact(facts: list[_Key], old: dict[_Key, Finding], new: dict[_Key, Finding]) -> Impact:
    first = facts[0]
    was, now = _severity(old.get(first)), _severity(new.get(first))
    effect: Effect = "heals" if now is None else "breaks" if was is None else "worsens" if now > was else "improves"
    features = tuple(str(fact[0]) for fact in facts if fact[0] is not None)
    return Impact(effect, new.get(first) or old[first], was, now, features)


def _severity(finding: Finding | None) -> Severity | None:
    return None if finding is None else finding.severity


def _by_fact(findings: Iterable[Finding]) -> dict[_Key, Finding]:
    """Findings by feature and by what they are about; of several about one thing the worst."""
    found: dict[_Key, Finding] = {}
    for finding in findings:
        for feature in _features(finding):
            key = (feature, finding.code, finding.place, finding.source)
            if key not in found or found[key].severity < finding.severity:
                found[key] = finding
    return found


def _features(finding: Finding) -> tuple[str | None, ...]:
    """All features that a finding is told of."""
    every = dict(finding.facts).get("features")
    return tuple(every[1:-1].split("`, `")) if every else (finding.feature,)

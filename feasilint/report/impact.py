"""What a change of the catalog does to features, as text, as Markdown for a review, and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from feasilint.report.belief import written
from feasilint.report.markup import inline
from feasilint.report.places import at
from feasilint.report.screen import shorten, visible
from feasilint.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.care.change import Change
    from feasilint.impact import Impact
    from feasilint.result import ScanResult

SCHEMA = "feasilint.impact/1"
_HEADS = {"breaks": "Breaks", "worsens": "Gets worse", "improves": "Gets better", "heals": "Heals"}
_VERBS = {
    "breaks": ("breaks", "break"),
    "worsens": ("gets worse", "get worse"),
    "improves": ("gets better", "get better"),
    "heals": ("heals", "heal"),
}
_WIDEST = 60


def render(changes: Sequence[Change], impacts: Sequence[Impact], after: ScanResult) -> str:
    """The changes of the catalog, and under a head for each effect the findings."""
    lines = [*(_said(change) for change in changes), *_listed(impacts), _summary(impacts, after)]
    return "".join(f"{visible(line)}\n" for line in lines)


def render_markdown(changes: Sequence[Change], impacts: Sequence[Impact], after: ScanResult) -> str:
    """The same for the comment of a review."""
    lines = [f"**{inline(_summary(impacts, after))}**", ""]
    for effect, head in _HEADS.items():
        found = [impact for impact in impacts if impact.effect == effect]
        if found:
            lines += [f"### {head}", "", *(f"- {inline(_line(impact))}" for impact in found), ""]
    if changes:
        lines += ["### What changed", "", *(f"- {inline(_said(change))}" for change in changes), ""]
    return "\n".join(lines)


def render_json(changes: Sequence[Change], impacts: Sequence[Impact], after: ScanResult) -> str:
    """The same in the schema `feasilint.impact/1`."""
    content = {
        "schema": SCHEMA,
        "changes": [
            {
                "noun": change.noun,
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "keys": {key: {"before": one, "after": other} for key, (one, other) in change.keys.items()},
            }
            for change in changes
        ],
        "impacts": [
            {
                "effect": impact.effect,
                "code": impact.finding.code,
                "severity_before": None if impact.before is None else impact.before.word,
                "severity_after": None if impact.after is None else impact.after.word,
                "at": at(impact.finding.place),
                "path": impact.finding.place.path,
                "features": list(impact.features),
                "model": impact.finding.model,
                "source": impact.finding.source,
                "owner": impact.finding.owner,
                "message": impact.finding.message,
            }
            for impact in impacts
        ],
        "features": after.features,
    }
    return json.dumps(content, indent=2) + "\n"


def _said(change: Change) -> str:
    """`source a.b: latency daily -> hourly, + owner #x`."""
    if not change.before or not change.after:
        return f"{change.noun} {change.name}: {'added' if change.after else 'removed'}"
    return f"{change.noun} {change.name}: {', '.join(_key(key, *values) for key, values in change.keys.items())}"


def _key(key: str, before: object, after: object) -> str:
    if before is None or after is None:
        return f"{'+' if before is None else '-'} {key} {_short(after if before is None else before)}"
    return f"{key} {_short(before)} -> {_short(after)}"


def _short(value: object) -> str:
    return shorten(written(value), _WIDEST)


def _listed(impacts: Sequence[Impact]) -> Iterator[str]:
    for effect, head in _HEADS.items():
        found = [impact for impact in impacts if impact.effect == effect]
        if found:
            yield f"{head}:"
            yield from (f"  {_line(impact)}" for impact in found)


def _line(impact: Impact) -> str:
    """The severity or its change, the code, the place, the message and whom to ask."""
    before, after = (None if one is None else one.word for one in (impact.before, impact.after))
    level = f"{before} -> {after}" if before and after else before or after
    owner = f" (owner {impact.finding.owner})" if impact.finding.owner else ""
    return f"{level} {impact.finding.code} {at(impact.finding.place)}: {impact.finding.message}{owner}"


def _summary(impacts: Sequence[Impact], after: ScanResult) -> str:
    """`of 23 features in 5 files: 2 break, 1 heals`."""
    of = f"{plural(after.features, 'feature')} in {plural(len(after.documents), 'file')}"
    touched = {effect: _touched(impacts, effect) for effect in _HEADS}
    said = [f"{count} {_VERBS[effect][count != 1]}" for effect, count in touched.items() if count]
    return f"of {of}: {', '.join(said)}" if said else f"nothing changes for {of}"


def _touched(impacts: Sequence[Impact], effect: str) -> int:
    """How many features of how many places an effect is on; a finding about no feature counts as one."""
    found = (impact for impact in impacts if impact.effect == effect)
    return len({(one.finding.place.path, name) for one in found for name in one.features or (one.finding.message,)})

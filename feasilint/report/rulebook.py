"""The installed rules: a list of them, and one of them explained."""

from __future__ import annotations

import json
from difflib import get_close_matches
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from feasilint.errors import UsageError
from feasilint.report.paint import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.findings import Severity
    from feasilint.report.paint import Painter
    from feasilint.rule import Example, Rule


def render(rules: Iterable[Rule]) -> str:
    """One line per rule: code, name, severities, first sentence."""
    rows = [(rule.code, rule.name, _severities(rule), summary(rule)) for rule in rules]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = ("  ".join([*(cell.ljust(size) for cell, size in zip(row, widths, strict=False)), row[3]]) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def render_json(rules: Iterable[Rule]) -> str:
    """The rules as a JSON list, docstrings included."""
    return json.dumps([_described(rule) for rule in rules], indent=2) + "\n"


def named(wanted: str, rules: Iterable[Rule]) -> Rule:
    """The rule with this code or name, in any case; UsageError with the nearest ones if there is none."""
    known = {key: rule for rule in rules for key in (rule.code.lower(), rule.name)}
    rule = known.get(wanted.strip().lower())
    if rule is None:
        near = get_close_matches(wanted.strip().lower(), known, n=1, cutoff=0.5)
        suggestion = f"; did you mean `{known[near[0]].code}` ({known[near[0]].name})?" if near else ""
        raise UsageError(f"no rule is called `{wanted}`{suggestion}; `feasilint rules` lists all")
    return rule


def explain(rule: Rule, paint: Painter = plain) -> str:
    """The rule's documentation with its first flagged example and its first accepted one."""
    parts = [
        f"{paint(f'{rule.code} {rule.name}', 'strong')}",
        f"{_severities(rule)}; since {rule.since}",
        "",
        *(paint(line, "strong") if line.startswith("#") else line for line in cleandoc(rule.__doc__ or "").split("\n")),
    ]
    told: set[tuple[str, str]] = set()
    for heading, example in _shown(rule.examples):
        parts += ["", paint(f"{heading}: {example.title}", "strong"), *_listing(example, told, paint)]
        told.update(example.files.items())
    return "\n".join(parts).rstrip() + "\n"


def summary(rule: Rule) -> str:
    """The first line of a rule's docstring."""
    return cleandoc(rule.__doc__ or "").split("\n", 1)[0]


def _severities(rule: Rule) -> str:
    """`error, warning in batch`; one word where batch changes nothing."""
    if rule.batch is rule.severity:
        return rule.severity.word
    return f"{rule.severity.word}, {_word(rule.batch)} in batch"


def _word(severity: Severity | None) -> str:
    return severity.word if severity else "silent"


def _shown(examples: tuple[Example, ...]) -> Iterator[tuple[str, Example]]:
    for heading, flagged in (("Reported", True), ("Accepted", False)):
        example = next((example for example in examples if bool(example.flagged) is flagged), None)
        if example:
            yield heading, example


def _listing(example: Example, told: set[tuple[str, str]], paint: Painter) -> Iterator[str]:
    """The files of an example; one that was shown before is only named."""
    for path, content in example.files.items():
        if (path, content) in told:
            yield f"  {path} as above"
            continue
        yield f"  {path}"
        for line in cleandoc(content).split("\n"):
            yield f"    {paint(line, 'code')}".rstrip()


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "scope": rule.scope,
        "severity": rule.severity.word,
        "batch": rule.batch.word if rule.batch else None,
        "since": rule.since,
        "supersedes": list(rule.supersedes),
        "summary": summary(rule),
        "documentation": cleandoc(rule.__doc__ or ""),
    }

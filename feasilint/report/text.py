"""Findings for people, in a terminal: header, code frames, facts, what to do instead; then one line that sums up."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from feasilint.findings import Severity
from feasilint.report.frames import frames
from feasilint.report.paint import plain
from feasilint.report.places import Texts
from feasilint.report.screen import visible
from feasilint.report.summary import advice, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.findings import Finding, Suggestion
    from feasilint.report.paint import Painter, Role
    from feasilint.result import ScanResult

_MAX_COLUMNS = 120
_ROLES: dict[Severity, Role] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}


def render(result: ScanResult, *, paint: Painter = plain) -> str:
    """The whole report, ending in a newline."""
    texts = Texts({**result.upstream, **result.documents})
    parts = ["\n".join(finding_lines(finding, texts, paint)) for finding in result.findings]
    parts.append("\n".join(_closing(result, paint)))
    return "\n\n".join(parts) + "\n"


def finding_lines(finding: Finding, texts: Texts, paint: Painter = plain) -> Iterator[str]:
    """One finding: header, frames, facts, notes, help and suggestion."""
    yield _header(finding, paint)
    drawn = frames(finding, texts)
    yield from drawn.lines(paint)
    indent = " " * (drawn.margin + 1)
    for name, text in (*finding.facts, *(("note", note) for note in finding.notes)):
        yield from _fact(name, text, indent, paint)
    if finding.help:
        yield f"{paint('help', 'help')}: {visible(finding.help)}"
    if finding.suggestion:
        yield from _suggestion(finding.suggestion, indent, paint)


def _header(finding: Finding, paint: Painter) -> str:
    tail = " (approximate)" if finding.confidence == "approximate" else ""
    severity = paint(f"{finding.code} {finding.severity.word}", _ROLES[finding.severity])
    return f"{severity}: {paint(visible(finding.message), 'strong')}{tail}"


def _fact(name: str, text: str, indent: str, paint: Painter) -> Iterator[str]:
    """`= path: …`, wrapped under its own text."""
    name = visible(name)
    hanging = f"{indent}  "
    room = _MAX_COLUMNS - len(hanging)
    first, *others = wrap(f"{name}: {visible(text)}", room, break_long_words=False, break_on_hyphens=False) or [
        f"{name}:"
    ]
    yield f"{indent}{paint('=', 'gutter')} {paint(name, 'strong')}{first[len(name) :]}"
    for line in others:
        yield f"{hanging}{line}"


def _suggestion(suggestion: Suggestion, indent: str, paint: Painter) -> Iterator[str]:
    yield f"{paint('try', 'help')}: {visible(suggestion.title)}"
    if suggestion.code:
        bar = f"{indent}{paint('|', 'gutter')}"
        yield bar
        for line in suggestion.code.rstrip("\n").split("\n"):
            yield f"{bar} {paint(visible(line), 'code')}" if line.strip() else bar
        yield bar
    if suggestion.saves:
        yield from _fact("saves", suggestion.saves, indent, paint)


def _closing(result: ScanResult, paint: Painter) -> Iterator[str]:
    for error in result.errors:
        yield f"{paint('failed', 'error')}: {visible(error)}"
    yield paint(sentence(result), "strong")
    for line in advice(result):
        yield f"{paint('hint', 'help')}: {visible(line)}"

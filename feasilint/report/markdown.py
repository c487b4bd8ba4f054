"""The body of a pull-request comment: one sentence, a small table, everything else folded away.

Findings that do not fit into GitHub's limit are left out, the last ones first, and the comment says how many.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.findings import Severity
from feasilint.report.frames import frames
from feasilint.report.markup import block, code, inline, words
from feasilint.report.paint import plain
from feasilint.report.places import Texts
from feasilint.report.screen import shorten, visible
from feasilint.report.summary import advice, counts, plural, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.findings import Finding
    from feasilint.result import ScanResult

LIMIT = 65_536
TAG = "<!-- feasilint -->"
_RESERVE = 400  # for the line that says what was left out
_CELL = 300  # characters of one table cell before markup
_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}  # noqa: RUF001
_HEAD = "| | Feature | Where | Why | Owner | Try instead |\n| --- | --- | --- | --- | --- | --- |"


def render(result: ScanResult, *, limit: int = LIMIT) -> str:
    """The comment, at most `limit` characters long; ends in a newline."""
    texts = Texts({**result.upstream, **result.documents})
    opening = f"{TAG}\n{headline(result)}"
    closing = _closing(result, limit // 4)
    room = limit - len(opening) - len(closing) - len(_HEAD) - _RESERVE
    rows: list[str] = []
    details: list[str] = []
    for finding in result.findings:
        row, detail = _row(finding, texts), _details(finding, texts)
        needed = len(row) + len(detail) + 3
        if needed > room:
            break
        room -= needed
        rows.append(row)
        details.append(detail)
    left_out = len(result.findings) - len(rows)
    parts = [opening, "\n".join([_HEAD, *rows]) if rows else "", "\n".join(details), _left_out(left_out), closing]
    return "\n\n".join(filter(None, parts)) + "\n"


def headline(result: ScanResult) -> str:
    """One sentence: how many features need a change, or that none does."""
    total = counts(result)
    if not total.findings:
        return f"**feasilint found nothing that speaks against {_judged(result)}.**"
    concerned = {
        (name, finding.model or finding.place.path)
        for finding in result.findings
        if finding.severity > Severity.INFO
        for name in _features(finding)
    }
    if not concerned:
        return f"**feasilint found {total.severities} in {plural(total.files, 'file')}.**"
    verb = "needs" if len(concerned) == 1 else "need"
    return f"**{len(concerned):,} of {_judged(result)} {verb} a change before production: {total.severities}.**"


def _features(finding: Finding) -> Iterator[str]:
    """The feature that a finding is about, and the others that it speaks for."""
    if finding.feature:
        yield finding.feature
    for name, text in finding.facts:
        if name == "features":
            yield from re.findall(r"`([^`]*)`", text)


def _judged(result: ScanResult) -> str:
    return plural(result.features, "feature")


def _row(finding: Finding, texts: Texts) -> str:
    instead = finding.suggestion.title if finding.suggestion else finding.help
    cells = (
        _MARKS[finding.severity],
        code(_subject(finding)),
        _where(finding, texts),
        f"{inline(_cell(finding.message))} ({finding.code})",
        words(_cell(finding.owner or "")),
        inline(_cell(instead or "")),
    )
    return f"| {' | '.join(cells)} |"


def _subject(finding: Finding) -> str:
    return _cell(finding.feature or finding.source or finding.place.path)


def _cell(text: str) -> str:
    return shorten(" ".join(text.split()), _CELL)


def _where(finding: Finding, texts: Texts) -> str:
    """`nb.ipynb`, cell 7, line 4."""
    place = finding.place
    path = code(_cell(place.path))
    if place.span is None:
        return path
    if place.span.cell is None:
        return f"{path}, line {place.span.line}"
    cell = texts.locate(place).cell
    ran = f" [In {cell.execution_count}]" if cell and cell.execution_count is not None else ""
    return f"{path}, cell {place.span.cell + 1}{words(ran)}, line {place.span.line}"


def _details(finding: Finding, texts: Texts) -> str:
    """Frames, lineage, notes and the suggestion's code, folded."""
    parts = [
        "<details>",
        f"<summary>{code(_subject(finding))} {finding.code} {finding.name}</summary>",
        "",
        block("\n".join(frames(finding, texts).lines(plain))),
        "",
        *(f"- {words(name)}: {inline(text)}" for name, text in finding.facts),
        *(f"- note: {inline(note)}" for note in finding.notes),
        *_instead(finding),
        "",
        "</details>",
    ]
    return "\n".join(parts)


def _instead(finding: Finding) -> Iterator[str]:
    if finding.help:
        yield f"\nHelp: {inline(finding.help)}"
    suggestion = finding.suggestion
    if suggestion is None:
        return
    yield f"\nInstead: {inline(suggestion.title)}"
    if suggestion.code:
        yield "\n" + block("\n".join(map(visible, suggestion.code.split("\n"))), suggestion.language)
    if suggestion.saves:
        yield f"\nSaves: {inline(suggestion.saves)}"


def _left_out(count: int) -> str:
    return f"{plural(count, 'more finding')} did not fit in here: run `feasilint scan` to see all." if count else ""


def _closing(result: ScanResult, limit: int) -> str:
    """The counts, failures and hints, as far as they fit."""
    lines = [words(sentence(result))]
    lines += [f"Failed: {inline(error)}" for error in result.errors]
    lines += [f"Hint: {inline(hint)}" for hint in advice(result)]
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) > limit:
            break
        kept.append(line)
    return "  \n".join(f"<sub>{line}</sub>" for line in kept)

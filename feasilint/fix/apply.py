"""Which fixes hold: each is made in memory and everything is judged again; one that brings anything new is dropped."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.fix.content import edited
from feasilint.fix.places import OutOfPlaceError
from feasilint.judging import judge
from feasilint.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.catalog.model import Catalog
    from feasilint.findings import Finding, Fix
    from feasilint.ir import Program
    from feasilint.result import ScanResult
    from feasilint.rule import Rule


class Refused(Struct, frozen=True):
    """A fix that is not made, for the finding that it belongs to; `reason` is a clause."""

    finding: Finding
    reason: str


class Fixed(Struct, frozen=True):
    """`before`: what was found; `result`: what is found afterwards; `fixed`: what is not found any more; `contents`: the bytes of
    changed files, before and after; `unsafe`: how many findings could be fixed by changing what the code computes, and were not
    asked for."""

    before: ScanResult
    result: ScanResult
    fixed: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()
    contents: Mapping[str, tuple[bytes, bytes]] = {}
    unsafe: int = 0


class _Job(Struct, frozen=True):
    """A fix with the findings that it answers."""

    fix: Fix
    findings: tuple[Finding, ...]


class Fixer:
    """Makes fixes in the documents of a reading. `data`: the bytes of the files that may be changed."""

    def __init__(
        self, reading: Reading, data: Mapping[str, bytes], catalog: Catalog | None, running: tuple[Rule, ...]
    ) -> None:
        self._reading, self._catalog, self._running = reading, catalog, running
        self._before = data
        self._now: dict[str, bytes] = dict(data)
        self._edits: dict[str, list[Fix]] = {}

    def fix(self, reported: list[str], unsafe: bool) -> Fixed:
        """The documents as they are after the fixes that hold; `unsafe`: also after those that change what is computed."""
        self._reported = reported
        before = result = self._judge(self._reading)
        wanted = [finding for finding in result.findings if _fix_of(finding) is not None]
        chosen = [finding for finding in wanted if unsafe or _is_safe(finding)]
        refused: list[Refused] = []
        made: list[Finding] = []
        waiting = _by_file(_jobs(chosen))
        while waiting:
            batch = waiting.pop(0)
            outcome = self._try(batch, result)
            if not isinstance(outcome, str):
                gone = _counted(result.findings) - _counted(outcome.findings)
                made += [finding for job in batch for finding in job.findings if gone[_key(finding)]]
                result = outcome
            elif len(batch) > 1:
                waiting[:0] = [[job] for job in batch]
            else:
                refused += [Refused(finding, outcome) for finding in batch[0].findings]
        contents = {path: (old, self._now[path]) for path, old in self._before.items() if old != self._now[path]}
        return Fixed(before, result, tuple(made), tuple(refused), contents, len(wanted) - len(chosen))

    def _try(self, batch: list[_Job], known: ScanResult) -> ScanResult | str:
        """What is found after further fixes of one file; a reason where they do not hold."""
        path = batch[0].fix.path
        if path not in self._before:
            return "its file is not among those that are scanned"
        fixes = [*self._edits.get(path, []), *(job.fix for job in batch)]
        try:
            original = self._reading.documents[path]
            data = edited(original, self._before[path], {edit for fix in fixes for edit in fix.edits})
        except OutOfPlaceError as error:
            return str(error)
        trial = self._with(path, data)
        result = self._judge(trial)
        reasons = (_objection(job, known, result, trial.programs, path) for job in batch)
        reason = next((said for said in reasons if said is not None), None)
        if reason is not None:
            return reason
        self._edits[path], self._now[path] = fixes, data
        return result

    def _with(self, path: str, data: bytes) -> Reading:
        """All documents, as they are now, with another content of one of them."""
        changed = {other: self._now[other] for other in self._edits} | {path: data}
        trial = Reading(self._reading.options, self._reading.closed, problems=self._reading.problems)
        trial.documents = {**self._reading.documents}
        trial.programs = [program for program in self._reading.programs if program.path not in changed]
        for other, content in changed.items():
            trial.take(other, content)
        order = {program.path: at for at, program in enumerate(self._reading.programs)}
        trial.programs.sort(key=lambda program: order[program.path])
        return trial

    def _judge(self, reading: Reading) -> ScanResult:
        return judge(reading, self._reported, self._catalog, self._running)


def _jobs(findings: Iterable[Finding]) -> list[_Job]:
    """One job for each fix, in the order of places."""
    answered: dict[Fix, list[Finding]] = {}
    for finding in findings:
        fix = _fix_of(finding)
        assert fix is not None
        answered.setdefault(fix, []).append(finding)
    jobs = (_Job(fix, tuple(own)) for fix, own in answered.items())
    return sorted(jobs, key=lambda job: (job.fix.path, job.fix.edits))


def _by_file(jobs: list[_Job]) -> list[list[_Job]]:
    """The fixes of each file, which are tried together before they are tried one by one."""
    return [list(own) for _, own in groupby(jobs, key=lambda job: job.fix.path)]


def _objection(job: _Job, before: ScanResult, after: ScanResult, programs: Iterable[Program], path: str) -> str | None:
    """Why a fix does not hold."""
    new = _counted(after.findings) - _counted(before.findings)
    if new:
        return f"{', '.join(sorted({str(key[0]) for key in new}))} would be found instead"
    gone = _counted(before.findings) - _counted(after.findings)
    if not any(gone[_key(finding)] for finding in job.findings):
        return "the finding would stay"
    texts = [fragment.text for program in programs if program.path == path for fragment in program.fragments]
    if not all(any(edit.text in text for text in texts) for edit in job.fix.edits):
        return "the code would not say what is meant"
    return None if before.errors == after.errors else "a rule would fail"


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, ...]]:
    return Counter(_key(finding) for finding in findings)


def _key(finding: Finding) -> tuple[str, ...]:
    """What a finding is about, wherever it stands."""
    parts = (finding.code, finding.place.path, finding.feature, finding.model, finding.source, finding.column)
    said = "" if finding.feature is not None else finding.message
    return (*(part or "" for part in parts), said)


def _fix_of(finding: Finding) -> Fix | None:
    return finding.suggestion.fix if finding.suggestion is not None else None


def _is_safe(finding: Finding) -> bool:
    fix = _fix_of(finding)
    return fix is not None and fix.safe

"""Runs the rules over subjects and makes one finding of one fact.

Of the findings about one feature the more specific one shows and takes the others as notes; what a feature's finding says of its
source is not said of the source again; the same fact told of several features is told once; what an ignore comment speaks of
is set aside. A rule that fails costs its own findings only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from feasilint.measure.names import event_time, identifier
from feasilint.rule import DocumentSubject, Feature, ModelSubject, ScanSubject, SourceSubject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.findings import Finding, Place
    from feasilint.ir import Ignore
    from feasilint.rule import Context, Rule, Scope, Subject

_SCOPES: dict[type[Subject], Scope] = {
    Feature: "feature",
    ModelSubject: "model",
    SourceSubject: "source",
    ScanSubject: "scan",
    DocumentSubject: "document",
}
_NAMED = 2  # further features that a merged message names

_Fact: TypeAlias = tuple[object, ...]


class Checked(Struct, frozen=True):
    """`findings` and `suppressed` by path and position. `errors`: one line per rule that failed."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()


def check(subjects: Iterable[Subject], rules: Sequence[Rule], context: Context) -> Checked:
    """Judge the subjects. Models, what shows in several features, and sources come after features, and documents last and rule by
    rule, so that a rule can see which ignores were used."""
    run = _Run(context)
    kinds: dict[type[Subject], list[Subject]] = {kind: [] for kind in _SCOPES}
    for subject in subjects:
        kinds[type(subject)].append(subject)
    for subject in (*kinds[Feature], *kinds[ModelSubject], *kinds[ScanSubject]):
        run.keep(supersede(run.findings(subject, rules), rules))
    said = run.said(rules)
    for source in kinds[SourceSubject]:
        found = (f for f in run.findings(source, rules) if (f.code, f.source) not in said)
        run.keep(supersede(list(found), rules))
    documents = [subject for subject in kinds[DocumentSubject] if isinstance(subject, DocumentSubject)]
    for rule in rules:
        for document in documents:
            used = frozenset(run.used[document.program.path])
            run.keep(run.findings(replace(document, used=used), [rule]))
    return Checked(merge(run.kept), merge(run.silenced), tuple(run.errors.values()))


class _Run(Struct):
    context: Context
    kept: list[Finding] = field(default_factory=list)
    silenced: list[Finding] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    used: defaultdict[str, set[Ignore]] = field(default_factory=lambda: defaultdict(set))

    def findings(self, subject: Subject, rules: Sequence[Rule]) -> list[Finding]:
        """What the rules of the subject's scope say about it."""
        scope = _SCOPES[type(subject)]
        return [finding for rule in rules if rule.scope == scope for finding in self._checked(rule, subject)]

    def _checked(self, rule: Rule, subject: Subject) -> list[Finding]:
        try:
            return list(rule.check(subject, self.context))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            self.errors.setdefault(rule.code, f"{rule.code} failed on {_title(subject)}: {problem}")
            return []

    def keep(self, findings: Iterable[Finding]) -> None:
        """Take findings in, those aside that an ignore comment speaks of."""
        for finding in findings:
            ignores = self._ignores(finding)
            for path, ignore in ignores:
                self.used[path].add(ignore)
            (self.silenced if ignores else self.kept).append(finding)

    def said(self, rules: Iterable[Rule]) -> set[tuple[str, str | None]]:
        """What has been said of sources: the codes that are superseded, each with the source."""
        beats = {rule.code: rule.supersedes for rule in rules if rule.supersedes}
        told = (
            finding for findings in (self.kept, self.silenced) for finding in findings if finding.source is not None
        )
        return {(code, finding.source) for finding in told for code in beats.get(finding.code, ())}

    def _ignores(self, finding: Finding) -> list[tuple[str, Ignore]]:
        places = dict.fromkeys([finding.place, *(label.place for label in finding.labels)])
        return [
            (place.path, ignore)
            for place in places
            if (program := self.context.programs.get(place.path)) is not None
            for ignore in program.ignores
            if _speaks_of(ignore, finding, place)
        ]


def _title(subject: Subject) -> str:
    match subject:
        case Feature(name=name):
            return f"feature `{name}`"
        case ModelSubject(target=target, kind=kind):
            return f"{kind} `{target}`"
        case SourceSubject(source=source):
            return f"source `{source.name}`"
        case ScanSubject():
            return "all features"
        case DocumentSubject(program=program):
            return program.path


def _speaks_of(ignore: Ignore, finding: Finding, place: Place) -> bool:
    """Whether an ignore covers the line on which a place of the finding begins or ends."""
    span = place.span
    if span is None or span.cell != ignore.span.cell:
        return False
    meant = not ignore.codes or finding.code in ignore.codes or finding.name in ignore.codes
    return meant and ignore.covers in (span.line, span.end_line)


def supersede(findings: Sequence[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """The most specific findings about one subject; those that they supersede at the same place or about the same source
    become their notes."""
    if not findings:
        return []
    beats = {rule.code: rule.supersedes for rule in rules}
    winners = [f for f in findings if not any(_beats(other, f, beats) for other in findings)]
    notes: list[list[str]] = [[] for _ in winners]
    for finding in findings:
        by = next((at for at, winner in enumerate(winners) if _beats(winner, finding, beats)), None)
        if by is not None:
            notes[by].append(f"{finding.code} {finding.name}: {finding.message}")
    return [replace(f, notes=(*f.notes, *added)) for f, added in zip(winners, notes, strict=True)]


def _beats(one: Finding, other: Finding, beats: dict[str, tuple[str, ...]]) -> bool:
    same = one.place == other.place or (one.source is not None and one.source == other.source)
    return same and other.code in beats.get(one.code, ())


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per fact, naming every feature that it speaks against, in order of place."""
    groups: defaultdict[_Fact, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_fact(finding)].append(finding)
    told = {_of_any(group[0]) for group in groups.values() if group[0].column not in (None, "*")}
    kept = (group for group in groups.values() if not (_is_whole(group) and _of_any(group[0]) in told))
    return tuple(sorted((_merged(group) for group in kept), key=position))


def _is_whole(group: list[Finding]) -> bool:
    """Whether a fact is about all columns of a source as they are: where columns are told of by name, it adds nothing."""
    return group[0].column == "*" and all(_nameless(finding.feature) for finding in group)


def _of_any(finding: Finding) -> _Fact:
    """The fact about whichever column of the source."""
    code, place, message = _fact(finding)
    return code, place, str(message).replace(f"`{finding.source}.{finding.column}`", f"`{finding.source}.*`")


def _fact(finding: Finding) -> _Fact:
    """What two findings share that tell the same: all that the message says, but for the feature's name."""
    return finding.code, finding.place, finding.message.replace(f"`{finding.feature}`", "``", 1)


def _merged(group: list[Finding]) -> Finding:
    """The worst finding of the group, told of all its features."""
    told = max(group, key=lambda finding: (finding.severity, _telling(finding.feature or "")))
    told = replace(told, message=_readable(told))
    others = {finding.feature for finding in group if finding.feature is not None} - {told.feature}
    names = sorted((name for name in others if not _nameless(name)), key=lambda name: (-_telling(name), name))
    if not names:
        return told
    rest = len(names) - _NAMED
    listed = ", ".join(f"`{name}`" for name in names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    message = told.message.replace(f"`{told.feature}`", f"`{told.feature}` (also {listed})", 1)
    every = ", ".join(f"`{name}`" for name in sorted({*names, str(told.feature)}))
    return replace(told, message=message, facts=(*told.facts, ("features", every)))


_HOLE = re.compile(r"\*|\{[^{}]*\}")


def _telling(name: str) -> int:
    """How much a feature's name tells of what a finding is about: no identifier, no time and nothing that a loader has
    added, as far as there is a choice."""
    if _nameless(name):
        return 0
    return 1 if name.startswith("_") or identifier(name) or event_time(name) else 2


def _nameless(feature: str | None) -> bool:
    """Whether nothing of a feature's name is known: it stands for all columns, or for one that the data or a loop names."""
    return feature is not None and _HOLE.fullmatch(feature) is not None


def _readable(finding: Finding) -> str:
    """The message in words where the feature has no name."""
    words = "every feature" if finding.feature == "*" else "a feature without a fixed name"
    return (
        finding.message.replace(f"feature `{finding.feature}`", words, 1)
        if _nameless(finding.feature)
        else finding.message
    )


def position(finding: Finding) -> tuple[object, ...]:
    """What findings are put in order by: file, place, rule, message."""
    span = finding.place.span
    where = (-1, 0, 0) if span is None else (-1 if span.cell is None else span.cell, span.line, span.column)
    return finding.place.path, *where, finding.code, finding.message

"""Rules that are declared in a catalog: which features they are about, and what they say of them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from feasilint.catalog.names import folded
from feasilint.durations import duration
from feasilint.errors import UsageError
from feasilint.measure.model import GROWING
from feasilint.rule import Context, Example, Feature, Finding, Label, Place, Rule, Severity, Subject, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.model import Catalog, Match, RuleEntry
    from feasilint.measure.model import Aggregation, Input

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ABOUT_INPUTS = ("sources", "columns", "flags", "availability")
_ABOUT_AGGREGATES = ("functions", "windows", "longer_than", "shorter_than")


def declared(catalog: Catalog, installed: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules of a catalog. Raises UsageError for one whose code an installed rule has."""
    taken = {rule.code: rule.name for rule in installed}
    for entry in catalog.rules:
        if entry.code in taken:
            place = f"{entry.mark.path}:{entry.mark.line}:{entry.mark.column}: " if entry.mark else ""
            raise UsageError(f"{place}the code {entry.code} is that of {taken[entry.code]}; choose another")
    return tuple(_made(entry) for entry in catalog.rules)


def _made(entry: RuleEntry) -> Rule:
    batch = entry.batch or entry.severity
    described = {
        "__doc__": entry.summary or entry.message,
        "code": entry.code,
        "name": entry.name,
        "scope": "feature",
        "severity": Severity[entry.severity.upper()],
        "batch": None if batch == "silent" else Severity[batch.upper()],
        "since": "",
        "supersedes": entry.supersedes,
        "examples": tuple(Example(one.title, one.files, int(one.flagged)) for one in entry.examples),
    }
    kind: type[DeclaredRule] = type(f"Declared{entry.code}", (DeclaredRule,), described)
    return kind(entry)


class DeclaredRule(Rule):
    """A rule whose conditions are data."""

    def __init__(self, entry: RuleEntry) -> None:
        self.entry = entry

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - the facts are in the subject
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        if severity is None or not _concerns(self.entry.match, subject):
            return
        told: set[tuple[Place, str]] = set()
        for read, aggregation in _matches(self.entry.match, subject):
            place = aggregation.place if aggregation is not None else (read and read.read) or subject.place
            source = read.source.name if read is not None else ""
            if (place, source) not in told:
                told.add((place, source))
                yield self._told(severity, subject, place, read, aggregation)

    def _told(
        self, severity: Severity, feature: Feature, place: Place, read: Input | None, aggregation: Aggregation | None
    ) -> Finding:
        entry = self.entry
        words = _words(feature, read, aggregation)
        approximate = feature.confidence == "approximate" or (read is not None and read.confidence == "approximate")
        return self.finding(
            severity,
            _PLACEHOLDER.sub(lambda found: words.get(found[1], ""), entry.message),
            place,
            labels=(
                Label(place, "here"),
                *((Label(feature.place, "feature built here"),) if feature.place != place else ()),
            ),
            confidence="approximate" if approximate else "exact",
            feature=feature.name,
            model=words["model"] or None,
            source=words["source"] or None,
            column=words["column"] or None,
            owner=words["owner"] or None,
            help=entry.help,
            suggestion=Suggestion(entry.instead) if entry.instead else None,
            facts=_declared_at(entry),
        )


def _declared_at(entry: RuleEntry) -> tuple[tuple[str, str], ...]:
    return (("rule", f"{entry.mark.path}:{entry.mark.line}"),) if entry.mark else ()


def _concerns(match: Match, feature: Feature) -> bool:
    """Whether a feature belongs to one of the models, and is served in one of the modes."""
    model = feature.entry.name if feature.entry is not None else ""
    if match.models and not _fits(model, match.models):
        return False
    return not match.modes or (feature.point is not None and feature.point.mode in match.modes)


def _matches(match: Match, feature: Feature) -> Iterator[tuple[Input | None, Aggregation | None]]:
    """The inputs and aggregates that a rule is about. With conditions on both, aggregates over such inputs."""
    reads = [read for read in feature.inputs if read.role == "value" and _read_fits(match, read)]
    if not any(getattr(match, name) for name in _ABOUT_AGGREGATES):
        yield from ((read, None) for read in reads)
        return
    limited = any(getattr(match, name) for name in _ABOUT_INPUTS)
    names = {folded(read.source.name): read for read in reads}
    for aggregation in feature.aggregations:
        if _aggregation_fits(match, aggregation):
            over = next((names[name] for one in aggregation.sources if (name := folded(one.name)) in names), None)
            if over is not None or not limited:
                yield over, aggregation


def _read_fits(match: Match, read: Input) -> bool:
    entry = read.entry
    column = None if entry is None else entry.columns.get(read.column)
    names = (read.source.name, *((entry.name, *entry.aliases) if entry is not None else ()))
    flags = {*(entry.flags if entry is not None else ()), *(column.flags if column is not None else ())}
    available = (
        {column.availability}
        if column is not None and column.availability
        else {entry.availability}
        if entry
        else set()
    )
    return (
        (not match.sources or any(_fits(name, match.sources) for name in names))
        and (not match.columns or _fits(read.column, match.columns))
        and (not match.flags or bool(flags & set(match.flags)))
        and (not match.availability or bool(available & set(match.availability)))
    )


def _aggregation_fits(match: Match, aggregation: Aggregation) -> bool:
    extent = aggregation.extent
    lengths = [interval.total_seconds for interval in extent.intervals]
    grows = extent.window in GROWING
    return (
        (not match.functions or aggregation.function.casefold() in {name.casefold() for name in match.functions})
        and (not match.windows or extent.window in match.windows)
        and (match.longer_than is None or grows or (bool(lengths) and max(lengths) > match.longer_than))
        and (match.shorter_than is None or (not grows and bool(lengths) and min(lengths) < match.shorter_than))
    )


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(folded(name), folded(pattern)) for pattern in patterns)


def _words(feature: Feature, read: Input | None, aggregation: Aggregation | None) -> dict[str, str]:
    """What the placeholders of a message stand for."""
    entry = read.entry if read is not None else None
    return {
        "feature": feature.name,
        "model": feature.entry.name if feature.entry is not None else feature.target,
        "source": read.source.name if read is not None else _first(aggregation),
        "column": read.column if read is not None else "",
        "owner": str(entry.owner or "") if entry is not None else "",
        "function": aggregation.function if aggregation is not None else "",
        "window": _window(aggregation) if aggregation is not None else "",
    }


def _first(aggregation: Aggregation | None) -> str:
    return aggregation.sources[0].name if aggregation is not None and aggregation.sources else ""


def _window(aggregation: Aggregation) -> str:
    lengths = aggregation.extent.intervals
    return duration(lengths[-1].total_seconds) if lengths else aggregation.extent.window

"""From programs to findings: the analysis, its subjects, and what the rules say of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from feasilint.memory import without_collection
from feasilint.result import ScanResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.analysis import Analysis
    from feasilint.catalog.model import Catalog
    from feasilint.ir import Program
    from feasilint.reading import Reading
    from feasilint.rule import Context, Feature, Rule, Subject

_CALLS = 3  # of libraries, that are named
_FRAMES = 20_000  # deep expressions and long chains of assignments need more than Python's default of 1,000


@without_collection()
def judge(
    reading: Reading, reported: list[str], catalog: Catalog | None, running: tuple[Rule, ...] | None = None
) -> ScanResult:
    """What the rules (`running`, by default all that are installed) say about the reported documents."""
    from feasilint.check import check
    from feasilint.registry import installed
    from feasilint.rule import Feature
    from feasilint.subjects import subjects, tables_passed_over

    running = chosen(catalog) if running is None else running
    analysis = analyse(reading.programs, catalog)
    found = list(subjects(analysis, set(reported)))
    judged = [subject for subject in found if isinstance(subject, Feature)]
    checked = check(found, running, _context(reading, analysis, running, judged))
    return ScanResult(
        findings=checked.findings,
        suppressed=checked.suppressed,
        documents={path: reading.documents[path] for path in reported},
        upstream={path: document for path, document in reading.documents.items() if path not in reported},
        features=len(judged),
        models=len({(feature.sink, feature.target) for feature in judged if feature.kind == "model"}),
        unknown_sources=tuple(_unknown(found, analysis)),
        catalog=catalog,
        hints=(
            *(f"{folder}: this folder may not be looked into" for folder in reading.closed),
            *(problem.message for problem in reading.problems),
            *_hints(judged, catalog, 0 if judged else tables_passed_over(analysis, set(reported))),
        ),
        errors=(*installed().problems, *checked.errors),
    )


def analyse(programs: list[Program], catalog: Catalog | None) -> Analysis:
    """The programs linked, and held against a catalog."""
    from feasilint.analysis import Analysis
    from feasilint.catalog.model import Catalog
    from feasilint.catalog.several import matcher_of

    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
    return Analysis(programs, matcher_of(catalog or Catalog()))


def chosen(catalog: Catalog | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The rules that are installed, and those that the catalog declares, as these options choose. Raises UsageError."""
    from feasilint.registry import rules
    from feasilint.selection import selected

    every = rules()
    if catalog is not None and catalog.rules:
        from feasilint.declared import declared

        every = (*every, *declared(catalog, every))
    return selected(every, select, ignore)


def _context(reading: Reading, analysis: Analysis, running: tuple[Rule, ...], judged: Sequence[Feature]) -> Context:
    from feasilint.costing import Costs
    from feasilint.registry import rules
    from feasilint.rule import Context

    silent = frozenset(word for rule in rules() if rule not in running for word in (rule.code, rule.name))
    programs = {program.path: program for program in analysis.programs}
    return Context(
        analysis.matcher.catalog,
        analysis.matcher,
        programs,
        {path: document.text for path, document in reading.documents.items()},
        silent,
        silent.union(*((rule.code, rule.name) for rule in running)),
        Costs(judged, programs, analysis.matcher),
    )


def _unknown(found: Iterable[Subject], analysis: Analysis) -> Iterable[str]:
    """The sources that features depend on and that the catalog does not know, each once."""
    from feasilint.rule import SourceSubject

    read = (subject for subject in found if isinstance(subject, SourceSubject) and subject.features)
    find = analysis.matcher.find
    return dict.fromkeys(one.source.name for one in read if not any(map(find, (one.source, *one.others))))


def _hints(judged: Iterable[Feature], catalog: Catalog | None, passed_over: int) -> Iterable[str]:
    if passed_over:
        tables = "1 table is" if passed_over == 1 else f"{passed_over} tables are"
        hold = "it holds" if passed_over == 1 else "they hold"
        yield f"{tables} not judged, because nothing says that {hold} features: list such files under `models:` in catalog.yaml"
    yield from _passed_through(judged)
    paths = sorted({feature.sink.path for feature in judged if feature.point is None})
    if catalog is not None and paths:
        yield f"no prediction point is declared for {_some(paths)}: findings there have the mildest of their severities"


def _some(names: list[str], shown: int = 3) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def _passed_through(judged: Iterable[Feature]) -> Iterable[str]:
    """That features pass through calls of libraries which no table knows: silence about them would not mean that all is well."""
    calls: dict[str, None] = {}
    features: set[tuple[str, str]] = set()
    for feature in judged:
        for step in feature.unread:
            if not step.hides:
                calls[step.text] = None
                features.add((feature.sink.path, feature.name))
    if calls:
        shown = _some(list(calls), _CALLS)
        passing = "1 feature passes" if len(features) == 1 else f"{len(features)} features pass"
        yield f"{passing} through library calls that are not known: {shown}; an aggregation inside of them is not seen"

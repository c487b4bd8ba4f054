"""Which sources a set of documents reads, and which features depend on each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir.expressions import fold
from feasilint.rule import Feature, SourceSubject
from feasilint.subjects import subjects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from feasilint.analysis import Analysis
    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import SourceEntry
    from feasilint.findings import Place
    from feasilint.ir import Source


class Use(Struct, frozen=True):
    """One source as the documents name it. `entry`: its declaration, if any; `features` depend on it."""

    source: Source
    entry: SourceEntry | None
    places: tuple[Place, ...]
    features: tuple[Feature, ...] = ()


class Census(Struct, frozen=True):
    """What some documents read. `uses`: by name; `features`: all that are judged in them; `documents`: their paths."""

    uses: tuple[Use, ...]
    features: tuple[Feature, ...]
    documents: tuple[str, ...]
    matcher: Matcher


def distinct(features: Iterable[Feature]) -> tuple[tuple[str, str], ...]:
    """Features by the file of their model and their name: each once, however many models the file fits on it."""
    return tuple(dict.fromkeys((feature.sink.path, feature.name) for feature in features))


def census(analysis: Analysis, reported: Collection[str]) -> Census:
    """Count what the reported documents read from outside."""
    found = list(subjects(analysis, reported))
    features = tuple(subject for subject in found if isinstance(subject, Feature))
    depending: dict[tuple[str, str], dict[int, Feature]] = {}
    for feature in features:
        for read in feature.inputs:
            depending.setdefault((fold(read.source.name), read.source.kind), {})[id(feature)] = feature
    uses = []
    for subject in found:
        if isinstance(subject, SourceSubject):
            source = subject.source
            known = (analysis.matcher.find(named, subject.places[0].path) for named in (source, *subject.others))
            entry = next(filter(None, known), None)
            depend = depending.get((fold(source.name), source.kind), {})
            uses.append(Use(source, entry, subject.places, tuple(depend.values())))
    return Census(tuple(uses), features, tuple(reported), analysis.matcher)

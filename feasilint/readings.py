"""The sources that documents read, where they read them, and the features that depend on them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.ir import Scan, Write
from feasilint.ir.expressions import fold
from feasilint.ir.traversal import scans
from feasilint.link import known_as
from feasilint.rule import SourceSubject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from feasilint.analysis import Analysis
    from feasilint.findings import Place
    from feasilint.rule import Feature


class _Reading(Struct):
    scans: list[Scan] = field(default_factory=list)
    features: dict[str, None] = field(default_factory=dict)


def sources(analysis: Analysis, reported: Collection[str], found: Iterable[Feature]) -> Iterator[SourceSubject]:
    """The sources that the reported documents read and nobody in the scan writes; first where features read them."""
    readings: dict[tuple[str, str], _Reading] = defaultdict(_Reading)
    made = {(fold(w.target.name), w.target.kind) for w in _writes(analysis) if w.target is not None}
    for program in analysis.programs:
        if program.path not in reported:
            continue
        for relation in program.relations:
            if (
                isinstance(relation, Scan)
                and relation not in analysis.linkage.bound
                and _identity(relation) not in made
            ):
                readings[_identity(relation)].scans.append(relation)
    used: set[Place | None] = set()
    for feature in found:
        for read in feature.inputs:
            used.add(read.read)
            readings[(fold(read.source.name), read.source.kind)].features[feature.name] = None
    for key in sorted(readings):
        reading = readings[key]
        places = [p for scan in reading.scans if (p := analysis.place(scan, scan.origin)) is not None]
        if reading.scans and places:
            places.sort(key=lambda place: place not in used)  # where somebody only looks at it comes last
            first, *others = dict.fromkeys(source for scan in reading.scans for source in known_as(scan))
            yield SourceSubject(first, tuple(places), tuple(reading.features), tuple(others))


def _writes(analysis: Analysis) -> Iterator[Write]:
    """What the scan writes; of feature views those that are made of what it knows."""
    for _, write in analysis.sinks(Write):
        assert isinstance(write, Write)
        view = write.target is not None and write.target.kind == "feature_view"
        if not view or all(scan in analysis.linkage.bound or analysis.entry(scan) for scan in scans([write.relation])):
            yield write


def _identity(scan: Scan) -> tuple[str, str]:
    return fold(scan.source.name), scan.source.kind

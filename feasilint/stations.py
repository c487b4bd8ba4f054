"""What is said of the way from a feature to a source: the names that a column has on it, and what happens where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Scan
from feasilint.ir.expressions import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.analysis import Analysis, Member
    from feasilint.findings import Place
    from feasilint.paths import Step

_UNNAMED = re.compile(r"_m\d+")


def names(member: Member, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The names on the way, from the feature to the physical column: a table's name where one is read, else each change."""
    found = [member.name]
    for step in steps:
        here = step.name
        if isinstance(step.relation, Scan):
            here = f"{step.relation.source.name}.{step.name}"
            if len(found) > 1 and fold(found[-1]) == fold(step.name):
                found.pop()
        if not _is_unnamed(step) and fold(here) not in (fold(found[-1]), fold(found[-1]).rpartition(".")[2]):
            found.append(here)
    return tuple(found)


def places(member: Member, steps: tuple[Step, ...], analysis: Analysis) -> Iterator[tuple[Place, str]]:
    """Where the steps of the way are, and what is done there."""
    for at, step in enumerate(steps):
        place = analysis.place(step.relation, step.origin)
        if place is None:
            continue
        if isinstance(step.relation, Scan):
            yield place, _read(step.relation, analysis)
        elif at == 0:
            yield place, f"`{member.name}` built here"
        else:
            yield place, "aggregated here" if _is_unnamed(step) else f"`{step.name}` computed here"


def _is_unnamed(step: Step) -> bool:
    """Whether it is an aggregate inside an expression, to which the code gives no name."""
    return _UNNAMED.fullmatch(step.name) is not None


def _read(scan: Scan, analysis: Analysis) -> str:
    found = analysis.said_of_reads.get(scan)
    if found is None:
        found = f"`{scan.source.name}` read here{_kept(scan, analysis)}"
        analysis.said_of_reads[scan] = found
    return found


def _kept(scan: Scan, analysis: Analysis) -> str:
    """How the table that is read is kept up to date, as far as its project says."""
    stated = (write.refresh for write in analysis.linkage.bound.get(scan, ()))
    refresh = next((one for one in stated if one is not None), None)
    if refresh is None:
        return ""
    every = f"`{refresh.every}` by {refresh.stated_by}" if refresh.every is not None else ""
    said = ", ".join(part for part in (refresh.materialized, every) if part)
    return f" ({said})" if said else ""

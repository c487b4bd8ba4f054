"""The way from a feature down to what it depends on: the one that decides how old it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Column
from feasilint.paths import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.analysis import Analysis, Member
    from feasilint.trace import Leaf

_WAYS = 16  # tables on the way, made by schedule, through which an older way to a source is looked for


def way(leaf: Leaf, member: Member, analysis: Analysis) -> tuple[Step, ...]:
    """The way from a feature down to one of its leaves; the last step is the reading of the source."""
    steps = analysis.paths.path(member.column.relation, member.column.name, leaf) if member.column is not None else ()
    found = bool(steps) and steps[-1].relation is leaf.scan
    return steps if found else (*steps, Step(leaf.column, leaf.scan, leaf.scan.origin))


def timed(hops: Iterable[Leaf], analysis: Analysis) -> list[Leaf]:
    """The tables on the way that are made by schedule, those that are made least often first."""
    made = [(hop, known.staleness.worst) for hop in hops if (known := analysis.ages.hop(hop.scan)) and known.staleness]
    return [hop for hop, _ in sorted(made, key=lambda pair: -pair[1]) if hop.column != "*"][:_WAYS]


def oldest_way(leaf: Leaf, late: Iterable[Leaf], member: Member, analysis: Analysis) -> tuple[Step, ...]:
    """The way that decides how old a value is: the shortest, unless one through a table that is made by schedule is older."""
    steps = way(leaf, member, analysis)
    passed = {step.relation for step in steps}
    for hop in late:
        column = Column(hop.scan, hop.column, path=tuple(hop.path.split(".")) if hop.path else ())
        if hop.scan not in passed and leaf in analysis.tracer.expression(column).value:
            passed.add(hop.scan)
            below = (step for step in analysis.paths.path(hop.scan, hop.column, leaf) if step.relation is not hop.scan)
            steps = max(steps, (*way(hop, member, analysis), *below), key=lambda steps: _older(steps, analysis))
    return steps


def _older(steps: tuple[Step, ...], analysis: Analysis) -> tuple[float, float]:
    age = analysis.ages.along(steps).total
    return (age.worst, age.mean) if age is not None else (0, 0)

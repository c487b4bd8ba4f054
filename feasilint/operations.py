"""The operations on a feature's way, as the documents do them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.measure.model import Operation
from feasilint.trace import merge

if TYPE_CHECKING:
    from feasilint.analysis import Analysis, Member
    from feasilint.findings import Place
    from feasilint.measure.operations import Done


def operations(member: Member, analysis: Analysis) -> tuple[Operation, ...]:
    """What on the way of a column gives another value when it is computed again or earlier; the same at one place once."""
    found = analysis.operations.of(member.column) if member.column is not None else ()
    made: dict[tuple[str, str, Place], Operation] = {}
    for done in sorted(found, key=lambda done: (analysis.position(done.relation), done.text)):
        place = analysis.place(done.relation, done.origin or done.relation.origin)
        if place is not None and (done.kind, done.text, place) not in made:
            made[done.kind, done.text, place] = _operation(done, place, analysis)
    return tuple(made.values())


def _operation(done: Done, place: Place, analysis: Analysis) -> Operation:
    leaves = merge(map(analysis.tracer.expression, done.args)).value
    sources = {leaf.scan.source for leaf in leaves}
    return Operation(done.kind, done.text, place, tuple(sorted(sources, key=lambda source: (source.name, source.kind))))

"""The operations on a feature's way, as the documents do them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Apply, Fit, Relation, Split
from feasilint.ir.traversal import inputs, members
from feasilint.measure.later import ends_interval, of_one_day, whose
from feasilint.measure.model import Operation
from feasilint.trace import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.analysis import Analysis, Member
    from feasilint.findings import Place
    from feasilint.ir import Sink
    from feasilint.measure.operations import Done


def operations(member: Member, analysis: Analysis) -> tuple[Operation, ...]:
    """What on the way of a column gives another value when it is computed again or earlier; the same at one place once."""
    found = [done for done in _of(member, analysis) if done.kind != "learned" and not _ends(done, member, analysis)]
    return _placed(found, analysis)


def _ends(done: Done, member: Member, analysis: Analysis) -> bool:
    column = member.column
    return done.kind == "later" and column is not None and ends_interval(done, column, analysis.columns)


class Learned:
    """What the features of one model are transformed by that was fitted on rows of which some are held back later."""

    def __init__(self, sink: Sink, analysis: Analysis) -> None:
        self._sink = sink
        self._analysis = analysis
        self._parted: frozenset[Relation] | None = None

    def of(self, member: Member) -> tuple[Operation, ...]:
        """The transformations on the way of a column."""
        found = [done for done in _of(member, self._analysis) if done.kind == "learned"]
        return _placed([done for done in found if self._early(done.relation)], self._analysis) if found else ()

    def _early(self, relation: Relation) -> bool:
        if self._parted is None:
            self._parted = frozenset(self._whole())
        return isinstance(relation, Apply) and any(one in self._parted for one in members(relation.state.columns))

    def _whole(self) -> Iterator[Relation]:
        """The relations on the way to the model that are split into parts later, and are no parts themselves."""
        sink = self._sink
        above = (
            [one for one in _below(members(sink.features)) if isinstance(one, Split)] if isinstance(sink, Fit) else []
        )
        parts = set[Relation](above)
        for relation in sorted(_below(above), key=self._analysis.position):  # inputs come before what is made of them
            if any(one in parts for one in inputs(relation)):
                parts.add(relation)
            elif relation not in parts:
                yield relation


def _below(relations: Iterable[Relation]) -> frozenset[Relation]:
    """Relations with all that they are made of."""
    pending, seen = list(relations), set[Relation]()
    while pending:
        relation = pending.pop()
        if relation not in seen:
            seen.add(relation)
            pending.extend(inputs(relation))
    return frozenset(seen)


def _of(member: Member, analysis: Analysis) -> frozenset[Done]:
    return analysis.operations.of(member.column) if member.column is not None else frozenset()


def _placed(found: list[Done], analysis: Analysis) -> tuple[Operation, ...]:
    made: dict[tuple[str, str, Place], Operation] = {}
    for done in sorted(found, key=lambda done: (analysis.position(done.relation), done.text, *_node(done))):
        place = analysis.place(done.relation, done.origin or done.relation.origin)
        if place is not None and (done.kind, done.text, place) not in made:
            made[done.kind, done.text, place] = _operation(done, place, analysis)
    return tuple(made.values())


def _node(done: Done) -> tuple[int, int]:
    origin = done.origin
    return (-1, -1) if origin is None else (origin.fragment, origin.node)


def _operation(done: Done, place: Place, analysis: Analysis) -> Operation:
    later = done.kind == "later"
    args = whose(done, analysis.columns) if later else done.args
    leaves = merge(map(analysis.tracer.expression, args)).value
    sources = {leaf.scan.source for leaf in leaves}
    ordered = tuple(sorted(sources, key=lambda source: (source.name, source.kind)))
    fragment, node = (done.origin.fragment, done.origin.node) if done.origin is not None else (None, None)
    of_day = later and of_one_day(done, analysis.columns)
    return Operation(done.kind, done.text, place, ordered, fragment, node, of_day)

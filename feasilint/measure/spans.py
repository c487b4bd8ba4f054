"""How far back a measure of several sources reaches in each of them: a window is that of the source whose time is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Interval, Measure, Window
from feasilint.measure.combine import combine, narrowest, widest
from feasilint.measure.comparisons import looks_back
from feasilint.measure.frames import framed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from feasilint.ir import Aggregate, Expression, Output, Source
    from feasilint.measure.comparisons import Bound
    from feasilint.measure.model import Extent
    from feasilint.measure.reach import Reach
    from feasilint.measure.windows import Windows


def spans(
    relation: Aggregate | Window, output: Output, windows: Windows
) -> tuple[tuple[Source, tuple[Interval, ...]], ...]:
    """The lengths of a measure's window in each of its sources, none where they are not known; empty where the measure has one
    window for all of them."""
    extent, measure = windows.extent(relation, output), output.expression
    assert isinstance(measure, Measure)
    if extent.window != "bounded" or not extent.intervals:
        return ()
    sources = sorted({scan.source for scan in windows.measured(relation, output)}, key=lambda one: (one.name, one.kind))
    if len(sources) < 2 or (isinstance(relation, Window) and framed(relation, measure) is not None):
        return ()
    spanning = _Spans(relation, output, windows, frozenset(sources))
    found = tuple((source, spanning.of(source)) for source in sources)
    return () if all(lengths == extent.intervals for _, lengths in found) else found


class _Spans:
    """The bounds of one measure by the sources whose times they are on."""

    def __init__(
        self, relation: Aggregate | Window, output: Output, windows: Windows, sources: frozenset[Source]
    ) -> None:
        assert isinstance(output.expression, Measure)
        self._windows = windows
        self._sources = sources
        self._inside = windows.inside(output.expression)
        self._way = windows.way(output.expression)
        self._reach = windows.below(relation, output)
        self._said = windows.about(relation, output)
        self._keys = frozenset(one for key in windows.keys(relation, output) for one in self._among(key))

    def of(self, source: Source) -> tuple[Interval, ...]:
        """By its own time; else as far as the sources reach whose times it is held against, and its own bounds below those;
        else by the time of what is no source of the measure, such as the order of an item."""
        own = [bound for bound in self._said if source in self._among(bound.event)]
        if not own:
            return self._lengths([b for b in self._said if not self._among(b.event)], source)
        direct = self._by_itself(source)
        if found := self._lengths(direct, source):
            return found
        chained = [bound for bound in own if bound not in direct and looks_back(bound)]
        others = frozenset(one for bound in chained for one in self._against(bound)) - {source}
        above = {other: self._lengths(self._by_itself(other), other) for other in others}
        if any(not lengths and other not in self._keys for other, lengths in above.items()):
            return ()
        farthest = max((lengths[-1] for lengths in above.values() if lengths), default=Interval())
        return tuple(farthest + length for length in self._lengths(chained, source))

    def _by_itself(self, source: Source) -> list[Bound]:
        """The bounds on a source's time that hold it against no other source of the measure. What looks ahead to the times of
        such a one is what its rows look back to."""
        own = (b for b in self._said if source in self._among(b.event) and not self._against(b) - {source})
        return [bound for bound in own if looks_back(bound) or not self._of_times(bound) - {source}]

    def _among(self, expression: Expression) -> frozenset[Source]:
        """The sources of the measure that an expression is made of."""
        return self._sources & {leaf.scan.source for leaf in self._windows.tracer.expression(expression).value}

    def _against(self, bound: Bound) -> frozenset[Source]:
        """The sources of the measure whose rows' times a bound is held against: not the times of a calendar made of them."""
        ends = (end for end in (bound.lower, bound.upper) if end is not None)
        met = any(column.relation in self._way for end in ends for column in end.columns)
        return self._of_times(bound) if met else frozenset()

    def _of_times(self, bound: Bound) -> frozenset[Source]:
        """The sources of the measure that the times are made of which a bound is held against."""
        ends = (end.column for end in (bound.lower, bound.upper) if end is not None)
        return frozenset(one for column in ends if column is not None for one in self._among(column))

    def _lengths(self, bounds: Iterable[Bound], source: Source) -> tuple[Interval, ...]:
        found = _Verdicts(self._windows, frozenset(bounds), source).of(self._reach, self._inside)
        return found.intervals if found is not None and found.window == "bounded" else ()


class _Verdicts:
    """What some bounds say together of one source. Branches meet again further down: each reach is looked at once."""

    def __init__(self, windows: Windows, bounds: frozenset[Bound], source: Source) -> None:
        self._windows = windows
        self._bounds = bounds
        self._source = source
        self._known: dict[int, Extent | None] = {}

    def of(self, reach: Reach, inside: Collection[Expression]) -> Extent | None:
        """Of the branches that rows of the source come from the one that reaches back most."""
        said = [b for p in (*reach.predicates, *inside) for b in self._windows.bounds(p) if b in self._bounds]
        found = [combine(said), *self._branches(reach)]
        return narrowest(extent for extent in found if extent is not None)

    def _branches(self, reach: Reach) -> Iterator[Extent | None]:
        for parts in reach.branches if self._bounds else ():
            own = [part for part in parts if any(scan.source == self._source for scan in part.scans)]
            if own:
                yield widest(self._branch(part) for part in own)

    def _branch(self, reach: Reach) -> Extent | None:
        if id(reach) not in self._known:
            self._known[id(reach)] = self.of(reach, ())
        return self._known[id(reach)]

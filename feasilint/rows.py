"""The rows that a model or table gets: what they are joined, filtered and grouped by, and what they are to predict."""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from feasilint.ir import Fit
from feasilint.measure.model import Choosing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.analysis import Analysis
    from feasilint.ir import Column, Sink, Source
    from feasilint.measure.asof import AsOf
    from feasilint.measure.model import Input

_LATE = 0.1  # of what times are reduced to: a month does not see that its rows come hours late


class Rows:
    """The choosing columns and the label of one sink, found once."""

    def __init__(self, sink: Sink, analysis: Analysis) -> None:
        self._sink = sink
        self._analysis = analysis
        self._found: tuple[Choosing, ...] | None = None

    def around(self, inputs: Iterable[Input]) -> tuple[Choosing, ...]:
        """What decides about the rows of a feature with these inputs; looked for where the catalog knows one of them."""
        if not any(read.entry is not None for read in inputs):
            return ()
        if self._found is None:
            edges = self._analysis.rows(self._sink).own
            found = {Choosing(leaf.scan.source, leaf.column, role) for leaf, role in edges}
            self._found = tuple(sorted(found, key=lambda one: (one.source.name, one.column, one.role)))
        return self._found

    def as_of(self, inputs: Iterable[Input], column: Column | None) -> frozenset[tuple[Source, str]]:
        """The columns before a time of another source by which rows of a feature are looked up, and finely enough to see how late
        they come; looked for where the catalog says of an input when its rows were known."""
        if column is None or not any(read.entry is not None and read.entry.available_at for read in inputs):
            return frozenset()
        found = self._analysis.as_ofs.of(column)
        return frozenset((one.scan.source, one.column) for one in found if self._sees(one))

    def _sees(self, one: AsOf) -> bool:
        """Whether rows come so late that it matters at the grain of a comparison; where nobody says how late, they may."""
        entry = self._analysis.entry(one.scan)
        lag = entry.staleness.worst if entry is not None and entry.staleness is not None else inf
        return one.seconds < lag / _LATE

    @cached_property
    def label(self) -> frozenset[tuple[Source, str]]:
        """The physical columns that labels are made of, each of one alone."""
        members = self._analysis.label(self._sink) if isinstance(self._sink, Fit) else ()
        sure = [m.trace.value for m in members if not m.trace.approximate and len(m.trace.value) == 1]
        return frozenset((leaf.scan.source, leaf.column) for leaves in sure for leaf in leaves if leaf.column != "*")

"""The rows that a model or table gets: what they are joined, filtered and grouped by, and what they are to predict."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from feasilint.ir import Fit
from feasilint.measure.model import Choosing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.analysis import Analysis
    from feasilint.ir import Sink, Source
    from feasilint.measure.model import Input


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

    @cached_property
    def label(self) -> frozenset[tuple[Source, str]]:
        """The physical columns that labels are made of, each of one alone."""
        members = self._analysis.label(self._sink) if isinstance(self._sink, Fit) else ()
        sure = [m.trace.value for m in members if not m.trace.approximate and len(m.trace.value) == 1]
        return frozenset((leaf.scan.source, leaf.column) for leaves in sure for leaf in leaves if leaf.column != "*")

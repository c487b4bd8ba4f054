"""What decides which rows a model or table gets: the columns that its rows are joined, filtered and grouped by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.measure.model import Choosing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.analysis import Analysis
    from feasilint.ir import Sink
    from feasilint.measure.model import Input


class Rows:
    """The choosing columns of one sink, found once."""

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

"""How old the rows at least are that flow into a feature, where that matters: it takes a look at every bound on the way."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.measure.histories import eventlike

if TYPE_CHECKING:
    from feasilint.analysis import Analysis, Member
    from feasilint.catalog.model import Staleness
    from feasilint.trace import Leaf, Use

_SHORT = 20  # windows by the mean age of their source: in longer ones the age changes hardly anything


def least_age(leaf: Leaf, member: Member, analysis: Analysis, age: Staleness | None) -> float:
    """How many seconds old the rows of a column at least are that is known late, or that is summed up over windows which are
    short for its age; else 0."""
    entry = analysis.entry(leaf.scan)
    column = next((c for name, c in entry.columns.items() if fold(name) == fold(leaf.column)), None) if entry else None
    known_late = column is not None and bool(column.known_after)
    aged = age is not None and eventlike(entry) and _is_short(member, age, analysis)
    if member.column is None or not (known_late or aged):
        return 0
    return analysis.maturity.of(member.column, leaf)


def _is_short(member: Member, age: Staleness, analysis: Analysis) -> bool:
    """Whether a column passes a measure over a window of less than twenty times this age."""
    return isfinite(age.worst) and _shortest(member.trace.uses, analysis) < _SHORT * age.mean


def _shortest(uses: frozenset[Use], analysis: Analysis) -> float:
    """The length of the shortest bounded window that measures have, in seconds; infinite without any."""
    found = analysis.shortest.get(uses)
    if found is None:
        extents = (analysis.windows.extent(use.relation, use.output) for use in uses)
        lengths = (one.total_seconds for extent in extents if extent.window == "bounded" for one in extent.intervals)
        found = analysis.shortest[uses] = min(lengths, default=inf)
    return found

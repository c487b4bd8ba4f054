"""Files that keep what was there before, and hold no features of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.traversal import scans
from feasilint.measure.grain import carried

if TYPE_CHECKING:
    from feasilint.analysis import Analysis
    from feasilint.ir import Write


def copies_labels(write: Write, analysis: Analysis) -> bool:
    """Whether a file has the columns of one table of labels as they are: some of its rows, or all of them in parts."""
    if write.target is None or write.target.kind != "file" or write.feature_group:
        return False
    read = list(scans([write.relation]))
    entry = analysis.entry(read[0]) if len({scan.source for scan in read}) == 1 else None
    if entry is None or entry.kind != "label":
        return False
    columns = [member.column for member in analysis.members(write)]
    return all(column is not None and carried(column, analysis.columns) for column in columns)

"""The window to suggest for what has none."""

from __future__ import annotations

from math import ceil, isfinite
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.catalog.model import Windows

if TYPE_CHECKING:
    from feasilint.measure.model import Input
    from feasilint.suggest.kinds import Kind

_DAY = 86_400
_MEAN_AGES = 20  # a window of that many mean ages keeps the error of a count below 10 %
_HALF_LIVES = 12  # what is older than that counts less than 1/4096 of a new event
_STATED = Windows()


def window_days(read: Input, kind: Kind | None = None, stated: Windows = _STATED) -> int | None:
    """Days: what the catalog states, a year by default and less of what the latest rows say best; more where what is read is old,
    less where it is not kept so long; None where that is less than a day."""
    if kind is not None and kind.name == "exp_decay_sum":
        stated = replace(stated, suggested=_HALF_LIVES * stated.half_life)
    enough = ceil((stated.recent if kind is not None and kind.recent else stated.suggested) / _DAY)
    if read.staleness is not None and isfinite(read.staleness.mean):
        enough = max(enough, ceil(_MEAN_AGES * read.staleness.mean / _DAY))
    if read.entry is not None and read.entry.retention is not None and isfinite(read.entry.retention):
        enough = min(enough, int(read.entry.retention // _DAY))
    return enough or None

"""What a stated schedule says in the keys of a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.cadence import cadence, offset
from feasilint.catalog.imports.artefact import stated, written_duration

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Entry


_DAY = 86_400
_NAMED = {30.4375 * _DAY: "1mo", 91.3125 * _DAY: "3mo", 365.25 * _DAY: "1y"}


def refreshed(every: str) -> Entry:
    """The `period` of a schedule (`daily`, `4 hours`, a cron expression; of an uneven one its longest gap), and its `offset`
    where that is certain; nothing for words that say nothing. Raises ValueError for a cron expression that is none."""
    found = cadence(every)
    if found is None:
        return {}
    after = offset(every)
    period = _NAMED.get(found.longest) or written_duration(found.longest)
    return stated(period=period, offset=None if after is None else written_duration(after))

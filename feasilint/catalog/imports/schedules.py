"""What a stated schedule says in the keys of a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.cadence import cadence, offset
from feasilint.catalog.imports.artefact import stated, written_duration

if TYPE_CHECKING:
    from feasilint.catalog.imports.artefact import Entry


def refreshed(every: str) -> Entry:
    """The `period` of a schedule (`daily`, `4 hours`, a cron expression; of an uneven one its longest gap), and its `offset`
    where that is certain; nothing for words that say nothing. Raises ValueError for a cron expression that is none."""
    found = cadence(every)
    if found is None:
        return {}
    after = offset(every)
    return stated(period=written_duration(found.longest), offset=None if after is None else written_duration(after))

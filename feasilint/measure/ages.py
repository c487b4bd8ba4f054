"""How old what arrives over a path is: the lag of its source, and the wait at every stored table on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.cadence import cadence
from feasilint.catalog.model import Staleness
from feasilint.ir import Refresh, Scan
from feasilint.measure.model import Age, Hop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Source, Write
    from feasilint.link import Linkage
    from feasilint.paths import Step

_UNSTORED = ("view", "ephemeral", "seed")  # read through at once, or made of nothing that ages
_DYNAMIC = ("dynamic table", "dynamic_table")
_LAG = "target_lag"


class Ages:
    """The ages of paths; what a table adds is remembered. `entry` and `of_source`: what the catalog knows."""

    def __init__(
        self,
        linkage: Linkage,
        entry: Callable[[Scan], SourceEntry | None],
        of_source: Callable[[Source], SourceEntry | None],
    ) -> None:
        self._linkage = linkage
        self._entry = entry
        self._of_source = of_source
        self._hops: dict[Scan, Hop | None] = {}

    def along(self, steps: Iterable[Step]) -> Age:
        """The age of what arrives over a path: L_min, L_mean and L_worst of its source and of every table on the way, added."""
        scans = [step.relation for step in steps if isinstance(step.relation, Scan)]
        if not scans:
            return Age()
        source = self._entry(scans[-1])
        own = source.staleness if source is not None else None
        way = scans if own is None and scans[-1] in self._linkage.bound else scans[:-1]
        age = aged(own, source, [hop for scan in way if (hop := self.hop(scan)) is not None])
        return replace(age, through=any(map(self._is_stored, scans[:-1])))

    def _is_stored(self, scan: Scan) -> bool:
        """Whether what is read is stored between runs: by others, or by a project in any other way than as a view."""
        made = [write for write in self._linkage.bound.get(scan, ()) if not write.temporary]
        return self.hop(scan) is not None and (not made or any(_stated(write) is not None for write in made))

    def hop(self, scan: Scan) -> Hop | None:
        """What the table that is read adds; None where nothing is stored on the way, or all in the run of one document."""
        if scan not in self._hops:
            self._hops[scan] = self._hop(scan)
        return self._hops[scan]

    def _hop(self, scan: Scan) -> Hop | None:
        entry = self._entry(scan)
        if entry is not None and entry.staleness is not None:
            return Hop(scan.source.name, entry.staleness, entry)
        made = [write for write in self._linkage.bound.get(scan, ()) if not write.temporary]
        hops = [hop for write in made if (hop := _stated(write)) is not None]
        known = [hop for hop in hops if hop.staleness is not None]
        if known:  # of several that may fill a table nobody knows which; the soonest is no exaggeration
            return min(known, key=_worst)
        return None if len(hops) < len(made) or self._linkage.inside(scan) else next(iter(hops), None)

    def stored(self, write: Write) -> Hop | None:
        """What the table adds that a document ends in, for those who read it; None where nobody states a schedule."""
        entry = self._of_source(write.target) if write.target is not None and not write.temporary else None
        if entry is not None and entry.staleness is not None:
            return Hop(entry.name, entry.staleness, entry)
        hop = _stated(write) if write.target is not None and not write.temporary else None
        return hop if hop is not None and hop.refresh is not None and hop.refresh.every is not None else None


def aged(lag: Staleness | None, source: SourceEntry | None, hops: Iterable[Hop]) -> Age:
    """The age of what has the lag of its source and passes the hops, from the reader down. What one entry of the catalog says is
    said once: of several tables that it is about, nobody knows whether one waits for the other."""
    said = [source] if source is not None and lag is not None else []
    kept: list[Hop] = []
    for hop in hops:
        if hop.entry is None or hop.entry not in said:
            kept.append(hop)
            said += [hop.entry] if hop.entry is not None else []
    return Age(lag, within_lags(kept))


def _stated(write: Write) -> Hop | None:
    """What the project says of the table that it makes."""
    refresh = write.refresh or Refresh()
    kind = refresh.materialized or ("view" if write.mode == "view" else None)
    if write.target is None or kind in _UNSTORED:
        return None
    return Hop(write.target.name, _staleness(refresh), None, refresh)


def _staleness(refresh: Refresh) -> Staleness | None:
    """A schedule that cannot be read is unknown: the document that states it says so."""
    try:
        every = cadence(refresh.every) if refresh.every is not None else None
    except ValueError:
        return None
    return Staleness(0, every.mean, every.longest) if every is not None else None


def within_lags(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Those of hops that count, from the reader down. The lag of a dynamic table is counted from the tables at the root of its
    graph, so that it includes the dynamic tables right below."""
    kept: list[Hop] = []
    within = False
    for hop in hops:
        refresh = hop.refresh or Refresh()
        dynamic = refresh.materialized in _DYNAMIC
        if not (within and dynamic):
            kept.append(hop)
        within = dynamic and (within or str(refresh.stated_by).lower() == _LAG)
    return tuple(kept)


def _worst(hop: Hop) -> float:
    return hop.staleness.worst if hop.staleness is not None else 0

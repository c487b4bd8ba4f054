"""What it takes to serve a scan's aggregates online: filling a key-value store, and reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir.expressions import fold
from feasilint.measure import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ledger import Scan
    from feasilint.measure.cost import Load
    from feasilint.prices import PriceList

_ONLINE = ("online", "streaming")
_MILLION = 1e6


class Served(Struct, frozen=True):
    """One form of what is stored: `items` fill the store once, `fill` is what writing them costs, `reads` what a million reads of
    an average key cost, and `busiest` those of the busiest one. None where something is not known."""

    words: str
    items: float
    fill: float | None
    reads: float | None
    busiest: float | None


def served(scan: Scan, prices: PriceList) -> tuple[Served, ...]:
    """The forms in which a scan's aggregates could be kept for online reads; none where no model reads them online."""
    online = any(use.feature.point is not None and use.feature.point.mode in _ONLINE for use in scan.uses)
    return tuple(_forms(scan, scan.load, prices)) if online and scan.load is not None else ()


def _forms(scan: Scan, load: Load, prices: PriceList) -> Iterator[Served]:
    past = min(load.history, load.kept) if scan.lifetime else load.window_days
    per_key = load.rows / load.keys * past if load.keys else None
    hot = _busiest(scan)
    events = load.rows * past
    yield _form("single events", events, load.row_bytes, (per_key, hot * past if hot is not None else None), prices)
    tiles, tiled = serving.tiles(load), load.window >= 1 and scan.cost("daily_tiles") is not None
    if tiles is not None and tiled:
        per_key = tiles / load.keys if load.keys else None
        yield _form("daily tiles", tiles, load.tile, (per_key, load.window), prices)
    if load.keys is not None:
        yield _form("one value per key", load.keys, load.tile, (1, 1), prices)


def _form(
    words: str, items: float, item_bytes: float, rows: tuple[float | None, float | None], prices: PriceList
) -> Served:
    writes, reads = prices.find("writes_per_million"), prices.find("reads_per_million")
    fill = serving.write_units(items, item_bytes) / _MILLION * writes.value if writes is not None else None
    mean, busiest = (
        serving.read_units(count, item_bytes) * reads.value if reads is not None and count is not None else None
        for count in rows
    )
    return Served(words, items, fill, mean, busiest)


def _busiest(scan: Scan) -> float | None:
    """Rows a day of the busiest key."""
    keys = {fold(key) for use in scan.uses for key in use.aggregation.keys}
    found = scan.entry.keys.items() if scan.entry is not None else ()
    rows = [one.max_rows_per_day for name, one in found if fold(name) in keys and one.max_rows_per_day is not None]
    return min(rows, default=None)

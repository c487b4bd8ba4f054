"""What serving an aggregate per key takes of a key-value store, a store in memory or a stream job: pure formulas."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feasilint.measure.cost import Load

HOURS = 8_760  # of a year
GB = 1e9
_READ_UNIT, _WRITE_UNIT = 4_096, 1_024  # bytes
_STATE_PER_UNIT = 50 * GB  # of one unit of stream processing


def read_units(rows: float, row_bytes: float) -> float:
    """Read units of one eventually consistent read of that many rows of a key: half a unit for each 4 KiB that is begun."""
    return 0.5 * max(ceil(rows * row_bytes / _READ_UNIT), 1)


def write_units(items: float, item_bytes: float) -> float:
    """Write units of so many items: one for each KiB that is begun."""
    return items * max(ceil(item_bytes / _WRITE_UNIT), 1)


def raw_events(load: Load) -> float:
    """Items that the history of single events is: R · H, of a window R · W."""
    return load.rows * min(load.history, load.window, load.kept)


def tiles(load: Load) -> float | None:
    """Items that the daily tiles of a window are: K_d · W."""
    active = load.active_keys
    return active * load.window if active is not None else None


def memory(stored: float, per_gb_hour: float) -> float:
    """What keeping so many bytes in memory costs for a year."""
    return stored / GB * per_gb_hour * HOURS


def storage(stored: float, per_gb_month: float) -> float:
    """What keeping so many bytes in a store that bills by the month costs for a year."""
    return stored / GB * per_gb_month * 12


def stream_units(events_per_second: float, state: float, capacity: float) -> float:
    """Units of stream processing: as many as the events need, of which one unit takes `capacity` a second, or the bytes of state,
    whichever is more."""
    return max(events_per_second / capacity, state / _STATE_PER_UNIT)


def stream(units: float, per_unit_hour: float) -> float:
    """What so many units cost that run all year."""
    return units * per_unit_hour * HOURS

"""What ways of keeping an aggregate per key up to date read in a year: pure formulas over declared volumes.

Bytes here are those that a warehouse bills. What stores and streams cost is in `feasilint.measure.serving`; docs/cost.md derives
the formulas and says where they come from.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.ir.functions import traits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Growth: TypeAlias = Literal["O(history)", "O(window)", "O(1)"]

YEAR = 365  # days
TIB = 2.0**40
_MONTH = 30  # days in one tile of a month
_KEY_AND_DAY = 16  # bytes of a tile before its states
_VALUE = 8
STATES: dict[str, float] = {  # bytes of the state of an aggregate in one tile; 8 for all others
    "avg": 16, "std": 24, "var": 24, "skew": 32, "kurtosis": 40, "covar": 32, "corr": 48,
    "first": 16, "last": 16, "arg_min": 16, "arg_max": 16,
    "approx_count_distinct": 2.0**12,  # HyperLogLog with p = 12
    "approx_percentile": 2536,  # KLL with k = 200
}  # fmt: skip


class Load(Struct, frozen=True):
    """What the formulas are about.

    `rows` are added on one day, `row_bytes` read of each. `history`: days that there are at the beginning of the year, of which
    no more than `kept` stay. `window`: days that an aggregate looks back. `refreshes`: how often a day it is computed. `keys`:
    how many there are, `active` of them on one day; None where nobody says it. `tile`: bytes of a key's state for one day.
    `time`: bytes of the event time, where it is read only once there is a window.
    """

    rows: float
    row_bytes: float
    history: float
    window: float
    refreshes: float = 1
    keys: float | None = None
    active: float | None = None
    tile: float = 24
    kept: float = inf
    time: float = 0

    @property
    def day(self) -> float:
        """Bytes that are added on one day."""
        return self.rows * self.row_bytes

    @property
    def dated(self) -> float:
        """The same with the event time, which a window is cut by."""
        return self.rows * (self.row_bytes + self.time)

    @property
    def past(self) -> float:
        """The days of history that a rescan reads on average over the year."""
        return sum(min(self.history + day, self.kept) for day in range(YEAR)) / YEAR

    @property
    def window_days(self) -> float:
        """A scan is cut by days: a window of an hour reads one."""
        return max(self.window, 1)

    @property
    def active_keys(self) -> float | None:
        """Keys with rows on one day; no more than there are keys, or rows."""
        if self.active is not None:
            return self.active
        return min(self.keys, self.rows) if self.keys is not None else None


def lifetime_rescan(load: Load) -> float:
    """All history again at every refresh: f · R·b · Σ H(d) over the days of the year, so that all of it grows with the square."""
    return load.refreshes * YEAR * load.day * load.past


def window_rescan(load: Load) -> float:
    """The window again at every refresh: 365 · f · R·b·W. Only where the condition on time prunes what is read."""
    return load.refreshes * YEAR * load.dated * min(load.window_days, load.past)


def daily_tiles(load: Load) -> float | None:
    """New rows once, and at every refresh the tiles of the window, one for each day that a key has rows on:
    365 · (R·b + f · K_d·t·W). A window below a day has none."""
    active = load.active_keys
    if active is None or load.window < 1:
        return None
    return YEAR * (load.dated + load.refreshes * active * load.tile * load.window)


def coarse_tiles(load: Load) -> float | None:
    """Tiles of months, and of days at the ends: 365 · (R·b + f · K·t·(W/30 + 30)), never more tiles than days have."""
    active = load.active_keys
    if active is None or load.keys is None or load.window < 1:
        return None
    tiles = min(load.keys * (load.window / _MONTH + _MONTH), active * load.window)
    return YEAR * (load.dated + load.refreshes * tiles * load.tile)


def sliding_total(load: Load) -> float | None:
    """The total of the window, to which a day is added while one is taken out: 365 · (R·b + f · 2·K·t)."""
    if load.keys is None or load.window < 1:
        return None
    return YEAR * (load.dated + load.refreshes * 2 * load.keys * load.tile)


def running_total(load: Load) -> float | None:
    """The total of all time, to which new rows are added: 365 · (R·b + f · K·t). Each row must be applied exactly once, for ever;
    a change of its definition reads all history again."""
    if load.keys is None:
        return None
    return YEAR * (load.day + load.refreshes * load.keys * load.tile)


def replay(load: Load) -> float:
    """All history once, as a first fill, a corrected definition or a deletion takes it: R·b·H."""
    return load.day * min(load.history, load.kept)


class Strategy(Struct, frozen=True):
    """One way of keeping an aggregate up to date. `words` name it; `lifetime`: what it gives is the aggregate over all history,
    else over the window. `read`: the bytes of one year, None where the load lacks what it needs."""

    words: str
    lifetime: bool
    growth: Growth
    read: Callable[[Load], float | None]
    mergeable: bool = False
    reversible: bool = False

    def serves(self, functions: Iterable[str]) -> bool:
        """Whether these aggregates can be kept this way: tiles need states of constant size that merge, taking days out of a
        total such that can be reversed."""
        needed = [traits(function) for function in functions]
        if self.mergeable and not all(one.mergeable and one.bounded and not one.ordinal for one in needed):
            return False
        return not self.reversible or all(one.reversible for one in needed)


STRATEGIES: dict[str, Strategy] = {
    "lifetime_rescan": Strategy("full rescan", True, "O(history)", lifetime_rescan),
    "window_rescan": Strategy("window rescan", False, "O(window)", window_rescan),
    "daily_tiles": Strategy("daily tiles", False, "O(window)", daily_tiles, mergeable=True),
    "coarse_tiles": Strategy("month and day tiles", False, "O(window)", coarse_tiles, mergeable=True),
    "sliding_total": Strategy("sliding total", False, "O(1)", sliding_total, mergeable=True, reversible=True),
    "running_total": Strategy("running total", True, "O(1)", running_total, mergeable=True),
}


def tile_bytes(functions: Iterable[str], rows: float = inf) -> float:
    """The bytes of one tile with the states of these aggregates, where a key has `rows` on a day that it has any: a sketch of few
    values is no larger than the values."""
    return _KEY_AND_DAY + sum(
        min(STATES.get(function, _VALUE), _VALUE * max(rows, 1))
        if function.startswith("approx")
        else STATES.get(function, _VALUE)
        for function in functions
    )


def price(read: float, per_tib: float) -> float:
    """What reading so many bytes costs."""
    return read / TIB * per_tib

"""The scans that features take, who shares them, and what they cost in each way of keeping them up to date."""

from __future__ import annotations

from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from feasilint.measure.cost import STRATEGIES, Load, price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.billed import Billed, Refreshes
    from feasilint.catalog.model import SourceEntry
    from feasilint.findings import Place
    from feasilint.measure.model import Aggregation, Input
    from feasilint.prices import PriceList
    from feasilint.rule import Feature

HISTORY = 5 * 365.0  # days of history that are assumed where nobody says how many there are

Name: TypeAlias = tuple[str, str]  # the file or model, and the feature


def named(feature: Feature) -> Name:
    """The model that a feature is of, or its file, and its name: one that a notebook fits many models on counts once."""
    return feature.entry.name if feature.entry is not None else feature.sink.path, feature.name


class Use(Struct, frozen=True, gc=False):
    """An aggregation of a feature over one source. `window`: the days that it looks back, infinite where nothing limits it;
    `suggested`: those that it could look back instead, None where nothing is to be suggested. `pruned` false: although its time
    is bounded, every partition is read."""

    feature: Feature
    aggregation: Aggregation
    read: Input
    window: float
    suggested: float | None = None
    pruned: bool = True

    @property
    def name(self) -> Name:
        return named(self.feature)

    @property
    def bounded(self) -> float:
        """The days of the window that it has, or that it should have; 0 where none is to be suggested."""
        return self.window if isfinite(self.window) else self.suggested or 0


class Assumed(Struct, frozen=True):
    """What is taken for granted where nobody says it: days of history, refreshes a day. `today`: the day (ISO) up to which there
    is history of what begins at a constant date. `per_credit`: bytes that a credit reads, where the warehouse bills its time."""

    history: float = HISTORY
    refreshes: float = 1
    today: str | None = None
    per_credit: float | None = None


class Scan(Struct, frozen=True, dict=True):
    """What one query reads of one source, and what it takes. `load` is None where volumes are not declared, and `lacks` says what
    is missing. `lifetime`: some feature needs all history today; `whole`: all of it is read, needed or not. `incremental`: what
    it makes is kept incrementally, as its project says."""

    uses: tuple[Use, ...]
    lifetime: bool
    whole: bool
    billed: Billed
    refreshes: Refreshes
    load: Load | None = None
    lacks: tuple[str, ...] = ()
    per_tib: float | None = None
    incremental: bool = False

    @property
    def entry(self) -> SourceEntry | None:
        return self.uses[0].read.entry

    @property
    def source(self) -> str:
        return self.uses[0].read.source.name

    @property
    def place(self) -> Place:
        return self.uses[0].aggregation.place

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The features that share it."""
        return tuple(dict.fromkeys(use.name for use in self.uses))

    @property
    def growing(self) -> int:
        """How many of them reach back further every day."""
        return len({use.name for use in self.uses if not isfinite(use.window)})

    @property
    def suggests(self) -> bool:
        """Whether following all suggestions bounds it: of its growing uses each must have one; all that is wrong with others is
        that they read every partition."""
        return self.whole and all(use.suggested is not None for use in self.uses if not isfinite(use.window))

    @property
    def today(self) -> str:
        return "lifetime_rescan" if self.whole else "window_rescan"

    @property
    def after(self) -> str:
        """How it is rescanned once all suggestions are followed."""
        return "window_rescan" if self.suggests else self.today

    @property
    def least(self) -> float | None:
        """What it costs today if it is no rescan: what the features need is kept in totals or tiles already."""
        ways = [
            self.today,
            *(name for name, way in STRATEGIES.items() if way.mergeable and way.lifetime == self.lifetime),
        ]
        return min((cost for name in ways if (cost := self.cost(name)) is not None), default=None)

    @property
    def kept(self) -> str | None:
        """The cheapest way to keep in tiles or totals what the features need once all suggestions are followed."""
        ways = [
            name
            for name, way in STRATEGIES.items()
            if way.mergeable and not way.lifetime and self.cost(name) is not None
        ]
        return min(ways, key=lambda name: self.cost(name) or 0, default=None)

    def cost(self, strategy: str) -> float | None:
        """The money of one year; None where a volume or a price is missing, or the aggregates cannot be kept this way."""
        return self._costs[strategy]

    @cached_property
    def _costs(self) -> dict[str, float | None]:
        return {strategy: self._cost(strategy) for strategy in STRATEGIES}

    def _cost(self, strategy: str) -> float | None:
        found = STRATEGIES[strategy]
        if self.load is None or self.per_tib is None or not self._gives(strategy):
            return None
        read = found.read(self.load)
        return price(read, self.per_tib) if read is not None else None

    @property
    def expected(self) -> float | None:
        """What it costs today, as far as its project says how it is kept."""
        return self.least if self.incremental else self.cost(self.today)

    def share(self, strategy: str) -> float | None:
        """What each of the features costs that share it."""
        cost = self.cost(strategy)
        return cost / len(self.names) if cost is not None else None

    def _gives(self, strategy: str) -> bool:
        """Whether it gives what the features need: a total of all time no window, and none that is right where rows change."""
        found = STRATEGIES[strategy]
        if not found.serves(use.aggregation.function for use in self.uses):
            return False
        if not found.lifetime:
            whole_days = not found.mergeable or all(use.bounded >= 1 for use in self.uses)
            return whole_days and (self.suggests or not self.whole)
        if strategy == "running_total":
            growing = all(not isfinite(use.window) for use in self.uses)
            return growing and not (self.entry is not None and self.entry.mutable)
        return self.whole


class Line(Struct, frozen=True):
    """One feature with the scans that it has a share of."""

    name: Name
    scans: tuple[Scan, ...]
    uses: tuple[Use, ...]

    def cost(self, strategy: str) -> float | None:
        """Its share of a year's cost; None where that of any scan is not known."""
        return total(scan.share(strategy) for scan in self.scans)

    @property
    def today(self) -> float | None:
        """Its share where everything is read again at every refresh."""
        return total(scan.share(scan.today) for scan in self.scans)

    @property
    def expected(self) -> float | None:
        """Its share where everything is read again, but for what its project keeps incrementally."""
        costs = ((scan.expected, len(scan.names)) for scan in self.scans)
        return total(cost / sharing if cost is not None else None for cost, sharing in costs)

    @property
    def bounded(self) -> float | None:
        """Its share once every suggestion is followed, and still everything is read again."""
        return total(scan.share(scan.after) for scan in self.scans)


class Ledger(Struct, frozen=True):
    """The features of a run with what they cost. `lines` by model and name; `unmeasured`: features with aggregations over a kind
    of window that no cost is said of, with that kind."""

    prices: PriceList
    assumed: Assumed
    scans: tuple[Scan, ...] = ()
    lines: tuple[Line, ...] = ()
    unmeasured: tuple[tuple[Name, str], ...] = ()


def total(costs: Iterable[float | None]) -> float | None:
    """The sum; None where a part of it is not known."""
    known = list(costs)
    return None if None in known else sum(cost for cost in known if cost is not None)

"""What is measured, of what, and what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import datetime


class Form(Struct, frozen=True):
    """A feature with its windows: `days` of the longest, None for all history, which may begin at a date. `windows`: the seconds
    of each of its aggregates."""

    days: float | None
    since: str | None = None
    windows: tuple[float | None, ...] = ()

    @property
    def name(self) -> str:
        if self.days is None:
            return f"since {self.since}" if self.since else "all history"
        if self.days < 1:
            return f"{self.days * 24:g} h"
        return f"{self.days:g} d"


class Settings(Struct, frozen=True):
    """What is asked for. `windows`: days, instead of the suggested ones. `keys`: at most so many are measured, with their whole
    history; `points`: at most so many. `times`: at so many, where no spine says when. `label`: its column in the spine, else in
    the data; `matures`: seconds until its value is known. `time`: the column of the spine's times."""

    windows: tuple[float, ...] = ()
    keys: int = 20_000
    points: int = 100_000
    times: int = 6
    spine: str | None = None
    time: str | None = None
    label: str | None = None
    matures: float | None = None


class Sample(Struct, frozen=True):
    """The data: from where, how many rows of how many keys were taken (a `share` of all keys, about), and the times of the first
    and the last row. `keyless` rows have no key, `timeless` ones no time."""

    path: str
    rows: int
    keys: int
    share: float
    first: datetime
    last: datetime
    keyless: int = 0
    timeless: int = 0


class Points(Struct, frozen=True):
    """Where the forms are measured: so many points, of so many that there are, at so many times. `how`: what they are."""

    count: int
    available: int
    keys: int
    times: int
    first: datetime
    last: datetime
    how: str


class Estimate(Struct, frozen=True):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class Measured(Struct, frozen=True):
    """A form on the data. `coverage`: the share of points with a value; `quantiles` by share. Against the present form:
    `changed`, the share of points with another value, `spearman` over `paired` points, `auc` and what it is less (`gain`)."""

    form: Form
    coverage: float
    quantiles: tuple[tuple[float, float], ...] = ()
    changed: float | None = None
    spearman: float | None = None
    paired: int = 0
    auc: Estimate | None = None
    gain: Estimate | None = None


class Labels(Struct, frozen=True):
    """The labels of the points at which every form has a value. `inverted`: higher values of the present form go with fewer
    positives, so that its AUCs are those of its negative."""

    column: str
    positive: int
    negative: int
    inverted: bool = False


class Evidence(Struct, frozen=True):
    """The present form first, then the bounded ones. `default`: what the code takes where a key has no value, as SQL. `notes`:
    what has to be known to read the figures."""

    feature: str
    source: str
    keys: tuple[str, ...]
    default: str | None
    sample: Sample
    points: Points
    forms: tuple[Measured, ...]
    labels: Labels | None = None
    notes: tuple[str, ...] = ()

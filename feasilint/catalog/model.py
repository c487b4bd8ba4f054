"""The catalog as the engine uses it: plain immutable values, already validated.

All durations are seconds (floats, `inf` for never). The YAML side with its errors is `feasilint.catalog.load`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - the cache decodes by these annotations
from math import inf
from typing import Literal, TypeAlias

from msgspec import Struct, field

Availability: TypeAlias = Literal[
    "production", "request", "training_only", "vendor", "sandbox", "deprecated", "unknown"
]  # fmt: skip
SourceKind: TypeAlias = Literal["events", "snapshot", "scd1", "scd2", "dimension", "label"]
Mode: TypeAlias = Literal["online", "streaming", "batch"]
SeverityName: TypeAlias = Literal["error", "warning", "info"]
WindowName: TypeAlias = Literal["unbounded", "anchored", "bounded", "bucketed", "rows", "entity", "global", "unknown"]
LatencyClass: TypeAlias = Literal[
    "request", "online", "streaming", "microbatch", "hourly", "daily", "slow", "manual", "none"
]  # fmt: skip

LATENCY_AGES: dict[LatencyClass, float] = {  # worst-case age of the newest usable event; ordered from fast to slow
    "request": 0,
    "online": 1,
    "streaming": 5,
    "microbatch": 15 * 60,
    "hourly": 2 * 3600,
    "daily": 36 * 3600,
    "slow": inf,
    "manual": inf,
    "none": inf,
}


class Mark(Struct, frozen=True, array_like=True, gc=False):
    """A place in a catalog file, 1-based."""

    path: str
    line: int
    column: int


class Staleness(Struct, frozen=True):
    """Age in seconds of the newest event that a reader sees: at best, on average, at worst."""

    least: float
    mean: float
    worst: float

    def __add__(self, other: Staleness) -> Staleness:
        return Staleness(self.least + other.least, self.mean + other.mean, self.worst + other.worst)


class Owner(Struct, frozen=True, array_like=True, gc=False):
    team: str | None = None
    contact: str | None = None

    def __str__(self) -> str:
        return self.contact or self.team or ""


class ColumnEntry(Struct, frozen=True, array_like=True, gc=False):
    """What is known of one column. `known_after`: seconds after the event until its value exists."""

    name: str
    type: str | None = None
    availability: Availability | None = None
    known_after: float | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    mark: Mark | None = None


class Provenance(Struct, frozen=True, array_like=True, gc=False):
    """Where values of an entry come from. `keys`: the fields, each with the fingerprint of the value that was imported."""

    origin: str
    path: str | None = None
    as_of: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    mark: Mark | None = None

    def __str__(self) -> str:
        return f"{self.origin}{f' of {self.as_of}' if self.as_of else ''}"


class KeyVolume(Struct, frozen=True, array_like=True, gc=False):
    distinct: float | None = None
    active_per_day: float | None = None
    max_rows_per_day: float | None = None


class SourceEntry(Struct, frozen=True, array_like=True, gc=False):
    """What production knows of one source. `marks` has the place of each field that the catalog states, by its key; `overridden`
    those of other values in included packages (`period`, `columns.amount.type`), which do not count."""

    name: str
    aliases: tuple[str, ...] = ()
    availability: Availability = "unknown"
    latency: LatencyClass | None = None
    worst_age: float | None = None  # of the class, with the catalog's overrides applied
    period: float | None = None
    offset: float | None = None
    blind_spot: float | None = None
    run_time: float | None = None
    promised_within: float | None = None  # the age at which somebody is alarmed; never taken for the age
    measured_age: float | None = None  # of the newest row, on the day of its provenance
    stream_twin: str | None = None
    kind: SourceKind | None = None
    grain: tuple[str, ...] = ()
    event_time: str | None = None
    available_at: str | None = None
    partition: str | None = None
    tz: str | None = None
    mutable: bool | None = None
    retention: float | None = None
    rows_per_day: float | None = None
    row_bytes: float | None = None
    keys: Mapping[str, KeyVolume] = field(default_factory=dict)
    bounded_keys: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    columns: Mapping[str, ColumnEntry] = field(default_factory=dict)
    owner: Owner | None = None
    use_instead: str | None = None
    reason: str | None = None
    provenance: tuple[Provenance, ...] = ()
    mark: Mark | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    overridden: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def staleness(self) -> Staleness | None:
        """From period, blind spot and run time where a period is stated, else from the latency class; None if neither.

        L_min = blind_spot + run_time, L_mean = L_min + period / 2, L_worst = L_min + period. A class alone gives its worst
        age, two thirds of it on average, a third at best.
        """
        if self.period is not None:
            least = (self.blind_spot or 0) + (self.run_time or 0)
            return Staleness(least, least + self.period / 2, least + self.period)
        if self.worst_age is not None:
            return Staleness(self.worst_age / 3, self.worst_age * 2 / 3, self.worst_age)
        return None


class PredictionPoint(Struct, frozen=True, array_like=True, gc=False):
    """Where a model is called. `run_at`: seconds after midnight in `tz`."""

    name: str
    mode: Mode
    latency_budget: float | None = None
    max_age: float | None = None
    run_at: float | None = None
    tz: str | None = None
    entity: tuple[str, ...] = ()
    request_fields: tuple[str, ...] = ()
    mark: Mark | None = None


class ModelEntry(Struct, frozen=True, array_like=True, gc=False):
    """Which files train a model, and where it is called."""

    name: str
    paths: tuple[str, ...]
    prediction_point: str | None = None
    owner: Owner | None = None
    provenance: tuple[Provenance, ...] = ()
    mark: Mark | None = None


class Budgets(Struct, frozen=True, array_like=True, gc=False):
    """Money that may be spent in one year, in the currency of the prices: on one feature, and on all of a model together."""

    per_feature: float | None = None
    per_model: float | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


class Prices(Struct, frozen=True, array_like=True, gc=False):
    """What things cost, each as its name says; None where nobody says it. `as_of`: the day (ISO) on which the prices held."""

    currency: str | None = None
    as_of: str | None = None
    scan_per_tib: float | None = None
    storage_per_gib_month: float | None = None
    compute_per_credit: float | None = None
    reads_per_million: float | None = None
    writes_per_million: float | None = None
    key_value_per_gb_month: float | None = None
    memory_per_gb_hour: float | None = None
    stream_per_unit_hour: float | None = None
    stream_per_gb_month: float | None = None
    ingest_per_gb: float | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


class Windows(Struct, frozen=True, array_like=True, gc=False):
    """Lengths of windows in seconds. `suggested`: of what is proposed for aggregates that have none; `recent`: the same for last
    values, lists and favourites; `exact`: up to which all values of a key may be read again; `half_life`: after which an event
    counts half as much in what is proposed for counts and sums, 0 where all of a window count the same."""

    suggested: float = 365 * 86_400
    recent: float = 90 * 86_400
    exact: float = 30 * 86_400
    half_life: float = 0
    marks: Mapping[str, Mark] = field(default_factory=dict)


class Match(Struct, frozen=True):
    """Which features a declared rule is about: all that is stated must hold, of each list one. Patterns as for names of sources;
    `longer_than` and `shorter_than` in seconds."""

    sources: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    functions: tuple[str, ...] = ()
    windows: tuple[WindowName, ...] = ()
    longer_than: float | None = None
    shorter_than: float | None = None
    models: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()


class RuleExample(Struct, frozen=True):
    """A case that is a test of a declared rule: files by path, and how often the rule flags something in them."""

    title: str
    files: Mapping[str, str]
    flagged: float = 1


class RuleEntry(Struct, frozen=True):
    """A rule that is declared in a catalog."""

    code: str
    name: str
    match: Match
    message: str
    severity: SeverityName = "warning"
    batch: SeverityName | Literal["silent"] | None = None
    summary: str | None = None
    help: str | None = None
    instead: str | None = None
    supersedes: tuple[str, ...] = ()
    examples: tuple[RuleExample, ...] = ()
    mark: Mark | None = None


class Catalog(Struct, frozen=True):
    """All that is declared. `root` is the folder that model paths and relative file sources are relative to; `parts` are the
    catalogs of several folders that this one is put together of."""

    path: str | None = None
    root: str = "."
    prediction_points: tuple[PredictionPoint, ...] = ()
    models: tuple[ModelEntry, ...] = ()
    sources: Sequence[SourceEntry] = ()
    prices: Prices = Prices()
    budgets: Budgets = Budgets()
    windows: Windows = Windows()
    rules: tuple[RuleEntry, ...] = ()
    parts: tuple[Catalog, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.sources or self.models or self.prediction_points)

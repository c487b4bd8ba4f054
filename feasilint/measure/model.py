"""Measures of a feature: what it reads, over which window, and how old that is."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from feasilint.catalog.model import SourceEntry, Staleness
    from feasilint.findings import Confidence, Place
    from feasilint.ir import Interval, Name, Origin, Refresh, Source
    from feasilint.measure.pairs import Pairing
    from feasilint.measure.pruning import Unpruned

WindowClass: TypeAlias = Literal[
    "unbounded", "anchored", "bounded", "bucketed", "rows", "entity", "global", "unknown"
]  # fmt: skip
Role: TypeAlias = Literal["feature", "label", "weight", "key", "spine", "filter"]
Reach: TypeAlias = Literal["model", "table", "eda", "unknown"]

GROWING: frozenset[WindowClass] = frozenset({"unbounded", "anchored"})


class Extent(Struct, frozen=True, gc=False):
    """How far back a measure's input reaches. `intervals`: the lengths of a bounded one, shortest first (several where a
    feature is defined several times). `time_column`: what bounds it, or what could. `since`: the constant that an anchored one
    begins at, where it is a date."""

    window: WindowClass
    intervals: tuple[Interval, ...] = ()
    time_column: Name | None = None
    confidence: Confidence = "exact"
    since: str | None = None


class Until(NamedTuple):
    """A comparison of the code that limits rows from above: `event` is the time that is compared, as its source calls it; it has
    no `origin` where it is the opposite of what the code says, or stands in a text. `constant`: what it is compared with is
    known, and the same for all rows; `text`: it is no time then, but one as it is written."""

    event: str
    origin: Origin | None
    constant: bool = False
    text: bool = False


class Aggregation(Struct, frozen=True, gc=False):
    """One aggregate function in the code, with all that was found out about it.

    `running`: over an explicit or default frame that grows row by row (cumsum, OVER (ORDER BY …)), `backwards` where later
    rows come first and `default_frame` where the code states none; `includes_current`: the row that it is computed for is
    among its rows, and `ends_before`: how many seconds before that row's time its newest one lies at least. `alone`: the
    feature is this value, and not computed with it. `arguments`: the names of the columns that it is applied to; `order`:
    those that its window is ordered by. `values`: the physical columns that its arguments are made of. `outputs`: the final
    columns it flows into. `sources`: those of its input, and `through` the stored tables on the way to it, which may keep
    rows longer or shorter. `spans`: the lengths of its window in each source, where they differ. `gathers`: of
    one that grows, the sources whose rows it counts or whose values it takes. `part`: the part of a split
    that its rows are of. `elsewhere`: no statistic that is set off against the rows that it is taken of. `chosen`: some rows
    were left out before. `fills`: of a feature's measure, that it at most stands in for other values. `gathered`: another
    aggregation takes its values together. `nested`: it reaches the feature only in another aggregation over more or other
    rows, or has its window from such a one, so that its window is not that of the feature; `divided`: it does so only in a
    quotient of aggregations. `pairing`: how its rows are held against all earlier ones. `unpruned`: what it reads all
    partitions of, although its time is bounded. `zones`: those whose clocks its time buckets and time conditions are told by.
    `until`: what limits its rows from above, of one that grows; those comparisons that stand in its own document.
    """

    function: str
    keys: tuple[str, ...]
    extent: Extent
    place: Place
    text: str
    arguments: tuple[str, ...] = ()
    values: frozenset[tuple[Source, str]] = frozenset()
    order: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    reaches: Reach = "unknown"
    roles: tuple[Role, ...] = ()
    sources: tuple[Source, ...] = ()
    spans: tuple[tuple[Source, tuple[Interval, ...]], ...] = ()
    gathers: frozenset[Source] = frozenset()
    through: tuple[Source, ...] = ()
    running: bool = False
    backwards: bool = False
    default_frame: bool = False
    includes_current: bool = False
    ends_before: float | None = None
    alone: bool = False
    part: str | None = None
    elsewhere: bool = False
    chosen: bool = False
    fills: bool = False
    gathered: bool = False
    nested: bool = False
    divided: bool = False
    pairing: Pairing | None = None
    unpruned: tuple[Unpruned, ...] = ()
    zones: tuple[str, ...] = ()
    until: tuple[Until, ...] = ()
    confidence: Confidence = "exact"
    fragment: int | None = None
    node: int | None = None

    def lengths(self, source: Source) -> tuple[Interval, ...]:
        """The lengths of its window in one of its sources."""
        return next((lengths for one, lengths in self.spans if one == source), self.extent.intervals)


class Hop(Struct, frozen=True, gc=False):
    """A stored table on the way from a source to its reader. `staleness`: what it adds, None where nobody states how often it
    is made; stated by its `entry` in the catalog, else by the project (`refresh`)."""

    table: str
    staleness: Staleness | None
    entry: SourceEntry | None = None
    refresh: Refresh | None = None


class Age(Struct, frozen=True, gc=False):
    """How old what arrives over a path is. `source`: the lag of its source alone; `hops` from the reader down;
    `through`: stored tables lie on the way, also such as add nothing that has not been said of the source."""

    source: Staleness | None = None
    hops: tuple[Hop, ...] = ()
    through: bool = False

    @property
    def total(self) -> Staleness | None:
        """All that is known, added; None if that is nothing."""
        known = [part for part in (self.source, *(hop.staleness for hop in self.hops)) if part is not None]
        return reduce(add, known) if known else None


class Input(Struct, frozen=True, gc=False):
    """A physical column that a feature depends on.

    `role` is value where its values flow into the feature; otherwise the way in which the feature's own computation uses it
    (where, join, group_by, order_by, window). `read` is where the source is read; `entry` what the catalog knows of it, None if
    it does not know the source. `staleness` includes all `hops`, the stored tables on the way; `path` runs from the feature to
    the source, for people; `places` are the steps of that path with what happens there. `least_age`: how old its rows are at
    least, in seconds before the prediction. `written`: it is a table on the way that the scanned code writes.
    `through`: stored tables lie on the way, also such as no hop is counted for.
    """

    source: Source
    column: str
    role: str
    read: Place | None
    entry: SourceEntry | None
    staleness: Staleness | None = None
    path: tuple[str, ...] = ()
    places: tuple[tuple[Place, str], ...] = ()
    least_age: float = 0
    confidence: Confidence = "exact"
    hops: tuple[Hop, ...] = ()
    written: bool = False
    through: bool = False


class Choosing(NamedTuple):
    """A column that decides which rows a model or table gets, and in which role: join, where, group_by, …"""

    source: Source
    column: str
    role: str


OperationKind: TypeAlias = Literal["later", "random", "arbitrary", "clock", "learned"]


class Operation(Struct, frozen=True, gc=False):
    """What a feature's value passes on its way that does not give the same when it is computed again, or earlier.

    `later`: it takes values of rows that come after its own, in the order of time as far as the order is known. `random`: numbers
    are drawn. `arbitrary`: one of several values or rows is taken, and nothing says which. `clock`: it depends on the time at
    which the code runs. `learned`: a scaler, imputer or encoder is applied that was fitted on rows of which some are held back
    for testing later. `text`: what is done, as a name (`shift(-1)`, the estimator). `sources`: those of the values that it is
    done to; of a time in its own order those of its partition. `fragment` and `node`: the code that does it. `of_one_day`: its
    later rows are those of the same day or hour.
    """

    kind: OperationKind
    text: str
    place: Place
    sources: tuple[Source, ...] = ()
    fragment: int | None = None
    node: int | None = None
    of_one_day: bool = False

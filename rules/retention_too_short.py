from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold, spelled
from feasilint.ir.functions import traits
from feasilint.measure.names import dated, event_time
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject, Suggestion

from ._evidence import aggregated, declared, details
from ._words import VERBS, bounded_title, days, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Source
    from feasilint.measure.model import Aggregation, Input

_CATALOG = """
version: 1
sources:
  - name: web.clicks
    availability: production
    latency: hourly
    kind: events
    event_time: ts
    retention: 30d
    owner: {contact: "#web"}
  - {name: web.visits, availability: production, latency: daily, kind: events, event_time: day, retention: 2y}
"""
_QUERY = """
    create table ml.user_features as
    select user_id, count(*) as clicks
    from {table}
    where {time} >= current_timestamp - interval '{days} days'
    group by user_id
"""
_ABSENT = ("training_only", "vendor")
_SPARE = 1.05  # months are of 28 to 31 days, and a window of 365 days on one year of rows lacks nothing that counts
_DAY = 86_400


class RetentionTooShort(Rule):
    """A window is longer than its source keeps rows.

    ## What it does
    Compares the length of every bounded window with the `retention` that the catalog states for its source. Where the
    aggregate reads a table on the way that is stored, the retention of that table counts, and nothing is said where it
    is not stated. Of a stream it is a warning: what a running job holds in its state is not lost, but no new job can
    build it again.

    ## Why it matters
    The rows at the far end of the window are deleted before they are read. The feature is a count over the retention
    with the name of a longer one, and a model that was trained on an archive sees smaller numbers in production.

    ## Instead
    Bound the window by what is kept, have the source kept longer, or add up days into a table of your own before the
    rows are deleted.

    ## When to ignore it
    When production reads an archive under another name: better add that to the catalog.
    """

    code = "AVL110"
    name = "retention-too-short"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example(
            "14 days of what is kept for 30",
            {"features.sql": _QUERY.format(table="web.clicks", time="ts", days=14), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "90 days of a table that is built of it day by day, and kept for two years",
            {
                "visits.sql": "insert into web.visits select user_id, date(ts) as day from web.clicks",
                "features.sql": _QUERY.format(table="web.visits", time="day", days=90),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "people under thirty, by their birth date",
            {
                "features.sql": _QUERY.format(table="web.clicks", time="birth_date", days=10957),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "90 days of what is kept for 30",
            {"features.sql": _QUERY.format(table="web.clicks", time="ts", days=90), "catalog.yaml": _CATALOG},
            contains="feature `clicks` counts the last 90 d of `web.clicks`, which keeps rows for 30 days only",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        longest: dict[Source, tuple[float, Aggregation, Input]] = {}
        for aggregation in subject.aggregations:
            window = _length(aggregation)
            read = _shortest(subject, aggregation) if window else None
            if read is None or window <= max(
                _kept(read) * _SPARE, longest[read.source][0] if read.source in longest else 0
            ):
                continue
            if not _of_rows(aggregation, read):
                continue
            longest[read.source] = (window, aggregation, read)
        for window, aggregation, read in longest.values():
            yield self._found(subject, aggregation, read, window)

    def _found(self, feature: Feature, aggregation: Aggregation, read: Input, window: float) -> Finding:
        entry = read.entry
        assert entry is not None
        kept, function = _kept(read), aggregation.function
        verb = VERBS.get(function, f"takes the {traits(function).words} of")
        found = details(
            feature,
            read,
            declared(entry, "retention"),
            [("window", f"W = {duration(window)}, retention {duration(kept)}")],
        )
        doubts = (found["confidence"], aggregation.confidence, aggregation.extent.confidence)
        found["labels"] = aggregated(found["labels"], aggregation.place)
        found["confidence"] = "approximate" if "approximate" in doubts else "exact"
        severity = Severity.WARNING if read.source.kind == "stream" else self.severity
        return self.finding(
            self.severity_at(feature.point, severity) or severity,
            f"feature `{feature.name}` {verb} the last {duration(window)} of `{read.source.name}`,"
            f" which keeps rows for {days(kept)} only",
            aggregation.place,
            help=f"bound the window to {days(kept)}, have `{read.source.name}` kept longer, or keep sums of it in a table",
            suggestion=_suggestion(aggregation, read),
            **found,
        )


def _length(aggregation: Aggregation) -> float:
    """The longest window in seconds; 0 where it is not bounded by time."""
    extent = aggregation.extent
    if extent.window != "bounded" or traits(function := aggregation.function).ordinal or function in ("lag", "lead"):
        return 0
    return max((interval.total_seconds for interval in extent.intervals), default=0)


def _of_rows(aggregation: Aggregation, read: Input) -> bool:
    """Whether a window is one over the times of rows: thirty years of birth dates ask for no old rows."""
    column, entry = aggregation.extent.time_column, read.entry
    if column is None:
        return True
    name = spelled(column)
    declared_time = entry.event_time if entry is not None else None
    return (declared_time is not None and fold(name) == fold(declared_time)) or event_time(name) or dated(name)


def _shortest(feature: Feature, aggregation: Aggregation) -> Input | None:
    """What limits the rows of a measure: the source that is kept for the shortest time; of stored tables on the way, which
    follow each other in an order that is not known, the one that is kept longest, if all say so."""
    read = {r.source: r for r in feature.inputs if _limits(r)}
    if aggregation.through:
        known = [read[source] for source in aggregation.through if source in read]
        return max(known, key=_kept) if len(known) == len(aggregation.through) else None
    return min((read[source] for source in aggregation.sources if source in read), key=_kept, default=None)


def _limits(read: Input) -> bool:
    return read.entry is not None and read.entry.retention is not None and read.entry.availability not in _ABSENT


def _kept(read: Input) -> float:
    assert read.entry is not None
    assert read.entry.retention is not None
    return read.entry.retention


def _suggestion(aggregation: Aggregation, read: Input) -> Suggestion | None:
    kept = _kept(read)
    if kept < _DAY or not isfinite(kept):
        return None
    return Suggestion(bounded_title(aggregation.function, read.source, read.entry, f"{int(kept // _DAY)}-day"))
